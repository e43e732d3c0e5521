"""
May this document be filed? The filing table, row by row, and what comes of it.

The rows that object are asked first, in order. The first that objects gives the code;
the others are kept beside it. When none objects, the rows that describe the filing give
the code, again in order. Row 7 (profile not activated) is one that describes: it does
not hide that a sender is blocked, or that a document is a duplicate or somebody else's.
A document that is sent to be withdrawn is judged by the rows that stop a message and by
the rules of withdrawal; when it is not withdrawn, also by whom it is about.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.core.decision import Caution, FilingDecision, Refuse
from gateway.core.document import Availability, Visibility
from gateway.core.ins import Ins
from gateway.core.reasons import ErrorCode, Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.rights import document_rules as rules
from gateway.rights import message_rules as admission
from gateway.rights import version_rules as versions
from gateway.rights.announcement_rules import decide_announcement
from gateway.rights.filing_facts import (
    Age,
    DocumentFacts,
    FilingFacts,
    NoDocument,
    NoWithdrawal,
    Qualification,
    Traits,
)
from gateway.rights.profile import ProfileState
from gateway.rights.recipient_rules import PATIENT_ROWS, PatientRule
from gateway.rights.withdrawal_rules import decide_withdrawal

MessageRule = Callable[[FilingFacts], Reason | None]
DocumentRule = Callable[[FilingFacts, DocumentFacts], Reason | None]

_OF_IDENTITY = frozenset({Reason.PATIENT_MISMATCH, Reason.TRAITS_MISMATCH})

_FROM_PATIENT_SIDE = frozenset(
    {Visibility.HIDDEN_FROM_PATIENT, Visibility.HIDDEN_FROM_REPRESENTATIVES}
)


def _of_patient(rule: PatientRule) -> MessageRule:
    """Ask a row that the doors ask too, of the facts of a filing."""
    return lambda facts: rule(admission.patient_facts(facts))


MESSAGE_ROWS: tuple[tuple[int, MessageRule], ...] = (
    (1, admission.sender_is_trusted),
    (2, admission.sender_is_entitled),
    *((number, _of_patient(rule)) for number, rule in PATIENT_ROWS),
    (9, admission.document_is_attached),
    (10, admission.document_is_readable),
    (11, admission.patient_is_the_recipient),
    (12, admission.patient_seen_is_the_recipient),
)
"""Rows that object to a message, whatever it carries."""

DOCUMENT_ROWS: tuple[tuple[int, DocumentRule], ...] = (
    (12, rules.traits_are_the_same),
    (13, rules.ins_is_qualified),
    (14, rules.author_is_known),
    (15, rules.type_is_accepted),
    (16, rules.visibility_is_possible),
    (17, versions.document_is_new),
    (18, versions.identifier_is_free),
    (20, versions.replacement_is_allowed),
    (22, rules.document_is_not_opposed),
    (23, rules.type_is_not_opposed),
    (24, rules.secrecy_is_coherent),
)
"""Rows that object to a document that could be read."""


def decide_filing(facts: FilingFacts) -> FilingDecision:
    """Return what becomes of the document, and of its message; never raises."""
    objections = [
        reason for _, rule in MESSAGE_ROWS if (reason := rule(facts)) is not None
    ]
    document = facts.document
    if not isinstance(document, DocumentFacts):
        return _refused(facts, objections)
    if document.withdrawal is not NoWithdrawal.NOT_ASKED:
        return _withdrawn(facts, document, objections)
    objections += [
        reason
        for _, rule in DOCUMENT_ROWS
        if (reason := rule(facts, document)) is not None
    ]
    if objections:
        return _refused(facts, objections)
    return _filed(facts, document)


def _refused(facts: FilingFacts, objections: list[Reason]) -> FilingDecision:
    reasons = tuple(dict.fromkeys(objections))
    code = reasons[0]
    may_pass = all(_lets_message_pass(reason, facts) for reason in reasons)
    hidden = _message_visibility(facts)
    if Visibility.HIDDEN_FROM_PATIENT in hidden and code is not Reason.DUPLICATE:
        may_pass = False  # with no entry to become visible, it would stay hidden
    return FilingDecision(
        code=code,
        reasons=reasons,
        file=False,
        deliver=may_pass,
        # Quarantine takes the place of a delivery, never of a refusal: nothing is
        # kept for a profile that is closed or for a sender that is blocked.
        quarantine=_is_somebody_else(reasons, facts)
        and (code in _OF_IDENTITY or REASON_TEXTS[code].delivers),
        message_visibility=hidden,
        error=_error(code, facts),
        cautions=_sender_cautions(facts),
        versions=facts.versions,
    )


def _withdrawn(
    facts: FilingFacts, document: DocumentFacts, objections: list[Reason]
) -> FilingDecision:
    """
    A sender blocked since may still withdraw; the message is not shown for that.

    What is not withdrawn is judged as a document that is not filed: the message may be
    somebody else's.
    """
    blocked = [one for one in objections if one is Reason.SENDER_BLOCKED]
    objections = [one for one in objections if one is not Reason.SENDER_BLOCKED]
    same = document.traits is not Traits.DIFFERENT
    decision = decide_withdrawal(document.withdrawal)
    if isinstance(decision, Refuse):
        objections += decision.reasons
    if objections:
        objections += _objects_to_person(facts, document)
        return _refused(facts, [*objections, *blocked])
    return FilingDecision(
        code=Reason.WITHDRAWN,
        reasons=(Reason.WITHDRAWN, *blocked),
        file=False,
        deliver=same and all(_lets_message_pass(reason, facts) for reason in blocked),
        withdraws=document.unique_id,
        message_visibility=_message_visibility(facts),
        cautions=_sender_cautions(facts),
        versions=facts.versions,
    )


def _filed(facts: FilingFacts, document: DocumentFacts) -> FilingDecision:
    succession = versions.succession_of(document)
    masking = facts.masks_by_default or versions.predecessor_is_masked(
        document, succession
    )
    visibility = set(document.visibility)
    if rules.is_secret(facts):
        visibility.add(Visibility.HIDDEN_FROM_REPRESENTATIVES)
    announcement = decide_announcement(visibility, facts.policy, masked=masking)
    deferred = announcement is not None and announcement.mask_when_shown
    if masking and not deferred:
        visibility.add(Visibility.MASKED)
    reasons = tuple(_describe(facts, document, succession, frozenset(visibility)))
    return FilingDecision(
        code=reasons[0],
        reasons=reasons,
        file=True,
        deliver=facts.policy.blocked_may_write or not admission.is_blocked(facts),
        visibility=frozenset(visibility),
        message_visibility=_message_visibility(facts),
        availability=(
            Availability.DEPRECATED if succession.is_late else Availability.APPROVED
        ),
        replaces=succession.replaces,
        deprecates=succession.deprecates,
        superseded_by=succession.superseded_by,
        announcement=announcement,
        file_as_other=not document.type_is_known,
        cautions=(
            *_sender_cautions(facts),
            *_document_cautions(facts, document),
            *succession.cautions,
            *([Caution.MASK_DEFERRED] if deferred else []),
            *(
                [Caution.MASK_KEPT]
                if masking and not deferred and not facts.masks_by_default
                else []
            ),
        ),
        versions=facts.versions,
    )


def _describe(
    facts: FilingFacts,
    document: DocumentFacts,
    succession: versions.Succession,
    visibility: frozenset[Visibility],
) -> list[Reason]:
    """Rows 7, 19, 21 and 24 to 28: in what way it is filed."""
    asked = document.visibility
    masked = Visibility.MASKED in visibility
    by_default = masked and Visibility.MASKED not in asked and facts.masks_by_default
    rows = [
        facts.profile is ProfileState.OPEN_NOT_ACTIVATED and Reason.FILED_NOT_ACTIVATED,
        versions.replacement(document, succession),
        rules.is_secret(facts) and Reason.FILED_SECRET,
        Visibility.HIDDEN_FROM_PATIENT in asked and Reason.FILED_INVISIBLE,
        masked and not by_default and Reason.FILED_MASKED,
        by_default and Reason.FILED_MASKED_BY_DEFAULT,
    ]
    return [reason for reason in rows if reason] or [Reason.FILED]


def _lets_message_pass(reason: Reason, facts: FilingFacts) -> bool:
    if reason is Reason.SENDER_BLOCKED:
        return facts.policy.blocked_may_write
    if reason is Reason.DOC_INVALID and facts.document is NoDocument.CLOSED:
        return False  # what is in it may be somebody else's
    if reason is Reason.INS_NOT_QUALIFIED and _names_nobody(facts):
        return False
    return REASON_TEXTS[reason].delivers


def _is_somebody_else(reasons: tuple[Reason, ...], facts: FilingFacts) -> bool:
    """Tell whether the document is surely about another person than the addressee."""
    if Reason.PATIENT_MISMATCH in reasons:
        return True
    document = facts.document
    traits = (
        document.traits if isinstance(document, DocumentFacts) else facts.traits_seen
    )
    return Reason.TRAITS_MISMATCH in reasons and traits is Traits.DIFFERENT


def _objects_to_person(facts: FilingFacts, document: DocumentFacts) -> list[Reason]:
    """Rows 12 and 13 of a withdrawal: it is somebody else's, or may be anybody's."""
    if document.traits is Traits.DIFFERENT:
        return [Reason.TRAITS_MISMATCH]
    return [Reason.INS_NOT_QUALIFIED] if _names_nobody(facts) else []


def _names_nobody(facts: FilingFacts) -> bool:
    """Tell whether a document gives nothing by which a person could be compared."""
    document = facts.document
    return (
        isinstance(document, DocumentFacts)
        and not isinstance(document.ins, Ins)
        and document.traits in {Traits.INCOMPARABLE, Traits.UNKNOWN}
    )


def _message_visibility(facts: FilingFacts) -> frozenset[Visibility]:
    asked: frozenset[Visibility] = frozenset()
    if isinstance(facts.document, DocumentFacts):
        asked = facts.document.visibility & _FROM_PATIENT_SIDE
    if rules.is_secret(facts):
        asked |= {Visibility.HIDDEN_FROM_REPRESENTATIVES}
    return asked


def _error(code: Reason, facts: FilingFacts) -> ErrorCode | None:
    document = facts.document
    if isinstance(document, DocumentFacts):
        if (
            code is Reason.INS_NOT_QUALIFIED
            and document.qualification is Qualification.TRAITS_INCOMPLETE
        ):
            return ErrorCode.TRAITS_INCOMPLETE
        if (error := versions.version_error(code, document)) is not None:
            return error
    return REASON_TEXTS[code].error


def _sender_cautions(facts: FilingFacts) -> tuple[Caution, ...]:
    lenient = facts.policy.blocked_may_file or facts.policy.blocked_may_write
    blocked = lenient and admission.is_blocked(facts)
    return (Caution.BLOCKED_SENDER,) if blocked else ()


def _document_cautions(
    facts: FilingFacts, document: DocumentFacts
) -> tuple[Caution, ...]:
    wrong_key = isinstance(document.ins, Ins) and not document.ins.key_is_valid
    adult_secret = facts.secret_connection and facts.holder_age is Age.ADULT
    other_place = document.traits is Traits.OTHER_BIRTH_PLACE
    found = (
        (wrong_key, Caution.WRONG_TEST_KEY),
        (other_place, Caution.OTHER_BIRTH_PLACE),
        (not document.type_is_known, Caution.FILED_AS_OTHER),
        (document.restricted, Caution.RESTRICTED),
        (document.is_dated_ahead, Caution.DATED_AHEAD),
        (adult_secret, Caution.SECRET_ADULT),
    )
    return tuple(caution for applies, caution in found if applies)

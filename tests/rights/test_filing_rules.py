"""The filing table: one case per row at least, their order, and what they do."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve

from gateway.core.decision import Announcement, Caution
from gateway.core.document import Availability, Visibility
from gateway.core.ins import Ins, InsAuthority
from gateway.core.person import Structure
from gateway.core.reasons import Effect, ErrorCode, Reason, Told
from gateway.core.texts.outcomes import ERROR_LABELS, REASON_TEXTS
from gateway.core.texts.senders import code_for_sender, text_for_sender
from gateway.rights.filing_facts import (
    Age,
    CertificateHolder,
    DocumentFacts,
    NoDocument,
    NoIns,
    NoParent,
    NoWithdrawal,
    OppositionFact,
    Ownership,
    Qualification,
    SameId,
    SenderIdentity,
    Standing,
    Traits,
)
from gateway.rights.filing_rules import DOCUMENT_ROWS, MESSAGE_ROWS, decide_filing
from gateway.rights.profile import ProfileState
from tests.rights.facts import (
    AUTHOR,
    DOCTOR,
    DOCUMENT,
    GOOD,
    HOSPITAL,
    INS,
    OPERATOR,
    OTHER_INS,
    WRONG_KEY,
    stored,
    with_document,
    with_policy,
)

Change = dict[str, Any]

MASKED = frozenset({Visibility.MASKED})
INVISIBLE = frozenset({Visibility.HIDDEN_FROM_PATIENT})
NOT_FOR_PARENTS = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})
SECRET: Change = {"secret_connection": True, "holder_age": Age.MINOR}
NO_DOCUMENT: Change = {
    "document": NoDocument.NONE_ATTACHED,
    "metadata_ins": NoIns.NOT_SAID,
}
UNREADABLE: Change = {"document": NoDocument.UNREADABLE}
PERSON = SenderIdentity(
    kind=CertificateHolder.PERSON, address="dr@h.test", persons=frozenset({DOCTOR})
)

CASES: list[tuple[int, str, Change, Reason]] = [
    (0, "withdrawn", with_document(withdrawal=stored()), Reason.WITHDRAWN),
    (
        0,
        "to-withdraw-and-unknown",
        with_document(withdrawal=NoWithdrawal.NOT_FOUND),
        Reason.WITHDRAWAL_UNKNOWN,
    ),
    (
        0,
        "to-withdraw-of-another-author",
        with_document(withdrawal=stored(ownership=Ownership.OTHER)),
        Reason.WITHDRAWAL_FORBIDDEN,
    ),
    (
        0,
        "to-withdraw-and-replaced",
        with_document(withdrawal=stored(availability=Availability.DEPRECATED)),
        Reason.WITHDRAWAL_OUTDATED,
    ),
    (1, "bad-certificate", {"trust": Standing.BAD}, Reason.SENDER_NOT_TRUSTED),
    (1, "unknown", {"trust": Standing.UNKNOWN}, Reason.SENDER_NOT_TRUSTED),
    (2, "not-entitled", {"entitlement": Standing.BAD}, Reason.SENDER_NOT_ENTITLED),
    (2, "unknown", {"entitlement": Standing.UNKNOWN}, Reason.SENDER_NOT_ENTITLED),
    (3, "not-an-ins", {"address_ins": NoIns.MALFORMED}, Reason.INS_MALFORMED),
    (3, "none", {"address_ins": NoIns.NOT_GIVEN}, Reason.INS_MALFORMED),
    (
        3,
        "wrong-test-key",
        {"address_ins": WRONG_KEY, **with_policy(refuse_wrong_test_key=True)},
        Reason.INS_MALFORMED,
    ),
    (4, "absent", {"profile": ProfileState.ABSENT}, Reason.PROFILE_ABSENT),
    (4, "announced", {"profile": ProfileState.ANNOUNCED}, Reason.PROFILE_ABSENT),
    (4, "deleted", {"profile": ProfileState.DELETED}, Reason.PROFILE_ABSENT),
    (4, "unresolved", {"address_ins": NoIns.UNRESOLVED}, Reason.PROFILE_ABSENT),
    (5, "opposed", {"profile": ProfileState.OPPOSED}, Reason.PROFILE_OPPOSED),
    (6, "closed", {"profile": ProfileState.CLOSED}, Reason.PROFILE_CLOSED),
    (
        6,
        "deletion",
        {"profile": ProfileState.DELETION_REQUESTED},
        Reason.PROFILE_CLOSED,
    ),
    (6, "suspended", {"profile": ProfileState.SUSPENDED}, Reason.PROFILE_SUSPENDED),
    (
        7,
        "not-activated",
        {"profile": ProfileState.OPEN_NOT_ACTIVATED},
        Reason.FILED_NOT_ACTIVATED,
    ),
    (8, "structure", {"blocked": frozenset({HOSPITAL})}, Reason.SENDER_BLOCKED),
    (
        8,
        "address",
        {"blocked": frozenset({"chirurgie@hopital.mssante.test"})},
        Reason.SENDER_BLOCKED,
    ),
    (
        8,
        "person",
        {"sender": PERSON, "blocked": frozenset({DOCTOR})},
        Reason.SENDER_BLOCKED,
    ),
    (
        8,
        "author-of-the-document",
        {"sender": OPERATOR, "blocked": frozenset({DOCTOR})},
        Reason.SENDER_BLOCKED,
    ),
    (
        8,
        "structure-of-the-author",
        {"sender": OPERATOR, "blocked": frozenset({HOSPITAL})},
        Reason.SENDER_BLOCKED,
    ),
    (
        8,
        "message-only-and-may-file",
        {
            **NO_DOCUMENT,
            "blocked": frozenset({HOSPITAL}),
            **with_policy(blocked_may_file=True),
        },
        Reason.SENDER_BLOCKED,
    ),
    (9, "no-document", NO_DOCUMENT, Reason.MESSAGE_ONLY),
    (10, "unreadable", UNREADABLE, Reason.DOC_INVALID),
    (10, "closed", {"document": NoDocument.CLOSED}, Reason.DOC_INVALID),
    (11, "document", with_document(ins=OTHER_INS), Reason.PATIENT_MISMATCH),
    (11, "metadata", {"metadata_ins": OTHER_INS}, Reason.PATIENT_MISMATCH),
    (11, "address", {"address_ins": OTHER_INS}, Reason.PATIENT_MISMATCH),
    (11, "malformed", with_document(ins=NoIns.MALFORMED), Reason.PATIENT_MISMATCH),
    (11, "metadata-odd", {"metadata_ins": NoIns.MALFORMED}, Reason.PATIENT_MISMATCH),
    (
        11,
        "other-authority",
        with_document(ins=Ins(INS.matricule, InsAuthority.NIR)),
        Reason.PATIENT_MISMATCH,
    ),
    (12, "different", with_document(traits=Traits.DIFFERENT), Reason.TRAITS_MISMATCH),
    (
        12,
        "different-without-ins",
        with_document(
            ins=NoIns.NOT_GIVEN,
            qualification=Qualification.NO_INS,
            traits=Traits.DIFFERENT,
        ),
        Reason.TRAITS_MISMATCH,
    ),
    (12, "doubtful", with_document(traits=Traits.DOUBTFUL), Reason.TRAITS_MISMATCH),
    (12, "unknown", with_document(traits=Traits.UNKNOWN), Reason.TRAITS_MISMATCH),
    (
        13,
        "no-ins",
        with_document(
            ins=NoIns.NOT_GIVEN,
            qualification=Qualification.NO_INS,
            traits=Traits.DOUBTFUL,
        ),
        Reason.INS_NOT_QUALIFIED,
    ),
    (
        13,
        "traits-incomplete",
        with_document(qualification=Qualification.TRAITS_INCOMPLETE),
        Reason.INS_NOT_QUALIFIED,
    ),
    (
        13,
        "unknown",
        with_document(qualification=Qualification.UNKNOWN),
        Reason.INS_NOT_QUALIFIED,
    ),
    (
        13,
        "metadata-without-ins",
        {"metadata_ins": NoIns.NOT_GIVEN},
        Reason.INS_NOT_QUALIFIED,
    ),
    (14, "no-author", with_document(authors=()), Reason.AUTHOR_UNVERIFIED),
    (
        14,
        "other-structure",
        with_document(
            authors=(evolve(AUTHOR, structure=Structure(identifier="1330000001")),)
        ),
        Reason.AUTHOR_UNVERIFIED,
    ),
    (
        14,
        "malformed-by-operator",
        {
            "sender": OPERATOR,
            **with_document(authors=(evolve(AUTHOR, identifier="toto"),)),
        },
        Reason.AUTHOR_UNVERIFIED,
    ),
    (
        14,
        "a-patient-alone",
        with_document(authors=(evolve(AUTHOR, is_patient=True),)),
        Reason.AUTHOR_UNVERIFIED,
    ),
    (15, "unknown-type", with_document(type_is_known=False), Reason.TYPE_UNKNOWN),
    (
        16,
        "masked-and-invisible",
        with_document(visibility=MASKED | INVISIBLE),
        Reason.CONFIDENTIALITY_CONFLICT,
    ),
    (
        16,
        "unknown-flag",
        with_document(visibility_is_clear=False),
        Reason.CONFIDENTIALITY_CONFLICT,
    ),
    (
        17,
        "same-content",
        with_document(same_id=SameId.SAME_CONTENT),
        Reason.DUPLICATE,
    ),
    (
        18,
        "other-content",
        with_document(same_id=SameId.OTHER_CONTENT),
        Reason.ID_REUSED,
    ),
    (18, "unknown", with_document(same_id=SameId.UNKNOWN), Reason.ID_REUSED),
    (18, "same-version", with_document(mates=(stored(),)), Reason.ID_REUSED),
    (
        19,
        "new-version",
        with_document(version=2, mates=(stored(),), parent=stored()),
        Reason.REPLACED,
    ),
    (
        20,
        "other-author",
        with_document(version=2, parent=stored(ownership=Ownership.OTHER)),
        Reason.REPLACE_FORBIDDEN,
    ),
    (
        20,
        "author-not-known",
        with_document(version=2, parent=stored(ownership=Ownership.UNKNOWN)),
        Reason.REPLACE_FORBIDDEN,
    ),
    (
        20,
        "other-patient",
        with_document(version=2, parent=NoParent.OTHER_PATIENT),
        Reason.REPLACE_FORBIDDEN,
    ),
    (
        21,
        "parent-unknown",
        with_document(version=2, parent=NoParent.NOT_FOUND),
        Reason.REPLACED_PARENT_UNKNOWN,
    ),
    (
        22,
        "declared",
        with_document(document_is_opposed=True),
        Reason.PATIENT_OPPOSED_DOC,
    ),
    (
        23,
        "on-record",
        with_document(opposition=OppositionFact.ON_RECORD),
        Reason.OPPOSITION_ON_RECORD,
    ),
    (
        23,
        "unknown",
        with_document(opposition=OppositionFact.UNKNOWN),
        Reason.OPPOSITION_ON_RECORD,
    ),
    (24, "secret", SECRET, Reason.FILED_SECRET),
    (
        24,
        "secret-with-its-flag",
        {**SECRET, **with_document(visibility=NOT_FOR_PARENTS)},
        Reason.FILED_SECRET,
    ),
    (
        24,
        "secret-age-unknown",
        {"secret_connection": True, "holder_age": Age.UNKNOWN},
        Reason.FILED_SECRET,
    ),
    (
        24,
        "secret-with-another-flag",
        {**SECRET, **with_document(visibility=MASKED | NOT_FOR_PARENTS)},
        Reason.CONFIDENTIALITY_CONFLICT,
    ),
    (25, "invisible", with_document(visibility=INVISIBLE), Reason.FILED_INVISIBLE),
    (26, "masked", with_document(visibility=MASKED), Reason.FILED_MASKED),
    (
        27,
        "masks-everything",
        {"masks_by_default": True},
        Reason.FILED_MASKED_BY_DEFAULT,
    ),
    (28, "otherwise", {}, Reason.FILED),
    (28, "sent-by-an-operator", {"sender": OPERATOR}, Reason.FILED),
    (28, "sent-by-its-author", {"sender": PERSON}, Reason.FILED),
    (28, "attached-directly", {"metadata_ins": NoIns.NOT_SAID}, Reason.FILED),
    (
        28,
        "hidden-from-parents-only",
        with_document(visibility=NOT_FOR_PARENTS),
        Reason.FILED,
    ),
    (
        28,
        "nobody-is-blocked-by-an-empty-name",
        {
            "sender": PERSON,
            "blocked": frozenset({""}),
            **with_document(authors=(evolve(AUTHOR, structure=None),)),
        },
        Reason.FILED,
    ),
    (
        28,
        "another-one-blocked",
        {"blocked": frozenset({"1330000001"})},
        Reason.FILED,
    ),
]


@pytest.mark.parametrize(
    ("change", "code"),
    [pytest.param(*case[2:], id=f"row{case[0]}-{case[1]}") for case in CASES],
)
def test_each_row_decides_alone(change: Change, code: Reason) -> None:
    decision = decide_filing(evolve(GOOD, **change))

    assert decision.code is code
    assert decision.reasons[0] is code
    assert decision.versions == GOOD.versions


@pytest.mark.parametrize(
    ("change", "code"),
    [pytest.param(*case[2:], id=f"row{case[0]}-{case[1]}") for case in CASES],
)
def test_what_is_done_follows_from_the_code(change: Change, code: Reason) -> None:
    decision = decide_filing(evolve(GOOD, **change))

    effect = REASON_TEXTS[code].effect
    assert decision.file == (effect is Effect.FILED)
    assert bool(decision.withdraws) == (effect is Effect.WITHDRAWN)
    document = change.get("document")
    different = isinstance(document, DocumentFacts) and (
        document.traits is Traits.DIFFERENT
    )
    assert decision.quarantine == (effect is Effect.QUARANTINED or different)
    if document is NoDocument.CLOSED:
        assert not decision.deliver
    elif code is not Reason.CONFIDENTIALITY_CONFLICT:
        assert decision.deliver == REASON_TEXTS[code].delivers


def test_every_row_and_every_reason_has_a_case() -> None:
    assert {case[0] for case in CASES} == {0, *range(1, 29)}  # 0: not to be filed
    assert {case[3] for case in CASES} == set(Reason)


def test_rows_are_asked_in_order() -> None:
    numbers = [number for number, _ in (*MESSAGE_ROWS, *DOCUMENT_ROWS)]

    assert numbers == sorted(numbers)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_two_texts_and_a_source(reason: Reason) -> None:
    text = REASON_TEXTS[reason]

    assert text.fr
    assert text.en
    assert text.fr != text.en
    assert text.source
    assert all(word not in text.en for word in ("CDA", "XML", "RPLC", "INS"))


def test_every_error_code_has_a_label() -> None:
    assert [code.value for code in ErrorCode] == [str(n) for n in range(900, 907)]
    assert set(ERROR_LABELS) == set(ErrorCode)


# One change for each objecting row, from the first to the last. The change of the
# document of two rows is merged, so that both really object.
OBJECTIONS: list[tuple[Reason, Change, Change]] = [
    (Reason.SENDER_NOT_TRUSTED, {"trust": Standing.BAD}, {}),
    (Reason.SENDER_NOT_ENTITLED, {"entitlement": Standing.BAD}, {}),
    (
        Reason.INS_MALFORMED,
        {"address_ins": WRONG_KEY, **with_policy(refuse_wrong_test_key=True)},
        {},
    ),
    (Reason.PROFILE_ABSENT, {"profile": ProfileState.ABSENT}, {}),
    (Reason.SENDER_BLOCKED, {"blocked": frozenset({HOSPITAL})}, {}),
    (Reason.PATIENT_MISMATCH, {"metadata_ins": OTHER_INS}, {}),
    (Reason.TRAITS_MISMATCH, {}, {"traits": Traits.DIFFERENT}),
    (Reason.INS_NOT_QUALIFIED, {}, {"qualification": Qualification.UNKNOWN}),
    (Reason.AUTHOR_UNVERIFIED, {}, {"authors": ()}),
    (Reason.TYPE_UNKNOWN, {}, {"type_is_known": False}),
    (Reason.CONFIDENTIALITY_CONFLICT, {}, {"visibility_is_clear": False}),
    (Reason.ID_REUSED, {}, {"same_id": SameId.OTHER_CONTENT}),
    (Reason.REPLACE_FORBIDDEN, {}, {"parent": NoParent.OTHER_PATIENT}),
    (Reason.PATIENT_OPPOSED_DOC, {}, {"document_is_opposed": True}),
    (Reason.OPPOSITION_ON_RECORD, {}, {"opposition": OppositionFact.ON_RECORD}),
]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(one, two, id=f"{one[0]}-before-{two[0]}")
        for one, two in pairwise(OBJECTIONS)
    ],
)
def test_the_earlier_row_wins_and_the_later_is_kept(
    first: tuple[Reason, Change, Change], second: tuple[Reason, Change, Change]
) -> None:
    document = evolve(DOCUMENT, **first[2], **second[2])
    facts = evolve(GOOD, **{**first[1], **second[1], "document": document})

    decision = decide_filing(facts)

    assert decision.code is first[0]
    assert second[0] in decision.reasons[1:]


def test_everything_that_objects_is_kept_in_order() -> None:
    changes: Change = {}
    document: Change = {}
    for _, facts_change, document_change in OBJECTIONS:
        changes |= facts_change
        document |= document_change

    decision = decide_filing(
        evolve(GOOD, **{**changes, "document": evolve(DOCUMENT, **document)})
    )

    assert decision.reasons == tuple(reason for reason, _, _ in OBJECTIONS)


def test_duplicate_wins_over_a_later_opposition() -> None:
    change = with_document(same_id=SameId.SAME_CONTENT, document_is_opposed=True)

    decision = decide_filing(evolve(GOOD, **change))

    assert decision.reasons == (Reason.DUPLICATE, Reason.PATIENT_OPPOSED_DOC)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"blocked": frozenset({HOSPITAL})}, Reason.SENDER_BLOCKED),
        (NO_DOCUMENT, Reason.MESSAGE_ONLY),
        (with_document(same_id=SameId.SAME_CONTENT), Reason.DUPLICATE),
        (with_document(ins=OTHER_INS), Reason.PATIENT_MISMATCH),
    ],
)
def test_not_activated_yields_to_whatever_objects(change: Change, code: Reason) -> None:
    facts = evolve(GOOD, profile=ProfileState.OPEN_NOT_ACTIVATED, **change)

    assert decide_filing(facts).code is code


def test_not_activated_keeps_visibility_and_replacement() -> None:
    facts = evolve(
        GOOD,
        profile=ProfileState.OPEN_NOT_ACTIVATED,
        **with_document(version=2, parent=stored(), visibility=INVISIBLE),
    )

    decision = decide_filing(facts)

    assert decision.reasons == (
        Reason.FILED_NOT_ACTIVATED,
        Reason.REPLACED,
        Reason.FILED_INVISIBLE,
    )
    assert decision.visibility == INVISIBLE
    assert decision.announcement == Announcement()
    assert decision.deprecates == ("1.2.3^V1",)


def test_a_blocked_sender_may_file_without_writing_by_setting() -> None:
    facts = evolve(
        GOOD, blocked=frozenset({HOSPITAL}), **with_policy(blocked_may_file=True)
    )

    decision = decide_filing(facts)

    assert (decision.code, decision.file, decision.deliver) == (
        Reason.FILED,
        True,
        False,
    )
    assert decision.cautions == (Caution.BLOCKED_SENDER,)


def test_a_blocked_sender_may_write_without_filing_by_setting() -> None:
    facts = evolve(
        GOOD, blocked=frozenset({HOSPITAL}), **with_policy(blocked_may_write=True)
    )

    decision = decide_filing(facts)

    assert (decision.code, decision.file, decision.deliver) == (
        Reason.SENDER_BLOCKED,
        False,
        True,
    )
    assert decision.cautions == (Caution.BLOCKED_SENDER,)


@pytest.mark.parametrize("policy", ["blocked_may_file", "blocked_may_write"])
def test_who_is_not_blocked_needs_no_setting(policy: str) -> None:
    assert decide_filing(evolve(GOOD, **with_policy(**{policy: True}))).cautions == ()


def test_a_blocked_sender_that_is_refused_is_no_caution() -> None:
    decision = decide_filing(evolve(GOOD, blocked=frozenset({HOSPITAL})))

    assert decision.reasons == (Reason.SENDER_BLOCKED,)
    assert decision.cautions == ()


def test_unreadable_document_of_another_patient_is_quarantined_too() -> None:
    facts = evolve(GOOD, **UNREADABLE, metadata_ins=OTHER_INS)

    decision = decide_filing(facts)

    assert decision.reasons == (Reason.DOC_INVALID, Reason.PATIENT_MISMATCH)
    assert (decision.deliver, decision.quarantine) == (False, True)


@pytest.mark.parametrize(
    "change",
    [{"profile": ProfileState.CLOSED}, {"blocked": frozenset({HOSPITAL})}],
)
def test_nothing_is_kept_of_a_mismatch_that_is_refused_anyway(change: Change) -> None:
    facts = evolve(GOOD, **change, metadata_ins=OTHER_INS)

    decision = decide_filing(facts)

    assert Reason.PATIENT_MISMATCH in decision.reasons
    assert (decision.deliver, decision.quarantine) == (False, False)


def test_wrong_test_key_is_a_caution_unless_the_setting_refuses() -> None:
    change: Change = {
        "address_ins": WRONG_KEY,
        "metadata_ins": WRONG_KEY,
        **with_document(ins=WRONG_KEY),
    }

    lenient = decide_filing(evolve(GOOD, **change))
    strict = decide_filing(
        evolve(GOOD, **change, **with_policy(refuse_wrong_test_key=True))
    )

    assert (lenient.code, lenient.cautions) == (Reason.FILED, (Caution.WRONG_TEST_KEY,))
    assert strict.code is Reason.INS_MALFORMED
    assert Reason.INS_NOT_QUALIFIED in strict.reasons


def test_another_place_of_birth_is_a_caution_unless_the_setting_refuses() -> None:
    change = with_document(traits=Traits.OTHER_BIRTH_PLACE)

    lenient = decide_filing(evolve(GOOD, **change))
    strict = decide_filing(
        evolve(GOOD, **change, **with_policy(refuse_other_birth_place=True))
    )

    assert lenient.code is Reason.FILED
    assert lenient.cautions == (Caution.OTHER_BIRTH_PLACE,)
    assert strict.reasons == (Reason.TRAITS_MISMATCH,)


def test_unknown_type_is_filed_as_other_by_setting() -> None:
    facts = evolve(
        GOOD,
        **with_document(type_is_known=False),
        **with_policy(file_unknown_types_as_other=True),
    )

    decision = decide_filing(facts)

    assert (decision.code, decision.file_as_other) == (Reason.FILED, True)
    assert decision.cautions == (Caution.FILED_AS_OTHER,)


def test_masked_and_invisible_together_by_setting() -> None:
    facts = evolve(
        GOOD,
        **with_document(visibility=MASKED | INVISIBLE),
        **with_policy(allow_masked_and_hidden=True),
    )

    decision = decide_filing(facts)

    assert decision.reasons == (Reason.FILED_INVISIBLE, Reason.FILED_MASKED)
    assert decision.visibility == MASKED | INVISIBLE


def test_masking_by_default_waits_until_an_invisible_document_is_shown() -> None:
    facts = evolve(GOOD, masks_by_default=True, **with_document(visibility=INVISIBLE))

    decision = decide_filing(facts)

    assert decision.visibility == INVISIBLE
    assert decision.announcement == Announcement(mask_when_shown=True)
    assert Caution.MASK_DEFERRED in decision.cautions


def test_by_setting_masking_by_default_waits_for_nothing() -> None:
    facts = evolve(
        GOOD,
        masks_by_default=True,
        **with_document(visibility=INVISIBLE),
        **with_policy(allow_masked_and_hidden=True),
    )

    decision = decide_filing(facts)

    assert decision.visibility == MASKED | INVISIBLE
    assert decision.announcement == Announcement(mask_when_shown=False)
    assert decision.cautions == ()


def test_a_document_shown_at_once_is_masked_at_once() -> None:
    decision = decide_filing(evolve(GOOD, masks_by_default=True))

    assert decision.visibility == MASKED
    assert decision.announcement is None
    assert decision.cautions == ()


def test_the_delays_of_an_announcement_are_settings() -> None:
    facts = evolve(
        GOOD,
        **with_document(visibility=INVISIBLE),
        **with_policy(notice_after_days=3, shown_after_months=2),
    )

    assert decide_filing(facts).announcement == Announcement(
        notice_after_days=3, shown_after_months=2
    )


def test_secret_is_hidden_from_parents_with_its_message() -> None:
    decision = decide_filing(evolve(GOOD, **SECRET))

    assert decision.visibility == NOT_FOR_PARENTS
    assert decision.message_visibility == NOT_FOR_PARENTS


def test_a_refused_secret_still_hides_its_message_from_parents() -> None:
    facts = evolve(GOOD, **SECRET, **with_document(authors=()))

    decision = decide_filing(facts)

    assert decision.deliver
    assert decision.message_visibility == NOT_FOR_PARENTS


def test_a_refused_invisible_document_takes_its_message_with_it() -> None:
    facts = evolve(GOOD, **with_document(authors=(), visibility=INVISIBLE))

    decision = decide_filing(facts)

    assert decision.deliver is False


def test_the_message_of_a_secret_that_is_invisible_too_is_hidden_from_both() -> None:
    facts = evolve(GOOD, **SECRET, **with_document(visibility=INVISIBLE))

    decision = decide_filing(facts)

    assert decision.code is Reason.CONFIDENTIALITY_CONFLICT
    assert decision.message_visibility == INVISIBLE | NOT_FOR_PARENTS


def test_secret_connection_for_an_adult_is_only_a_caution() -> None:
    decision = decide_filing(evolve(GOOD, secret_connection=True))

    assert decision.code is Reason.FILED
    assert decision.visibility == frozenset()
    assert decision.cautions == (Caution.SECRET_ADULT,)


def test_restricted_documents_are_filed_with_a_caution() -> None:
    decision = decide_filing(evolve(GOOD, **with_document(restricted=True)))

    assert decision.cautions == (Caution.RESTRICTED,)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"profile": ProfileState.ABSENT}, ErrorCode.PATIENT_UNKNOWN),
        (with_document(ins=OTHER_INS), ErrorCode.IDENTITY_DIFFERS),
        (with_document(traits=Traits.DIFFERENT), ErrorCode.IDENTITY_DIFFERS),
        (
            with_document(ins=NoIns.NOT_GIVEN, qualification=Qualification.NO_INS),
            ErrorCode.INS_ABSENT,
        ),
        (
            with_document(qualification=Qualification.TRAITS_INCOMPLETE),
            ErrorCode.TRAITS_INCOMPLETE,
        ),
        (
            with_document(version=2, parent=stored(ownership=Ownership.OTHER)),
            ErrorCode.AUTHOR_NOT_ALLOWED,
        ),
        (with_document(mates=(stored(),)), ErrorCode.NOT_LATEST),
        (
            with_document(
                set_id="",
                version=None,
                parent=stored(set_id="", availability=Availability.DEPRECATED),
            ),
            ErrorCode.NOT_LATEST,
        ),
        (with_document(same_id=SameId.OTHER_CONTENT), ErrorCode.OTHER),
        (UNREADABLE, ErrorCode.OTHER),
        (with_document(authors=()), ErrorCode.OTHER),
        (with_document(same_id=SameId.SAME_CONTENT), None),
        (with_document(document_is_opposed=True), ErrorCode.OTHER),
        (NO_DOCUMENT, None),
        ({}, None),
    ],
)
def test_the_error_a_receipt_carries(change: Change, error: ErrorCode | None) -> None:
    assert decide_filing(evolve(GOOD, **change)).error is error


def test_a_blocked_sender_only_learns_of_the_patients_settings() -> None:
    assert code_for_sender(Reason.SENDER_BLOCKED) == Told.PATIENT_SETTINGS.value
    assert text_for_sender(Reason.SENDER_BLOCKED) == (
        "Refusé par les réglages du patient.",
        "Refused by the patient's settings.",
    )


def test_masking_by_default_is_not_told_to_the_sender() -> None:
    assert code_for_sender(Reason.FILED_MASKED_BY_DEFAULT) == "FILED"
    filed = REASON_TEXTS[Reason.FILED]
    assert text_for_sender(Reason.FILED_MASKED_BY_DEFAULT) == (filed.fr, filed.en)


def test_refusals_at_the_door_tell_nothing() -> None:
    assert code_for_sender(Reason.SENDER_NOT_TRUSTED) == "REFUSED_BY_POLICY"
    assert text_for_sender(Reason.SENDER_NOT_TRUSTED)[1] == "Refused by policy."


def test_facts_do_not_print_who_the_patient_is() -> None:
    shown = repr(GOOD)

    assert INS.matricule not in shown
    assert INS.matricule[-2:] not in shown.replace(HOSPITAL, "")


def test_the_document_of_the_good_facts_is_a_document() -> None:
    assert isinstance(GOOD.document, DocumentFacts)


NAMELESS: Change = {
    "ins": NoIns.NOT_GIVEN,
    "qualification": Qualification.NO_INS,
}


@pytest.mark.parametrize(
    ("traits", "delivered"),
    [
        (Traits.SAME, True),
        (Traits.OTHER_BIRTH_PLACE, True),
        (Traits.DOUBTFUL, True),
        (Traits.INCOMPARABLE, False),
        (Traits.UNKNOWN, False),
    ],
)
def test_a_document_without_an_ins_is_given_only_where_its_traits_could_be_compared(
    traits: Traits, delivered: bool
) -> None:
    facts = evolve(GOOD, **with_document(**NAMELESS, traits=traits))

    decision = decide_filing(facts)

    assert decision.reasons == (Reason.INS_NOT_QUALIFIED,)
    assert (decision.deliver, decision.quarantine) == (delivered, False)


@pytest.mark.parametrize(
    ("traits", "set_aside"),
    [
        (Traits.DIFFERENT, True),
        (Traits.DOUBTFUL, False),
        (Traits.UNKNOWN, False),
        (Traits.OTHER_BIRTH_PLACE, False),
    ],
)
def test_only_traits_that_cannot_be_of_one_person_set_a_message_aside(
    traits: Traits, set_aside: bool
) -> None:
    facts = evolve(
        GOOD,
        **with_document(traits=traits),
        **with_policy(refuse_other_birth_place=True),
    )

    decision = decide_filing(facts)

    assert decision.reasons == (Reason.TRAITS_MISMATCH,)
    assert (decision.deliver, decision.quarantine) == (False, set_aside)


def test_traits_of_which_none_can_be_compared_do_not_differ() -> None:
    decision = decide_filing(evolve(GOOD, **with_document(traits=Traits.INCOMPARABLE)))

    assert decision.reasons == (Reason.FILED,)


@pytest.mark.parametrize("document", [NoDocument.UNREADABLE, NoDocument.CLOSED])
@pytest.mark.parametrize("traits", list(Traits))
def test_an_unreadable_document_of_somebody_else_is_set_aside_by_its_traits(
    document: NoDocument, traits: Traits
) -> None:
    decision = decide_filing(evolve(GOOD, document=document, traits_seen=traits))

    differ = traits is Traits.DIFFERENT
    expected = (Reason.DOC_INVALID, *([Reason.TRAITS_MISMATCH] if differ else []))
    assert decision.reasons == expected
    assert decision.quarantine is differ
    assert decision.deliver is (document is NoDocument.UNREADABLE and not differ)


def test_what_may_be_anybodys_is_set_aside_where_metadata_names_another() -> None:
    facts = evolve(GOOD, document=NoDocument.CLOSED, metadata_ins=OTHER_INS)

    decision = decide_filing(facts)

    assert decision.reasons == (Reason.DOC_INVALID, Reason.PATIENT_MISMATCH)
    assert (decision.deliver, decision.quarantine) == (False, True)


def test_nothing_of_somebody_else_is_kept_for_a_blocked_sender() -> None:
    facts = evolve(
        GOOD,
        blocked=frozenset({HOSPITAL}),
        **with_document(traits=Traits.DIFFERENT),
    )

    decision = decide_filing(facts)

    assert decision.reasons == (Reason.SENDER_BLOCKED, Reason.TRAITS_MISMATCH)
    assert (decision.deliver, decision.quarantine) == (False, False)


@pytest.mark.parametrize(
    ("traits", "delivered"), [(Traits.SAME, True), (Traits.DIFFERENT, False)]
)
def test_a_withdrawal_is_carried_out_and_its_message_given_if_it_is_the_patients(
    traits: Traits, delivered: bool
) -> None:
    facts = evolve(GOOD, **with_document(withdrawal=stored(), traits=traits))

    decision = decide_filing(facts)

    assert decision.reasons == (Reason.WITHDRAWN,)
    assert decision.withdraws
    assert decision.deliver is delivered


REFUSED_WITHDRAWAL: list[tuple[Change, tuple[Reason, ...], bool, bool]] = [
    # whom the document names, why nothing is withdrawn, delivered, set aside
    ({}, (Reason.WITHDRAWAL_UNKNOWN,), True, False),
    ({"traits": Traits.DOUBTFUL}, (Reason.WITHDRAWAL_UNKNOWN,), True, False),
    (
        {"traits": Traits.DIFFERENT},
        (Reason.WITHDRAWAL_UNKNOWN, Reason.TRAITS_MISMATCH),
        False,
        True,
    ),
    (
        {**NAMELESS, "traits": Traits.DIFFERENT},
        (Reason.WITHDRAWAL_UNKNOWN, Reason.TRAITS_MISMATCH),
        False,
        True,
    ),
    (
        {**NAMELESS, "traits": Traits.INCOMPARABLE},
        (Reason.WITHDRAWAL_UNKNOWN, Reason.INS_NOT_QUALIFIED),
        False,
        False,
    ),
    (
        {**NAMELESS, "traits": Traits.SAME},
        (Reason.WITHDRAWAL_UNKNOWN,),
        True,
        False,
    ),
]


@pytest.mark.parametrize(
    ("change", "reasons", "delivered", "set_aside"), REFUSED_WITHDRAWAL
)
def test_what_is_not_withdrawn_is_given_to_its_patient_alone(
    change: Change, reasons: tuple[Reason, ...], delivered: bool, set_aside: bool
) -> None:
    unknown = with_document(withdrawal=NoWithdrawal.NOT_FOUND, **change)

    decision = decide_filing(evolve(GOOD, **unknown))

    assert decision.reasons == reasons
    assert decision.withdraws == ""
    assert (decision.deliver, decision.quarantine) == (delivered, set_aside)


def test_who_is_blocked_and_withdraws_nothing_hears_it_last() -> None:
    facts = evolve(
        GOOD,
        blocked=frozenset({HOSPITAL}),
        **with_document(withdrawal=NoWithdrawal.NOT_FOUND, traits=Traits.DIFFERENT),
    )

    assert decide_filing(facts).reasons == (
        Reason.WITHDRAWAL_UNKNOWN,
        Reason.TRAITS_MISMATCH,
        Reason.SENDER_BLOCKED,
    )


def test_a_document_dated_ahead_is_filed_with_a_caution() -> None:
    decision = decide_filing(evolve(GOOD, **with_document(is_dated_ahead=True)))

    assert (decision.code, decision.cautions) == (Reason.FILED, (Caution.DATED_AHEAD,))
    assert decide_filing(GOOD).cautions == ()


def test_b7_16_no_document_is_hidden_from_its_patient_and_from_professionals() -> None:
    both = evolve(GOOD, **with_document(visibility=MASKED | INVISIBLE))

    refused = decide_filing(both)
    allowed = decide_filing(evolve(both, **with_policy(allow_masked_and_hidden=True)))

    assert refused.code is Reason.CONFIDENTIALITY_CONFLICT
    assert not refused.file
    assert allowed.file

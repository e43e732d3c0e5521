"""Whole decisions, taken again on the facts that were kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
from attrs import evolve

from gateway.core.decision import FilingDecision, Refuse, RuleVersions
from gateway.core.reasons import Reason
from gateway.evidence.acts import (
    ActArguments,
    BlockArguments,
    FollowUpArguments,
    NamingArguments,
)
from gateway.evidence.arguments import (
    Answered,
    CopyArguments,
    EvidenceKind,
    FilingArguments,
    SenderArguments,
    TakenDecision,
)
from gateway.evidence.certificates import (
    CertificateArguments,
    fault_of_holder,
    faults_of,
)
from gateway.evidence.readings import ReadingArguments, SearchArguments
from gateway.evidence.writing import (
    WritingArguments,
    writing_refusals,
)
from gateway.rights import (
    filing_rules,
    notice_rules,
    reading_rules,
    recipient_rules,
    sender_rules,
)
from gateway.rights.administrator_rules import judge_administering, judge_naming
from gateway.rights.copy_rules import decide_copy
from gateway.rights.delivery_rules import decide_message
from gateway.rights.follow_up_rules import refuse_follow_up
from gateway.rights.mailbox_rules import (
    DeliveryFacts,
    MailboxFacts,
    refuse_delivery,
    refuse_mailbox,
)
from gateway.rights.notice_rules import NoticeFacts
from gateway.rights.opening_rules import HoldingFacts, refuse_opening
from gateway.rights.professional_viewing_rules import (
    ViewingFacts,
    refuse_viewing,
)
from gateway.rights.recipient_rules import PatientFacts
from gateway.rights.record_act_rules import refuse_act
from gateway.rights.relay_rules import RelayFacts, refuse_relay
from gateway.rights.sender_rules import SenderHeaders

PATIENT_BY_MAIL = "PATIENT_BY_MAIL"
"""The word of the doors for a patient's address that poses as the sender."""


def decide_again(parts: Sequence[TakenDecision]) -> tuple[Any, ...]:
    """
    Return what today's rules decide on some decisions kept, in the same order.

    The documents of one message to one patient are decided together, as they were.
    """
    decided: dict[int, Any] = {}
    messages: dict[int, list[int]] = {}
    for number, part in enumerate(parts):
        if part.kind is EvidenceKind.FILING:
            messages.setdefault(part.place[0], []).append(number)
        else:
            decided[number] = _DECIDE[part.kind](part.arguments)
    for numbers in messages.values():
        whole = _message([parts[number].arguments for number in numbers])
        decided.update(zip(numbers, whole, strict=True))
    return tuple(decided[number] for number in range(len(parts)))


def same(before: Any, after: Any) -> bool:
    """Tell whether two decisions are one, under whichever versions they were taken."""
    if isinstance(before, FilingDecision) and isinstance(after, FilingDecision):
        return evolve(before, versions=after.versions) == after
    return bool(before == after)


def differences(before: Any, after: Any) -> tuple[tuple[str, Any, Any], ...]:
    """Return what of a decision is other: its name, what it was, and what it is."""
    return tuple(
        (one.name, getattr(before, one.name), getattr(after, one.name))
        for one in attrs.fields(type(before))
        if one.name != "versions"
        and getattr(before, one.name) != getattr(after, one.name)
    )


def objected(part: TakenDecision) -> frozenset[str]:
    """Return the reasons for which rules objected when it was decided."""
    decided = part.decided
    if isinstance(decided, FilingDecision) and (decided.file or decided.withdraws):
        return frozenset()  # its reasons say how it was filed
    return frozenset(part.reasons)


def _message(asked: Sequence[FilingArguments]) -> tuple[FilingDecision, ...]:
    own = [filing_rules.decide_filing(one.facts) for one in asked]
    elsewhere = [_set_aside_for(reason, asked[0]) for reason in asked[0].others]
    return decide_message([*own, *elsewhere]).documents[: len(own)]


def _set_aside_for(reason: Reason, asked: FilingArguments) -> FilingDecision:
    """Return a decision on a document of another patient: it is somebody else's."""
    versions: RuleVersions = asked.facts.versions
    return FilingDecision(
        code=reason,
        reasons=(reason,),
        file=False,
        deliver=False,
        quarantine=True,
        versions=versions,
    )


def _first(reason: str | None) -> Answered:
    return Answered(() if reason is None else (str(reason),))


def _recipient(facts: PatientFacts) -> Answered:
    return _first(recipient_rules.refuse_patient(facts))


def _notice(facts: NoticeFacts) -> Answered:
    return _first(notice_rules.refuse_notice(facts))


def copy_answer(asked: CopyArguments) -> Answered:
    """Return why a copy is not delivered, as the rule is today."""
    decision = decide_copy(
        asked.visibility, recipient=asked.recipient, sender=asked.sender
    )
    return Answered(
        tuple(map(str, decision.reasons)) if isinstance(decision, Refuse) else ()
    )


def _certificate(asked: CertificateArguments) -> Answered:
    faults = faults_of(asked)
    return Answered(faults) if faults else _first(fault_of_holder(asked))


def _mailbox(facts: MailboxFacts) -> Answered:
    return _first(refuse_mailbox(facts))


def _reading(asked: ReadingArguments) -> Answered:
    return _first(reading_rules.refuse_reading(asked.facts, asked.policy))


def _search(asked: SearchArguments) -> Answered:
    return _first(
        reading_rules.refuse_search(asked.facts, asked.policy, by_names=asked.by_names)
    )


def _viewing(facts: ViewingFacts) -> Answered:
    return _first(refuse_viewing(facts))


def _relay(facts: RelayFacts) -> Answered:
    return _first(refuse_relay(facts))


def _opening(facts: HoldingFacts) -> Answered:
    return _first(refuse_opening(facts))


def _writing(asked: WritingArguments) -> Answered:
    return Answered(writing_refusals(asked))


def _delivery(facts: DeliveryFacts) -> Answered:
    return _first(refuse_delivery(facts))


def _act(asked: ActArguments) -> Answered:
    return _first(refuse_act(asked.done))


def _follow_up(asked: FollowUpArguments) -> Answered:
    return _first(refuse_follow_up(asked.follow_up))


def _block(asked: BlockArguments) -> Answered:
    return _first(judge_administering(asked.block))


def _naming(asked: NamingArguments) -> Answered:
    return _first(judge_naming(asked.naming))


def _sender(asked: SenderArguments) -> Answered:
    decision = (
        sender_rules.decide_reverse_path(asked.link, asked.reverse_path)
        if asked.headers is None
        else sender_rules.decide_headers(asked.link, asked.reverse_path, asked.headers)
    )
    if isinstance(decision, Refuse):
        return Answered(tuple(map(str, decision.reasons)))
    return _first(as_patient(asked))


def as_patient(asked: SenderArguments) -> str | None:
    """Return the word of the doors where a patient's address poses as the sender."""
    headers = asked.headers or SenderHeaders(from_=())
    poses = sender_rules.writes_as_patient(
        asked.reverse_path, headers, asked.patient_domain
    )
    return PATIENT_BY_MAIL if poses else None


_DECIDE: Mapping[EvidenceKind, Callable[[Any], Any]] = MappingProxyType(
    {
        EvidenceKind.RECIPIENT: _recipient,
        EvidenceKind.SENDER: _sender,
        EvidenceKind.COPY: copy_answer,
        EvidenceKind.NOTICE: _notice,
        EvidenceKind.CERTIFICATE: _certificate,
        EvidenceKind.MAILBOX: _mailbox,
        EvidenceKind.READING: _reading,
        EvidenceKind.SEARCH: _search,
        EvidenceKind.VIEWING: _viewing,
        EvidenceKind.RELAY: _relay,
        EvidenceKind.OPENING: _opening,
        EvidenceKind.WRITING: _writing,
        EvidenceKind.DELIVERY: _delivery,
        EvidenceKind.ACT: _act,
        EvidenceKind.FOLLOW_UP: _follow_up,
        EvidenceKind.BLOCK: _block,
        EvidenceKind.NAMING: _naming,
    }
)

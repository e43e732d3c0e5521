"""What each rule says of a decision that was kept, and which facts it looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from gateway.core.decision import Refuse
from gateway.evidence.acts import (
    ActArguments,
    BlockArguments,
    FollowUpArguments,
    NamingArguments,
)
from gateway.evidence.arguments import (
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
from gateway.evidence.replaying import as_patient, copy_answer
from gateway.evidence.watching import FactsSeen
from gateway.evidence.writing import (
    WritingArguments,
    file_refusals,
)
from gateway.rights import (
    filing_rules,
    notice_rules,
    reading_rules,
    recipient_rules,
    sender_rules,
)
from gateway.rights.administrator_rules import judge_administering, judge_naming
from gateway.rights.filing_facts import (
    DocumentFacts,
    FilingFacts,
    NoWithdrawal,
)
from gateway.rights.follow_up_rules import FOLLOW_UP_ROWS
from gateway.rights.mailbox_rules import (
    DeliveryFacts,
    MailboxFacts,
    refuse_delivery,
    refuse_mailbox,
)
from gateway.rights.message_rules import patient_facts
from gateway.rights.messaging_rules import ANSWER_ROWS
from gateway.rights.notice_rules import NoticeFacts
from gateway.rights.opening_rules import HoldingFacts, refuse_opening
from gateway.rights.professional_viewing_rules import (
    VIEWING_ROWS,
    ViewingFacts,
)
from gateway.rights.recipient_rules import PatientFacts
from gateway.rights.record_act_rules import ACT_ROWS
from gateway.rights.relay_rules import RelayFacts, refuse_relay
from gateway.rights.withdrawal_rules import decide_withdrawal


@frozen(kw_only=True)
class RuleAnswer:
    """
    What one rule says: the reason for which it objects, or an empty text.

    ``facts`` are those it looked at, by their path among the arguments.
    """

    rule: str
    reason: str
    facts: Mapping[str, Any] = field(repr=False)


def answers(part: TakenDecision) -> tuple[RuleAnswer, ...]:
    """Return the answer of each rule that objects to things, as the rules are today."""
    return tuple(
        RuleAnswer(rule=name, reason=str(reason or ""), facts=facts)
        for name, reason, facts in _ASK[part.kind](part.arguments)
    )


_Said = tuple[str, Any, Mapping[str, Any]]


def _asked(name: str, rule: Callable[[Any], Any], facts: Any, path: str = "") -> _Said:
    """Ask one rule on its facts, which stand at a path among the arguments."""
    seen = FactsSeen()
    return name, rule(seen.watch(facts, path)), seen.facts


def _each(
    name: str,
    rows: Sequence[tuple[str, Callable[[Any], Any]]],
    facts: Any,
    path: str = "",
) -> list[_Said]:
    return [_asked(f"{name}-{row}", rule, facts, path) for row, rule in rows]


def _filing_answers(asked: FilingArguments) -> list[_Said]:
    facts = asked.facts
    said = [_row(number, rule, facts) for number, rule in filing_rules.MESSAGE_ROWS]
    document = facts.document
    if not isinstance(document, DocumentFacts):
        return said
    if document.withdrawal is not NoWithdrawal.NOT_ASKED:
        return [*said, _asked("withdrawal", _withdrawal, facts)]
    for number, rule in filing_rules.DOCUMENT_ROWS:
        seen = FactsSeen()
        watched = seen.watch(facts)
        reason = rule(watched, seen.watch(document, "document"))
        said.append((str(number), reason, seen.facts))
    return said


def _row(number: int, rule: Callable[[Any], Any], facts: FilingFacts) -> _Said:
    """Rows that the doors ask too look at facts of their own, made of these."""
    name, reason, seen = _asked(str(number), rule, facts)
    shared = dict(recipient_rules.PATIENT_ROWS)
    if number in shared:
        _, _, seen = _asked(name, shared[number], patient_facts(facts))
    return name, reason, seen


def _withdrawal(facts: Any) -> str | None:
    decision = decide_withdrawal(facts.document.withdrawal)
    return str(decision.reasons[0]) if isinstance(decision, Refuse) else None


def _recipient_answers(facts: PatientFacts) -> list[_Said]:
    return [
        _asked(str(number), rule, facts)
        for number, rule in recipient_rules.PATIENT_ROWS
    ]


def _notice_answers(facts: NoticeFacts) -> list[_Said]:
    return _each("notice", notice_rules.NOTICE_ROWS, facts)


def _sender_answers(asked: SenderArguments) -> list[_Said]:
    said: list[_Said] = []
    if asked.headers is None:
        said.append(_asked("mail-from", _mail_from, asked))
    else:
        for rule in sender_rules.HEADER_RULES:
            seen = FactsSeen()
            reason = rule(
                seen.watch(asked.link, "link"),
                asked.reverse_path,
                seen.watch(asked.headers, "headers"),
            )
            said.append((_HEADER_NAMES.get(rule, "header"), reason, seen.facts))
    return [*said, _asked("patient-by-mail", as_patient, asked)]


def _mail_from(asked: Any) -> str | None:
    decision = sender_rules.decide_reverse_path(asked.link, asked.reverse_path)
    return str(decision.reasons[0]) if isinstance(decision, Refuse) else None


def _copy_answers(asked: CopyArguments) -> list[_Said]:
    return [
        _asked("copy", lambda one: next(iter(copy_answer(one).reasons), None), asked)
    ]


def _certificate_answers(asked: CertificateArguments) -> list[_Said]:
    """Of a holder is asked once nothing stands against the certificate."""
    said = [_asked("certificate", lambda one: next(iter(faults_of(one)), None), asked)]
    if said[0][1] is None:
        said.append(_asked("holder", fault_of_holder, asked))
    return said


def _mailbox_answers(facts: MailboxFacts) -> list[_Said]:
    return [_asked("mailbox", refuse_mailbox, facts)]


def _reading_answers(asked: ReadingArguments) -> list[_Said]:
    said: list[_Said] = []
    for name, rule in reading_rules.READING_ROWS:
        seen = FactsSeen()
        facts, policy = seen.watch(asked.facts), seen.watch(asked.policy, "policy")
        said.append((f"reading-{name}", rule(facts, policy), seen.facts))
    return said


def _search_answers(asked: SearchArguments) -> list[_Said]:
    seen = FactsSeen()
    facts, policy = seen.watch(asked.facts), seen.watch(asked.policy, "policy")
    by_names = asked.by_names
    reason = reading_rules.refuse_search(facts, policy, by_names=by_names)
    return [("search", reason, {"by_names": by_names, **seen.facts})]


def _viewing_answers(facts: ViewingFacts) -> list[_Said]:
    return _each("viewing", VIEWING_ROWS, facts)


def _relay_answers(facts: RelayFacts) -> list[_Said]:
    return [_asked("relay", refuse_relay, facts)]


def _opening_answers(facts: HoldingFacts) -> list[_Said]:
    return [_asked("opening", refuse_opening, facts)]


def _writing_answers(asked: WritingArguments) -> list[_Said]:
    return [
        *_each("writing", ANSWER_ROWS, asked.answer, "answer"),
        _asked("writing-files", _files, asked),
    ]


def _files(asked: Any) -> str | None:
    return next(iter(file_refusals(asked.files)), None)


def _delivery_answers(facts: DeliveryFacts) -> list[_Said]:
    return [_asked("delivery", refuse_delivery, facts)]


def _act_answers(asked: ActArguments) -> list[_Said]:
    return _each("act", ACT_ROWS, asked.done, "done")


def _follow_up_answers(asked: FollowUpArguments) -> list[_Said]:
    return _each("follow-up", FOLLOW_UP_ROWS, asked.follow_up, "follow_up")


def _block_answers(asked: BlockArguments) -> list[_Said]:
    return [_asked("block", judge_administering, asked.block, "block")]


def _naming_answers(asked: NamingArguments) -> list[_Said]:
    return [_asked("naming", judge_naming, asked.naming, "naming")]


_HEADER_NAMES = dict(
    zip(
        sender_rules.HEADER_RULES,
        ("from-one", "from-own", "sender-own", "reply-to"),
        strict=True,
    )
)

_ASK: Mapping[EvidenceKind, Callable[[Any], list[_Said]]] = MappingProxyType(
    {
        EvidenceKind.FILING: _filing_answers,
        EvidenceKind.RECIPIENT: _recipient_answers,
        EvidenceKind.SENDER: _sender_answers,
        EvidenceKind.COPY: _copy_answers,
        EvidenceKind.NOTICE: _notice_answers,
        EvidenceKind.CERTIFICATE: _certificate_answers,
        EvidenceKind.MAILBOX: _mailbox_answers,
        EvidenceKind.READING: _reading_answers,
        EvidenceKind.SEARCH: _search_answers,
        EvidenceKind.VIEWING: _viewing_answers,
        EvidenceKind.RELAY: _relay_answers,
        EvidenceKind.OPENING: _opening_answers,
        EvidenceKind.WRITING: _writing_answers,
        EvidenceKind.DELIVERY: _delivery_answers,
        EvidenceKind.ACT: _act_answers,
        EvidenceKind.FOLLOW_UP: _follow_up_answers,
        EvidenceKind.BLOCK: _block_answers,
        EvidenceKind.NAMING: _naming_answers,
    }
)

"""An explanation as it is printed: for people in French or in English, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from gateway.core.reasons import Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.rules import RULE_TEXTS
from gateway.evidence.arguments import EvidenceKind, TakenDecision
from gateway.evidence.form import to_json
from gateway.evidence.program import rules_hash
from gateway.evidence.replaying import (
    decide_again,
    differences,
    objected,
    same,
)
from gateway.evidence.rule_answers import RuleAnswer, answers
from gateway.evidence.saying import SaidRule, Words, source_of
from gateway.store.evidence.keeping import KeptDecisions

_ABOUT: Mapping[EvidenceKind, str] = MappingProxyType(
    {
        EvidenceKind.VIEWING: "about_document",
        EvidenceKind.ACT: "about_document",
        EvidenceKind.READING: "about_consultation",
        EvidenceKind.FOLLOW_UP: "about_consultation",
        EvidenceKind.BLOCK: "about_consultation",
    }
)
"""What the subject of a decision is, where it is no message."""
_BY_PAGES = frozenset(
    {
        EvidenceKind.READING,
        EvidenceKind.SEARCH,
        EvidenceKind.NAMING,
        EvidenceKind.WRITING,
    }
)
"""Decisions about nothing that has an id, and at no door."""


@frozen(kw_only=True)
class Explanation:
    """
    Decisions taken together, and what stands beside them.

    ``shown`` are those that were asked for. ``in_journal``: whether the journal's
    lines vouch for them, None where none was found. ``settings`` is the service's as
    a text, ``patient_settings`` what the patient had set, by the version.
    """

    decisions: KeptDecisions
    shown: tuple[TakenDecision, ...] = field(repr=False)
    in_journal: bool | None
    settings: str
    patient_settings: Mapping[str, Any] = field(repr=False)


def as_json(one: Explanation, *, replay: bool) -> dict[str, Any]:
    """Return an explanation for programs; its words do not change with a language."""
    kept = one.decisions
    again = dict(zip(map(id, kept.parts), decide_again(kept.parts), strict=True))
    return {
        "id": kept.id,
        "subject": kept.subject,
        "time": kept.at.isoformat(),
        "fault": kept.fault,
        "circumstances": to_json(kept.circumstances),
        "program": {
            "then": kept.program,
            "now": rules_hash(),
            "same": kept.program == rules_hash(),
        },
        "settings": {
            "hash": kept.settings,
            "values": json.loads(one.settings) if one.settings else None,
        },
        "patientSettings": dict(one.patient_settings),
        "inJournal": one.in_journal,
        "outcomes": list(kept.outcomes),
        "decisions": [
            _part_as_json(part, again[id(part)], replay=replay) for part in one.shown
        ],
    }


def _part_as_json(part: TakenDecision, again: Any, *, replay: bool) -> dict[str, Any]:
    asked = answers(part)
    made = {
        "kind": part.kind.value,
        "place": list(part.place),
        "outcome": part.outcome,
        "reasons": [
            {"code": reason, "source": source_of(reason)} for reason in part.reasons
        ],
        "patientSettings": part.patient_settings,
        "facts": to_json(part.arguments),
        "decided": to_json(part.decided),
        "rules": [
            {
                "rule": one.rule,
                "reason": one.reason,
                "source": RULE_TEXTS[one.rule].source if one.rule in RULE_TEXTS else "",
                "facts": {path: to_json(value) for path, value in one.facts.items()},
            }
            for one in asked
        ],
    }
    if replay:
        made["replay"] = {
            "same": same(part.decided, again),
            "differences": [
                {"what": name, "was": to_json(was), "is": to_json(now)}
                for name, was, now in differences(part.decided, again)
            ],
            "rules": [one.rule for one in _changed(part, asked, again)],
        }
    return made


def _changed(
    part: TakenDecision, asked: tuple[RuleAnswer, ...], again: Any
) -> list[RuleAnswer]:
    """Return the rules that object now and did not then."""
    if same(part.decided, again):
        return []
    before = objected(part)
    return [one for one in asked if one.reason and one.reason not in before]


def print_explanation(one: Explanation, language: str, *, replay: bool) -> None:
    """Print an explanation for people."""
    for line in lines_of(one, language, replay=replay):
        print(line)


def lines_of(one: Explanation, language: str, *, replay: bool) -> Iterator[str]:
    """Yield the lines of an explanation."""
    say = Words(language)
    kept, around = one.decisions, one.decisions.circumstances
    subject = _subject(kept, say)
    yield f"{say['decision']} {kept.id} {say['of']} {kept.at.isoformat()}, {subject}"
    if kept.fault:
        yield f"  {say['unreadable']}: {kept.fault}"
        for outcome in kept.outcomes:
            yield f"  {outcome['kind']}: {outcome['outcome'] or say['permitted']}"
        return
    sender = " ".join(filter(None, (around.sender, around.identity)))
    yield f"  {say['sender']}: {sender or say['nothing']}"
    if around.certificate:
        issuer = f", {say['issued_by']} {around.issuer}" if around.issuer else ""
        yield f"  {say['certificate']}: {around.certificate}{issuer}"
    if around.allowlist:
        entry = f", {say['entry']} {around.entry}" if around.entry else ""
        yield f"  {say['allowlist']}: {around.allowlist}{entry}"
    if around.crl:
        yield f"  {say['crl']} {around.crl}"
    today = say["today" if kept.program == rules_hash() else "not_today"]
    yield f"  {say['program']}: {kept.program} ({today})"
    if kept.settings:
        yield f"  {say['settings']}: {kept.settings}"
    vouched = {True: "journal_ok", False: "journal_other", None: "journal_none"}
    yield f"  {say['journal']}: {say[vouched[one.in_journal]]}"
    again = dict(zip(map(id, kept.parts), decide_again(kept.parts), strict=True))
    for part in one.shown:
        yield from _part_lines(part, again[id(part)], say, replay=replay)


def _subject(kept: KeptDecisions, say: Words) -> str:
    """Return what decisions are about, or where they were taken."""
    kinds = [EvidenceKind(one["kind"]) for one in kept.outcomes]
    if kept.subject:
        about = next((_ABOUT[one] for one in kinds if one in _ABOUT), "about")
        return f"{say[about]} {kept.subject}"
    is_refused = any(one["outcome"] for one in kept.outcomes)
    if _BY_PAGES.issuperset(kinds):
        return say["refused" if is_refused else "allowed"]
    return say["at_door" if is_refused else "let_in"]


def _part_lines(
    part: TakenDecision, again: Any, say: Words, *, replay: bool
) -> Iterator[str]:
    kinds = {
        EvidenceKind.SENDER: "sender_at_door",
        EvidenceKind.CERTIFICATE: "certificate_at_door",
    }
    place = ", ".join(str(number + 1) for number in part.place)
    where = f" ({say['place']}: {place})" if len(part.place) > 1 else ""
    outcome = part.outcome or say["permitted"]
    yield f"  {say[kinds.get(part.kind, part.kind.value)]}{where}: {outcome}"
    for reason in part.reasons:
        yield from _reason_lines(reason, say)
    if part.patient_settings:
        yield f"    {say['patient_settings']}: {part.patient_settings}"
    yield f"    {say['facts']}:"
    for name, value in say.facts_of(part):
        yield f"      {name}: {value}"
    yield f"    {say['rules']}:"
    asked = answers(part)
    for answer in asked:
        yield from _answer_lines(say.rule(answer), say)
    if replay:
        yield from _replay_lines(part, asked, again, say)


def _reason_lines(reason: str, say: Words) -> Iterator[str]:
    if reason not in Reason.__members__:
        yield f"    {reason}"
        return
    text = REASON_TEXTS[Reason(reason)]
    yield f"    {reason}: {text.fr if say.language == 'fr' else text.en}"
    yield f"      {say['source']}: {text.source}"


def _answer_lines(answer: SaidRule, say: Words) -> Iterator[str]:
    said = f"{say['objects']}, {answer.reason}" if answer.reason else say["passes"]
    yield f"      {answer.rule} {answer.title}: {said}"
    if answer.reason:
        if answer.source:
            yield f"        {say['source']}: {answer.source}"
        yield from _seen_lines(answer)


def _seen_lines(answer: SaidRule) -> Iterator[str]:
    for name, value in answer.facts:
        yield f"        {name}: {value}"


def _replay_lines(
    part: TakenDecision, asked: tuple[RuleAnswer, ...], again: Any, say: Words
) -> Iterator[str]:
    if same(part.decided, again):
        yield f"    {say['same']}"
        return
    yield f"    {say['other']}"
    for name, was, now in differences(part.decided, again):
        before, after = say.value(to_json(was)), say.value(to_json(now))
        yield f"      {name}: {say['was']} {before}, {say['is']} {after}"
    for answer in _changed(part, asked, again):
        said = say.rule(answer)
        yield f"      {said.rule} {said.title}: {say['objects']}, {said.reason}"
        yield from _seen_lines(said)
    now_objects = {answer.reason for answer in asked}
    for reason in sorted(objected(part) - now_objects):
        if reason not in getattr(again, "reasons", ()):
            yield f"      {reason}: {say['did_object']}"

"""An access to named documents as it is printed: for people, or as JSON."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from attrs import field, frozen

from gateway.cli.opening import QUARANTINE_GET, VAULT_GET, VAULT_LIST
from gateway.cli.options import note_reading
from gateway.core.texts.accesses import (
    ACCESS_WORDS,
    CAUSE_TEXTS,
    STATE_TEXTS,
    VERDICT_TEXTS,
)
from gateway.rights.access_rules import state_of
from gateway.store.accesses.telling import SENT
from gateway.store.accesses.values import Access
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import OPERATOR, Action, chain_of

_OPENS = frozenset({VAULT_GET.command, VAULT_LIST.command, QUARANTINE_GET.command})


@frozen
class AccessReading:
    """Something was opened by an access: when, by whom, and what."""

    at: datetime
    by: str
    what: Sequence[str] = field(repr=False)


@frozen
class AccessStory:
    """What came of an access, as the operator's chain says."""

    readings: Sequence[AccessReading]
    """In their order."""
    is_mailed: bool
    """An e-mail to one of its patients was made: not where none has an address."""


def story_of(work: UnitOfWork, access: Access) -> AccessStory:
    """Return what was opened by an access, and whether an e-mail tells of it."""
    lines = work.journal.about([access.id])
    readings = [
        AccessReading(
            line.at, line.detail.get("by", ""), line.detail.get("document", ())
        )
        for line in lines
        if line.action == Action.OPERATOR_READ and line.outcome in _OPENS
    ]
    told = [line.outcome for line in lines if line.action == Action.ACCESS_TOLD]
    return AccessStory(readings, SENT in told)


def note_showing(
    work: UnitOfWork, args: argparse.Namespace, command: str, shown: Iterable[Access]
) -> None:
    """Note in the chain of each patient, or the operator's, that accesses are shown."""
    for one in shown:
        for chain in [chain_of(each) for each in one.patients] or [OPERATOR]:
            note_reading(work, args, command, one.id, chain=chain, access=one.id)


def summary(access: Access, now: datetime) -> dict[str, Any]:
    """Return an access without what is sealed."""
    facts = access.facts
    return {
        "id": access.id,
        "asked": access.asked_at.isoformat(),
        "by": facts.asked_by,
        "state": state_of(facts, now).value,
        "cause": access.cause.value,
        "of": "message" if access.arrival_id else "documents",
        "grantedBy": access.granted_by,
        "begun": _moment(facts.begun_at),
        "until": _moment(facts.ends_at),
        "reviewBy": _moment(facts.review_by),
        "reviewed": _moment(access.reviewed_at),
        "reviewedBy": access.reviewed_by,
        "verdict": access.verdict.value if access.verdict else "",
        "told": _moment(access.told_at),
        "tellOn": _moment(access.tell_at),
    }


def as_json(access: Access, story: AccessStory, now: datetime) -> dict[str, Any]:
    """Return an access with what it names and what was opened, for programs."""
    said = access.said
    return {
        **summary(access, now),
        "patients": list(access.patients),
        "reason": said.why if said else None,
        "request": said.request if said else None,
        "delayReason": said.delayed_why if said else None,
        "named": [
            {"id": one.id, "category": one.category, "origin": one.origin}
            for one in (said.named if said else ())
        ],
        "opened": [
            {"time": one.at.isoformat(), "by": one.by, "what": list(one.what)}
            for one in story.readings
        ],
        "mailed": story.is_mailed,
    }


def lines_of(
    access: Access, story: AccessStory, now: datetime, language: str
) -> Iterator[str]:
    """Yield the lines that tell of an access, for people."""

    def word(name: str) -> str:
        return ACCESS_WORDS[name].said(language)

    def what(name: str) -> str:
        return word("list") if name == access.profile_id else name

    facts, said = access.facts, access.said
    state = STATE_TEXTS[state_of(facts, now)].said(language)
    yield f"{word('access')} {access.id}: {state}"
    yield f"  {word('asked')}: {facts.asked_by}, {access.asked_at.isoformat()}"
    if access.granted_by:
        yield f"  {word('granted')}: {access.granted_by}"
    elif facts.asked_until is None:
        yield f"  {word('at_once')}"
    if facts.begun_at is not None and facts.ends_at is not None:
        yield (
            f"  {word('from')} {facts.begun_at.isoformat()} "
            f"{word('until')} {facts.ends_at.isoformat()}"
        )
    yield f"  {word('cause')}: {CAUSE_TEXTS[access.cause].said(language)}"
    if said is None:
        yield f"  {word('destroyed')}"
    else:
        yield f"  {word('why')}: {said.why}"
        yield f"  {word('request')}: {said.request}"
        named = word("message" if access.arrival_id else "named")
        for one in said.named:
            yield f"  {named}: {' '.join(filter(None, (what(one.id), one.category)))}"
    for reading in story.readings:
        read = ", ".join(map(what, reading.what))
        yield f"  {word('read')}: {reading.at.isoformat()} {reading.by} {read}"
    if facts.begun_at is not None and not story.readings:
        yield f"  {word('not_read')}"
    yield from _after(access, story, language)


def _after(access: Access, story: AccessStory, language: str) -> Iterator[str]:
    """Yield what a review found, and when the patient is told."""

    def word(name: str) -> str:
        return ACCESS_WORDS[name].said(language)

    if access.verdict is not None:
        verdict = VERDICT_TEXTS[access.verdict].said(language)
        yield f"  {word('reviewed')} {access.reviewed_by}: {verdict}"
    elif access.facts.review_by is not None:
        yield f"  {word('review_due')} {access.facts.review_by.isoformat()}"
    if access.told_at is not None:
        told = word("told" if story.is_mailed else "not_mailed")
        yield f"  {told} {access.told_at.isoformat()}"
    elif access.tell_at is not None:
        yield f"  {word('tell_at')} {access.tell_at.isoformat()}"
    if access.said is not None and access.said.delayed_why:
        yield f"  {word('delayed')}: {access.said.delayed_why}"


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None

"""Whom a patient says not to know: from a document, a conversation or the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from gateway.core.actors import Who
from gateway.errors import NotFoundError
from gateway.rights.inquiry_rules import InquiryState
from gateway.rights.visibility_rules import knows_of_act, sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, Entry, chain_of
from gateway.store.patients.inquiries import (
    UNANSWERED,
    Inquiries,
    Inquiry,
    ReportedPerson,
)
from gateway.store.patients.profiles import Profiles
from gateway.web.patient.confidentiality import block
from gateway.web.patient.correspondents import Blockable, blockable
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.patient.history import HistoryLine, PatientHistory
from gateway.web.patient.history_parties import BY_READERS, Party
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.site.desk import reader_now, who_acts

MOST_TEXT: Final = 1000


@frozen(kw_only=True)
class ReportSource:
    """Where somebody was met: the kind of place, its id, and who is there."""

    kind: str
    subject: str
    people: Sequence[Blockable]
    can_block: bool = True
    """An operator of the service is no sender, and is reported only."""


def source_of_report(
    work: UnitOfWork, seen: SeenDocuments, asked: Mapping[str, str]
) -> ReportSource:
    """
    Return whom a document, a conversation or a line of the history is about.

    Raises:
        NotFoundError: it names none of them, or what is not this patient's to see.
    """
    for kind in ("document", "conversation"):
        if subject := asked.get(kind, ""):
            return _of(work, seen, kind, subject)
    number = asked.get("line", "")
    if not number.isdecimal() or len(number) > 17:
        raise NotFoundError("not found")
    line = PatientHistory(work, seen).one(int(number))
    if line is None:
        raise NotFoundError("not found")
    entry = work.journal.line(chain_of(seen.profile_id), line.seq)
    if entry is not None and _names_reader(entry, line):
        reader = _reader_of(work.journal.opened(entry))
        return ReportSource(
            kind="line", subject=number, people=(reader,), can_block=True
        )
    if line.card is not None and line.party is Party.PROFESSIONALS:
        return _of(work, seen, "document", line.card.id)
    if entry is not None and entry.action == Action.MESSAGE_DELIVERED:
        conversation = inbox_of(work).brought_by(seen.profile_id, entry.subject)
        return _of(work, seen, "conversation", conversation)
    if line.declarer is not None:
        teller = line.declarer.teller
        declarer = Blockable(
            identity=teller.number,
            name=teller.name or teller.number,
            is_structure=not teller.is_person,
        )
        return ReportSource(kind="line", subject=number, people=(declarer,))
    if line.party not in (Party.PROFESSIONALS, Party.SERVICE) or not line.who:
        raise NotFoundError("not found")
    can_block = line.party is Party.PROFESSIONALS and line.is_blockable
    somebody = Blockable(identity=line.who.lower(), name=line.who)
    return ReportSource(
        kind="line", subject=number, people=(somebody,), can_block=can_block
    )


def _names_reader(entry: Entry, line: HistoryLine) -> bool:
    return entry.action in BY_READERS and line.party is Party.PROFESSIONALS


def _reader_of(entry: Entry) -> Blockable:
    """Return who read, of a line that names them: not who wrote what was read."""
    identity, name = entry.detail["identity"], entry.detail["person"]
    return Blockable(identity=str(identity).lower(), name=str(name))


def _of(work: UnitOfWork, seen: SeenDocuments, kind: str, subject: str) -> ReportSource:
    found = blockable(
        work,
        seen,
        document=subject if kind == "document" else "",
        conversation=subject if kind == "conversation" else "",
    )
    if not subject or not found:
        raise NotFoundError("not found")
    return ReportSource(kind=kind, subject=subject, people=found)


@frozen(kw_only=True)
class ReportLimits:
    """How many inquiries of a patient may be open, and how many senders blocked."""

    inquiries: int
    blocks: int


def report(
    work: UnitOfWork,
    profile_id: str,
    source: ReportSource,
    who: Blockable,
    text: str,
    *,
    blocks: bool,
    limits: ReportLimits,
) -> str:
    """
    Report somebody, and block them with it where that is asked.

    Returns an empty text, or what is full: ``inquiries`` or ``blocks``; nothing was
    done then.
    """
    profile = Profiles(work).hold(profile_id)
    if profile is None:
        raise NotFoundError("not found")
    now = who_acts()
    if _open(work, profile_id) >= limits.inquiries:
        return "inquiries"
    blocks = blocks and source.can_block
    if blocks and not block(work, profile_id, {who.identity: who.name}, limits.blocks):
        return "blocks"
    identity = who.identity if source.can_block else ""
    said = ReportedPerson(
        identity=identity,
        name=who.name,
        source=source.kind,
        subject=source.subject,
        text=text,
        blocked=blocks,
        by=(now.who if now else Who.PATIENT).value,
    )
    held = Profiles(work).get(profile_id)  # the block moved it on
    assert held is not None, "held by this transaction"
    Inquiries(work).open(held, said)
    return ""


def reports_of(work: UnitOfWork, profile_id: str) -> list[Inquiry]:
    """Return what was reported, as far as who looks may know of it, newest first."""
    reader = reader_now()
    return [
        one
        for one in Inquiries(work).of_patient(profile_id)
        if sees_secrets(reader)
        or (one.reported is not None and knows_of_act(one.reported.by, reader))
    ]


def _open(work: UnitOfWork, profile_id: str) -> int:
    """Return how many are not closed: to who represents a minor, of theirs."""
    return sum(
        one.state is not InquiryState.CLOSED
        and (one.reported is None or one.reported.source != UNANSWERED)
        for one in reports_of(work, profile_id)
    )

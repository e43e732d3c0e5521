"""From a decision to what the vault is given: the entry, its flags, its set."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from attrs import evolve

from gateway.core.codes import CLASSES, coded
from gateway.core.decision import Announcement, FilingDecision
from gateway.core.document import ClinicalDocument, SubmissionSet, Visibility
from gateway.core.vault import MaskedBy
from gateway.dmp_bridge.filing.cases import Brought, Case
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.sender_names import people_of, structures_of
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.documents.cda.header import MAX_ID
from gateway.documents.times import PARIS
from gateway.documents.xds.entry import document_entry, submission_set

_OTHER: Final = "90"
"""The class of what fits in no other (TRE_A03)."""


def deposit_of(
    case: Case,
    brought: Brought,
    decision: FilingDecision,
    *,
    arrival_id: str,
    now: datetime,
) -> Deposit:
    """Return what to file by a decision that files, under a new entryUUID."""
    profile, document = case.profile, brought.found.readable
    assert profile is not None, "filed for nobody"
    assert document is not None, "filed unread"
    entry = document_entry(
        document,
        brought.found.content,
        entry_uuid=uuid4().urn,
        sha1=brought.found.sha1,
        visibility=decision.visibility,
        unknown_class=coded(CLASSES, _OTHER) if decision.file_as_other else None,
    )
    visible_at, then = _announced(decision, now)
    return Deposit(
        profile_id=profile.id,
        arrival_id=arrival_id,
        submission_id=case.submission_id,
        entry=evolve(
            entry,
            availability_status=decision.availability,
            replaces=decision.replaces,
        ),
        content=brought.found.content,
        prepared=brought.prepared,
        sha256=brought.found.sha256,
        set_id=document.set_id,
        version=document.version,
        body_level=document.body_level,
        people=people_of(document.authors),
        structures=structures_of(document.authors),
        deprecates=decision.deprecates,
        names=named_by(document, brought.found),
        superseded_by=decision.superseded_by,
        visible_at=visible_at,
        flags_then=then,
        masked_by=_masked_by(brought.found, decision.visibility | then),
    )


def named_by(document: ClinicalDocument, found: FoundDocument) -> str:
    """
    Return the uniqueId of what a document says to replace, or an empty text.

    The CDA names it, or else the sender does beside it. What is longer than any id that
    is filed names nothing.
    """
    named = document.replaces or found.said.replaces
    return named if len(named) <= MAX_ID else ""


def submission_for(
    document: ClinicalDocument, found: FoundDocument, source_id: str, now: datetime
) -> SubmissionSet:
    """
    Return the SubmissionSet of what one submission files for one patient.

    It has a uniqueId of ours, because the sender's comes twice with what is sent twice.
    Its author and content type are those of the sender where they are given.
    """
    unique = uuid4()
    return submission_set(
        document,
        unique_id=oid_of(unique),
        entry_uuid=unique.urn,
        source_id=source_id,
        submission_time=now,
        author=found.said.author,
        content_type=found.said.content_type,
    )


def oid_of(unique: UUID) -> str:
    """
    Return a UUID as an OID (ITU-T X.667).

    >>> oid_of(UUID("00000000-0000-0000-0000-0000000000ff"))
    '2.25.255'
    """
    return f"2.25.{unique.int}"


def first_notice(announcement: Announcement, now: datetime) -> timedelta:
    """Return after how long the patient is first told of a hidden document."""
    today = now.astimezone(PARIS).date()
    day = min(announcement.notice_on(today), announcement.shown_on(today))
    return _at_that_hour(day, now) - now


def _announced(
    decision: FilingDecision, now: datetime
) -> tuple[datetime | None, frozenset[Visibility]]:
    """Return when a hidden document is shown, and its flags from then on."""
    announcement = decision.announcement
    if announcement is None:
        return None, frozenset()
    then = decision.visibility - {Visibility.HIDDEN_FROM_PATIENT}
    if announcement.mask_when_shown:
        then |= {Visibility.MASKED}
    shown_on = announcement.shown_on(now.astimezone(PARIS).date())
    return _at_that_hour(shown_on, now), then


def _at_that_hour(day: date, now: datetime) -> datetime:
    """Return the moment of a day at which clocks in France show what they show now."""
    return datetime.combine(day, now.astimezone(PARIS).timetz()).astimezone(UTC)


def _masked_by(found: FoundDocument, visibility: frozenset[Visibility]) -> MaskedBy:
    if Visibility.MASKED not in visibility:
        return MaskedBy.NOBODY
    asked = found.said.visibility
    return MaskedBy.SENDER if Visibility.MASKED in asked else MaskedBy.PATIENT

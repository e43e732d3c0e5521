"""What a professional sees of a vault: the list, and one document of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from gateway.core.document import Availability
from gateway.core.habilitation import MatrixColumn
from gateway.core.listed_columns import ListedDocuments
from gateway.core.listing import Listing, moment_of
from gateway.core.reading import IN_EMERGENCY
from gateway.core.vault import FiledDocument, MaskedBy
from gateway.dmp_bridge.filing.document_facts import stored_version
from gateway.dmp_bridge.reading.gathering import PERMIT, ReadingStanding
from gateway.rights.listing_rules import (
    FoundDocuments,
    KnownDocuments,
    WantedDocuments,
    find,
)
from gateway.rights.masking_rules import is_masked, mask
from gateway.rights.professional_viewing_rules import (
    ProfessionalReader,
    ProfessionalSide,
    ViewingFacts,
    sight_of,
)
from gateway.rights.profile import ProfileState
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_rules import ReadingFacts, Relation
from gateway.rights.record_act_rules import ActFacts, RecordAct, refuse_act
from gateway.settings.reading import ReadingSettings
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.consultations import Consultations
from gateway.store.consultations.values import Consultation, Episode
from gateway.store.habilitation.matrices import Matrices
from gateway.store.patients.values import Profile

_APPROVED = Availability.APPROVED.value


@frozen
class ReadingTerms:
    """What the operator sets, and the day it is where the patients are."""

    settings: ReadingSettings
    day: date


def side_of(
    work: UnitOfWork,
    who: ReadingProfessional,
    facts: ReadingFacts,
    profile: Profile,
    terms: ReadingTerms,
) -> ProfessionalSide:
    """Return as whom somebody reads who may, by the matrix that holds that day."""
    assert isinstance(who.column, MatrixColumn), "who has none does not read"
    emergency = facts.way in IN_EMERGENCY
    reader = ProfessionalReader(
        way=facts.way,
        relation=Relation.NONE if emergency else facts.relation,
        column=who.column,
        identifiers=who.identifiers,
        masked_in_emergency=profile.emergency.get("masked") == PERMIT,
        treating_sees_masked=terms.settings.treating_sees_masked,
        is_activated=profile.state == ProfileState.ACTIVATED,
    )
    return ProfessionalSide(reader, Matrices(work).in_force(terms.day))


@frozen(kw_only=True)
class HeldReading:
    """A consultation that goes on: what stands now, and as whom somebody reads."""

    consultation: Consultation
    standing: ReadingStanding
    side: ProfessionalSide


def act_facts(
    held: HeldReading, document: FiledDocument, act: RecordAct, now: datetime
) -> ActFacts:
    """Return what decides of something to be done with a document that is seen."""
    reader = held.side.reader
    return ActFacts(
        act=act,
        version=stored_version(document, reader.identifiers),
        way=reader.way,
        relation=reader.relation,
        column=reader.column,
        visibility=document.visibility(now),
        masked=is_masked(document, now),
        maskable=mask(document, now, MaskedBy.PATIENT) is not None,
    )


def acts_of(
    held: HeldReading, document: FiledDocument, now: datetime
) -> frozenset[RecordAct]:
    """Return what may be done with a document, where the patient asks for it."""
    facts = (act_facts(held, document, act, now) for act in RecordAct)
    asked = (evolve(one, asked=True) for one in facts)
    return frozenset(one.act for one in asked if refuse_act(one) is None)


@frozen(kw_only=True)
class Sighted:
    """What is seen of a list, and what is not."""

    found: FoundDocuments
    hidden: tuple[str, ...]


def sighted(
    known: KnownDocuments, listing: Listing, wanted: WantedDocuments, now: int
) -> Sighted:
    """Return what fits of what a professional sees of a list, and what they do not."""
    found = find(known, wanted, now)
    every = set(known.entries.ids())
    current = ListedDocuments.of(listing.entries).having(
        lambda one: one.status == _APPROVED
    )
    return Sighted(
        found=found,
        hidden=tuple(name for name in current.ids() if name not in every),
    )


def viewing_facts(
    side: ProfessionalSide, document: FiledDocument, work: UnitOfWork
) -> ViewingFacts:
    """Return what decides of one document that somebody asks to open."""
    return side.facts(sight_of(document, work.now), on_request=True)


def within_episode(
    wanted: WantedDocuments, episode: Episode, zone: ZoneInfo
) -> WantedDocuments:
    """
    Return what is wanted of the care in a follow-up, from its first day to its last.

    Documents often say the day of the care alone, and so do the bounds here.
    """
    begin = _midnight(episode.opened_at, zone)
    end = None
    if episode.ended_at is not None:
        end = moment_of(_midnight(episode.ended_at, zone) + timedelta(days=1))
    first = moment_of(begin)
    return evolve(wanted, begin=max(first, wanted.begin or first), end=end)


def _midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def last_visit(
    work: UnitOfWork, who: ReadingProfessional, current: Consultation
) -> Consultation | None:
    """Return the consultation of somebody with a patient before this one, or None."""
    some = Consultations(work).of_reader(
        who.national_id, profile_id=current.profile_id, until=current.begun_at, most=1
    )
    return some[0] if some else None


def fresh_since(wanted: WantedDocuments, last: Consultation | None) -> WantedDocuments:
    """Return what is wanted with since when a document is new to who looks."""
    since = None if last is None else moment_of(last.begun_at)
    return evolve(wanted, fresh_since=since)

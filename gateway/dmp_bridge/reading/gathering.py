"""The facts of a reading, gathered from what is kept; what is decided is elsewhere."""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen

from gateway.core.reading import AgreementKind, ReadingWay
from gateway.rights.profile import ProfileState
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_rules import (
    Agreement,
    EmergencyDeclaration,
    Found,
    ReadingFacts,
    Relation,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.agreements import Agreements
from gateway.store.consultations.consultations import Consultations
from gateway.store.consultations.teams import CareTeams, Episodes
from gateway.store.consultations.values import (
    Consultation,
    Episode,
    KeptAgreement,
    NamedProfessional,
)
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients import treating
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.values import Profile, ProfileRights

READING: Final = "reading"
"""The kind of an opposition to being read, by anybody or by one."""
PERMIT: Final = "permit"
"""What the patient's switches for emergencies say that are on."""


def party_of(who: ReadingProfessional) -> NamedProfessional:
    """Return who reads as what is kept names them."""
    return NamedProfessional(
        identity=who.national_id,
        name=who.name,
        structure=who.structure,
        place=who.practice.place,
    )


@frozen(kw_only=True)
class ReadingStanding:
    """What stands between a professional and a patient now."""

    profile: Profile
    rights: ProfileRights
    relation: Relation
    team_agreement: KeptAgreement | None
    own_agreement: KeptAgreement | None
    episode: Episode | None
    was_informed: bool
    """In the follow-up that is open, by somebody of the same team."""
    blocked: bool


def gather(
    work: UnitOfWork, who: ReadingProfessional, profile: Profile
) -> ReadingStanding:
    """
    Return what stands between a professional and a patient.

    Raises:
        AlteredError: something of it is not as it was written: nobody reads by it.
    """
    rights, agreements = Profiles(work).rights(profile.id), Agreements(work)
    episode = Episodes(work).current(profile.id, who.team)
    team = agreements.newest(profile.id, AgreementKind.TEAM, who.team)
    own = agreements.newest(profile.id, AgreementKind.CONSULTATION, who.national_id)
    blocked = {one.lower() for one in rights.blocked}
    return ReadingStanding(
        profile=profile,
        rights=rights,
        relation=relation_of(work, who, profile.id, team),
        team_agreement=team,
        own_agreement=own,
        episode=episode,
        was_informed=episode is not None
        and Consultations(work).was_informed(episode.id),
        blocked=not blocked.isdisjoint(names_of(work, who)),
    )


def relation_of(
    work: UnitOfWork,
    who: ReadingProfessional,
    profile_id: str,
    agreement: KeptAgreement | None,
) -> Relation:
    """
    Return what a professional is to a patient: what the patient says comes first.

    Who works where the patient agreed to be read by the team is of that team
    (CSP L. 1110-12), and so is who joined it.
    """
    if Administrators(work, profile_id).among({who.national_id}) is not None:
        return Relation.ADMINISTRATOR
    standing = Profiles(work).standing(profile_id)
    if _named(standing.get(treating.FACT)) == who.national_id:
        return Relation.TREATING
    if agreement is not None:
        return Relation.TEAM
    member = CareTeams(work).member(profile_id, party_of(who))
    return Relation.TEAM if member is not None else Relation.NONE


def _named(said: object) -> str:
    return str(said.get("identity", "")) if isinstance(said, dict) else ""


def names_of(work: UnitOfWork, who: ReadingProfessional) -> frozenset[str]:
    """Return every name by which a patient may have blocked somebody."""
    return Mailboxes(work).known_as(who.identifiers)


def facts_of(
    work: UnitOfWork,
    who: ReadingProfessional,
    found: Found,
    standing: ReadingStanding | None,
    *,
    way: ReadingWay,
    informed: bool = False,
    declared: EmergencyDeclaration | None = None,
    current: Consultation | None = None,
) -> ReadingFacts:
    """
    Return the facts of a reading; ``standing`` is None where nobody was found.

    In a consultation that is open (``current``) what it was opened by is not spent, and
    that the patient was told, or what was declared, was said. Who reads as one of the
    care team says to be of it: whether the patient agreed to that is asked then.
    """
    if declared is not None:
        declared = evolve(declared, is_regulator=who.may_regulate)
    facts = ReadingFacts(
        way=way,
        now=work.now,
        profile=ProfileState(standing.profile.state)
        if standing
        else ProfileState.ABSENT,
        found=found,
        informed=informed,
        declared=declared,
        signed_in_by=who.signed_in_by,
        column=who.column,
    )
    if standing is None:
        return facts
    own = standing.own_agreement
    own_fact = own.fact if own else None
    if current is not None and current.agreement_id:
        opened_by = Agreements(work).get(current.agreement_id)
        if opened_by is not None and opened_by.kind is AgreementKind.CONSULTATION:
            own_fact = Agreement(given_at=opened_by.given_at, until=opened_by.ended_at)
    emergency = standing.profile.emergency
    oppositions = [one for one in standing.rights.oppositions if one.kind == READING]
    identifiers = {one.lower() for one in who.identifiers}
    team, relation = standing.team_agreement, standing.relation
    if way is ReadingWay.TEAM and relation is Relation.NONE:
        relation = Relation.TEAM
    return evolve(
        facts,
        blocked=standing.blocked,
        opposed=any(not one.structure for one in oppositions),
        opposed_to_this=any(one.structure in identifiers for one in oppositions),
        relation=relation,
        informed=informed or standing.was_informed or current is not None,
        team_agreement=team.fact if team else None,
        own_agreement=own_fact,
        regulator_permitted=emergency.get("samu") == PERMIT,
        others_permitted=emergency.get("other") == PERMIT,
    )

"""Who cares for a patient, and what they agreed to: as its pages show and change it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

from gateway.core.directory import DirectoryEntry
from gateway.core.reading import AgreementKind, AgreementMeans
from gateway.errors import NotFoundError
from gateway.rights.visibility_rules import sees_secrets
from gateway.settings.reading import ReadingSettings
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.agreements import Agreements
from gateway.store.consultations.codes import NewReadingCode, ReadingCodes
from gateway.store.consultations.teams import CareTeams
from gateway.store.consultations.values import KeptAgreement, NamedProfessional
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.kept_off import names_kept_off
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.treating import (
    NamedDoctor,
    name_treating,
    treating_doctor,
)
from gateway.store.patients.values import Opposition
from gateway.web.patient.document_cards import SeenDocuments

READING: Final = "reading"
"""The kind of an opposition to being read."""
_OF_PERSONS: Final = ("8", "0")
"""How the number of a person begins (IDNPS: 8 and the RPPS, 0 and ADELI)."""


@frozen(kw_only=True)
class ShownMember:
    """Somebody of the care team."""

    identity: str = field(repr=False)
    name: str = field(repr=False)
    place: str = field(repr=False)
    since: datetime


@frozen(kw_only=True)
class ShownAgreement:
    """
    An agreement as it is listed; ``given_by`` is who gave it for the patient.

    ``is_spent``: it was for one consultation, which was opened.
    """

    id: str
    is_team: bool
    name: str = field(repr=False)
    place: str = field(repr=False)
    means: AgreementMeans | None
    collected_by: str = field(repr=False)
    given_by: str = field(repr=False)
    given_at: datetime
    until: datetime | None
    is_spent: bool
    holds: bool


@frozen(kw_only=True)
class CaringNow:
    """All that a page about it shows."""

    treating: NamedDoctor | None
    members: Sequence[ShownMember]
    standing: Sequence[ShownAgreement]
    over: Sequence[ShownAgreement]
    objections: Sequence[Opposition]
    """To being read by one professional."""


def caring_now(work: UnitOfWork, seen: SeenDocuments) -> CaringNow:
    """Return who cares for a patient, as far as who looks may know of it."""
    rights = Profiles(work).rights(seen.profile_id)
    secret = frozenset[str]()
    if not sees_secrets(seen.reader):
        secret = frozenset(one.lower() for one in rights.secret_senders)
    agreements = [
        _shown(one, party, work.now)
        for one in Agreements(work).of_patient(seen.profile_id)
        if (party := one.party) is not None and not _is_of(party, secret)
    ]
    treating = treating_doctor(work, seen.profile_id)
    if treating is not None and treating.identity.lower() in secret:
        treating = None
    return CaringNow(
        treating=treating,
        members=[
            ShownMember(
                identity=party.identity,
                name=party.name,
                place=party.place,
                since=one.joined_at,
            )
            for one in CareTeams(work).members(seen.profile_id)
            if (party := one.party) is not None and not _is_of(party, secret)
        ],
        standing=[one for one in agreements if one.holds],
        over=[one for one in agreements if not one.holds],
        objections=[
            one
            for one in rights.oppositions
            if one.kind == READING and one.structure and one.structure not in secret
        ],
    )


def _is_of(party: NamedProfessional, secret: frozenset[str]) -> bool:
    names = {party.identity.lower(), party.structure.lower()} - {""}
    return not names.isdisjoint(secret)


def _shown(
    one: KeptAgreement, party: NamedProfessional, now: datetime
) -> ShownAgreement:
    ends = [end for end in (one.until, one.ended_at) if end is not None]
    return ShownAgreement(
        id=one.id,
        is_team=one.kind is AgreementKind.TEAM,
        name=party.name,
        place=party.place,
        means=one.means,
        collected_by=one.collected_by,
        given_by=one.given_by,
        given_at=one.given_at,
        until=min(ends, default=None),
        is_spent=one.spent_at is not None,
        holds=one.fact.holds(now),
    )


def take_back(work: UnitOfWork, seen: SeenDocuments, agreement_id: str) -> None:
    """
    End an agreement that stands, of those that who looks is shown.

    Raises:
        NotFoundError: it is none of them.
    """
    Profiles(work).hold(seen.profile_id)
    shown = {one.id for one in caring_now(work, seen).standing}
    found = Agreements(work).get(agreement_id) if agreement_id in shown else None
    if found is None:
        raise NotFoundError("not found")
    Agreements(work).withdraw(found)


def lift_objection(work: UnitOfWork, seen: SeenDocuments, identity: str) -> None:
    """
    End the objection to being read by one professional.

    Raises:
        NotFoundError: there is none.
    """
    for one in caring_now(work, seen).objections:
        if one.structure == identity.lower():
            Decisions(work).withdraw(seen.profile_id, one)
            return
    raise NotFoundError("not found")


def make_code(
    work: UnitOfWork, profile_id: str, settings: ReadingSettings
) -> NewReadingCode | None:
    """Make a code that lets a professional read; None: too many were made lately."""
    Profiles(work).hold(profile_id)
    codes = ReadingCodes(work)
    if codes.made_lately(profile_id) >= settings.codes_per_hour:
        return None
    life = timedelta(minutes=settings.code_minutes)
    return codes.make(profile_id, life, settings.code_tries)


def doctors_among(
    work: UnitOfWork, found: Sequence[DirectoryEntry]
) -> list[NamedDoctor]:
    """
    Return those of a search who can be named as treating doctor: persons by IDNPS.

    An address stands for who holds the mailbox, where that is one person.
    """
    doctors: dict[str, NamedDoctor] = {}
    for one in found:
        if one.is_place:
            continue
        names = [one.identity]
        if "@" in one.identity:
            names = sorted(Mailboxes(work).persons(one.identity))
        if len(names) == 1 and names[0].startswith(_OF_PERSONS):
            doctors[names[0]] = NamedDoctor(identity=names[0], name=one.name)
    return list(doctors.values())


def choose_treating(
    work: UnitOfWork, profile_id: str, doctor: NamedDoctor | None
) -> bool:
    """
    Name the treating doctor, or nobody; in the history it stands by whom.

    Returns False where the patient blocked them: nothing is done then.
    """
    Profiles(work).hold(profile_id)
    if doctor is not None and doctor.identity.lower() in names_kept_off(
        work, profile_id
    ):
        return False
    name_treating(work, profile_id, doctor)
    return True


def from_team(caring: CaringNow) -> list[NamedDoctor]:
    """Return who of the care team can be named as treating doctor."""
    known = [
        NamedDoctor(identity=one.identity, name=one.name, place=one.place)
        for one in caring.members
    ]
    return list({one.identity: one for one in known}.values())

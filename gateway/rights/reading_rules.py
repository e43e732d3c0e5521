"""
May this professional read in this patient's vault now? The five conditions, in order.

DICAH: the vault is there (Disponibilité), the patient is the one (INS), consent
(Consentement), who reads is surely who they say (Authentification), and may by the
matrix (Habilitation). The first that fails is the answer. Reading is another right
than filing, which none of these opens or closes (CSP L. 1111-15, R. 1111-47). Which
documents are then seen is for `professional_viewing_rules`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import evolve, field, frozen

from gateway.core.habilitation import MatrixColumn
from gateway.core.reading import IN_EMERGENCY, ReadingRefusal, ReadingWay
from gateway.rights.habilitation_rules import NoColumn
from gateway.rights.profile import ProfileState


class Found(StrEnum):
    """By what the patient was found."""

    QUALIFIED = "QUALIFIED"
    """By a program that has qualified the INS (RNIV)."""
    TYPED = "TYPED"
    """By the number that somebody typed on a page."""
    UNQUALIFIED = "UNQUALIFIED"
    """By a program that has not."""
    TRAITS = "TRAITS"
    """By names and birth date, which an emergency alone allows."""
    NOBODY = "NOBODY"


class SignedInBy(StrEnum):
    """How somebody proved who they are."""

    CARD = "CARD"
    """A card of a person (CPS) and a second factor, or Pro Santé Connect (e-CPS)."""
    CERTIFICATE_ALONE = "CERTIFICATE_ALONE"
    """A certificate of a person without a second factor."""
    STAFF_CARD = "STAFF_CARD"
    """A card of staff who are no professionals (CPE)."""
    STRUCTURE = "STRUCTURE"
    """A certificate of a structure, whoever stands behind it."""
    INDIRECT = "INDIRECT"
    """
    A structure's certificate that names the professional who acts, and whom the
    structure let in by two factors (AIR). Never for a certificate that names nobody;
    the pages take no such proof, a structure's own program would bring it.
    """


class Relation(StrEnum):
    """What somebody is to the patient; what the patient says of them comes first."""

    NONE = "NONE"
    TEAM = "TEAM"
    """Of the care team (CSP L. 1110-12), or so they say: agreements are to the team."""
    TREATING = "TREATING"
    """The treating doctor (médecin traitant), who reads it all (CSP L. 1111-16)."""
    ADMINISTRATOR = "ADMINISTRATOR"
    """Named by the patient to have wider rights."""


@frozen(kw_only=True)
class Agreement:
    """
    An agreement that was recorded, dated and shown to the patient.

    ``until`` is when it ends, None: with what it was given for. ``is_spent``: it was
    for one consultation, and that is over.
    """

    given_at: datetime
    until: datetime | None = None
    is_spent: bool = False

    def holds(self, now: datetime) -> bool:
        """Tell whether it holds now; one that is dated ahead does not yet."""
        return _holds(self, now)


def _holds(one: Agreement, now: datetime) -> bool:
    if one.is_spent or now < one.given_at:
        return False
    return one.until is None or now < one.until


@frozen(kw_only=True)
class EmergencyDeclaration:
    """What was ticked and written; the reason is for the patient to read."""

    is_ticked: bool
    reason: str = field(default="", repr=False)
    is_regulator: bool = False
    """The directory or the token says that this doctor regulates emergency calls."""


@frozen(kw_only=True)
class ReadingPolicy:
    """
    What the operator sets.

    ``initial_team_consent``: the first reading of a team needs the patient's recorded
    agreement (Conseil d'État, 15/10/2025, n° 490409). ``blocked_in_emergency``: whom
    the patient blocked may declare an emergency all the same. ``least_reason`` is the
    characters that a reason has at least.
    """

    initial_team_consent: bool = True
    blocked_in_emergency: bool = False
    least_reason: int = 10


@frozen(kw_only=True)
class ReadingFacts:
    """
    What a reading depends on.

    ``opposed``: the patient objects to being read by anybody, ``opposed_to_this``: by
    this professional. ``informed``: who reads has ticked that the patient was told
    (CSP R. 1111-46). ``team_agreement`` is what the patient said to the team that cares
    for them, ``own_agreement`` what they said for this one consultation.
    ``regulator_permitted`` and ``others_permitted`` are the patient's switches.
    """

    way: ReadingWay
    now: datetime
    profile: ProfileState
    found: Found
    blocked: bool = False
    opposed: bool = False
    opposed_to_this: bool = False
    relation: Relation = Relation.NONE
    informed: bool = False
    team_agreement: Agreement | None = None
    own_agreement: Agreement | None = None
    regulator_permitted: bool = True
    others_permitted: bool = True
    declared: EmergencyDeclaration | None = None
    signed_in_by: SignedInBy
    column: MatrixColumn | NoColumn


Rule = Callable[[ReadingFacts, ReadingPolicy], ReadingRefusal | None]

_BY_TWO_FACTORS: Final = frozenset({SignedInBy.CARD, SignedInBy.INDIRECT})

_CLOSED: Final = MappingProxyType(
    {
        ProfileState.ABSENT: ReadingRefusal.PROFILE_ABSENT,
        ProfileState.ANNOUNCED: ReadingRefusal.PROFILE_ABSENT,
        ProfileState.OPPOSED: ReadingRefusal.PROFILE_OPPOSED,
        ProfileState.CLOSED: ReadingRefusal.PROFILE_CLOSED,
        ProfileState.DELETION_REQUESTED: ReadingRefusal.PROFILE_CLOSED,
        ProfileState.DELETED: ReadingRefusal.PROFILE_CLOSED,
        ProfileState.SUSPENDED: ReadingRefusal.PROFILE_SUSPENDED,
    }
)


def available(facts: ReadingFacts, _: ReadingPolicy) -> ReadingRefusal | None:
    """
    Disponibilité: the vault is there and open, activated or not.

    Of whom nobody was found there is nothing to say: that is for `identified`.
    """
    if facts.found is Found.NOBODY and facts.profile is ProfileState.ABSENT:
        return None
    return _CLOSED.get(facts.profile)


def identified(facts: ReadingFacts, _: ReadingPolicy) -> ReadingRefusal | None:
    """INS: by a qualified or a typed number; by names in an emergency alone."""
    if facts.found is Found.UNQUALIFIED:
        return ReadingRefusal.INS_NOT_QUALIFIED
    by_names = facts.found is Found.TRAITS and facts.way in IN_EMERGENCY
    if by_names or facts.found in {Found.QUALIFIED, Found.TYPED}:
        return None
    return ReadingRefusal.PATIENT_NOT_FOUND


def consented(facts: ReadingFacts, policy: ReadingPolicy) -> ReadingRefusal | None:
    """
    Consentement (CSP R. 1111-46), or what stands in its place in an emergency.

    A block is the patient's word against one professional, and an emergency does not
    take it back by itself. Unblocking gives back no agreement: it is asked for again.
    """
    if facts.way in IN_EMERGENCY:
        return _in_emergency(facts, policy)
    if facts.blocked:
        return ReadingRefusal.BLOCKED
    if facts.opposed or facts.opposed_to_this:
        return ReadingRefusal.OPPOSED
    if not facts.informed:
        return ReadingRefusal.NOT_INFORMED
    if facts.way is ReadingWay.CONSENT:
        return _missing(facts.own_agreement, facts.now)
    if facts.relation is Relation.NONE:
        return ReadingRefusal.CONSENT_MISSING
    if facts.relation is Relation.TEAM and policy.initial_team_consent:
        return _missing(facts.team_agreement, facts.now)
    return None


def _missing(agreement: Agreement | None, now: datetime) -> ReadingRefusal | None:
    if agreement is None or now < agreement.given_at:
        return ReadingRefusal.CONSENT_MISSING
    return None if _holds(agreement, now) else ReadingRefusal.CONSENT_EXPIRED


def _in_emergency(facts: ReadingFacts, policy: ReadingPolicy) -> ReadingRefusal | None:
    """Ask the patient's switch, then for what is declared (CSP L. 1111-17)."""
    if facts.blocked and not policy.blocked_in_emergency:
        return ReadingRefusal.BLOCKED
    regulates = facts.way is ReadingWay.REGULATION
    permitted = facts.regulator_permitted if regulates else facts.others_permitted
    if not permitted:
        return ReadingRefusal.EMERGENCY_REFUSED_BY_PATIENT
    return refuse_declaration(facts.way, facts.declared, policy)


def refuse_declaration(
    way: ReadingWay, declared: EmergencyDeclaration | None, policy: ReadingPolicy
) -> ReadingRefusal | None:
    """
    Return what an emergency's declaration lacks, or None.

    Asked before somebody is looked for by name: whoever declares nothing learns of
    nobody whether there is such a patient.
    """
    if declared is None or not declared.is_ticked:
        return ReadingRefusal.EMERGENCY_NOT_DECLARED
    if way is ReadingWay.REGULATION:
        return None if declared.is_regulator else ReadingRefusal.NOT_A_REGULATOR
    written = len("".join(declared.reason.split()))
    return (
        ReadingRefusal.EMERGENCY_REASON_MISSING
        if written < policy.least_reason
        else None
    )


def authenticated(facts: ReadingFacts, _: ReadingPolicy) -> ReadingRefusal | None:
    """
    Authentification: a person, by two factors.

    A structure's certificate never reads by itself, and staff who are no professionals
    never do, under whosever responsibility they file.
    """
    if facts.signed_in_by is SignedInBy.STAFF_CARD:
        return ReadingRefusal.ROLE_NEVER_READS
    if facts.signed_in_by not in _BY_TWO_FACTORS:
        return ReadingRefusal.AUTH_TOO_WEAK
    return None


def habilitated(facts: ReadingFacts, _: ReadingPolicy) -> ReadingRefusal | None:
    """Habilitation: one column of the matrix; a regulator is a doctor."""
    if isinstance(facts.column, NoColumn):
        return ReadingRefusal.NOT_HABILITATED
    is_doctor = facts.column is MatrixColumn.DOCTOR
    if facts.way is ReadingWay.REGULATION and not is_doctor:
        return ReadingRefusal.NOT_A_REGULATOR
    return None


READING_ROWS: Final[tuple[tuple[str, Rule], ...]] = (
    ("available", available),
    ("identified", identified),
    ("consented", consented),
    ("authenticated", authenticated),
    ("habilitated", habilitated),
)
"""The conditions in their order; whoever cannot sign in comes to none of them."""


def refuse_reading(facts: ReadingFacts, policy: ReadingPolicy) -> ReadingRefusal | None:
    """Return why somebody does not read, the first condition that fails, or None."""
    answers = (rule(facts, policy) for _, rule in READING_ROWS)
    return next((one for one in answers if one is not None), None)


def refuse_search(
    facts: ReadingFacts, policy: ReadingPolicy, *, by_names: bool
) -> ReadingRefusal | None:
    """
    Return why somebody is told of no patient, or None.

    ``by_names`` it is asked before anybody is looked for: that takes a declared
    emergency.
    """
    if not by_names:
        return refuse_for_good(facts, policy)
    if facts.way not in IN_EMERGENCY:
        return ReadingRefusal.PATIENT_NOT_FOUND
    return refuse_declaration(facts.way, facts.declared, policy)


def refuse_for_good(
    facts: ReadingFacts, policy: ReadingPolicy
) -> ReadingRefusal | None:
    """
    Return why somebody does not read whatever they still ask, tick or declare, or None.

    Whom this refuses learns nothing of a patient, not even that it is the right one.
    """
    given, declared = Agreement(given_at=facts.now), facts.declared
    at_best = evolve(
        facts,
        informed=True,
        team_agreement=given,
        own_agreement=given,
        declared=EmergencyDeclaration(
            is_ticked=True,
            reason="x" * policy.least_reason,
            is_regulator=declared is not None and declared.is_regulator,
        ),
    )
    return refuse_reading(at_best, policy)

"""
Who would see a document as things are set, and as they would be after a change.

What a page tells a patient before they decide. Nothing is decided here: it is what the
rules of reading and of viewing answer to somebody who asks, ticks and declares all that
can be, so that the page says what a door would do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import evolve, field, frozen

from gateway.core.document import Visibility
from gateway.core.habilitation import Matrix, MatrixColumn, column_texts
from gateway.core.reading import IN_EMERGENCY, ReadingWay
from gateway.rights.author_rules import is_professional_id
from gateway.rights.habilitation_rules import NoColumn
from gateway.rights.professional_viewing_rules import (
    ProfessionalReader,
    ProfessionalSide,
)
from gateway.rights.profile import ProfileState
from gateway.rights.reader_rules import Sight
from gateway.rights.reading_rules import (
    EmergencyDeclaration,
    Found,
    ReadingFacts,
    ReadingPolicy,
    Relation,
    SignedInBy,
    refuse_for_good,
)

_MASKED: Final = frozenset({Visibility.MASKED})


@frozen(kw_only=True)
class ViewFacts:
    """
    What seeing a document depends on, beside who looks.

    ``reading_opposed``: the patient objects to being read by anybody. The next three
    are the patient's choices for emergencies, ``treating_sees_masked`` and
    ``activities_are_open`` the operator's. ``blocked`` are the names by which the
    patient blocked somebody, in lower case, and who stands behind them.
    """

    sight: Sight
    now: datetime
    profile: ProfileState = ProfileState.ACTIVATED
    reading_opposed: bool = False
    regulator_permitted: bool = True
    others_permitted: bool = True
    masked_in_emergency: bool = False
    treating_sees_masked: bool = False
    activities_are_open: bool = False
    blocked: frozenset[str] = field(default=frozenset(), repr=False)

    def with_mask(self, *, masked: bool) -> ViewFacts:
        """Return the same of the document masked, or shown."""
        flags = self.sight.visibility - _MASKED
        shown = evolve(self.sight, visibility=flags | _MASKED if masked else flags)
        return evolve(self, sight=shown)


@frozen(kw_only=True)
class WhoSees:
    """
    Who sees a document; each of them in care of the patient, and asking as they must.

    ``author``: one of its authors at least. ``treating`` is the treating doctor, and
    ``administrator`` one of those whom the patient named, where there is any.
    ``regulator`` answers an emergency call, ``others`` declare an emergency. All but
    the treating doctor as far as the matrix goes.
    """

    columns: frozenset[MatrixColumn]
    author: bool
    treating: bool
    administrator: bool
    regulator: bool
    others: bool


@frozen(kw_only=True)
class _Looker:
    """
    Somebody who looks, by a column of the matrix; most are nobody in particular.

    ``name``: the identifier by which they own documents, or are blocked.
    """

    column: MatrixColumn
    relation: Relation = Relation.TEAM
    way: ReadingWay = ReadingWay.TEAM
    name: str = field(default="", repr=False)


def who_sees(
    matrix: Matrix,
    facts: ViewFacts,
    policy: ReadingPolicy,
    *,
    treating: str = "",
    administrators: frozenset[str] = frozenset(),
) -> WhoSees:
    """Return who sees a document; the treating doctor and others by their numbers."""

    def sees(*lookers: _Looker) -> bool:
        return any(_sees(matrix, facts, policy, one) for one in lookers)

    def each(name: str, relation: Relation) -> list[_Looker]:
        return [_Looker(column=one, relation=relation, name=name) for one in every]

    every = frozenset(column_texts())
    doctor = MatrixColumn.DOCTOR
    treats = _Looker(column=doctor, relation=Relation.TREATING, name=treating)
    regulates = _Looker(column=doctor, way=ReadingWay.REGULATION)
    return WhoSees(
        columns=frozenset(one for one in every if sees(_Looker(column=one))),
        author=sees(*(_Looker(column=doctor, name=one) for one in _authors(facts))),
        treating=bool(treating) and sees(treats),
        administrator=any(
            sees(*each(one, Relation.ADMINISTRATOR)) for one in administrators
        ),
        regulator=sees(regulates),
        others=sees(*(_Looker(column=one, way=ReadingWay.EMERGENCY) for one in every)),
    )


def _authors(facts: ViewFacts) -> frozenset[str]:
    """
    Return by which names an author, or the place of one, may look.

    Somebody at work in a place that is blocked is blocked there: where all the places
    that a document names are, its authors look from nowhere.
    """
    owners = frozenset(facts.sight.owners)
    places = {one.lower() for one in owners if not is_professional_id(one)}
    return frozenset() if places and places <= facts.blocked else owners


def _sees(
    matrix: Matrix, facts: ViewFacts, policy: ReadingPolicy, looker: _Looker
) -> bool:
    """Ask the rules of reading, and of viewing: a single document is asked for."""
    asked = ReadingFacts(
        way=looker.way,
        now=facts.now,
        profile=facts.profile,
        found=Found.TYPED,
        blocked=looker.name.lower() in facts.blocked,
        opposed=facts.reading_opposed,
        relation=looker.relation,
        regulator_permitted=facts.regulator_permitted,
        others_permitted=facts.others_permitted,
        declared=EmergencyDeclaration(
            is_ticked=True, is_regulator=looker.way is ReadingWay.REGULATION
        ),
        signed_in_by=SignedInBy.CARD,
        column=_open_column(looker.column, is_open=facts.activities_are_open),
    )
    if refuse_for_good(asked, policy) is not None:
        return False
    emergency = looker.way in IN_EMERGENCY
    reader = ProfessionalReader(
        way=looker.way,
        relation=Relation.NONE if emergency else looker.relation,
        column=looker.column,
        identifiers=frozenset({looker.name}) - {""},
        masked_in_emergency=facts.masked_in_emergency,
        treating_sees_masked=facts.treating_sees_masked,
        is_activated=facts.profile is ProfileState.ACTIVATED,
    )
    return ProfessionalSide(reader, matrix).sees(facts.sight, on_request=True)


def _open_column(column: MatrixColumn, *, is_open: bool) -> MatrixColumn | NoColumn:
    """Return a column, or that nobody reads by it here: one of a closed activity."""
    if column_texts()[column].by_activity and not is_open:
        return NoColumn.ACTIVITIES_CLOSED
    return column

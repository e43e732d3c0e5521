"""
Finding a patient by names and birth date, exactly, in an emergency alone.

What is looked up is a keyed digest, by the names of birth and by those that are used.
Who is found is told by the profile itself: a row that somebody else wrote finds nobody.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen
from sqlalchemy import delete, select

from gateway.core.folding import fold
from gateway.core.person import IdentityTraits
from gateway.errors import UnavailableError
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.carried import place_in, set_place
from gateway.store.sealed.column_digests import column_digest
from gateway.store.tables import patient_traits, profiles

STEP: Final = "traits"
"""The step of carrying over that has patients of before be found by their names."""

_WHOLE_DATE: Final = 8
_MOST_ALIKE: Final = 20


@frozen(kw_only=True)
class WantedTraits:
    """Whom somebody looks for; the birth date is YYYYMMDD, each of them is needed."""

    family: str
    given: str
    birth_date: str

    @property
    def text(self) -> str:
        """What is digested, empty where something is missing."""
        return _text(fold(self.family), fold(self.given), self.birth_date)


def keep_traits(work: UnitOfWork, profile_id: str, traits: IdentityTraits) -> None:
    """Have a patient be found by these traits, and by no others."""
    forget_traits(work, profile_id)
    add_traits(work, profile_id, traits)


def add_traits(work: UnitOfWork, profile_id: str, traits: IdentityTraits) -> None:
    """Have a patient be found by these traits, who was found by none."""
    for digest in sorted(_digest(work, one) for one in _texts(traits)):
        work.add(patient_traits, profile_id=profile_id, digest=digest)


def forget_traits(work: UnitOfWork, profile_id: str) -> None:
    """Have a patient be found by their INS alone."""
    columns = patient_traits.c
    work.connection.execute(
        delete(patient_traits).where(columns.profile_id == profile_id)
    )


def ids_by_traits(work: UnitOfWork, wanted: WantedTraits) -> list[str]:
    """
    Return the ids of the patients whose row says these traits; none of unknown ones.

    What their profile says is for the caller to compare (`is_named`).
    """
    digest = _digest(work, wanted.text)
    if not digest:
        return []
    columns = patient_traits.c
    return list(
        work.connection.execute(
            select(columns.profile_id)
            .where(columns.digest == digest)
            .order_by(columns.profile_id)
            .limit(_MOST_ALIKE)
        ).scalars()
    )


def is_named(traits: IdentityTraits, wanted: WantedTraits) -> bool:
    """Tell whether somebody has these names and this birth date."""
    return wanted.text in _texts(traits)


def carry_traits(work: UnitOfWork, most: int) -> int:
    """Have so many patients of before be found so; return how many, 0 at the end."""
    from gateway.store.patients.profiles import Profiles

    after = place_in(work.connection, STEP)
    ids = list(
        work.connection.execute(
            select(profiles.c.id)
            .where(profiles.c.id > after)
            .order_by(profiles.c.id)
            .limit(most)
        ).scalars()
    )
    for profile_id in ids:
        try:
            profile = Profiles(work).get(profile_id)
        except UnavailableError:  # destroyed, or altered: found by nothing
            continue
        if profile is not None:
            keep_traits(work, profile_id, profile.traits)
    if ids:
        set_place(work.connection, STEP, ids[-1])
    return len(ids)


def _texts(traits: IdentityTraits) -> set[str]:
    """
    Return the texts of the names somebody is called by: those of birth, those used,
    and mixed; each name is folded once.
    """
    families = {fold(one) for one in (traits.family, traits.used_family)}
    given_names = (traits.first_given, traits.given_names, traits.used_given)
    givens = {fold(one) for one in dict.fromkeys(given_names)}
    born = traits.birth_date
    return {_text(f, g, born) for f in families for g in givens} - {""}


def _text(family: str, given: str, born: str) -> str:
    """Return the text of folded names and a day; empty where something is missing."""
    is_whole = len(born) == _WHOLE_DATE and born.isdigit()
    return f"{family}\0{given}\0{born}" if is_whole and family and given else ""


def _digest(work: UnitOfWork, text: str) -> str:
    return column_digest(work.keys, "patient_traits.digest", text)

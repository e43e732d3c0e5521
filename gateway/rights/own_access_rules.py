"""
What somebody may do with an own access to their space, by their age: one table.

The rights of a minor in the space are used by who represents them (CSP R. 1111-40).
The law knows no access of the minor's own: this service gives one where an operator
decides it, from the age at which a minor consents alone to an online service (loi du
6 janvier 1978, art. 45: 15 years). With it they read what is kept from representatives
at their wish (CSP R. 1111-50), so that nobody may come to it in their place: the way
back to a lost password, which a parent who knows the number, the birth date and the
card could go, is not open to them but at the counter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.core.person import age_on
from gateway.rights.majority_rules import is_adult, is_minor

OWN_ACCESS_YEARS: Final = 15


class AgeBand(StrEnum):
    """How old somebody surely is."""

    CHILD = "child"  # a minor, not surely of fifteen years
    TEENAGER = "teenager"  # a minor, surely of fifteen years
    ADULT = "adult"
    UNKNOWN = "unknown"  # neither surely a minor nor surely of age


class OwnAct(StrEnum):
    """What age decides of, in one's own space; all else is what the holder may do."""

    SIGN_IN = "sign in"
    RECOVER = "recover"  # another password, or the login, by what one knows and a code
    CLOSE = "close"  # and delete, and open again
    CARERS = "carers"
    DIRECTIVES = "directives"


_MAY: Final[Mapping[AgeBand, frozenset[OwnAct]]] = MappingProxyType(
    {
        AgeBand.CHILD: frozenset(),
        AgeBand.TEENAGER: frozenset({OwnAct.SIGN_IN}),
        AgeBand.ADULT: frozenset(OwnAct),
        # Shown to be of age, they may all: till then nothing that only an adult may.
        AgeBand.UNKNOWN: frozenset({OwnAct.SIGN_IN, OwnAct.RECOVER, OwnAct.CLOSE}),
    }
)
"""What each may; closing is asked for by who represents a minor (CSP R. 1111-36)."""


def age_band(born: str, today: date) -> AgeBand:
    """
    Return how old somebody born then (YYYYMMDD, as far as known) surely is on a day.

    >>> [age_band("20111129", date(2026, 11, day)).value for day in (28, 29)]
    ['child', 'teenager']
    """
    if is_adult(born, today):
        return AgeBand.ADULT
    if not is_minor(born, today):
        return AgeBand.UNKNOWN
    age = age_on(born, today)
    is_old = age is not None and age >= OWN_ACCESS_YEARS
    return AgeBand.TEENAGER if is_old else AgeBand.CHILD


def may_oneself(act: OwnAct, born: str, today: date) -> bool:
    """Tell whether somebody born then may do something with their own access."""
    return act in _MAY[age_band(born, today)]


def shares_a_contact(own: Iterable[str], theirs: Iterable[str]) -> bool:
    """
    Tell whether codes for somebody would come to somebody else as well.

    Each is an e-mail address or a telephone number; empty where there is none.
    """
    return bool({one.casefold() for one in own} & {t.casefold() for t in theirs} - {""})

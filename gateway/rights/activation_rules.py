"""Is it the patient whose space waits to be activated? What is asked, and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from attrs import field, frozen

from gateway.rights.majority_rules import is_minor
from gateway.rights.profile import TRANSITIONS, ProfileEvent, ProfileState
from gateway.rights.recovery_rules import ItemsSaid, is_whom_they_say

CODE_LIFE: Final = timedelta(weeks=6)
"""A provisional code is good for so long, once."""

BETWEEN_CODES: Final = timedelta(seconds=30)
"""The least between two of them (Mon espace santé: MIN_DELAY_ERROR)."""

CODE_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What a code is made of: nothing that is taken for another, as 0 and O, 1 and I."""

CODE_SIZE: Final = 8


@frozen(kw_only=True)
class SpaceKnown:
    """
    What is known of a space on a day; ``card`` is empty where the number is not.

    ``was_represented``: a representative opened it, and nobody has an account of it.
    """

    state: ProfileState
    birth_date: str = field(repr=False)
    card: str = field(repr=False)
    was_represented: bool
    today: date


def may_activate(said: ItemsSaid, known: SpaceKnown) -> bool:
    """
    Tell whether somebody is the patient of a space that waits: the birth date, and the
    card's serial number where it is known; the provisional code is asked besides.

    Who objected may change their mind (CSP R. 1111-28). A minor's space is opened by
    who represents them (R. 1111-40): whoever holds the letter would else see, as the
    minor, what is kept from representatives. Of age, the minor makes the account of a
    space that was open before.
    """
    if is_minor(known.birth_date, known.today):
        return False
    # Of a deleted space nothing is known any more: a new one is opened by the operator.
    waits = (known.state, ProfileEvent.ACTIVATE) in TRANSITIONS
    is_left = known.state is ProfileState.ACTIVATED and known.was_represented
    if not (waits or is_left) or known.state is ProfileState.DELETED:
        return False
    return is_whom_they_say(said, known.birth_date, known.card)


def may_oppose(state: ProfileState) -> bool:
    """Tell whether a space can still be objected to: before it opens."""
    return (state, ProfileEvent.OBJECT) in TRANSITIONS


def may_decide_at_counter(printed_by: str, account: str) -> bool:
    """
    Tell whether an account may write down at a counter what a patient decides.

    Whoever printed the letter has read its code, which then proves no patient to them:
    another account has to be shown it. Of a letter whose printer is not known, anybody.
    """
    return not printed_by or printed_by != account


def plain_code(text: str) -> str:
    """
    Return a provisional code as it was made, however it was typed.

    >>> plain_code(" 7kq2-m9xa ")
    '7KQ2M9XA'
    """
    return "".join(one for one in text.upper() if one not in " -.")

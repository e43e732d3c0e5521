"""Is it the patient who lost the password? What is asked, and what it must be like."""

from __future__ import annotations

import hmac
from datetime import date
from typing import Final

from attrs import field, frozen

from gateway.errors import InvalidError
from gateway.rights.own_access_rules import OwnAct, may_oneself
from gateway.rights.profile import ProfileState, may_sign_in

CARD_DIGITS: Final = (8, 13)
"""Fewest and most digits that are copied from a card (Mon espace santé: sécurité)."""


@frozen(kw_only=True)
class ItemsSaid:
    """
    What somebody without a password says of themselves.

    ``birth_date`` is YYYYMMDD; ``card`` is the serial number of the health insurance
    card (carte Vitale), in digits.
    """

    birth_date: str = field(repr=False)
    card: str = field(repr=False)


@frozen(kw_only=True)
class PersonKnown:
    """What is known of the patient of that number; ``card`` is empty where it is not"""

    state: ProfileState
    has_account: bool
    has_address: bool
    birth_date: str = field(repr=False)
    card: str = field(repr=False)
    today: date


def may_recover(said: ItemsSaid, known: PersonKnown) -> bool:
    """
    Tell whether a code is sent to the address that is known, for another password.

    The number, the birth date, and the serial number of the card where it is known
    (Mon espace santé: NIR, date de naissance, numéro de série de la carte Vitale). They
    open nothing by themselves: the code does. A minor's parents know all three and may
    read that address: a minor goes to the counter (`own_access_rules`).
    """
    if not may_oneself(OwnAct.RECOVER, known.birth_date, known.today):
        return False
    if not (may_sign_in(known.state) and known.has_account and known.has_address):
        return False
    return is_whom_they_say(said, known.birth_date, known.card)


def is_whom_they_say(said: ItemsSaid, birth_date: str, card: str) -> bool:
    """
    Tell whether the birth date is that which is known, and the card too where it is.
    """
    born = hmac.compare_digest(said.birth_date.encode(), birth_date.encode())
    return born and (not card or is_same_card(said.card, card))


def is_same_card(said: str, known: str) -> bool:
    """
    Tell whether two serial numbers are of one card.

    Cards with a photo show eleven digits, older ones up to thirteen: the one that is
    shorter is the end of the other.
    """
    size = min(len(said), len(known))
    if size < CARD_DIGITS[0]:
        return False
    return hmac.compare_digest(said[-size:].encode(), known[-size:].encode())


def card_serial(text: str) -> str:
    """
    Return a serial number as its digits.

    Raises:
        InvalidError: they are not so many, or something else is among them.
    """
    digits = "".join(text.split())
    least, most = CARD_DIGITS
    is_number = digits.isascii() and digits.isdigit()
    if not is_number or not least <= len(digits) <= most:
        raise InvalidError(f"a card's serial number has {least} to {most} digits")
    return digits

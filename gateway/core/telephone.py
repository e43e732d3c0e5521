"""Telephone numbers, as the world writes them."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"\+[1-9]\d{7,14}")
_FRENCH: Final = re.compile(r"0([1-9]\d{8})")


def telephone_of(text: str) -> str | None:
    """
    Return a telephone number as E.164 writes it, of France where no country is said.

    >>> telephone_of("06 12 34 56 78"), telephone_of("0032 470 12 34 56")
    ('+33612345678', '+32470123456')
    >>> telephone_of("15") is None
    True
    """
    digits = "".join(one for one in text if one not in " .-()/\u00a0\u202f")
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif found := _FRENCH.fullmatch(digits):
        digits = "+33" + found[1]
    return digits if digits.isascii() and _NUMBER.fullmatch(digits) else None

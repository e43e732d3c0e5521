"""May somebody sign in by this name? Its form, and what others know of a person."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

SHORTEST: Final = 8
LONGEST: Final = 100
"""Of logins chosen now (Mon espace santé: identifiant); older ones may be shorter."""

_FORM = re.compile(r"[a-z0-9][a-z0-9._-]*")
_NUMBER = re.compile(r"[1-9]\d{4}(?:\d\d|2[ab])\d{6}(?:\d\d)?")
_IBAN = re.compile(r"[a-z]{2}\d{2}[a-z0-9]{11,30}")
_TELEPHONE = re.compile(r"(?:33|0)[1-9]\d{8}")
_SIGNS = str.maketrans("", "", "._-")


class LoginFault(StrEnum):
    """Why a login is refused."""

    ADDRESS = "address"
    SHORT = "short"
    LONG = "long"
    FORM = "form"
    NUMBER = "number"
    IBAN = "iban"
    TELEPHONE = "telephone"


def judge_login(login: str) -> LoginFault | None:
    """
    Return why a login, in small letters, is refused, or None.

    8 to 100 letters, digits, dots, hyphens or underscores, the first a letter or a
    digit. What others know of a person is none, whatever signs stand in it: an e-mail
    address, a social security number or INS, an account number (ISO 13616), a
    telephone number.
    """
    if "@" in login:
        return LoginFault.ADDRESS
    bare = login.translate(_SIGNS)
    if _NUMBER.fullmatch(bare):
        return LoginFault.NUMBER
    if len(login) < SHORTEST:
        return LoginFault.SHORT
    if len(login) > LONGEST:
        return LoginFault.LONG
    if not _FORM.fullmatch(login):
        return LoginFault.FORM
    if is_iban(bare):
        return LoginFault.IBAN
    return LoginFault.TELEPHONE if _TELEPHONE.fullmatch(bare) else None


def is_iban(text: str) -> bool:
    """
    Tell whether a text in small letters is an account number (ISO 13616: modulo 97).

    >>> is_iban("fr7630006000011234567890189"), is_iban("fr7630006000011234567890188")
    (True, False)
    """
    if not _IBAN.fullmatch(text):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97 == 1

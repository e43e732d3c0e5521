"""Who gives a command: the kernel says so, and no variable of the environment."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from attrs import frozen

from gateway.core.actors import BY_THE_KEY

_LOGIN_UID = Path("/proc/self/loginuid")
_UNSET = 2**32 - 1
"""What the kernel says where no login set it: a service, a container."""


def operator_name(file: Path = _LOGIN_UID) -> str:
    """
    Return whose command this is, and by what right where that is known.

    The account that logged in, which ``sudo`` and ``su`` leave as it is and which only
    root could change (proc(5), ``loginuid``); where none did, the account of the
    process.
    """
    if _ACTING:
        return _ACTING[-1].name
    return account_name(login_uid(file)) + ("" if not _BY_THE_KEY else BY_THE_KEY)


@frozen
class Acting:
    """
    For whom the service gives a command, and whether the patient is told of it; the
    account alone is another person, whatever its roles.
    """

    name: str
    tells: bool = False
    account: str = ""


_ACTING: list[Acting] = []
_BY_THE_KEY: list[bool] = []


def act_for(name: str, *, tells: bool, account: str = "") -> None:
    """Give what follows in this process in somebody's place."""
    _ACTING[:] = [Acting(name, tells, account)]


def acts_by_role() -> bool:
    """Tell whether the service gives the command, as far as a role allows it."""
    return bool(_ACTING)


def operator_account(file: Path = _LOGIN_UID) -> str:
    """Return the account whose command this is, without its role or right."""
    return _ACTING[-1].account if _ACTING else account_name(login_uid(file))


def patient_is_told() -> bool:
    """Tell whether a notice says to the patient that their vault was read."""
    return bool(_ACTING) and _ACTING[-1].tells


def say_by_the_key() -> None:
    """Have the journal say that a socket is set and nobody answered there."""
    _BY_THE_KEY[:] = [True]


def login_uid(file: Path = _LOGIN_UID) -> int:
    """Return the number of that account."""
    try:
        number = int(file.read_text("ascii"))
    except (OSError, ValueError):
        number = _UNSET
    return os.getuid() if number == _UNSET else number


def account_name(uid: int) -> str:
    """Return the name of an account, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container's number without a name
        return f"uid {uid}"

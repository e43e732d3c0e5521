"""Who gives a command: the kernel says so, and no variable of the environment."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

_LOGIN_UID = Path("/proc/self/loginuid")
_UNSET = 2**32 - 1
"""What the kernel says where no login set it: a service, a container."""


def operator_name(file: Path = _LOGIN_UID) -> str:
    """
    Return whose command this is.

    The account that logged in, which ``sudo`` and ``su`` leave as it is and which only
    root could change (proc(5), ``loginuid``); where none did, the account of the
    process.
    """
    return account_name(login_uid(file))


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

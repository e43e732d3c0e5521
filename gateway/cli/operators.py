"""Who gives a command: the kernel says so, and no variable of the environment."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from gateway.core.actors import BY_THE_KEY
from gateway.rights.operator_rules import OperatorRole
from gateway.rights.role_rules import GrantState, NamedRole, roles_in_effect
from gateway.settings.admin import AdminSettings
from gateway.store.operators.roles import named_roles

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
class Operator:
    """Who asks the service: what the kernel says of them, and what they may do."""

    login: int
    """The account that logged in, by its number."""
    uid: int
    """That of the process, which is another one behind ``sudo``."""
    roles: frozenset[OperatorRole] = field(repr=False)

    in_settings: frozenset[OperatorRole] = field(default=frozenset(), repr=False)
    """Those that the settings name, of which some may still wait for two persons."""

    @classmethod
    def of(
        cls,
        login: int,
        uid: int,
        admin: AdminSettings,
        seen: Mapping[NamedRole, GrantState],
    ) -> Operator:
        """Return an account with the roles that the settings name and that stand."""
        every = dict.fromkeys(named_roles(admin), GrantState.STANDS)
        return cls(
            login, uid, roles_of(login, admin, seen), roles_of(login, admin, every)
        )

    @property
    def account(self) -> str:
        """The name of the account that logged in."""
        return account_name(self.login)

    def named(self, role: OperatorRole) -> str:
        """Return how the journal names them where they act by a role."""
        own = self.uid == self.login
        behind = "" if own else f", as {account_name(self.uid)}"
        return f"{self.account} ({role.value}{behind})"


def roles_of(
    login: int, admin: AdminSettings, seen: Mapping[NamedRole, GrantState]
) -> frozenset[OperatorRole]:
    """Return the roles of an account that are in effect, by its name or a group."""
    try:
        account = pwd.getpwuid(login)
    except KeyError:
        return frozenset()
    groups = set()
    for number in os.getgrouplist(account.pw_name, account.pw_gid):
        try:
            groups.add(f"@{grp.getgrgid(number).gr_name}")
        except KeyError:
            continue
    return roles_in_effect({account.pw_name, *groups}, named_roles(admin), seen)


@frozen
class Acting:
    """For whom the service gives a command."""

    name: str
    operator: Operator


_ACTING: list[Acting] = []
_BY_THE_KEY: list[bool] = []


def act_for(name: str, operator: Operator) -> None:
    """Give what follows in this process in somebody's place."""
    _ACTING[:] = [Acting(name, operator)]


def acting_operator() -> Operator | None:
    """Return who asked the service, None where the service is not in between."""
    return _ACTING[-1].operator if _ACTING else None


def operator_account(file: Path = _LOGIN_UID) -> str:
    """Return the account whose command this is, without the role or right it has."""
    acting = acting_operator()
    return acting.account if acting else account_name(login_uid(file))


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

"""Whether a login may be chosen: the rule, and how its answer is said."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.errors import InvalidError
from gateway.rights.login_rules import LONGEST, SHORTEST, LoginFault, judge_login

_LOGIN_FAULTS: Mapping[LoginFault, str] = MappingProxyType(
    {
        LoginFault.ADDRESS: "a login is not an e-mail address",
        LoginFault.NUMBER: "a login is not a social security number",
        LoginFault.IBAN: "a login is not a bank account number",
        LoginFault.TELEPHONE: "a login is not a telephone number",
        **dict.fromkeys(
            (LoginFault.SHORT, LoginFault.LONG, LoginFault.FORM),
            f"a login has {SHORTEST} to {LONGEST} letters, digits, dots or hyphens",
        ),
    }
)


class RefusedLoginError(InvalidError):
    """A login that may not be chosen, and why."""

    def __init__(self, fault: LoginFault) -> None:
        super().__init__(_LOGIN_FAULTS[fault])
        self.fault = fault


def check_login(login: str) -> str:
    """
    Return a login in the form it is kept: in small letters.

    Raises:
        RefusedLoginError: `judge_login` refuses it; the text does not quote it.
    """
    login = login.strip().lower()
    fault = judge_login(login)
    if fault is not None:
        raise RefusedLoginError(fault)
    return login

"""What somebody may sign in by, on both sides of each limit."""

from __future__ import annotations

import pytest

from gateway.rights.login_rules import LoginFault, is_iban, judge_login

GOOD = [
    "dominique",
    "a2345678",
    "d.pat-trois_79",
    "x" * 100,
    "12345678",
    "fr7630006000011234567890188",  # its check digits are wrong
    "0012345678",
    "279035121518",  # one digit short of a number
]
BAD = {
    "d@courriel.example": LoginFault.ADDRESS,
    "x" * 7: LoginFault.SHORT,
    "": LoginFault.SHORT,
    "x" * 101: LoginFault.LONG,
    ".dominique": LoginFault.FORM,
    "-dominique": LoginFault.FORM,
    "_dominique": LoginFault.FORM,
    "dominique pat": LoginFault.FORM,
    "dominiqué": LoginFault.FORM,
    "Dominique": LoginFault.FORM,
    "dominique/": LoginFault.FORM,
    "279035121518989": LoginFault.NUMBER,
    "2790351215189": LoginFault.NUMBER,
    "279032a12151800": LoginFault.NUMBER,
    "2.79.03.51.215.189": LoginFault.NUMBER,
    "279-035-121-518-989": LoginFault.NUMBER,
    "fr7630006000011234567890189": LoginFault.IBAN,
    "fr76-3000-6000-0112-3456-7890-189": LoginFault.IBAN,
    "0612345678": LoginFault.TELEPHONE,
    "06.12.34.56.78": LoginFault.TELEPHONE,
    "33612345678": LoginFault.TELEPHONE,
}


@pytest.mark.parametrize("login", GOOD)
def test_a_name_of_ones_own_is_a_login(login: str) -> None:
    assert judge_login(login) is None


@pytest.mark.parametrize(("login", "fault"), list(BAD.items()))
def test_what_is_none_is_refused_with_its_reason(login: str, fault: LoginFault) -> None:
    assert judge_login(login) is fault


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("de89370400440532013000", True),
        ("de89370400440532013001", False),
        ("fr76", False),
        ("no9386011117947", True),  # the shortest there is
        ("no938601111794", False),
        ("30006000011234567890189", False),
    ],
)
def test_account_numbers_are_known_by_their_check_digits(
    text: str, is_one: bool
) -> None:
    assert is_iban(text) is is_one

"""Addresses as IMAP shows them: any text gives a result, and nothing is lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.message.addresses import Address, read_addresses

ONE: Address = (None, None, "a", "b.test")
END: Address = (None, None, None, None)

READ: list[tuple[str, tuple[Address, ...]]] = [
    ("", ()),
    ("a@b.test", (ONE,)),
    ("<a@b.test>", (ONE,)),
    (" a @ b.test ", (ONE,)),
    ("a@b.test,", (ONE,)),
    (", ,a@b.test", (ONE,)),
    ("a@b.test, a@b.test", (ONE, ONE)),
    ("Dr A <a@b.test>", (("Dr A", None, "a", "b.test"),)),
    ('"A, Dr" <a@b.test>', (("A, Dr", None, "a", "b.test"),)),
    (r'"A \"B\" \\" <a@b.test>', (('A "B" \\', None, "a", "b.test"),)),
    ('"unclosed <a@b.test>', ((None, None, "unclosed <a@b.test>", ""),)),
    ("a@b.test (Dr A)", (("Dr A", None, "a", "b.test"),)),
    ("a@b.test (Dr (A))", (("Dr (A)", None, "a", "b.test"),)),
    (r"a@b.test (Dr \) A)", ((r"Dr \) A", None, "a", "b.test"),)),
    ("a@b.test (one) (two)", (("one", None, "a", "b.test"),)),
    ("a@b.test (unclosed", (("unclosed", None, "a", "b.test"),)),
    ("(x) Dr A <a@b.test>", (("Dr A", None, "a", "b.test"),)),
    ("<@x,@y:a@b.test>", ((None, "@x,@y", "a", "b.test"),)),
    ('"a@x"@b.test', ((None, None, "a@x", "b.test"),)),
    ("a", ((None, None, "a", ""),)),
    ("Dr A <>", (("Dr A", None, "", ""),)),
    ("<>", ()),
    ("(only)", (("only", None, "", ""),)),
    ("Group: a@b.test, a@b.test;", ((None, None, "Group", None), ONE, ONE, END)),
    ("Our group:;, a@b.test", ((None, None, "Our group", None), END, ONE)),
    ("<a@b.test", (ONE,)),
]


@pytest.mark.parametrize(("text", "found"), READ)
def test_addresses_are_read(text: str, found: tuple[Address, ...]) -> None:
    assert read_addresses(text) == found


def test_past_the_most_the_rest_is_left_out() -> None:
    assert len(read_addresses("a@b.test," * 500)) == 500
    assert len(read_addresses("a@b.test," * 501)) == 500
    assert len(read_addresses("group:;" * 400)) == 500


@given(st.text() | st.text(alphabet='a@b.<>()",:;\\ '))
def test_any_text_gives_addresses(text: str) -> None:
    for name, route, local, domain in read_addresses(text):
        assert name != ""
        assert route is None or route.startswith("@")
        if domain is None:  # where a group begins, or ends
            assert (name, route) == (None, None)
        else:
            assert local is not None


@pytest.mark.parametrize(
    "text", ["(" * 100_000, '"' * 99_999, "<" * 100_000, "@" * 9999]
)
def test_an_odd_field_takes_no_time(text: str) -> None:
    started = time.process_time()

    read_addresses(text)

    assert time.process_time() - started < 0.5

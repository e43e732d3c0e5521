"""Flags as they are kept: each once, in one order, and never too many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.message.flags import (
    MOST_CHARACTERS,
    SYSTEM_FLAGS,
    FlagChange,
    FlagMode,
    change_flags,
    join_flags,
    read_flag,
)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("\\Seen", "\\Seen"),
        ("\\sEEN", "\\Seen"),
        ("$Forwarded", "$Forwarded"),
        ("k" * 100, "k" * 100),
        *((flag.upper(), flag) for flag in SYSTEM_FLAGS),
    ],
)
def test_a_flag_is_kept_in_one_spelling(text: str, flag: str) -> None:
    assert read_flag(text) == flag


@pytest.mark.parametrize(
    "text", ["\\Recent", "\\", "", "a b", "a(b", "a]b", "a%b", "é", "k" * 101, 'a"']
)
def test_what_no_client_may_set_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        read_flag(text)


@pytest.mark.parametrize(
    ("kept", "mode", "flags", "after"),
    [
        ("\\Seen a", FlagMode.REPLACE, ("b",), "b"),
        ("\\Seen", FlagMode.REPLACE, (), ""),
        ("b", FlagMode.ADD, ("c", "a"), "a b c"),
        ("Tag", FlagMode.ADD, ("tag",), "Tag"),
        ("Tag \\Seen b", FlagMode.REMOVE, ("tAG", "\\Seen", "x"), "b"),
        ("", FlagMode.REMOVE, ("a",), ""),
    ],
)
def test_a_change_combines_with_what_is_there(
    kept: str, mode: FlagMode, flags: tuple[str, ...], after: str
) -> None:
    assert change_flags(kept, FlagChange(mode, flags)) == after


def test_flags_beyond_the_most_are_refused() -> None:
    flags = [f"{number:04d}" for number in range(100)]  # 100 times 5, less one space
    assert len(join_flags(flags)) == MOST_CHARACTERS - 1
    assert len(join_flags([*flags[:-1], "99999"])) == MOST_CHARACTERS

    with pytest.raises(InvalidError):
        join_flags([*flags[:-1], "999999"])


@given(st.lists(st.sampled_from(["a", "A", "b", "\\Seen", "$x"])))
def test_flags_kept_are_each_there_once(flags: list[str]) -> None:
    kept = join_flags(flags).split()

    assert {flag.lower() for flag in kept} == {flag.lower() for flag in flags}
    assert len(kept) == len({flag.lower() for flag in kept})
    assert join_flags(reversed(kept)).split() == kept

"""A multipart body is cut where every program cuts it, or it is told as stray."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.message.boundaries import Split, is_boundary, overlaps, split_parts

HEAD = b"Content-Type: multipart/mixed\r\n\r\n"


def split(body: bytes, most: int = 10) -> tuple[list[bytes], bool, bool]:
    """Return the parts of a body with the boundary B, if it is closed, if stray."""
    content = HEAD + body
    found = split_parts(content, len(HEAD), len(content), b"B", most)
    return [content[start:end] for start, end in found.parts], found.closed, found.stray


BODIES: list[tuple[str, bytes, list[bytes], bool, bool]] = [
    (
        "two parts",
        b"--B\r\none\r\n--B\r\ntwo\r\n--B--\r\n",
        [b"one", b"two"],
        True,
        False,
    ),
    ("its end without a line end", b"--B\r\none\r\n--B--", [b"one"], True, False),
    ("blanks after a boundary", b"--B \t\r\none\r\n--B-- \r\n", [b"one"], True, False),
    ("an empty part", b"--B\r\n\r\n--B--", [b""], True, False),
    (
        "two boundaries in a row",
        b"--B\r\n--B\r\none\r\n--B--",
        [b"", b"one"],
        True,
        False,
    ),
    (
        "lines before and after",
        b"hello\r\n--B\r\none\r\n--B--\r\nbye",
        [b"one"],
        True,
        False,
    ),
    ("never closed", b"--B\r\none\r\n--B\r\ntwo", [b"one", b"two"], False, False),
    ("closed before it opens", b"--B--\r\n", [], False, False),
    ("no boundary at all", b"hello", [], False, False),
    ("nothing", b"", [], False, False),
    ("a boundary at the very end", b"--B\r\none\r\n--B", [b"one", b""], False, False),
    (
        "not at the start of a line",
        b"--B\r\nx --B--\r\n--B--",
        [b"x --B--"],
        True,
        False,
    ),
    (
        "a line that goes on",
        b"--B\r\none\r\n--Bx\r\n--B--",
        [b"one\r\n--Bx"],
        True,
        True,
    ),
    (
        "one dash at the end",
        b"--B\r\none\r\n--B-\r\n--B--",
        [b"one\r\n--B-"],
        True,
        True,
    ),
    (
        "a field before the first",
        b"Content-Type: x\r\n--B\r\none\r\n--B--",
        [b"one"],
        True,
        True,
    ),
    ("a line with dashes before", b"--C\r\n--B\r\none\r\n--B--", [b"one"], True, True),
    ("only dashes before", b"-- \r\n---\r\n--B\r\none\r\n--B--", [b"one"], True, False),
    (
        "a field after the last",
        b"--B\r\none\r\n--B--\r\ncontent-x : y",
        [b"one"],
        True,
        True,
    ),
    (
        "a boundary after the last",
        b"--B\r\none\r\n--B--\r\n--B\r\ntwo",
        [b"one"],
        True,
        True,
    ),
    ("its name after the last", b"--B\r\none\r\n--B--\r\nx --B", [b"one"], True, True),
]


@pytest.mark.parametrize(
    ("body", "parts", "closed", "stray"),
    [pytest.param(*row[1:], id=row[0]) for row in BODIES],
)
def test_a_body_is_cut_at_its_boundaries(
    body: bytes, parts: list[bytes], closed: bool, stray: bool
) -> None:
    assert split(body) == (parts, closed, stray)


def test_one_part_more_than_the_most_is_found_and_no_further() -> None:
    body = b"--B\r\nx\r\n" * 4 + b"--B--"

    assert len(split(body, 4)[0]) == 4
    assert len(split(body, 3)[0]) == 4
    assert len(split(body, 2)[0]) == 3
    assert split(body, 4)[1:] == (True, False)
    assert split(body, 2)[1:] == (False, False)


def test_what_stands_after_the_end_is_not_looked_at() -> None:
    content = HEAD + b"--B\r\none\r\n--B--\r\n--B\r\n"
    end = len(content) - len(b"\r\n--B\r\n")

    found = split_parts(content, len(HEAD), end, b"B", 10)

    first = len(HEAD) + len(b"--B\r\n")
    assert found == Split(((first, first + 3),), closed=True, stray=False)


@pytest.mark.parametrize(
    ("boundary", "is_one"),
    [
        (b"a", True),
        (b"a b", True),
        (b"='()+_,-./:=?", True),
        (b"a" * 70, True),
        (b"a" * 71, False),
        (b"a ", False),
        (b"", False),
        (b"a;b", False),
        (b"a\n", False),
        ("é".encode(), False),
    ],
)
def test_what_a_boundary_may_be(boundary: bytes, is_one: bool) -> None:
    assert is_boundary(boundary) is is_one


def test_a_boundary_that_begins_another_overlaps_it() -> None:
    assert overlaps(b"abc", b"ab")
    assert overlaps(b"ab", b"abc")
    assert overlaps(b"ab", b"ab")
    assert not overlaps(b"abc", b"abd")


@given(st.lists(st.sampled_from([b"--B", b"--B--", b"\r\n", b"x", b" ", b"--"])))
def test_parts_stand_in_order_within_the_body(pieces: list[bytes]) -> None:
    body = HEAD + b"".join(pieces)

    found = split_parts(body, len(HEAD), len(body), b"B", 3)

    ends = [at for part in found.parts for at in part]
    assert ends == sorted(ends)
    assert all(len(HEAD) <= at <= len(body) for at in ends)
    assert len(found.parts) <= 4

"""Lines end with CRLF, and nothing else of a message changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.message.line_ends import with_crlf


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", b""),
        (b"\n", b"\r\n"),
        (b"\n\n", b"\r\n\r\n"),
        (b"a\r\nb\n", b"a\r\nb\r\n"),
        (b"a\rb\r\r\n", b"a\rb\r\r\n"),
    ],
)
def test_a_bare_line_feed_becomes_a_line_end(content: bytes, told: bytes) -> None:
    assert with_crlf(content) == told


def test_a_message_that_is_right_is_not_copied() -> None:
    content = b"From: a@b.test\r\n\r\nBonjour\r\n"

    assert with_crlf(content) is content


@given(st.lists(st.sampled_from([b"\r", b"\n", b"x", b"\r\n"])).map(b"".join))
def test_every_line_feed_then_follows_a_return_and_the_rest_stays(
    content: bytes,
) -> None:
    told = with_crlf(content)

    assert told.count(b"\n") == told.count(b"\r\n")
    assert told.replace(b"\r\n", b"\n") == content.replace(b"\r\n", b"\n")
    assert with_crlf(told) is told

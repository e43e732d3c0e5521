"""Messages that were saved as files are known, and read as they were sent."""

from __future__ import annotations

import pytest

from gateway.message.saved import as_sent, is_saved_message

FIELDS = b"Subject: x\nMIME-Version: 1.0\n\ntext\n"


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b"\n\n", b"From a@b Mon Jan 1\n", b">From a\n"]
)
def test_a_message_is_known_and_read_whatever_stands_before_it(
    before: bytes, ends: bytes
) -> None:
    saved = (before + FIELDS).replace(b"\n", ends)

    assert is_saved_message(saved)
    assert as_sent(saved) == FIELDS.replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    "media_type",
    ["message/rfc822", "message/global", "message/news", "application/mbox"],
)
def test_what_says_that_it_is_a_message_is_one(media_type: str) -> None:
    assert is_saved_message(b"anything", media_type)


@pytest.mark.parametrize(
    "content",
    [b"", b"text", b"Subject: x\n\ntext", b"Subject x\nMIME-Version: 1.0\n", b"a: b"],
)
def test_a_text_is_no_message(content: bytes) -> None:
    assert not is_saved_message(content, "text/plain")

"""The line ends of a message, as everything that speaks of it by IMAP counts them."""

from __future__ import annotations

import re

_BARE = re.compile(rb"(?<!\r)\n")


def with_crlf(content: bytes) -> bytes:
    r"""
    Return a message with CRLF where a line ends with LF alone (RFC 5322 §2.3).

    The same bytes, not copied, where there is none. A CR alone ends no line and stays.

    >>> with_crlf(b"a\n\r\nb\rc\n")
    b'a\r\n\r\nb\rc\r\n'
    """
    if content.count(b"\n") == content.count(b"\r\n"):
        return content
    return _BARE.sub(b"\r\n", content)

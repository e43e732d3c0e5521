"""A message that was saved as a file: how it is known, and read as it was sent."""

from __future__ import annotations

import re
from typing import Final

_TYPES: Final = frozenset(
    {"message/rfc822", "message/global", "message/news", "application/mbox"}
)
_MBOX: Final = re.compile(rb"(?:\xef\xbb\xbf|\s)*(?:>?From [^\r\n]*(?:\r\n|\r|\n))?")
_HEADER: Final = re.compile(
    rb"(?:[!-9;-~]{1,76}:[^\r\n]*(?:\r\n|\r|\n)(?:[ \t][^\r\n]*(?:\r\n|\r|\n))*){1,200}"
)
_HEADER_OF_MAIL: Final = re.compile(
    rb"(?:^|[\r\n])(?:mime-version|content-[a-z-]+):", re.I
)


def is_saved_message(content: bytes, media_type: str = "") -> bool:
    r"""
    Tell whether a file is a message: by its type, or because it begins as one.

    >>> is_saved_message(b"From a@b Mon\nSubject: x\nMIME-Version: 1.0\n\n")
    True
    >>> is_saved_message(b"Objet: votre visite\n\n")
    False
    """
    if media_type in _TYPES:
        return True
    header = _HEADER.match(content, _begin_of(content))
    if header is None:
        return False
    return _HEADER_OF_MAIL.search(header.group()) is not None


def as_sent(content: bytes) -> bytes:
    r"""
    Return a saved message with the line ends of one (RFC 5322 §2.1), whatever it has.

    Blanks before it and the first line of an mbox (RFC 4155) are left out.

    >>> as_sent(b"\n>From a@b Mon\rSubject: x\r\rtext\n")
    b'Subject: x\r\n\r\ntext\r\n'
    """
    message = content[_begin_of(content) :]
    plain = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return plain.replace(b"\n", b"\r\n")


def _begin_of(message: bytes) -> int:
    begin = _MBOX.match(message)
    assert begin is not None, "it finds nothing everywhere"
    return begin.end()

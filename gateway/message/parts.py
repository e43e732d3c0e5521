"""One part of a message, decoded strictly and only when asked."""

from __future__ import annotations

import binascii
import io
import quopri
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from attrs import field, frozen

from gateway.errors import InvalidError

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BLANKS = b" \t\r\n"
_NOT_BASE64 = bytes(set(range(256)) - set(_ALPHABET) - {ord("=")})
_PIECE = 1024 * 1024
_NOT_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r\n|[ \t]*\Z)|[^\t\r\n -~]")


class Encoding(StrEnum):
    """Content-Transfer-Encoding (RFC 2045 §6.1)."""

    SEVEN_BIT = "7bit"
    EIGHT_BIT = "8bit"
    BINARY = "binary"
    QUOTED_PRINTABLE = "quoted-printable"
    BASE64 = "base64"


@frozen(kw_only=True)
class Attachment:
    """
    A part of a message that has no parts itself.

    ``name`` is safe to show (`safe_name`), empty when none was given. ``path`` is
    its place in the tree, as IMAP counts: ``2.1``.
    """

    name: str = field(repr=False)
    media_type: str
    path: str
    encoding: Encoding
    charset: str
    message: bytes = field(repr=False, eq=False)
    start: int
    end: int

    def content(self) -> bytes:
        """
        Return the decoded bytes.

        Raises:
            InvalidError: it is not in the encoding it says.
        """
        raw = b"" if self.encoding is Encoding.BASE64 else self.raw
        match self.encoding:
            case Encoding.BASE64:
                return _decode_base64(self.message, self.start, self.end)
            case Encoding.QUOTED_PRINTABLE:
                if _NOT_QUOTED.search(raw):
                    raise InvalidError("damaged quoted-printable")
                return quopri.decodestring(raw)
            case Encoding.SEVEN_BIT | Encoding.EIGHT_BIT | Encoding.BINARY:
                return raw

    @property
    def raw(self) -> bytes:
        """The bytes as sent, still encoded."""
        return self.message[self.start : self.end]

    @property
    def size(self) -> int:
        """How many bytes it has once decoded, at most."""
        length = self.end - self.start
        if self.encoding is Encoding.BASE64:
            length -= self.message.count(b"\r\n", self.start, self.end) * 2
            return length * 3 // 4
        if self.encoding is Encoding.QUOTED_PRINTABLE:
            return length - 2 * self.message.count(b"=", self.start, self.end)
        return length

    @property
    def is_damaged(self) -> bool:
        """True when `content` would raise: not in the encoding it says."""
        match self.encoding:
            case Encoding.BASE64:
                return not _is_base64(self.message, self.start, self.end)
            case Encoding.QUOTED_PRINTABLE:
                return _NOT_QUOTED.search(self.raw) is not None
            case Encoding.SEVEN_BIT | Encoding.EIGHT_BIT | Encoding.BINARY:
                return False

    def starts_with(self, prefix: bytes) -> bool:
        """Tell whether the decoded bytes start so, without decoding them all."""
        return self.head(len(prefix)).startswith(prefix)

    def head(self, count: int) -> bytes:
        """Return about the first ``count`` decoded bytes, whatever is wrong later."""
        # Line ends and blanks come with base64, bytes as three characters otherwise.
        each = 2 if self.encoding is Encoding.BASE64 else 4
        wanted = each * count + 64
        return self._some(self.start, min(self.end, self.start + wanted))[:count]

    def undamaged(self) -> bytes:
        """
        Return what can be decoded, leaving out what is not in the encoding it says.

        To be looked at, never to be filed: other programs may decode it otherwise.
        """
        return self._some(self.start, self.end)

    def _some(self, start: int, end: int) -> bytes:
        piece = self.message[start:end]
        match self.encoding:
            case Encoding.BASE64:
                return _decode_groups(piece.translate(None, _NOT_BASE64))
            case Encoding.QUOTED_PRINTABLE:
                return quopri.decodestring(piece)
            case Encoding.SEVEN_BIT | Encoding.EIGHT_BIT | Encoding.BINARY:
                return piece


def _compact(message: bytes, start: int, end: int) -> Iterator[bytes]:
    """Yield the characters without line ends; a large part is never copied whole."""
    for at in range(start, end, _PIECE):
        yield message[at : min(end, at + _PIECE)].translate(None, _BLANKS)


def _is_base64(message: bytes, start: int, end: int) -> bool:
    """Tell whether a part is base64: no junk, no padding but at the end."""
    length = padding = 0
    for piece in _compact(message, start, end):
        data = piece.rstrip(b"=")
        if (padding and data) or data.translate(None, _ALPHABET):
            return False
        length += len(piece)
        padding += len(piece) - len(data)
    return padding <= 2 and length % 4 == 0


def _decode_groups(text: bytes) -> bytes:
    """Decode base64 that holds nothing else, ended by padding as often as it likes."""
    groups = (group for group in text.split(b"=") if len(group) > 1)
    return b"".join(
        binascii.a2b_base64(_whole(group) + b"=" * (-len(_whole(group)) % 4))
        for group in groups
    )


def _whole(group: bytes) -> bytes:
    """Leave out a last character that gives no byte."""
    return group[:-1] if len(group) % 4 == 1 else group


def _decode_base64(message: bytes, start: int, end: int) -> bytes:
    if not _is_base64(message, start, end):
        raise InvalidError("damaged base64")
    decoded, rest = io.BytesIO(), b""
    for piece in _compact(message, start, end):
        whole = rest + piece
        cut = len(whole) & ~3
        decoded.write(binascii.a2b_base64(whole[:cut]))
        rest = whole[cut:]
    return decoded.getvalue()


def outside_of(message: bytes, start: int, parts: Iterable[Attachment]) -> bytes:
    """Return what of a message, from ``start`` on, is in none of its parts."""
    at, pieces = start, []
    for part in parts:
        pieces.append(message[at : max(at, part.start)])
        at = max(at, part.end)
    return b"".join([*pieces, message[at:]])

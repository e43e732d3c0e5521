"""Reads the body after DATA in one piece; only CRLF.CRLF ends it, whatever it holds."""

from __future__ import annotations

import asyncio
import io
from typing import cast

from attrs import field, frozen

from gateway.mssante.smtp import replies
from gateway.mssante.smtp.limits import Lease
from gateway.mssante.smtp.replies import Reply

_END = b"\r\n.\r\n"
_DOT = b"\r\n."
_CHUNK = 256 * 1024
_DOTS = 64
"""
Dots looked at one by one: base64 has none, so a letter's are those of its headers.

To look for one byte is many times quicker than for three; a text full of dots is
searched for the three after all.
"""


class BodyLostError(Exception):
    """The body goes on far beyond every limit: nothing more is read from this peer."""


@frozen(kw_only=True)
class BodyLimits:
    """``declared`` is the SIZE of MAIL, 0 when there was none."""

    max_bytes: int
    max_line_bytes: int
    declared: int = 0

    @property
    def most(self) -> int:
        """How many bytes may be read before they are known to be too many."""
        if not self.declared:
            return self.max_bytes
        # An estimate (RFC 1870 §6.1): clients may count their own line ends.
        return min(self.max_bytes, self.declared + self.declared // 8 + 1024)


@frozen
class Body:
    """The exact bytes without dot-stuffing, or why they cannot be accepted."""

    content: bytes = field(repr=False)
    fault: Reply | None = None


async def read_body(
    reader: asyncio.StreamReader, limits: BodyLimits, lease: Lease
) -> Body:
    """
    Read up to the end of the body, and leave what follows it in the reader.

    A body with a fault is read to its real end first, so that none of it is ever
    taken for a command; beyond the limits its bytes are let go as they come.

    Raises:
        BodyLostError: twice the limit was passed without an end.
        asyncio.IncompleteReadError: the peer closed before the end.
    """
    buffered = cast("_Buffered", reader)
    shared_with_commands, buffered._limit = buffered._limit, _CHUNK  # noqa: SLF001
    # Stuffing adds at most one byte in three: lines of one stuffed dot.
    keep = limits.most + limits.most // 3 + len(_END)
    # A buffer that gives its bytes away: a large body is in memory once.
    body, before, dropped = io.BytesIO(), b"\r\n", 0
    fault: Reply | None = None
    stuffed = False
    try:
        while True:
            chunk = await reader.read(_CHUNK)
            if not chunk:
                raise asyncio.IncompleteReadError(b"", None)
            seen = before + chunk
            end, stuffed = _find_end(seen, stuffed)
            if end >= 0:
                _give_back(buffered, seen[end + len(_END) :])
                # The line end of the last line stays, and may be there already.
                size = body.tell() - len(before) + end + 2
                last = max(0, size - body.tell())
                if fault is None and not lease.take(last):
                    fault = replies.STORAGE_FULL
                body.write(chunk)
                body.truncate(max(0, size))
                return _checked(body.getvalue(), limits, fault, stuffed=stuffed)
            before = seen[-len(_END) + 1 :]
            if fault is None:
                body.write(chunk)
                if not lease.take(len(chunk)):
                    fault = replies.STORAGE_FULL
                elif body.tell() > keep:
                    fault = replies.TOO_LARGE
            if fault is not None:
                dropped += max(len(chunk), body.tell())
                body = io.BytesIO()
                if dropped > 2 * max(limits.max_bytes, keep):
                    raise BodyLostError
    finally:
        buffered._limit = shared_with_commands  # noqa: SLF001


def _find_end(seen: bytes, stuffed: bool) -> tuple[int, bool]:
    """
    Return where the end begins, or -1, and whether a line began with a dot so far.

    Such lines are rare: where there was none, the first one is the end itself, and one
    search finds both.
    """
    if not stuffed:
        dot = _find_dot_line(seen)
        if dot < 0 or seen.startswith(_END, dot):
            return dot, False
    return seen.find(_END), True


def _find_dot_line(seen: bytes) -> int:
    """Return where a line end followed by a dot begins, or -1."""
    dot = seen.find(b".")
    for _ in range(_DOTS):
        if dot < 0:
            return -1
        if dot >= 2 and seen.startswith(_DOT, dot - 2):
            return dot - 2
        dot = seen.find(b".", dot + 1)
    return seen.find(_DOT, max(0, dot - 2)) if dot >= 0 else -1


class _Buffered(asyncio.StreamReader):
    """The two private parts of the reader that aiosmtpd too relies on."""

    _buffer: bytearray
    _limit: int


def _give_back(reader: _Buffered, rest: bytes) -> None:
    """Put what came after the body back in front: commands sent ahead (RFC 2920)."""
    reader._buffer[:0] = rest  # noqa: SLF001


def _checked(
    body: bytes, limits: BodyLimits, fault: Reply | None, *, stuffed: bool
) -> Body:
    """Check the lines of a body and take the stuffed dots away."""
    if fault is not None:
        return Body(b"", fault)
    if fault := find_fault(body):
        return Body(b"", fault)
    content = _unstuffed(body) if stuffed else body
    if len(content) > limits.most:
        return Body(b"", replies.TOO_LARGE)
    if has_long_line(content, limits.max_line_bytes):
        return Body(b"", replies.BODY_LINE_TOO_LONG)
    return Body(content)


def _unstuffed(body: bytes) -> bytes:
    """Return the body without the dot put before lines that begin with one."""
    return body.replace(_DOT, b"\r\n").removeprefix(b".")


def find_fault(content: bytes) -> Reply | None:
    """Return what makes two programs see two messages: bare CR, bare LF, NUL."""
    found = _line_ends(content)
    if "\n" in found:
        return replies.BARE_LF
    if "\r" in found:
        return replies.BARE_CR
    return replies.NUL_FOUND if b"\x00" in content else None


def _line_ends(content: bytes) -> tuple[str, ...]:
    """Return the kinds of line ends there are, as what reads texts sees them."""
    decoder = io.IncrementalNewlineDecoder(None, translate=False)
    view = memoryview(content)
    for at in range(0, len(content), _CHUNK):  # a large body is in memory once
        decoder.decode(str(view[at : at + _CHUNK], "latin-1"))
    decoder.decode("", final=True)
    found = decoder.newlines
    return found if isinstance(found, tuple) else (found,) if found else ()


def has_long_line(content: bytes, most: int) -> bool:
    """Tell whether a line, its CRLF included, is longer than ``most``."""
    at = 0
    while len(content) - at > most:
        # The last line end within reach: whole lines are stepped over at once.
        end = content.rfind(b"\n", at, at + most)
        if end < 0:
            return True
        at = end + 1
    return False

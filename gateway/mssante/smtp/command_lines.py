"""Command lines of SMTP: read within limits, and only as the standard ends them."""

from __future__ import annotations

import asyncio
import re

from gateway.mssante.oauth_messages import MOST_RESPONSE
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.extensions import PARAMETER_OCTETS, CommandError
from gateway.mssante.smtp.replies import Reply

_OTHER_PROTOCOL = re.compile(
    rb"(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|CONNECT|TRACE|PATCH|PRI) |SSH-|Host:", re.I
)
_UNWANTED = re.compile(rb"[^ -~]")
AUTH_OCTETS = MOST_RESPONSE
"""A line of AUTH, and one that answers it (RFC 4954 §4, §4.3): a token is long."""

_ROOM = {b"MAIL ": PARAMETER_OCTETS, b"RCPT ": PARAMETER_OCTETS, b"AUTH ": AUTH_OCTETS}
_MOST_JUNK = 64 * 1024
"""Bytes of an endless line that are read before the connection ends."""


class HangUpError(Exception):
    """The connection ends, with a last reply or without a word."""

    def __init__(self, reply: Reply | None = None) -> None:
        super().__init__(str(reply or ""))
        self.reply = reply


async def read_line(reader: asyncio.StreamReader) -> bytes:
    """
    Return the next line with its end, within the reader's limit.

    Raises:
        CommandError: it was longer; all of it was read.
        HangUpError: it had no end.
    """
    skipped = 0
    while True:
        try:
            line = await reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            await reader.readexactly(error.consumed)
            skipped += error.consumed
            if skipped > _MOST_JUNK:
                raise HangUpError(replies.LINE_TOO_LONG) from None
            continue
        if skipped:
            raise CommandError(replies.LINE_TOO_LONG)
        return line


def read_command(line: bytes, most: int) -> str:
    """
    Return a command line without its end; it has ``most`` octets, CRLF included.

    Those of MAIL and RCPT may be longer by their parameters, that of AUTH by a token.

    Raises:
        CommandError: a bare LF, a length or a character that SMTP does not have.
        HangUpError: the peer speaks another protocol.
    """
    if _OTHER_PROTOCOL.match(line):
        raise HangUpError(replies.NOT_SMTP)
    if not line.endswith(b"\r\n"):
        raise CommandError(replies.NOT_CRLF)
    room = _ROOM.get(line[:5].upper(), 0)
    if len(line) > most + room:
        raise CommandError(replies.LINE_TOO_LONG)
    if _UNWANTED.search(line, 0, len(line) - 2):
        raise CommandError(replies.BAD_CHARACTER)
    return line[:-2].decode("ascii")

"""IMAP commands that only listen: NOOP, CHECK, IDLE (RFC 2177)."""

from __future__ import annotations

from twisted.internet.error import ConnectionDone, ConnectionLost

from gateway.errors import InvalidError
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.syntax import Reader


async def noop(session: ImapSession, reader: Reader) -> bytes:
    """NOOP (RFC 3501 §6.1.2): what changed in the folder is told first."""
    reader.end()
    await session.sync()
    return b"NOOP completed"


async def check(session: ImapSession, reader: Reader) -> bytes:
    """CHECK (RFC 3501 §6.4.1): everything is on the disk already."""
    reader.end()
    await session.sync()
    return b"CHECK completed"


async def idle(session: ImapSession, reader: Reader) -> bytes | None:
    """IDLE: what changes is told as it happens, until the client writes DONE."""
    reader.end()
    session.connection.go_on(b"idling")
    await session.sync()
    if session.connection.closed:
        return None
    session.idling = True
    try:
        line = await session.connection.next_line()
    except (ConnectionDone, ConnectionLost):
        return None
    finally:
        session.idling = False
    if line.upper() != b"DONE":
        raise InvalidError("DONE was expected")
    return b"IDLE terminated"

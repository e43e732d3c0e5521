"""GETQUOTA and GETQUOTAROOT (RFC 9208): how full a mailbox is."""

from __future__ import annotations

from gateway.mssante.imap import named
from gateway.mssante.imap.format import folder_name, string
from gateway.mssante.imap.refusals import CommandRefusedError, Refusal
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.syntax import Reader
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.reading import MailReading

_ROOT = b""
"""One root, of the whole mailbox; it has no name."""
_UNIT = 1024  # octets (RFC 9208 §5.1)
_NO_ROOT = Refusal("NONEXISTENT", "no such quota root")


async def get_quota(session: ImapSession, reader: Reader) -> bytes:
    """GETQUOTA (RFC 9208 §4.1.1)."""
    reader.space()
    root = reader.astring()
    reader.end()
    if root != _ROOT:
        raise CommandRefusedError(_NO_ROOT)
    mailbox_id = session.mailbox_id
    _tell(
        session,
        await session.store.read(lambda work: MailReading(work).used(mailbox_id)),
    )
    return b"GETQUOTA completed"


async def get_quota_root(session: ImapSession, reader: Reader) -> bytes:
    """GETQUOTAROOT (RFC 9208 §4.1.2): every folder counts to the one root."""
    reader.space()
    name = named.existing(reader)
    reader.end()
    mailbox_id = session.mailbox_id

    def used(work: UnitOfWork) -> int:
        named.found(work, mailbox_id, name)
        return MailReading(work).used(mailbox_id)

    used_bytes = await session.store.read(used)
    root = string(_ROOT)
    session.connection.untagged(b"QUOTAROOT " + folder_name(name) + b" " + root)
    _tell(session, used_bytes)
    return b"GETQUOTAROOT completed"


def _tell(session: ImapSession, used: int) -> None:
    """Tell what is used, in whole units: one that is begun counts (RFC 9208 §5.1)."""
    most = session.settings.mailbox_quota_bytes // _UNIT
    counted = -(-used // _UNIT)
    session.connection.untagged(
        b"QUOTA " + string(_ROOT) + b" (STORAGE %d %d)" % (counted, most)
    )

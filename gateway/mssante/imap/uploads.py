"""APPEND's arguments, read before its message is let come (RFC 3501 §6.3.11)."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gateway.errors import InvalidError
from gateway.message.flags import read_flag
from gateway.mssante.imap.dates import read_date_time
from gateway.mssante.imap.folder_names import read_name
from gateway.mssante.imap.refusals import OVER_QUOTA, TOO_BIG, TRY_CREATE
from gateway.mssante.imap.syntax import Reader, split_command
from gateway.settings.file import ImapSettings
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.reading import MailReading


@frozen(kw_only=True)
class Upload:
    """Where a message is to go; ``folder`` as the client writes it."""

    folder: bytes
    flags: tuple[str, ...]
    date: datetime | None


def read_upload(reader: Reader) -> Upload:
    """
    Read APPEND's arguments up to its message.

    Raises:
        InvalidError: malformed.
    """
    reader.space()
    folder = reader.astring()
    reader.space()
    flags: tuple[str, ...] = ()
    date: datetime | None = None
    if reader.peek(b"("):
        flags = read_flags(reader)
        reader.space()
    if reader.peek(b'"'):
        date = read_date_time(reader)
        reader.space()
    return Upload(folder=folder, flags=flags, date=date)


def read_flags(reader: Reader) -> tuple[str, ...]:
    """Read ``(a b c)``; ``\\Recent``, which some clients send back, is left out."""
    words = reader.listed(reader.flag)
    return tuple(read_flag(word) for word in words if word.lower() != "\\recent")


def expected_upload(parts: list[bytes]) -> Upload | None:
    """Return the arguments when the next literal is APPEND's message, or None."""
    try:
        _, name, rest = split_command(parts[0])
        if name != b"APPEND":
            return None
        reader = Reader([rest, *parts[1:]])
        upload = read_upload(reader)
    except InvalidError:
        return None
    return upload if reader.at_end() else None


def refusal_of_upload(
    work: UnitOfWork, mailbox_id: str, upload: Upload, size: int, limits: ImapSettings
) -> bytes | None:
    """Return the text of NO for a message of that size there, or None."""
    if size > limits.max_append_bytes:
        return TOO_BIG.answer
    reading = MailReading(work)
    try:
        name = read_name(upload.folder)
    except InvalidError:
        return TRY_CREATE.answer
    if reading.folders.find(mailbox_id, name) is None:
        return TRY_CREATE.answer
    if not reading.has_room(mailbox_id, size, limits.mailbox_quota_bytes):
        return OVER_QUOTA.answer
    return None

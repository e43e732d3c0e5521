"""The sending of notices: to the smart host, or into the outbox folder without one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import aiosmtplib
from attrs import field, frozen

from gateway.errors import InvalidError, UnavailableError
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import build_message
from gateway.settings.file import Settings
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.patients.notices import Notice, NoticeEnd, end_notice, get_notice
from gateway.store.sealed.spare_files import sync_folder
from gateway.store.tasks.steps import SyncedJob
from gateway.store.tasks.tasks import Task


@frozen
class Email:
    """An e-mail to the outside, and its envelope."""

    sender: str
    to: str = field(repr=False)
    content: bytes = field(repr=False)


Sync = Callable[[], None]

Carrier = Callable[[str, Email], Sync | None]
"""
Takes a notice's id and e-mail, and hands it over.

Returns what is to be called before that is safe; one call is enough for all that return
the same.
"""


@frozen
class Notifying:
    """
    The step for `TaskKind.NOTIFY`; the subject of the task is a notice's id.

    The e-mail leaves before the task is struck off, so a crash in between sends it
    twice rather than never; into the outbox it is the same file again.
    """

    database: Database
    sender: str
    service: str
    carry: Carrier

    @classmethod
    def from_settings(cls, database: Database, settings: Settings) -> Notifying:
        """Build from the settings: the smart host if there is one, else the outbox."""
        outgoing = settings.outgoing
        carry: Carrier = Outbox(outgoing.outbox)
        if outgoing.smart_host:
            carry = SmartHost(outgoing.smart_host, settings.exchange_seconds)
        name = settings.domains.operator_name
        return cls(database, outgoing.notice_from, name, carry)

    def __call__(self, task: Task) -> Job:
        """Send a notice; the job records that it left."""
        with self.database.read() as work:
            notice, now = get_notice(work, task.subject), work.now
        if notice is None or notice.is_sent:
            return _nothing
        if notice.expires_at is not None and now >= notice.expires_at:
            return lambda work: end_notice(work, notice, NoticeEnd.TOO_LATE)
        sync = self.carry(notice.id, self.written(notice))
        sent = partial(_sent, notice)
        return sent if sync is None else SyncedJob(sent, sync)

    def written(self, notice: Notice) -> Email:
        """
        Return the e-mail of a notice, in UTF-8 plain text.

        Raises:
            InvalidError: the patient's address is not one.
        """
        to, sender = read_address(notice.to), read_address(self.sender)
        content = build_message(
            sender=NamedAddress(sender, self.service),
            to=[NamedAddress(to)],
            subject=notice.subject,
            text=notice.text,
            date=notice.created_at,
            message_id=f"{notice.id}@{sender.domain}",
            headers={"Auto-Submitted": "auto-generated"},  # RFC 3834 §5
        )
        return Email(sender=str(sender), to=str(to), content=content)


@frozen
class Outbox:
    """A folder of ``.eml`` files, one per notice, where there is no smart host."""

    folder: Path

    def __call__(self, notice_id: str, message: Email) -> Sync:
        """Write the file whole and durably, readable by its owner alone."""
        with _failures_told():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self.folder / f"{notice_id}.eml", message.content)
        return self.sync

    def sync(self) -> None:
        """
        Make the names of the files durable, and that of the folder.

        Each time: who made it may have ended before that was so.
        """
        with _failures_told():
            sync_folder(self.folder)
            sync_folder(self.folder.parent)

    def _write(self, path: Path, content: bytes) -> None:
        temporary = path.with_suffix(".part")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        temporary.rename(path)


@contextmanager
def _failures_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            "not sent yet", detail=f"outbox: {error.strerror}"
        ) from error


@frozen
class SmartHost:
    """The relay that takes e-mail for the outside: ``host:port``."""

    address: str
    timeout: float
    """Seconds for the whole exchange."""

    def __call__(self, _: str, message: Email) -> None:
        """Hand the e-mail over, under TLS where the relay offers it."""
        try:
            asyncio.run(self._send(message))
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise InvalidError("the relay refused the address of a notice") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise UnavailableError(
                "not sent yet", detail=f"smart host: {type(error).__name__}"
            ) from error

    async def _send(self, message: Email) -> None:
        host, _, port = self.address.rpartition(":")
        async with asyncio.timeout(self.timeout):
            await aiosmtplib.send(
                message.content,
                sender=message.sender,
                recipients=[message.to],
                hostname=host,
                port=int(port),
                timeout=self.timeout,
            )


def _sent(notice: Notice, work: UnitOfWork) -> None:
    end_notice(work, notice, NoticeEnd.SENT)


def _nothing(_: UnitOfWork) -> None:
    """Sent by another worker, or erased with its patient: there is nothing to do."""

"""The doors mail comes in by, joined from their parts: one set for each process."""

from __future__ import annotations

from gateway.core.envelope import Door
from gateway.loop import Threads
from gateway.mssante.smtp.admission import Admission
from gateway.mssante.smtp.doors import SmtpDoor, SmtpDoors
from gateway.mssante.smtp.reception import Reception
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer
from gateway.trust.space import TrustSpace
from gateway.trust.tls import Identity


def mail_doors(
    settings: Settings,
    *,
    database: Database,
    writer: Writer,
    worker: Threads,
    identity: Identity,
    trust: TrustSpace,
) -> list[SmtpDoor]:
    """Return the mail doors that have a port; they listen once started."""
    admission = Admission(
        database=database,
        trust=trust,
        domains=settings.domains,
        filing=settings.filing,
        mailbox_quota_bytes=settings.imap.mailbox_quota_bytes,
    )
    reception = Reception(database, writer, admission, worker, settings.smtp)
    folders = (settings.folder, settings.blobs.folder)
    doors = SmtpDoors(settings, identity, reception, worker, folders)
    listen = settings.listen
    return [
        doors.service(door, port, implicit_tls=implicit)
        for door, port, implicit in (
            (Door.OPERATOR, listen.smtp, False),
            (Door.SUBMISSION, listen.submission, False),
            (Door.SUBMISSION, listen.submissions, True),
        )
        if port
    ]

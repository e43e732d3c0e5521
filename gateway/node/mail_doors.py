"""The doors mail comes in by, joined from their parts: one set for each process."""

from __future__ import annotations

from gateway.core.envelope import Door
from gateway.loop import Threads
from gateway.mssante.smtp.admission import Admission
from gateway.mssante.smtp.doors import SmtpDoor, SmtpDoors
from gateway.mssante.smtp.reception import SmtpReception
from gateway.mssante.token_sign_in import TokenSignIn
from gateway.reception.keeping import Reception
from gateway.settings.file import Settings
from gateway.trust.space import TrustSpace
from gateway.trust.tls import Identity


def mail_doors(
    settings: Settings,
    *,
    reception: Reception,
    worker: Threads,
    identity: Identity,
    trust: TrustSpace,
    tokens: TokenSignIn | None,
) -> list[SmtpDoor]:
    """Return the mail doors that have a port; they listen once started."""
    admission = Admission(
        database=reception.database,
        trust=trust,
        domains=settings.domains,
        filing=settings.filing,
        mailbox_quota_bytes=settings.imap.mailbox_quota_bytes,
    )
    received = SmtpReception(reception, admission, settings.smtp)
    folders = (settings.folder, settings.blobs.folder)
    doors = SmtpDoors(settings, identity, received, worker, folders, tokens=tokens)
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

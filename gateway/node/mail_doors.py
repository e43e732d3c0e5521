"""The doors mail comes in by, one set for each process, and those of the mailboxes."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from gateway.core.envelope import Door
from gateway.loop import Threads
from gateway.mssante.imap.mail_store import MailStore
from gateway.mssante.imap.service import ImapService
from gateway.mssante.smtp.admission import Admission
from gateway.mssante.smtp.doors import SmtpDoor, SmtpDoors
from gateway.mssante.smtp.reception import SmtpReception
from gateway.mssante.token_sign_in import TokenSignIn
from gateway.reception.keeping import Reception
from gateway.settings.file import Settings
from gateway.trust.space import TrustSpace
from gateway.trust.tls import Identity


@frozen(kw_only=True)
class DoorParts:
    """What the doors of a process are joined from, beside its settings."""

    reception: Reception
    worker: Threads
    identity: Identity
    trust: TrustSpace
    tokens: TokenSignIn | None


def mail_doors(settings: Settings, parts: DoorParts) -> list[SmtpDoor]:
    """Return the mail doors that have a port; they listen once started."""
    admission = Admission(
        database=parts.reception.database,
        trust=parts.trust,
        domains=settings.domains,
        filing=settings.filing,
        mailbox_quota_bytes=settings.imap.mailbox_quota_bytes,
    )
    received = SmtpReception(parts.reception, admission, settings.smtp)
    folders = (settings.folder, settings.blobs.folder)
    doors = SmtpDoors(
        settings, parts.identity, received, parts.worker, folders, tokens=parts.tokens
    )
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


def mailbox_doors(settings: Settings, parts: DoorParts, reactor: Any) -> ImapService:
    """Return the doors of the mailboxes; they listen once started."""
    store = MailStore(
        parts.reception.database,
        parts.reception.writer,
        parts.worker,
        settings.imap,
        parts.trust.judge_peer,
        parts.tokens,
    )
    return ImapService(settings, store, parts.identity, reactor)

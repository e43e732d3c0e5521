"""Messages that cannot be read: the client, the log and the operator are told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from twisted.logger import Logger

from gateway.errors import GatewayError
from gateway.mssante.imap.format import uid_set
from gateway.mssante.imap.session import ImapSession
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.reading import MailItem
from gateway.store.sealed.damage import Damage

log = Logger()


async def tell_damage(session: ImapSession, damaged: Sequence[MailItem]) -> None:
    """
    Say which messages are damaged (RFC 5530 §3, CORRUPTION); nothing when none is.

    The client hears it each time, the log once for each.
    """
    if not damaged:
        return
    by_blob = {mail.blob_id: mail for mail in damaged}
    try:
        fresh = await session.store.write(partial(_note, blob_ids=list(by_blob)))
    except GatewayError:
        fresh = list(by_blob)  # they are in the log at least
    for blob_id in fresh:
        mail = by_blob[blob_id]
        log.error(
            "imap: a message cannot be read: blob {blob}, uid {uid} of folder {folder}",
            blob=blob_id,
            uid=mail.uid,
            folder=mail.folder_id,
        )
    if not session.connection.closed:
        uids = uid_set(sorted(mail.uid for mail in damaged))
        session.connection.untagged(
            b"NO [CORRUPTION] damaged, and told to the operator: UID " + uids
        )


def _note(work: UnitOfWork, *, blob_ids: Sequence[str]) -> list[str]:
    return Damage(work).note(blob_ids)

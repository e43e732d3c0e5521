"""The mailbox of the postmaster: every server has one (RFC 5321 §4.5.1)."""

from __future__ import annotations

from twisted.logger import Logger

from gateway.errors import ConflictError
from gateway.settings.file import DomainSettings
from gateway.store.base.work import Database
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import Mailboxes

log = Logger()


def open_postmaster_mailbox(database: Database, domains: DomainSettings) -> bool:
    """
    Open the postmaster's mailbox, if it is to be here and is not; tell whether it was.

    Nobody holds it until an operator says who: what arrives meanwhile is kept.
    """
    address = domains.postmaster_address
    if address.rpartition("@")[2] != domains.professional.lower():
        return False
    try:
        with database.write() as work:
            mailbox_id = Mailboxes(work).add(
                address, kind="ORG", holders=[], display_name="Postmaster"
            )
            Mail(work).folders.ensure(mailbox_id)
    except ConflictError:
        return False
    log.warn(
        "{address} is open, and held by nobody: gateway mailbox holder {address} "
        "--add IDENTITY, or name another address in [domains] postmaster",
        address=address,
    )
    return True

"""The end of a professional's mailbox: its key is destroyed."""

from __future__ import annotations

from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.sealed.destroying import destroy_scope


def close_for_ever(work: UnitOfWork, address: str, *, cause: str, by: str) -> str:
    """
    Close a mailbox and destroy what is in it; return its id.

    Raises:
        NotFoundError: there is none of that address.
        ConflictError: it was destroyed before.
    """
    mailboxes = Mailboxes(work)
    mailbox = mailboxes.find(address)
    if mailbox is None:
        raise NotFoundError("no mailbox has this address")
    if mailbox.state != "closed":
        mailboxes.set_state(mailbox.id, "closed")
    destroy_scope(work, f"mailbox:{mailbox.id}", cause=cause, by=by)
    return mailbox.id

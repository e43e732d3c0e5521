"""The mailboxes of who signed in: those that they hold by their own number."""

from __future__ import annotations

from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mailboxes import PERSONAL, Mailbox, Mailboxes
from gateway.web.professional.visits import ProfessionalVisit


def own_mailboxes(work: UnitOfWork, visit: ProfessionalVisit) -> list[Mailbox]:
    """
    Return them by address, that of the person first: they open to persons alone.

    A mailbox of a structure opens to those who were made its holders by name, never to
    whoever works there.
    """
    found = Mailboxes(work).held_by(visit.professional.national_id)
    return sorted(found, key=lambda one: (is_shared(one), one.address))


def own_mailbox(work: UnitOfWork, visit: ProfessionalVisit, mailbox_id: str) -> Mailbox:
    """
    Return one of them.

    Raises:
        NotFoundError: there is none, or it is another's.
    """
    for one in own_mailboxes(work, visit):
        if one.id == mailbox_id:
            return one
    raise NotFoundError("not found")


def is_shared(mailbox: Mailbox) -> bool:
    """Tell whether a mailbox is read by several, or may be."""
    return mailbox.kind != PERSONAL or len(mailbox.holders) > 1

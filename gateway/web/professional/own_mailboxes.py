"""The mailboxes of who signed in: those that they hold by their own number."""

from __future__ import annotations

from attrs import frozen

from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mailboxes import PERSONAL, Mailbox, Mailboxes
from gateway.store.mailbox.with_patients import MailWithPatients
from gateway.web.professional.visits import ProfessionalVisit


@frozen
class OwnMailboxes:
    """
    Mailboxes as the pages open them, to persons alone; within one transaction.

    A mailbox of a structure opens to those who were made its holders by name, never to
    whoever works there.
    """

    work: UnitOfWork

    def all(self, visit: ProfessionalVisit) -> list[Mailbox]:
        """Return them by address, that of the person first."""
        found = Mailboxes(self.work).held_by(visit.professional.national_id)
        return sorted(found, key=lambda one: (is_shared(one), one.address))

    def get(self, visit: ProfessionalVisit, mailbox_id: str) -> Mailbox:
        """
        Return one of them.

        Raises:
            NotFoundError: there is none, or it is another's.
        """
        for one in self.all(visit):
            if one.id == mailbox_id:
                return one
        raise NotFoundError("not found")

    def unread(self, visit: ProfessionalVisit) -> int:
        """Return how many messages of patients nobody read in them, up to 100."""
        ids = [one.id for one in self.all(visit)]
        return MailWithPatients(self.work).unread(ids)


def is_shared(mailbox: Mailbox) -> bool:
    """Tell whether a mailbox is read by several, or may be."""
    return mailbox.kind != PERSONAL or len(mailbox.holders) > 1

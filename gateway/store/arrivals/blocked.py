"""Whether a patient blocked who sent a message, by whatever name."""

from __future__ import annotations

from gateway.store.arrivals.arrivals import KeptArrival
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.kept_off import names_kept_off


def is_sender_blocked(
    work: UnitOfWork, profile_id: str, kept: KeptArrival | None, address: str = ""
) -> bool:
    """
    Tell whether a patient blocked who sent a message, or who writes from an address.

    ``address`` is the one that the patient knows, where that is another than the
    reverse path; a message that is kept no more proves nothing.
    """
    blocked = names_kept_off(work, profile_id)
    if not blocked:
        return False
    names = [address]
    if kept is not None:
        names += [kept.reverse_path, kept.sender.identity, kept.sender.structure]
    return not Mailboxes(work).names_of_sender(*names).isdisjoint(blocked)

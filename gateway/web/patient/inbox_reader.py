"""A patient's inbox, as whoever the page is for may see it."""

from __future__ import annotations

from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.reading import InboxReader
from gateway.web.site.desk import reader_now


def inbox_of(work: UnitOfWork) -> InboxReader:
    """Return the inboxes without what is kept from who looks: no page has another."""
    return InboxReader(work, reader_now())

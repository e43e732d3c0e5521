"""What a mailbox exchanged with patients: read for the pages, as IMAP has it too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import evolve, frozen
from sqlalchemy import and_, func, select
from twisted.logger import Logger

from gateway.core.envelope import Door
from gateway.errors import DamagedError
from gateway.message.flags import DELETED, SEEN
from gateway.store.mailbox.outlines import MailOutlines
from gateway.store.mailbox.reading import OF_ITS_MAILBOX, MailItem, MailReading
from gateway.store.tables import (
    arrivals,
    data_keys,
    folders,
    mail_items,
    mail_outlines,
)

log = Logger()

_SENT = "\\sent"

MOST_COUNTED: Final = 100
"""Unread messages are counted up to here: a page says that there are more."""

_FROM_PATIENTS: Final = and_(
    arrivals.c.door == Door.WEB.value, folders.c.name == "INBOX"
)


@frozen(kw_only=True)
class KeptMail:
    """A message in a folder; of an arrival, or kept by a program."""

    item: MailItem
    arrival_id: str

    @property
    def subject(self) -> str:
        """By what the journal names the message."""
        return self.arrival_id or self.item.blob_id


@frozen
class MailWithPatients(MailReading):
    """
    The messages that patients wrote to a mailbox by their pages, and what it sent.

    A message that came by the patients' door is a patient's: no other door lets anybody
    write as one. One that a mail program moved to another folder was put aside there,
    and is not here. Of what was sent only the header says to whom it went.
    """

    def received(self, mailbox_id: str, most: int) -> list[KeptMail]:
        """Return what patients wrote and lies in INBOX, the newest first."""
        return self._listed(mailbox_id, _FROM_PATIENTS, most)

    def sent(self, mailbox_id: str, most: int) -> list[KeptMail]:
        """Return what lies in the folder of sent messages, to whomever, newest first"""
        is_sent = func.lower(folders.c.special_use) == _SENT
        return self._listed(mailbox_id, is_sent, most)

    def unread(
        self, mailbox_ids: Collection[str], *, since: datetime | None = None
    ) -> int:
        """
        Return how many of what patients wrote nobody marked as read, up to a number.

        ``since``: of those alone that came then or later. In a mailbox of several it
        is read once one of them has read it.
        """
        if not mailbox_ids:
            return 0
        columns = mail_items.c
        some = (
            select(columns.uid)
            .join(folders, folders.c.id == columns.folder_id)
            .join(arrivals, arrivals.c.id == columns.arrival_id)
            .where(
                folders.c.mailbox_id.in_(sorted(mailbox_ids)),
                _FROM_PATIENTS,
                ~columns.flags.contains(SEEN, autoescape=True),
                ~columns.flags.contains(DELETED, autoescape=True),
                *([columns.internal_date >= since] if since is not None else []),
            )
            .limit(MOST_COUNTED)
        )
        counted = select(func.count()).select_from(some.subquery())
        return self.work.connection.execute(counted).scalar_one()

    def sent_folder(self, mailbox_id: str) -> str:
        """Return the name of the folder for what is sent, else INBOX: it is there."""
        names = [
            one.name
            for one in self.folders.ensure(mailbox_id)
            if one.special_use.lower() == _SENT
        ]
        return names[0] if names else "INBOX"

    def _listed(self, mailbox_id: str, which: Any, most: int) -> list[KeptMail]:
        columns, outline = mail_items.c, mail_outlines.c
        rows: Sequence[Any] = self.work.connection.execute(
            select(mail_items, outline.headers)
            .join(folders, folders.c.id == columns.folder_id)
            .join(data_keys, data_keys.c.id == columns.key_id)
            .join(
                mail_outlines,
                and_(
                    outline.blob_id == columns.blob_id,
                    outline.key_id == columns.key_id,
                ),
            )
            .outerjoin(arrivals, arrivals.c.id == columns.arrival_id)
            .where(
                folders.c.mailbox_id == mailbox_id,
                OF_ITS_MAILBOX,
                which,
                ~columns.flags.contains(DELETED, autoescape=True),
            )
            .order_by(columns.internal_date.desc(), columns.uid.desc())
            .limit(most)
        ).all()
        return [
            KeptMail(item=self._headed(row), arrival_id=row.arrival_id or "")
            for row in rows
        ]

    def _headed(self, row: Any) -> MailItem:
        """Return a message with its header; without one that cannot be read."""
        item = self._item(row, False)
        if row.headers is None:  # too large to be kept beside it
            return item
        outlines = MailOutlines(self.work)
        try:
            headers = outlines.headers(row.blob_id, row.key_id, row.headers)
        except DamagedError:
            log.error("outline of blob {blob} is damaged", blob=row.blob_id)
            return item
        return evolve(item, headers=headers)

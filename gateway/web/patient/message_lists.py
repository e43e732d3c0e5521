"""The list of messages: what is asked of it, what fits, and what could be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

from gateway.core.listing import MANY_READ, when_of
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.finding import FoundMessages, MessageFinding, ShownHit
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import Conversation, WantedMessages
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_search import (
    NameDigests,
    Typed,
    TypedSealing,
    period_of,
)
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.message_search import FILES, SENT, UNREAD, AskedMessages
from gateway.web.site.answers import with_query
from gateway.web.site.paging import PER_PAGE, ListPage
from gateway.web.site.visits import Visit

_MOST_YEARS: Final = 30


@frozen
class InboxLine:
    """A conversation of the list, where its line leads, and how many messages fit"""

    conversation: Conversation
    address: str
    fitting: int = 0


@frozen
class Correspondent:
    """One to choose from: what stands for them in an address."""

    digest: str
    name: str = field(repr=False)
    address: str = field(repr=False)


@frozen(kw_only=True)
class MessageList:
    """One page of the list, with what could be chosen instead."""

    typed: Typed = field(repr=False)
    lines: Sequence[InboxLine]
    page: ListPage
    total: int
    """Conversations that are listed, on all pages."""
    every: int
    """Those that there are, whatever is looked for."""
    not_read: int
    people: Sequence[Correspondent] = field(repr=False)
    years: Sequence[str]
    unread: int
    """Of how many messages the text could not be searched yet."""
    is_old: bool
    """Much had to be read that could have been made ahead."""


@frozen
class MessageLists:
    """Lists of messages as whoever visits may see them, within one transaction."""

    desk: PatientDesk
    work: UnitOfWork
    visit: Visit

    def made(self, asked: AskedMessages) -> MessageList:
        """Return the page of the list that is asked for."""
        reader, profile_id = inbox_of(self.work), self.visit.profile.id
        typed = TypedSealing(self.work, self.visit).opened(asked.sealed)
        people = self._people(reader)
        every = reader.count(profile_id)
        not_read = reader.count(profile_id, unread=True)
        if asked.looks_within:
            finding = MessageFinding(reader)
            found = finding.find(profile_id, self._wanted(asked, typed, people))
            total = len(found.hits)
            page = ListPage.asked(self.visit.query, total)
            hits = page.of(found.hits)
            lines = [_line(one) for one in finding.shown(profile_id, hits)]
        else:
            found, unread = FoundMessages([]), asked.show == UNREAD
            total = not_read if unread else every
            page = ListPage.asked(self.visit.query, total)
            lines = [
                InboxLine(one, f"/conversation/{one.id}#last")
                for one in reader.conversations(
                    profile_id, PER_PAGE, page.offset, unread=unread
                )
            ]
        return MessageList(
            typed=typed,
            lines=lines,
            page=page,
            total=total,
            every=every,
            not_read=not_read,
            people=people,
            years=self._years(reader),
            unread=found.unread,
            is_old=found.unmade >= MANY_READ,
        )

    def _people(self, reader: InboxReader) -> list[Correspondent]:
        names = NameDigests(self.work, self.visit.profile.id)
        return [
            Correspondent(names.digest(one.address), one.name, one.address)
            for one in reader.correspondents(self.visit.profile.id)
        ]

    def _wanted(
        self, asked: AskedMessages, typed: Typed, people: Sequence[Correspondent]
    ) -> WantedMessages:
        day = self.desk.day(self.work.now)
        begin, end = period_of(asked.when, day, self.desk.zone)
        by = (one.address for one in people if one.digest == asked.by)
        return WantedMessages(
            unread=asked.show == UNREAD,
            sent=asked.show == SENT,
            with_files=asked.show == FILES,
            address=next(by, ""),
            begin=begin,
            end=end,
            words=typed.words,
        )

    def _years(self, reader: InboxReader) -> list[str]:
        """Return the years from the last message back to the first, in four digits."""
        period = reader.period(self.visit.profile.id)
        if period is None:
            return []
        first, last = (when_of(one).astimezone(self.desk.zone).year for one in period)
        return [f"{year:04d}" for year in range(last, first - 1, -1)][:_MOST_YEARS]


def _line(one: ShownHit) -> InboxLine:
    """Lead to the page on which the message stands, and to the message on it."""
    query = {"found": one.hit.message_id}
    if number := one.newer // PER_PAGE:
        query["page"] = str(number + 1)
    path = with_query(f"/conversation/{one.conversation.id}", query)
    return InboxLine(one.conversation, f"{path}#found", one.hit.fitting)

"""
What a patient looks for among their documents, as an address says it.

Addresses end in histories, in the log of a proxy, in the next page's Referer. So what
somebody types is sent in a form, and the address it leads to has it sealed: with the
patient's key, for one session. Whose documents are looked for is in it as a digest.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from gateway.core.document_kinds import KINDS
from gateway.core.folding import MOST_ASKED, asked_words
from gateway.core.listing import moment_of
from gateway.errors import DamagedError
from gateway.rights.listing_rules import WantedDocuments
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.column_digests import column_digest
from gateway.web.site.answers import with_query
from gateway.web.site.visits import Visit

PATH: Final = "/documents"
MONTHS: Final = (3, 12)
"""Periods that are offered beside the years."""

MOST_SEALED: Final = 800
"""Characters of an address that what was typed may take."""

DIGEST: Final = 16
"""Characters that stand for a name in an address."""


@frozen(kw_only=True)
class AskedDocuments:
    """What an address asks for: each empty or False where it says nothing of it."""

    kind: str = ""
    by: str = ""
    """A digest of a name."""
    when: str = ""
    """Three months, ``3m``, or a year."""
    masked: bool = False
    unread: bool = False
    fresh: bool = False
    replaced: bool = False
    by_filing: bool = False
    sealed: str = ""
    """What was typed, sealed."""

    @classmethod
    def read(cls, said: Mapping[str, str]) -> AskedDocuments:
        """Read what an address or a form says; what is odd is not asked for."""
        kind, (by, when, sealed) = said.get("kind", ""), asked_of_any(said)
        return cls(
            kind=kind if kind in KINDS else "",
            by=by,
            when=when,
            masked=said.get("masked") == "1",
            unread=said.get("unread") == "1",
            fresh=said.get("fresh") == "1",
            replaced=said.get("replaced") == "1",
            by_filing=said.get("order") == "filed",
            sealed=sealed,
        )

    def said(self) -> dict[str, str]:
        """Return it as the query of an address."""
        named = {
            "kind": self.kind,
            "by": self.by,
            "when": self.when,
            "masked": "1" if self.masked else "",
            "unread": "1" if self.unread else "",
            "fresh": "1" if self.fresh else "",
            "order": "filed" if self.by_filing else "",
            "q": self.sealed,
            "replaced": "1" if self.replaced else "",
        }
        return {name: value for name, value in named.items() if value}

    def address(self, **changes: Any) -> str:
        """Return the address of a list that differs from this one so far."""
        return with_query(PATH, evolve(self, **changes).said())

    def page(self, number: int | str = "") -> str:
        """Return the address of a page of this list; without a number, up to it."""
        return paged(PATH, self.said(), number)

    @property
    def unsearched(self) -> AskedDocuments:
        """The same list without what was typed."""
        return evolve(self, sealed="")

    @property
    def only_words(self) -> AskedDocuments:
        """What was typed, among all documents."""
        return AskedDocuments(sealed=self.sealed, replaced=self.replaced)

    @property
    def narrows(self) -> bool:
        """Whether it leaves out anything that could be listed."""
        return bool(evolve(self, replaced=False, by_filing=False).said())


def paged(path: str, said: Mapping[str, str], number: int | str = "") -> str:
    """Return the address of a page of a list; without a number, up to it."""
    start = f"{with_query(path, said)}&" if said else f"{path}?"
    return f"{start}page={number}" if number else start


def asked_of_any(said: Mapping[str, str]) -> tuple[str, str, str]:
    """
    Return whose things an address asks for, of when, and what was typed, sealed.

    So it says of documents and of messages alike; what is odd is empty.
    """
    by, when, sealed = said.get("by", ""), said.get("when", ""), said.get("q", "")
    return (
        by if len(by) == DIGEST and by.isalnum() else "",
        when if is_period(when) else "",
        sealed if len(sealed) <= MOST_SEALED else "",
    )


def is_period(when: str) -> bool:
    """Tell whether an address means a period that is offered, or any year."""
    months = {f"{one}m" for one in MONTHS}
    return when in months or (len(when) == 4 and when.isascii() and when.isdigit())


def period_of(when: str, today: date, zone: ZoneInfo) -> tuple[int | None, int | None]:
    """Return the first moment of a period and the one after its last; None: no end."""
    if not when:
        return None, None
    if when.endswith("m"):
        months = today.year * 12 + today.month - 1 - int(when[:-1])
        day = min(today.day, 28)
        begin = datetime(months // 12, months % 12 + 1, day, tzinfo=zone)
        return moment_of(begin), None
    year = int(when)
    if not 1 <= year < date.max.year:
        return None, None
    return year_begins(year, zone), year_begins(year + 1, zone)


def year_begins(year: int, zone: ZoneInfo) -> int:
    """Return the first moment of a year where the patients are."""
    # Not by the zone alone: of the first year it would be before there are dates.
    try:
        return moment_of(datetime(year, 1, 1, tzinfo=zone))
    except OverflowError:
        return moment_of(datetime.min.replace(tzinfo=ZoneInfo("UTC")))


@frozen
class Typed:
    """What somebody typed; ``is_lost``: an address had something that does not open."""

    text: str = field(default="", repr=False)
    is_lost: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The words to be looked for."""
        return asked_words(self.text)


@frozen
class TypedSealing:
    """Puts what somebody typed into an address of theirs, and takes it out again."""

    work: UnitOfWork
    visit: Visit

    def seal(self, text: str) -> str:
        """Return a text for an address; of nothing, nothing."""
        text = " ".join(text.split())[:MOST_ASKED]
        if not text:
            return ""
        sealed = self.work.seal(self.visit.profile.key_id, text, self._place)
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def opened(self, sealed: str) -> Typed:
        """Return what was typed; nothing where it was in another session."""
        if not sealed:
            return Typed()
        try:
            content = urlsafe_b64decode(f"{sealed}{'=' * (-len(sealed) % 4)}")
            text = self.work.unseal(self.visit.profile.key_id, content, self._place)
        except (Base64Error, ValueError, DamagedError):
            return Typed(is_lost=True)
        return Typed(str(text))

    @property
    def _place(self) -> str:
        return f"search.words:{self.visit.profile.id}:{self.visit.token}"


@frozen
class NameDigests:
    """The names a reader may choose from, each with a digest for addresses."""

    work: UnitOfWork
    profile_id: str

    def digest(self, name: str) -> str:
        """Return what stands for a name with this patient."""
        keys = self.work.keys
        return column_digest(keys, "search.by", name, owner=self.profile_id)[:DIGEST]

    def find(self, digest: str, names: Iterable[str]) -> str:
        """Return the name that a digest stands for among some, or an empty text."""
        if not digest:
            return ""
        return next((name for name in names if self.digest(name) == digest), "")


def wanted_of(
    asked: AskedDocuments,
    typed: Typed,
    *,
    by: str,
    period: tuple[int | None, int | None],
    last_visit: datetime | None,
    in_texts: Mapping[str, AbstractSet[str]],
) -> WantedDocuments:
    """Return what the rules of listing are asked."""
    return WantedDocuments(
        kind=asked.kind,
        by=by,
        begin=period[0],
        end=period[1],
        masked=asked.masked,
        unread=asked.unread,
        fresh=asked.fresh,
        fresh_since=None if last_visit is None else moment_of(last_visit),
        words=typed.words,
        in_texts=in_texts,
        by_filing=asked.by_filing,
    )

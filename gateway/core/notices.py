"""
What patients are told of, and how: the table of events.

Each event has a row: whether it stands in the notices of the space, whether an e-mail
leaves at once or waits for that of the day, and whether the patient may choose. A
change of law is a change of this table (order of 26 October 2023; EHDS, Regulation (EU)
2025/327, lets people switch notices off from 2029 on).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from gateway.core.texts.notices import NoticeKind
from gateway.errors import InvalidError


class NoticeWhen(StrEnum):
    """When an e-mail tells of an event; kept for years, so never renamed."""

    ONCE = "once"
    DAILY = "daily"
    NEVER = "never"


class NoticeWay(StrEnum):
    """By which way a notice leaves; kept for years."""

    EMAIL = "email"
    SMS = "sms"


class NoticeFamily(StrEnum):
    """What kind of event it is, as people choose by; kept for years."""

    MESSAGE = "MESSAGE"
    DOCUMENT = "DOCUMENT"
    ACCESS = "ACCESS"  # who looked at the record, or changed its settings
    READING = "READING"  # a professional who read it before did again
    PEOPLE = "PEOPLE"
    ACCOUNT = "ACCOUNT"
    SPACE = "SPACE"
    CODE = "CODE"  # what the patient asked for
    DIGEST = "DIGEST"


@frozen(kw_only=True)
class NoticeRow:
    """What the table says of one event."""

    kind: NoticeKind
    centre: bool
    """It stands in the notices of the space."""
    email: NoticeWhen
    """What holds where the patient chose nothing."""
    optional: bool
    """The patient may choose when, and never."""
    family: NoticeFamily
    helpers: bool
    """Who acts for the patient sees it in the notices of the space."""
    represented: NoticeKind | None
    """As what those who represent the patient by law are told of it, if they are."""
    source: str


@frozen(kw_only=True)
class Happened:
    """
    What an event is about: a message's arrival or a document by ``subject``, who did
    it where no other place says so; ``is_secret``: hidden from the representatives.
    """

    subject: str = ""
    by: str = field(default="", repr=False)
    is_secret: bool = False


NOTHING_MORE: Final = Happened()
"""Nothing more is known of an event."""


def read_notice_table(lines: Iterable[str]) -> Mapping[NoticeKind, NoticeRow]:
    """
    Return the rows of a table by their kind; each kind there is has one.

    Raises:
        InvalidError: a kind is missing or there twice, or a cell says nothing known.
    """
    found: dict[NoticeKind, NoticeRow] = {}
    for cells in csv.DictReader(lines):
        try:
            row = NoticeRow(
                kind=NoticeKind(cells["kind"]),
                centre=_YES_NO[cells["centre"]],
                email=NoticeWhen(cells["email"]),
                optional=_YES_NO[cells["optional"]],
                family=NoticeFamily(cells["family"]),
                helpers=_YES_NO[cells["helpers"]],
                represented=_kind_or_none(cells["represented"]),
                source=cells["source"],
            )
        except (KeyError, ValueError) as error:
            raise InvalidError("a row of the table of notices says nothing") from error
        if row.kind in found:
            raise InvalidError("a notice has two rows")
        if row.optional and not row.centre:
            raise InvalidError("who is told nowhere else cannot do without the e-mail")
        found[row.kind] = row
    if set(found) != set(NoticeKind):
        raise InvalidError("a notice has no row")
    theirs = [found[row.represented] for row in found.values() if row.represented]
    if any(row.represented for row in theirs):
        raise InvalidError("who represents is told of another's space, no further")
    return MappingProxyType(found)


def _kind_or_none(word: str) -> NoticeKind | None:
    return NoticeKind(word) if word else None


_YES_NO: Final = {"yes": True, "no": False}


@cache
def notice_table() -> Mapping[NoticeKind, NoticeRow]:
    """Return the table that holds."""
    file = files("gateway.core") / "tables" / "notices.csv"
    return read_notice_table(file.read_text("utf-8").splitlines())


def families_to_choose() -> tuple[NoticeFamily, ...]:
    """Return the families of which something may be chosen, in their order."""
    some = {row.family for row in notice_table().values() if row.optional}
    return tuple(family for family in NoticeFamily if family in some)

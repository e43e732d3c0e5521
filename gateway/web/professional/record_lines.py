"""The lines of an open record: what is said of each document, read from its entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import field, frozen

from gateway.core.codes import type_label
from gateway.core.document_kinds import kind_of
from gateway.core.listed_columns import ListedDocuments
from gateway.core.listing import ListEntry, moment_of, when_of
from gateway.core.reading import IN_EMERGENCY
from gateway.core.vault import FiledDocument
from gateway.documents.xds.naming import person_name, structure_name
from gateway.rights.professional_viewing_rules import Alert
from gateway.rights.reading_rules import Relation
from gateway.store.consultations.answers import ReadDocument, ReadingList
from gateway.web.site.ports import DocumentVault

ON_TOP: Final = ("60591-5", "11490-0", "34133-9", "18761-7", "74207-2")
"""
LOINC codes of what sums a patient up: summaries and liaison letters, in this order.
"""

MOST_OLDER: Final = 20
"""Versions shown behind the newest; old ones can be listed."""


@frozen(kw_only=True)
class RecordLine:
    """One document of an open record as it is listed."""

    id: str
    title: str = field(repr=False)
    type: str
    kind: str
    day: datetime
    by: str = field(repr=False)
    is_own: bool
    is_new: bool
    alerts: tuple[str, ...]
    older: tuple[tuple[str, datetime], ...] = ()
    is_in_text: bool = False
    """Its text has what was searched; the place is not shown before it is opened."""


@frozen
class RecordLines:
    """Makes the lines of a list: reads the entries of what is shown, of no other."""

    vault: DocumentVault
    found: ReadingList
    now: datetime
    language: str

    def of(self, entries: Sequence[ListEntry]) -> list[RecordLine]:
        """Return the lines of some documents; an altered one is left out."""
        documents = self.vault.sound_each([one.id for one in entries])
        return [
            self._line(one, documents[one.id]) for one in entries if one.id in documents
        ]

    def on_top(self) -> list[RecordLine]:
        """Return the newest of each type that sums the patient up."""
        newest: dict[str, ListEntry] = {}
        some = self.found.entries.having(lambda one: one.type_code in ON_TOP)
        for one in some.by_care():
            if one.type_code not in newest and not self.is_old(one):
                newest[one.type_code] = one
        return self.of(tuple(newest[code] for code in ON_TOP if code in newest))

    def is_old(self, one: ListEntry) -> bool:
        return Alert.OLD_VERSION in self.found.alerts(one)

    def _line(self, one: ListEntry, document: FiledDocument) -> RecordLine:
        entry = self.vault.entry(document)
        people = [person_name(author.person) for author in entry.authors]
        names = list(dict.fromkeys([*filter(None, people), one.structure]))
        older = self.found.found.older.get(one.id, ())
        since = self.found.since
        return RecordLine(
            id=one.id,
            title=entry.title or entry.type_code.label,
            type=_type(entry.type_code.label, type_label(entry.type_code, "en"), self),
            kind=one.kind,
            day=when_of(one.care_at),
            by=", ".join(filter(None, names)),
            is_own=self.found.is_own(one),
            is_new=since is not None and one.filed_at >= moment_of(since),
            alerts=_in_order(self.found.alerts(one)),
            older=tuple((each.id, when_of(each.care_at)) for each in older)[
                :MOST_OLDER
            ],
            is_in_text=bool(self.found.texts.words_of(one.id)),
        )


def _type(french: str, english: str, lines: RecordLines) -> str:
    return english if lines.language == "en" else french


def _in_order(alerts: frozenset[Alert]) -> tuple[str, ...]:
    return tuple(one.value for one in Alert if one in alerts)


def line_of(one: ReadDocument, language: str) -> RecordLine:
    """Return an open document as the list has it."""
    entry = one.entry
    code = entry.type_code
    people = [person_name(author.person) for author in entry.authors]
    places = [structure_name(author) for author in entry.authors]
    names = dict.fromkeys(filter(None, [*people, *places[:1]]))
    return RecordLine(
        id=one.document.id,
        title=entry.title or code.label,
        type=type_label(code, "en") if language == "en" else code.label,
        kind=kind_of(entry),
        day=entry.service_start_time or one.document.creation_time,
        by=", ".join(names),
        is_own=one.is_own,
        is_new=False,
        alerts=_in_order(one.alerts),
    )


def may_mask(found: ReadingList) -> bool:
    """Tell whether there is anything that who reads may mask where they are asked."""
    if found.record.consultation.way in IN_EMERGENCY:
        return False
    return bool(maskable(found))


def maskable(found: ReadingList) -> ListedDocuments:
    """Return what who reads may mask, or show: all as the administrator, else theirs"""
    administers = found.record.relation is Relation.ADMINISTRATOR
    return found.entries if administers else found.entries.having(found.is_own)

"""An open record: what the matrix and the patient let this professional see of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from attrs import field, frozen

from gateway.core.codes import type_label
from gateway.core.document_kinds import KINDS, kind_of
from gateway.core.folding import MOST_ASKED, asked_words
from gateway.core.ins import spaced_ins
from gateway.core.listing import ListEntry, moment_of, when_of
from gateway.core.reading import ReadingWay
from gateway.core.rendered import Medium, Shown
from gateway.core.texts.reading import READING_TEXTS
from gateway.core.texts.showing import SHEET_TEXTS
from gateway.core.vault import FiledDocument
from gateway.documents.media import ENDINGS
from gateway.documents.printed_page import Pairs, PrintedPage
from gateway.documents.xds.naming import person_name, structure_name
from gateway.errors import NotFoundError
from gateway.rights.listing_rules import WantedDocuments
from gateway.rights.professional_viewing_rules import Alert
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.answers import (
    NotRead,
    ReadDocument,
    ReadingList,
)
from gateway.store.patients.profiles import Profile, Profiles
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, download, inline, redirect, with_query
from gateway.web.site.languages import say_day, zone_of
from gateway.web.site.names import file_name
from gateway.web.site.paging import PER_PAGE, ListPage
from gateway.web.site.ports import DocumentVault
from gateway.web.site.visits import identity_of

ON_TOP: Final = ("60591-5", "11490-0", "34133-9", "18761-7", "74207-2")
"""
LOINC codes of what sums a patient up: summaries and liaison letters, in this order.
"""

MOST_OLDER: Final = 20
"""Versions shown behind the newest; old ones can be listed."""

_YEAR: Final = timedelta(days=365)


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


@frozen(kw_only=True)
class AskedRecord:
    """What is looked for in a record; words only come in a form, never an address."""

    kind: str = ""
    recent: bool = False
    fresh: bool = False
    old: bool = False
    words: str = field(default="", repr=False)

    @classmethod
    def read(cls, said: Mapping[str, str], words: str = "") -> AskedRecord:
        """Read what an address or a form says; what is odd is not asked for."""
        kind = said.get("kind", "")
        return cls(
            kind=kind if kind in KINDS else "",
            recent=said.get("recent") == "1",
            fresh=said.get("fresh") == "1",
            old=said.get("old") == "1",
            words=words[:MOST_ASKED],
        )

    def said(self) -> dict[str, str]:
        """Return it as a query, without the words."""
        flags = {"recent": self.recent, "fresh": self.fresh, "old": self.old}
        chosen = {name: "1" for name, one in flags.items() if one}
        return {"kind": self.kind, **chosen} if self.kind else chosen

    @property
    def narrows(self) -> bool:
        """Whether it leaves out anything that could be listed."""
        return bool(self.kind or self.recent or self.fresh or self.words)


@frozen
class RecordPages:
    """One consultation that goes on: its list, its documents, its end."""

    desk: ProfessionalDesk

    def record(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """List what is seen of the record, the last care first."""
        return self._list(visit, record_id, AskedRecord.read(visit.query))

    def search(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """Look for words, which no address may keep; without any, lead to the list."""
        form = visit.form
        said = {name: form.line(name) for name in ("kind", "recent", "fresh", "old")}
        asked = AskedRecord.read(said, form.line("words"))
        if not asked.words:
            return redirect(with_query(f"/records/{record_id}", asked.said()))
        return self._list(visit, record_id, asked)

    def _list(
        self, visit: ProfessionalVisit, record_id: str, asked: AskedRecord
    ) -> Answer:
        who = self.desk.reader(visit)
        since = moment_of(visit.now - _YEAR) if asked.recent else None
        wanted = WantedDocuments(
            kind=asked.kind,
            begin=since,
            fresh=asked.fresh,
            words=asked_words(asked.words),
        )
        with self.desk.database.read() as work:
            found = self.desk.reading.listed(
                work, who, record_id, wanted, old=asked.old, in_texts=True
            )
            if isinstance(found, NotRead):
                return self._closed(visit, record_id)
            made = _Lines(self.desk.open_vault(work), found, work.now, visit.language)
            said = visit.form.fields if asked.words else visit.query
            page = ListPage.asked(said, len(found.entries))
            entries = found.entries[page.offset : page.offset + PER_PAGE]
            lines = made.of(entries)
            top = [] if asked.narrows or page.number > 1 else made.on_top()
        if not found.is_noted:
            self.desk.write(
                lambda work: self.desk.reading.note_listed(work, who, found)
            )
        path = f"/records/{record_id}"
        query = {name: value for name, value in asked.said().items() if value}
        return self.desk.page(
            visit,
            "record.html",
            **self._head(visit, found.profile, found),
            asked=asked,
            lines=lines,
            top=top,
            total=len(found.entries),
            counts=found.found.counts,
            page=page,
            since=found.since,
            pages_path=f"{with_query(path, query)}{'&' if query else '?'}",
            KINDS=KINDS,
            most_asked=MOST_ASKED,
        )

    def document(
        self, visit: ProfessionalVisit, record_id: str, document_id: str
    ) -> Answer:
        """Open a document; a line in the patient's history says who did."""
        one = self._opened(visit, record_id, document_id)
        if isinstance(one, Answer):
            return one
        path = f"/records/{record_id}/documents/{document_id}"
        rendering = self.desk.documents.render(
            one.content,
            media_url=lambda media: f"{path}/media/{media}",
            language=visit.language,
        )
        with self.desk.database.read() as work:
            profile = Profiles(work).get(one.consultation.profile_id)
        assert profile is not None, "a consultation is of a patient"
        return self.desk.page(
            visit,
            "record_document.html",
            **self._head(visit, profile, one),
            path=path,
            line=_line_of(one, visit.language),
            entry=one.entry,
            authors=[person_name(author.person) for author in one.entry.authors],
            structure=next(filter(None, map(structure_name, one.entry.authors)), ""),
            newer=one.document.replaced_by,
            size=one.document.size,
            rendering=rendering,
            Shown=Shown,
            no_pdf=visit.query.get("done") == "no-pdf",
        )

    def body(
        self, visit: ProfessionalVisit, record_id: str, document_id: str
    ) -> Answer:
        """Show the PDF or image of a document that is open."""
        one = self._part(visit, record_id, document_id)
        medium = self._medium(self.desk.documents.body(one.content))
        ending = ENDINGS.get(medium.media_type, "bin")
        return inline(file_name("document", ending), medium.media_type, medium.content)

    def picture(
        self, visit: ProfessionalVisit, record_id: str, document_id: str, number: int
    ) -> Answer:
        """Show one of the pictures that a file was converted to."""
        one = self._part(visit, record_id, document_id)
        medium = self._medium(self.desk.documents.picture(one.content, number))
        return inline("document.jpg", medium.media_type, medium.content)

    def media(
        self, visit: ProfessionalVisit, record_id: str, document_id: str, media_id: str
    ) -> Answer:
        """Show an image or file embedded in a document that is open."""
        one = self._part(visit, record_id, document_id)
        medium = self._medium(self.desk.documents.medium(one.content, media_id))
        ending = ENDINGS.get(medium.media_type, "bin")
        return inline(f"document.{ending}", medium.media_type, medium.content)

    def pdf(self, visit: ProfessionalVisit, record_id: str, document_id: str) -> Answer:
        """Give a document that is open as a PDF, or say that none can be made."""
        one = self._part(visit, record_id, document_id)
        with self.desk.database.read() as work:
            profile = Profiles(work).get(one.consultation.profile_id)
        assert profile is not None, "a consultation is of a patient"
        line = _line_of(one, visit.language)
        sheet = self._sheet(visit, profile, line)
        made = self.desk.documents.pdf(one.content, sheet)
        if made is None:
            return redirect(f"/records/{record_id}/documents/{document_id}?done=no-pdf")
        return download(file_name(line.title, "pdf"), made)

    def end(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """End the consultation."""
        who = self.desk.reader(visit)
        self.desk.write(lambda work: self.desk.reading.end(work, who, record_id))
        return redirect("/patients?ended=1")

    def _opened(
        self, visit: ProfessionalVisit, record_id: str, document_id: str
    ) -> ReadDocument | Answer:
        who = self.desk.reader(visit)

        def job(work: UnitOfWork) -> ReadDocument | NotRead | None:
            return self.desk.reading.document(work, who, record_id, document_id)

        one = self.desk.write(job)
        if isinstance(one, NotRead):
            return self._closed(visit, record_id, one)
        if one is None:
            raise NotFoundError("not found")
        return one

    def _part(
        self, visit: ProfessionalVisit, record_id: str, document_id: str
    ) -> ReadDocument:
        """
        Return a document that was opened in this consultation.

        Raises:
            NotFoundError: it was not, or is not there for who asks any more.
        """
        with self.desk.database.read() as work:
            one = self.desk.reading.part(
                work, self.desk.reader(visit), record_id, document_id
            )
        if one is None or isinstance(one, NotRead):
            raise NotFoundError("not found")
        return one

    def _medium(self, medium: Medium | None) -> Medium:
        if medium is None:
            raise NotFoundError("not found")
        return medium

    def _closed(
        self, visit: ProfessionalVisit, record_id: str, why: NotRead | None = None
    ) -> Answer:
        """Say why a record that was open is not any more; what closed it is kept."""
        who = self.desk.reader(visit)
        if why is None:
            why = self.desk.write(
                lambda work: self.desk.reading.check(work, who, record_id)
            )
        if why is None:  # it went on again meanwhile
            return redirect(f"/records/{record_id}")
        said = READING_TEXTS[why.why][visit.language == "en"]
        return self.desk.page(visit, "record_closed.html", status=403, said=said)

    def _head(
        self,
        visit: ProfessionalVisit,
        profile: Profile,
        found: ReadingList | ReadDocument,
    ) -> dict[str, Any]:
        """Return what stands above each page of an open record."""
        one = found.consultation
        is_emergency = one.way in {ReadingWay.EMERGENCY, ReadingWay.REGULATION}
        return {
            "record": one,
            "identity": identity_of(profile),
            "sex": profile.traits.sex,
            "shown_number": spaced_ins(profile.ins.matricule),
            "is_emergency": is_emergency,
            "reason": one.said.reason if one.said and is_emergency else "",
            "way": one.way.value,
        }

    def _sheet(
        self, visit: ProfessionalVisit, profile: Profile, line: RecordLine
    ) -> PrintedPage:
        said = SHEET_TEXTS[visit.language]
        zone = zone_of(self.desk.settings.web.time_zone)
        pairs = [
            (said["day"], say_day(line.day, visit.language, zone)),
            (said["type"], line.type),
            (said["by"], line.by),
        ]
        identity = identity_of(profile)
        return PrintedPage(
            title=line.title,
            blocks=[Pairs([(name, value) for name, value in pairs if value])],
            language=visit.language,
            footer=" · ".join((identity.name, identity.born, identity.ins)),
        )


@frozen
class _Lines:
    """Makes the lines of a list: reads the entries of what is shown, of no other."""

    vault: DocumentVault
    found: ReadingList
    now: datetime
    language: str

    def of(self, entries: tuple[ListEntry, ...]) -> list[RecordLine]:
        """Return the lines of some documents; an altered one is left out."""
        documents = self.vault.sound_each([one.id for one in entries])
        return [
            self._line(one, documents[one.id]) for one in entries if one.id in documents
        ]

    def on_top(self) -> list[RecordLine]:
        """Return the newest of each type that sums the patient up."""
        newest: dict[str, ListEntry] = {}
        for one in sorted(self.found.entries, key=attrgetter("care_at")):
            if one.type_code in ON_TOP and not self.is_old(one):
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
        )


def _type(french: str, english: str, lines: _Lines) -> str:
    return english if lines.language == "en" else french


def _in_order(alerts: frozenset[Alert]) -> tuple[str, ...]:
    return tuple(one.value for one in Alert if one in alerts)


def _line_of(one: ReadDocument, language: str) -> RecordLine:
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

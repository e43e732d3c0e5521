"""An open record: what the matrix and the patient let this professional see of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from attrs import field, frozen

from gateway.core.document_kinds import KINDS
from gateway.core.folding import MOST_ASKED, asked_words
from gateway.core.ins import spaced_ins
from gateway.core.listing import moment_of
from gateway.core.reading import IN_EMERGENCY
from gateway.core.rendered import Medium, Shown
from gateway.core.texts.informing import CHANNEL_TEXTS
from gateway.core.texts.reading import READING_TEXTS
from gateway.core.texts.showing import SHEET_TEXTS
from gateway.documents.media import ENDINGS
from gateway.documents.printed_page import Pairs, PrintedPage
from gateway.documents.xds.naming import person_name, structure_name
from gateway.errors import NotFoundError
from gateway.rights.listing_rules import WantedDocuments
from gateway.rights.reading_rules import Relation
from gateway.rights.record_act_rules import RecordAct
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.answers import (
    NotRead,
    OpenRecord,
    ReadDocument,
    ReadingList,
)
from gateway.store.patients.informed import InformedPatients
from gateway.store.patients.profiles import Profile
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.record_lines import (
    RecordLine,
    RecordLines,
    line_of,
    may_mask,
)
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, download, inline, redirect, with_query
from gateway.web.site.languages import say_day, zone_of
from gateway.web.site.names import file_name
from gateway.web.site.paging import ListPage
from gateway.web.site.visits import identity_of

_YEAR: Final = timedelta(days=365)


@frozen(kw_only=True)
class AskedRecord:
    """What is looked for in a record; words only come in a form, never an address."""

    kind: str = ""
    episode: str = ""
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
            episode=said.get("episode", "")[:32],
            recent=said.get("recent") == "1",
            fresh=said.get("fresh") == "1",
            old=said.get("old") == "1",
            words=words[:MOST_ASKED],
        )

    def said(self) -> dict[str, str]:
        """Return it as a query, without the words."""
        flags = {"recent": self.recent, "fresh": self.fresh, "old": self.old}
        texts = {"kind": self.kind, "episode": self.episode}
        return {
            **{name: one for name, one in texts.items() if one},
            **{name: "1" for name, one in flags.items() if one},
        }

    @property
    def narrows(self) -> bool:
        """Whether it leaves out anything that could be listed."""
        return bool(
            self.kind or self.episode or self.recent or self.fresh or self.words
        )


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
        names = ("kind", "episode", "recent", "fresh", "old")
        said = {name: form.line(name) for name in names}
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
                work,
                who,
                record_id,
                wanted,
                old=asked.old,
                in_texts=True,
                episode_id=asked.episode,
            )
            if isinstance(found, NotRead):
                return closed_record(self.desk, visit, record_id)
            made = RecordLines(
                self.desk.open_vault(work), found, work.now, visit.language
            )
            said = visit.form.fields if asked.words else visit.query
            page = ListPage.asked(said, len(found.entries))
            entries = page.of(found.entries)
            lines = made.of(entries)
            top = [] if asked.narrows or page.number > 1 else made.on_top()
            informed = InformedPatients(work, found.record.profile.id)
            told = informed.by(who.structure, who.national_id)
        note_listed(self.desk, visit, found)
        path = f"/records/{record_id}"
        query = asked.said()
        return self.desk.page(
            visit,
            "record.html",
            **record_head(found.record),
            done=visit.query.get("done", ""),
            can_mask=may_mask(found),
            administers=found.record.relation is Relation.ADMINISTRATOR,
            asked=asked,
            lines=lines,
            top=top,
            total=len(found.entries),
            counts=found.found.counts,
            page=page,
            since=found.since,
            unready=found.texts.unread,
            told=told,
            alone=not who.structure,
            told_how=CHANNEL_TEXTS[told.how.by].said(visit.language) if told else "",
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
        return self.desk.page(
            visit,
            "record_document.html",
            **record_head(one.record),
            path=path,
            acts=one.acts,
            Act=RecordAct,
            line=line_of(one, visit.language),
            entry=one.entry,
            authors=[person_name(author.person) for author in one.entry.authors],
            structure=next(filter(None, map(structure_name, one.entry.authors)), ""),
            size=one.document.size,
            rendering=rendering,
            Shown=Shown,
            done=visit.query.get("done", ""),
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
        line = line_of(one, visit.language)
        sheet = self._sheet(visit, one.record.profile, line)
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
            return closed_record(self.desk, visit, record_id, one)
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


def record_of(
    desk: ProfessionalDesk, visit: ProfessionalVisit, record_id: str
) -> OpenRecord | NotRead:
    """Return a record that one has open, or why it is not."""
    with desk.database.read() as work:
        return desk.reading.record(work, desk.reader(visit), record_id)


def closed_record(
    desk: ProfessionalDesk,
    visit: ProfessionalVisit,
    record_id: str,
    why: NotRead | None = None,
) -> Answer:
    """Say why a record that was open is not any more; what closed it is kept."""
    who = desk.reader(visit)
    if why is None:
        why = desk.write(lambda work: desk.reading.check(work, who, record_id))
    if why is None:  # it went on again meanwhile
        return redirect(f"/records/{record_id}")
    said = READING_TEXTS[why.why][visit.language == "en"]
    return desk.page(visit, "record_closed.html", status=403, said=said)


def note_listed(
    desk: ProfessionalDesk, visit: ProfessionalVisit, found: ReadingList
) -> None:
    """Keep what was not shown of a list, and that its reader was here."""
    if not found.is_noted:
        who = desk.reader(visit)
        desk.write(lambda work: desk.reading.note_listed(work, who, found))


def record_head(record: OpenRecord) -> dict[str, Any]:
    """Return what stands above each page of an open record."""
    one, profile = record.consultation, record.profile
    is_emergency = one.way in IN_EMERGENCY
    return {
        "record": one,
        "episodes": record.episodes,
        "identity": identity_of(profile),
        "sex": profile.traits.sex,
        "shown_number": spaced_ins(profile.ins.matricule),
        "is_emergency": is_emergency,
        "reason": one.said.reason if one.said and is_emergency else "",
        "way": one.way.value,
    }

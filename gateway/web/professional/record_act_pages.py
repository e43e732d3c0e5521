"""What is done in an open record, each confirmed on a page of its own."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from gateway.core.directory import DirectoryEntry
from gateway.errors import NotFoundError
from gateway.rights.administrator_rules import AdministratorFault
from gateway.rights.reading_rules import Relation
from gateway.rights.record_act_rules import NoAct, RecordAct
from gateway.store.consultations.answers import NotRead
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.record_lines import line_of
from gateway.web.professional.record_pages import (
    closed_record,
    record_head,
    record_of,
)
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.asked_names import MOST_FOUND, MOST_NAME, asked_name

ACTS: Final = (RecordAct.ANNOUNCE, RecordAct.WITHDRAW, RecordAct.MASK, RecordAct.SHOW)
"""What has a page of its own; a new version is filed by the page of filing."""

_DONE: Final = {
    RecordAct.ANNOUNCE: "announced",
    RecordAct.MASK: "masked",
    RecordAct.SHOW: "shown",
}


@frozen
class RecordActPages:
    """One document and what is done with it; a follow-up; whom the patient blocks."""

    desk: ProfessionalDesk

    def ask(
        self, visit: ProfessionalVisit, record_id: str, document_id: str, act: str
    ) -> Answer:
        """Ask whether something is to be done with a document that is open."""
        return self._ask(visit, record_id, document_id, RecordAct(act))

    def do(
        self, visit: ProfessionalVisit, record_id: str, document_id: str, act: str
    ) -> Answer:
        """Do it, and lead back to the document; to the record where it is gone."""
        wanted, who = RecordAct(act), self.desk.reader(visit)
        asked = visit.form.line("asked") == "1"
        why = self.desk.write(
            lambda work: self.desk.acts.act(
                work, who, record_id, document_id, wanted, asked=asked
            )
        )
        if isinstance(why, NotRead):
            return closed_record(self.desk, visit, record_id, why)
        if why is NoAct.NOT_ASKED:
            return self._ask(visit, record_id, document_id, wanted, problem=why)
        if why in {NoAct.NOT_THEIRS, NoAct.OUTDATED}:
            raise NotFoundError("not found")
        if wanted is RecordAct.WITHDRAW:
            return redirect(f"/records/{record_id}?done=withdrawn")
        # What is so already is as good as done.
        path = f"/records/{record_id}/documents/{document_id}"
        return redirect(f"{path}?done={_DONE[wanted]}")

    def _ask(
        self,
        visit: ProfessionalVisit,
        record_id: str,
        document_id: str,
        act: RecordAct,
        *,
        problem: NoAct | None = None,
    ) -> Answer:
        who = self.desk.reader(visit)
        with self.desk.database.read() as work:
            one = self.desk.reading.part(work, who, record_id, document_id)
        if isinstance(one, NotRead):
            return closed_record(self.desk, visit, record_id)
        if one is None or act not in one.acts:
            raise NotFoundError("not found")
        return self.desk.page(
            visit,
            "record_act.html",
            status=422 if problem else 200,
            **record_head(one.record),
            path=f"/records/{record_id}/documents/{document_id}",
            line=line_of(one, visit.language),
            act=act,
            Act=RecordAct,
            problem=problem,
        )

    def follow_up(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """Show the follow-ups by one's own team, and ask to begin or to end one."""
        record = record_of(self.desk, visit, record_id)
        if isinstance(record, NotRead):
            return closed_record(self.desk, visit, record_id)
        begun = (one for one in record.episodes if one.ended_at is None)
        return self.desk.page(
            visit,
            "record_follow_up.html",
            **record_head(record),
            current=next(begun, None),
            done=visit.query.get("done", ""),
        )

    def follow(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """Begin a follow-up, or end it and the consultation with it."""
        who, ends = self.desk.reader(visit), visit.form.line("to") == "end"
        acts = self.desk.acts
        change = acts.close_episode if ends else acts.open_episode
        done = self.desk.write(lambda work: change(work, who, record_id))
        if isinstance(done, NotRead):
            return closed_record(self.desk, visit, record_id, done)
        if ends and done:
            return redirect("/patients?ended=follow-up")
        said = "" if ends else "?done=begun"
        return redirect(f"/records/{record_id}/follow-up{said}")

    def ask_block(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """Ask whom the patient wants to block, by a name."""
        return self._ask_block(visit, record_id, visit.query.get("name", ""))

    def block(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """Block one of those who were found, where the patient asks for it."""
        form, who = visit.form, self.desk.reader(visit)
        name, identity = form.line("name"), form.line("who")
        offered = {one.identity: one.name for one in self._found(name)}
        if identity not in offered:
            return self._ask_block(visit, record_id, name, problem="missing")
        why = self.desk.write(
            lambda work: self.desk.acts.block(
                work,
                who,
                record_id,
                identity,
                offered[identity],
                asked=form.line("asked") == "1",
            )
        )
        if isinstance(why, NotRead):
            return closed_record(self.desk, visit, record_id, why)
        if why in {AdministratorFault.NOT_NAMED, AdministratorFault.CLOSED}:
            raise NotFoundError("not found")
        if why is not None:
            return self._ask_block(visit, record_id, name, problem=why.value)
        return redirect(f"/records/{record_id}?done=blocked")

    def _ask_block(
        self,
        visit: ProfessionalVisit,
        record_id: str,
        name: str,
        *,
        problem: str = "",
    ) -> Answer:
        record = record_of(self.desk, visit, record_id)
        if isinstance(record, NotRead):
            return closed_record(self.desk, visit, record_id)
        if record.relation is not Relation.ADMINISTRATOR:
            raise NotFoundError("not found")
        return self.desk.page(
            visit,
            "record_block.html",
            status=422 if problem else 200,
            **record_head(record),
            asked=asked_name(name),
            choices=self._found(name),
            most=MOST_FOUND,
            most_name=MOST_NAME,
            most_blocks=self.desk.settings.web.max_blocks,
            problem=problem,
        )

    def _found(self, name: str) -> list[DirectoryEntry]:
        """Return who has a name, nobody where none is written."""
        asked = asked_name(name)
        if not asked:
            return []
        with self.desk.database.read() as work:
            return self.desk.directory.search(work, asked, MOST_FOUND)

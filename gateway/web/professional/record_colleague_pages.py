"""A patient's agreement to be read by a colleague, asked for in an open record."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from gateway.core.directory import DirectoryEntry
from gateway.core.reading import IN_EMERGENCY
from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.answers import NotRead
from gateway.store.consultations.values import NamedProfessional
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.record_pages import (
    closed_record,
    record_head,
    record_of,
)
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.asked_names import MOST_FOUND, MOST_NAME, asked_name

_RPPS_DIGITS: Final = 11
_OF_RPPS: Final = "8"
_OF_PROFESSIONALS: Final = (_OF_RPPS, "0")
"""What an IDNPS begins with: RPPS, ADELI (CI-SIS, "PS_IdNat")."""


@frozen
class RecordColleaguePages:
    """
    Who takes over a part of the care, and that the patient agrees (CSP L. 1111-17 II).

    A colleague is a professional: of the national directory, or known here by number.
    """

    desk: ProfessionalDesk

    def ask(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """Ask which colleague is to read, by a name or a number."""
        return self._ask(visit, record_id, visit.query.get("name", ""))

    def keep(self, visit: ProfessionalVisit, record_id: str) -> Answer:
        """Keep that the patient agrees to one of those who were found."""
        form, who = visit.form, self.desk.reader(visit)
        name, identity = form.line("name"), form.line("who")
        offered = {one.identity: one.name for one in self._found(visit, name)}
        if identity not in offered:
            return self._ask(visit, record_id, name, problem="missing")
        if form.line("agreed") != "1":
            return self._ask(visit, record_id, name, problem="not agreed")
        colleague = NamedProfessional(identity=identity.upper(), name=offered[identity])
        record = record_of(self.desk, visit, record_id)
        if not isinstance(record, NotRead) and record.consultation.way in IN_EMERGENCY:
            raise NotFoundError("not found")
        kept = self.desk.write(
            lambda work: self.desk.reading.agree_for(work, who, record_id, colleague)
        )
        if isinstance(kept, NotRead):
            return closed_record(self.desk, visit, record_id, kept)
        return redirect(f"/records/{record_id}?done=agreed")

    def _ask(
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
        if record.consultation.way in IN_EMERGENCY:
            raise NotFoundError("not found")
        return self.desk.page(
            visit,
            "record_colleague.html",
            status=422 if problem else 200,
            **record_head(record),
            asked=asked_name(name),
            choices=self._found(visit, name),
            most=MOST_FOUND,
            most_name=MOST_NAME,
            hours=self.desk.settings.reading.agreement_hours,
            problem=problem,
        )

    def _found(self, visit: ProfessionalVisit, name: str) -> list[DirectoryEntry]:
        """Return the professionals of a name or number, without who asks."""
        asked = asked_name(name)
        if not asked:
            return []
        with self.desk.database.read() as work:
            found = (
                self._numbered(work, asked)
                if asked.isdecimal()
                else self.desk.directory.search(work, asked, MOST_FOUND)
            )
        mine = self.desk.reader(visit).national_id.lower()
        return [
            one
            for one in found
            if one.identity.startswith(_OF_PROFESSIONALS)
            and one.identity != mine
            and "@" not in one.identity
        ]

    def _numbered(self, work: UnitOfWork, digits: str) -> list[DirectoryEntry]:
        number = f"{_OF_RPPS}{digits}" if len(digits) == _RPPS_DIGITS else digits
        names = self.desk.directory.names(work, [number])
        return [DirectoryEntry(identity=one, name=name) for one, name in names.items()]

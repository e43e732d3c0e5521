"""Where a patient is looked for, and by what right their record is opened."""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen

from gateway.core.habilitation import column_texts
from gateway.core.ins import has_valid_key, spaced_ins
from gateway.core.reading import Presented, ReadingRefusal, ReadingWay
from gateway.core.texts.reading import READING_TEXTS
from gateway.rights.habilitation_rules import NoColumn
from gateway.rights.reading_request import ReadingRequest, WantedPatient
from gateway.rights.reading_rules import EmergencyDeclaration, SignedInBy
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.answers import NotRead, Prospect
from gateway.store.consultations.values import Consultation
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import identity_of

LONGEST_NUMBER: Final = 30
LONGEST_NAME: Final = 100
LONGEST_REASON: Final = 500
"""Characters of a reason, which the patient reads."""

_OBJECTION: Final = "OBJECTION"
_BY_CONSENT: Final = {one.value: one for one in (ReadingWay.TEAM, ReadingWay.CONSENT)}
_TO_MEND: Final = frozenset(
    {
        ReadingRefusal.NOT_INFORMED,
        ReadingRefusal.CONSENT_MISSING,
        ReadingRefusal.CONSENT_EXPIRED,
        ReadingRefusal.EMERGENCY_NOT_DECLARED,
        ReadingRefusal.EMERGENCY_REASON_MISSING,
        ReadingRefusal.CODE_WRONG,
    }
)
"""What who fills in a form can mend in it."""


@frozen
class FindingPages:
    """From a number, or in an emergency a name, to an open record."""

    desk: ProfessionalDesk

    def search(self, visit: ProfessionalVisit) -> Answer:
        """Ask for the number of a patient, or say why nobody may be looked for."""
        return self._search(visit)

    def find(self, visit: ProfessionalVisit) -> Answer:
        """Take a number, and show by which rights this patient could be read."""
        if not visit.may_read:
            return self._search(visit, status=403)
        number = _number(visit)
        if not has_valid_key(number):
            return self._search(visit, problem="wrong", status=422)
        return self._found(visit, self._wanted(visit, number))

    def open(self, visit: ProfessionalVisit) -> Answer:
        """Open the record by what was said of the patient's agreement."""
        if not visit.may_read:
            return self._search(visit, status=403)
        wanted = self._wanted(visit, _number(visit))
        way = visit.form.line("way")
        if way == _OBJECTION:
            return self._objected(visit, wanted)
        if way not in _BY_CONSENT:
            return self._found(visit, wanted, why="choice")
        request = ReadingRequest(
            patient=wanted,
            way=_BY_CONSENT[way],
            informed=True,
            agreed=True,
            code=visit.form.line("code"),
            presented=_presented(visit),
        )
        opened = self._opened(visit, request)
        if isinstance(opened, Consultation):
            return self._to_record(visit, opened)
        if opened.why in _TO_MEND:
            return self._found(visit, wanted, why=self._said(visit, opened))
        return self._refused(visit, opened)

    def emergency(self, visit: ProfessionalVisit) -> Answer:
        """Ask what an emergency is declared by."""
        return self._emergency(visit)

    def declare(self, visit: ProfessionalVisit) -> Answer:
        """Open a record in a declared emergency, by the number or by names."""
        if not visit.may_read:  # nor learns who has a space here
            return self._emergency(visit, status=403)
        form = visit.form
        number = _number(visit)
        if number and not has_valid_key(number):
            return self._emergency(visit, problem="wrong", status=422)
        wanted = evolve(
            self._wanted(visit, number),
            family=form.line("family")[:LONGEST_NAME],
            given=form.line("given")[:LONGEST_NAME],
            birth_date="".join(reversed(_day_parts(form.line("born")))),
        )
        regulates = form.line("way") == ReadingWay.REGULATION.value
        request = ReadingRequest(
            patient=wanted,
            way=ReadingWay.REGULATION if regulates else ReadingWay.EMERGENCY,
            declared=EmergencyDeclaration(
                is_ticked=form.line("sure") == "1",
                reason=form.text("reason")[:LONGEST_REASON],
            ),
            presented=_presented(visit),
        )
        opened = self._opened(visit, request)
        if isinstance(opened, Consultation):
            return self._to_record(visit, opened)
        return self._emergency(
            visit, problem=self._said(visit, opened), status=status_of(opened.why)
        )

    def _wanted(self, visit: ProfessionalVisit, number: str) -> WantedPatient:
        """Return whom a form names: a program's number counts as the program says."""
        called = self.desk.called(visit)
        if called is None or not called.is_of(number):
            return WantedPatient(matricule=number)
        return WantedPatient(matricule=number, found=called.found)

    def _to_record(self, visit: ProfessionalVisit, opened: Consultation) -> Answer:
        """Lead to an open record; what a program said of the patient is done with."""
        return self.desk.without_call(visit, redirect(f"/records/{opened.id}"))

    def _objected(self, visit: ProfessionalVisit, wanted: WantedPatient) -> Answer:
        who = self.desk.reader(visit)

        def job(work: UnitOfWork) -> NotRead:
            return self.desk.reading.note_objection(work, who, wanted)

        refused = self.desk.write(job)
        if refused.why is not ReadingRefusal.OPPOSED:
            return self._refused(visit, refused)
        return self._search(visit, problem="objection")

    def _opened(
        self, visit: ProfessionalVisit, request: ReadingRequest
    ) -> Consultation | NotRead:
        who = self.desk.reader(visit)
        return self.desk.write(lambda work: self.desk.reading.open(work, who, request))

    def _found(
        self, visit: ProfessionalVisit, wanted: WantedPatient, *, why: str = ""
    ) -> Answer:
        who = self.desk.reader(visit)

        def job(work: UnitOfWork) -> Prospect | NotRead:
            return self.desk.reading.find(work, who, wanted)

        found = self.desk.write(job)
        if isinstance(found, NotRead):
            return self._refused(visit, found)
        closed = ""
        if not found.possible & frozenset(_BY_CONSENT.values()):
            stands = found.ways[ReadingWay.CONSENT]
            assert stands is not None, "not possible, so refused"
            closed = self._said(visit, NotRead(stands))
        called = self.desk.called(visit)
        if called is not None and not called.is_of(wanted.matricule):
            called = None
        differs = called is not None and called.differs(found.profile.traits)
        from_program = called.call.presented if called is not None else None
        return self.desk.page(
            visit,
            "patient.html",
            status=422 if why else 200,
            why=why,
            identity=identity_of(found.profile),
            sex=found.profile.traits.sex,
            number=wanted.matricule,
            shown_number=spaced_ins(wanted.matricule),
            ways={way.value for way in found.possible},
            closed=closed,
            is_agreed=found.is_agreed,
            relation=found.relation.value,
            current=found.current,
            called=called,
            differs=differs,
            presented=_presented(visit) or from_program,
            Presented=Presented,
            column=self._column(visit),
            longest_reason=LONGEST_REASON,
            least_reason=self.desk.settings.reading.least_reason,
        )

    def _refused(self, visit: ProfessionalVisit, refused: NotRead) -> Answer:
        answer = self._search(
            visit, problem=self._said(visit, refused), status=status_of(refused.why)
        )
        if refused.why is ReadingRefusal.INS_NOT_QUALIFIED:
            return self.desk.without_call(visit, answer)  # it says nothing more
        return answer

    def _said(self, visit: ProfessionalVisit, refused: NotRead) -> str:
        return READING_TEXTS[refused.why][visit.language == "en"]

    def _column(self, visit: ProfessionalVisit) -> str:
        column = visit.column
        if isinstance(column, NoColumn):
            return ""
        return column_texts()[column].name(visit.language)

    def _search(
        self, visit: ProfessionalVisit, *, problem: str = "", status: int = 200
    ) -> Answer:
        column = visit.column
        who, called = self.desk.reader(visit), self.desk.called(visit)
        with self.desk.database.read() as work:
            current = self.desk.reading.current(work, who)
        number = visit.form.line("ins")[:LONGEST_NUMBER]
        if called is not None and not visit.form.fields:
            number = spaced_ins(called.call.number)
        return self.desk.page(
            visit,
            "search.html",
            status=status,
            problem=problem,
            number=number,
            **self.desk.call_words(visit, called),
            why=column.value if isinstance(column, NoColumn) else "",
            is_alone=visit.signed_in_by is SignedInBy.CERTIFICATE_ALONE,
            current=current,
        )

    def _emergency(
        self, visit: ProfessionalVisit, *, problem: str = "", status: int = 200
    ) -> Answer:
        column, form = visit.column, visit.form
        return self.desk.page(
            visit,
            "emergency.html",
            status=status,
            problem=problem,
            number=form.line("ins")[:LONGEST_NUMBER],
            family=form.line("family")[:LONGEST_NAME],
            given=form.line("given")[:LONGEST_NAME],
            born=form.line("born")[:LONGEST_NUMBER],
            reason=form.text("reason")[:LONGEST_REASON],
            way=form.line("way"),
            why=column.value if isinstance(column, NoColumn) else "",
            is_alone=visit.signed_in_by is SignedInBy.CERTIFICATE_ALONE,
            may_regulate=visit.professional.may_regulate,
            longest_reason=LONGEST_REASON,
            least_reason=self.desk.settings.reading.least_reason,
        )


def status_of(why: ReadingRefusal) -> int:
    """Return the HTTP status that goes with a refusal."""
    if why is ReadingRefusal.TOO_MANY:
        return 429
    return 422 if why in _TO_MEND | {ReadingRefusal.PATIENT_NOT_FOUND} else 403


def _number(visit: ProfessionalVisit) -> str:
    """Return the number that was typed, without blanks."""
    return "".join(visit.form.line("ins")[:LONGEST_NUMBER].split()).upper()


def _presented(visit: ProfessionalVisit) -> Presented | None:
    """Return what the form says that the patient showed; odd words are nothing."""
    said = visit.form.line("presented")
    return Presented(said) if said in set(Presented) else None


def _day_parts(typed: str) -> list[str]:
    """
    Return a day that was typed as people in France do, day first; odd ones as nothing.

    >>> _day_parts("28/03/1979"), _day_parts("28 3 1979"), _day_parts("1979")
    (['28', '03', '1979'], ['28', '03', '1979'], [])
    """
    parts = typed.replace("/", " ").replace("-", " ").replace(".", " ").split()
    if len(parts) != 3 or not all(one.isascii() and one.isdigit() for one in parts):
        return []
    day, month, year = parts
    if len(day) > 2 or len(month) > 2 or len(year) != 4:
        return []
    return [day.zfill(2), month.zfill(2), year]

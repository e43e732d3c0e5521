"""The pages where a professional files PDFs, and sees what became of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from attrs import evolve, field, frozen

from gateway.core.codes import DocumentType, document_types
from gateway.core.document import Visibility
from gateway.core.keeping import MAX_TITLE
from gateway.core.subject_tag import tag_words
from gateway.errors import NotFoundError
from gateway.rights.page_filing_rules import (
    NoPageFiling,
    PageFilingFacts,
    refuse_page_filing,
)
from gateway.store.patients.values import Profile
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.filing import (
    ProfessionalFiling,
    Replaced,
    ToFile,
    form_id,
)
from gateway.web.professional.filing_answers import FilingAnswers
from gateway.web.professional.naming import (
    LONGEST_NUMBER,
    NamedPatients,
    NoPatient,
)
from gateway.web.professional.offered_files import (
    FileProblem,
    FormFile,
    judge_each,
)
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import identity_of

_OF_PATIENTS: Final = ("DOCPAT", "EXPPAT")
_OVER: Final = frozenset({None, FileProblem.SAME})
"""Of a file: nothing is left to do with it."""


class FilingProblem(StrEnum):
    """What is wrong with a form; each has its words in the page."""

    NUMBER = "number"
    BORN = "born"
    NOBODY = "nobody"
    TOO_OFTEN = "too often"
    RECORD = "record"
    REPLACED = "replaced"
    ONE_FILE = "one file"
    KIND = "kind"
    VISIBILITY = "visibility"
    LONG_TITLE = "long title"
    ODD_TITLE = "odd title"
    NO_FILE = "no file"
    TOO_MANY = "too many"
    CUT = "cut"
    BUSY = "busy"


_PLACES: Final = {
    "ins": (FilingProblem.NUMBER, FilingProblem.NOBODY, FilingProblem.TOO_OFTEN),
    "born": (FilingProblem.BORN,),
    "kind": (FilingProblem.KIND,),
    "visibility": (FilingProblem.VISIBILITY,),
    "title": (FilingProblem.LONG_TITLE, FilingProblem.ODD_TITLE),
    "record": (FilingProblem.RECORD, FilingProblem.REPLACED),
}
"""At which field a problem is shown; the others are of the files."""


@frozen(kw_only=True)
class FilingForm:
    """
    What the form holds; ``record`` is the open one it came from, if any, and
    ``replaces`` the document of it that a new version takes the place of.
    """

    record: str = ""
    replaces: str = ""
    number: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    kind: str = ""
    title: str = field(default="", repr=False)
    visibility: str = ""
    informed: bool = False
    once: str = field(factory=lambda: uuid4().hex, repr=False)
    problems: tuple[FilingProblem, ...] = ()
    unfit: tuple[FormFile, ...] = ()
    """Files that were not received, each with its problem."""

    def at(self, place: str) -> FilingProblem | None:
        """Return what is wrong with a field, or None."""
        return next((one for one in self.problems if place_of(one) == place), None)


def place_of(problem: FilingProblem) -> str:
    """
    Return the field at which a problem is shown.

    >>> place_of(FilingProblem.NOBODY), place_of(FilingProblem.CUT)
    ('ins', 'files')
    """
    found = (place for place, some in _PLACES.items() if problem in some)
    return next(found, "files")


@frozen
class FilingPages:
    """PDFs become documents of who signed in, and go the way of all others."""

    desk: ProfessionalDesk

    def ask(self, visit: ProfessionalVisit) -> Answer:
        """Ask for PDFs, their patient, and what is said of them."""
        record, replaces = (
            visit.query.get(name, "")[:32] for name in ("record", "replaces")
        )
        form, before = FilingForm(record=record), None
        called = None if record else self.desk.called(visit)
        if called is not None:
            form = evolve(form, number=called.call.number, born=called.born)
        if record and self._filing.of_record(visit, record) is None:
            form = evolve(form, record="", problems=(FilingProblem.RECORD,))
        elif record and replaces:
            before = self._filing.replaced(visit, record, replaces)
            if before is None:
                raise NotFoundError("not found")
            form = evolve(
                form,
                replaces=before.id,
                kind=before.kind if before.kind in kinds() else "",
                title=before.title,
                visibility=before.visibility.value if before.visibility else "",
            )
        return self._show(visit, form, before=before)

    @property
    def _filing(self) -> ProfessionalFiling:
        return ProfessionalFiling(self.desk)

    def file(self, visit: ProfessionalVisit) -> Answer:
        """Keep what is fit; what becomes of each file is told on one page."""
        form = self._read(visit)
        if self._refusal(visit) is not None:
            return self._show(visit, form, status=403)
        profile, why = self._patient(visit, form)
        before = None
        if profile is not None and form.replaces:
            before = self._filing.replaced(visit, form.record, form.replaces)
            why = FilingProblem.REPLACED if before is None else None
            if before is None:
                self._filing.note_unreplaced(visit, form.record, form.replaces)
        problems = (*((why,) if why else ()), *form.problems)
        files = self._offered(visit, form) if not form.at("files") else ()
        unfit = tuple(one for one in files if one.problem is not None)
        if problems or profile is None or len(unfit) == len(files):
            form = evolve(form, problems=problems, unfit=unfit)
            if FilingProblem.RECORD in problems:
                form = evolve(form, record="")
            if {FilingProblem.RECORD, FilingProblem.REPLACED} & set(problems):
                form = evolve(form, replaces="")
            return self._show(visit, form, status=visit.form.cut or 422, before=before)
        to_file = ToFile(
            once=form.once,
            kind=kinds()[form.kind],
            visibility=Visibility(form.visibility) if form.visibility else None,
            informed=form.informed,
            replaces=before,
            files=files,
        )
        told = self._filing.keep(visit, profile, to_file)
        if all(one.problem is not None for one in told):
            form = evolve(form, unfit=told)
            return self._show(visit, form, status=422, before=before)
        answer = redirect(f"/filings?sent={form_id(visit, form.once)}")
        # Whom a program named is named again for the files that are to be mended.
        is_over = all(one.problem in _OVER for one in told)
        return self.desk.without_call(visit, answer) if is_over else answer

    def filings(self, visit: ProfessionalVisit) -> Answer:
        """Show what became of what was filed by these pages, or of one form alone."""
        answers = FilingAnswers(self.desk)
        sent = answers.of_form(visit, visit.query.get("sent", "")[:32])
        return self.desk.page(
            visit,
            "filings.html",
            filings=answers.own(visit) if sent is None else [sent],
            sent=sent,
            **self._words,
        )

    def _offered(
        self, visit: ProfessionalVisit, form: FilingForm
    ) -> tuple[FormFile, ...]:
        most = self.desk.settings.professional.file_bytes
        return judge_each(visit.form.files, form.title, most)

    @property
    def _words(self) -> dict[str, Any]:
        """What the words of a file that was not received are made of."""
        most = self.desk.settings.professional.file_bytes
        return {"FileProblem": FileProblem, "most_bytes": most}

    def _read(self, visit: ProfessionalVisit) -> FilingForm:
        fields = visit.form
        once = fields.line("once")
        form = FilingForm(
            record=fields.line("record")[:32],
            replaces=fields.line("replaces")[:32],
            number="".join(fields.line("ins").split()).upper()[:LONGEST_NUMBER],
            born=fields.line("born")[:10],
            kind=fields.line("kind"),
            title=fields.line("title"),
            visibility=fields.line("visibility"),
            informed=fields.line("informed") == "1",
            once=once if len(once) == 32 and once.isalnum() else uuid4().hex,
        )
        problems: list[FilingProblem] = []
        if form.kind not in kinds():
            problems.append(FilingProblem.KIND)
        if form.visibility and form.visibility not in set(Visibility):
            problems.append(FilingProblem.VISIBILITY)
        if len(form.title) > MAX_TITLE:
            problems.append(FilingProblem.LONG_TITLE)
        elif not form.title.isprintable():
            problems.append(FilingProblem.ODD_TITLE)
        if (wrong := self._judge(visit)) is not None:
            problems.append(wrong)
        return evolve(form, problems=tuple(problems))

    def _judge(self, visit: ProfessionalVisit) -> FilingProblem | None:
        """Return what is wrong with the files as a whole, or None."""
        settings, files = self.desk.settings.professional, visit.form.files
        if visit.form.cut:
            is_busy = visit.form.cut == 503
            return FilingProblem.BUSY if is_busy else FilingProblem.CUT
        if not files:
            return FilingProblem.NO_FILE
        if len(files) > settings.file_most:
            return FilingProblem.TOO_MANY
        if len(files) > 1 and visit.form.line("replaces"):
            return FilingProblem.ONE_FILE
        return None

    def _patient(
        self, visit: ProfessionalVisit, form: FilingForm
    ) -> tuple[Profile | None, FilingProblem | None]:
        """Return whose documents they are, or what stands against it."""
        if form.record:
            profile = self._filing.of_record(visit, form.record)
            return profile, None if profile else FilingProblem.RECORD
        found = NamedPatients(self.desk).named(visit, form.number, form.born)
        if isinstance(found, NoPatient):
            return None, FilingProblem(found.value)
        return found, None

    def _refusal(self, visit: ProfessionalVisit) -> NoPageFiling | None:
        person = visit.professional
        return refuse_page_filing(
            PageFilingFacts(identifier=person.national_id, is_named=bool(person.family))
        )

    def _show(
        self,
        visit: ProfessionalVisit,
        form: FilingForm,
        *,
        status: int = 200,
        before: Replaced | None = None,
    ) -> Answer:
        settings = self.desk.settings.professional
        profile = self._filing.of_record(visit, form.record) if form.record else None
        if before is None and profile is not None and form.replaces:
            before = self._filing.replaced(visit, form.record, form.replaces)
        return self.desk.page(
            visit,
            "file.html",
            status=status,
            form=form,
            refused=self._refusal(visit),
            patient=identity_of(profile) if profile else None,
            before=before,
            frequent=tag_words().values(),
            others=_by_name(visit.language),
            flags=Visibility,
            max_title=MAX_TITLE,
            most=settings.file_most,
            most_misses=settings.file_misses,
            today=self.desk.day(visit.now).isoformat(),
            Problem=FilingProblem,
            place_of=place_of,
            **self.desk.call_words(
                visit, None if form.record else self.desk.called(visit)
            ),
            **self._words,
        )


def kinds() -> dict[str, DocumentType]:
    """Return the types that professionals file, by their codes."""
    return {
        code: kind
        for code, kind in document_types().items()
        if not code.startswith(_OF_PATIENTS)
    }


def _by_name(language: str) -> list[DocumentType]:
    offered = {one.code for one in tag_words().values()}
    others = [one for code, one in kinds().items() if code not in offered]
    return sorted(
        others, key=lambda one: one.english if language == "en" else one.label
    )

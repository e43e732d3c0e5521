"""The page where a patient, or who helps them, adds a document of their own."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final
from uuid import uuid4

from attrs import evolve, field, frozen

from gateway.core.decision import Refuse
from gateway.core.keeping import MAX_TITLE, AddedFile, Category, FileToKeep
from gateway.core.texts.writing import ADDING_DAMAGED, ADDING_TEXTS
from gateway.errors import InvalidError
from gateway.message.parameters import safe_name
from gateway.rights.attachment_rules import OfferedFile, decide_keeping
from gateway.store.base.work import UnitOfWork
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.keeping import Keeping, say_locked
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.forms import UploadedFile
from gateway.web.site.uploads import content_type
from gateway.web.site.visits import Visit

_FIRST_DAY: Final = date(1900, 1, 1)


class AddingProblem(StrEnum):
    """What is wrong with a form; each has its words in the page."""

    NO_FILE = "no file"
    TWO_FILES = "two files"
    CUT = "cut"
    BUSY = "busy"
    REFUSED = "refused"
    LONG_TITLE = "long title"
    ODD_TITLE = "odd title"
    DAY = "day"
    LATE_DAY = "late day"


_OF_FILE: Final = frozenset(
    {
        AddingProblem.NO_FILE,
        AddingProblem.TWO_FILES,
        AddingProblem.CUT,
        AddingProblem.BUSY,
        AddingProblem.REFUSED,
    }
)
_OF_DAY: Final = frozenset({AddingProblem.DAY, AddingProblem.LATE_DAY})


@frozen(kw_only=True)
class AddingForm:
    """What the form holds; ``why`` is said of a file that is refused."""

    title: str = field(default="", repr=False)
    category: Category = Category.OTHER
    day: str = ""
    once: str = field(factory=lambda: uuid4().hex, repr=False)
    problems: tuple[AddingProblem, ...] = ()
    why: str = ""

    @property
    def of_file(self) -> AddingProblem | None:
        """What is wrong with the file, or None."""
        return next((one for one in self.problems if one in _OF_FILE), None)

    @property
    def of_day(self) -> AddingProblem | None:
        """What is wrong with the day, or None."""
        return next((one for one in self.problems if one in _OF_DAY), None)

    @property
    def of_title(self) -> AddingProblem | None:
        """What is wrong with the title, or None."""
        others = _OF_FILE | _OF_DAY
        return next((one for one in self.problems if one not in others), None)


@frozen
class AddingPages:
    """One file at a time becomes one document, kept bit for bit."""

    desk: PatientDesk

    def ask(self, visit: Visit) -> Answer:
        """Ask for a file, its title, its category and its day."""
        return self._show(visit, AddingForm(day=self.desk.day(visit.now).isoformat()))

    def add(self, visit: Visit) -> Answer:
        """Add the file; the form sent twice adds it once."""
        form, file = self._read(visit)
        if form.problems or file is None:
            return self._show(visit, form, status=visit.form.cut or 422)
        profile_id = visit.profile.id
        with self.desk.database.read() as work:
            source = self.desk.own_documents.next_of(
                work, profile_id, AddedFile(profile_id, form.once)
            )
        to_keep = FileToKeep(
            source=source,
            title=form.title,
            category=form.category,
            media_type=content_type(file.name, file.content),
            content=file.content,
            day=date.fromisoformat(form.day),
        )
        try:
            file_job = self.desk.own_documents.prepare(visit.profile, to_keep)
        except InvalidError:
            why = ADDING_DAMAGED[visit.language == "en"]
            form = evolve(form, problems=(AddingProblem.REFUSED,), why=why)
            return self._show(visit, form, status=422)

        def job(work: UnitOfWork) -> str:
            kept = file_job(work)
            self.desk.open_vault(work).mark_read(kept.document_id)
            return kept.document_id

        return redirect(f"/documents/{self.desk.write(job)}?done=added")

    def _read(self, visit: Visit) -> tuple[AddingForm, UploadedFile | None]:
        fields, files = visit.form, visit.form.files
        said = fields.line("category")
        once = fields.line("once")
        form = AddingForm(
            title=fields.line("title"),
            category=Category(said) if said in set(Category) else Category.OTHER,
            day=fields.line("day")[:10],
            once=once if len(once) == 32 and once.isalnum() else uuid4().hex,
        )
        problems: list[AddingProblem] = []
        file, why = files[0] if len(files) == 1 else None, ""
        if fields.cut:
            is_busy = fields.cut == 503
            problems.append(AddingProblem.BUSY if is_busy else AddingProblem.CUT)
        elif file is None:
            two = len(files) > 1
            problems.append(AddingProblem.TWO_FILES if two else AddingProblem.NO_FILE)
        elif why := self._refusal(visit, file):
            problems.append(AddingProblem.REFUSED)
        elif not form.title:
            form = evolve(form, title=title_of(file.name))
        if len(form.title) > MAX_TITLE:
            problems.append(AddingProblem.LONG_TITLE)
        elif not form.title.isprintable():
            problems.append(AddingProblem.ODD_TITLE)
        if (wrong := judge_day(form.day, self.desk.day(visit.now))) is not None:
            problems.append(wrong)
        return evolve(form, problems=tuple(problems), why=why), file

    def _refusal(self, visit: Visit, file: UploadedFile) -> str:
        """Return why a file cannot be added, by its bytes, or an empty text."""
        offered = OfferedFile(
            name=file.name,
            size=len(file.content),
            content_type=content_type(file.name, file.content),
        )
        decision = decide_keeping(offered, Keeping(self.desk).policy())
        if isinstance(decision, Refuse):
            return ADDING_TEXTS[decision.reasons[0]][visit.language == "en"]
        return say_locked(file, visit.language)

    def _show(self, visit: Visit, form: AddingForm, *, status: int = 200) -> Answer:
        return self.desk.page(
            visit,
            "add.html",
            status=status,
            form=form,
            categories=Category,
            max_title=MAX_TITLE,
            most=Keeping(self.desk).policy().max_file_bytes,
            today=self.desk.day(visit.now).isoformat(),
            Problem=AddingProblem,
        )


def title_of(name: str) -> str:
    """
    Return the title that the name of a file gives, as far as a document can have it.

    >>> title_of("bilan_sanguin.pdf"), title_of("")
    ('bilan sanguin', 'Document')
    """
    safe = safe_name(name) or "Document"
    bare = (safe.rpartition(".")[0] or safe).replace("_", " ")
    shown = "".join(one for one in bare if one.isprintable())
    return " ".join(shown.split())[:MAX_TITLE].strip() or "Document"


def judge_day(said: str, today: date) -> AddingProblem | None:
    """
    Return what is wrong with the day of a document, or None.

    >>> str(judge_day("2026-02-30", date(2026, 3, 1)))
    'day'
    """
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return AddingProblem.DAY
    if day > today:
        return AddingProblem.LATE_DAY
    return AddingProblem.DAY if day < _FIRST_DAY else None

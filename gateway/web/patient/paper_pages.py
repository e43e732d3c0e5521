"""The pages of one's own papers: advance directives; whom to call, and wishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from gateway.core.decision import Refuse
from gateway.core.papers import (
    PaperFile,
    PaperKind,
    PaperToWrite,
    PaperVersion,
)
from gateway.core.texts.papers import TITLES
from gateway.core.texts.writing import KEEPING_DAMAGED, KEEPING_TEXTS
from gateway.core.vault import FiledDocument
from gateway.errors import ConflictError, InvalidError, NotFoundError
from gateway.rights.attachment_rules import OfferedFile, decide_keeping
from gateway.rights.majority_rules import is_adult
from gateway.rights.masking_rules import is_masked
from gateway.rights.paper_rules import may_have
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.keeping import Keeping, say_locked
from gateway.web.patient.paper_forms import PaperForm, read_paper_form
from gateway.web.patient.paper_sheets import sheet_of
from gateway.web.patient.ports import PaperNow
from gateway.web.site.answers import Answer, inline, redirect
from gateway.web.site.uploads import content_type
from gateway.web.site.visits import Visit


@frozen
class PaperListPage:
    """Both papers, how they stand."""

    desk: PatientDesk

    def papers(self, visit: Visit) -> Answer:
        """Say which papers there are."""
        born, today = visit.profile.traits.birth_date, self.desk.day(visit.now)
        with self.desk.database.read() as work:
            now = {
                kind: self.desk.papers.now(work, visit.profile.id, kind)
                for kind in PaperKind
            }
        return self.desk.page(
            visit,
            "papers.html",
            papers=[
                (kind, TITLES[kind].said(visit.language), now[kind])
                for kind in PaperKind
                if may_have(kind, born, today) or now[kind].document
            ],
            is_adult=is_adult(born, today),
        )


@frozen
class PaperPages:
    """One paper: shown as it stands, written, signed, confirmed, taken back."""

    desk: PatientDesk
    kind: PaperKind

    @property
    def _path(self) -> str:
        return f"/papers/{self.kind}"

    def paper(self, visit: Visit) -> Answer:
        """Say how it stands, and what may be done with it."""
        with self.desk.database.read() as work:
            now, said = self._now(work, visit)
            document = now.document
            masked = document is not None and is_masked(document, work.now)
        return self._page(
            visit,
            "paper.html",
            now=now,
            is_form=bool(said),
            masked=masked,
            may_write=self._may_have(visit),
            review_is_due=now.review_at is not None and now.review_at <= visit.now,
            done=visit.query.get("done", ""),
        )

    def form(self, visit: Visit) -> Answer:
        """Ask what it shall say: what it says now, to be changed."""
        self._check(visit)
        with self.desk.database.read() as work:
            now, said = self._now(work, visit)
            document = now.document
            masks = _masks(visit, work, document)
        form = PaperForm(
            kind=self.kind,
            said=said,
            number=now.last_number,
            masks=masks,
            is_whole=self._is_whole(visit),
        )
        return self._show_form(visit, form, has_file=bool(document and not said))

    def write(self, visit: Visit) -> Answer:
        """Keep what was written, as the newest version."""
        self._check(visit)
        with self.desk.database.read() as work:
            now, before = self._now(work, visit)
            was_masked = now.document is not None and is_masked(now.document, work.now)
        form = read_paper_form(
            visit.form,
            self.kind,
            before,
            is_adult=self._is_adult(visit),
            is_whole=self._is_whole(visit),
        )
        if form.faults:
            return self._show_form(visit, form, status=422)
        said = form.written
        if said == before and form.masks == was_masked:
            # A second click, or nothing was changed.
            return redirect(f"{self._path}?done=written")
        if not self._file(visit, now, form.number, form.masks, said=said):
            with self.desk.database.read() as work:
                now, _ = self._now(work, visit)
            form = evolve(form, number=now.last_number, is_stale=True)
            return self._show_form(visit, form, status=409)
        return redirect(f"{self._path}?done=written")

    def _file(
        self,
        visit: Visit,
        now: PaperNow,
        number: int,
        masks: bool,  # noqa: FBT001
        *,
        said: Mapping[str, str] | None = None,
        file: PaperFile | None = None,
    ) -> bool:
        """File a version; False where the paper is not what the form was about."""
        if number != now.last_number:
            return False
        paper = PaperToWrite(
            version=PaperVersion(visit.profile.id, self.kind, number + 1),
            replaces=now.document.unique_id if now.document else "",
            said=said or {},
            file=file,
        )
        job = self.desk.papers.prepare(visit.profile, paper, masks=masks)
        try:
            self.desk.write(job)
        except ConflictError:
            return False
        return True

    def _show_form(
        self,
        visit: Visit,
        form: PaperForm,
        *,
        has_file: bool = False,
        status: int = 200,
    ) -> Answer:
        return self._page(
            visit,
            "paper_form.html",
            status=status,
            form=form,
            groups=form.shown(visit.language),
            has_file=has_file,
        )

    def file_form(self, visit: Visit) -> Answer:
        """Ask for the paper that was signed by hand."""
        self._check(visit)
        with self.desk.database.read() as work:
            now, _ = self._now(work, visit)
            masks = _masks(visit, work, now.document)
        return self._show_file(visit, now.last_number, masks=masks)

    def file(self, visit: Visit) -> Answer:
        """Keep the file, in the place of what was there."""
        self._check(visit)
        number, masks = visit.form.line("number"), visit.form.line("who") == "hidden"
        with self.desk.database.read() as work:
            now, _ = self._now(work, visit)
        seen = int(number) if number.isascii() and number.isdigit() else 0
        file, problem = self._read_file(visit)
        if file is None:
            return self._show_file(visit, seen, masks=masks, problem=problem)
        try:
            is_filed = self._file(visit, now, seen, masks, file=file)
        except InvalidError:
            problem = KEEPING_DAMAGED[visit.language == "en"]
            return self._show_file(visit, seen, masks=masks, problem=problem)
        if not is_filed:
            return self._show_file(visit, now.last_number, masks=masks, problem="stale")
        return redirect(f"{self._path}?done=file")

    def _read_file(self, visit: Visit) -> tuple[PaperFile | None, str]:
        """Return the one file that was sent, or what is wrong with it."""
        files = visit.form.files
        if visit.form.cut:
            return None, "busy" if visit.form.cut == 503 else "cut"
        if len(files) != 1:
            return None, "two" if files else "missing"
        (file,) = files
        found = content_type(file.name, file.content)
        offered = OfferedFile(
            name=file.name, size=len(file.content), content_type=found
        )
        decision = decide_keeping(offered, Keeping(self.desk).policy())
        if isinstance(decision, Refuse):
            return None, KEEPING_TEXTS[decision.reasons[0]][visit.language == "en"]
        if locked := say_locked(file, visit.language):
            return None, locked
        return PaperFile(media_type=found, content=file.content), ""

    def _show_file(
        self, visit: Visit, number: int, *, masks: bool, problem: str = ""
    ) -> Answer:
        status = 409 if problem == "stale" else visit.form.cut or 422
        return self._page(
            visit,
            "paper_file.html",
            status=status if problem else 200,
            number=number,
            masks=masks,
            problem=problem,
            most=Keeping(self.desk).policy().max_file_bytes,
        )

    def confirm(self, visit: Visit) -> Answer:
        """Keep that they still hold."""
        self._check(visit)
        profile_id = visit.profile.id
        done = self.desk.write(lambda work: self.desk.papers.confirm(work, profile_id))
        return redirect(f"{self._path}?done=confirmed" if done else self._path)

    def ask_take_back(self, visit: Visit) -> Answer:
        """Ask whether it shall be taken back."""
        with self.desk.database.read() as work:
            now, _ = self._now(work, visit)
        if now.document is None:
            return redirect(self._path)
        return self._page(visit, "paper_take_back.html")

    def take_back(self, visit: Visit) -> Answer:
        """Take it back, with all its versions."""
        profile_id, kind = visit.profile.id, self.kind
        done = self.desk.write(
            lambda work: self.desk.papers.take_back(work, profile_id, kind)
        )
        return redirect(f"{self._path}?done=taken-back" if done else self._path)

    def sheet(self, visit: Visit) -> Answer:
        """Give what was written as a page to be signed by hand."""
        with self.desk.database.read() as work:
            now, said = self._now(work, visit)
        if now.document is None or not said:
            raise NotFoundError("nothing to be signed")
        document_id, chain = now.document.id, chain_of(visit.profile.id)
        self.desk.write(
            lambda work: work.note(
                Action.DOCUMENT_DOWNLOADED, "sheet", document_id, chain=chain
            )
        )
        name = f"{TITLES[self.kind].said(visit.language)}.pdf"
        content = sheet_of(self.kind, said, visit.profile.traits, visit.language)
        return inline(name, "application/pdf", content)

    def _now(self, work: UnitOfWork, visit: Visit) -> tuple[PaperNow, dict[str, str]]:
        """Return how it stands, and what it says if it was written in the form."""
        papers, profile_id = self.desk.papers, visit.profile.id
        now = papers.now(work, profile_id, self.kind)
        said = papers.said(work, now.document, self.kind) if now.document else {}
        return now, dict(said)

    def _may_have(self, visit: Visit) -> bool:
        born = visit.profile.traits.birth_date
        return may_have(self.kind, born, self.desk.day(visit.now))

    def _check(self, visit: Visit) -> None:
        if not self._may_have(visit):
            raise NotFoundError("no such paper for somebody under age")

    def _is_adult(self, visit: Visit) -> bool:
        born = visit.profile.traits.birth_date
        return is_adult(born, self.desk.day(visit.now))

    def _is_whole(self, visit: Visit) -> bool:
        """Whether who writes is the patient, and of age: no one else names a person."""
        return visit.acting is None and self._is_adult(visit)

    def _page(
        self, visit: Visit, template: str, *, status: int = 200, **context: Any
    ) -> Answer:
        return self.desk.page(
            visit,
            template,
            status=status,
            kind=self.kind,
            path=self._path,
            title=TITLES[self.kind].said(visit.language),
            **context,
        )


def _masks(visit: Visit, work: UnitOfWork, document: FiledDocument | None) -> bool:
    """Tell whether a paper is hidden from professionals, or would be if it is new."""
    if document is None:
        return visit.profile.mask_by_default
    return is_masked(document, work.now)

"""The page where a file of a message becomes a document of the patient's own."""

from __future__ import annotations

from attrs import field, frozen

from gateway.core.keeping import MAX_TITLE, Category, FileToKeep, MessageFile
from gateway.core.texts.writing import KEEPING_DAMAGED
from gateway.errors import InvalidError, NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.values import Direction
from gateway.web.patient.attachments import OpenedFile, open_file
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.keeping import Keeping, say_refusal
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import Visit


@frozen(kw_only=True)
class KeepingForm:
    """What the form holds; ``problem`` is about the title: missing, long, odd."""

    title: str = field(repr=False)
    category: Category = Category.OTHER
    problem: str = ""


@frozen
class KeepingPages:
    """Only files of received messages of this patient; any other is not found."""

    desk: PatientDesk

    def ask(self, visit: Visit, message_id: str, place: int) -> Answer:
        """Ask for a title and a category, or say that the file is kept already."""
        file = self._open(visit, message_id, place)
        title = file.name.rpartition(".")[0] or file.name
        form = KeepingForm(title=title.replace("_", " ")[:MAX_TITLE].strip())
        return self._show(visit, file, place, form)

    def keep(self, visit: Visit, message_id: str, place: int) -> Answer:
        """Keep the file; twice is once, and the page then says so."""
        file = self._open(visit, message_id, place)
        keeping, form = Keeping(self.desk), _read(visit)
        address = f"/message/{message_id}/file/{place}/keep"
        source = MessageFile(message_id, place)
        with self.desk.database.read() as work:
            if keeping.document(work, visit, message_id, place):
                return redirect(address)
            now = self.desk.own_documents.next_of(work, visit.profile.id, source)
            is_secret = inbox_of(work).is_secret(visit.profile.id, file.message)
        media_type, refusal = keeping.judge(file)
        if refusal is not None or form.problem:
            return self._show(visit, file, place, form, status=422)
        to_keep = FileToKeep(
            source=now,
            title=form.title,
            category=form.category,
            media_type=media_type,
            content=file.content,
            is_secret=is_secret,
        )
        try:
            file_job = self.desk.own_documents.prepare(visit.profile, to_keep)
        except InvalidError:
            why = KEEPING_DAMAGED[visit.language == "en"]
            return self._show(visit, file, place, form, status=422, why=why)

        def job(work: UnitOfWork) -> bool:
            kept = file_job(work)
            self.desk.open_vault(work).mark_read(kept.document_id)
            return kept.was_there

        was_there = self.desk.write(job)
        return redirect(address if was_there else f"{address}?done=1")

    def _open(self, visit: Visit, message_id: str, place: int) -> OpenedFile:
        with self.desk.database.read() as work:
            file = open_file(work, visit.profile.id, message_id, place)
        if file.message.direction is not Direction.IN:
            raise NotFoundError("not found")
        return file

    def _show(
        self,
        visit: Visit,
        file: OpenedFile,
        place: int,
        form: KeepingForm,
        *,
        status: int = 200,
        why: str = "",
    ) -> Answer:
        keeping = Keeping(self.desk)
        with self.desk.database.read() as work:
            known = keeping.document(work, visit, file.message.id, place)
            kept = self.desk.seen(work, visit.profile.id).find(known) if known else None
        _, refusal = keeping.judge(file)
        return self.desk.page(
            visit,
            "keep.html",
            status=status,
            file=file,
            place=place,
            form=form,
            categories=Category,
            max_title=MAX_TITLE,
            is_kept=bool(known),
            document=kept.id if kept is not None else "",
            refusal=why or say_refusal(refusal, visit.language),
            done="done" in visit.query,
        )


def _read(visit: Visit) -> KeepingForm:
    title = visit.form.line("title")
    said = visit.form.line("category")
    category = Category(said) if said in set(Category) else Category.OTHER
    problem = ""
    if not title:
        problem = "missing"
    elif len(title) > MAX_TITLE:
        problem = "long"
    elif not title.isprintable():
        problem = "odd"
    return KeepingForm(title=title, category=category, problem=problem)

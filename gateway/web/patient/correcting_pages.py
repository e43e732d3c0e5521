"""The pages where a patient asks the author of a document, and sees what came of it."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from gateway.core.vault import FiledDocument
from gateway.errors import NotFoundError
from gateway.rights.correction_rules import (
    UNDER_WAY,
    AskingRefusal,
    CorrectionState,
    Wish,
    may_take_back,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.corrections import Corrections
from gateway.web.patient.correcting import (
    MOST_REASON,
    AskedByForm,
    AuthorAsking,
)
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import DocumentCard
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import Visit

SERVICE: Final = "service"
"""Chosen where none of those who may be written to is the author."""


@frozen
class CorrectingPages:
    """Of documents of professionals alone: one's own are deleted."""

    desk: PatientDesk

    def corrections(self, visit: Visit) -> Answer:
        """List what was asked of authors, the newest first."""
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            every = Corrections(work).of_patient(visit.profile.id)
            there = {one.id for one in seen.each({one.document_id for one in every})}
            found = [
                one
                for one in every
                if one.document_id in there or seen.is_withdrawn(one.document_id)
            ]
        return self.desk.page(
            visit,
            "corrections.html",
            found=found,
            there=there,
            open_states=UNDER_WAY,
            State=CorrectionState,
            done=visit.query.get("done", ""),
        )

    def ask(self, visit: Visit, document_id: str) -> Answer:
        """Ask what is wrong, and whom to write to."""
        return self._form(visit, document_id)

    def send(self, visit: Visit, document_id: str) -> Answer:
        """Send it to the author, or say what is missing."""
        form = visit.form
        with self.desk.database.read() as work:
            document, card = self._found(work, visit, document_id)
            asking = AuthorAsking(self.desk)
            refusal = asking.refusal(work, visit.profile.id, document, card)
            names = {one.id for one in asking.authors(work, visit, document)}
            to = form.line("to")
            is_shut = to in names and not asking.is_reached(work, visit, to)
        reason = form.text("reason").strip()
        wish = form.line("wish")
        problems = []
        if wish not in set(Wish):
            problems.append("wish")
        if not reason or len(reason) > MOST_REASON:
            problems.append("reason" if not reason else "long")
        if to not in names | {SERVICE}:
            problems.append("to")
        elif is_shut:
            problems.append("shut")
        if refusal is not None or problems:
            return self._form(visit, document_id, tuple(problems))
        asking.ask(
            visit,
            document,
            card,
            AskedByForm(
                wish=Wish(wish),
                reason=reason,
                conversation="" if to == SERVICE else to,
                once=form.once(),
            ),
        )
        return redirect("/corrections?done=asked")

    def take_back(self, visit: Visit, document_id: str) -> Answer:
        """End what was asked of the author of a document; ended already is no error."""
        profile_id = visit.profile.id
        with self.desk.database.read() as work:
            self._found(work, visit, document_id)

        def job(work: UnitOfWork) -> None:
            for one in Corrections(work).of_document(profile_id, document_id):
                if may_take_back(one.state):
                    Corrections(work).move(one, CorrectionState.TAKEN_BACK)

        self.desk.write(job)
        return redirect("/corrections?done=back")

    def _form(
        self, visit: Visit, document_id: str, problems: tuple[str, ...] = ()
    ) -> Answer:
        with self.desk.database.read() as work:
            document, card = self._found(work, visit, document_id)
            asking = AuthorAsking(self.desk)
            refusal = asking.refusal(work, visit.profile.id, document, card)
            authors = asking.authors(work, visit, document)
        form, settings = visit.form, self.desk.settings
        brought = next((one.id for one in authors if one.brought), "")
        only_service = "" if authors else SERVICE
        return self.desk.page(
            visit,
            "correction.html",
            status=422 if problems else 409 if refusal and form.fields else 200,
            facts=card,
            refusal=refusal,
            Refusal=AskingRefusal,
            authors=authors,
            nobody=SERVICE,
            wish=form.line("wish"),
            reason=form.text("reason"),
            to=form.line("to") or brought or only_service,
            once=form.once(),
            problems=problems,
            most_reason=MOST_REASON,
            days=settings.notices.author_days,
            most=settings.web.max_corrections,
        )

    def _found(
        self, work: UnitOfWork, visit: Visit, document_id: str
    ) -> tuple[FiledDocument, DocumentCard]:
        seen = self.desk.seen(work, visit.profile.id)
        document = seen.find(document_id)
        if document is None:
            raise NotFoundError("not found")
        return document, seen.card(document)

"""The pages of a document: itself, its file, its original."""

from __future__ import annotations

from attrs import frozen

from gateway.core.rendered import Medium, Shown
from gateway.core.texts.showing import SHEET_TEXTS
from gateway.core.vault import FiledDocument
from gateway.documents.media import ENDINGS
from gateway.documents.printed_page import Pairs, PrintedPage
from gateway.errors import NotFoundError
from gateway.rights.correction_rules import UNDER_WAY
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.corrections import Corrections
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import (
    DocumentCard,
    SeenDocuments,
)
from gateway.web.site.answers import Answer, download, inline, redirect
from gateway.web.site.languages import say_day
from gateway.web.site.names import file_name
from gateway.web.site.visits import Visit, identity_of


@frozen
class OneDocumentPages:
    """Documents as the rules of visibility show them; what is hidden is not there."""

    desk: PatientDesk

    def document(self, visit: Visit, document_id: str) -> Answer:
        """Show a document by our own rendering, never by what came with it (X04)."""
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            if seen.is_withdrawn(document_id):
                gone = seen.vault.get(document_id)
                is_erased = gone is not None and gone.erased_at is not None
                return self.desk.page(
                    visit, "withdrawn.html", status=410, is_erased=is_erased
                )
            document = _found(seen, document_id)
            facts = seen.card(document)
            content = seen.vault.content(document)
            newer = seen.find(facts.replaced_by)
            asked = Corrections(work).of_document(visit.profile.id, document_id)
        rendering = self.desk.documents.render(
            content,
            media_url=lambda media: f"/documents/{document_id}/media/{media}",
            language=visit.language,
        )
        self._note(visit, document, Action.DOCUMENT_OPENED, "page")
        self.desk.note_opened(visit, [document.id])
        return self.desk.page(
            visit,
            "document.html",
            facts=facts,
            newer=newer.id if newer is not None else "",
            asked=next((one for one in asked if one.state in UNDER_WAY), None),
            rendering=rendering,
            Shown=Shown,
            added=visit.query.get("done") == "added",
            no_pdf=visit.query.get("done") == "no-pdf",
        )

    def body(self, visit: Visit, document_id: str) -> Answer:
        """Show the PDF or image of a document, inside its page."""
        name, medium = self._body(visit, document_id, Action.DOCUMENT_OPENED)
        return inline(name, medium.media_type, medium.content)

    def body_to_keep(self, visit: Visit, document_id: str) -> Answer:
        """Give the PDF, image or other file of a document to keep."""
        name, medium = self._body(visit, document_id, Action.DOCUMENT_DOWNLOADED)
        return download(name, medium.content)

    def _body(
        self, visit: Visit, document_id: str, action: Action
    ) -> tuple[str, Medium]:
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            document = _found(seen, document_id)
            title = seen.card(document).title
            content = seen.vault.content(document)
        medium = self.desk.documents.body(content)
        if medium is None:
            raise NotFoundError("not found")
        self._note(visit, document, action, "file")
        return file_name(title, ENDINGS.get(medium.media_type, "bin")), medium

    def pdf(self, visit: Visit, document_id: str) -> Answer:
        """Give a document as it is shown as a PDF, or say why there is none."""
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            document = _found(seen, document_id)
            card = seen.card(document)
            content = seen.vault.content(document)
        made = self.desk.documents.pdf(content, self._sheet(visit, card))
        if made is None:
            return redirect(f"/documents/{document_id}?done=no-pdf")
        self._note(visit, document, Action.DOCUMENT_DOWNLOADED, "pdf")
        self.desk.note_opened(visit, [document.id])
        return download(file_name(card.title, "pdf"), made)

    def _sheet(self, visit: Visit, card: DocumentCard) -> PrintedPage:
        """Return what stands above and below a document that is printed."""
        said = SHEET_TEXTS[visit.language]
        day = say_day(card.day, visit.language, self.desk.zone)
        by = said["own"] if card.is_own else ", ".join(card.authors)
        pairs = [
            (said["day"], day),
            (said["type"], card.english_type if visit.language == "en" else card.type),
            (said["by"], by),
            (said["where"], card.structure),
            (said["patient"], card.named),
        ]
        identity = identity_of(visit.profile)
        return PrintedPage(
            title=card.title or card.type,
            blocks=[Pairs([(name, value) for name, value in pairs if value])],
            language=visit.language,
            footer=" · ".join((identity.name, identity.born, identity.ins)),
        )

    def picture(self, visit: Visit, document_id: str, number: int) -> Answer:
        """Show one of the pictures that a TIFF or HEIC was converted to."""
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            content = seen.vault.content(_found(seen, document_id))
        medium = self.desk.documents.picture(content, number)
        if medium is None:
            raise NotFoundError("not found")
        return inline("document.jpg", medium.media_type, medium.content)

    def media(self, visit: Visit, document_id: str, media_id: str) -> Answer:
        """Show an image or file embedded in a document."""
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            content = seen.vault.content(_found(seen, document_id))
        medium = self.desk.documents.medium(content, media_id)
        if medium is None:
            raise NotFoundError("not found")
        return inline("document", medium.media_type, medium.content)

    def original(self, visit: Visit, document_id: str) -> Answer:
        """Give the exact bytes that were filed."""
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            document = _found(seen, document_id)
            title = seen.card(document).title
            content = seen.vault.content(document)
        self._note(visit, document, Action.DOCUMENT_DOWNLOADED, "original")
        return download(file_name(title, "xml"), content)

    def _note(
        self, visit: Visit, document: FiledDocument, action: Action, outcome: str
    ) -> None:
        profile_id = visit.profile.id

        def job(work: UnitOfWork) -> None:
            self.desk.open_vault(work).mark_read(document.id)
            work.note(action, outcome, document.id, chain=chain_of(profile_id))

        self.desk.write(job)


def _found(seen: SeenDocuments, document_id: str) -> FiledDocument:
    """
    Return a document of the patient who asks.

    Raises:
        NotFoundError: there is none the patient may see.
    """
    document = seen.find(document_id)
    if document is None:
        raise NotFoundError("not found")
    return document

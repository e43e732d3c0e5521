"""The pages of documents: the list, one document, its original."""

from __future__ import annotations

from attrs import frozen

from gateway.core.rendered import Medium, Shown
from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.vault.documents import Documents, StoredDocument
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import (
    ENDINGS,
    facts_of,
    file_name,
    find,
    listed,
)
from gateway.web.patient.inbox_pages import page_number
from gateway.web.site.answers import Answer, download, inline
from gateway.web.site.visits import Visit

_PER_PAGE = 30


@frozen
class DocumentListPages:
    """Documents as the rules of visibility show them; what is hidden is not there."""

    desk: PatientDesk

    def documents(self, visit: Visit) -> Answer:
        """List the documents, last filed first; replaced ones on request."""
        replaced = visit.query.get("replaced") == "1"
        number = page_number(visit.query.get("page", "1"))
        with self.desk.database.read() as work:
            found = listed(work, visit.profile.id, replaced=replaced)
        start = (number - 1) * _PER_PAGE
        return self.desk.page(
            visit,
            "documents.html",
            documents=found[start : start + _PER_PAGE],
            total=len(found),
            replaced=replaced,
            number=number,
            pages=max(1, -(-len(found) // _PER_PAGE)),
        )

    def document(self, visit: Visit, document_id: str) -> Answer:
        """Show a document by our own rendering, never by what came with it (X04)."""
        with self.desk.database.read() as work:
            stored = self._find(work, visit, document_id)
            facts = facts_of(work, stored)
            content = Documents(work).content(stored)
            newer = find(work, visit.profile.id, facts.replaced_by)
        rendering = self.desk.documents.render(
            content,
            media_url=lambda media: f"/documents/{document_id}/media/{media}",
            language=visit.language,
        )
        self._note(visit, stored, Action.DOCUMENT_OPENED, "page")
        return self.desk.page(
            visit,
            "document.html",
            facts=facts,
            newer=newer.id if newer is not None else "",
            rendering=rendering,
            Shown=Shown,
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
            stored = self._find(work, visit, document_id)
            title = facts_of(work, stored).title
            content = Documents(work).content(stored)
        medium = self.desk.documents.body(content)
        if medium is None:
            raise NotFoundError("not found")
        self._note(visit, stored, action, "file")
        return file_name(title, ENDINGS.get(medium.media_type, "bin")), medium

    def media(self, visit: Visit, document_id: str, media_id: str) -> Answer:
        """Show an image or file embedded in a document."""
        with self.desk.database.read() as work:
            content = Documents(work).content(self._find(work, visit, document_id))
        medium = self.desk.documents.medium(content, media_id)
        if medium is None:
            raise NotFoundError("not found")
        return inline("document", medium.media_type, medium.content)

    def original(self, visit: Visit, document_id: str) -> Answer:
        """Give the exact bytes that were filed."""
        with self.desk.database.read() as work:
            stored = self._find(work, visit, document_id)
            title = facts_of(work, stored).title
            content = Documents(work).content(stored)
        self._note(visit, stored, Action.DOCUMENT_DOWNLOADED, "original")
        return download(file_name(title, "xml"), content)

    def _find(self, work: UnitOfWork, visit: Visit, document_id: str) -> StoredDocument:
        stored = find(work, visit.profile.id, document_id)
        if stored is None:
            raise NotFoundError("not found")
        return stored

    def _note(
        self, visit: Visit, stored: StoredDocument, action: Action, outcome: str
    ) -> None:
        profile_id = visit.profile.id

        def job(work: UnitOfWork) -> None:
            Documents(work).mark_read(stored.id)
            work.note(action, outcome, stored.id, chain=chain_of(profile_id))

        self.desk.write(job)

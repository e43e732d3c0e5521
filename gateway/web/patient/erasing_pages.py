"""The pages where a patient deletes documents that they added, for good."""

from __future__ import annotations

from attrs import frozen

from gateway.errors import ConflictError
from gateway.rights.own_document_rules import (
    MOST_ERASED,
    ErasureRefusal,
    decide_erasure,
    erasure_facts,
)
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import DocumentCard
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.paging import PER_PAGE, ListPage
from gateway.web.site.visits import Visit


@frozen
class ErasingPages:
    """Only what the patient added; what professionals filed is asked of its author."""

    desk: PatientDesk

    def choose(self, visit: Visit) -> Answer:
        """List what the patient added, to choose from."""
        return self._choose(visit, None)

    def _choose(
        self, visit: Visit, refusal: ErasureRefusal | None, *, status: int = 200
    ) -> Answer:
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            total = seen.count_added()
            page = ListPage.asked(visit.query, total)
            if not page.is_there:
                return redirect(f"/documents/delete?page={page.pages}")
            cards = [seen.card(one) for one in seen.added(PER_PAGE, page.offset)]
        return self.desk.page(
            visit,
            "erase_choose.html",
            status=status,
            documents=[one for one in cards if one.is_own and not one.paper],
            has_papers=any(one.paper for one in cards),
            refusal=refusal,
            Refusal=ErasureRefusal,
            chosen=visit.form.all("document"),
            most=MOST_ERASED,
            number=page.number,
            pages=page.pages,
        )

    def ask_one(self, visit: Visit, document_id: str) -> Answer:
        """Ask whether one document is to be deleted."""
        return self._ask(visit, (document_id,))

    def erase(self, visit: Visit) -> Answer:
        """Say what deleting means; delete, once that is said to be understood."""
        ids = tuple(dict.fromkeys(visit.form.all("document")))
        refusal, _ = self._judged(visit, ids)
        if refusal is not None or not visit.form.line("sure"):
            return self._ask(visit, ids)
        profile_id, own = visit.profile.id, self.desk.own_documents
        try:
            count = self.desk.write(lambda work: own.erase(work, profile_id, ids))
        except ConflictError:  # deleted meanwhile: the page says so
            return self._ask(visit, ids)
        return redirect(f"/documents?erased={count}")

    def _ask(self, visit: Visit, ids: tuple[str, ...]) -> Answer:
        refusal, cards = self._judged(visit, ids)
        if refusal is not None:
            return self._choose(visit, refusal, status=422)
        return self.desk.page(visit, "erase.html", documents=cards)

    def _judged(
        self, visit: Visit, ids: tuple[str, ...]
    ) -> tuple[ErasureRefusal | None, list[DocumentCard]]:
        """Return why documents may not be deleted, and them; of those that are seen."""
        cards: list[DocumentCard] = []
        facts = []
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            for one in ids[: MOST_ERASED + 1]:
                document = seen.find(one)
                entry = seen.vault.entry(document) if document is not None else None
                found = erasure_facts(document, entry, visit.profile.id)
                if document is not None:
                    cards.append(seen.card(document))
                facts.append(found)
        return decide_erasure(facts), cards

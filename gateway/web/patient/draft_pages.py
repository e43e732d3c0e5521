"""The pages of what was begun: the list, deleting one, and its documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import evolve, frozen

from gateway.core.folding import MOST_ASKED
from gateway.core.listed_columns import found_in_texts
from gateway.core.listing import ListEntry, moment_of
from gateway.errors import NotFoundError
from gateway.rights.listing_rules import WantedDocuments, find, seen_by
from gateway.rights.visibility_rules import sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.drafts import Begun, Draft, DraftReader, Drafts
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import DocumentCard, SeenDocuments
from gateway.web.patient.document_search import Typed, TypedSealing
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.site.answers import Answer, redirect, with_query
from gateway.web.site.paging import ListPage, page_number
from gateway.web.site.visits import Visit

MOST_DRAFTS: Final = 200
"""Drafts of each kind that are listed."""

_MOST_SHOWN: Final = 100
"""Documents of one page of choosing, those that are chosen already included."""


@frozen
class DraftPages:
    """Drafts of the holder; of a secret exchange its representatives know of none."""

    desk: PatientDesk

    def drafts(self, visit: Visit) -> Answer:
        """List what was begun, the last kept first."""
        with self.desk.database.read() as work:
            found = DraftReader(inbox_of(work)).all(visit.profile.id, MOST_DRAFTS)
            chosen = {name for one in found for name in one.begun.documents}
            seen = self.desk.seen(work, visit.profile.id)
            there = {one.id for one in seen.each(sorted(chosen))}
        web = self.desk.settings.web
        return self.desk.page(
            visit,
            "drafts.html",
            drafts=found,
            chosen={one.id: len(there & {*one.begun.documents}) for one in found},
            days=web.draft_days,
            most=web.max_drafts,
            deleted="deleted" in visit.query,
        )

    def delete(self, visit: Visit, draft_id: str) -> Answer:
        """Delete a draft; where it is gone already, say so all the same."""
        profile_id = visit.profile.id
        with self.desk.database.read() as work:
            draft = self._find(work, visit, draft_id)

        def job(work: UnitOfWork) -> None:
            if draft is not None and draft.is_answer:
                Drafts(work).forget_answer(draft.id)
            elif draft is not None:
                Drafts(work).forget(profile_id, draft.id)

        self.desk.write(job)
        return redirect("/inbox/drafts?deleted=1")

    def choose(self, visit: Visit, draft_id: str) -> Answer:
        """List the documents to choose from: the chosen ones, then those that fit."""
        return self._choose(visit, draft_id)

    def _choose(self, visit: Visit, draft_id: str, *, too_many: bool = False) -> Answer:
        with self.desk.database.read() as work:
            draft = self._found(work, visit, draft_id)
            seen = self.desk.seen(work, visit.profile.id)
            typed = TypedSealing(work, visit).opened(visit.query.get("q", ""))
            chosen = seen.each(draft.begun.documents[:_MOST_SHOWN])
            entries = _fitting(seen, typed)
            page = ListPage.asked(visit.query, len(entries))
            if not page.is_there:
                return redirect(self._address(visit, draft_id, page.pages))
            names = {one.id for one in chosen}
            some = page.of(entries)
            others = seen.each([one.id for one in some if one.id not in names])
            cards = [seen.card(one) for one in chosen]
            choices: list[DocumentCard] = [seen.card(one) for one in others]
        return self.desk.page(
            visit,
            "draft_documents.html",
            status=422 if too_many else 200,
            draft=draft,
            chosen=cards,
            choices=choices,
            typed=typed,
            total=len(entries),
            number=page.number,
            pages=page.pages,
            address=self._address(visit, draft_id),
            too_many=too_many,
            most=self.desk.settings.web.max_files,
            most_asked=MOST_ASKED,
        )

    def take(self, visit: Visit, draft_id: str) -> Answer:
        """Keep what is ticked with the draft; go on where the button says."""
        profile_id, form = visit.profile.id, visit.form
        with self.desk.database.read() as work:
            draft = self._found(work, visit, draft_id)
            seen = self.desk.seen(work, profile_id)
            shown, ticked = set(form.all("shown")), form.all("document")
            kept = [one for one in draft.begun.documents if one not in shown]
            asked = list(dict.fromkeys([*kept, *ticked]))[:_MOST_SHOWN]
            documents = tuple(one.id for one in seen.each(asked))
            secret: tuple[str, ...] = ()
            if not sees_secrets(seen.reader):  # what they do not see stays as it is
                secret = tuple({*draft.begun.documents} - {*documents, *shown})
            sealed = TypedSealing(work, visit).seal(form.line("words"))
        if len(documents) > self.desk.settings.web.max_files:
            return self._choose(visit, draft_id, too_many=True)
        begun = evolve(draft.begun, documents=(*documents, *sorted(secret)))
        self._save(visit, draft, begun)
        path, action = f"/inbox/drafts/{draft_id}/documents", form.line("action")
        if action == "search":
            return redirect(with_query(path, {"q": sealed} if sealed else {}))
        if action in {"before", "after"}:
            here = page_number(visit.query.get("page", "1"))
            there = max(here + (1 if action == "after" else -1), 1)
            return redirect(self._address(visit, draft_id, there))
        if draft.is_answer:
            return redirect(f"/conversation/{draft_id}#answer")
        return redirect(f"/inbox/new?draft={draft_id}")

    def _save(self, visit: Visit, draft: Draft, begun: Begun) -> None:
        profile_id, most = visit.profile.id, self.desk.settings.web.max_drafts

        def job(work: UnitOfWork) -> None:
            if draft.is_answer:
                Drafts(work).save_answer(profile_id, draft.id, begun)
            else:
                Drafts(work).save_new(profile_id, begun, draft.id, most=most)

        self.desk.write(job)

    def _found(self, work: UnitOfWork, visit: Visit, draft_id: str) -> Draft:
        found = self._find(work, visit, draft_id)
        if found is None:
            raise NotFoundError("not found")
        return found

    def _find(self, work: UnitOfWork, visit: Visit, draft_id: str) -> Draft | None:
        """Return a draft by its id: an answer has that of its conversation."""
        reader, profile_id = DraftReader(inbox_of(work)), visit.profile.id
        return reader.answer(profile_id, draft_id) or reader.new(profile_id, draft_id)

    def _address(self, visit: Visit, draft_id: str, number: int = 0) -> str:
        query = {"q": sealed} if (sealed := visit.query.get("q", "")) else {}
        if number:
            query["page"] = str(number)
        return with_query(f"/inbox/drafts/{draft_id}/documents", query)


def _fitting(seen: SeenDocuments, typed: Typed) -> Sequence[ListEntry]:
    """Return the documents that who looks sees and that have what was typed."""
    listing = seen.vault.listing(seen.profile_id)
    known = seen_by(seen.side, listing.entries, moment_of(seen.now))
    texts = found_in_texts(seen.vault, seen.profile_id, known.entries, typed.words)
    wanted = WantedDocuments(words=typed.words, in_texts=texts.by_word, by_filing=True)
    return find(known, wanted, moment_of(seen.now)).entries

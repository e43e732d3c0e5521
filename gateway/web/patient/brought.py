"""What is said of the documents that came with a message and are not beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from gateway.core.reasons import Effect, Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.patients import Whereabouts, text_for_patient
from gateway.core.vault import FiledDocument
from gateway.store.arrivals.values import DocumentOutcome
from gateway.web.patient.document_cards import DocumentCard, SeenDocuments


@frozen
class Remark:
    """A sentence for the patient, of how many documents, and where one of them is."""

    text: str
    documents: int
    seen_at: str
    """The id of the document that was there already, or an empty text."""


def remarks(
    seen: SeenDocuments,
    outcomes: Mapping[str, Sequence[DocumentOutcome]],
    beside: Mapping[str, Sequence[DocumentCard]],
    language: str,
) -> dict[str, list[Remark]]:
    """
    Return what is to be said of the documents of each message, each thing once.

    Nothing is said of those that are shown ``beside`` it. All are looked up at once.
    """
    left = {
        arrival_id: _left_out(some, beside.get(arrival_id, ()))
        for arrival_id, some in outcomes.items()
    }
    known = _Known.look_up(seen, [one for some in left.values() for one in some])
    return {arrival_id: known.said(some, language) for arrival_id, some in left.items()}


def _left_out(
    outcomes: Sequence[DocumentOutcome], beside: Sequence[DocumentCard]
) -> list[DocumentOutcome]:
    shown = {one.id for one in beside}
    return [one for one in outcomes if one.entry_id not in shown]


@frozen
class _Known:
    """What of some documents is in the vault, by their two names."""

    seen: SeenDocuments
    filed: Mapping[str, FiledDocument]
    there: Mapping[str, FiledDocument]

    @classmethod
    def look_up(
        cls, seen: SeenDocuments, outcomes: Sequence[DocumentOutcome]
    ) -> _Known:
        entries = [one.entry_id for one in outcomes if _is_filed(one)]
        names = [one.unique_id for one in outcomes if not _is_filed(one)]
        vault = seen.vault
        return cls(
            seen,
            vault.get_each(entries) if entries else {},
            vault.find_each(names) if names else {},
        )

    def said(self, outcomes: Sequence[DocumentOutcome], language: str) -> list[Remark]:
        said: dict[tuple[str, str], int] = {}
        for one in outcomes:
            found = (
                self.filed.get(one.entry_id)
                if _is_filed(one)
                else self.there.get(one.unique_id)
            )
            reason, place = Reason(one.outcome), self.seen.place(found)
            text = text_for_patient(reason, place)[1 if language == "en" else 0]
            shows = reason is Reason.DUPLICATE and place is Whereabouts.SEEN
            seen_at = found.id if shows and found is not None else ""
            if text:
                said[text, seen_at] = said.get((text, seen_at), 0) + 1
        return [Remark(text, number, at) for (text, at), number in said.items()]


def _is_filed(outcome: DocumentOutcome) -> bool:
    effect = REASON_TEXTS[Reason(outcome.outcome)].effect
    return effect is Effect.FILED and bool(outcome.entry_id)

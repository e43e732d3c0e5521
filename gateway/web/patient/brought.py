"""What is said of the documents that came with a message and are not beside it."""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen

from gateway.core.reasons import Effect, Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.patients import Place, text_for_patient
from gateway.store.arrivals.values import DocumentOutcome
from gateway.web.patient.document_cards import SeenDocuments

_BY_ENTRY = frozenset({Effect.FILED})


@frozen
class Remark:
    """A sentence for the patient, of how many documents, and where one of them is."""

    text: str
    documents: int
    seen_at: str
    """The id of the document that was there already, or an empty text."""


def remarks(
    seen: SeenDocuments,
    outcomes: list[DocumentOutcome],
    beside: Collection[str],
    language: str,
) -> list[Remark]:
    """
    Return what is to be said of the documents of one message, each thing once.

    Nothing is said of those that are shown ``beside`` it, by their ids.
    """
    said: dict[tuple[str, str], int] = {}
    for one in outcomes:
        if one.entry_id in beside:
            continue
        reason = Reason(one.outcome)
        is_filed = REASON_TEXTS[reason].effect in _BY_ENTRY
        found = (
            seen.vault.get(one.entry_id)
            if is_filed and one.entry_id
            else seen.vault.find(one.unique_id)
        )
        place = seen.place(found)
        text = text_for_patient(reason, place)[1 if language == "en" else 0]
        shows = reason is Reason.DUPLICATE and place is Place.SEEN
        seen_at = found.id if shows and found is not None else ""
        if text:
            said[text, seen_at] = said.get((text, seen_at), 0) + 1
    return [Remark(text, number, at) for (text, at), number in said.items()]

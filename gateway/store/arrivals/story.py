"""The whole story of a message or a document, for `gateway trace`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import select

from gateway.core.vault import FiledDocument, to_entry_id
from gateway.store.arrivals.arrivals import Arrivals, DocumentOutcome, KeptArrival
from gateway.store.arrivals.outcomes import unique_id_digest
from gateway.store.arrivals.receipts import Receipt, Receipts
from gateway.store.arrivals.values import UNDER_WAY
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, Entry
from gateway.store.tables import arrival_documents

_HEX = re.compile(r"[0-9a-f]{32}")


@frozen
class Stories:
    """Telling stories within one transaction."""

    work: UnitOfWork
    filed: Callable[[str], FiledDocument | None]
    """Finds what is in a vault, by its uniqueId or its entryUUID."""

    def tell(self, name: str) -> list[dict[str, Any]]:
        """
        Return the stories of what a name stands for, oldest first; none if it is
        unknown.

        ``name`` is a Message-ID, a message's own id, a document's uniqueId or its
        entryUUID. The same Message-ID may have come more than once.
        """
        if messages := self._messages(name):
            return [self._message(arrival_id, name) for arrival_id in messages]
        return [self._document(name, *found) for found in self._documents(name)]

    def places(self, name: str) -> list[tuple[str, str]]:
        """
        Return the messages a name stands for by their own ids.

        Of a document its uniqueId stands beside; of a whole message an empty text.
        """
        if messages := self._messages(name):
            return [(arrival_id, "") for arrival_id in messages]
        found = self._documents(name)
        return [(arrival_id, unique_id) for arrival_id, unique_id, _ in found]

    def goes_on(self, name: str) -> bool:
        """Tell whether something is still to come: copies, or what senders are told."""
        arrivals, found = Arrivals(self.work), self.arrivals_of(name)
        states = {arrivals.state_of(arrival_id) for arrival_id in found}
        return not UNDER_WAY.isdisjoint(states) or self.work.tasks.is_waiting(found)

    def arrivals_of(self, name: str) -> list[str]:
        """Return the ids of the messages that a name's story is about."""
        return self._messages(name) or [one for one, _, _ in self._documents(name)]

    def _messages(self, name: str) -> list[str]:
        """Return the ids of the messages of a Message-ID, or of an id of their own."""
        if by_message := Arrivals(self.work).find(name):
            return by_message
        bare = to_entry_id(name)
        own = _HEX.fullmatch(bare) and Arrivals(self.work).get(bare) is not None
        return [bare] if own else []

    def _documents(self, name: str) -> list[tuple[str, str, str]]:
        """Return (arrival id, unique id, state) of each arrival of a document."""
        document = self.filed(name)
        unique_id = document.unique_id if document else name
        state = document.status.value if document else ""
        arrived = self.work.connection.execute(
            select(arrival_documents.c.arrival_id)
            .where(
                arrival_documents.c.unique_id.in_(
                    [unique_id_digest(self.work.keys, unique_id), unique_id]
                )
            )
            .distinct()
        ).scalars()
        return [(arrival_id, unique_id, state) for arrival_id in arrived]

    def _document(
        self, name: str, arrival_id: str, unique_id: str, state: str
    ) -> dict[str, Any]:
        story = self._message(arrival_id, name)
        own = [one for one in story["documents"] if one["uniqueId"] == unique_id]
        return story | {
            "kind": "document",
            "state": state or "NOT_FILED",
            "documents": own,
        }

    def _message(self, arrival_id: str, name: str) -> dict[str, Any]:
        arrivals = Arrivals(self.work)
        kept = arrivals.get(arrival_id)
        if kept is None:  # found by a row just read, in the same snapshot
            raise AssertionError("a message vanished within a snapshot")
        outcomes = arrivals.documents(arrival_id)
        entries = [one.entry_id for one in outcomes if one.entry_id]
        lines = self.work.journal.about([arrival_id, *entries])
        anew = max(
            (
                place
                for place, line in enumerate(lines)
                if line.action == Action.MESSAGE_RELEASED
            ),
            default=0,
        )
        return {
            "id": name,
            "kind": "message",
            "state": kept.state,
            "received": kept.received_at.isoformat(),
            "sender": kept.reverse_path or "<>",
            "recipients": [
                {
                    "address": one.recipient.address,
                    "outcome": one.outcome,
                    "reasons": list(one.reasons),
                }
                for one in kept.recipients
            ],
            "documents": [
                {
                    "uniqueId": one.unique_id,
                    "outcome": one.outcome,
                    "reasons": list(one.reasons),
                }
                for one in outcomes
            ],
            "receipts": [
                _receipt(one, kept) for one in Receipts(self.work).of(arrival_id)
            ],
            "steps": [
                # What the tables know is of the last time the message was judged.
                _step(line, _added(line, kept, outcomes if place >= anew else ()))
                for place, line in enumerate(lines)
            ],
        }


def _receipt(receipt: Receipt, kept: KeptArrival) -> dict[str, Any]:
    recipient = kept.recipients[receipt.recipient].recipient.address
    return {
        "kind": receipt.kind,
        "recipient": recipient,
        "status": receipt.status,
        "code": receipt.code,
        "state": receipt.state,
        "detail": receipt.detail,
        "time": receipt.at.isoformat() if receipt.at else "",
    }


def _added(
    line: Entry, kept: KeptArrival, outcomes: Sequence[DocumentOutcome]
) -> dict[str, str]:
    """Return what the journal leaves out of a line and the tables know."""
    if line.action == Action.MESSAGE_ACCEPTED:
        return {
            "arrival": kept.id,
            "messageId": kept.message_id,
            "subject": kept.sender.subject,
        }
    if line.action == Action.DOCUMENT_DECIDED:
        place = (line.detail.get("recipient"), line.detail.get("position"))
        found = [one for one in outcomes if (one.recipient, one.position) == place]
        if found and found[0].detail:
            return {"remark" if found[0].entry_id else "fault": found[0].detail}
    return {}


def _step(line: Entry, added: dict[str, str]) -> dict[str, Any]:
    known = {**line.detail, **added}
    return {
        "time": line.at.isoformat(),
        "action": line.action,
        "outcome": line.outcome,
        "detail": ", ".join(
            f"{key}={_text(value)}"
            for key, value in known.items()
            if value not in ("", [], None)
        ),
    }


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)

"""Messages that are set aside, and what an operator may do with each, once."""

from __future__ import annotations

from typing import Final

from attrs import frozen
from sqlalchemy import delete, func, literal, select, update

from gateway.core.ins import check_note
from gateway.errors import NotFoundError
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.values import UNDER_WAY, ArrivalState, KeptArrival
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.tables import arrival_documents, arrivals, recipients
from gateway.store.tasks.tasks import TaskKind

_HELD = literal(ArrivalState.QUARANTINED.value, literal_execute=True)
"""Written out in the statement, or SQLite would not use the index of what is held."""

_UNDECIDED: Final = {
    "outcome": "",
    "reasons": [],
    "deliver": True,
    "hidden": [],
    "hidden_until": None,
    "ended_at": None,
}


@frozen
class Quarantine:
    """
    The messages held back, within one transaction.

    ``by`` names the operator and ``reason`` says what was found; both go to the
    journal. Where two operators act at once, the second finds nothing in quarantine.
    """

    work: UnitOfWork

    def listed(self) -> list[KeptArrival]:
        """Return what is held, oldest first."""
        rows = self.work.connection.execute(
            select(arrivals.c.id)
            .where(arrivals.c.state == _HELD)
            .order_by(arrivals.c.received_at)
        ).scalars()
        kept = (Arrivals(self.work).get(row_id) for row_id in list(rows))
        return [one for one in kept if one is not None]

    def count(self) -> int:
        """Return how many are held."""
        held = select(func.count()).select_from(arrivals)
        query = held.where(arrivals.c.state == _HELD)
        return int(self.work.connection.execute(query).scalar_one())

    def get(self, arrival_id: str) -> KeptArrival:
        """
        Return one that is held.

        Raises:
            NotFoundError: nothing in quarantine has that id.
        """
        kept = Arrivals(self.work).get(arrival_id)
        if kept is None or kept.state != ArrivalState.QUARANTINED:
            raise _absent()
        return kept

    def release(self, arrival_id: str, *, by: str, reason: str) -> None:
        """
        Have a message judged by every rule again, as if it had just come in. What the
        rules refuse is refused, and what they set aside is in quarantine again. What
        was decided before stays in the journal.

        Raises:
            NotFoundError: nothing in quarantine has that id.
            InvalidError: the reason may hold a patient's identifier.
        """
        self._leave(arrival_id, ArrivalState.RECEIVED, reason)
        connection = self.work.connection
        connection.execute(
            delete(arrival_documents).where(
                arrival_documents.c.arrival_id == arrival_id
            )
        )
        here = recipients.c.arrival_id == arrival_id
        self.work.change(recipients, here, **_UNDECIDED)
        self.work.tasks.add(TaskKind.FILE, arrival_id)
        self.work.note(
            Action.MESSAGE_RELEASED, "judged anew", arrival_id, by=by, reason=reason
        )

    def close(self, arrival_id: str, *, by: str, reason: str) -> None:
        """
        End the matter: the sender was told, and nothing goes out.

        Raises:
            NotFoundError: nothing in quarantine has that id.
            InvalidError: the reason may hold a patient's identifier.
        """
        self._leave(arrival_id, ArrivalState.RETURNED, reason)
        self.work.note(
            Action.MESSAGE_RETURNED, "closed", arrival_id, by=by, reason=reason
        )

    def _leave(self, arrival_id: str, state: ArrivalState, reason: str) -> None:
        """Move it on if it is still held: the row itself settles who was first."""
        check_note(reason)
        moved = self.work.connection.execute(
            update(arrivals)
            .where(
                arrivals.c.id == arrival_id,
                arrivals.c.state == ArrivalState.QUARANTINED.value,
            )
            .values(
                state=state.value,
                ended_at=None if state in UNDER_WAY else self.work.now,
            )
        )
        if not moved.rowcount:
            raise _absent()


def _absent() -> NotFoundError:
    return NotFoundError("nothing in quarantine has this id")

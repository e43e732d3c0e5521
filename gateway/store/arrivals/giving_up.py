"""What an operator ends because it cannot be done: its sender is told, once."""

from __future__ import annotations

from sqlalchemy import select, update

from gateway.core.copies import Copy
from gateway.errors import MisuseError
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState
from gateway.store.arrivals.deliveries import PENDING, Deliveries
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import deliveries, recipients
from gateway.store.tasks.tasks import TaskKind, TaskRow


def give_up(work: UnitOfWork, task: TaskRow) -> None:
    """
    End what a task was to do, as failed by our own fault.

    The message's recipients that have no outcome yet get the one that says so, and
    its sender is told. What tells somebody something is only not told.

    Raises:
        MisuseError: the letter is filed, and its copy is owed to its recipients.
    """
    kind = TaskKind(task.kind)
    if kind is TaskKind.DELIVER:
        raise MisuseError(
            "its documents are filed, and only the message is still to be delivered: "
            "mend the cause, then gateway queue retry"
        )
    if kind is TaskKind.FILE:
        end_undecided(work, task.subject)
    elif kind is TaskKind.RELAY:
        end_delivery(work, task.subject)


def end_undecided(work: UnitOfWork, arrival_id: str) -> None:
    """End a message for the recipients that have no outcome, and tell its sender."""
    arrivals = Arrivals(work)
    waiting = select(recipients.c.position).where(
        recipients.c.arrival_id == arrival_id, recipients.c.outcome == ""
    )
    for position in list(work.connection.execute(waiting).scalars()):
        arrivals.decide_recipient(
            arrival_id, position, Copy.GIVEN_UP, [], deliver=False
        )
    arrivals.set_state(arrival_id, ArrivalState.RETURNED)
    work.tasks.add(TaskKind.ACKNOWLEDGE, arrival_id)


def end_delivery(work: UnitOfWork, delivery_id: str) -> None:
    """End a copy on its way to another operator, and tell its sender."""
    row = work.connection.execute(
        select(deliveries.c.arrival_id, deliveries.c.position).where(
            deliveries.c.id == delivery_id, deliveries.c.state == PENDING
        )
    ).first()
    if row is None:
        return
    work.connection.execute(
        update(deliveries).where(deliveries.c.id == delivery_id).values(state="failed")
    )
    arrivals = Arrivals(work)
    arrivals.decide_recipient(
        row.arrival_id, row.position, Copy.GIVEN_UP, [], deliver=False
    )
    if not Deliveries(work).any_pending(row.arrival_id):
        arrivals.set_state(row.arrival_id, ArrivalState.ENDED)
    work.tasks.add(TaskKind.ACKNOWLEDGE, row.arrival_id)

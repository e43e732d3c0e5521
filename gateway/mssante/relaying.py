"""Relaying: one try for one copy, and what it leads to."""

from __future__ import annotations

import asyncio

from attrs import frozen

from gateway.core.copies import Copy
from gateway.errors import InvalidError
from gateway.mssante.retry import DeliveryEvent, DeliveryState, Schedule, advance
from gateway.mssante.smtp_out import Attempt, Outcome, Parcel, SmtpOut
from gateway.store.arrivals import Arrivals, ArrivalState
from gateway.store.deliveries import Deliveries, Delivery
from gateway.store.journal import Action
from gateway.store.tasks import Task, TaskKind
from gateway.store.work import Database, Job, UnitOfWork


@frozen
class Relaying:
    """The step for `TaskKind.RELAY`: the exchange first, then what it came to."""

    database: Database
    out: SmtpOut
    schedule: Schedule

    def __call__(self, task: Task) -> Job:
        """Try the peer once; return the job that records it and plans what is next."""
        with self.database.read() as work:
            delivery = Deliveries(work).get(task.subject)
            if delivery is None:
                raise InvalidError("no such delivery")
            content = work.blobs.get(delivery.blob_id, delivery.key_id)
        if delivery.state != DeliveryState.PENDING:
            return _nothing
        parcel = Parcel(
            reverse_path=delivery.reverse_path,
            recipient=delivery.recipient,
            content=content,
            notify=delivery.notify,
            orcpt=delivery.orcpt,
            ret=delivery.ret,
            envid=delivery.envid,
        )
        attempt = asyncio.run(self.out.send(parcel))

        def settle(work: UnitOfWork) -> None:
            _settle(work, delivery, attempt, self.schedule)

        return settle


def _nothing(_: UnitOfWork) -> None:
    """A copy that ended already: the task was given twice, its effect is once."""


def _settle(
    work: UnitOfWork, delivery: Delivery, attempt: Attempt, schedule: Schedule
) -> None:
    event = _event(delivery, attempt, schedule, work)
    state = advance(DeliveryState(delivery.state), event)
    deliveries, reply = Deliveries(work), f"{attempt.status} {attempt.reply}"
    if event is DeliveryEvent.DEFERRED:
        warn = delivery.warned_at is None and schedule.should_warn(
            delivery.created_at, work.now
        )
        deliveries.settle(
            delivery,
            state,
            reply,
            again_after=schedule.wait_after(delivery.attempts + 1),
            warned=warn,
        )
        work.note(
            Action.MESSAGE_DEFERRED,
            attempt.status,
            delivery.arrival_id,
            recipient=delivery.position,
            host=attempt.host,
            attempts=delivery.attempts + 1,
        )
        if warn:
            work.tasks.add(TaskKind.ACKNOWLEDGE, delivery.arrival_id)
        return
    deliveries.settle(delivery, state, reply)
    copy = {
        DeliveryEvent.RELAYED: Copy.RELAYED,
        DeliveryEvent.REJECTED: Copy.BOUNCED,
        DeliveryEvent.EXPIRED: Copy.EXPIRED,
    }[event]
    reasons = ["DSN_BY_PEER"] if attempt.told and copy is Copy.RELAYED else []
    Arrivals(work).decide_recipient(
        delivery.arrival_id, delivery.position, copy, reasons
    )
    work.note(
        Action.MESSAGE_RELAYED if copy is Copy.RELAYED else Action.MESSAGE_RETURNED,
        attempt.status,
        delivery.arrival_id,
        recipient=delivery.position,
        host=attempt.host,
        attempts=delivery.attempts + 1,
    )
    _close_if_last(work, delivery)
    work.tasks.add(TaskKind.ACKNOWLEDGE, delivery.arrival_id)


def _event(
    delivery: Delivery, attempt: Attempt, schedule: Schedule, work: UnitOfWork
) -> DeliveryEvent:
    if attempt.outcome is Outcome.SENT:
        return DeliveryEvent.RELAYED
    if attempt.outcome is Outcome.REFUSED:
        return DeliveryEvent.REJECTED
    if schedule.has_expired(delivery.created_at, work.now):
        return DeliveryEvent.EXPIRED
    return DeliveryEvent.DEFERRED


def _close_if_last(work: UnitOfWork, delivery: Delivery) -> None:
    others = Deliveries(work).of(delivery.arrival_id)
    if all(
        one.state != DeliveryState.PENDING for one in others if one.id != delivery.id
    ):
        Arrivals(work).set_state(delivery.arrival_id, ArrivalState.ENDED)

"""Copies that another operator took and never confirmed: told to their senders."""

from __future__ import annotations

from attrs import frozen
from twisted.logger import Logger

from gateway.core.copies import HEARD, Copy, CopyReason
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.deliveries import Deliveries, Delivery
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.journal import Action
from gateway.store.tasks.tasks import TaskKind

log = Logger()

_BATCH = 200


@frozen
class Confirming:
    """
    One look at what was relayed: past its time, a copy of which nothing was heard is
    marked, and receipts are made. What comes later still corrects it.
    """

    database: Database

    def run(self) -> dict[str, int]:
        """Mark what is past its time; return how many there were."""
        total = 0
        while True:
            with self.database.write() as work:
                late = Deliveries(work).unconfirmed(_BATCH)
                total += sum(self._mark(work, one) for one in late)
            if len(late) < _BATCH:
                return {"unconfirmed": total}

    def _mark(self, work: UnitOfWork, delivery: Delivery) -> bool:
        Deliveries(work).heard(delivery.arrival_id, delivery.position, arrived=None)
        kept = Arrivals(work).get(delivery.arrival_id)
        assert kept is not None, "a copy of nothing"
        one = kept.recipients[delivery.position]
        if one.outcome != Copy.RELAYED or not HEARD.isdisjoint(one.reasons):
            return False
        Arrivals(work).decide_recipient(
            kept.id,
            one.position,
            Copy.RELAYED,
            dict.fromkeys([*one.reasons, CopyReason.UNCONFIRMED]),
        )
        work.note(
            Action.MESSAGE_UNCONFIRMED,
            delivery.last_status,
            kept.id,
            recipient=one.position,
            host=delivery.last_host,
        )
        work.tasks.add(TaskKind.ACKNOWLEDGE, kept.id)
        work.after_commit(
            lambda: log.warn(
                "message {id} to {domain} was relayed and never confirmed",
                id=delivery.arrival_id,
                domain=delivery.domain,
            )
        )
        return True

"""Relaying: one try for one copy, and what it leads to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Protocol

from attrs import define, field, frozen
from twisted.logger import Logger

from gateway.core.copies import Copy, CopyReason
from gateway.errors import InvalidError
from gateway.message.received import without_return_path
from gateway.mssante.sending.attempts import Attempt, Outcome, OutgoingCopy
from gateway.mssante.sending.retry import (
    DeliveryEvent,
    DeliveryState,
    Schedule,
    advance,
)
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState
from gateway.store.arrivals.deliveries import Deliveries, Delivery
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.journal import Action
from gateway.store.tasks.steps import CourierStep
from gateway.store.tasks.tasks import Task, TaskKind

log = Logger()

_COPIES = MappingProxyType(
    {
        DeliveryEvent.RELAYED: Copy.RELAYED,
        DeliveryEvent.REJECTED: Copy.BOUNCED,
        DeliveryEvent.EXPIRED: Copy.EXPIRED,
    }
)
"""What becomes of the recipient's copy, at each end."""


_LOOK_SECONDS = 0.25
_STOP_SECONDS = 4.0
"""
Time for a peer that has the whole message to take it, when we stop: a little less than
what the supervisor gives the process.
"""


class Line(Protocol):
    """A way to one domain, kept for several messages: `peer_line.PeerLine`."""

    @property
    def may_be_taken(self) -> bool:
        """True while the peer has all of a message, and did not answer yet."""

    async def send(self, parcel: OutgoingCopy) -> Attempt:
        """Try once; never raises for what the peer does."""

    async def leave(self) -> None:
        """End it."""


class Sending(Protocol):
    """What carries messages to other operators: `out.SmtpOut`."""

    def line(self, domain: str) -> Line:
        """Return a way to a domain."""


@frozen
class Relaying(CourierStep):
    """
    The step for `TaskKind.RELAY`: the exchange first, then what it came to.

    A crash in between sends the copy again; the peer knows it by its Message-ID and
    bytes, as we would (RFC 1047).
    """

    database: Database
    out: Sending
    schedule: Schedule

    def __call__(self, task: Task) -> Job:
        """
        Try the peer once; return the job that records it and plans what is next.

        Raises:
            InvalidError: there is no such delivery.
        """
        with self.courier(threading.Event()) as carry:
            job = carry(task)
        assert job is not None, "nobody stops it"
        return job

    @contextmanager
    def courier(self, stopping: threading.Event) -> Iterator[_Courier]:
        """Return what relays several copies to one domain over one connection."""
        with asyncio.Runner() as runner:
            courier = _Courier(self, runner, stopping)
            try:
                yield courier
            finally:
                courier.leave()

    def read(self, task: Task) -> tuple[Delivery, bytes] | None:
        """
        Return a copy and its message; None when it has ended, and the task came twice.

        Raises:
            InvalidError: there is no such delivery.
        """
        with self.database.read() as work:
            delivery = Deliveries(work).get(task.subject)
            if delivery is None:
                raise InvalidError("no such delivery")
            if delivery.state != DeliveryState.PENDING:
                return None
            stored = work.blobs.get(delivery.blob_id, delivery.key_id)
        return delivery, without_return_path(stored)


@define
class _Courier:
    """
    Relays copies one after the other.

    Once the peer cannot be reached, the copies that wait behind are not tried either:
    they would wait as long, each in its turn.
    """

    relaying: Relaying
    runner: asyncio.Runner
    stopping: threading.Event
    _lines: dict[str, Line] = field(init=False, factory=dict)
    _unreached: dict[str, Attempt] = field(init=False, factory=dict)

    def __call__(self, task: Task) -> Job | None:
        """Try once; return the job that records it, None where we stopped before."""
        found = self.relaying.read(task)
        if found is None:
            return _nothing
        delivery, content = found
        attempt = self._unreached.get(delivery.domain)
        if attempt is None:
            parcel = OutgoingCopy(
                reverse_path=delivery.reverse_path,
                recipient=delivery.recipient,
                content=content,
                notify=delivery.notify,
                orcpt=delivery.orcpt,
                ret=delivery.ret,
                envid=delivery.envid,
            )
            attempt = self.runner.run(self._send(parcel))
        if attempt is None:
            return None
        if not attempt.reached:
            self._unreached[delivery.domain] = attempt
        return partial(_settle, delivery, attempt, self.relaying.schedule)

    async def _send(self, parcel: OutgoingCopy) -> Attempt | None:
        """
        Send it; when we stop, only a peer that has the whole message is waited for.
        """
        line = self._lines.get(parcel.domain)
        if line is None:
            line = self._lines[parcel.domain] = self.relaying.out.line(parcel.domain)
        sending = asyncio.ensure_future(line.send(parcel))
        left = _STOP_SECONDS
        while not sending.done():
            await asyncio.wait({sending}, timeout=_LOOK_SECONDS)
            if self.stopping.is_set() and not sending.done():
                left -= _LOOK_SECONDS
                if left <= 0 or not line.may_be_taken:
                    sending.cancel()
                    await asyncio.wait({sending})
                    return None
        return sending.result()

    def leave(self) -> None:
        """End the connections."""
        for line in self._lines.values():
            self.runner.run(line.leave())


def _nothing(_: UnitOfWork) -> None:
    """Do nothing: the copy has ended, and the task came twice."""


def _settle(
    delivery: Delivery, attempt: Attempt, schedule: Schedule, work: UnitOfWork
) -> None:
    event = _event(delivery, attempt, schedule, work)
    state = advance(DeliveryState(delivery.state), event)
    if event is DeliveryEvent.DEFERRED:
        _defer(work, delivery, attempt, schedule)
        return
    settled = Deliveries(work).settle(
        delivery,
        state,
        status=attempt.status,
        host=attempt.host,
        reply=attempt.reply,
        confirm_by=_confirm_by(delivery, event, schedule, work),
    )
    if settled:
        _end(work, delivery, attempt, _COPIES[event])


def _confirm_by(
    delivery: Delivery, event: DeliveryEvent, schedule: Schedule, work: UnitOfWork
) -> datetime | None:
    if event is not DeliveryEvent.RELAYED or not delivery.reverse_path:
        return None  # nobody hears of a report
    return schedule.confirm_by(delivery.notify, work.now)


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


def _defer(
    work: UnitOfWork, delivery: Delivery, attempt: Attempt, schedule: Schedule
) -> None:
    warn = delivery.warned_at is None and schedule.should_warn(
        delivery.created_at, work.now
    )
    settled = Deliveries(work).settle(
        delivery,
        DeliveryState.PENDING,
        status=attempt.status,
        host=attempt.host,
        reply=attempt.reply,
        again_after=schedule.wait_after(delivery.attempts + 1),
        warned=warn,
    )
    if not settled:
        return
    _note(work, Action.MESSAGE_DEFERRED, delivery, attempt)
    wait = schedule.wait_after(delivery.attempts + 1)
    _say(work, delivery, attempt, "deferred", f"{work.now + wait:%Y-%m-%dT%H:%M:%SZ}")
    if ".7." in attempt.status:
        # A person has to look at a peer that is not believed (attack S06).
        log.warn(
            "{domain} is not to be trusted now: {status} {reply}",
            domain=delivery.domain,
            status=attempt.status,
            reply=attempt.reply,
        )
    if warn and delivery.reverse_path:
        work.tasks.add(TaskKind.ACKNOWLEDGE, delivery.arrival_id)


def _end(work: UnitOfWork, delivery: Delivery, attempt: Attempt, copy: Copy) -> None:
    relayed = copy is Copy.RELAYED
    Arrivals(work).decide_recipient(
        delivery.arrival_id,
        delivery.position,
        copy,
        [CopyReason.DSN_BY_PEER] if relayed and attempt.told else [],
    )
    _say(work, delivery, attempt, copy.value.lower(), "none")
    action = Action.MESSAGE_RELAYED if relayed else Action.MESSAGE_RETURNED
    _note(work, action, delivery, attempt)
    if not Deliveries(work).any_pending(delivery.arrival_id):
        Arrivals(work).set_state(delivery.arrival_id, ArrivalState.ENDED)
    if delivery.reverse_path:
        work.tasks.add(TaskKind.ACKNOWLEDGE, delivery.arrival_id)
    elif not relayed:
        log.warn("a report could not be passed on to {domain}", domain=delivery.domain)


def _say(
    work: UnitOfWork, delivery: Delivery, attempt: Attempt, result: str, again: str
) -> None:
    """Log one line of a try, once it is recorded; ``reply`` names no mailbox."""
    work.after_commit(
        partial(
            log.info,
            "message {id} to {domain}: {result} by {host}, {status} {reply}; "
            "next try: {next_try}",
            id=delivery.arrival_id,
            delivery=delivery.id,
            domain=delivery.domain,
            result=result,
            host=attempt.host or "no host",
            status=attempt.status,
            reply=attempt.reply,
            attempts=delivery.attempts + 1,
            next_try=again,
        )
    )


def _note(
    work: UnitOfWork, action: Action, delivery: Delivery, attempt: Attempt
) -> None:
    work.note(
        action,
        attempt.status,
        delivery.arrival_id,
        recipient=delivery.position,
        host=attempt.host,
        attempts=delivery.attempts + 1,
    )

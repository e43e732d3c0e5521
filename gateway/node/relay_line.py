"""The line of work for other operators: each domain waits for itself alone."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Final

from attrs import define, field, frozen
from twisted.logger import Logger

from gateway.errors import GatewayError
from gateway.node.work_lines import FailedTask, WorkLine
from gateway.settings.file import OutgoingSettings
from gateway.store.arrivals.deliveries import Deliveries, is_bound_for, is_not_bound_for
from gateway.store.base.work import Job
from gateway.store.tasks.steps import CourierStep, SyncedJob
from gateway.store.tasks.tasks import Condition, Task

log = Logger()

_LOOK_SECONDS: Final = 0.25
_LEASES_A_RENEWAL: Final = 3

Carry = Callable[[Task], Job | None]


@define
class _Runs:
    """What is under way: how often each domain, and which tasks are held."""

    most: int
    most_of_one: int
    _domains: Counter[str] = field(init=False, factory=Counter)
    _idle: Counter[str] = field(init=False, factory=Counter)
    _held: dict[int, Task] = field(init=False, factory=dict)
    _changed: threading.Condition = field(init=False, factory=threading.Condition)

    def begin(self, domain: str, tasks: list[Task]) -> None:
        """Count a run in, with the tasks it has."""
        with self._changed:
            self._domains[domain] += 1
            self._held.update((task.id, task) for task in tasks)

    def hold(self, tasks: list[Task]) -> None:
        """Count more tasks in."""
        with self._changed:
            self._held.update((task.id, task) for task in tasks)

    def done(self, task: Task) -> None:
        """Count a task out."""
        with self._changed:
            self._held.pop(task.id, None)

    def end(self, domain: str) -> None:
        """Count a run out."""
        with self._changed:
            self._domains[domain] -= 1
            if not self._domains[domain]:
                del self._domains[domain]
            self._changed.notify_all()

    @contextmanager
    def idling(self, domain: str) -> Iterator[None]:
        """While a run waits for more: what comes for its domain is for that run."""
        with self._changed:
            self._idle[domain] += 1
        try:
            yield
        finally:
            with self._changed:
                self._idle[domain] -= 1
                if not self._idle[domain]:
                    del self._idle[domain]

    def wait_for_room(self, seconds: float) -> bool:
        """Tell whether another run may begin; wait so long for it."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._domains.total() < self.most, seconds
            )

    @property
    def busy(self) -> list[str]:
        """The domains that have all their connections, or one that waits for more."""
        with self._changed:
            return [
                domain
                for domain, runs in self._domains.items()
                if runs >= self.most_of_one or domain in self._idle
            ]

    @property
    def held(self) -> list[Task]:
        """Every task that is under way, or waits behind one that is."""
        with self._changed:
            return list(self._held.values())


@frozen(kw_only=True)
class RelayLine(WorkLine):
    """
    What waits for other machines; a peer that hangs holds up its own messages alone.

    The tasks of one domain are done in turn, over one connection that waits a moment
    for more; a domain has no more connections than the settings say, and what is due
    to it stays unclaimed meanwhile. An exchange may last longer than a lease: leases
    are renewed while it does, so that no other worker sends the message as well.
    """

    outgoing: OutgoingSettings
    _runs: _Runs = field(init=False, repr=False)

    @_runs.default
    def _no_runs(self) -> _Runs:
        return _Runs(self.outgoing.connections, self.outgoing.connections_per_domain)

    @property
    def which(self) -> Condition | None:
        """Not what is bound for a domain that has all its connections."""
        busy = self._runs.busy
        return is_not_bound_for(busy) if busy else None

    def run(self) -> None:
        """Work until told to stop."""
        most = self.outgoing.connections
        with self._renewing(), ThreadPoolExecutor(most, "relay-step") as pool:
            while not self.stopping.is_set():
                if not self._runs.wait_for_room(_LOOK_SECONDS):
                    continue
                for domain, tasks in self._by_domain(self._claim_soon()).items():
                    self._runs.begin(domain, tasks)
                    pool.submit(self._serve, domain, tasks)

    def _claim_soon(self) -> list[Task]:
        tasks = self.claimed(self.settings.batch)
        self._runs.hold(tasks)
        return tasks

    def _by_domain(self, tasks: list[Task]) -> dict[str, list[Task]]:
        if not tasks:
            return {}
        try:
            with self.database.read() as work:
                domains = Deliveries(work).domains([task.subject for task in tasks])
        except GatewayError as error:
            log.error("tasks go one by one: {why}", why=str(error))
            domains = {}
        found: dict[str, list[Task]] = {}
        for task in tasks:
            found.setdefault(domains.get(task.subject, task.subject), []).append(task)
        return found

    def _serve(self, domain: str, tasks: list[Task]) -> None:
        """Do the tasks of one domain, and those that come for it meanwhile."""
        carried = 0
        try:
            with self._courier() as carry:
                while tasks:
                    for task in tasks:
                        self._do(carry, task)
                    carried += len(tasks)
                    tasks = self._more(domain, carried)
        except Exception:  # the leases of what is left run out
            log.failure("defect while relaying to {domain}", domain=domain)
        finally:
            self._runs.end(domain)

    @contextmanager
    def _courier(self) -> Iterator[Carry]:
        step = self.steps[self.kinds[0]]
        courier = (
            step.courier(self.stopping)
            if isinstance(step, CourierStep)
            else nullcontext(step)
        )
        with courier as carry:
            yield carry

    def _do(self, carry: Carry, task: Task) -> None:
        try:
            job = None if self.stopping.is_set() else carry(task)
            if isinstance(job, SyncedJob):
                job.sync()
        except Exception as error:  # noted, and the task is kept
            self.fail_alone(FailedTask(task, error))
        else:
            if job is None:
                self._give_back(task)
            else:
                self.finish_alone(task, job)
        finally:
            self._runs.done(task)

    def _give_back(self, task: Task) -> None:
        try:
            self.writer.submit(
                lambda work: work.tasks.give_back([task], self.owner)
            ).result()
        except GatewayError as error:
            log.error("a task could not be given back: {why}", why=str(error))

    def _more(self, domain: str, carried: int) -> list[Task]:
        """Wait a moment for more tasks of a domain; return none when it is time."""
        with self._runs.idling(domain):
            return self._wait_for_more(domain, carried)

    def _wait_for_more(self, domain: str, carried: int) -> list[Task]:
        here = is_bound_for([domain])
        until = time.monotonic() + self.outgoing.keep_seconds
        room = self.outgoing.messages_per_connection - carried
        while room > 0 and not self.stopping.is_set():
            try:
                with self.database.read() as work:
                    due = work.tasks.anything_due(self.kinds, here)
                if due and (tasks := self._claim_for(here, room)):
                    self._runs.hold(tasks)
                    return tasks
            except GatewayError as error:
                log.error("no task can be claimed: {why}", why=str(error))
                return []
            if time.monotonic() >= until or not self._runs.wait_for_room(0):
                return []
            self.stopping.wait(_LOOK_SECONDS)
        return []

    def _claim_for(self, here: Condition, room: int) -> list[Task]:
        most = min(room, self.settings.batch)
        return self.writer.submit(
            lambda work: work.tasks.claim(
                self.owner, self.kinds, most, self.lease, here
            )
        ).result()

    def _renew(self, held: list[Task]) -> None:
        self.writer.submit(
            lambda work: work.tasks.extend(held, self.owner, self.lease)
        ).result()

    @contextmanager
    def _renewing(self) -> Iterator[None]:
        """Renew the leases of all that is held, until the last exchange has ended."""
        ended = threading.Event()
        every = self.settings.lease_seconds / _LEASES_A_RENEWAL

        def renew() -> None:
            while not ended.wait(every):
                if not (held := self._runs.held):
                    continue
                try:
                    self._renew(held)
                except GatewayError as error:
                    log.error("leases were not renewed: {why}", why=str(error))

        renewing = threading.Thread(target=renew, name="relay-leases")
        renewing.start()
        try:
            yield
        finally:
            ended.set()
            renewing.join()

"""
Proves what `/readyz` says, within a time that is stated.

Each look runs on a thread of its own, which nobody waits for longer than that: a
database that is frozen, or a network disk that is gone, holds up no answer.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from attrs import field, frozen

from gateway.documents.times import PARIS
from gateway.errors import GatewayError
from gateway.metrics import UNREVIEWED_ACCESSES, set_directory_age
from gateway.rights.directory_rules import is_old
from gateway.settings.file import Settings
from gateway.store.accesses.reading import AccessReader, Unreviewed, Walk
from gateway.store.arrivals.quarantine import Quarantine
from gateway.store.base.presence import note_presence
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.directory.directory import Directory, TakenExtract
from gateway.store.operators.roles import Roles
from gateway.store.patients.inquiries import Inquiries
from gateway.store.sealed.trying import missing_blobs, try_folder
from gateway.store.tasks.tasks import TaskKind, TaskState

Faults = Mapping[str, str]
"""What is wrong, in a few words, by the name of the fault."""

ANSWER_SECONDS: Final = 5.0
"""How long `/readyz` waits for a look."""

_SAMPLE_SECONDS: Final = 60.0
"""Between two looks for a sample of the blobs."""

Write = Callable[[Callable[[UnitOfWork], None]], Future[None]]
"""Commits a job as messages are committed: by the writer of this process."""


class Look:
    """One question, asked on a thread of its own and by one at a time."""

    def __init__(self, name: str, ask: Callable[[], Faults]) -> None:
        self.name = name
        self._ask = ask
        self._lock = threading.Lock()
        self._under_way: Future[Faults] | None = None
        self._since = 0.0

    def begin(self) -> Future[Faults]:
        """Ask, unless the last answer is still waited for."""
        with self._lock:
            if self._under_way is None or self._under_way.done():
                self._under_way = Future()
                self._since = time.monotonic()
                threading.Thread(
                    target=self._answer,
                    args=(self._under_way,),
                    name=f"look-{self.name}",
                    daemon=True,
                ).start()
            return self._under_way

    def _answer(self, answer: Future[Faults]) -> None:
        try:
            answer.set_result(self._ask())
        except (GatewayError, OSError) as error:
            answer.set_result({self.name: str(error)})
        except Exception as error:  # a look that fails says nothing well
            answer.set_result({self.name: type(error).__name__})

    def late(self) -> Faults:
        """Return the fault of an answer that does not come."""
        seconds = time.monotonic() - self._since
        return {self.name: f"no answer for {seconds:.0f} s"}


def faults_of(looks: list[Look], seconds: float = ANSWER_SECONDS) -> dict[str, str]:
    """Ask all at once; return what they find, or that they do not answer in time."""
    answers = [(look, look.begin()) for look in looks]
    wait([answer for _, answer in answers], timeout=seconds)
    found: dict[str, str] = {}
    for look, answer in answers:
        found.update(answer.result() if answer.done() else look.late())
    return found


def _unreviewed(found: Unreviewed) -> Faults:
    """Tell of operators' accesses that nobody looked at in time."""
    said = []
    if found.since is not None:
        said.append(f"{found.count} wait for a review since {found.since:%Y-%m-%d}")
    if found.altered:
        said.append(f"{found.altered} were altered in the database")
    return {"access reviews": "; ".join(said)} if said else {}


@frozen
class TaskCounts:
    """The queue as the last look saw it."""

    counts: Mapping[tuple[str, str], int] = field(factory=dict)
    due: Mapping[str, datetime] = field(factory=dict)
    now: datetime = datetime.min.replace(tzinfo=UTC)


@frozen
class Probes:
    """The looks at what a node stands on; `/readyz` and the doctor share them."""

    database: Database
    settings: Settings
    write: Write
    certificate_end: Callable[[], datetime]
    id: str = field(factory=lambda: uuid4().hex)
    carrying: CarryingOver | None = None
    _walk: Walk = field(init=False, factory=Walk)
    _queue: list[TaskCounts] = field(init=False, factory=list)
    _works: list[Mapping[str, str]] = field(init=False, factory=list)
    _sampled: list[tuple[float, Faults]] = field(init=False, factory=list)

    def looks(self) -> list[Look]:
        """Return every look, by the name of the fault when it does not answer."""
        return [
            Look("database", self.look_at_database),
            Look("blobs", self.look_at_blobs),
            Look("disk", self.look_at_disk),
            Look("certificate", self.look_at_certificate),
        ]

    @property
    def queue(self) -> TaskCounts:
        """What waited when the database was looked at last."""
        return self._queue[0] if self._queue else TaskCounts()

    @property
    def works(self) -> Mapping[str, str]:
        """What went on beside when the database was looked at last, and how far."""
        return self._works[0] if self._works else {}

    def look_at_database(self) -> Faults:
        """Commit a small row durably, and read what a person should know of."""
        if damage := self.database.availability.damage:
            return {"storage": f"the database is damaged: {damage}"}
        self.write(lambda work: note_presence(work, self.id)).result()
        with self.database.read() as work:
            dead = len(work.tasks.listed(TaskState.DEAD))
            held = Quarantine(work).count()
            days = self.settings.notices.inquiry_days
            unseen = Inquiries(work).unseen(work.now - timedelta(days=days))
            unreviewed = AccessReader(work).unreviewed(self._walk)
            extract = Directory(work).last_import()
            roles = Roles(work).waiting() if self.settings.admin.socket else 0
            self._queue[:] = [
                TaskCounts(work.tasks.counts(), work.tasks.oldest_due(), work.now)
            ]
        far = self.carrying.progress() if self.carrying else ""
        self._works[:] = [{"carrying over": far} if far else {}]
        found: dict[str, str] = {}
        if dead:
            found["dead letter"] = f"{dead} tasks wait for a person"
        if unseen:
            found["inquiries"] = (
                f"{unseen} reports of patients were looked at by nobody for {days} days"
            )
        if roles:
            found["roles"] = (
                f"{roles} of [admin] wait for two persons: gateway roles list"
            )
        found |= _unreviewed(unreviewed)
        UNREVIEWED_ACCESSES.set(unreviewed.count + unreviewed.altered)
        found |= self._waiting(self.queue)
        if extract is not None:
            found |= self._directory(extract)
        most = self.settings.filing.quarantine_most
        if held > most:
            found["quarantine"] = f"{held} messages wait there, more than {most}"
        return found

    def _waiting(self, queue: TaskCounts) -> Faults:
        """Tell of tasks that no worker does: their messages are kept, and no more."""
        ages = {
            kind: int((queue.now - since).total_seconds())
            for kind, since in queue.due.items()
            if kind != TaskKind.RELAY  # a peer that hangs holds up its own
        }
        kind = max(ages, key=lambda one: ages[one], default="")
        if not kind or ages[kind] <= self.settings.tasks.late_seconds:
            return {}
        return {"queue": f"tasks to {kind} have been due for {ages[kind]} s"}

    def _directory(self, extract: TakenExtract) -> Faults:
        """Tell of a national directory that is too old: who left may read by it."""
        now, day = self.queue.now, extract.made_on
        most = self.settings.directory.max_age_days
        made = datetime(day.year, day.month, day.day, tzinfo=UTC)
        set_directory_age(max(0.0, (now - made).total_seconds()))
        if not is_old(day, now.astimezone(PARIS).date(), most):
            return {}
        return {"directory": f"of {day}, older than {most} days"}

    def look_at_blobs(self) -> Faults:
        """Write a small file where the blobs are and read it back; look for a few."""
        try_folder(self.database)
        now = time.monotonic()
        if not self._sampled or now - self._sampled[0][0] > _SAMPLE_SECONDS:
            missing, looked_at = missing_blobs(self.database)
            found = {}
            if missing:
                found["missing blobs"] = (
                    f"{len(missing)} of {looked_at} blobs that were looked for are not "
                    f"in {self.database.folder.folder}, {missing[0]} for one"
                )
            self._sampled[:] = [(now, found)]
        return self._sampled[0][1]

    def look_at_disk(self) -> Faults:
        """Compare the free room with what the settings want."""
        least = self.settings.blobs.min_free_bytes
        for folder in (self.settings.folder, self.settings.blobs.folder):
            free = shutil.disk_usage(folder).free
            if free < least:
                return {"disk": f"{free} bytes free, {least} wanted"}
        return {}

    def look_at_certificate(self) -> Faults:
        """Read when our own certificate ends."""
        ends, now = self.certificate_end(), self.database.clock()
        if ends <= now:
            return {"certificate": f"ours ended on {ends:%Y-%m-%d}"}
        if ends - now < timedelta(days=self.settings.trust.certificate_warn_days):
            return {"certificate ends": f"ours ends on {ends:%Y-%m-%d}"}
        return {}

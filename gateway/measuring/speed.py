"""How fast messages are accepted and letters filed, and how soon they are visible."""

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import frozen
from sqlalchemy import func, select

from gateway.errors import UnavailableError
from gateway.measuring.client import Plan
from gateway.measuring.load import Load, LoadOutcome
from gateway.measuring.node import Node
from gateway.measuring.processes import cpu_seconds
from gateway.store.base.work import Database
from gateway.store.journal import Action
from gateway.store.tables import documents, journal, tasks
from gateway.store.tasks.values import OF_THE_DAY, TaskKind

CONNECTIONS = 16
_TOLD = {TaskKind.CODE, TaskKind.NOTIFY}
_LOCAL = [kind.value for kind in set(TaskKind) - OF_THE_DAY - _TOLD]
_POLL = 0.02
_PATIENCE = 300


@frozen
class Acceptance:
    """
    Messages accepted a second.

    ``server_cpu`` is milliseconds of processor per message, ``client_share`` the part
    of the machine's processor time that the load itself took.
    """

    rate: float
    server_cpu: float
    client_share: float


def accept(plan: Plan, server: Callable[[], list[int]], cores: int) -> Acceptance:
    """Send a plan's messages; ``server`` names the processes that receive them."""
    with Load(plan) as load:
        before = cpu_seconds(server())
        outcome = load.run()
        spent = cpu_seconds(server()) - before
    return Acceptance(
        outcome.rate,
        1000 * spent / len(outcome.sent),
        outcome.client_cpu / (outcome.seconds * cores),
    )


@frozen
class FilingSpeed:
    """
    Letters filed a second, from the first 250 to the last FILED.

    ``settled`` counts until the patients' inboxes have them too, and ``accepted``
    what came in meanwhile; ``server_cpu`` as in `Acceptance`.
    """

    rate: float
    settled: float
    accepted: float
    server_cpu: float
    client_share: float


def file_letters(
    node: Node, plan: Plan, cores: int, beside: Callable[[], list[int]] = list
) -> FilingSpeed:
    """
    Send letters as fast as they are taken; return once all are filed.

    ``beside`` names processes that work for the node too, as a database's.
    """
    database = Database.open(node.settings)
    try:
        already = _count(database)[0]
        with Load(plan) as load:
            before = cpu_seconds([*node.pids, *beside()])
            load.start()
            filed_at, settled_at = _wait(database, already + plan.count)
            outcome = load.result()
            spent = cpu_seconds([*node.pids, *beside()]) - before
    finally:
        database.close()
    first = outcome.first_kept
    return FilingSpeed(
        plan.count / (filed_at - first),
        plan.count / (settled_at - first),
        outcome.rate,
        1000 * spent / plan.count,
        outcome.client_cpu / ((settled_at - outcome.began) * cores),
    )


def _wait(database: Database, wanted: int) -> tuple[float, float]:
    """Return when the last letter was filed, and when nothing was left to do."""
    filed_at = 0.0
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        time.sleep(_POLL)
        filed, left = _count(database)
        if filed >= wanted:
            filed_at = filed_at or time.time()
            if not left:
                return filed_at, time.time()
    raise UnavailableError("the letters were not all filed in time")


def _count(database: Database) -> tuple[int, int]:
    with database.read() as work:
        filed = work.connection.execute(select(func.count(documents.c.id)))
        left = work.connection.execute(
            select(tasks.c.id).where(tasks.c.kind.in_(_LOCAL)).limit(1)
        )
        return int(filed.scalar_one()), int(left.first() is not None)


@frozen
class Delay:
    """Milliseconds from the 250 to DATA until the document is in the vault."""

    median: float
    p99: float
    most: float
    rate: float


def measure_delay(node: Node, plan: Plan) -> Delay:
    """Send letters at the plan's rate; see when each can be read in the vault."""
    database = Database.open(node.settings)
    seen: dict[str, float] = {}
    try:
        last = _last_line(database)
        with Load(plan) as load:
            load.start()
            until = time.monotonic() + _PATIENCE
            while len(seen) < plan.count and time.monotonic() < until:
                time.sleep(_POLL / 2)
                last = _see(database, last, seen)
            outcome = load.result()
    finally:
        database.close()
    delays = sorted(_delays(outcome, seen))
    return Delay(
        1000 * delays[len(delays) // 2],
        1000 * delays[int(len(delays) * 0.99)],
        1000 * delays[-1],
        outcome.rate,
    )


def _last_line(database: Database) -> int:
    with database.read() as work:
        found = work.connection.execute(select(func.max(journal.c.id))).scalar()
    return int(found or 0)


def _see(database: Database, last: int, seen: dict[str, float]) -> int:
    """Note the arrivals whose document is there now; the journal says so with it."""
    columns = journal.c
    with database.read() as work:
        rows = work.connection.execute(
            select(columns.id, columns.action, columns.detail).where(columns.id > last)
        ).all()
    now = time.time()
    for row in rows:
        if row.action == Action.DOCUMENT_FILED:
            seen[row.detail["arrival"]] = now
    return max((row.id for row in rows), default=last)


def _delays(outcome: LoadOutcome, seen: dict[str, float]) -> list[float]:
    kept = {one.reply.split()[-1]: one.ended for one in outcome.sent}
    if missing := kept.keys() - seen.keys():
        raise UnavailableError(f"{len(missing)} letters were not filed in time")
    return [max(0.0, seen[name] - ended) for name, ended in kept.items()]

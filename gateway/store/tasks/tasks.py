"""Things to do: claimed under a lease, done once, kept with a reason if they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from attrs import frozen
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from gateway.store.base.columns import UtcDateTime
from gateway.store.tables import tasks
from gateway.store.tasks.values import Task, TaskKind, TaskRow, TaskState

__all__ = ["Task", "TaskKind", "TaskRow", "TaskState", "Tasks", "new_owner"]

Condition = ColumnElement[bool]
"""Of which tasks something is asked; who asks is given it by the store, ready."""

_FINISH = delete(tasks).where(
    tasks.c.id == bindparam("task"), tasks.c.lease_owner == bindparam("owner")
)
_IDS: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)
_DUE = and_(
    tasks.c.state == "ready",
    tasks.c.due_at <= bindparam("now"),
    tasks.c.kind.in_(bindparam("kinds", expanding=True)),
    or_(tasks.c.lease_until.is_(None), tasks.c.lease_until < bindparam("now")),
)
_LOST = "a worker ended while it had this, or did not end it in time"
_ANY_DUE = select(tasks.c.id).where(_DUE).limit(1)
_CLAIMABLE = (
    select(
        tasks.c.id,
        tasks.c.kind,
        tasks.c.subject,
        tasks.c.attempts,
        tasks.c.created_at,
        tasks.c.lost,
        tasks.c.lease_owner,
    )
    .where(_DUE)
    .order_by(tasks.c.due_at, tasks.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_LEASE = update(tasks).where(tasks.c.id.in_(_IDS))
_COUNT_LOST = (
    update(tasks)
    .where(tasks.c.id.in_(_IDS))
    .values(lost=tasks.c.lost + 1, last_error=_LOST)
)
_HELD = (
    select(tasks.c.id)
    .where(tasks.c.id.in_(_IDS), tasks.c.lease_owner == bindparam("owner"))
    .with_for_update()
)
_CLOCKS_APART = timedelta(minutes=1)
"""How far the clocks of nodes may be apart before one counts as set back."""

_STRIKE = delete(tasks).where(tasks.c.id.in_(_IDS))


def new_owner() -> str:
    """Return a name for a worker's leases: by chance, so that none is given twice."""
    return uuid4().hex


@frozen
class Tasks:
    """Tasks within one transaction."""

    connection: Connection
    add_row: Callable[..., None]
    now: datetime

    def add(
        self, kind: TaskKind, subject: str, *, delay: timedelta = timedelta(0)
    ) -> None:
        """Ask for something to be done, once this transaction is committed."""
        self.add_row(
            tasks,
            kind=kind.value,
            subject=subject,
            state=TaskState.READY.value,
            attempts=0,
            due_at=self.now + delay,
            lease_owner="",
            last_error="",
            created_at=self.now,
            set_at=self.now,
        )

    def ask(
        self, kind: TaskKind, subject: str, *, delay: timedelta = timedelta(0)
    ) -> None:
        """Ask for something, unless it is asked for already and nobody does it yet."""
        waiting = exists().where(
            tasks.c.subject == subject,
            tasks.c.kind == kind.value,
            tasks.c.lease_owner == "",
        )
        if not self.connection.execute(select(waiting)).scalar_one():
            self.add(kind, subject, delay=delay)

    def hasten(self, kind: TaskKind, subject: str) -> None:
        """Have something done now that waits for its day; ask for it if none does."""
        moved = self.connection.execute(
            update(tasks)
            .where(
                tasks.c.subject == subject,
                tasks.c.kind == kind.value,
                tasks.c.state == TaskState.READY.value,
                tasks.c.lease_owner == "",
            )
            .values(due_at=self.now, set_at=self.now)
        )
        if not moved.rowcount:
            self.add(kind, subject)

    def claim(
        self,
        owner: str,
        kinds: Iterable[TaskKind],
        limit: int,
        lease: timedelta,
        where: Condition | None = None,
    ) -> list[Task]:
        """
        Take up to ``limit`` tasks that are due, oldest first, for ``lease``.

        ``where`` leaves out those it does not hold for. One that a worker ended with,
        or did not finish within its lease, is taken alone: should it be the cause, it
        has no neighbours when it is so again.

        Rows another claim holds are skipped (PostgreSQL) or cannot be (SQLite, where
        the transaction is the only writer).
        """
        wanted = {"kinds": [kind.value for kind in kinds], "now": self.now}
        claimable = _CLAIMABLE if where is None else _CLAIMABLE.where(where)
        rows = _apart(
            self.connection.execute(claimable, {**wanted, "limit": limit}).all()
        )
        if rows and rows[0].lease_owner:  # its lease ran out
            self.connection.execute(_COUNT_LOST, {"ids": [rows[0].id]})
        if rows:
            self.connection.execute(
                _LEASE,
                {
                    "ids": [row.id for row in rows],
                    "lease_owner": owner,
                    "lease_until": self.now + lease,
                    "set_at": self.now,
                },
            )
        return [
            Task(
                row.id,
                TaskKind(row.kind),
                row.subject,
                row.attempts,
                row.created_at,
                row.lost,
            )
            for row in rows
        ]

    def anything_due(
        self, kinds: Iterable[TaskKind], where: Condition | None = None
    ) -> bool:
        """Tell, without locking anything, whether a claim may find something."""
        wanted = {"kinds": [kind.value for kind in kinds], "now": self.now}
        due = _ANY_DUE if where is None else _ANY_DUE.where(where)
        return self.connection.execute(due, wanted).first() is not None

    def give_back(self, claimed: Sequence[Task], owner: str) -> None:
        """Give back tasks that ``owner`` claimed and did not do; they stay due."""
        self.connection.execute(
            update(tasks)
            .where(
                tasks.c.id.in_([task.id for task in claimed]),
                tasks.c.lease_owner == owner,
            )
            .values(lease_owner="", lease_until=None)
        )

    def extend(self, claimed: Sequence[Task], owner: str, lease: timedelta) -> None:
        """Lengthen the leases that ``owner`` still has on tasks not yet begun."""
        self.connection.execute(
            update(tasks)
            .where(
                tasks.c.id.in_([t.id for t in claimed]), tasks.c.lease_owner == owner
            )
            .values(lease_until=self.now + lease, set_at=self.now)
        )

    def held(self, claimed: Sequence[Task], owner: str) -> set[int]:
        """Return the ids of those whose lease ``owner`` still has, until the commit."""
        found = self.connection.execute(
            _HELD, {"ids": [task.id for task in claimed], "owner": owner}
        )
        return set(found.scalars())

    def strike(self, ids: Iterable[int]) -> None:
        """Strike off tasks that were `held` in this transaction, and are done."""
        self.connection.execute(_STRIKE, {"ids": list(ids)})

    def finish(self, task: Task, owner: str) -> bool:
        """
        Strike a task off; False when the lease was lost and another may have done it.

        The caller then undoes its transaction: the work of the other one stands.
        """
        done = self.connection.execute(_FINISH, {"task": task.id, "owner": owner})
        return bool(done.rowcount)

    def postpone(self, task: Task, error: str, wait: timedelta) -> None:
        """Give a failed task back, to be tried again after ``wait``."""
        self.connection.execute(
            update(tasks)
            .where(tasks.c.id == task.id)
            .values(
                attempts=task.attempts + 1,
                due_at=self.now + wait,
                set_at=self.now,
                lease_owner="",
                lease_until=None,
                last_error=error[:400],
            )
        )

    def bury(self, task: Task, error: str) -> None:
        """Put a task that failed too often in the dead letter, with its reason."""
        self.connection.execute(
            update(tasks)
            .where(tasks.c.id == task.id)
            .values(
                state=TaskState.DEAD.value,
                attempts=task.attempts + 1,
                lease_owner="",
                lease_until=None,
                last_error=error[:400],
            )
        )

    def move(self, ids: Sequence[int], before: TaskState, after: TaskState) -> int:
        """
        Move tasks that nobody works on from one state to another; return how many.

        What becomes ready is due now, and begins anew. A task that a worker holds is
        left to it.
        """
        values: dict[str, Any] = {"state": after.value}
        if after is TaskState.READY:
            values |= {"attempts": 0, "lost": 0}
            values |= {"due_at": self.now, "created_at": self.now, "set_at": self.now}
        moved = self.connection.execute(
            update(tasks)
            .where(
                tasks.c.id.in_(ids),
                tasks.c.state == before.value,
                tasks.c.lease_owner == "",
            )
            .values(**values)
        )
        return int(moved.rowcount)

    def drop(self, task_id: int) -> bool:
        """Strike off a task that waits for a person; False when there is none such."""
        done = self.connection.execute(
            delete(tasks).where(
                tasks.c.id == task_id,
                tasks.c.state.in_([TaskState.DEAD.value, TaskState.HELD.value]),
            )
        )
        return bool(done.rowcount)

    def late(self, kinds: Iterable[TaskKind], subject: str, before: datetime) -> bool:
        """
        Tell whether something is not done that was to be: given up, long failing, or
        long held by an operator.

        Args:
            kinds: Of tasks to look at.
            subject: What they are about.
            before: What has failed or is held, and was asked for before then, is late.
        """
        overdue = exists().where(
            tasks.c.subject == subject,
            tasks.c.kind.in_([kind.value for kind in kinds]),
            or_(
                tasks.c.state == TaskState.DEAD.value,
                and_(
                    or_(tasks.c.attempts > 0, tasks.c.state == TaskState.HELD.value),
                    tasks.c.created_at <= before,
                ),
            ),
        )
        return bool(self.connection.execute(select(overdue)).scalar_one())

    def waits_for_a_person(self, kinds: Iterable[TaskKind], subject: str) -> bool:
        """Tell whether something was given up or is held: a person must act."""
        dead = exists().where(
            tasks.c.subject == subject,
            tasks.c.kind.in_([kind.value for kind in kinds]),
            tasks.c.state.in_([TaskState.DEAD.value, TaskState.HELD.value]),
        )
        return bool(self.connection.execute(select(dead)).scalar_one())

    def oldest_due(self) -> dict[str, datetime]:
        """Return since when the longest waiting task of each kind has been due."""
        rows = self.connection.execute(
            select(tasks.c.kind, func.min(tasks.c.due_at))
            .where(tasks.c.state == TaskState.READY.value, tasks.c.due_at <= self.now)
            .group_by(tasks.c.kind)
        )
        return {kind: since for kind, since in rows}  # noqa: C416 (rows, not pairs)

    def owners(self) -> set[str]:
        """Return the names of all who hold a lease."""
        held = select(tasks.c.lease_owner).distinct().where(tasks.c.lease_owner != "")
        return set(self.connection.execute(held).scalars())

    def release(
        self, owners: Iterable[str], wait_after: Callable[[int], timedelta]
    ) -> int:
        """
        Give back the leases of those who are gone; return how many they were.

        What was lost with one for the first time is due at once: of a batch that ended
        with its worker one was the cause at most. What is lost again, alone, waits as
        ``wait_after`` says of so many times: others go first.
        """
        gone = tasks.c.lease_owner.in_(list(owners))
        counted = self.connection.execute(select(tasks.c.lost).where(gone).distinct())
        freed = 0
        for times in counted.scalars().all():
            values: dict[str, Any] = {"lease_owner": "", "lease_until": None}
            if times:
                later = self.now + wait_after(times)
                values |= {"due_at": later, "set_at": self.now}
            done = self.connection.execute(
                update(tasks)
                .where(gone, tasks.c.lost == times)
                .values(lost=times + 1, last_error=_LOST, **values)
            )
            freed += done.rowcount
        return freed

    def follow_clock(self) -> int:
        """
        Give tasks whose times lie in a future that the clock left a time by this one.

        A clock that was set back by a day would have a retry of seconds wait a day: it
        waits again as long as it was to wait. Returns how many there were.
        """
        now = UtcDateTime().process_bind_param(self.now, None)
        back = type_coerce(tasks.c.set_at, BigInteger) - now

        def moved(column: Any) -> Any:
            return type_coerce(type_coerce(column, BigInteger) - back, UtcDateTime())

        done = self.connection.execute(
            update(tasks)
            .where(tasks.c.set_at > self.now + _CLOCKS_APART)
            .values(
                due_at=moved(tasks.c.due_at),
                lease_until=moved(tasks.c.lease_until),
                created_at=moved(tasks.c.created_at),
                set_at=self.now,
            )
        )
        return int(done.rowcount)

    def listed(self, state: TaskState | None = None) -> list[TaskRow]:
        """Return all tasks, or those of one state, oldest first."""
        query = select(tasks).order_by(tasks.c.id)
        if state is not None:
            query = query.where(tasks.c.state == state.value)
        return [_row(row) for row in self.connection.execute(query)]

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many tasks there are of each (kind, state)."""
        rows = self.connection.execute(
            select(tasks.c.kind, tasks.c.state, func.count()).group_by(
                tasks.c.kind, tasks.c.state
            )
        )
        return {(kind, state): count for kind, state, count in rows}

    def is_waiting(self, subjects: Iterable[str]) -> bool:
        """Tell whether anything is still to be done for some subjects; dead is not."""
        waiting = exists().where(
            tasks.c.subject.in_(list(subjects)),
            tasks.c.state == TaskState.READY.value,
        )
        return bool(self.connection.execute(select(waiting)).scalar_one())


def _apart(rows: Sequence[Any]) -> Sequence[Any]:
    """Return the first alone if it was lost before, else those until one that was."""
    for number, row in enumerate(rows):
        if row.lost or row.lease_owner:
            return rows[: max(number, 1)]
    return rows


def _row(row: Any) -> TaskRow:
    return TaskRow(
        row.id,
        row.kind,
        row.subject,
        row.state,
        row.attempts,
        row.due_at,
        row.lease_owner,
        row.last_error,
        row.created_at,
    )

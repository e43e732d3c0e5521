"""What time will do to each patient's space: kept when its state changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, exists, insert, select, update

from gateway.errors import UnavailableError
from gateway.rights.life_rules import Deadline, due_next
from gateway.rights.profile import ProfileEvent, ProfileState
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.carried import place_in, set_place
from gateway.store.tables import deadlines, profile_changes, profiles
from gateway.store.tasks.tasks import TaskKind

STEP: Final = "deadlines"
"""The step of carrying over that gives profiles of before their deadlines."""

_MAJORITY: Final = "MAJORITY"
"""What is no event of a space: its holder comes of age."""

_AGAIN: Final = timedelta(days=1)
"""One whose task was lost is due once more after so long."""


def set_deadline(
    work: UnitOfWork, profile_id: str, state: ProfileState, since: datetime
) -> None:
    """Keep what time does to a profile that is in a state since a moment, or nothing"""
    work.connection.execute(
        delete(deadlines).where(deadlines.c.profile_id == profile_id)
    )
    row = _row(work, profile_id, state, since)
    if row:
        work.connection.execute(insert(deadlines).values(**row))


def add_deadline(
    work: UnitOfWork, profile_id: str, state: ProfileState, since: datetime
) -> None:
    """Keep it for a profile that is made in this transaction, at its end."""
    row = _row(work, profile_id, state, since)
    if row:
        work.add(deadlines, **row)


def _row(
    work: UnitOfWork, profile_id: str, state: ProfileState, since: datetime
) -> dict[str, Any]:
    due = due_next(state, since)
    if due is None:
        return {}
    key_id = work.key_for(f"patient:{profile_id}")
    said = {"event": due.event.value, "at": due.at.isoformat(), "state": state.value}
    return {
        "profile_id": profile_id,
        "due_at": due.at,
        "key_id": key_id,
        "said": work.seal(key_id, said, f"deadlines.said:{profile_id}"),
    }


def deadline_of(work: UnitOfWork, profile_id: str, state: str) -> Deadline | None:
    """
    Return what time does to a profile in a state, as it was sealed; None for nothing.

    The day that the row says in clear only finds it: who writes the database alone
    brings no day nearer.
    """
    row = work.connection.execute(
        select(deadlines).where(deadlines.c.profile_id == profile_id)
    ).first()
    if row is None:
        return None
    said = work.unseal(row.key_id, row.said, f"deadlines.said:{profile_id}")
    if said["state"] != state or said["event"] == _MAJORITY:
        return None
    return Deadline(ProfileEvent(said["event"]), datetime.fromisoformat(said["at"]))


def set_majority(work: UnitOfWork, profile_id: str, at: datetime) -> None:
    """
    Have a task look at a minor whom somebody represents, at a moment.

    A space that is open has no other deadline: its state is not ended by time.
    """
    end_majority(work, profile_id)
    state = work.connection.execute(
        select(profiles.c.state).where(profiles.c.id == profile_id)
    ).scalar()
    if state != ProfileState.ACTIVATED:  # kept once it is opened again
        return
    work.connection.execute(
        delete(deadlines).where(deadlines.c.profile_id == profile_id)
    )
    key_id = work.key_for(f"patient:{profile_id}")
    said = {"event": _MAJORITY, "at": at.isoformat(), "state": state}
    work.connection.execute(
        insert(deadlines).values(
            profile_id=profile_id,
            due_at=at,
            key_id=key_id,
            said=work.seal(key_id, said, f"deadlines.said:{profile_id}"),
        )
    )


def end_majority(work: UnitOfWork, profile_id: str) -> None:
    """Have no task look at it any more; any other deadline stays."""
    row = work.connection.execute(
        select(deadlines).where(deadlines.c.profile_id == profile_id)
    ).first()
    if row is None:
        return
    said = work.unseal(row.key_id, row.said, f"deadlines.said:{profile_id}")
    if said["event"] == _MAJORITY:
        work.connection.execute(
            delete(deadlines).where(deadlines.c.profile_id == profile_id)
        )


def wake(work: UnitOfWork, most: int) -> int:
    """Have a task look at each profile whose day has come; return how many there are"""
    columns = deadlines.c
    ids: Sequence[str] = list(
        work.connection.execute(
            select(columns.profile_id)
            .where(columns.due_at <= work.now)
            .order_by(columns.due_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        ).scalars()
    )
    for profile_id in ids:
        work.tasks.add(TaskKind.LIVE, profile_id)
    if ids:
        work.connection.execute(
            update(deadlines)
            .where(columns.profile_id.in_(ids))
            .values(due_at=work.now + _AGAIN)
        )
    return len(ids)


def carry_deadlines(work: UnitOfWork, most: int) -> int:
    """
    Give so many profiles of before the deadline of their state; return how many were
    looked at. A state counts since it was entered, as its changes say.
    """
    columns, past = profiles.c, place_in(work.connection, STEP)
    rows = work.connection.execute(
        select(columns.id, columns.state, columns.created_at)
        .where(
            columns.id > past,
            ~exists().where(deadlines.c.profile_id == columns.id),
        )
        .order_by(columns.id)
        .limit(most)
    ).all()
    for row in rows:
        changed = work.connection.execute(
            select(profile_changes.c.changed_at)
            .where(
                profile_changes.c.profile_id == row.id,
                profile_changes.c.what == "state",
            )
            .order_by(profile_changes.c.changed_at.desc())
            .limit(1)
        ).scalar()
        try:
            since = changed or row.created_at
            set_deadline(work, row.id, ProfileState(row.state), since)
        except UnavailableError:  # its key was destroyed
            continue
    if rows:
        set_place(work.connection, STEP, rows[-1].id)
    return len(rows)

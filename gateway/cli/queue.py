"""`gateway queue`: what waits, what failed for good, and trying it again."""

from __future__ import annotations

import argparse
from datetime import timedelta

from gateway.cli.operators import operator_name
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    opened,
    print_json,
    print_table,
)
from gateway.core.ins import check_note
from gateway.errors import NotFoundError
from gateway.node.concerns import tell_of_holding
from gateway.store.arrivals.giving_up import give_up
from gateway.store.journal import Action
from gateway.store.tasks.tasks import TaskKind, TaskRow, TaskState

_NUMBER = "as `queue list` shows it"


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "queue", "tasks that wait or failed")
    listing = add_command(verbs, "list", list_tasks, "list tasks", json_too=True)
    listing.add_argument("--dead", action="store_true", help="only those given up")
    for verb, run, summary in (
        ("retry", retry_tasks, "try tasks given up again"),
        ("hold", hold_tasks, "stop tasks that wait, until they are released"),
        ("release", release_tasks, "let tasks go on that were held"),
    ):
        moving = add_command(verbs, verb, run, summary)
        which = moving.add_mutually_exclusive_group(required=True)
        which.add_argument("task", type=int, nargs="?", metavar="NUMBER", help=_NUMBER)
        which.add_argument(
            "--kind", choices=[kind.value for kind in TaskKind], help="all of a kind"
        )
        which.add_argument("--all", action="store_true", help="all there are")
    dropping = add_command(
        verbs, "drop", drop_task, "end a task given up or held: its sender is told"
    )
    dropping.add_argument("task", type=int, metavar="NUMBER", help=_NUMBER)
    add_reason(dropping, required=True)


def list_tasks(args: argparse.Namespace) -> int:
    """List tasks, oldest first."""
    with opened(args) as (_, database), database.read() as work:
        rows = work.tasks.listed(TaskState.DEAD if args.dead else None)
    if args.json:
        print_json([_as_json(row) for row in rows])
        return 0
    print_table(
        ("NUMBER", "KIND", "SUBJECT", "STATE", "FAILURES", "DUE", "LAST ERROR"),
        [
            (
                row.id,
                row.kind,
                row.subject,
                _state(row),
                row.attempts,
                f"{row.due_at:%Y-%m-%d %H:%M:%S}Z",
                row.last_error,
            )
            for row in rows
        ],
    )
    return 0


def retry_tasks(args: argparse.Namespace) -> int:
    """Make dead tasks ready again, as new; the workers take them at once."""
    return _move(args, TaskState.DEAD, TaskState.READY, "ready again")


def hold_tasks(args: argparse.Namespace) -> int:
    """Keep the workers from tasks; what one of them has begun is finished."""
    return _move(args, TaskState.READY, TaskState.HELD, "held")


def release_tasks(args: argparse.Namespace) -> int:
    """Give held tasks back to the workers."""
    return _move(args, TaskState.HELD, TaskState.READY, "ready again")


_STATES = {
    TaskState.DEAD: "given up",
    TaskState.READY: "waiting",
    TaskState.HELD: "held",
}


def _move(
    args: argparse.Namespace, before: TaskState, after: TaskState, done: str
) -> int:
    """
    Move what was asked for, each with its line in the journal.

    Raises:
        NotFoundError: there is no such task, or none at all.
    """
    with opened(args) as (settings, database), database.write() as work:
        found = [
            row
            for row in work.tasks.listed(before)
            if args.all or row.id == args.task or row.kind == args.kind
        ]
        moved = [row for row in found if work.tasks.move([row.id], before, after)]
        warn = timedelta(hours=settings.outgoing.warn_hours)
        for row in moved:
            if after is TaskState.HELD:
                tell_of_holding(work, row, warn)
            work.note(
                Action.TASK_RETRIED if before is TaskState.DEAD else Action.TASK_MOVED,
                after.value,
                str(row.id),
                by=operator_name(),
            )
    if not moved:
        which = f"no task {_STATES[before]}"
        raise NotFoundError(
            which if args.all or args.kind else f"{which} has the number {args.task}"
        )
    for row in moved:
        print(f"task {row.id}: {done}")
    return 0


def drop_task(args: argparse.Namespace) -> int:
    """
    End a task that waits for a person; whoever waits for its outcome is told.

    Raises:
        NotFoundError: no task given up or held has that number.
        InvalidError: the reason may hold a patient's identifier.
        MisuseError: it must be done, and cannot be dropped.
    """
    check_note(args.reason)
    with opened(args) as (_, database), database.write() as work:
        waiting = [
            *work.tasks.listed(TaskState.DEAD),
            *work.tasks.listed(TaskState.HELD),
        ]
        row = next((one for one in waiting if one.id == args.task), None)
        if row is None or not work.tasks.drop(row.id):
            raise NotFoundError(f"no task given up or held has the number {args.task}")
        give_up(work, row)
        work.note(
            Action.TASK_DROPPED,
            row.kind,
            row.subject,
            by=operator_name(),
            reason=args.reason,
        )
    print(f"task {args.task}: dropped")
    return 0


def _state(row: TaskRow) -> str:
    return "leased" if row.lease_owner else row.state


def _as_json(row: TaskRow) -> dict[str, object]:
    return {
        "number": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "state": _state(row),
        "attempts": row.attempts,
        "due": row.due_at.isoformat(),
        "lastError": row.last_error,
        "created": row.created_at.isoformat(),
    }

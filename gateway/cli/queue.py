"""`gateway queue`: what waits, what failed for good, and trying it again."""

from __future__ import annotations

import argparse

from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    opened,
    print_json,
    print_table,
)
from gateway.errors import NotFoundError
from gateway.store.journal import Action
from gateway.store.tasks.tasks import TaskRow, TaskState


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "queue", "tasks that wait or failed")
    listing = add_command(verbs, "list", list_tasks, "list tasks", json_too=True)
    listing.add_argument("--dead", action="store_true", help="only those given up")
    retry = add_command(verbs, "retry", retry_task, "try a task given up again")
    retry.add_argument(
        "task", type=int, metavar="NUMBER", help="as `queue list` shows it"
    )


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


def retry_task(args: argparse.Namespace) -> int:
    """Make a dead task ready again; the workers take it at once."""
    with opened(args) as (_, database), database.write() as work:
        if not work.tasks.revive(args.task):
            raise NotFoundError(f"no task given up has the number {args.task}")
        work.note(Action.TASK_RETRIED, "ready", str(args.task))
    print(f"task {args.task}: ready again")
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

"""`gateway trace`: what happened to a message or a document, step by step."""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import Any

from gateway.cli.options import (
    Subparsers,
    add_command,
    add_reason,
    note_reading,
    opened,
    print_json,
    print_table,
)
from gateway.cli.vault import find_document
from gateway.errors import NotFoundError
from gateway.node.vaults import open_vaults
from gateway.store.arrivals.story import Stories
from gateway.store.base.work import Database, UnitOfWork


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "trace",
        trace,
        "what happened to a message or a document",
        json_too=True,
    )
    parser.add_argument("name", metavar="ID", help="Message-ID, uniqueId or entryUUID")
    parser.add_argument(
        "--wait",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="wait until it has ended, and its sender was told",
    )
    add_reason(parser)


def trace(args: argparse.Namespace) -> int:
    """
    Print the story; with --json one object, the newest when there are several.

    Raises:
        NotFoundError: nothing has that id here.
    """
    with opened(args) as (_, database):
        stories = _stories(database, args.name, args.wait)
        with database.write() as work:
            for arrival_id in stories_in(database, work).arrivals_of(args.name):
                note_reading(work, args, "trace", arrival_id)
    if not stories:
        raise NotFoundError("nothing has this id here")
    if args.json:
        print_json(stories[-1])
        return 0
    for story in stories:
        _print(story)
    return 0


def stories_in(database: Database, work: UnitOfWork) -> Stories:
    """Return the teller of stories, who looks documents up in the vault."""
    return Stories(work, partial(find_document, open_vaults(database).within(work)))


def _stories(database: Database, name: str, wait: float) -> list[dict[str, Any]]:
    until = time.monotonic() + wait
    while True:
        with database.read() as work:
            teller = stories_in(database, work)
            stories = teller.tell(name)
            over = stories and not teller.goes_on(name)
        if over or time.monotonic() >= until:
            return stories
        time.sleep(0.1)


def _print(story: dict[str, Any]) -> None:
    print(f"{story['kind']} {story['id']}: {story['state']}")
    print(f"  received {story['received']}")
    print(f"  from     {story['sender']}")
    for one in story["recipients"]:
        others = [reason for reason in one["reasons"] if reason != one["outcome"]]
        more = f" ({', '.join(others)})" if others else ""
        print(f"  to       {one['address']}: {one['outcome'] or 'pending'}{more}")
    for one in story["documents"]:
        print(f"  document {one['uniqueId'] or '(no id)'}: {one['outcome']}")
    for one in story["receipts"]:
        code = f" {one['code']}" if one["code"] else ""
        why = f" - {one['detail']}" if one["detail"] else ""
        print(f"  receipt  {one['kind']} {one['status']}{code}: {one['state']}{why}")
    print_table(
        ("  TIME", "ACTION", "OUTCOME", "DETAIL"),
        [
            (f"  {one['time']}", one["action"], one["outcome"], one["detail"])
            for one in story["steps"]
        ],
    )

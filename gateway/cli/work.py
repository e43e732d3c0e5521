"""`gateway work`: a worker process, on this or another node."""

from __future__ import annotations

import argparse
import signal
import threading
from datetime import timedelta
from types import FrameType

from gateway.cli.options import Subparsers, add_command, add_log_json
from gateway.errors import UnavailableError
from gateway.logs import begin_logging
from gateway.node.concerns import Concerns
from gateway.node.parent import add_with_parent, parent_of, when_parent_ends
from gateway.node.reports import EVERY_SECONDS
from gateway.node.steps import make_steps
from gateway.node.worker import Worker
from gateway.settings.file import read_settings
from gateway.store.base.open_database import open_database


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(commands, "work", work, "claim tasks and do them")
    add_log_json(parser)
    add_with_parent(parser)


def work(args: argparse.Namespace) -> int:
    """
    Work until SIGTERM or SIGINT, or until the parent is gone.

    Raises:
        UnavailableError: the disk failed; whoever runs us starts us again.
    """
    begin_logging(as_json=args.log_json)
    settings = read_settings(args.config)
    parent = parent_of(args)
    database = open_database(settings)
    with database.write() as unit:
        unit.tasks.release_dead_owners()  # of the one that was here before, killed
    worker = Worker(
        database,
        make_steps(database, settings),
        settings.tasks,
        settings.outgoing,
        Concerns(timedelta(hours=settings.outgoing.warn_hours)),
    )
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if args.with_parent:
        when_parent_ends(stopped.set)
    worker.start()
    while not worker.failure:
        parent.tell({})
        if stopped.wait(EVERY_SECONDS):
            break
    worker.stop()
    database.close()
    if worker.failure:
        # Only a new process sees what is really on the disk.
        raise UnavailableError(f"storage failed: {worker.failure}")
    return 0

"""`gateway work`: a worker process, on this or another node."""

from __future__ import annotations

import argparse
import signal
import threading
from datetime import timedelta
from types import FrameType

from gateway.cli.options import Subparsers, add_command
from gateway.errors import UnavailableError
from gateway.logs import begin_logging
from gateway.node.concerns import Concerns
from gateway.node.parent import add_with_parent, when_parent_ends
from gateway.node.steps import make_steps
from gateway.node.worker import Worker
from gateway.settings.file import read_settings
from gateway.store.base.open_database import open_database


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(commands, "work", work, "claim tasks and do them")
    add_with_parent(parser)


def work(args: argparse.Namespace) -> int:
    """
    Work until SIGTERM or SIGINT, or until the parent is gone.

    Raises:
        UnavailableError: the disk failed; whoever runs us starts us again.
    """
    settings = read_settings(args.config)
    begin_logging()
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
    while not stopped.wait(timeout=1.0) and not worker.failure:
        continue
    worker.stop()
    database.close()
    if worker.failure:
        # Only a new process sees what is really on the disk.
        raise UnavailableError(f"storage failed: {worker.failure}")
    return 0

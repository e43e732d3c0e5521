"""`gateway work`: a worker process, on this or another node."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from types import FrameType

from gateway.cli.options import Subparsers, add_command
from gateway.errors import MisuseError
from gateway.logs import begin_logging
from gateway.settings import read_settings
from gateway.steps import make_steps
from gateway.store.migrations import is_current
from gateway.store.work import Database
from gateway.worker import Worker


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(commands, "work", work, "claim tasks and do them")
    parser.add_argument(
        "--with-parent",
        action="store_true",
        help="stop when standard input closes (set by `gateway serve`)",
    )


def work(args: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT, or until the parent is gone."""
    settings = read_settings(args.config)
    begin_logging()
    database = Database.open(settings)
    if not is_current(database.engine):
        raise MisuseError("the database is of another version; run `gateway serve`")
    worker = Worker(database, make_steps(database, settings), settings.tasks)
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if args.with_parent:
        threading.Thread(target=_watch, args=(stopped,), daemon=True).start()
    worker.start()
    while not stopped.wait(timeout=1.0):
        continue
    worker.stop()
    database.close()
    return 0


def _watch(stopped: threading.Event) -> None:
    """A parent killed outright closes the pipe: no worker is left behind alone."""
    while os.read(sys.stdin.fileno(), 4096):
        continue
    stopped.set()

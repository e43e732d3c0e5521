"""`gateway receive`: one more process behind the mail doors of `gateway serve`."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from gateway.cli.options import Subparsers, add_command
from gateway.errors import MisuseError, UnavailableError
from gateway.logs import begin_logging
from gateway.loop import install_reactor
from gateway.settings import read_settings


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands, "receive", receive, "receive mail with one more process"
    )
    parser.add_argument(
        "--with-parent",
        action="store_true",
        help="stop when standard input closes (set by `gateway serve`)",
    )


def receive(args: argparse.Namespace) -> int:
    """
    Receive until SIGTERM or SIGINT, or until the parent is gone.

    Raises:
        MisuseError: the settings share the doors with nobody.
        UnavailableError: a door could not be opened, or the disk failed; whoever runs
            us starts us again.
    """
    settings = read_settings(args.config)
    if settings.smtp.processes < 2:
        raise MisuseError("[smtp] processes is 1: the doors are for one process alone")
    begin_logging()
    loop = install_reactor()
    from twisted.internet import reactor as installed

    from gateway.receiving import Receiver

    reactor: Any = installed
    receiver = Receiver(settings, loop, reactor)
    if args.with_parent:
        ended = lambda: reactor.callFromThread(reactor.stop)  # noqa: E731
        threading.Thread(target=_watch, args=(ended,), daemon=True).start()
    receiver.run()
    if receiver.failure:
        raise UnavailableError(f"no more mail is received: {receiver.failure}")
    return 0


def _watch(ended: Callable[[], None]) -> None:
    """A parent killed outright closes the pipe: nobody is left behind alone."""
    while os.read(sys.stdin.fileno(), 4096):
        continue
    ended()

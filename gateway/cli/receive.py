"""`gateway receive`: one more process behind the mail doors of `gateway serve`."""

from __future__ import annotations

import argparse
from typing import Any

from gateway.cli.options import Subparsers, add_command, add_log_json
from gateway.errors import MisuseError, UnavailableError
from gateway.logs import begin_logging
from gateway.loop import install_reactor, remember_reload
from gateway.node.parent import add_with_parent, parent_of, when_parent_ends
from gateway.settings.file import read_settings


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands, "receive", receive, "receive mail with one more process"
    )
    add_log_json(parser)
    add_with_parent(parser)


def receive(args: argparse.Namespace) -> int:
    """
    Receive until SIGTERM or SIGINT, or until the parent is gone.

    Raises:
        MisuseError: the settings have no second process to share the doors with.
        UnavailableError: a door could not be opened, or the disk failed; whoever runs
            us starts us again.
    """
    remember_reload()
    begin_logging(as_json=args.log_json)
    settings = read_settings(args.config)
    if settings.smtp.processes < 2:
        raise MisuseError("[smtp] processes is 1: the doors are for one process alone")
    loop = install_reactor()
    from twisted.internet import reactor as installed

    from gateway.node.receiving import Receiver

    reactor: Any = installed
    receiver = Receiver(settings, loop, reactor, parent_of(args))
    if args.with_parent:
        when_parent_ends(lambda: reactor.callFromThread(reactor.stop))
    receiver.run()
    if receiver.failure:
        raise UnavailableError(f"no more mail is received: {receiver.failure}")
    return 0

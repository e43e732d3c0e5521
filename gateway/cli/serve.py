"""`gateway serve`: every door, and the worker processes."""

from __future__ import annotations

import argparse
from typing import Any

from gateway.cli.options import Subparsers, add_command, add_log_json
from gateway.errors import UnavailableError
from gateway.logs import begin_logging
from gateway.loop import install_reactor
from gateway.node.parent import add_with_parent, when_parent_ends
from gateway.settings.file import read_settings


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(commands, "serve", serve, "run the service")
    add_log_json(parser)
    add_with_parent(parser)


def serve(args: argparse.Namespace) -> int:
    """
    Run until SIGTERM or SIGINT, or until the parent is gone; 1 when a door could not
    be opened.

    The reactor is installed before anything that would install another one.
    """
    begin_logging(as_json=args.log_json)
    settings = read_settings(args.config)
    loop = install_reactor()
    from twisted.internet import reactor as installed

    from gateway.node.service import Service

    reactor: Any = installed
    service = Service(settings, args.config, loop, reactor)
    service.prepare()
    failures: list[str] = []

    def failed(reason: Any) -> None:
        failures.append(reason.getErrorMessage())
        reactor.stop()

    reactor.callWhenRunning(lambda: service.start().addErrback(failed))
    reactor.addSystemEventTrigger("before", "shutdown", service.stop)
    if args.with_parent:
        when_parent_ends(lambda: reactor.callFromThread(reactor.stop))
    reactor.run()
    if failures:
        raise UnavailableError(f"a door could not be opened: {failures[0]}")
    return 0

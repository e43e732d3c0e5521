"""`gateway serve`: every door, and the worker processes."""

from __future__ import annotations

import argparse
from typing import Any, Final

from twisted.logger import Logger

from gateway.cli.options import Subparsers, add_command, add_log_json
from gateway.errors import UnavailableError
from gateway.logs import begin_logging
from gateway.loop import install_reactor, remember_reload
from gateway.node.nursery import NoNurseryError, Nursery
from gateway.node.parent import add_with_parent, when_parent_ends
from gateway.settings.file import read_settings

log = Logger()

_LOADED: Final = (
    "gateway.cli.work",
    "gateway.cli.receive",
    "gateway.node.receiving",
    "twisted.internet.asyncioreactor",
    "uvloop",
)
"""What the processes beside this one run, and what that loads."""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(commands, "serve", serve, "run the service")
    add_log_json(parser)
    add_with_parent(parser)


def serve(args: argparse.Namespace) -> int:
    """
    Run until SIGTERM or SIGINT, or until the parent is gone.

    Raises:
        UnavailableError: a door could not be opened, the disk failed, or nothing can be
            committed any more; whoever runs us starts us again.

    The reactor is installed before anything that would install another one.
    """
    remember_reload()
    nursery, why = _nursery()
    begin_logging(as_json=args.log_json)
    if why:
        log.info(
            "the processes beside this one are started each by itself, and take more "
            "memory: {why}",
            why=why,
        )
    settings = read_settings(args.config)
    loop = install_reactor()
    from twisted.internet import reactor as installed

    from gateway.node.service import Service

    reactor: Any = installed
    failures: list[str] = []

    def failed(why: str) -> None:
        failures.append(why)
        reactor.stop()

    def not_open(reason: Any) -> None:
        failed(f"a door could not be opened: {reason.getErrorMessage()}")

    service = Service(settings, args.config, loop, reactor, failed, nursery=nursery)
    service.prepare()
    reactor.callWhenRunning(lambda: service.start().addErrback(not_open))
    reactor.addSystemEventTrigger("before", "shutdown", service.stop)
    if args.with_parent:
        when_parent_ends(lambda: reactor.callFromThread(reactor.stop))
    reactor.run()
    if failures:
        raise UnavailableError(failures[0])
    return 0


def _nursery() -> tuple[Nursery | None, str]:
    """Return what forks the processes beside this one; or None, and why not."""
    from gateway.cli.main import main  # which loads this module

    try:
        return Nursery.open(_LOADED, main), ""
    except NoNurseryError as error:
        return None, str(error)

"""`gateway work`: a worker process, on this or another node."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from datetime import timedelta
from types import FrameType

from twisted.logger import Logger

from gateway.cli.options import Subparsers, add_command, add_log_json
from gateway.errors import GatewayError, UnavailableError
from gateway.logs import begin_logging
from gateway.node.concerns import Concerns
from gateway.node.parent import add_with_parent, parent_of, when_parent_ends
from gateway.node.presence import Presence
from gateway.node.reports import EVERY_SECONDS
from gateway.node.steps import make_steps
from gateway.node.work_lines import patience_of
from gateway.node.worker import Worker
from gateway.settings.file import Settings, read_settings
from gateway.store.base.open_database import open_database
from gateway.store.base.work import Database
from gateway.store.tasks.steps import Step
from gateway.store.tasks.tasks import TaskKind

log = Logger()


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
    reloading = threading.Event()

    def reload(_signal: int, _frame: FrameType | None) -> None:
        reloading.set()

    signal.signal(signal.SIGHUP, reload)
    begin_logging(as_json=args.log_json)
    settings = read_settings(args.config)
    parent = parent_of(args)
    database = open_database(settings)
    presence = Presence(database, settings.folder, patience_of(settings.tasks))
    presence.start()
    steps = dict(make_steps(database, settings))
    worker = Worker(
        database,
        steps,
        settings.tasks,
        settings.outgoing,
        Concerns(timedelta(hours=settings.outgoing.warn_hours)),
        owner=presence.owner,
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
        if line := worker.overdue:
            log.error("{line} does not come to an end: the process ends", line=line)
            os._exit(1)  # the thread would keep it; the tasks it had are another's
        parent.tell(_faults(database))
        if stopped.wait(EVERY_SECONDS):
            break
        if reloading.is_set():
            reloading.clear()
            _renew(steps, database, settings)
    worker.stop()
    presence.stop()
    database.close()
    if worker.failure:
        # Only a new process sees what is really on the disk.
        raise UnavailableError(f"storage failed: {worker.failure}")
    return 0


def _faults(database: Database) -> dict[str, str]:
    """Return what this process found wrong with what all stand on."""
    damage = database.availability.damage
    return {"storage": f"damaged: {damage}"} if damage else {}


def _renew(steps: dict[TaskKind, Step], database: Database, settings: Settings) -> None:
    """Do the next tasks with the certificate and lists that are in the files now."""
    try:
        steps.update(make_steps(database, settings))
    except GatewayError as error:
        log.error(
            "certificate, key and authorities are not read again, those in use stay: "
            "{why}",
            why=str(error),
        )
    else:
        log.info("certificate, key and authorities are read again")

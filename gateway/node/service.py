"""The composition root: names the concrete parts and joins them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from twisted.application.internet import TimerService
from twisted.application.service import MultiService
from twisted.internet.defer import Deferred, fail, gatherResults
from twisted.internet.error import CannotListenError
from twisted.logger import Logger

from gateway.clock import utc_now
from gateway.dmp_bridge.asking_authors import AskingAuthors
from gateway.errors import GatewayError, UnavailableError
from gateway.loop import Threads, notice_ended_children, when_told_to_reload
from gateway.metrics import ALTERED_NAME
from gateway.mssante.receipts.notice_bounces import NoticeBounces
from gateway.mssante.sending.confirming import Confirming
from gateway.mssante.sending.outbox import Outbox
from gateway.mssante.token_sign_in import TokenSignIn
from gateway.node.admin_door import AdminDoor
from gateway.node.descriptors import allow_descriptors, wanted_descriptors
from gateway.node.health import HealthDoor, Readiness
from gateway.node.identity_provider import provider_of
from gateway.node.mail_doors import DoorParts, mail_doors, mailbox_doors
from gateway.node.nursery import PROGRAM, Nursery
from gateway.node.operator_roles import take_over_roles
from gateway.node.pages import make_desk, patient_pages
from gateway.node.ports import check_ports, open_doors
from gateway.node.postmaster import open_postmaster_mailbox
from gateway.node.presence import Presence
from gateway.node.probing import Probes
from gateway.node.processes import Processes
from gateway.node.professional_pages import make_professional_desk, professional_pages
from gateway.node.renewing import renew, say_not_renewed
from gateway.node.reports import EVERY_SECONDS, counts_of
from gateway.node.sealing import LOOK_SECONDS as SEALING_SECONDS
from gateway.node.sealing import Sealing
from gateway.node.supervisor import Supervisor, without_supervisor
from gateway.node.vaults import open_vaults
from gateway.node.work_lines import patience_of
from gateway.reception.keeping import Reception
from gateway.settings.file import Settings
from gateway.store.accesses.telling import wake_tellings
from gateway.store.arrivals.transit import TransitDays
from gateway.store.base.failures import AwayError
from gateway.store.base.housekeeping import Housekeeping
from gateway.store.base.open_database import open_database
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.consultations.consultations import Consultations
from gateway.store.inbox.unopened import wake_unread
from gateway.store.operators.requests import forget_requests
from gateway.store.patients.deadlines import wake
from gateway.store.patients.epochs import follow_epochs
from gateway.store.sealed.strays import StrayFiles
from gateway.trust.space import LOOK_SECONDS, TrustSpace
from gateway.trust.tls import Identity, own_identity
from gateway.web.site.service import WebService

log = Logger()
_THREADS = 8


def _allow_descriptors(settings: Settings) -> None:
    wanted = wanted_descriptors(settings)
    allowed = allow_descriptors(wanted)
    if allowed < wanted:
        log.warn(
            "{allowed} files may be open at once, and the connections allowed by "
            "[smtp], [imap] and [web] may need {wanted}: raise the hard limit "
            "(LimitNOFILE of systemd), or lower max_connections",
            allowed=allowed,
            wanted=wanted,
        )


class Service:
    """
    One node: its doors on one loop, its threads, its worker processes.

    Nothing listens before `start`, and `start` fails when any door cannot.
    """

    def __init__(
        self,
        settings: Settings,
        file: Path,
        loop: asyncio.AbstractEventLoop,
        reactor: Any,
        failed: Callable[[str], object],
        *,
        nursery: Nursery | None,
    ) -> None:
        """
        Keep what is given.

        ``failed`` is called, once, when the process has to end: only a new one is
        without what the disk lost, or a thread that died.
        """
        self._failed = failed
        self._settings = settings
        self._file = file
        self._reactor = reactor
        self._worker = Threads(loop, ThreadPoolExecutor(_THREADS, "blocking"))
        self._root = MultiService()
        self._processes = Processes(reactor, nursery)
        self._supervisor = Supervisor.of(os.environ)
        self._listening: list[Deferred[Any]] = []
        self._has_failed = False
        self._renewed: list[Callable[[Identity], None]] = []

    def prepare(self) -> None:
        """
        Open the database and join the parts; blocking, before the loop runs.

        Raises:
            GatewayError: a key, a certificate or a setting is wrong, or a port taken;
                the text says which.
        """
        settings = self._settings
        check_ports(settings.listen)
        _allow_descriptors(settings)
        self._database = open_database(settings, upgraded=True)
        open_postmaster_mailbox(self._database, settings.domains)
        take_over_roles(self._database, settings.admin)
        self._presence = Presence(
            self._database, settings.folder, patience_of(settings.tasks)
        )
        self._presence.start()
        self._strays = StrayFiles(self._database, settings.blobs)
        self._sealing = Sealing(self._database, settings, self._file)
        self._carrying = CarryingOver(self._database, STEPS)
        self._writer = Writer(self._database)
        self._reception = Reception(self._database, self._writer, self._worker)
        self._identity = own_identity(settings.trust)
        self._trust = TrustSpace(
            settings.trust, utc_now, LOOK_SECONDS, kept=settings.trust.kept
        )
        self._provider = provider_of(settings, self._database.clock)
        self._parts = DoorParts(
            reception=self._reception,
            worker=self._worker,
            identity=self._identity,
            trust=self._trust,
            tokens=TokenSignIn.of(self._provider),
        )
        self._add_mail_doors()
        self._add_mailboxes()
        self._add_webs()
        self._add_health()
        self._add_housekeeping()
        self._add_processes()
        self._add_admin()

    def _add_admin(self) -> None:
        path = self._settings.admin.socket
        self._admin = AdminDoor(Path(path), self._file) if path else None

    def _add_mail_doors(self) -> None:
        for door in mail_doors(self._settings, self._parts):
            self._add(door)
            self._renewed.append(door.renew)

    def _add_mailboxes(self) -> None:
        mailboxes = mailbox_doors(self._settings, self._parts, self._reactor)
        self._add(mailboxes)
        self._renewed.append(mailboxes.renew)

    def _add_webs(self) -> None:
        settings, loop, reactor = self._settings, self._worker.loop, self._reactor
        given = settings, self._database, self._writer, self._reception
        webs: list[WebService] = []
        if settings.listen.patient_https:
            desk = make_desk(*given, self._trust.lists)
            webs.append(patient_pages(desk, loop, reactor))
        if settings.listen.professional_https:
            theirs = make_professional_desk(
                *given, trust=self._trust, provider=self._provider
            )
            webs.append(professional_pages(theirs, loop, reactor))
        for pages in webs:
            pages.setServiceParent(self._root)
            self._renewed.append(pages.renew)

    def _add_health(self) -> None:
        listen = self._settings.listen
        if not listen.metrics:
            return
        probes = Probes(
            self._database,
            self._settings,
            self._writer.submit,
            lambda: self._identity.ends,
            self._presence.owner,
            self._carrying,
        )
        readiness = Readiness(
            probes,
            {
                "storage": self._storage_fault,
                "trust": self._trust_fault,
                "processes": self._processes.fault,
                "strays": self._strays.fault,
                "altered rows": self._altered_fault,
                "checkpoint": self._sealing.fault,
            },
            self._processes,
        )
        loop = self._worker.loop
        self._add(
            HealthDoor(
                readiness, loop, self._reactor, listen.metrics_host, listen.metrics
            )
        )

    def _altered_fault(self) -> str:
        counted = (*counts_of().items(), *self._processes.counts().items())
        rows = sum(value for (name, _), value in counted if name == ALTERED_NAME)
        return (
            f"{rows:.0f} times a row was refused that was not as it was written: "
            "see gateway journal verify"
            if rows
            else ""
        )

    def _storage_fault(self) -> str:
        return self._writer.failure

    def _trust_fault(self) -> str:
        return ", ".join(sorted(sign.value for sign in self._trust.degraded))

    def _add_processes(self) -> None:
        """Processes that come back when they die, and go when we do."""
        monitor = self._processes
        beside = (
            ("work", self._settings.tasks.workers),
            ("receive", self._settings.smtp.processes - 1),
        )
        for noun, count in beside:
            # What they log comes through this process, which says it in its own way.
            words = (noun, "--with-parent", "--log-json")
            command = [*PROGRAM, *words]
            for number in range(count):
                monitor.addProcess(
                    f"{noun}-{number + 1}",
                    [*command, "-c", str(self._file)],
                    env=without_supervisor(os.environ),
                )
        monitor.setServiceParent(self._root)
        TimerService(EVERY_SECONDS, self._look).setServiceParent(self._root)
        if every := self._supervisor.every:
            TimerService(every, self._supervisor.alive).setServiceParent(self._root)

    def _look(self) -> None:
        if self._writer.failure and not self._has_failed:
            self._has_failed = True
            self._failed(f"storage failed: {self._writer.failure}")

    def _add_housekeeping(self) -> None:
        tasks = self._settings.tasks
        rounds = Housekeeping(
            self._database,
            timedelta(days=tasks.transit_days),
            timedelta(days=self._settings.notices.kept_days),
            timedelta(days=self._settings.web.draft_days),
        )
        days = TransitDays(self._database, timedelta(days=tasks.transit_days))
        confirming, strays = Confirming(self._database), self._strays
        outgoing = self._settings.outgoing
        outbox, kept = Outbox(outgoing.outbox), timedelta(days=outgoing.outbox_days)
        carrying, notices = self._carrying, self._settings.notices
        idle = timedelta(minutes=self._settings.reading.idle_minutes)
        asking = AskingAuthors(
            self._database, self._settings, open_vaults(self._database)
        )

        def rounds_and_strays() -> dict[str, int]:
            bounced = _take_bounces(self._database, self._settings)
            late = confirming.run()  # before the bytes that a report is made of go
            files = {"outbox": outbox.tidy(utc_now(), kept)}
            with self._database.write() as work:
                follow_epochs(work)
                wake(work, 1000)
                wake_tellings(work, 1000)
                wake_unread(work, notices.unread_days)
                late["requests"] = forget_requests(work)
                late["consultations"] = Consultations(work).end_over(idle, 1000)
            late |= asking.run()
            gone = {**bounced, **late, **rounds.run(), **files, **strays.run().changes}
            return {**gone, **days.run(), **carrying.run()}

        tidy = self._worker.deferred(rounds_and_strays)

        def run() -> Deferred[Any]:
            return tidy().addCallbacks(_say_what_went, _say_why_not)

        timer = TimerService(tasks.housekeeping_seconds, run)
        timer.setServiceParent(self._root)
        seal = self._worker.deferred(self._sealing.look)
        TimerService(
            SEALING_SECONDS, lambda: seal().addErrback(_say_not_sealed)
        ).setServiceParent(self._root)

    def _add(self, door: Any) -> None:
        door.setServiceParent(self._root)
        self._listening.append(door.listening)

    def start(self) -> Deferred[Any]:
        """Open every door; the result fails with the first that could not."""
        self._writer.start()
        if self._admin is not None:
            self._admin.start()
        notice_ended_children(self._worker.loop)
        when_told_to_reload(self._worker.loop, self.reload)
        try:
            self._root.startService()
        except CannotListenError as error:
            return fail(error)
        return gatherResults(self._listening, consumeErrors=True).addCallbacks(
            self._opened, _first_failure
        )

    def _opened(self, _: Any) -> None:
        self._supervisor.ready()
        listen = self._settings.listen
        doors = open_doors(listen).items()
        log.info(
            "all doors are open on {host}: {doors}",
            host=listen.host,
            doors=", ".join(f"{door} {port}" for door, port in doors),
        )

    def reload(self) -> None:
        """
        Take certificate, key, authorities and lists as they are in their files now.

        Sessions go on. What cannot be used is left, and the log says so; the processes
        beside this one follow where it went well.
        """

        def reloaded(identity: Identity) -> None:
            self._identity = identity
            self._processes.signal("HUP")

        renewed = self._worker.deferred(renew)
        renewed(self._settings, self._trust, self._renewed).addCallbacks(
            reloaded, say_not_renewed
        )

    def stop(self) -> Deferred[None]:
        """Close the doors politely, finish what was begun, close the database."""
        self._supervisor.stopping()
        stopped: Deferred[Any] = self._root.stopService()
        return stopped.addBoth(self._close)

    def _close(self, result: Any) -> Any:
        if self._admin is not None:
            self._admin.stop()
        self._writer.stop()
        self._worker.threads.shutdown()
        self._presence.stop()
        self._database.close()
        return result


def _take_bounces(database: Database, settings: Settings) -> dict[str, int]:
    """Take the bounces of notices; what is wrong with their folder is no other's."""
    if not settings.outgoing.bounces:
        return {}
    try:
        return NoticeBounces(database, settings).run()
    except AwayError:
        raise
    except UnavailableError as error:
        log.error("bounces of notices are not read: {why}", why=str(error))
        return {}


def _say_what_went(counts: dict[str, int]) -> None:
    if any(counts.values()):
        log.info("housekeeping: {counts}", counts=counts)


def _say_why_not(failure: Any) -> None:
    """Log why this round failed; the service goes on, and the next round will come."""
    if failure.check(AwayError):
        return  # said already
    if failure.check(GatewayError):
        log.error("housekeeping failed: {why}", why=failure.getErrorMessage())
        return
    log.failure("housekeeping failed", failure=failure)


def _say_not_sealed(failure: Any) -> None:
    """Log a defect of sealing; the service goes on, and the next round will come."""
    log.failure("the journal could not be sealed", failure=failure)


def _first_failure(failure: Any) -> Any:
    """Give back what went wrong itself, not that it was one of several."""
    return failure.value.subFailure

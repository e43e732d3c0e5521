"""A process that only receives mail, behind the doors of a service beside it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from twisted.application.internet import TimerService
from twisted.application.service import MultiService
from twisted.internet.defer import gatherResults
from twisted.logger import Logger

from gateway.clock import utc_now
from gateway.loop import Threads, when_told_to_reload
from gateway.mssante.token_sign_in import TokenSignIn
from gateway.node.identity_provider import provider_of
from gateway.node.mail_doors import DoorParts, mail_doors
from gateway.node.parent import Parent
from gateway.node.presence import BEAT_SECONDS
from gateway.node.renewing import renew, say_not_renewed
from gateway.node.reports import EVERY_SECONDS
from gateway.reception.keeping import Reception
from gateway.settings.file import Settings
from gateway.store.base.failures import AwayError
from gateway.store.base.open_database import open_database
from gateway.store.base.writer import Writer
from gateway.trust.space import LOOK_SECONDS, TrustSpace
from gateway.trust.tls import own_identity

_THREADS = 8

log = Logger()


class Receiver:
    """
    The mail doors of one process; ``failure`` says why it had to leave them.

    After a disk failure the process ends: only a new one sees what is really there.
    """

    def __init__(
        self,
        settings: Settings,
        loop: asyncio.AbstractEventLoop,
        reactor: Any,
        parent: Parent,
    ) -> None:
        """
        Open the database and join the parts; blocking, before the loop runs.

        Raises:
            GatewayError: a key, a certificate or a setting is wrong.
        """
        self.failure = ""
        self._reactor = reactor
        self._parent = parent
        self._database = open_database(settings)
        self._writer = Writer(self._database)
        self._worker = Threads(loop, ThreadPoolExecutor(_THREADS, "blocking"))
        self._settings = settings
        self._trust = TrustSpace(
            settings.trust, utc_now, LOOK_SECONDS, kept=settings.trust.kept
        )
        self._doors = mail_doors(
            settings,
            DoorParts(
                reception=Reception(self._database, self._writer, self._worker),
                worker=self._worker,
                identity=own_identity(settings.trust),
                trust=self._trust,
                tokens=TokenSignIn.of(provider_of(settings, self._database.clock)),
            ),
        )
        self._root = MultiService()
        for door in self._doors:
            door.setServiceParent(self._root)
        TimerService(EVERY_SECONDS, self._look).setServiceParent(self._root)
        know_keys = self._worker.deferred(self._database.know_keys)
        TimerService(
            BEAT_SECONDS, lambda: know_keys().addErrback(_say_why_not)
        ).setServiceParent(self._root)

    def run(self) -> None:
        """Receive until the reactor is told to stop; then finish what was begun."""
        reactor = self._reactor
        reactor.callWhenRunning(self._start)
        reactor.addSystemEventTrigger("before", "shutdown", self._root.stopService)
        reactor.run()
        self._writer.stop()
        self._worker.threads.shutdown()
        self._database.close()

    def _start(self) -> None:
        self._writer.start()
        when_told_to_reload(self._worker.loop, self._reload)
        self._root.startService()
        listening = gatherResults(
            [door.listening for door in self._doors], consumeErrors=True
        )
        listening.addErrback(self._not_listening)

    def _not_listening(self, found: Any) -> list[int]:
        self._end(found.value.subFailure.getErrorMessage())
        return []

    def _reload(self) -> None:
        renewed = self._worker.deferred(renew)
        doors = [door.renew for door in self._doors]
        renewed(self._settings, self._trust, doors).addErrback(say_not_renewed)

    def _look(self) -> None:
        damage = self._database.availability.damage
        self._parent.tell({"storage": f"damaged: {damage}"} if damage else {})
        if self._writer.failure:
            self._end(self._writer.failure)

    def _end(self, why: object) -> None:
        if not self.failure:
            self.failure = str(why)
            self._reactor.stop()


def _say_why_not(failure: Any) -> None:
    """Log why the keys of now are not known; of a database that is away, nothing."""
    if not failure.check(AwayError):
        log.error("the keys were not looked at: {why}", why=failure.getErrorMessage())

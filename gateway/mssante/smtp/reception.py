"""Keeps a message before it is acknowledged: 250 is said after the commit only."""

from __future__ import annotations

import asyncio
import errno
import threading
from concurrent.futures import Future
from uuid import uuid4

from attrs import define, evolve, field, frozen
from twisted.logger import Logger

from gateway import metrics
from gateway.core.envelope import Arrival, Door, Recipient
from gateway.errors import GatewayError, InvalidError
from gateway.loop import Threads
from gateway.message.headers import read_headers
from gateway.message.reading import MimeLimits, TooLargeError, read_parts
from gateway.message.received import received_line
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.admission import Admission, AdmittedSender
from gateway.mssante.smtp.replies import Reply
from gateway.settings.file import SmtpSettings
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import Database, StorageFullError, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.journal import Action
from gateway.store.sealed.blobs import Parcel

log = Logger()

_TRACE = 1024
"""More than our own Received line takes."""


@frozen(kw_only=True)
class Incoming:
    """
    A whole message as the door read it; its recipients were admitted one by one.

    ``client`` is the name the peer gave itself, ``address`` where it came from.
    """

    admitted: AdmittedSender
    recipients: tuple[Recipient, ...]
    content: bytes = field(repr=False)
    ret: str = ""
    envid: str = ""
    client: str = ""
    address: str = ""


@define
class Reception:
    """The end of DATA: admission of the headers, one durable commit, the reply."""

    database: Database
    writer: Writer
    admission: Admission
    worker: Threads
    settings: SmtpSettings
    _under_way: dict[str, Future[Reply | str]] = field(
        init=False, factory=dict, repr=False
    )
    _lock: threading.Lock = field(init=False, factory=threading.Lock, repr=False)

    @property
    def is_ready(self) -> bool:
        """False after a disk failure: nothing is accepted until a restart."""
        return not self.writer.failure

    async def receive(self, incoming: Incoming) -> Reply:
        """
        Return 250 once the message, its journal line and its task are on disk.

        Whatever else is returned, nothing was kept, and 4xx says it may come again.
        """
        try:
            kept = await self._taken(incoming)
        except GatewayError as error:
            log.warn("a message was not kept: {why}", why=str(error))
            full = isinstance(error, StorageFullError)
            return replies.STORAGE_FULL if full else replies.TRY_LATER
        if isinstance(kept, Reply):
            return kept
        metrics.ACCEPTED.inc()
        log.info(
            "message {id} accepted by {door}", id=kept, door=incoming.admitted.door
        )
        return replies.accepted(kept)

    async def _taken(self, incoming: Incoming) -> Reply | str:
        """
        Prepare, commit in the writer's thread, and come back to the loop once.

        A small message is prepared here: it takes less than to hand it to a thread. The
        peer may go while that is under way; it goes on all the same.
        """
        loop = self.worker.loop
        answer: asyncio.Future[Reply | str] = loop.create_future()

        def tell(done: Future[Reply | str]) -> None:
            loop.call_soon_threadsafe(_answer, answer, done)

        def take() -> None:
            done: Future[Reply | str] = Future()
            try:
                prepared = self._prepare(incoming)
                if not isinstance(prepared, Reply):
                    self._keep_once(*prepared).add_done_callback(tell)
                    return
                done.set_result(prepared)
            except Exception as error:  # goes to who waits
                done.set_exception(error)
            tell(done)

        if self.database.folder.keeps_in_row(len(incoming.content) + _TRACE):
            take()
        else:
            self.worker.threads.submit(take)
        return await answer

    def note(self, action: Action, code: str, door: Door, identity: str = "") -> None:
        """Write a refusal in the journal, without making the peer wait for it."""

        def job(work: UnitOfWork) -> None:
            work.note(action, code, "", door=door.value, identity=identity)

        metrics.REFUSED.labels(code).inc()
        log.info("{action} {code}", action=action.value, code=code)
        self.writer.submit(job)

    def refused(self, admitted: AdmittedSender, code: str) -> None:
        """Note that a message was refused for what it holds."""
        self.note(Action.MESSAGE_REFUSED, code, admitted.door, admitted.sender.identity)

    def _prepare(self, incoming: Incoming) -> tuple[Arrival, Parcel] | Reply:
        """Check what needs the content, then encrypt it; runs in a thread."""
        admitted = incoming.admitted
        try:
            headers = read_headers(incoming.content)
            if headers.count("received") > self.settings.max_hops:
                self.refused(admitted, "MAIL_LOOP")
                return replies.MAIL_LOOP
            code = self.admission.admit_headers(admitted, headers)
            if len(incoming.content) > self.settings.max_decoded_bytes:
                most = self.settings.max_decoded_bytes
                read_parts(incoming.content, MimeLimits(max_decoded_bytes=most))
        except TooLargeError:
            self.refused(admitted, "TOO_LARGE")
            return replies.TOO_LARGE
        except InvalidError as error:
            self.refused(admitted, "MALFORMED")
            log.info("malformed message: {why}", why=error.public)
            return replies.MALFORMED
        if code:
            self.refused(admitted, code)
            return replies.REFUSED
        arrival_id = uuid4().hex
        arrival = Arrival(
            id=arrival_id,
            door=admitted.door,
            sender=admitted.sender,
            reverse_path=admitted.path_text,
            recipients=incoming.recipients,
            content=incoming.content,
            message_id=headers.message_id,
            ret=incoming.ret,
            envid=incoming.envid,
            trace=self._trace(incoming, arrival_id),
        )
        return arrival, self._parcel(arrival)

    def _trace(self, incoming: Incoming, arrival_id: str) -> bytes:
        """Our own Received line; where a user was is nobody's business but theirs."""
        by_operator = incoming.admitted.door is Door.OPERATOR
        return received_line(
            client=incoming.client,
            address=incoming.address if by_operator else "",
            by=self.admission.domains.hostname,
            protocol="ESMTPS",
            identifier=arrival_id,
            at=self.database.clock(),
        )

    def _parcel(self, arrival: Arrival) -> Parcel:
        try:
            return self.database.prepare(arrival.content, arrival.trace)
        except GatewayError as error:
            cause = error.__cause__
            if isinstance(cause, OSError):
                if cause.errno in {errno.ENOSPC, errno.EDQUOT}:
                    raise StorageFullError(error.public, detail=str(error)) from error
                # An fsync that failed is never tried again: see the writer.
                self.writer.failure = str(error)
            raise

    def _keep_once(self, arrival: Arrival, parcel: Parcel) -> Future[Reply | str]:
        """Keep it, unless its twin is being kept: then wait, and see (RFC 1047)."""
        twin = f"{arrival.reverse_path} {parcel.digest}"
        with self._lock:
            other = self._under_way.get(twin)
            if other is None:
                kept: Future[Reply | str] = self.writer.submit(
                    lambda work: _keep(work, arrival, parcel)
                )
                self._under_way[twin] = kept
                # Before anybody can wait for it: who does finds it gone when done.
                kept.add_done_callback(lambda _: self._under_way.pop(twin, None))
                return kept
        later: Future[Reply | str] = Future()
        other.add_done_callback(
            lambda _: self._keep_once(arrival, parcel).add_done_callback(
                lambda done: _copy(done, later)
            )
        )
        return later


def _answer(answer: asyncio.Future[Reply | str], done: Future[Reply | str]) -> None:
    """Give what was done to who waits, unless nobody does any more."""
    if answer.done():
        return
    if error := done.exception():
        answer.set_exception(error)
    else:
        answer.set_result(done.result())


def _copy(done: Future[Reply | str], later: Future[Reply | str]) -> None:
    if error := done.exception():
        later.set_exception(error)
    else:
        later.set_result(done.result())


def _keep(work: UnitOfWork, arrival: Arrival, parcel: Parcel) -> str:
    kept = Arrivals(work)
    known = kept.already_kept(arrival, parcel.digest)
    missing = tuple(
        one for one in arrival.recipients if one.address.lower() not in known
    )
    if not missing:
        first = known[arrival.recipients[0].address.lower()]
        work.note(Action.MESSAGE_REPEATED, "not kept twice", first)
        work.after_commit(lambda: work.folder.discard(parcel.id))
        return first
    kept.keep(evolve(arrival, recipients=missing), parcel)
    return arrival.id

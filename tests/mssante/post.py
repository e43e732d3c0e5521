"""A post office for tests: a patient, two mailboxes, and the steps that serve them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from attrs import define, field
from sqlalchemy import select

from gateway.core.envelope import (
    Arrival,
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.mssante.receipts.acknowledging import Acknowledging
from gateway.mssante.sending.attempts import Attempt, Outcome, OutgoingCopy
from gateway.mssante.sending.delivery import Delivering
from gateway.mssante.sending.relaying import Relaying
from gateway.mssante.sending.retry import Schedule
from gateway.store.arrivals.arrivals import (
    Arrivals,
    ArrivalState,
    DocumentOutcome,
    KeptArrival,
)
from gateway.store.arrivals.receipts import Receipt, Receipts
from gateway.store.base.work import Database, Job
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import Conversation, InboxMessage
from gateway.store.journal import Entry, chain_of
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tables import notices
from gateway.store.tasks.steps import Step
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_arrivals import keep_arrival
from tests.builders_people import MATRICULE, open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock

PATIENT = f"{MATRICULE}@patient.mssante.test"
SERVICE = "service@hopital.mssante.test"
DOCTOR = "dr.demo@hopital.mssante.test"
PEER = "dr.voisin@peer.mssante.test"
HOSPITAL = Sender(kind=SenderKind.ORGANISATION, identity="1750000011")
OPERATOR = Sender(
    kind=SenderKind.OPERATOR, identity="300000000000022", fingerprint="f0"
)

TABLES: dict[str, Any] = {
    "domains": {
        "hostname": "smtp.hopital.mssante.test",
        "operator_name": "Passerelle",
    },
    "web": {"public_url": "https://espace.test"},
}
WAITS = Schedule(waits=(1, 5, 15), expire_hours=48, warn_hours=4)

SENT = Attempt(outcome=Outcome.SENT, status="2.0.0", reply="250 2.0.0 OK", host="mx")
LATER = Attempt(
    outcome=Outcome.DEFERRED, status="4.4.1", reply="no host answered", host="mx"
)
NEVER = Attempt(
    outcome=Outcome.REFUSED, status="5.1.1", reply="550 5.1.1 no such user", host="mx"
)


@define
class RecordingPeer:
    """Another operator that answers what it is told and remembers everything."""

    answer: Attempt = SENT
    parcels: list[OutgoingCopy] = field(factory=list)

    may_be_taken = False

    def line(self, _: str) -> RecordingPeer:
        return self

    async def send(self, parcel: OutgoingCopy) -> Attempt:
        self.parcels.append(parcel)
        return self.answer

    async def leave(self) -> None:
        """Nothing is open."""


def mail(
    *lines: str,
    sender: str = SERVICE,
    subject: str = "Votre sortie",
    text: str = "Bonjour",
    message_id: str = "one@hopital.mssante.test",
) -> bytes:
    """Return a plain message with further header lines."""
    head = [
        f"From: Service <{sender}>",
        f"To: {PATIENT}",
        f"Subject: {subject}",
        f"Message-ID: <{message_id}>",
        *lines,
    ]
    return ("\r\n".join(head) + f"\r\n\r\n{text}\r\n").encode()


_LEASE = timedelta(minutes=1)
ASKS = f"Disposition-Notification-To: {SERVICE}"


@define
class Post:
    """The tables of one database, and the steps run by hand."""

    database: Database
    clock: SetClock
    profile_id: str
    mailboxes: dict[str, str]
    peer: RecordingPeer
    steps: dict[TaskKind, Step]
    _numbers: itertools.count[int] = field(factory=lambda: itertools.count(1))

    @classmethod
    def open(cls, database: Database, clock: SetClock, **tables: Any) -> Post:
        """Fill an empty database; ``tables`` are those of `gateway.toml`."""
        settings = make_settings(**{**TABLES, **tables})
        profile_id = open_profile(database, email="dominique@mail.test")
        with database.write() as work:
            boxes = Mailboxes(work)
            ids = {
                SERVICE: boxes.add(SERVICE, kind="ORG", holders=["1750000011"]),
                DOCTOR: boxes.add(DOCTOR, kind="PER", holders=["899700000017"]),
            }
        peer = RecordingPeer()
        steps: dict[TaskKind, Step] = {
            TaskKind.DELIVER: Delivering(database, settings),
            TaskKind.ACKNOWLEDGE: Acknowledging(database, settings),
            TaskKind.RELAY: Relaying(database, peer, WAITS),
        }
        return cls(database, clock, profile_id, ids, peer, steps)

    def patient(self, **options: str) -> Recipient:
        return Recipient(
            kind=RecipientKind.PATIENT,
            address=PATIENT,
            target_id=self.profile_id,
            **options,
        )

    def mailbox(self, address: str = DOCTOR, **options: str) -> Recipient:
        return Recipient(
            kind=RecipientKind.MAILBOX,
            address=address,
            target_id=self.mailboxes[address],
            **options,
        )

    def remote(self, address: str = PEER, **options: str) -> Recipient:
        return Recipient(kind=RecipientKind.REMOTE, address=address, **options)

    @property
    def own(self) -> Sender:
        """The patient as a sender."""
        return Sender(kind=SenderKind.PATIENT, identity=self.profile_id)

    def keep(
        self,
        content: bytes,
        *recipients: Recipient,
        sender: Sender = HOSPITAL,
        reverse_path: str = SERVICE,
        message_id: str = "one@hopital.mssante.test",
        **options: Any,
    ) -> str:
        """Keep a message as a door does; return the arrival's id."""
        door = {
            SenderKind.OPERATOR: Door.OPERATOR,
            SenderKind.PATIENT: Door.WEB,
            SenderKind.SYSTEM: Door.SYSTEM,
        }.get(sender.kind, Door.SUBMISSION)
        arrival = Arrival(
            id=f"{next(self._numbers):032x}",
            door=door,
            sender=sender,
            reverse_path=reverse_path,
            recipients=recipients,
            content=content,
            message_id=message_id,
            **options,
        )
        keep_arrival(self.database, arrival)
        return arrival.id

    def decide(
        self,
        arrival_id: str,
        outcome: str = "MESSAGE_ONLY",
        *,
        documents: Iterable[DocumentOutcome] = (),
        deliver: bool = True,
        state: ArrivalState = ArrivalState.DECIDED,
        **options: Any,
    ) -> None:
        """Do what the filing step does with a message it has read."""
        filing = self.due(TaskKind.FILE)
        with self.database.write() as work:
            for task in filing:
                assert work.tasks.finish(task, "test")
            arrivals = Arrivals(work)
            kept = arrivals.get(arrival_id)
            assert kept is not None
            for one in kept.recipients:
                if one.recipient.kind is RecipientKind.PATIENT:
                    arrivals.decide_recipient(
                        arrival_id,
                        one.position,
                        outcome,
                        [outcome],
                        deliver=deliver,
                        **options,
                    )
            arrivals.record_documents(arrival_id, list(documents))
            arrivals.set_state(arrival_id, state)
            if state is ArrivalState.DECIDED:
                work.tasks.add(TaskKind.DELIVER, arrival_id)
            work.tasks.add(TaskKind.ACKNOWLEDGE, arrival_id)

    def send(
        self,
        content: bytes,
        *recipients: Recipient,
        decided: Any = None,
        **options: Any,
    ) -> str:
        """Keep a message, decide, and do all that follows; return the arrival's id."""
        arrival_id = self.keep(content, *recipients, **options)
        self.decide(arrival_id, **(decided or {}))
        self.work()
        return arrival_id

    def due(self, *kinds: TaskKind) -> list[Task]:
        """Claim what is due now."""
        with self.database.write() as work:
            found: list[Task] = work.tasks.claim("test", kinds, 50, _LEASE)
        return found

    def work(self, *kinds: TaskKind) -> None:
        """Do what is due, and what follows from it, until nothing is."""
        while tasks := self.due(*(kinds or self.steps)):
            for task in tasks:
                self.do(task)

    def begin(self, kind: TaskKind, task: Task) -> Job:
        """Do the first part of a step in a thread, as workers do: no loop runs there"""
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(self.steps[kind], task).result()

    def do(self, task: Task) -> None:
        """Do one task as a worker does."""
        job = self.begin(task.kind, task)
        with self.database.write() as work:
            assert work.tasks.finish(task, "test")
            job(work)

    def again(self, kind: TaskKind, subject: str) -> None:
        """Run a step once more for a subject, as after a lost lease."""
        task = Task(0, kind, subject, 0, self.clock())
        job = self.begin(kind, task)
        with self.database.write() as work:
            job(work)

    # What came of it.

    def kept(self, arrival_id: str) -> KeptArrival:
        with self.database.read() as work:
            found = Arrivals(work).get(arrival_id)
            assert found is not None
            return found

    def outcomes(self, arrival_id: str) -> list[str]:
        return [one.outcome for one in self.kept(arrival_id).recipients]

    def receipts(self, arrival_id: str) -> list[Receipt]:
        with self.database.read() as work:
            return Receipts(work).of(arrival_id)

    def said(self, arrival_id: str) -> list[tuple[str, str, str]]:
        """Return (kind, status, state) of each receipt."""
        return [(one.kind, one.status, one.state) for one in self.receipts(arrival_id)]

    def box(self, address: str = SERVICE) -> list[bytes]:
        """Return the messages in a mailbox, oldest first."""
        with self.database.read() as work:
            mail_ = Mail(work)
            folder = mail_.folders.find(self.mailboxes[address], "INBOX")
            if folder is None:
                return []
            return [
                work.blobs.get(one.blob_id, one.key_id)
                for one in mail_.items(folder.id)
            ]

    def conversations(self) -> list[Conversation]:
        with self.database.read() as work:
            return InboxReader(work).conversations(self.profile_id)

    def inbox(self) -> list[InboxMessage]:
        """Return what the patient sees, oldest first."""
        with self.database.read() as work:
            reader = InboxReader(work)
            return [
                message
                for conversation in reader.conversations(self.profile_id)
                for message in reader.messages(self.profile_id, conversation.id)
            ]

    def lines(self, action: str = "", *, own: bool = False) -> list[Entry]:
        """Return the journal, checked; the patient's chain with ``own``."""
        with self.database.read() as work:
            assert work.journal.verify() == []
            chain = chain_of(self.profile_id) if own else "operator"
            return [
                line
                for line in work.journal.lines(chain)
                if not action or line.action == action
            ]

    def tasks(self, kind: TaskKind | None = None) -> list[str]:
        """Return the subjects of the tasks that wait."""
        with self.database.read() as work:
            return [
                row.subject
                for row in work.tasks.listed()
                if kind is None or row.kind == kind.value
            ]

    def notices(self) -> list[str]:
        """Return the kinds of the notices made for the patient, oldest first."""
        with self.database.read() as work:
            columns = notices.c
            query = select(columns.kind).order_by(columns.created_at, columns.id)
            return list(work.connection.execute(query).scalars())

    def read(self, run: Callable[[Any], Any]) -> Any:
        with self.database.read() as work:
            return run(work)

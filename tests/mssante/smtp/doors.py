"""The SMTP doors of a whole node on a loop in a thread, and a plain client for them."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from attrs import define, field
from sqlalchemy import select

from gateway.clock import utc_now
from gateway.core.envelope import Door
from gateway.loop import Threads
from gateway.mssante.smtp.admission import Admission
from gateway.mssante.smtp.doors import SmtpDoor, SmtpDoors
from gateway.mssante.smtp.limits import Memory
from gateway.mssante.smtp.reception import SmtpReception
from gateway.mssante.token_sign_in import TokenSignIn
from gateway.reception.keeping import Reception
from gateway.settings.file import Settings
from gateway.store.arrivals.arrivals import Arrivals, KeptArrival
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer
from gateway.store.journal import Entry
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tables import arrivals
from gateway.trust.space import TrustSpace
from gateway.trust.tls import load_identity
from tests.builders_database import new_sqlite
from tests.builders_people import open_profile
from tests.builders_settings import make_settings

T = TypeVar("T")

PATIENT = "279035121518989@patient.mssante.test"
DOCTOR = "dr.demo@hopital.mssante.test"
SERVICE = "cardiologie@hopital.mssante.test"
PEER = "dr.voisin@peer.mssante.test"

MESSAGE = (
    b"From: Dr Voisin <dr.voisin@peer.mssante.test>\r\n"
    b"To: 279035121518989@patient.mssante.test\r\n"
    b"Subject: Lettre\r\nMessage-ID: <one@peer.mssante.test>\r\n\r\n"
    b"Bonjour\r\n. un point\r\n.. deux points\r\n.\r\n"
)


def stuffed(content: bytes) -> bytes:
    """Return a body as it is sent, without its end (RFC 5321 §4.5.2)."""
    return (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]


@define
class Node:
    """A running node: three doors, its database, what tests ask of it."""

    settings: Settings
    database: Database
    writer: Writer
    certs: Path
    loop: asyncio.AbstractEventLoop
    reception: SmtpReception
    doors: dict[str, SmtpDoor] = field(factory=dict)
    ports: dict[str, int] = field(factory=dict)
    clients: list[Client] = field(factory=list)
    memory: Memory = field(factory=lambda: Memory(0))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop of the doors; return its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def until_taken(self, count: int) -> None:
        """Wait until bodies that came in part hold so many bytes of the memory."""
        late = time.monotonic() + 30
        while self.memory.taken < count:
            assert time.monotonic() < late, self.memory
            time.sleep(0.01)

    def port(self, door: str) -> int:
        """The port of ``smtp``, ``submission`` or ``submissions``."""
        return self.ports[door]

    def kept(self) -> list[tuple[KeptArrival, bytes]]:
        """Return every message kept, with its bytes as they came, in order."""
        return [(one, split_trace(content)[1]) for one, content in self.stored()]

    def stored(self) -> list[tuple[KeptArrival, bytes]]:
        """Return every message kept, with all its bytes, our trace in front."""
        with self.database.read() as work:
            found = Arrivals(work)
            ids = work.connection.execute(
                select(arrivals.c.id).order_by(arrivals.c.received_at)
            ).scalars()
            whole = [found.get(one) for one in ids]
            return [(one, found.content(one)) for one in whole if one is not None]

    def journal(self) -> list[Entry]:
        """Return the operator's journal once all that was submitted is written."""
        self.writer.submit(lambda _: None).result(10)
        with self.database.read() as work:
            return list(work.journal.lines("operator"))

    def connect(self, door: str, name: str | None = None) -> Client:
        """Connect; with a name, by TLS at once, as ``submissions`` wants it."""
        raw = socket.create_connection(("127.0.0.1", self.port(door)), timeout=30)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = Client(raw, self.certs)
        self.clients.append(client)
        return client.tls(name) if name else client

    def session(self, door: str, name: str) -> Client:
        """Connect, change to TLS with that certificate, greet; return the client."""
        if door == "submissions":
            client = self.connect(door, name)
            client.expect("220")
        else:
            client = self.connect(door)
            client.expect("220")
            client.ask("EHLO client.test", "250")
            client.ask("STARTTLS", "220")
            client.tls(name)
        client.send(b"EHLO client.test\r\n")
        client.greeting = client.reply()
        return client


def split_trace(content: bytes) -> tuple[bytes, bytes]:
    """Return our own lines, Return-Path and Received, and what follows them."""
    if content.startswith(b"Return-Path: <"):
        line, rest = content.split(b"\r\n", 1)
        more, rest = split_trace(rest)
        return line + b"\r\n" + more, rest
    assert content.startswith(b"Received: from ")
    end = next(
        at
        for at in range(len(content))
        if content.startswith(b"\r\n", at) and content[at + 2 : at + 3] != b" "
    )
    return content[: end + 2], content[end + 2 :]


@define
class Client:
    """A blocking client that sends what it is told, right or wrong."""

    sock: socket.socket
    certs: Path
    received: bytearray = field(factory=bytearray)
    greeting: str = ""

    def tls(self, name: str) -> Self:
        """Do the handshake with a certificate of the PKI, or without for ``nobody``."""
        context = ssl.create_default_context(cafile=str(self.certs / "ca.pem"))
        if name != "nobody":
            key = self.certs / f"{name}.key"
            context.load_cert_chain(self.certs / f"{name}.pem", key)
        self.sock = context.wrap_socket(self.sock, server_hostname="localhost")
        return self

    def send(self, content: bytes) -> None:
        self.sock.sendall(content)

    def line(self) -> str:
        while b"\n" not in self.received:
            chunk = self.sock.recv(65536)
            if not chunk:
                raise EOFError
            self.received += chunk
        line, _, rest = bytes(self.received).partition(b"\n")
        self.received[:] = rest
        return line.decode("ascii").rstrip("\r")

    def reply(self) -> str:
        """Return a whole reply, its lines joined."""
        lines = [self.line()]
        while lines[-1][3:4] == "-":
            lines.append(self.line())
        return "\n".join(lines)

    def expect(self, start: str) -> str:
        reply = self.reply()
        assert reply.splitlines()[-1].startswith(start), reply
        return reply

    def ask(self, command: str, start: str) -> str:
        self.send(command.encode("latin-1") + b"\r\n")
        return self.expect(start)

    def envelope(self, sender: str, *recipients: str) -> None:
        """Say MAIL, RCPT and DATA, each accepted."""
        self.ask(f"MAIL FROM:<{sender}>", "250")
        for recipient in recipients:
            self.ask(f"RCPT TO:<{recipient}>", "250")
        self.ask("DATA", "354")

    def deliver(self, sender: str, recipient: str, content: bytes) -> str:
        """Send a message, stuffed; return the last reply."""
        self.envelope(sender, recipient)
        self.send(stuffed(content) + b".\r\n")
        return self.reply()

    def closed(self) -> str:
        """Return what is still said until the end, which must come."""
        try:
            while chunk := self.sock.recv(65536):
                self.received += chunk
        except ConnectionError:
            pass
        except ssl.SSLError:
            pass
        return self.received.decode("ascii", "replace")

    def close(self) -> None:
        self.sock.close()


def fill(database: Database) -> None:
    """Add the demonstration's patient and mailboxes."""
    open_profile(database)
    with database.write() as work:
        mailboxes = Mailboxes(work)
        mailboxes.add(DOCTOR, kind="PER", holders=["899700000017"])
        mailboxes.add(SERVICE, kind="ORG", holders=["1750000011"])


@contextmanager
def running_node(
    folder: Path,
    certs: Path,
    new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
    *,
    tokens: TokenSignIn | None = None,
    **smtp: Any,
) -> Iterator[Node]:
    """Start the three doors on free ports; stop them at the end."""
    settings = make_settings(
        folder,
        certs,
        domains={"hostname": "smtp.hopital.mssante.test", "postmaster": SERVICE},
        smtp={"stop_seconds": 0.5, "processes": 1, **smtp},
    )
    database = new_sqlite(folder, utc_now)
    fill(database)
    loop = new_loop()
    thread = threading.Thread(target=loop.run_forever, name="doors")
    thread.start()
    writer = Writer(database)
    writer.start()
    threads = ThreadPoolExecutor(4)
    worker = Threads(loop, threads)
    admission = Admission(
        database=database,
        trust=TrustSpace(settings.trust, utc_now),
        domains=settings.domains,
        filing=settings.filing,
        mailbox_quota_bytes=10_000_000,
    )
    kept = Reception(database, writer, worker)
    reception = SmtpReception(kept, admission, settings.smtp)
    node = Node(settings, database, writer, certs, loop, reception)
    identity = load_identity(
        certs / "gateway.pem", certs / "gateway.key", certs / "ca.pem"
    )

    async def start() -> None:
        doors = SmtpDoors(
            settings, identity, reception, worker, (folder,), tokens=tokens
        )
        node.memory = doors.memory
        for name, door, implicit in (
            ("smtp", Door.OPERATOR, False),
            ("submission", Door.SUBMISSION, False),
            ("submissions", Door.SUBMISSION, True),
        ):
            service = doors.service(door, 0, implicit_tls=implicit)
            node.doors[name] = service
            service.startService()
            node.ports[name] = await service.listening.asFuture(loop)

    async def stop() -> None:
        for service in node.doors.values():
            await service.stopService().asFuture(loop)

    try:
        node.run(start())
        yield node
    finally:
        node.run(stop())
        for client in node.clients:
            client.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        writer.stop()
        threads.shutdown()
        database.close()

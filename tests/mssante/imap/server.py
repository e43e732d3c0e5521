"""A mailboxes' door on a free port, and the clients that talk to it in the tests."""

from __future__ import annotations

import functools
import imaplib
import re
import shutil
import socket
import ssl
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import pytest_twisted
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateRevocationList
from twisted.internet.threads import deferToThread

from gateway.clock import utc_now
from gateway.loop import Threads
from gateway.mssante.imap.mail_store import MailStore
from gateway.mssante.imap.service import ImapService
from gateway.mssante.token_sign_in import TokenSignIn
from gateway.store.base.writer import Writer
from gateway.store.mailbox.folders import Folder
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.trust.space import TrustSpace
from gateway.trust.tls import load_identity
from tests.builders_database import new_sqlite
from tests.builders_settings import make_settings
from tests.pki import throwaway_pki
from tests.ports import free_ports

DOCTOR = "899700000017"
NURSE = "899700000025"
ADDRESS = "camille.medecin@hopital.mssante.test"
SERVICE = "cardiologie@hopital.mssante.test"
OTHER = "alex.infirmier@hopital.mssante.test"


def on_the_loop(test: Callable[..., Any]) -> Callable[..., Any]:
    """Run a coroutine as a test."""
    ensured: Callable[..., Any] = pytest_twisted.ensureDeferred(test)
    return ensured


def off_the_loop(test: Callable[..., None]) -> Callable[..., Any]:
    """Run a test that blocks in a thread, while the server has the loop."""

    async def run(*args: Any, **kwargs: Any) -> None:
        await deferToThread(test, *args, **kwargs)

    ensured: Callable[..., Any] = pytest_twisted.ensureDeferred(
        functools.wraps(test)(run)
    )
    return ensured


class Mailroom:
    """The door, its database with three mailboxes, and ways to look into both."""

    def __init__(
        self,
        folder: Path,
        pki_folder: Path,
        tokens: TokenSignIn | None = None,
        **imap: Any,
    ) -> None:
        self.tokens = tokens
        self.folder = folder
        self.pki = pki_folder
        shutil.copy(pki_folder / "crl.pem", folder / "crl.pem")
        self.settings = make_settings(
            folder,
            pki_folder,
            listen=dict(zip(("imaps", "imap"), free_ports(2), strict=True)),
            trust={"crl": str(folder / "crl.pem")},  # to be replaced by tests
            imap=imap,
        )
        self.database = new_sqlite(folder, utc_now, inline_bytes=16 * 1024)
        self.boxes = self._make_boxes()
        self.trust = TrustSpace(self.settings.trust, utc_now)

    def _make_boxes(self) -> dict[str, str]:
        wanted = {
            ADDRESS: ("PER", DOCTOR),
            SERVICE: ("ORG", DOCTOR),
            OTHER: ("PER", NURSE),
        }
        with self.database.write() as work:
            boxes = {
                address: Mailboxes(work).add(address, kind=kind, holders=[holder])
                for address, (kind, holder) in wanted.items()
            }
            for box in boxes.values():
                Mail(work).folders.ensure(box)
        return boxes

    def start(self, reactor: Any) -> None:
        """Open the doors; on the loop."""
        loop: AbstractEventLoop = reactor._asyncioEventloop
        self.threads = ThreadPoolExecutor(4)
        self.writer = Writer(self.database)
        self.writer.start()
        store = MailStore(
            self.database,
            self.writer,
            Threads(loop, self.threads),
            self.settings.imap,
            self.trust.judge_peer,
            self.tokens,
        )
        trust = self.settings.trust
        self.identity = load_identity(
            trust.certificate, trust.private_key, trust.authorities
        )
        self.service = ImapService(self.settings, store, self.identity, reactor)
        self.service.startService()

    async def stop(self) -> None:
        """Close the doors; on the loop."""
        await self.service.stopService()
        self.writer.stop()
        self.threads.shutdown()

    def revoke(self, name: str) -> None:
        """Publish a revocation list with a certificate of the PKI on it."""
        pki = throwaway_pki()
        serial = pki.certificates[name].certificate.serial_number
        self._publish(pki.revocation_lists(also=[serial]))

    def let_the_lists_end(self) -> None:
        """Publish revocation lists that are past their next update."""
        self._publish(throwaway_pki().revocation_lists(days=1e-6))

    def _publish(self, lists: Iterable[CertificateRevocationList]) -> None:
        pem = b"".join(one.public_bytes(Encoding.PEM) for one in lists)
        fresh = self.folder / "crl.new"
        fresh.write_bytes(pem)
        fresh.replace(self.folder / "crl.pem")

    # The store, as workers and other sessions would change it.

    def deliver(
        self, content: bytes, *, to: str = ADDRESS, flags: tuple[str, ...] = ()
    ) -> int:
        """Deliver a message to INBOX; return its uid."""
        parcel = self.database.prepare(content)
        with self.database.write() as work:
            key_id = work.key_for("transit:today")
            work.blobs.put(parcel, key_id, work.now)
        with self.database.write() as work:
            return Mail(work).deliver(
                self.boxes[to], parcel.id, key_id, content, flags=flags
            )

    def folder_of(self, name: str, address: str = ADDRESS) -> Folder:
        """Return a folder of a mailbox."""
        with self.database.read() as work:
            found = Mail(work).folders.find(self.boxes[address], name)
            assert found is not None
            return found

    # Clients.

    def context(self, name: str = "doctor") -> ssl.SSLContext:
        """
        Return the TLS side of a client, without a certificate for ``nobody``; by
        default it sends its leaf alone.
        """
        context = ssl.create_default_context(cafile=str(self.pki / "ca.pem"))
        if name != "nobody":
            context.load_cert_chain(self._leaf(name), self.pki / f"{name}.key")
        return context

    def _leaf(self, name: str) -> Path:
        leaf = self.folder / f"{name.replace('/', '-')}-leaf.pem"
        pem = (self.pki / f"{name}.pem").read_text("ascii")
        end = "-----END CERTIFICATE-----\n"
        written = leaf.with_suffix(f".{uuid4().hex}")  # threads may ask at once
        written.write_text(pem.partition(end)[0] + end, "ascii")
        return written.rename(leaf)

    def client(self, address: str = "", name: str = "doctor") -> imaplib.IMAP4_SSL:
        """Return a signed-in client; ``address`` is the mailbox it asks for."""
        client = imaplib.IMAP4_SSL(
            "localhost",
            self.settings.listen.imaps,
            ssl_context=self.context(name),
            timeout=20,
        )
        client.authenticate("EXTERNAL", lambda _: address.encode("ascii"))
        return client

    def wire(
        self, name: str = "doctor", *, sign_in: bool = True, greeting: bytes = b"* OK "
    ) -> Wire:
        """Return a bare connection, past the greeting, signed in by default."""
        raw = socket.create_connection(("127.0.0.1", self.settings.listen.imaps), 20)
        tls = self.context(name).wrap_socket(
            raw, server_hostname="localhost", do_handshake_on_connect=False
        )
        try:
            tls.do_handshake()
        except OSError:
            tls.close()
            raise
        wire = Wire(tls)
        try:
            assert wire.line().startswith(greeting)
            if sign_in:
                assert wire.ask("AUTHENTICATE EXTERNAL =")[-1].startswith(b"t OK")
        except BaseException:
            wire.close()
            raise
        return wire


_LITERAL = re.compile(rb"\{([0-9]+)\}\r\n\Z")


class Wire:
    """Writes what it is told, reads lines."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._file = connection.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection without a word."""
        self._file.close()
        self.socket.close()

    def send(self, content: bytes) -> None:
        """Write bytes as they are."""
        self.socket.sendall(content)

    def line(self) -> bytes:
        """Read a line; empty at the end of the connection."""
        return self._raw_line().removesuffix(b"\r\n")

    def _raw_line(self) -> bytes:
        try:
            return self._file.readline()
        except (ConnectionError, ssl.SSLEOFError):
            return b""

    def response(self) -> bytes:
        """Read a line with its literals; empty at the end of the connection."""
        whole = b""
        while line := self._raw_line():
            whole += line
            announced = _LITERAL.search(line)
            if announced is None:
                break
            whole += self._file.read(int(announced.group(1)))
        return whole.removesuffix(b"\r\n")

    def until(self, start: bytes) -> list[bytes]:
        """Read responses up to one that begins so; or to the end."""
        responses: list[bytes] = []
        while response := self.response():
            responses.append(response)
            if response.startswith(start):
                break
        return responses

    def ask(self, command: str | bytes) -> list[bytes]:
        """Give a command with the tag ``t``; return its answers."""
        text = command.encode("utf-8") if isinstance(command, str) else command
        self.send(b"t " + text + b"\r\n")
        return self.until(b"t ")

    def is_over(self) -> bool:
        """Tell whether the server ends the connection, reading what it still says."""
        while self.line():
            pass
        return True

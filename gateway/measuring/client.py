"""The load: raw SMTP over plain sockets, so that the client is not what is measured."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import asdict, define, field, frozen

from gateway.measuring.letters import SENDER, Letter, LetterWriter

_PER_CONNECTION = 300
"""Messages before a client connects again: servers limit the commands of one."""


@frozen(kw_only=True)
class Plan:
    """
    What one client process sends.

    ``ca`` is empty to speak without TLS, ``certificate`` and ``key`` to show none.
    ``rate`` is messages a second of the whole process, 0 for as fast as it goes.
    """

    port: int
    patients: tuple[str, ...]
    count: int
    connections: int
    document_bytes: int
    filler_bytes: int = 0
    seed: int = 1
    rate: float = 0
    ca: str = ""
    certificate: str = ""
    key: str = ""

    def context(self) -> ssl.SSLContext | None:
        """Return the TLS context, or None for none."""
        if not self.ca:
            return None
        context = ssl.create_default_context(cafile=self.ca)
        context.check_hostname = False  # a peer's certificate may name another host
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        return context


@frozen
class Sent:
    """One message acknowledged: when, in seconds of the epoch, and the reply's text."""

    message_id: str
    began: float
    ended: float
    reply: str


@define
class ClientReport:
    """What a client process did, and the processor time it took for that."""

    sent: list[Sent]
    cpu_seconds: float
    bytes: int


class ClientRefusedError(Exception):
    """A reply that was not expected; its text is the reply."""


class Connection:
    """One SMTP connection, commands sent ahead where the protocol allows it."""

    def __init__(self, plan: Plan, context: ssl.SSLContext | None) -> None:
        plain = socket.create_connection(("127.0.0.1", plan.port), timeout=120)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket: socket.socket = plain
        self._unread = b""
        self._expect(b"220")
        self._command(b"EHLO client.localhost\r\n")
        if context is not None:
            self._command(b"STARTTLS\r\n", b"220")
            self._socket = context.wrap_socket(plain, server_hostname="localhost")
            self._command(b"EHLO client.localhost\r\n")

    def send(self, letter: Letter) -> str:
        """Send a message; return the text of the last reply."""
        self._socket.sendall(
            f"MAIL FROM:<{SENDER}> SIZE={letter.size}\r\n"
            f"RCPT TO:<{letter.recipient}>\r\nDATA\r\n".encode()
        )
        self._expect(b"250")
        self._expect(b"250")
        self._expect(b"354")
        self._socket.sendall(letter.head)
        self._socket.sendall(letter.tail + b".\r\n")
        return self._expect(b"250")

    def close(self) -> None:
        """Leave politely."""
        self._command(b"QUIT\r\n", b"221")
        self._socket.close()

    def _command(self, line: bytes, code: bytes = b"250") -> None:
        self._socket.sendall(line)
        self._expect(code)

    def _expect(self, code: bytes) -> str:
        while (line := self._line())[3:4] == b"-":
            continue
        if not line.startswith(code):
            raise ClientRefusedError(line.decode("ascii", "replace"))
        return line.decode("ascii", "replace").strip()

    def _line(self) -> bytes:
        while b"\n" not in self._unread:
            more = self._socket.recv(4096)
            if not more:
                raise ClientRefusedError("the server closed the connection")
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return line


@define
class _Load:
    """The letters still to send, shared by the connections."""

    plan: Plan
    letters: Iterator[tuple[int, Letter]]
    started: float = 0.0
    sent: list[Sent] = field(factory=list)
    failures: list[BaseException] = field(factory=list)
    _lock: threading.Lock = field(factory=threading.Lock)

    def run(self, context: ssl.SSLContext | None) -> None:
        """Send with one connection until nothing is left."""
        try:
            while self._send_some(context):
                continue
        except BaseException as error:  # told by the process, which then fails
            self.failures.append(error)

    def _send_some(self, context: ssl.SSLContext | None) -> bool:
        with contextlib.closing(Connection(self.plan, context)) as connection:
            for _ in range(_PER_CONNECTION):
                with self._lock:
                    number, letter = next(self.letters, (0, None))
                if letter is None:
                    return False
                self._wait_for(number)
                began = time.time()
                reply = connection.send(letter)
                self.sent.append(Sent(letter.message_id, began, time.time(), reply))
        return True

    def _wait_for(self, number: int) -> None:
        if self.plan.rate:
            due = self.started + number / self.plan.rate
            time.sleep(max(0.0, due - time.time()))


def send_all(plan: Plan, letters: Sequence[Letter]) -> ClientReport:
    """
    Send the letters over the plan's connections.

    Raises:
        RefusedError: the server did not take one of them.
    """
    context = plan.context()
    load = _Load(plan, iter(enumerate(letters)), started=time.time())
    before = time.process_time()
    threads = [
        threading.Thread(target=load.run, args=(context,))
        for _ in range(plan.connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if load.failures:
        raise load.failures[0]
    spent = time.process_time() - before
    return ClientReport(load.sent, spent, sum(letter.size for letter in letters))


def main() -> None:
    """Read a plan on standard input, write the letters, wait for a line, send."""
    plan = Plan(**json.loads(sys.stdin.readline()))
    writer = LetterWriter(
        document_bytes=plan.document_bytes,
        filler_bytes=plan.filler_bytes,
        seed=plan.seed,
    )
    letters = writer.write_many(plan.count, plan.patients)
    print("ready", flush=True)
    sys.stdin.readline()
    report = send_all(plan, letters)
    print(json.dumps(asdict(report)), flush=True)


def read_report(line: str) -> ClientReport:
    """Read what `main` wrote last."""
    values: dict[str, Any] = json.loads(line)
    sent = [Sent(**one) for one in values["sent"]]
    return ClientReport(sent, values["cpu_seconds"], values["bytes"])


if __name__ == "__main__":
    main()

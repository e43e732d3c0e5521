"""Other operators' servers as tests need them: polite, broken, slow or false."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import define, field


@define(slots=False)
class Talk:
    """One connection as a server sees it: what was heard, what is said."""

    sock: socket.socket
    certs: Path
    heard: list[str] = field(factory=list)
    bodies: list[bytes] = field(factory=list)
    secured: bool = False
    _rest: bytearray = field(factory=bytearray)

    def say(self, *lines: str) -> None:
        """Say reply lines, as they are."""
        self.sock.sendall("".join(f"{line}\r\n" for line in lines).encode("latin-1"))

    def hear(self) -> str:
        """Return the next command; `EOFError` at the end."""
        line = self._until(b"\r\n").decode("latin-1").removesuffix("\r\n")
        self.heard.append(("TLS " if self.secured else "") + line)
        return line

    def body(self) -> bytes:
        """Return a message as sent, without its dots (RFC 5321 §4.5.2)."""
        raw = b"\r\n" + self._until(b"\r\n.\r\n")
        content = raw.removesuffix(b".\r\n").replace(b"\r\n.", b"\r\n")[2:]
        self.bodies.append(content)
        return content

    def _until(self, end: bytes) -> bytes:
        while end not in self._rest:
            # An empty message is ended by its first line.
            if end == b"\r\n.\r\n" and self._rest.startswith(b".\r\n"):
                return self._cut(3)
            chunk = self.sock.recv(65536)
            if not chunk:
                raise EOFError
            self._rest += chunk
        return self._cut(self._rest.index(end) + len(end))

    def _cut(self, length: int) -> bytes:
        taken = bytes(self._rest[:length])
        del self._rest[:length]
        return taken

    def secure(self, name: str = "peer") -> None:
        """Do the handshake with a certificate of the PKI."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certs / f"{name}.pem", self.certs / f"{name}.key")
        context.load_verify_locations(self.certs / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.secured = True

    @property
    def client_certificate(self) -> bytes | None:
        """What the client showed, in DER."""
        assert isinstance(self.sock, ssl.SSLSocket)
        return self.sock.getpeercert(binary_form=True)


Manner = Callable[[Talk], None]
"""How a server behaves with one connection."""


def polite(
    certificate: str = "peer",
    extensions: tuple[str, ...] = ("SIZE 99999999", "8BITMIME", "DSN"),
    **replies: str,
) -> Manner:
    """
    Return a server that does all, but for the replies named.

    ``greeting``, ``ehlo`` (the second), ``starttls``, ``mail``, ``rcpt``, ``data``,
    ``end`` and ``quit`` replace the reply to a command.
    """

    def behave(talk: Talk) -> None:
        talk.say(replies.get("greeting", "220 peer ESMTP"))
        while True:
            line = talk.hear()
            match line.partition(" ")[0].upper():
                case "EHLO" if talk.secured and "ehlo" in replies:
                    talk.say(replies["ehlo"])
                case "EHLO":
                    offered = extensions if talk.secured else ("STARTTLS",)
                    talk.say(*(f"250-{one}" for one in ("peer", *offered)), "250 HELP")
                case "STARTTLS":
                    reply = replies.get("starttls", "220 go")
                    talk.say(reply)
                    if reply.startswith("220"):
                        talk.secure(certificate)
                case "RSET":
                    talk.say(replies.get("rset", "250 2.0.0 OK"))
                case "MAIL":
                    talk.say(replies.get("mail", "250 2.1.0 OK"))
                case "RCPT":
                    talk.say(replies.get("rcpt", "250 2.1.5 OK"))
                case "DATA":
                    talk.say(replies.get("data", "354 go on"))
                    if "data" not in replies:
                        talk.body()
                        talk.say(replies.get("end", "250 2.0.0 Kept"))
                case "QUIT":
                    talk.say(replies.get("quit", "221 bye"))
                    return
                case _:
                    talk.say("500 what?")

    return behave


@define
class Peer:
    """A server in a thread, on a free port."""

    port: int
    talks: list[Talk] = field(factory=list)

    @property
    def heard(self) -> list[str]:
        """All commands, in order; those under TLS say so."""
        return [line for talk in self.talks for line in talk.heard]

    @property
    def bodies(self) -> list[bytes]:
        """All messages."""
        return [body for talk in self.talks for body in talk.bodies]


@contextmanager
def running_peer(certs: Path, manner: Manner) -> Iterator[Peer]:
    """Serve one connection after the other until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    peer = Peer(listener.getsockname()[1])
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            if stopping.is_set():
                sock.close()
                return
            sock.settimeout(10)
            talk = Talk(sock, certs)
            peer.talks.append(talk)
            with suppress(OSError, EOFError, ssl.SSLError):
                manner(talk)
            with suppress(OSError):
                talk.sock.close()
            sock.close()

    thread = threading.Thread(target=serve, name="peer")
    thread.start()
    try:
        yield peer
    finally:
        stopping.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", peer.port), timeout=1).close()
        thread.join(15)
        listener.close()

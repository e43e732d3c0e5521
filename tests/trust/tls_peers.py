"""Clients and listeners that try our TLS, good, bad and old."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import threading
import warnings
from pathlib import Path

from gateway.trust.tls_failures import TlsFailure, failure_of
from tests.trust.handshake import Outcome, StdlibSide, shake

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3

BAD = {
    "expired": TlsFailure.EXPIRED,
    "not-yet-valid": TlsFailure.NOT_YET_VALID,
    "unknown-ca": TlsFailure.UNKNOWN_AUTHORITY,
    "self-signed": TlsFailure.SELF_SIGNED,
    "wrong-usage": TlsFailure.WRONG_USAGE,
}


def client(
    folder: Path,
    certificate: Path | None = None,
    version: ssl.TLSVersion = V13,
    ciphers: str = "",
) -> ssl.SSLContext:
    """Return a client as lax as can be, of one version, trusting the PKI."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(folder / "ca.pem")
    context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the old versions
        context.minimum_version = context.maximum_version = version
    if certificate:
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


def call(door: ssl.SSLContext, caller: ssl.SSLContext) -> Outcome:
    """Play one handshake between a door and a caller."""
    return shake(StdlibSide(door, server=True), StdlibSide(caller))


def code(outcome: Outcome) -> TlsFailure:
    """Return the name of what went wrong on the server's side."""
    assert outcome.server is not None
    return failure_of(outcome.server)


class Listener:
    """Accepts TLS connections on loopback in a thread, and listens to each."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda *_: None)  # refused handshakes
        server = self._loop.run_until_complete(
            asyncio.start_server(_listen, sock=self._socket, ssl=self._context)
        )
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(server.wait_closed())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


async def _listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


def s_client(port: int, folder: Path, *options: str, said: str = "Q\n") -> str:
    """Return all that ``openssl s_client`` prints, called as the other operator."""
    done = subprocess.run(
        [
            *("openssl", "s_client", "-connect", f"127.0.0.1:{port}"),
            *("-cert", str(folder / "peer.pem"), "-key", str(folder / "peer.key")),
            *("-CAfile", str(folder / "ca.pem")),
            *options,
        ],
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr

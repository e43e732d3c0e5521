"""Thousands of idle connections: who comes from another address is served as ever.

Attack S20. ``MANY_CONNECTIONS=10000 pytest tests/journeys/test_many_connections.py``
opens more, where ``ulimit -Hn`` lets one process have so many.
"""

from __future__ import annotations

import os
import resource
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.journeys.clients import (
    HOSPITAL,
    client_context,
    letter,
    message_id_of,
    patient_address,
)
from tests.journeys.running import Gateway

MANY = int(os.environ.get("MANY_CONNECTIONS", "2000"))
PER_PEER = 250
ROOM = 20
"""Connections left for the others once all the idle ones are there."""
MOST_BYTES_EACH = 32 * 1024
FEW_FILES = ("sh", "-c", 'ulimit -Sn 256 && exec "$@"', "sh")
"""Put before a program, it starts with a soft limit as low as any system's."""

pytestmark = pytest.mark.journey


@contextmanager
def many_files(count: int) -> Iterator[None]:
    """Let this process open so many files for the length of the block."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        pytest.skip(f"the hard limit of open files, {hard}, is below {count}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def greeted_from(address: str, port: int) -> tuple[socket.socket, bytes]:
    """Connect from one of this machine's own addresses; return what is said first."""
    peer = socket.create_connection(("127.0.0.1", port), 20, (address, 0))
    return peer, peer.recv(1000)


def resident_bytes(pid: int) -> int:
    """Return the memory a process holds (proc(5), statm)."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


@pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="Linux alone has 127.0.0.0/8 and proc"
)
def test_idle_thousands_leave_the_service_to_the_others(tmp_path: Path) -> None:
    peers = [f"127.1.{n // 200}.{n % 200 + 1}" for n in range(MANY // PER_PEER)]
    count = len(peers) * PER_PEER
    gateway = Gateway.make(tmp_path / "gateway")
    limits = {
        "max_connections": count + ROOM,
        "max_connections_per_peer": PER_PEER,
        "processes": 1,
        "max_connections_unproven": count + ROOM,
        "prove_seconds": 600.0,
        "command_seconds": 600.0,
    }
    gateway.configure(smtp=limits, tasks={"workers": 1})
    port = gateway.settings.listen.smtp
    with many_files(count + 500), ExitStack() as held:
        gateway.start(*FEW_FILES)
        held.callback(gateway.stop)
        assert gateway.process is not None
        before = resident_bytes(gateway.process.pid)

        for address in peers:
            for _ in range(PER_PEER):
                peer, greeting = greeted_from(address, port)
                held.enter_context(peer)
                assert greeting.startswith(b"220 ")

        for address in peers:
            peer, greeting = greeted_from(address, port)
            with peer:
                assert greeting == b"421 4.7.0 Too many connections\r\n"
        grown = resident_bytes(gateway.process.pid) - before
        assert grown < count * MOST_BYTES_EACH, f"{grown // count} bytes for each"
        context = client_context(gateway.certs, "hospital")
        content = hand_in(gateway, context)
        assert gateway.outcome(message_id_of(content)) == "FILED"
        assert gateway.status() == 200


def hand_in(gateway: Gateway, context: ssl.SSLContext) -> bytes:
    """Send a letter from an address of its own; return it."""
    content = letter(1, HOSPITAL, [patient_address()])
    listen = gateway.settings.listen
    with smtplib.SMTP("localhost", listen.submission, timeout=20) as smtp:
        smtp.starttls(context=context)
        assert smtp.sendmail(HOSPITAL, [patient_address()], content) == {}
    return content

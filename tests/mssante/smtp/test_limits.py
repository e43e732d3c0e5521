"""Each limit of the SMTP doors, and what happens just past it.

Attacks S02, S15, S17 to S20, S23 and T09.
"""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.mssante.smtp.limits import DiskSpace, Gate, Lease, Memory
from gateway.trust.networks import network_of
from tests.mssante.smtp.doors import (
    DOCTOR,
    MESSAGE,
    PATIENT,
    PEER,
    Client,
    Node,
    running_node,
    stuffed,
)


def padded(size: int) -> bytes:
    """Return a message of exactly that many bytes, in lines of 78 and a rest."""
    missing = size - len(MESSAGE)
    lines, rest = divmod(missing - 80, 80)
    return MESSAGE + (b"x" * 78 + b"\r\n") * lines + b"x" * (rest + 78) + b"\r\n"


def test_a_message_at_the_limit_is_kept_and_one_byte_more_is_not(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_message_bytes=200_000) as node:
        client = node.session("smtp", "peer")

        assert client.deliver(PEER, PATIENT, padded(200_001)).startswith("552 5.3.4")
        assert client.deliver(PEER, PATIENT, padded(200_000)).startswith("250")

        assert [len(content) for _, content in node.kept()] == [200_000]


def test_a_message_too_large_once_decoded_is_refused(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_decoded_bytes=1000) as node:
        client = node.session("smtp", "peer")

        assert client.deliver(PEER, PATIENT, padded(2000)).startswith("552 5.3.4")
        assert client.deliver(PEER, PATIENT, padded(900)).startswith("250")


def flood(client: Client) -> None:
    for _ in range(200):
        client.send(b"y" * 10_000)
        time.sleep(0.001)


def test_a_flood_far_beyond_the_limit_ends_the_connection(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_message_bytes=100_000) as node:
        client = node.session("smtp", "peer")
        client.envelope(PEER, DOCTOR)

        with pytest.raises(OSError):  # noqa: PT011 (reset or broken pipe)
            flood(client)

        assert node.kept() == []
        node.session("smtp", "peer").ask("NOOP", "250")


def test_recipients_beyond_the_limit_wait_for_another_message(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_recipients=2) as node:
        client = node.session("smtp", "peer")
        client.ask(f"MAIL FROM:<{PEER}>", "250")
        client.ask(f"RCPT TO:<{DOCTOR}>", "250")
        client.ask(f"RCPT TO:<{PATIENT}>", "250")

        for _ in range(1000 - 7):
            client.send(f"RCPT TO:<{DOCTOR}>\r\n".encode())
        for _ in range(1000 - 7):
            client.expect("452 4.5.3")

        client.ask("DATA", "354")


def test_the_last_allowed_command_is_answered_and_ends_the_connection(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_commands=5) as node:
        client = node.session("smtp", "peer")  # EHLO, STARTTLS, EHLO
        client.ask("NOOP", "250")
        client.ask("NOOP", "250")

        client.expect("421 4.7.0")

        assert client.closed() == ""


def test_too_many_errors_end_the_connection(tmp_path: Path, pki_folder: Path) -> None:
    with running_node(tmp_path, pki_folder, max_errors=3) as node:
        client = node.session("smtp", "peer")
        client.ask("FOO", "500")
        client.ask("MAIL FROM:<x>", "553")
        client.ask("DATA", "503")

        client.expect("421 4.7.0")

        assert client.closed() == ""


def test_a_command_at_the_limit_is_read_and_a_longer_one_is_not(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder) as node:
        client = node.session("smtp", "peer")

        client.ask("NOOP " + "x" * 505, "250")
        client.ask("NOOP " + "x" * 506, "500 5.5.6")
        client.ask("NOOP " + "x" * 20_000, "500 5.5.6")
        client.ask("NOOP", "250")


def test_an_endless_command_ends_the_connection(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder) as node:
        client = node.connect("smtp")
        client.expect("220")

        client.send(b"NOOP " + b"x" * 80_000)

        client.expect("500 5.5.6")
        assert client.closed() == ""


def test_connections_of_one_peer_are_counted_in_and_out(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_connections_per_peer=2) as node:
        first, second = node.connect("smtp"), node.connect("submission")
        first.expect("220")
        second.expect("220")

        third = node.connect("smtp")
        third.expect("421 4.7.0")
        assert third.closed() == ""
        assert node.connect("submissions").closed() == ""  # TLS has not begun

        first.ask("QUIT", "221")
        first.closed()
        node.connect("smtp").expect("220")


@pytest.mark.parametrize(
    ("limits", "steps"),
    [
        ({"command_seconds": 0.3}, "silent"),
        ({"command_seconds": 0.3}, "slow command"),
        ({"data_seconds": 0.3}, "slow body"),
        ({"session_seconds": 0.5}, "busy"),
        ({"handshake_seconds": 0.3}, "half-open TLS"),
    ],
)
def test_each_phase_ends_at_its_absolute_deadline(
    limits: dict[str, Any], steps: str, tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, **limits) as node:
        if steps == "half-open TLS":
            client = node.connect("submissions")
            client.send(b"\x16\x03\x01\x02\x00")
        else:
            client = node.session("smtp", "peer")
        started = time.monotonic()
        if steps == "slow body":
            client.envelope(PEER, DOCTOR)
        said = _drip(client, steps)

    assert time.monotonic() - started < 3
    assert said in {"421 4.4.2 Timeout\r\n", ""}
    if steps in {"silent", "slow command", "slow body"}:
        assert said
    assert node.kept() == []


def _drip(client: Client, steps: str) -> str:
    """Send a byte or a command at a time until the server hangs up."""
    rounds = 0 if steps in {"silent", "half-open TLS"} else 60
    try:
        for _ in range(rounds):
            client.send(b"NOOP\r\n" if steps == "busy" else b"N")
            if steps == "busy":
                client.expect("250")
            time.sleep(0.05)
    except (OSError, EOFError, AssertionError):
        pass
    return client.closed()


def test_little_free_disk_refuses_before_the_body(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder) as node:
        for door in node.doors.values():
            door._intake.disk.min_free_bytes = 1 << 60
        client = node.session("smtp", "peer")

        client.ask(f"MAIL FROM:<{PEER}>", "452 4.3.1")


def test_a_failed_disk_refuses_for_now(tmp_path: Path, pki_folder: Path) -> None:
    with running_node(tmp_path, pki_folder) as node:
        client = node.session("smtp", "peer")
        client.envelope(PEER, PATIENT)
        node.database.folder.folder.write_text("a file where the folder should be")

        client.send(stuffed(padded(150_000)) + b".\r\n")

        client.expect("451 4.3.0")
        assert not node.reception.is_ready  # until a restart looks at the disk
        client.ask(f"MAIL FROM:<{PEER}>", "451 4.3.0")
        assert node.kept() == []


def test_bodies_share_the_memory(tmp_path: Path, pki_folder: Path) -> None:
    with running_node(tmp_path, pki_folder, max_memory_bytes=50_000) as node:
        one, two = node.session("smtp", "peer"), node.session("smtp", "peer")
        one.envelope(PEER, DOCTOR)
        one.send(stuffed(padded(40_000)))

        for _ in range(100):  # until the server has read what was sent
            reply = two.deliver(PEER, DOCTOR, padded(20_000))
            if reply.startswith("452 4.3.1"):
                break
            time.sleep(0.1)
        assert reply.startswith("452 4.3.1")

        one.send(b".\r\n")
        one.expect("250")
        assert two.deliver(PEER, DOCTOR, padded(20_000)).startswith("250")


def test_a_message_that_went_in_circles_is_refused(
    tmp_path: Path, pki_folder: Path
) -> None:
    hop = b"Received: from a by b; Sat, 21 Nov 2026 09:00:00 +0000\r\n"
    with running_node(tmp_path, pki_folder) as node:
        client = node.session("smtp", "peer")

        assert client.deliver(PEER, DOCTOR, hop * 51 + MESSAGE).startswith("554 5.4.6")
        assert client.deliver(PEER, DOCTOR, hop * 50 + MESSAGE).startswith("250")


def test_a_peer_that_disappears_in_a_body_leaves_nothing(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder) as node:
        client = node.session("smtp", "peer")
        client.envelope(PEER, DOCTOR)
        client.send(stuffed(MESSAGE))
        raw = socket.socket(fileno=client.sock.detach())
        raw.close()  # no close_notify: the truncation of attack T09

        node.session("smtp", "peer").ask("NOOP", "250")
        assert node.kept() == []


def test_stopping_lets_a_message_end_and_greets_the_idle_goodbye(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, stop_seconds=5) as node:
        idle, busy = node.session("smtp", "peer"), node.session("smtp", "peer")
        busy.envelope(PEER, DOCTOR)
        busy.send(stuffed(MESSAGE))
        port = node.port("smtp")
        stopping = _stop(node, "smtp")
        idle.expect("421 4.3.2")

        busy.send(b".\r\n")

        busy.expect("250 2.0.0")
        busy.expect("421 4.3.2")
        stopping.result(5)
        with pytest.raises(ConnectionError):
            socket.create_connection(("127.0.0.1", port))
        assert len(node.kept()) == 1


def _stop(node: Node, door: str) -> Any:
    async def stop() -> None:
        await node.doors[door].stopService().asFuture(node.loop)

    return asyncio.run_coroutine_threadsafe(stop(), node.loop)


def test_a_taken_port_is_told(tmp_path: Path, pki_folder: Path) -> None:
    with running_node(tmp_path, pki_folder) as node:
        door = node.doors["smtp"]

        async def listen_again() -> None:
            again = type(door)(
                door._doorway,
                door._intake,
                "127.0.0.1",
                node.port("smtp"),
                implicit_tls=False,
            )
            again.startService()
            await again.listening.asFuture(node.loop)

        with pytest.raises(OSError, match="in use"):
            node.run(listen_again())


def test_the_gate_counts_each_network_and_all() -> None:
    gate = Gate(most=3, most_per_peer=2)

    assert gate.enter("10.0.0.1")
    assert gate.enter("10.0.0.1")
    assert not gate.enter("10.0.0.1")
    assert gate.enter("10.0.0.2")
    assert not gate.enter("10.0.0.3")
    gate.leave("10.0.0.1")
    assert gate.enter("10.0.0.3")
    assert gate.total == 3


def test_an_ipv6_peer_is_its_network() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1")
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8::1")
    assert network_of("not an address") == "not an address"


def test_a_lease_gives_back_what_it_took() -> None:
    memory = Memory(10)
    one, two = Lease(memory), Lease(memory)

    assert one.take(6)
    assert not two.take(5)
    assert two.take(4)
    one.end()
    assert two.take(6)
    two.end()
    assert memory.taken == 0


def test_free_space_is_asked_once_a_second(tmp_path: Path) -> None:
    now = [0.0]
    disk = DiskSpace((tmp_path / "not yet",), 0, clock=lambda: now[0])
    assert disk.has_room_for(0)

    disk.folders = (tmp_path,)
    disk.min_free_bytes = 1 << 60

    assert not disk.has_room_for(0)

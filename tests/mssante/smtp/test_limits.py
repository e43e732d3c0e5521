"""Each limit of the SMTP doors, and what happens just past it.

Attacks S02, S15, S17 to S20, S23 and T09.
"""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gateway.mssante.smtp.limits import DiskSpace, Errors, Lease, Memory
from gateway.trust.networks import network_of
from tests.mssante.smtp.doors import (
    DOCTOR,
    MESSAGE,
    PATIENT,
    PEER,
    SERVICE,
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
        first, second = node.connect("smtp"), node.connect("smtp")
        first.expect("220")
        second.expect("220")

        third = node.connect("smtp")
        third.expect("421 4.7.0")
        assert third.closed() == ""
        node.connect("submission").expect("220")  # each door counts its own

        first.ask("QUIT", "221")
        first.closed()
        node.connect("smtp").expect("220")


def test_one_too_many_hears_it_where_tls_comes_first_too(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_connections_per_peer=1) as node:
        node.connect("submissions", "hospital").expect("220")

        second = node.connect("submissions", "hospital")

        second.expect("421 4.7.0")
        assert second.closed() == ""


def test_at_most_fifty_at_once_are_told_that_they_are_too_many(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_connections_per_peer=1) as node:
        node.connect("submissions", "hospital").expect("220")
        waiting = [node.connect("submissions") for _ in range(50)]

        assert node.connect("submissions").closed() == ""  # without a handshake

        waiting[0].tls("hospital").expect("421 4.7.0")


def from_address(node: Node, door: str, address: str) -> socket.socket:
    """Connect from another address of this machine."""
    place = ("127.0.0.1", node.port(door))
    return socket.create_connection(place, 5, source_address=(address, 0))


@pytest.mark.parametrize("door", ["smtp", "submission", "submissions"])
def test_s20_idle_connections_from_ten_addresses_shut_nobody_out(
    door: str, tmp_path: Path, pki_folder: Path
) -> None:
    limits: dict[str, Any] = {
        "max_connections": 300,
        "max_connections_unproven": 120,
        "max_connections_per_peer": 30,
    }
    name = "peer" if door == "smtp" else "hospital"
    sender = PEER if door == "smtp" else SERVICE
    with running_node(tmp_path, pki_folder, **limits) as node, ExitStack() as idle:
        before = node.session(door, name)  # has shown its certificate
        for _ in range(30):
            for address in range(2, 12):
                idle.enter_context(from_address(node, door, f"127.0.0.{address}"))

        for other in ("smtp", "submission", "submissions"):
            node.session(other, "peer" if other == "smtp" else "hospital")
        content = MESSAGE.replace(PEER.encode(), sender.encode())
        assert node.session(door, name).deliver(sender, DOCTOR, content)[:3] == "250"
        assert before.deliver(sender, PATIENT, content)[:3] == "250"
        assert node.doors[door]._doorway.places.total <= 120 + 3


def test_who_is_cut_off_hears_why(tmp_path: Path, pki_folder: Path) -> None:
    with running_node(tmp_path, pki_folder, max_connections_unproven=2) as node:
        first = node.connect("smtp")
        first.expect("220")
        for _ in range(2):
            node.connect("smtp")

        first.expect("421 4.7.0 Too many connections")
        assert first.closed() == ""


def test_who_is_cut_off_at_once_hears_why_too(tmp_path: Path, pki_folder: Path) -> None:
    with running_node(tmp_path, pki_folder, max_connections_unproven=1) as node:
        clients = [node.connect("smtp") for _ in range(10)]  # accepted together

        said = [client.closed() for client in clients[:-1]]

        assert all(one.endswith("421 4.7.0 Too many connections\r\n") for one in said)
        clients[-1].expect("220")


def test_who_shakes_hands_is_cut_off_without_a_word(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_connections_unproven=2) as node:
        first = node.connect("submissions")
        first.send(b"\x16\x03\x01\x02\x00")
        halfway = node.connect("smtp")
        halfway.expect("220")
        halfway.ask("STARTTLS", "220")
        for _ in range(2):
            node.connect("submissions")
            node.connect("smtp")

        assert first.closed() == ""
        assert halfway.closed() == ""


@pytest.mark.parametrize("steps", ["clear", "handshake", "not greeted", "refused"])
def test_who_shows_no_certificate_that_may_send_has_little_time(
    steps: str, tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, prove_seconds=0.7) as node:
        began = time.monotonic()
        name = "bad/not-listed" if steps == "refused" else "peer"
        client = node.connect("smtp")
        client.expect("220")
        if steps != "clear":
            client.ask("STARTTLS", "220")
        if steps in {"not greeted", "refused"}:
            client.tls(name)
        if steps == "refused":
            client.ask("EHLO client.test", "554")
        said = client.closed()

        assert time.monotonic() - began < 5
        # During a handshake no word can be said.
        assert said == ("" if steps == "handshake" else "421 4.4.2 Timeout\r\n")


def test_who_has_shown_a_certificate_has_the_usual_time(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, prove_seconds=0.7) as node:
        client = node.session("smtp", "peer")

        time.sleep(1.2)

        client.ask("NOOP", "250")


def test_one_certificate_has_so_many_connections_from_wherever(
    tmp_path: Path, pki_folder: Path
) -> None:
    limit: dict[str, Any] = {"max_connections_per_certificate": 2}
    with running_node(tmp_path, pki_folder, **limit) as node:
        first, _ = node.session("smtp", "peer"), node.session("smtp", "peer")

        third = node.session("smtp", "peer")
        assert third.greeting == "421 4.7.0 Too many connections"
        assert third.closed() == ""

        first.ask("EHLO again.test", "250")  # it is counted already
        first.ask("QUIT", "221")
        first.closed()
        assert node.session("smtp", "peer").greeting.startswith("250-")


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


def test_a_folder_that_cannot_be_written_refuses_until_it_can(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder) as node:
        client = node.session("smtp", "peer")
        client.envelope(PEER, PATIENT)
        folder = node.database.folder.folder
        folder.write_text("a file where the folder should be")

        client.send(stuffed(padded(150_000)) + b".\r\n")

        client.expect("451 4.3.0")
        assert node.kept() == []
        assert node.reception.is_ready  # nothing was lost: it may come back by itself
        folder.unlink()
        assert client.deliver(PEER, PATIENT, padded(150_000)).startswith("250")


def test_bodies_share_the_memory(tmp_path: Path, pki_folder: Path) -> None:
    with running_node(tmp_path, pki_folder, max_memory_bytes=50_000) as node:
        one, two = node.session("smtp", "peer"), node.session("smtp", "peer")
        one.envelope(PEER, DOCTOR)
        one.send(stuffed(padded(40_000)))

        node.until_taken(39_000)  # it has read what was sent
        assert two.deliver(PEER, DOCTOR, padded(20_000)).startswith("452 4.3.1")

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


def test_errors_are_forgotten_with_time_and_with_a_message_that_was_accepted() -> None:
    now = [0.0]
    errors = Errors(most=2, seconds=10, clock=lambda: now[0])

    errors.count()
    assert not errors.are_too_many
    now[0] = 9.9
    errors.count()
    assert errors.are_too_many
    now[0] = 10.0
    assert not errors.are_too_many
    errors.count()
    assert errors.are_too_many
    errors.succeed()
    assert not errors.are_too_many


def test_refused_recipients_count_within_their_message() -> None:
    errors = Errors(most=3, seconds=10, clock=lambda: 0.0)

    for _ in range(2):
        errors.count_recipient()
    assert not errors.are_too_many
    errors.succeed()
    for _ in range(2):
        errors.count_recipient()
    assert not errors.are_too_many
    errors.count_recipient()
    assert errors.are_too_many


def test_addresses_cannot_be_tried_for_ever() -> None:
    errors = Errors(most=3, seconds=10, clock=lambda: 0.0)

    for _ in range(3):
        assert not errors.are_too_many
        errors.give_up()  # nothing was refused
        errors.count_recipient()
        errors.give_up()
    assert errors.are_too_many


def test_many_messages_with_a_recipient_that_is_gone_pass_over_one_connection(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_errors=3) as node:
        client = node.session("smtp", "peer")
        for number in range(8):
            client.ask(f"MAIL FROM:<{PEER}>", "250")
            client.ask("RCPT TO:<nobody@hopital.mssante.test>", "550")
            client.ask("RCPT TO:<gone@hopital.mssante.test>", "550")
            client.ask(f"RCPT TO:<{DOCTOR}>", "250")
            client.ask("DATA", "354")
            content = MESSAGE.replace(b"<one@", b"<%d@" % number)
            client.send(stuffed(content) + b".\r\n")
            client.expect("250")

        assert len(node.kept()) == 8


def test_a_search_for_addresses_ends_the_connection(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_errors=3) as node:
        client = node.session("smtp", "peer")
        client.ask(f"MAIL FROM:<{PEER}>", "250")
        for number in range(3):
            client.ask(f"RCPT TO:<nobody-{number}@hopital.mssante.test>", "550")

        client.expect("421 4.7.0 Too many errors")


def test_a_search_that_begins_anew_each_time_ends_it_too(
    tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder, max_errors=3) as node:
        client = node.session("smtp", "peer")
        for number in range(3):
            client.ask(f"MAIL FROM:<{PEER}>", "250")
            client.ask(f"RCPT TO:<nobody-{number}@hopital.mssante.test>", "550")
            client.ask("DATA", "503")  # sent ahead, as Postfix does
            client.ask("RSET", "250")

        client.expect("421 4.7.0 Too many errors")


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

"""However honest traffic is cut, the answers and the bytes are the same.

Attacks S01 and S24.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mssante.smtp.doors import DOCTOR, MESSAGE, PEER, Node, running_node, stuffed

ENVELOPE = (
    f"MAIL FROM:<{PEER}> SIZE={len(MESSAGE)}\r\nRCPT TO:<{DOCTOR}>\r\n"
    "RCPT TO:<nobody@hopital.mssante.test>\r\nDATA\r\n"
).encode()
AFTER = b"NOOP\r\nRSET\r\nQUIT\r\n"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, pki_folder: Path) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("node"), pki_folder) as running:
        yield running


def cut(content: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({at % (len(content) + 1) for at in cuts} | {0, len(content)})
    return [content[a:b] for a, b in zip(places, places[1:], strict=False)]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    envelope=st.lists(st.integers(0, 1000), max_size=6),
    body=st.lists(st.integers(0, 1000), max_size=6),
    mark=st.uuids(),
)
def test_any_cut_gives_the_same_answers(
    node: Node, envelope: list[int], body: list[int], mark: object
) -> None:
    message = MESSAGE.replace(b"one@", f"{mark}@".encode())
    client = node.session("smtp", "peer")

    for segment in cut(ENVELOPE, envelope):
        client.send(segment)
    codes = [client.reply()[:3] for _ in range(4)]
    for segment in cut(stuffed(message) + b".\r\n" + AFTER, body):
        client.send(segment)
    codes += [client.reply()[:3] for _ in range(4)]

    assert codes == ["250", "250", "550", "354", "250", "250", "250", "221"]
    assert client.closed() == ""
    assert message in [content for _, content in node.kept()]


def test_two_peers_that_send_one_message_at_once_have_it_kept_once(
    node: Node,
) -> None:
    before = len(node.kept())
    message = MESSAGE.replace(b"one@", f"{time.monotonic_ns()}@".encode())
    clients = [node.session("smtp", "peer") for _ in range(4)]
    for client in clients:
        client.envelope(PEER, DOCTOR)

    for client in clients:
        client.send(stuffed(message) + b".\r\n")
    answers = {client.expect("250") for client in clients}

    assert len(answers) == 1
    assert len(node.kept()) == before + 1


def test_replies_to_commands_sent_ahead_come_in_one_piece(node: Node) -> None:
    client = node.session("smtp", "peer")

    client.send(ENVELOPE)
    client.line()

    assert [line[:3] for line in client.received.split(b"\r\n")] == [
        b"250",
        b"550",
        b"354",
        b"",
    ]

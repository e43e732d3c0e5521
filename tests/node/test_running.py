"""What the doctor sees of a service: it runs, it is frozen, or it is not there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from attrs import evolve

from gateway.node.running import Seen, is_free, look_at
from gateway.settings.file import Settings
from tests.builders_settings import make_settings


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as made:
        yield made


def at(listener: socket.socket) -> Settings:
    settings = make_settings()
    port = int(listener.getsockname()[1])
    return evolve(settings, listen=evolve(settings.listen, metrics=port))


def answering(listener: socket.socket, answer: bytes) -> threading.Thread:
    def answer_one() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(4096)
            peer.sendall(answer)

    thread = threading.Thread(target=answer_one)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n", Seen.RUNS),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nno\n", Seen.GONE),
        (b"220 another program\r\n", Seen.GONE),
        (b"", Seen.SILENT),  # as one without descriptors does
    ],
)
def test_a_service_is_known_by_its_own_page(
    listener: socket.socket, answer: bytes, seen: Seen
) -> None:
    thread = answering(listener, answer)

    assert look_at(at(listener)) is seen
    thread.join(5)


def test_what_takes_connections_and_says_nothing_is_frozen(
    listener: socket.socket,
) -> None:
    assert look_at(at(listener)) is Seen.SILENT


def test_where_nobody_listens_it_is_not_there(listener: socket.socket) -> None:
    settings = at(listener)
    port = settings.listen.metrics
    assert not is_free("127.0.0.1", port)
    listener.close()

    assert look_at(settings) is Seen.GONE
    assert is_free("127.0.0.1", port)

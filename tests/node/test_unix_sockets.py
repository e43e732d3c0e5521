"""Sockets of files take nobody else's place, and say who connects."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from gateway.errors import MisuseError
from gateway.node.unix_sockets import SocketPeer, listen_at


def test_a_file_at_the_place_of_a_socket_is_left_there(tmp_path: Path) -> None:
    notes = tmp_path / "signer"
    notes.write_text("not a socket")

    with pytest.raises(MisuseError, match=f"--socket: {notes} is something else"):
        listen_at(notes, 1, "--socket")

    assert notes.read_text() == "not a socket"


def test_the_socket_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "signer"
    listen_at(path, 1, "--socket").close()  # killed: the file stays behind
    assert path.is_socket()

    with (
        listen_at(path, 1, "--socket") as listener,
        socket.socket(socket.AF_UNIX) as client,
    ):
        client.connect(str(path))
        connection, _ = listener.accept()
        with connection:
            assert SocketPeer.of(connection) == SocketPeer(os.getpid(), os.getuid())


def test_a_folder_that_is_not_there_is_told_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match=r"--socket: .*/gone/signer: No such file"):
        listen_at(tmp_path / "gone" / "signer", 1, "--socket")

"""
The socket of operators' commands: who asks is what the kernel says of the other end.

Whoever gives a command opens neither the database nor the master key: the words come
here, and a process of ours gives the command in their place, if their role allows it
(`gateway.cli.answering`). What comes is one JSON object, length first; what goes back
are frames: a kind (``o`` output, ``e`` errors, ``x`` exit status), a length, bytes.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from twisted.logger import Logger

from gateway.node.unix_sockets import SocketPeer, listen_at
from gateway.settings.admin import MOST_ASKED

log = Logger()

HEAD: Final = struct.Struct(">cI")

_READ_SECONDS = 10.0
_SEND_SECONDS = 60.0
_AT_ONCE = 4
_WAITING = 16
_CHUNK = 64 * 1024
_UNSET = 2**32 - 1
_ANSWERING = (sys.executable, "-m", "gateway.cli.answering")


@frozen
class AskedBy:
    """Who is at the other end: the account of the process, and who logged in."""

    uid: int
    login_uid: int

    @classmethod
    def of(cls, connection: socket.socket) -> AskedBy:
        """Return what the kernel says: its peer, and ``loginuid`` of proc(5)."""
        peer = SocketPeer.of(connection)
        try:
            login = int(Path(f"/proc/{peer.pid}/loginuid").read_text("ascii"))
        except (OSError, ValueError):
            login = _UNSET
        return cls(peer.uid, peer.uid if login == _UNSET else login)


class AdminDoor:
    """Listens on the socket; each connection is one command."""

    def __init__(
        self, path: Path, settings_file: Path, program: Sequence[str] = _ANSWERING
    ) -> None:
        """
        Listen.

        Raises:
            MisuseError: something else is there, or the folder is not.
        """
        self._path = path
        self._command = [*program, str(settings_file)]
        self._ending = threading.Event()
        self._listener = listen_at(path, _WAITING, "[admin] socket")
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="admin")
        self._accepting = threading.Thread(target=self._run, name="admin", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._accepting.start()

    def stop(self) -> None:
        """Answer nobody any more; what runs is left to end."""
        self._ending.set()
        self._path.unlink(missing_ok=True)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                connection, _ = self._listener.accept()
                self._threads.submit(self._answer, connection)
            except (OSError, RuntimeError):
                if self._ending.wait(0.1):
                    return

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                who = AskedBy.of(connection)
                connection.settimeout(_READ_SECONDS)
                asked = read_request(connection)
                connection.settimeout(_SEND_SECONDS)
                self._give(
                    connection, {**asked, "uid": who.uid, "login": who.login_uid}
                )
            except (OSError, ValueError) as error:
                log.info("admin: no command: {why}", why=type(error).__name__)

    def _give(self, connection: socket.socket, asked: dict[str, Any]) -> None:
        with subprocess.Popen(  # noqa: S603 (our own program; the words go by a pipe)
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdin is not None
            assert isinstance(process.stdout, BufferedReader)
            assert isinstance(process.stderr, BufferedReader)
            lock = threading.Lock()
            errors = threading.Thread(
                target=_pass_on, args=(process.stderr, connection, b"e", lock)
            )
            errors.start()
            try:
                process.stdin.write(json.dumps(asked).encode())
                process.stdin.close()
                _pass_on(process.stdout, connection, b"o", lock)
            finally:
                errors.join()
            status = process.wait()
        _send(connection, b"x", str(max(status, 1) if status else 0).encode(), lock)


def read_request(connection: socket.socket) -> dict[str, Any]:
    """
    Return the object that came.

    Raises:
        ValueError: too long, cut, or no object of words and files.
        OSError: it does not come in time.
    """
    (size,) = struct.unpack(">I", _exactly(connection, 4))
    if size > MOST_ASKED:
        raise ValueError("too long")
    asked = json.loads(_exactly(connection, size))
    words, files = asked["words"], asked["files"]
    texts = [*words, *files.keys(), *files.values()]
    if not words or not all(isinstance(one, str) for one in texts):
        raise ValueError("no words")
    return {"words": words, "files": files}


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        chunk = connection.recv(min(_CHUNK, size - len(found)))
        if not chunk:
            raise ValueError("cut")
        found += chunk
    return found


def _pass_on(
    pipe: BufferedReader, connection: socket.socket, kind: bytes, lock: threading.Lock
) -> None:
    """Send what a process writes; once nobody reads it, it is let go to its end."""
    heard = True
    while chunk := pipe.read1(_CHUNK):
        if heard:
            try:
                _send(connection, kind, chunk, lock)
            except OSError:
                heard = False


def _send(
    connection: socket.socket, kind: bytes, content: bytes, lock: threading.Lock
) -> None:
    with lock:
        connection.sendall(HEAD.pack(kind, len(content)) + content)

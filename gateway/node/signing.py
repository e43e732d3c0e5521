"""
The signer: a process apart, with a key and a memory of its own.

It hears on a Unix socket one request a line, from the accounts it was told of
(``SO_PEERCRED``), and answers with one. What it signed last it keeps in its own folder,
written durably before the answer leaves, so that a database put back or rewritten
finds it unmoved.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen
from twisted.logger import Logger

from gateway.checkpoints.checkpoint import Checkpoint
from gateway.checkpoints.notes import Note, base64_of, bytes_of
from gateway.checkpoints.signing_keys import SigningKeys
from gateway.checkpoints.signing_rules import SignedState, decide_signing
from gateway.clock import Clock, utc_now
from gateway.durable import replace_file
from gateway.errors import GatewayError, InvalidError, MisuseError, UnavailableError
from gateway.node.unix_sockets import SocketPeer, listen_at

log = Logger()

KEY_FILE: Final = "signer.key"
STATE_FILE: Final = "signed.json"
MOST_REQUEST: Final = 64 * 1024
_ANSWER_SECONDS: Final = 10.0
_STRANGER_SECONDS: Final = 1.0
_MOST_ANSWER: Final = 256 * 1024
_WAITING: Final = 16


def state_to_json(state: SignedState) -> dict[str, Any]:
    """Return what a signer remembers as plain values."""
    return {
        "size": state.size,
        "root": base64_of(state.root),
        "time": state.time.isoformat() if state.time else "",
        "hash": state.hash,
        "recent": [one.isoformat() for one in state.recent],
    }


def state_from_json(said: Any) -> SignedState:
    """
    Read what `state_to_json` wrote.

    Raises:
        InvalidError: it is something else.
    """
    try:
        time = str(said["time"])
        return SignedState(
            size=int(said["size"]),
            root=bytes_of(said["root"]),
            time=datetime.fromisoformat(time) if time else None,
            hash=str(said["hash"]),
            recent=tuple(datetime.fromisoformat(one) for one in said["recent"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidError("not what a signer remembers") from error


@frozen
class SignerMemory:
    """The last checkpoint that was signed, and its note, in a file of the signer's."""

    file: Path

    def make(self) -> None:
        """Write that nothing was signed yet."""
        self.keep(SignedState(), "")

    def read(self) -> tuple[SignedState, str]:
        """
        Return the state and the note.

        Raises:
            MisuseError: the file is gone or is none: without it a fork could be signed.
        """
        try:
            said = json.loads(self.file.read_text("utf-8"))
            return state_from_json(said["state"]), str(said["note"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MisuseError(
                f"{self.file}: what was signed last is not there, and a signer without "
                "memory would sign a fork. Put the file back from its backup, or make "
                "a new key"
            ) from error

    def keep(self, state: SignedState, note: str) -> None:
        """Write both, durably."""
        said = {"state": state_to_json(state), "note": note}
        replace_file(self.file, json.dumps(said, indent=1).encode())


@frozen
class Signer:
    """Signs the checkpoints of one journal, one at a time."""

    keys: SigningKeys
    memory: SignerMemory
    most_per_minute: int = 10
    clock: Clock = utc_now
    _lock: threading.Lock = field(init=False, repr=False, factory=threading.Lock)

    def answer(self, request: bytes) -> dict[str, Any]:
        """Return the answer to a request; a refusal says why."""
        try:
            asked = json.loads(request)
            with self._lock:
                state, note = self.memory.read()
                if asked.get("ask") == "last":
                    return {"size": state.size, "hash": state.hash, "note": note}
                proof = [bytes_of(str(one)) for one in asked["consistency"]]
                return self._sign(str(asked["text"]), proof, state, note)
        except (InvalidError, ValueError, KeyError, TypeError, AttributeError):
            return {"refused": "not a request"}

    def _sign(
        self, text: str, proof: list[bytes], state: SignedState, note: str
    ) -> dict[str, Any]:
        said, now = Checkpoint.parse(text), self.clock()
        if note and Note.parse(note).text == text:
            return {"note": note}  # the answer was lost on its way
        if said.text() != text:
            return {"refused": "not a checkpoint of this version"}
        refusal = decide_signing(
            said,
            proof,
            state,
            now,
            origin=self.keys.name,
            most_per_minute=self.most_per_minute,
        )
        if refusal is not None:
            log.warn(
                "a checkpoint over {size} lines is not signed: {why}",
                size=said.size,
                why=refusal.value,
            )
            return {"refused": refusal.value}
        # A tree and `previous` vouch for all before: once a day is enough for years.
        is_first = state.time is None or state.time.date() != said.time.date()
        signatures = self.keys.sign(text, lasting=is_first)
        made = Note(text).with_signatures(signatures)
        self.memory.keep(state.after(said, made.hash, now), str(made))
        return {"note": str(made)}


def open_signer(folder: Path, most_per_minute: int) -> Signer:
    """
    Return the signer of a folder, which no other process has while this one lives.

    Raises:
        MisuseError: key or memory are not there, or another process signs with them.
    """
    keys = SigningKeys.from_file(folder / KEY_FILE)
    memory = SignerMemory(folder / STATE_FILE)
    memory.read()
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise MisuseError(f"{folder}: another process signs with this key") from None
    return Signer(keys, memory, most_per_minute)


class SignerDoor:
    """Listens on the socket; each connection is one request."""

    def __init__(
        self,
        path: Path,
        answer: Callable[[bytes], dict[str, Any]],
        accounts: Collection[int],
        *,
        seconds: float = _ANSWER_SECONDS,
    ) -> None:
        self._answer = answer
        self._accounts = frozenset(accounts)
        self._seconds = seconds
        self._ending = False
        self._listener = listen_at(path, _WAITING, "journal signer --socket")

    def run(self) -> None:
        """Answer until `close`; one after the other, none for longer than its time."""
        while not self._ending:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            with connection:
                connection.settimeout(self._seconds)
                with suppress(OSError):
                    self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        account = SocketPeer.of(connection).uid
        if account not in self._accounts:
            connection.settimeout(_STRANGER_SECONDS)
            read_line(connection, MOST_REQUEST)  # unread, it would cut the answer off
            log.warn("account {account} may not ask the signer", account=account)
            said: dict[str, Any] = {"refused": "this account may not ask"}
        else:
            request = read_line(connection, MOST_REQUEST)
            said = self._answer(request) if request else {"refused": "too long"}
        connection.sendall(json.dumps(said).encode() + b"\n")

    def close(self) -> None:
        """Stop listening."""
        self._ending = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def read_line(connection: socket.socket, most: int) -> bytes:
    """Return a line without its end; empty where it has none, or is too long."""
    content = b""
    while not content.endswith(b"\n"):
        part = connection.recv(min(65536, most + 1 - len(content)))
        content += part
        if not part or len(content) > most:
            return b""
    return content[:-1]


@frozen
class SignerClient:
    """Asks the signer, by its socket."""

    path: Path
    seconds: float = _ANSWER_SECONDS

    def last(self) -> tuple[int, str, str]:
        """
        Return size and hash of the last checkpoint that was signed, and its note.

        Raises:
            UnavailableError: no answer.
        """
        said = self._ask({"ask": "last"})
        try:
            return int(said["size"]), str(said["hash"]), str(said["note"])
        except (KeyError, ValueError, TypeError) as error:
            raise UnavailableError(f"the signer: {said.get('refused')}") from error

    def sign(self, text: str, proof: list[bytes]) -> Note:
        """
        Return a checkpoint's text as a signed note.

        Raises:
            SignerRefusedError: the signer does not sign it.
            UnavailableError: no answer.
        """
        asked = {"text": text, "consistency": [base64_of(one) for one in proof]}
        said = self._ask(asked)
        if "note" not in said:
            raise SignerRefusedError(f"the signer refuses: {said.get('refused')}")
        note = Note.parse(str(said["note"]))
        if note.text != text:
            raise SignerRefusedError("the signer signed another text")
        return note

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(self.seconds)
                connection.connect(str(self.path))
                connection.sendall(json.dumps(asked).encode() + b"\n")
                said = json.loads(read_line(connection, _MOST_ANSWER))
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "no answer"
            raise UnavailableError(f"the signer at {self.path}: {why}") from error
        if not isinstance(said, dict):
            raise UnavailableError(f"the signer at {self.path}: no answer")
        return said


class SignerRefusedError(GatewayError):
    """The signer has its own memory, and what it was asked contradicts that."""

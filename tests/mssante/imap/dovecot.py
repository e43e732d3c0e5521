"""Dovecot's IMAP server on a folder of its own, and its answers read as values."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.mssante.imap.server import Wire

PROGRAM = Path("/usr/lib/dovecot/imap")


def _is_there() -> bool:
    program = shutil.which("dovecot", path="/usr/sbin:/usr/bin")
    if program is None or not PROGRAM.exists():
        return False
    said = subprocess.run([program, "--version"], capture_output=True, check=False)
    return said.stdout.startswith(b"2.3.")  # the settings of 2.4 are others


needs_dovecot = pytest.mark.skipif(
    not _is_there(), reason="dovecot-imapd 2.3 is not installed"
)

_SETTINGS = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
mail_location = maildir:{folder}/mail
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 0
ssl = no
namespace inbox {{
  inbox = yes
  separator = /
{folders}
}}
"""

_USES = {name: f"\\{name}" for name in ("Sent", "Drafts", "Trash", "Junk", "Archive")}


class Dovecot:
    """A mailbox of Dovecot's; each `wire` is a session in it, signed in already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Dovecot serves no mail of root's.
        self._user = "nobody" if os.getuid() == 0 else None
        if self._user is not None:
            shutil.chown(folder, self._user)
        state = folder.stat()
        special = "\n".join(
            f"  mailbox {name} {{\n    special_use = {use}\n    auto = subscribe\n  }}"
            for name, use in _USES.items()
        )
        self._settings = folder / "dovecot.conf"
        self._settings.write_text(
            _SETTINGS.format(
                folder=folder, uid=state.st_uid, gid=state.st_gid, folders=special
            )
        )
        self._settings.chmod(0o644)  # whatever the mask: it runs as somebody else
        self._as_who: dict[str, Any] = {}
        if self._user is not None:
            self._as_who = {
                "user": self._user,
                "group": state.st_gid,
                "extra_groups": (),
            }
        self._running: list[subprocess.Popen[bytes]] = []

    def wire(self) -> Wire:
        """Begin a session."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [str(PROGRAM), "-c", str(self._settings)],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                env={"HOME": str(self._folder), "USER": self._user or "somebody"},
                cwd=self._folder,
                **self._as_who,
            )
        self._running.append(process)
        ours.settimeout(20)
        wire = Wire(ours)
        assert wire.line().startswith(b"* PREAUTH")
        return wire

    def stop(self) -> None:
        """End the sessions that are left."""
        for process in self._running:
            process.terminate()
            process.wait(10)


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """Run Dovecot in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        server = Dovecot(Path(name))
        try:
            yield server
        finally:
            server.stop()


Value = Any
"""None for NIL, bytes for a string, str for a word, a tuple for a list."""

_STATUS = re.compile(rb"(OK|NO|BAD|BYE|PREAUTH)(?: \[([^\]]*)\])?", re.I)
_WORD = re.compile(rb'[^\s()"\[{]+')
_LITERAL = re.compile(rb"\{(\d+)\}\r\n")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.S)


def values(text: bytes) -> list[Value]:
    """Return the values that stand one after the other in a response."""
    found, at = _values(text, 0)
    assert at == len(text), text[at:]
    return found


def _values(text: bytes, at: int) -> tuple[list[Value], int]:
    found: list[Value] = []
    while at < len(text):
        if text[at : at + 1] == b" ":
            at += 1
        elif text[at : at + 1] == b")":
            break
        elif text[at : at + 1] == b"(":
            inside, at = _values(text, at + 1)
            found.append(tuple(inside))
            at += 1
        elif match := _QUOTED.match(text, at):
            found.append(re.sub(rb"\\(.)", rb"\1", match[1], flags=re.S))
            at = match.end()
        elif match := _LITERAL.match(text, at):
            end = match.end() + int(match[1])
            found.append(text[match.end() : end])
            at = end
        else:
            word, at = _word(text, at)
            found.append(None if word.upper() == "NIL" else word)
    return found, at


def _word(text: bytes, at: int) -> tuple[str, int]:
    """Read a word, with what stands in its brackets: ``BODY[HEADER.FIELDS (TO)]``."""
    start = at
    while at < len(text):
        if match := _WORD.match(text, at):
            at = match.end()
        elif text[at : at + 1] == b"[":
            at = text.index(b"]", at) + 1
        else:
            break
    assert at > start, text[start:]
    return text[start:at].decode("ascii"), at


def _flags(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)


def _code(text: bytes) -> tuple[Value, ...] | None:
    """Return a response code, without the numbers that no two servers share."""
    word, *rest = values(text)
    name = str(word).upper()
    match name:
        case "PERMANENTFLAGS":
            return name, _flags(rest[0])
        case "UIDVALIDITY":
            return (name,)
        case "APPENDUID" | "COPYUID":
            return name, *rest[1:]
        case "CLIENTBUG" | "HIGHESTMODSEQ" | "CLOSED" | "CAPABILITY" | "NOMODSEQ":
            return None
        case _:
            return name, *rest


def _name(value: Value) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def untagged(response: bytes, *, with_uid: bool) -> Value | None:
    """
    Return what an untagged response tells; None for what tells nothing comparable.

    The uid of a FETCH that was not asked for it may stand there or not.
    """
    text = response.removeprefix(b"* ")
    if (status := _STATUS.match(text)) is not None:
        if status[2] is None:
            return ("BYE",) if status[1].upper() == b"BYE" else None
        code = _code(status[2])
        return None if code is None else (status[1].decode().upper(), *code)
    word, *rest = values(text)
    if word.isdigit():
        if rest[0] != "FETCH":
            return rest[0], int(word)
        told = [
            (name, _flags(value) if name == "FLAGS" else value)
            for name, value in zip(rest[1][::2], rest[1][1::2], strict=True)
            if name != "UID" or with_uid
        ]
        return "FETCH", int(word), tuple(sorted(told, key=repr))
    match word:
        case "CAPABILITY" | "ID":
            return (word,)
        case "FLAGS":
            return word, _flags(rest[0])
        case "LIST" | "LSUB":
            return word, _flags(rest[0]), rest[1], _name(rest[2])
        case "SEARCH":
            found = [int(one) for one in rest if isinstance(one, str)]
            return word, tuple(sorted(found)), len(rest) - len(found)
        case "STATUS":
            counts = zip(rest[1][::2], rest[1][1::2], strict=True)
            return word, _name(rest[0]), tuple(sorted(counts))
        case _:
            return word, *rest


def answer(command: str, responses: list[bytes]) -> tuple[Value, ...]:
    """
    Return what a command was answered: state and code, then what was told.

    What is told stands in one order; the numbers of EXPUNGE are those that the
    messages had before the command.
    """
    *told, last = responses
    status = _STATUS.match(last.partition(b" ")[2])
    assert status is not None, last
    code = None if status[2] is None else _code(status[2])
    with_uid = "UID" in command.upper()
    left, found = list(range(1, 1000)), []
    for response in told:
        one = untagged(response, with_uid=with_uid)
        if one is not None and one[0] == "EXPUNGE":
            found.append(("EXPUNGE", left.pop(one[1] - 1)))
        elif one is not None:
            found.append(one)
    return (status[1].decode().upper(), code, *sorted(found, key=repr))

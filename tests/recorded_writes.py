"""
What a program does to a folder, and when, recorded by strace.

What it writes through memory (mmap) is not seen; what is done in another way than those
that are known here is an error, not left out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from attrs import frozen

_CALLS: Final = (
    "open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,truncate,ftruncate,"
    "fallocate,copy_file_range,sendfile,splice,rename,renameat,renameat2,link,linkat,"
    "symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,fsync,fdatasync,"
    "sync_file_range,syncfs"
)


@frozen
class Opened:
    """A file was opened, and made or emptied as its flags say."""

    path: Path
    creates: bool = False
    empties: bool = False


@frozen
class Written:
    """Bytes were written, at a place or (None) where the last ones ended."""

    path: Path
    content: bytes
    at: int | None = None


@frozen
class Resized:
    """A file was cut, or made longer with zeros."""

    path: Path
    size: int


@frozen
class Synced:
    """A file, or the names in a folder, were made durable."""

    path: Path


@frozen
class FolderMade:
    """A folder was made."""

    path: Path


@frozen
class Linked:
    """A file got one more name."""

    path: Path
    to: Path


@frozen
class Renamed:
    """A file or folder got another name, in place of what had it."""

    path: Path
    to: Path


@frozen
class Removed:
    """A name was removed."""

    path: Path


@frozen
class Said:
    """Bytes left on a connection between two ports."""

    port: int
    """Ours."""
    to: int


Deed = (
    Opened | Written | Resized | Synced | FolderMade | Linked | Renamed | Removed | Said
)


@frozen
class Step:
    """One call to the kernel; times are nanoseconds since 1970."""

    began: int
    ended: int
    deed: Deed


class RecordingError(Exception):
    """A line that is not understood: what is made of the others would be untrue."""


def strace(*options: str) -> list[str]:
    """Return what is put before a program; skip the test where it may not trace."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    traced = ["strace", "-f", "-qq", "--seccomp-bpf", *options]
    tried = subprocess.run([*traced, "true"], check=False, capture_output=True)
    if tried.returncode:
        pytest.skip("strace may not trace here")
    return traced


def recording(folder: Path) -> list[str]:
    """
    Return what is put before a program, for its steps to be written into a folder.

    The program keeps its process id, and its end is not waited for: see `is_complete`.
    """
    return strace(
        *("-ff", "-DD", "-yy", "-xx", "-s", str(2**26), "-o", str(folder / "thread")),
        *("--absolute-timestamps=format:unix,precision:ns", "--syscall-times=ns"),
        *("-e", f"trace={_CALLS}", "-e", "signal=none"),
    )


def is_complete(folder: Path) -> bool:
    """Tell whether nobody writes into the folder of a recording any more."""
    name = str(folder / "thread").encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if name in (process / "cmdline").read_bytes().split(b"\0"):
                return False
        except OSError:  # gone meanwhile
            continue
    return True


def read_steps(folder: Path, below: Path) -> list[Step]:
    """
    Return what was done to the files below a folder and said to peers, in order.

    Raises:
        RecordingError: something was done that is not known here.
    """
    steps = []
    for thread in folder.glob("thread.*"):
        with thread.open("rb") as lines:
            for line in lines:
                if (step := read_step(line, below)) is not None:
                    steps.append(step)
    return sorted(steps, key=lambda step: (step.began, step.ended))


_LINE: Final = re.compile(
    rb"(?P<at>\d+\.\d{9}) (?P<call>\w+)\((?P<words>.*)\)"
    rb" += (?P<result>-?\d+|\?)(?:[ <].*)? <(?P<lasted>\d+\.\d{9})>\s*"
)
_HEX: Final = rb"(?:\\x[0-9a-f]{2})*"
_TEXT: Final = re.compile(rb'"(%s)"' % _HEX)
_OPEN_FILE: Final = re.compile(rb"(?:\d+|AT_FDCWD)<(%s)>(\(deleted\))?" % _HEX)
_NOT_KNOWN: Final = re.compile(rb"\bO_(?:APPEND|TMPFILE|DIRECT)\b")
_OPEN_FILE_OR_TEXT: Final = re.compile(_OPEN_FILE.pattern + b"|" + _TEXT.pattern)
_CONNECTION: Final = re.compile(rb"\d+<TCP(?:v6)?:\[[^>]*:(\d+)->[^>]*:(\d+)\]>")


def read_step(line: bytes, below: Path) -> Step | None:
    """
    Return the step of a line of strace; None for what failed, or was elsewhere.

    Raises:
        RecordingError: it is of a file below the folder, and not understood.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        if any(name in line for name in (str(below).encode(), _in_hex(below))):
            raise RecordingError(line[:200])
        return None
    result = found["result"]
    if result == b"?" or int(result) < 0:
        return None
    deed = _deed(found["call"].decode(), found["words"], int(result), below)
    if deed is None:
        return None
    began = _nanoseconds(found["at"])
    return Step(began, began + _nanoseconds(found["lasted"]), deed)


def _deed(call: str, words: bytes, result: int, below: Path) -> Deed | None:
    if call in {"write", "writev"} and (ports := _CONNECTION.match(words)):
        return Said(int(ports[1]), int(ports[2]))
    paths = [path for path in _paths(call, words) if path.is_relative_to(below)]
    if not paths:
        return None
    if call.startswith(("write", "pwrite")):
        return _written(call, paths[0], words, result)
    match call:
        case "open" | "openat" | "creat" if not _NOT_KNOWN.search(words):
            creates = call == "creat" or b"O_CREAT" in words
            empties = call == "creat" or b"O_TRUNC" in words
            return Opened(paths[0], creates, empties)
        case "truncate" | "ftruncate":
            return Resized(paths[0], int(words.rpartition(b", ")[2]))
        case "fsync" | "fdatasync":
            return Synced(paths[0])
        case "mkdir" | "mkdirat":
            return FolderMade(paths[0])
        case "rename" | "renameat" if len(paths) == 2:
            return Renamed(*paths)
        case "link" | "linkat" if len(paths) == 2:
            return Linked(*paths)
        case "unlink" | "unlinkat" | "rmdir":
            return Removed(paths[0])
        case _:
            raise RecordingError(f"{call} of {paths}")


def _paths(call: str, words: bytes) -> Iterator[Path]:
    """Yield the files a call is about: by name, or open; none that has no name left."""
    opened = _OPEN_FILE.match(words)
    if call.startswith(("write", "pwrite", "fsync", "fdata", "ftrunc", "falloc")):
        if opened is not None and not opened[2]:
            yield _path(opened[1])
        return
    folder = Path("/")  # a name that is relative to nothing stated is not ours
    for place, _, name in _OPEN_FILE_OR_TEXT.findall(words):
        if place:
            folder = _path(place)
        else:
            yield folder / _path(name)
    if call in {"copy_file_range", "sendfile", "splice", "sync_file_range", "syncfs"}:
        yield from (_path(one) for one, _ in _OPEN_FILE.findall(words))


def _written(call: str, path: Path, words: bytes, result: int) -> Written:
    pieces = [_bytes(text) for text in _TEXT.findall(words)]
    content = b"".join(pieces)[:result]
    if len(content) != result:
        raise RecordingError(f"{call} of {path}: {len(content)} of {result} bytes")
    if not call.startswith("pwrite"):
        return Written(path, content)
    numbers = words.rpartition(b'"' if call == "pwrite64" else b"]")[2].split(b", ")
    return Written(path, content, int(numbers[2]))


def _bytes(text: bytes) -> bytes:
    return bytes.fromhex(text.replace(b"\\x", b"").decode("ascii"))


def _path(text: bytes) -> Path:
    return Path(_bytes(text).decode("utf-8", "surrogateescape"))


def _in_hex(path: Path) -> bytes:
    return "".join(f"\\x{byte:02x}" for byte in str(path).encode()).encode()


def _nanoseconds(text: bytes) -> int:
    seconds, _, rest = text.partition(b".")
    return int(seconds) * 10**9 + int(rest)

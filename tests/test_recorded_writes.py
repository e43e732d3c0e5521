from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.power_cuts import ALL, Disk
from tests.recorded_writes import (
    Deed,
    FolderMade,
    Linked,
    Opened,
    RecordingError,
    Removed,
    Renamed,
    Resized,
    Said,
    Step,
    Synced,
    Written,
    is_complete,
    read_step,
    read_steps,
    recording,
)

BELOW = Path("/data")


def hexed(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


A, B = (f'"{hexed(name)}"' for name in ("/data/a", "/data/b"))
OPEN = f"5<{hexed('/data/a')}>"
HERE = f"AT_FDCWD<{hexed('/data')}>"


def line(call: str, result: str = "0") -> bytes:
    return f"17.000000001 {call} = {result} <0.000000500>\n".encode()


@pytest.mark.parametrize(
    ("call", "result", "deed"),
    [
        (f"openat({HERE}, {A}, O_RDONLY)", OPEN, Opened(BELOW / "a")),
        (
            f'openat({HERE}, "{hexed("a")}", O_RDWR|O_CREAT, 0600)',
            OPEN,
            Opened(BELOW / "a", creates=True),
        ),
        (
            f"open({A}, O_WRONLY|O_CREAT|O_TRUNC, 0666)",
            OPEN,
            Opened(BELOW / "a", creates=True, empties=True),
        ),
        (f"creat({A}, 0600)", OPEN, Opened(BELOW / "a", creates=True, empties=True)),
        (f'write({OPEN}, "{hexed("abc")}", 3)', "3", Written(BELOW / "a", b"abc")),
        (f'write({OPEN}, "{hexed("abc")}", 3)', "2", Written(BELOW / "a", b"ab")),
        (
            f'writev({OPEN}, [{{iov_base="{hexed("ab")}", iov_len=2}}, '
            f'{{iov_base="{hexed("c")}", iov_len=1}}], 2)',
            "3",
            Written(BELOW / "a", b"abc"),
        ),
        (
            f'pwrite64({OPEN}, "{hexed("abc")}", 3, 4096)',
            "3",
            Written(BELOW / "a", b"abc", 4096),
        ),
        (
            f'pwritev({OPEN}, [{{iov_base="{hexed("ab")}", iov_len=2}}], 1, 24)',
            "2",
            Written(BELOW / "a", b"ab", 24),
        ),
        (f"ftruncate({OPEN}, 3)", "0", Resized(BELOW / "a", 3)),
        (f"truncate({A}, 4)", "0", Resized(BELOW / "a", 4)),
        (f"fsync({OPEN})", "0", Synced(BELOW / "a")),
        (f"fdatasync({OPEN})", "0", Synced(BELOW / "a")),
        (f"mkdir({A}, 0700)", "0", FolderMade(BELOW / "a")),
        (f"rename({A}, {B})", "0", Renamed(BELOW / "a", BELOW / "b")),
        (
            f'renameat({HERE}, "{hexed("a")}", {HERE}, "{hexed("b")}")',
            "0",
            Renamed(BELOW / "a", BELOW / "b"),
        ),
        (f"link({A}, {B})", "0", Linked(BELOW / "a", BELOW / "b")),
        (f"unlink({A})", "0", Removed(BELOW / "a")),
        (f"rmdir({A})", "0", Removed(BELOW / "a")),
        (
            f'write(9<TCP:[127.0.0.1:25->127.0.0.1:4000]>, "{hexed("250")}", 3)',
            "3",
            Said(25, 4000),
        ),
        (
            f'write(9<TCPv6:[[::1]:25->[::1]:4000]>, "{hexed("250")}", 3)',
            "3",
            Said(25, 4000),
        ),
    ],
)
def test_a_line_of_strace_is_a_step(call: str, result: str, deed: Deed) -> None:
    at = 17 * 10**9 + 1
    assert read_step(line(call, result), BELOW) == Step(at, at + 500, deed)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (f"mkdir({A}, 0700)", "-1 EEXIST (File exists)"),
        (f'mkdir("{hexed("/elsewhere/a")}", 0700)', "0"),
        (f'write(5<{hexed("/elsewhere/a")}>, "{hexed("a")}", 1)', "1"),
        (f'write({OPEN}(deleted), "{hexed("a")}", 1)', "1"),
        (f'write(3<pipe:[7]>, "{hexed("/data/a")}", 7)', "7"),
    ],
)
def test_what_failed_or_was_elsewhere_is_no_step(call: str, result: str) -> None:
    assert read_step(line(call, result), BELOW) is None


@pytest.mark.parametrize(
    "told",
    [
        line(f"renameat2({HERE}, {A}, {HERE}, {B}, RENAME_EXCHANGE)"),
        line(f"fallocate({OPEN}, 0, 0, 4096)"),
        line(f"open({A}, O_WRONLY|O_CREAT|O_APPEND, 0600)", OPEN),
        line(f"openat({HERE}, {A}, O_RDWR|O_TMPFILE, 0600)", OPEN),
        line(f"copy_file_range(4<{hexed('/x')}>, NULL, {OPEN}, NULL, 9, 0)", "9"),
        line(f'write({OPEN}, "{hexed("ab")}"..., 3)', "3"),
        f"17.000000001 fsync({OPEN} <unfinished ...>\n".encode(),
    ],
)
def test_what_is_not_understood_is_not_left_out(told: bytes) -> None:
    with pytest.raises(RecordingError):
        read_step(told, BELOW)


PROGRAM = """
import os, sys, threading
from pathlib import Path

os.umask(0o077)
top = Path(sys.argv[1])
(top / "old").write_bytes(b"new")
with (top / "changed").open("r+b") as file:
    file.write(b"AB")
    file.flush()
    os.pwrite(file.fileno(), b"x" * 5000, 3)
    os.ftruncate(file.fileno(), 4000)
    os.fsync(file.fileno())
folder = top / "folder"
folder.mkdir()

def work(number):
    for turn in range(20):
        part = folder / f"{number}-{turn}.part"
        with part.open("wb") as file:
            os.writev(file.fileno(), [b"one ", str(turn).encode()])
            os.fdatasync(file.fileno())
        part.rename(folder / f"{number}-{turn}")

threads = [threading.Thread(target=work, args=(one,)) for one in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
os.link(folder / "0-0", top / "linked")
(folder / "0-1").unlink()
(top / "empty").mkdir()
(top / "empty").rmdir()
if not os.fork():
    (top / "child").write_bytes(b"written by another process")
    os._exit(0)
os.wait()
"""


def test_the_steps_of_a_program_lead_to_the_folder_it_left(tmp_path: Path) -> None:
    folder, before, traces = (tmp_path / name for name in ("folder", "before", "steps"))
    traces.mkdir()
    for one in (folder, before):
        one.mkdir()
        (one / "old").write_bytes(b"something longer")
        (one / "changed").write_bytes(b"abcdef")

    program = [sys.executable, "-c", PROGRAM, str(folder)]
    subprocess.run([*recording(traces), *program], check=True)
    until = time.monotonic() + 30
    while not is_complete(traces):
        assert time.monotonic() < until
        time.sleep(0.01)
    steps = read_steps(traces, folder)
    end = max(step.ended for step in steps) + 1
    Disk.at(end, before, steps, folder).write(tmp_path / "made", Random(0), ALL)

    made, there = contents(tmp_path / "made"), contents(folder)
    assert len(made) == 64
    assert made == there


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }

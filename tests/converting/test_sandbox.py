"""A process that is shut in: it computes and answers, and can do nothing else."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

WAYS_OUT = {
    "a connection": "socket.socket()",
    "a pair of sockets": "socket.socketpair()",
    "a file to read": "open('/etc/hostname')",
    "a file to write": "open('/tmp/out-of-the-box', 'w')",
    "a program": "os.execv('/bin/true', ['true'])",
    "another process": "os.fork()",
    "a folder": "os.listdir('/')",
    "the end of another": "os.kill(os.getppid(), 0)",
    "a change of a file": "os.chmod('/tmp', 0o777)",
}


def shut_in(what: str, memory: int = 1 << 30) -> str:
    """Return what a process says that is shut in and tries something."""
    program = textwrap.dedent(
        f"""
        import os, resource, socket
        from gateway.converting.sandbox import confine
        confine(memory_bytes={memory}, seconds=5)
        try:
            {what}
            print("did it")
        except (OSError, MemoryError) as error:
            print(type(error).__name__)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


@pytest.mark.parametrize("name", WAYS_OUT)
def test_there_is_no_way_out(name: str) -> None:
    assert shut_in(WAYS_OUT[name]) == "PermissionError"


def test_it_computes_starts_threads_and_answers() -> None:
    assert shut_in("sum(range(1000)); bytes(1 << 20)") == "did it"
    threads = "import threading as t; one = t.Thread(target=int); one.start()"
    assert shut_in(threads.replace("import threading as t; ", "")) == ""  # no name
    program = (
        "import threading; from gateway.converting.sandbox import confine; "
        "confine(memory_bytes=1 << 30, seconds=5); said = []; "
        "one = threading.Thread(target=said.append, args=(1,)); one.start(); "
        "one.join(); print(said)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[1]\n"


def test_memory_has_an_end() -> None:
    assert shut_in("bytes(1 << 29)", memory=256 << 20) == "MemoryError"


def test_the_processor_has_an_end() -> None:
    program = (
        "from gateway.converting.sandbox import confine; "
        "confine(memory_bytes=1 << 30, seconds=1)\nwhile True: pass"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode < 0

"""What a nursery forks is as if it had been started: nothing of another's is in it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from gateway.node.nursery import NoNurseryError, Nursery

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone forks")

SERVICE = """
import json, os, resource, select, signal, sys, time
from contextlib import suppress
from pathlib import Path
from gateway.node import nursery as module
from gateway.node.nursery import PROGRAM, NoNurseryError, Nursery

def run(words):
    exec(words[0])
    return 3

class Child:
    '''A process that runs a line of Python.'''

    def __init__(self, line, environment=None, folder=None):
        pipes = [os.pipe() for _ in range(3)]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        self.stdin, self.stdout = pipes[0][1], pipes[1][0]
        self.stderr = pipes[2][0]
        words = [*PROGRAM, line, "its word"]
        given = dict(os.environ) if environment is None else environment
        try:
            self.forked = nursery.fork(words, given, theirs, folder)
        finally:
            for one in theirs:
                os.close(one)

    def said(self):
        '''Return all that it says until it ends, errors after it.'''
        text = b""
        for one in (self.stdout, self.stderr):
            while piece := os.read(one, 65536):
                text += piece
        return text.decode()

    def has_ended(self, seconds=20):
        return bool(select.select([self.forked.descriptor], [], [], seconds)[0])

def is_there(pid):
    with suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False

def gone(*pids):
    until = time.monotonic() + 20
    while any(map(is_there, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    return [pid for pid in pids if is_there(pid)] == []

BEFORE
nursery = Nursery.open(["gateway.node.reports"], run)
"""


def told(lines: str, before: str = "", *, stdin: int | None = None) -> Any:
    """Run lines in a process that has a nursery; return what the last of them says."""
    program = SERVICE.replace("BEFORE", before) + lines
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=stdin,
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


FACTS = """
import json, os, random, signal, socket, sys, gc, logging, threading
print(json.dumps({
    "open": sorted(
        int(one) for one in os.listdir("/proc/self/fd")
        if os.path.exists(f"/proc/self/fd/{one}")
    ),
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "argv": sys.argv[1:],
    "original": sys.orig_argv[1:],
    "shown": open("/proc/self/cmdline").read().split(chr(0))[1:-1],
    "parent": os.getppid(),
    "signals": [signal.getsignal(n) == signal.SIG_DFL for n in (1, 15, 17)],
    "interrupt": signal.getsignal(2) is signal.default_int_handler,
    "collecting": gc.isenabled(),
    "threads": len(os.listdir("/proc/self/task")),
    "limit": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    "loaded": "gateway.node.reports" in sys.modules,
}))
print("an error", file=sys.stderr)
"""


def test_it_has_what_it_is_given_and_nothing_else() -> None:
    facts = told(
        f"""
held = os.open("/dev/null", os.O_RDONLY)
os.set_inheritable(held, True)
os.environ["SECRET"] = "of the service"
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
first = Child("import time; time.sleep(60)")
child = Child({FACTS!r}, {{"ONE": "two"}}, "/")
said = child.said()
assert said.endswith("an error\\n"), said
facts = json.loads(said.removesuffix("an error\\n"))
facts["nursery"] = nursery.pid
facts["ended"] = child.has_ended()
print(json.dumps(facts))
""",
        before="kept = os.open('/dev/null', os.O_RDONLY)",
    )

    line = facts.pop("argv")[0]
    assert line == FACTS
    assert facts == {
        "open": [0, 1, 2],
        "environment": {"ONE": "two"},
        "folder": "/",
        "original": ["-m", "gateway.cli.main", line, "its word"],
        "shown": ["-m", "gateway.cli.main", line, "its word"],
        "parent": facts["nursery"],
        "signals": [True, True, True],
        "interrupt": True,
        "collecting": True,
        "threads": 1,
        "limit": 200,
        "loaded": True,
        "nursery": facts["nursery"],
        "ended": True,
    }


CHANCE = """
import os, random, secrets, sqlite3, ssl, tempfile, uuid
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
key = generate_private_key(SECP256R1()).private_numbers().private_value
with tempfile.TemporaryDirectory() as place:  # SQLite sees a fork when it opens a file
    database = sqlite3.connect(f"{place}/database")
    blob = database.execute("select hex(randomblob(16))").fetchone()[0]
    database.close()
print(json.dumps([
    os.urandom(16).hex(), random.random(), secrets.token_hex(), uuid.uuid4().hex,
    ssl.RAND_bytes(16).hex(), key, blob,
]))
"""


def test_no_two_of_them_have_the_same_chance() -> None:
    """Each library is asked before the fork, too: what it says then is said once."""
    before = CHANCE.replace("print(", "BEFORE_FORK = (")
    each = told(
        f"said = [json.loads(Child({CHANCE!r}).said()) for _ in range(3)]\n"
        "print(json.dumps([json.loads(BEFORE_FORK), *said]))",
        before=before,
    )

    for values in zip(*each, strict=True):
        assert len(set(values)) == 4, values


def test_memory_is_kept_from_core_files_and_from_other_processes() -> None:
    line = """
from gateway.cli.main import main
from gateway.node.secret_memory import memory_state
with suppress(SystemExit):
    main(["--help"])
print(); print(json.dumps([memory_state().core_bytes, memory_state().dumpable]))
"""
    assert told(f"print(Child({line!r}).said().splitlines()[-1])") == [0, False]


def test_one_that_is_killed_ends_for_all_and_its_number_is_free() -> None:
    facts = told("""
child = Child("import time; print('there', flush=True); time.sleep(60)")
os.read(child.stdout, 100)
running = not child.has_ended(0)
signal.pidfd_send_signal(child.forked.descriptor, signal.SIGKILL)
ended = child.has_ended()
Child("").said()  # the nursery has had its turn
left = Path(f"/proc/{child.forked.pid}").exists()
print(json.dumps([running, ended, left, is_there(nursery.pid)]))
""")

    assert facts == [True, True, False, True]


def test_a_status_and_an_error_are_those_of_a_program() -> None:
    facts = told("""
children = [Child(line) for line in ("pass", "1 / 0", "raise OSError(5, 'disk')")]
print(json.dumps([child.said().splitlines()[-1:] for child in children]))
""")

    assert facts == [
        [],
        ["ZeroDivisionError: division by zero"],
        ["OSError: [Errno 5] disk"],
    ]


WAITS = "import sys; print('there', flush=True); sys.stdin.read()"


def test_when_the_service_is_killed_all_of_them_end() -> None:
    facts = told(f"""
reading, writing = os.pipe()
outer = os.fork()
if not outer:
    nursery = Nursery.open([], run)
    children = [Child({WAITS!r}) for _ in range(2)]
    for child in children:
        os.read(child.stdout, 100)
    pids = [nursery.pid, *(child.forked.pid for child in children)]
    os.write(writing, json.dumps(pids).encode())
    time.sleep(60)
pids = json.loads(os.read(reading, 1000))
there = all(map(is_there, pids))
os.kill(outer, signal.SIGKILL)
print(json.dumps([there, gone(*pids)]))
""")

    assert facts == [True, True]


def test_the_end_of_one_is_heard_while_others_go_on() -> None:
    """None holds another's pipes: the end of the service would not be noticed."""
    facts = told(f"""
children = [Child({WAITS!r}) for _ in range(3)]
for child in children:
    os.read(child.stdout, 100)
os.close(children[0].stdin)
said = children[0].said()
print(json.dumps([said, *(child.has_ended(0.2) for child in children)]))
""")

    assert facts == ["", True, False, False]


def test_a_nursery_that_is_killed_takes_nobody_with_it_and_forks_no_more() -> None:
    facts = told(f"""
child = Child({WAITS!r})
os.read(child.stdout, 100)
os.kill(nursery.pid, signal.SIGKILL)
noticed = bool(select.select([nursery.descriptor], [], [], 20)[0])
try:
    Child("")
except NoNurseryError as error:
    why = str(error)
goes_on = not child.has_ended(0.2)
signal.pidfd_send_signal(child.forked.descriptor, signal.SIGTERM)
print(json.dumps([noticed, bool(why), goes_on, child.has_ended()]))
""")

    assert facts == [True, True, True, True]


def test_a_nursery_that_does_not_answer_is_killed() -> None:
    facts = told(
        """
os.kill(nursery.pid, signal.SIGSTOP)
try:
    Child("")
except NoNurseryError as error:
    why = str(error)
print(json.dumps([why, bool(select.select([nursery.descriptor], [], [], 20)[0])]))
""",
        before="module.ANSWER_SECONDS = 0.2",
    )

    assert facts == ["it does not answer", True]


def test_signals_to_all_processes_of_the_service_do_not_end_it() -> None:
    facts = told("""
child = Child("print('first')")
child.said()
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    os.kill(nursery.pid, number)
print(json.dumps(Child("print('second')").said()))
""")

    assert facts == "second\n"


def test_without_room_for_a_process_it_is_said_and_the_next_is_forked() -> None:
    facts = told(
        """
try:
    Child("")
except NoNurseryError:
    raise
except OSError as error:
    why = error.errno
print(json.dumps([why, Child("print(1)").said()]))
""",
        before="""
import errno
fork, forks = os.fork, []
def no_room():
    forks.append(1)
    if len(forks) == 2:
        raise OSError(errno.EAGAIN, "no more")
    return fork()
os.fork = no_room
""",
    )

    assert facts == [11, "1\n"]


def test_without_room_for_its_descriptor_it_is_said_and_that_process_ends() -> None:
    facts = told(f"""
import errno
pipes = [os.pipe() for _ in range(3)]
theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
limits = resource.getrlimit(resource.RLIMIT_NOFILE)
free = os.dup(0)
os.close(free)
resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
try:
    nursery.fork([*PROGRAM, {WAITS!r}], dict(os.environ), theirs)
except OSError as error:
    why = error.errno
resource.setrlimit(resource.RLIMIT_NOFILE, limits)
for one in (*theirs, pipes[0][1]):
    os.close(one)
ended = b"there" in os.read(pipes[1][0], 100) and not os.read(pipes[1][0], 100)
print(json.dumps([why == errno.EMFILE, ended, Child("print(2)").said()]))
""")

    assert facts == [True, True, "2\n"]


def test_words_that_are_too_many_are_refused() -> None:
    facts = told("""
try:
    Child("x" * (1 << 22))
except NoNurseryError as error:
    print(json.dumps(str(error)))
""")

    assert "too long" in facts


def test_a_service_without_standard_streams_has_it_too() -> None:
    facts = told(
        """
said = Child("print(repr(sys.stdin.read(0)), len(os.listdir('/proc/self/fd')))").said()
os.write(out, json.dumps(said).encode())
""",
        before="""
out = os.dup(1)
for one in range(3):
    os.close(one)
sys.stdin = sys.stdout = sys.stderr = None
""",
    )

    assert facts == "'' 4\n"


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("sys.platform = 'darwin'", "processes are forked on Linux alone"),
        (
            "import threading\n"
            "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
            "there is a second thread already",
        ),
        (
            "from twisted.internet import reactor",
            "there is a reactor already",
        ),
        (
            "def none(pid): raise OSError(38, 'not there')\nos.pidfd_open = none",
            "this kernel does not show them: [Errno 38] not there",
        ),
    ],
)
def test_where_it_cannot_be_it_is_said(before: str, why: str) -> None:
    program = SERVICE.replace("BEFORE", f"{before}\ntry:")
    program = program.replace("nursery = Nursery", "    nursery = Nursery")
    program += "except NoNurseryError as error:\n    print(error)\n"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.stdout.strip(), done.stderr) == (why, "")


def test_a_process_of_tests_is_not_forked() -> None:
    """It has a reactor: what was forked would have half of it."""
    with pytest.raises(NoNurseryError, match="already"):
        Nursery.open([], lambda _: 0)

"""Twisted hears a forked process as one that it started, to its last word and end."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone forks")

SERVICE = """
import json, os, signal, sys
from gateway.node.nursery import PROGRAM, NoNurseryError, Nursery

def run(words):
    exec(words[0])
    return 0

nursery = Nursery.open([], run)

from gateway.loop import install_reactor, notice_ended_children
loop = install_reactor()
from twisted.internet import reactor
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from gateway.node.forked import End, fork
from gateway.node.processes import Processes

class Child(ProcessProtocol):
    def __init__(self, line):
        self.out = self.err = b""
        fork(nursery, reactor, self, [*PROGRAM, line], environment=os.environ)

    def outReceived(self, data):
        self.out += data
        heard(self)

    def errReceived(self, data):
        self.err += data

    def processEnded(self, reason):
        ended(self, reason)

def heard(child):
    pass

def say(*words):
    print(json.dumps(words))
    reactor.stop()

reactor.callLater(60, reactor.stop)
"""


def told(lines: str) -> Any:
    """Run lines in a process that has a nursery and a reactor; return what it says."""
    done = subprocess.run(
        [sys.executable, "-c", f"{SERVICE}{lines}\nreactor.run()"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_all_that_it_says_is_heard_before_its_end_and_nothing_stays_open() -> None:
    facts = told("""
counts = []
def ended(child, reason):
    try:
        child.transport.signalProcess("TERM")
    except ProcessExitedAlready:
        reactor.callLater(0.1, look, child, reason)  # uvloop closes a turn later

def look(child, reason):
    counts.append(len(os.listdir("/proc/self/fd")))
    if len(counts) < 3:
        Child(line)
    else:
        same = counts[1] == counts[2]
        say(len(child.out), child.err.decode(), same, reason.type.__name__)

line = "sys.stdout.write('x' * 300_000); sys.stderr.write('an error')"
reactor.callWhenRunning(Child, line)
""")

    assert facts == [300_000, "an error", True, "ProcessDone"]


@pytest.mark.parametrize("word", ["HUP", "TERM", "KILL"])
def test_signals_reach_it(word: str) -> None:
    facts = told(f"""
def heard(child):
    child.transport.signalProcess({word!r})
def ended(child, reason):
    say(child.out.decode())
line = "import time; print('there', flush=True); time.sleep(60)"
reactor.callWhenRunning(Child, line)
""")

    assert facts == ["there\n"]


@pytest.mark.parametrize("how", ["SIGKILL", "SIGSTOP"])
def test_without_its_nursery_the_next_is_started_by_itself(how: str) -> None:
    """One is forked, then the nursery is gone or hangs, then that one is killed."""
    facts = told(f"""
from twisted.logger import eventAsText, globalLogBeginner
log = []
globalLogBeginner.beginLoggingTo(
    [lambda event: log.append(eventAsText(event))], redirectStandardIO=False
)
nursery._asking.settimeout(0.5)
processes = Processes(reactor, nursery)
parents = []

def said(name, line):
    parents.append(int(line))
    if len(parents) == 1:
        os.kill(nursery.pid, signal.{how})
        reactor.callLater(1.1, processes.signal, "KILL")
    else:
        reactor.callLater(0.5, the_end)

def the_end():
    is_gone = not os.path.exists(f"/proc/{{nursery.pid}}")
    texts = [one for one in log if "is gone" in one]
    processes.stopService()
    say(parents == [nursery.pid, os.getpid()], is_gone, len(texts))

processes.heard = said
line = "import os, time; print(os.getppid(), flush=True); time.sleep(60)"
# Started, Python runs the third word; forked, it is given what comes after that.
processes.addProcess("one", [sys.executable, "-c", line, line], env=dict(os.environ))
reactor.callWhenRunning(processes.startService)
""")

    assert facts == [True, True, 1]


def test_its_end_is_seen_by_a_service_that_has_to_reap_it() -> None:
    """Where the service is the first process of a machine, orphans become its own."""
    facts = told("""
def ended(child, reason):
    try:
        os.waitid(os.P_PID, child.transport.pid, os.WEXITED | os.WNOHANG)
    except ChildProcessError:
        say("reaped")
import ctypes
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
def begin():
    child = Child("import time; time.sleep(60)")
    os.kill(nursery.pid, signal.SIGKILL)
    End(reactor, nursery.descriptor, lambda: child.transport.signalProcess("KILL"))
reactor.callWhenRunning(begin)
""")

    assert facts == ["reaped"]

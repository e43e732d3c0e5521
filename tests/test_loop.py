"""The loop that carries asyncio and Twisted: it hears when a child process ends."""

from __future__ import annotations

import subprocess
import sys

WAITING_FOR_A_CHILD = """
from gateway.loop import install_reactor, notice_ended_children

loop = install_reactor()

from twisted.internet import reactor
from twisted.internet.protocol import ProcessProtocol


class Child(ProcessProtocol):
    def processEnded(self, reason):
        print("ended")
        reactor.stop()


def run():
    notice_ended_children(loop)
    reactor.spawnProcess(Child(), "/bin/sh", ["sh", "-c", SCRIPT])


reactor.callWhenRunning(run)
reactor.callLater(20, reactor.stop)
reactor.run()
"""


def test_a_child_that_ends_after_its_pipes_closed_is_noticed() -> None:
    # As one that is killed: its files are closed first, then it can be waited for.
    script = "exec 0<&- 1>&- 2>&-; sleep 0.3"

    done = subprocess.run(
        [sys.executable, "-c", WAITING_FOR_A_CHILD.replace("SCRIPT", repr(script))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("ended\n", "")

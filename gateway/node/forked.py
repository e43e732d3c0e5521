"""A process that the nursery forked, as Twisted's are that it started itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from twisted.internet import fdesc
from twisted.internet.abstract import FileDescriptor
from twisted.internet.error import ProcessDone, ProcessExitedAlready
from twisted.python.failure import Failure

from gateway.node.nursery import Forked, Nursery


def fork(
    nursery: Nursery,
    reactor: Any,
    protocol: Any,
    words: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: str | None = None,
) -> None:
    """
    Do as ``reactor.spawnProcess`` does, by the nursery.

    Raises:
        NoNurseryError: there is none any more.
        OSError: no descriptors, no memory or no number is left for one more process.
    """
    ours: list[int] = []
    theirs: list[int] = []
    try:
        for number in range(3):
            reading, writing = os.pipe()
            ours.append(reading if number else writing)
            theirs.append(writing if number else reading)
        forked = nursery.fork(words, environment, theirs, folder)
    except BaseException:
        for one in ours:
            os.close(one)
        raise
    finally:
        for one in theirs:
            os.close(one)
    protocol.makeConnection(_Process(reactor, protocol, forked, ours))


class _Process:
    """
    The transport of a process: its pipes and its end are heard, signals are sent.

    Whoever has its pidfd never signals another process that has its number now.
    """

    def __init__(
        self, reactor: Any, protocol: Any, forked: Forked, pipes: Sequence[int]
    ) -> None:
        self.pid = forked.pid
        self._protocol = protocol
        self._descriptor = forked.descriptor
        self._stdin = pipes[0]
        self._open = 0
        self._is_alive = True
        for number in (1, 2):
            self._open += 1
            _Pipe(reactor, pipes[number], self._take(number), self._pipe_closed)
        End(reactor, forked.descriptor, self._ended)

    def signalProcess(self, word: str) -> None:  # noqa: N802 (Twisted's name)
        """Send a signal; ``word`` as in ``HUP``."""
        if not self._is_alive:
            raise ProcessExitedAlready
        try:
            number = getattr(signal, f"SIG{word}")
            signal.pidfd_send_signal(self._descriptor, number)
        except ProcessLookupError:
            raise ProcessExitedAlready from None

    def _take(self, number: int) -> Callable[[bytes], None]:
        def take(data: bytes) -> None:
            self._protocol.childDataReceived(number, data)

        return take

    def _pipe_closed(self) -> None:
        self._open -= 1
        self._look()

    def _ended(self) -> None:
        self._is_alive = False
        os.close(self._stdin)
        self._look()

    def _look(self) -> None:
        """Say that it ended once all is heard that it said."""
        if not self._is_alive and not self._open:
            # How it ended is the nursery's to know, and nobody asks.
            self._protocol.processEnded(Failure(ProcessDone(0)))


class _Pipe(FileDescriptor):
    """One end of a pipe that is read until the other one closes."""

    def __init__(
        self,
        reactor: Any,
        descriptor: int,
        take: Callable[[bytes], None],
        closed: Callable[[], None],
    ) -> None:
        super().__init__(reactor)
        fdesc.setNonBlocking(descriptor)
        self.connected = 1
        self._descriptor = descriptor
        self._take = take
        self._closed = closed
        self.startReading()

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def doRead(self) -> Any:  # noqa: N802 (Twisted's name)
        """Take what is there."""
        return fdesc.readFromFD(self._descriptor, self._take)

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802
        """Close it."""
        super().connectionLost(reason)
        os.close(self._descriptor)
        self._closed()


class End(FileDescriptor):
    """Calls back once a process has ended, of which this is the pidfd; closes it."""

    def __init__(
        self, reactor: Any, descriptor: int, ended: Callable[[], None]
    ) -> None:
        super().__init__(reactor)
        self._descriptor = descriptor
        self._ended = ended
        self.startReading()

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def doRead(self) -> None:  # noqa: N802 (Twisted's name)
        """See that it ended; if it is a child of ours, the kernel may forget it."""
        self.stopReading()
        with suppress(ChildProcessError):  # the nursery's, which sees to that
            os.waitid(os.P_PIDFD, self._descriptor, os.WEXITED | os.WNOHANG)
        os.close(self._descriptor)
        self._ended()

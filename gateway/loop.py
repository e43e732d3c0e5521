"""Where asyncio meets Twisted: the one module that knows both, and the threads."""

from __future__ import annotations

import asyncio
import concurrent.futures
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.process import reapAllProcesses

P = ParamSpec("P")
T = TypeVar("T")


def install_reactor() -> asyncio.AbstractEventLoop:
    """Install the asyncio reactor, on uvloop where there is one; return its loop."""
    from twisted.internet import asyncioreactor

    loop: asyncio.AbstractEventLoop
    if sys.platform == "linux":
        import uvloop

        loop = uvloop.new_event_loop()
    else:
        loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncioreactor.install(loop)
    return loop


def notice_ended_children(loop: asyncio.AbstractEventLoop) -> None:
    """
    Have Twisted look at its child processes whenever one ends; call when the loop runs.

    Twisted waits for a byte that Python writes at each signal, and uvloop keeps that
    byte for itself. Left alone, Twisted would look only when a child's pipes close,
    which is some moments before a killed child can be reaped: most ends go unnoticed.
    """

    def ended(_signal: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(reapAllProcesses)

    signal.signal(signal.SIGCHLD, ended)
    signal.siginterrupt(signal.SIGCHLD, False)  # system calls go on, as for Twisted
    reapAllProcesses()  # those that ended before


_told_early = threading.Event()


def remember_reload() -> None:
    """Keep a SIGHUP that comes while a process starts, for `when_told_to_reload`."""
    signal.signal(signal.SIGHUP, lambda _signal, _frame: _told_early.set())


def when_told_to_reload(
    loop: asyncio.AbstractEventLoop, reload: Callable[[], object]
) -> None:
    """
    Call ``reload`` on the loop at each SIGHUP; call when the loop runs.

    One that came before is not lost: what was read since may be what it was about.
    """

    def told(_signal: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(reload)

    signal.signal(signal.SIGHUP, told)
    signal.siginterrupt(signal.SIGHUP, False)
    if _told_early.is_set():
        loop.call_soon_threadsafe(reload)


@frozen
class Threads:
    """Runs blocking functions off the loop; hands back what the caller speaks."""

    loop: asyncio.AbstractEventLoop
    threads: ThreadPoolExecutor

    def awaitable(self, function: Callable[P, T]) -> Callable[P, Awaitable[T]]:
        """Wrap for asyncio code (aiosmtpd)."""

        def call(*args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
            bound = partial(function, *args, **kwargs)
            return self.loop.run_in_executor(self.threads, bound)

        return call

    def deferred(self, function: Callable[P, T]) -> Callable[P, Deferred[T]]:
        """Wrap for Twisted code (Klein, LineReceiver)."""

        def call(*args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
            bound = partial(function, *args, **kwargs)
            future = self.loop.run_in_executor(self.threads, bound)
            return Deferred.fromFuture(asyncio.ensure_future(future, loop=self.loop))

        return call

    def settled(self, future: concurrent.futures.Future[T]) -> Deferred[T]:
        """Give Twisted the result of another thread's future (the writer's)."""
        return Deferred.fromFuture(asyncio.wrap_future(future, loop=self.loop))


def as_deferred(
    work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop
) -> Deferred[T]:
    """Start an asyncio coroutine and give Twisted its result."""
    return Deferred.fromFuture(loop.create_task(work))

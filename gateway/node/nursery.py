"""
A process that has loaded what the processes beside `gateway serve` run, and forks them.

Each of them would load the same thousand modules by itself: a second and a half of a
processor at every start, and most of its memory. Forked, they share what was loaded.
The nursery is forked before the service has read a setting or a key, and never does
anything but fork: no thread, no loop, no socket but the one it is asked by, no secret.
It ends with the service, whose end of that socket closes. What it forked outlives it.
"""

from __future__ import annotations

import errno
import fcntl
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn, Self

from attrs import define, field, frozen

from gateway.errors import GatewayError
from gateway.node.shown_command import show_command, shown_command

PROGRAM: Final = (sys.executable, "-m", "gateway.cli.main")
"""What stands before the words of a process of ours, started or forked."""

ANSWER_SECONDS: Final = 5.0
"""The longest that a nursery may take to fork, which takes some hundredths of one."""

_LONGEST: Final = 1 << 18
"""Bytes of a message: what a socket holds by default, and a little more."""

_LEFT_TO_THE_SERVICE: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Signals that a terminal or a supervisor sends to all processes of the service."""

Run = Callable[[Sequence[str]], int]


class NoNurseryError(GatewayError):
    """Nothing is forked here, or no more: processes are started each by itself."""


@frozen
class Forked:
    """A process that was forked; its end and signals go by the descriptor (pidfd)."""

    pid: int
    descriptor: int


@define
class Nursery:
    """The nursery, as the service has it: ``descriptor`` is readable once it ended."""

    pid: int
    descriptor: int
    _asking: socket.socket = field(repr=False)

    @classmethod
    def open(cls, modules: Sequence[str], run: Run) -> Self:
        """
        Load modules, fork a nursery that has them, and return it.

        Called before there is a second thread, a reactor or a secret in this process.
        It does not return in the nursery, nor in what that forks: there the words of
        a process are given to ``run``, and the process ends with what it returns.

        Raises:
            NoNurseryError: a platform or a kernel that cannot do so; the text says what
                it cannot do.
        """
        _check_kernel()
        gc.disable()  # what is being loaded is no garbage, and freezing it comes next
        try:
            for module in modules:
                import_module(module)
            _check_process()
            gc.freeze()  # so that looking for garbage copies none of the shared memory
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()  # or each process would write it once more
            asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            service = os.getpid()
            pid = os.fork()
            if not pid:
                asking.close()
                _Forking(asked, run).serve(service)
        finally:
            gc.enable()
        asked.close()
        asking.settimeout(ANSWER_SECONDS)
        return cls(pid, os.pidfd_open(pid), asking)

    def fork(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        streams: Sequence[int],
        folder: str | None = None,
    ) -> Forked:
        """
        Have a process forked that has three descriptors as its standard streams.

        ``words`` are the whole command, the program included. The caller keeps what it
        gave, and closes it.

        Raises:
            NoNurseryError: the nursery ended, or does not answer and was killed.
            OSError: there is no memory for one more process, or no number.
        """
        asked = {
            "words": list(words),
            "environment": dict(environment),
            "folder": folder,
            # The service allows itself more once it knows its settings.
            "descriptors": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        }
        try:
            socket.send_fds(self._asking, [json.dumps(asked).encode()], list(streams))
            said, descriptors, _, _ = socket.recv_fds(
                self._asking, _LONGEST, 1, socket.MSG_CMSG_CLOEXEC
            )
        except OSError as error:
            self.kill()
            why = "it does not answer" if isinstance(error, TimeoutError) else error
            raise NoNurseryError(f"{why}") from error
        if not said:
            raise NoNurseryError("it ended")
        answer = json.loads(said)
        if not descriptors:
            # Or there was no room for it here: without its pipes the process ends.
            number = answer.get("error", errno.EMFILE)
            raise OSError(number, os.strerror(number))
        return Forked(answer["pid"], descriptors[0])

    def kill(self) -> None:
        """Kill it; what it forked goes on."""
        try:
            signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)
        except ProcessLookupError:
            return

    def close(self) -> None:
        """Ask no more: it ends. Whoever waits for that closes its descriptor."""
        self._asking.close()


def _check_kernel() -> None:
    """Raise `NoNurseryError` where nobody could see who was forked, or when it ends."""
    if sys.platform != "linux":
        raise NoNurseryError("processes are forked on Linux alone")
    try:
        descriptor = os.pidfd_open(os.getpid())
        try:
            signal.pidfd_send_signal(descriptor, 0)
            with suppress(ChildProcessError):  # which this process is not, of itself
                os.waitid(os.P_PIDFD, descriptor, os.WEXITED | os.WNOHANG)
        finally:
            os.close(descriptor)
        show_command(shown_command())
    except OSError as error:
        raise NoNurseryError(f"this kernel does not show them: {error}") from error


def _check_process() -> None:
    """Raise `NoNurseryError` if a copy of this process would not be whole."""
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise NoNurseryError("there is a second thread already")
    if "twisted.internet.reactor" in sys.modules:
        raise NoNurseryError("there is a reactor already")


class _Forking:
    """What the nursery does."""

    def __init__(self, asked: socket.socket, run: Run) -> None:
        self._asked = asked
        self._run = run
        self._children: dict[int, int] = {}  # pidfd to process

    def serve(self, service: int) -> NoReturn:
        """Fork whatever is asked for, until nobody can ask any more."""
        for number in _LEFT_TO_THE_SERVICE:
            signal.signal(number, signal.SIG_IGN)
        show_command((f"gateway: forks the processes of {service}",))
        ready = select.poll()
        ready.register(self._asked, select.POLLIN)
        while True:
            for descriptor, _ in ready.poll():
                if descriptor in self._children:
                    ready.unregister(descriptor)
                    os.waitpid(self._children.pop(descriptor), 0)
                    os.close(descriptor)
                    continue
                child = self._answer()
                if child is not None:
                    ready.register(child, select.POLLIN)

    def _answer(self) -> int | None:
        """Fork one process and say which; return its descriptor, None without one."""
        said, streams, _, _ = socket.recv_fds(
            self._asked, _LONGEST, 3, socket.MSG_CMSG_CLOEXEC
        )
        if not said:
            os._exit(0)
        try:
            pid = os.fork()
        except OSError as error:
            _close(streams)
            self._asked.send(json.dumps({"error": error.errno}).encode())
            return None
        if not pid:
            self._become(json.loads(said), streams)
        _close(streams)
        descriptor = os.pidfd_open(pid)
        self._children[descriptor] = pid
        socket.send_fds(self._asked, [json.dumps({"pid": pid}).encode()], [descriptor])
        return descriptor

    def _become(self, asked: Any, streams: Sequence[int]) -> NoReturn:
        """Be the process that was asked for, as if it had been started."""
        self._asked.detach()
        high = [fcntl.fcntl(one, fcntl.F_DUPFD, 3) for one in streams]
        for number, one in enumerate(high):
            os.dup2(one, number)
        is_open = [int(one.name) for one in Path("/proc/self/fd").iterdir()]
        os.closerange(3, 1 + max(is_open))
        for number in _LEFT_TO_THE_SERVICE:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (asked["descriptors"], hard))
        os.environ.clear()
        os.environ.update(asked["environment"])
        if asked["folder"] is not None:
            os.chdir(asked["folder"])
        words = asked["words"]
        show_command(words)
        sys.orig_argv = list(words)
        sys.argv = [sys.argv[0], *words[len(PROGRAM) :]]
        _make_streams()
        gc.enable()
        raise SystemExit(self._run(words[len(PROGRAM) :]))


def _close(descriptors: Sequence[int]) -> None:
    for one in descriptors:
        os.close(one)


def _make_streams() -> None:
    """Have Python's streams anew: the service may have been started without them."""
    opened = (
        open(0, closefd=False),  # noqa: SIM115 (as long as the process lives)
        open(1, "w", closefd=False),  # noqa: SIM115
        open(2, "w", buffering=1, errors="backslashreplace", closefd=False),  # noqa: SIM115
    )
    sys.stdin, sys.stdout, sys.stderr = opened

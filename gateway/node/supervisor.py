"""
What whoever runs `gateway serve` is told of it, in the way of systemd (sd_notify(3)).

A process that is frozen answers nobody and cannot say so; one that must say every few
seconds that it turns is missed when it does not, and started anew.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

from attrs import frozen

_VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


@frozen
class Supervisor:
    """
    A supervisor that listens at ``address``, or nobody where that is empty.

    ``every`` is how often, in seconds, it is to be told that we turn; 0 is never.
    """

    address: str = ""
    every: float = 0.0

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """
        Return the one the environment names, by the variables systemd sets.

        It is told twice in the time after which it would end us, as sd_watchdog_enabled
        wants it.
        """
        address = environment.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return cls()
        if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
            return cls(address)
        most = environment.get("WATCHDOG_USEC", "")
        return cls(address, int(most) / 2e6 if most.isdecimal() else 0.0)

    def ready(self) -> None:
        """Say that every door is open."""
        self._say(b"READY=1")

    def alive(self) -> None:
        """Say that we turn."""
        self._say(b"WATCHDOG=1")

    def stopping(self) -> None:
        """Say that we end by ourselves."""
        self._say(b"STOPPING=1")

    def _say(self, word: bytes) -> None:
        """Say it; a supervisor that is gone or full is no fault of ours."""
        if not self.address:
            return
        address = self.address
        if address.startswith("@"):  # of the abstract namespace, unix(7)
            address = "\0" + address[1:]
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending,
        ):
            sending.setblocking(False)
            sending.sendto(word, address)


def without_supervisor(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for processes that are watched by us, not by it."""
    return {name: v for name, v in environment.items() if name not in _VARIABLES}

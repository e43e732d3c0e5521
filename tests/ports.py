"""Ports for whole services, which nobody else on the machine takes meanwhile."""

from __future__ import annotations

import itertools
import random
import socket
from collections.abc import Iterator

_FIRST = 20000
_MANY = 500
_RANGES = 24
"""Below the ports that the system gives to outgoing connections (32768 and more)."""


def free_ports(count: int) -> list[int]:
    """
    Return ports nobody listens on, each of them once.

    Below those the system gives to outgoing connections: one of them could be taken
    by a client of another test between now and the start of the service. Processes of
    tests that run side by side, of one run or of several, have ranges of their own.
    """
    held: list[socket.socket] = []
    for port in _PORTS:
        probe = _bound(port)
        if probe is not None:
            held.append(probe)
        if len(held) == count:
            break
    ports = [probe.getsockname()[1] for probe in held]
    for probe in held:
        probe.close()
    return ports


def own_ports() -> Iterator[int]:
    """
    Give the ports of this process, round and round, from anywhere.

    Its range is the first whose first port is nobody's: it is held until the process
    ends, however that ends, and is not among those that are given.

    Raises:
        OSError: each range is somebody's.
    """
    for first in range(_FIRST, _FIRST + _RANGES * _MANY, _MANY):
        mark = _bound(first)
        if mark is not None:
            break
    else:
        raise OSError(f"{_RANGES} processes of tests have all the ports already")
    own = range(first + 1, first + _MANY)
    start = random.randrange(len(own))
    with mark:
        yield from itertools.cycle([*own[start:], *own[:start]])


_PORTS = own_ports()


def _bound(port: int) -> socket.socket | None:
    probe = socket.socket()
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        probe.close()
        return None
    return probe

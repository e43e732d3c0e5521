"""The ports of the settings: whether each can be listened on, and if not why."""

from __future__ import annotations

import errno
import socket

from gateway.errors import UnavailableError
from gateway.settings.file import ListenSettings

DOORS = (
    "smtp",
    "submission",
    "submissions",
    "imap",
    "imaps",
    "patient_https",
    "professional_https",
    "metrics",
)
"""The keys of ``[listen]`` that are ports."""


def open_doors(listen: ListenSettings) -> dict[str, int]:
    """Return the doors that have a port, by their key."""
    ports = {door: int(getattr(listen, door)) for door in DOORS}
    return {door: port for door, port in ports.items() if port}


def fault_of(host: str, port: int) -> str:
    """Return why a port cannot be listened on, in a few words; empty when it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the doors do: a port whose last connections still linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return _WORDS.get(error.errno or 0, error.strerror or str(error))
    return ""


_WORDS = {
    errno.EADDRINUSE: "another program listens there",
    errno.EACCES: "the system keeps it for privileged programs",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


def check_ports(listen: ListenSettings) -> None:
    """
    Raise where a door could not be opened, and say how to mend it.

    Raises:
        UnavailableError: naming every such door.
    """
    faults = [
        f"{host} port {port} ([listen] {door}): {fault}"
        for door, port in open_doors(listen).items()
        if (fault := fault_of(host := listen.host_of(door), port))
    ]
    if faults:
        raise UnavailableError(
            f"cannot listen on {'; '.join(faults)}. "
            "Stop that program, or change the port in gateway.toml"
        )

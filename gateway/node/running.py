"""What is seen of the service from outside: it runs, is frozen, or is not there."""

from __future__ import annotations

import socket
from enum import Enum, auto
from http.client import HTTPConnection, HTTPException

from gateway.node.ports import open_doors
from gateway.settings.file import Settings


class Seen(Enum):
    """What is seen of the service from outside."""

    RUNS = auto()
    SILENT = auto()  # its port takes connections, and nothing is said on them
    GONE = auto()


def look_at(settings: Settings) -> Seen:
    """Tell whether our service answers there, by its page for the operator."""
    listen = settings.listen
    if not listen.metrics:
        ports = open_doors(listen).values()
        taken = any(not is_free(listen.host, port) for port in ports)
        return Seen.RUNS if taken else Seen.GONE
    pages = HTTPConnection(listen.metrics_host, listen.metrics, timeout=5)
    try:
        pages.request("GET", "/livez")
        ours = pages.getresponse().read() == b"ok\n"
    except (TimeoutError, ConnectionResetError):
        # Frozen; or it closes at once what it has no descriptors for.
        return Seen.SILENT
    except (OSError, HTTPException):
        return Seen.GONE
    finally:
        pages.close()
    return Seen.RUNS if ours else Seen.GONE


def is_free(host: str, port: int) -> bool:
    """Tell whether nobody listens on a port."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) != 0

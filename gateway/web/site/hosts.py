"""Under which names a site answers."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from gateway.settings.file import Settings


def allowed_hosts(
    settings: Settings, hosts: Iterable[str], public_url: str, port: int
) -> frozenset[str]:
    """
    Return the values of Host that are ours.

    ``hosts`` are those of the settings; without, that of the address people type and
    what this machine listens on; each with our port and, behind a port 443, without.
    """
    listen = settings.listen
    names = set(hosts)
    if not names:
        names = {listen.host, "localhost", settings.domains.hostname}
        typed = urlsplit(public_url)
        names.add(typed.netloc)
    return ported({name.lower() for name in names}, port)


def ported(names: Iterable[str], port: int) -> frozenset[str]:
    """Return values of Host for names: as they are, and with our port."""
    found = frozenset(names)
    return found | {f"{name}:{port}" for name in found if ":" not in name}

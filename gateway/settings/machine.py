"""What is this machine, and what is across a network and has to prove who it is."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Mapping

from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

_PROVEN = "verify-full"
"""The one sslmode with which libpq compares the name too (PostgreSQL manual, 32.19)."""


def is_this_machine(host: str) -> bool:
    """Tell whether a host is this machine by its name: an address, or ``localhost``."""
    if host.lower().removesuffix(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def far_database_host(url: str, environment: Mapping[str, str] | None = None) -> str:
    """
    Return a host of a PostgreSQL address that is not this machine and need not prove
    itself; an empty text where there is none.

    What the address leaves out, libpq takes from its variables: PGHOST, PGHOSTADDR,
    PGSERVICE. Whatever they say, ``sslmode=verify-full`` in the address stands.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        return ""  # said where it is opened
    if not parsed.drivername.startswith("postgresql"):
        return ""
    modes = _values(parsed, "sslmode")
    if modes and set(modes) == {_PROVEN}:
        return ""
    known = os.environ if environment is None else environment
    return next((one for one in _hosts(parsed, known) if not _is_here(one)), "")


def _hosts(url: URL, environment: Mapping[str, str]) -> Iterator[str]:
    named = [*_values(url, "host"), *([url.host] if url.host else [])]
    addresses = _values(url, "hostaddr")
    service = _values(url, "service") or [environment.get("PGSERVICE", "")]
    yield from (f"service {name}" for name in service if name)
    # An address is where libpq connects to, whatever the host's name beside it.
    yield from addresses or _split(environment.get("PGHOSTADDR", ""))
    yield from named or _split(environment.get("PGHOST", ""))


def _values(url: URL, name: str) -> list[str]:
    found = url.query.get(name, ())
    texts = (found,) if isinstance(found, str) else found
    return [one for text in texts for one in _split(text)]


def _split(text: str) -> list[str]:
    return [one for one in text.split(",") if one]


def _is_here(host: str) -> bool:
    """A host that begins like a path is a Unix socket; ``@``: in no folder."""
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and ":" not in name:  # SQLAlchemy's host=name:port
        host = name
    return host.startswith(("/", "@")) or is_this_machine(host)

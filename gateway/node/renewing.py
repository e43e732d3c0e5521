"""Certificate, key and authorities taken from their files again, while all goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.logger import Logger

from gateway.settings.file import Settings
from gateway.trust.space import TrustSpace
from gateway.trust.tls import Identity, own_identity

log = Logger()


def renew(
    settings: Settings,
    trust: TrustSpace,
    doors: Sequence[Callable[[Identity], None]],
) -> Identity:
    """
    Have the doors show the certificate of the files; return what they show now.

    Raises:
        GatewayError: a file cannot be used, or the key is not the certificate's;
            nothing is changed.
    """
    identity = own_identity(settings.trust)  # tried before anything is changed
    trust.reload()
    for door in doors:
        door(identity)
    log.info(
        "certificate, key and authorities are read again; ours ends on {day}",
        day=f"{identity.ends:%Y-%m-%d}",
    )
    return identity


def say_not_renewed(failure: Any) -> None:
    """Log why what was in use stays in use."""
    log.error(
        "certificate, key and authorities are not read again, those in use stay: {why}",
        why=failure.getErrorMessage(),
    )

"""May this allow-list take the place of the one in use? Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from gateway.errors import InvalidError
from gateway.trust.allowlist import Allowlist

CLOCK_SKEW: Final = timedelta(days=1)
"""How far in the future a list may be dated; one further would bar all later ones."""

FEW: Final = 5
"""So many domains may always go: of a short list a share says nothing."""


class ShrunkError(InvalidError):
    """The list lost more domains than an operator leaves unnoticed."""


def check_successor(
    fresh: Allowlist,
    before: Allowlist | None,
    now: datetime,
    *,
    most_lost_percent: int,
    accepted: bool,
) -> None:
    """
    Return when the fresh list may be used instead of the one before.

    ``accepted``: an operator looked at this very list and said that it is right.

    Raises:
        ShrunkError: more than ``most_lost_percent`` of the domains are gone.
        InvalidError: it is older than the one before, or made in the future.
    """
    if before and fresh.generated_at < before.generated_at:
        raise InvalidError("allow-list older than the one in use")
    if fresh.generated_at > now + CLOCK_SKEW:
        raise InvalidError("allow-list made in the future")
    if before is None or accepted:
        return
    count, lost = len(before.domains), len(before.domains.keys() - fresh.domains.keys())
    if lost > FEW and lost * 100 > count * most_lost_percent:
        raise ShrunkError(
            f"allow-list without {lost} of the {count} domains of the one in use; "
            "if that is right: gateway trust accept"
        )

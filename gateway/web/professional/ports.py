"""What the professionals' pages need from other parts, given by the node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gateway.core.practice import Professional
from gateway.store.base.work import UnitOfWork
from gateway.trust.space import PeerVerdict

JudgePeer = Callable[[bytes], PeerVerdict]
"""Says who showed a certificate, in DER, and whether to believe it, as of now."""


class People(Protocol):
    """The national directory of professionals, as far as it was imported."""

    def find(self, national_id: str) -> Professional | None:
        """Return the professional of a national number, or None."""


OpenPeople = Callable[[UnitOfWork], People]
"""Opens the directory in a transaction."""

"""May this checkpoint be signed? Asked by the signer, of what it remembers itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Final

from attrs import evolve, frozen

from gateway.checkpoints.checkpoint import Checkpoint
from gateway.checkpoints.tree import EMPTY_ROOT, is_consistent

AHEAD: Final = timedelta(minutes=5)
"""How far a clock may be before the signer's own."""

_MINUTE: Final = timedelta(minutes=1)


class SignerRefusal(StrEnum):
    """Why a signer does not sign."""

    OTHER_ORIGIN = "this checkpoint is not of the journal that this key signs for"
    SMALLER = "the journal is smaller than the one that was signed"
    FORK = "the journal is not the one that was signed, with lines added"
    OLDER = "the time is before that of the last checkpoint"
    AHEAD = "the time is in the future"
    OTHER_PREVIOUS = "it does not follow the last checkpoint that was signed"
    TOO_MANY = "too many within a minute"


@frozen
class SignedState:
    """What a signer remembers of a journal: the last checkpoint it signed."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    time: datetime | None = None
    hash: str = ""
    recent: tuple[datetime, ...] = ()
    """When it signed within the last minute."""

    def after(self, said: Checkpoint, hash_: str, now: datetime) -> SignedState:
        """Return what is remembered once a checkpoint is signed."""
        return evolve(
            self,
            size=said.size,
            root=said.root,
            time=said.time,
            hash=hash_,
            recent=(*(one for one in self.recent if now - one < _MINUTE), now),
        )


class WitnessRefusal(Enum):
    """Why a witness does not cosign, by the status of C2SP tlog-witness."""

    MALFORMED = 400
    UNSIGNED = 403
    UNKNOWN_ORIGIN = 404
    OTHER_SIZE = 409
    FORK = 422


def decide_cosigning(
    said: Checkpoint, old: int, proof: Sequence[bytes], state: SignedState
) -> WitnessRefusal | None:
    """
    Return why a checkpoint of another journal, signed by it, is not cosigned, or None.

    ``old`` is the size that its sender believes was cosigned last.
    """
    if old > said.size:
        return WitnessRefusal.MALFORMED
    if old != state.size:
        return WitnessRefusal.OTHER_SIZE
    if old == said.size and said.root != state.root:
        return WitnessRefusal.OTHER_SIZE
    if not is_consistent(old, state.root, said.size, said.root, proof):
        return WitnessRefusal.FORK
    return None


def decide_signing(
    said: Checkpoint,
    proof: Sequence[bytes],
    state: SignedState,
    now: datetime,
    *,
    origin: str,
    most_per_minute: int,
) -> SignerRefusal | None:
    """
    Return why a checkpoint is not signed, or None when it may be.

    Whoever has the gateway may then lie about tomorrow, not about yesterday.
    """
    if said.origin != origin:
        return SignerRefusal.OTHER_ORIGIN
    if said.size < state.size:
        return SignerRefusal.SMALLER
    if not is_consistent(state.size, state.root, said.size, said.root, proof):
        return SignerRefusal.FORK
    if state.time is not None and said.time < state.time:
        return SignerRefusal.OLDER
    if said.time > now + AHEAD:
        return SignerRefusal.AHEAD
    if said.previous != state.hash:
        return SignerRefusal.OTHER_PREVIOUS
    if sum(now - one < _MINUTE for one in state.recent) >= most_per_minute:
        return SignerRefusal.TOO_MANY
    return None

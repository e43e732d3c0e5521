"""What a signer signs: one past, forward in time, and not too often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve, frozen

from gateway.checkpoints.checkpoint import Checkpoint
from gateway.checkpoints.offline import hash_leaf
from gateway.checkpoints.signing_rules import (
    AHEAD,
    SignedState,
    SignerRefusal,
    decide_signing,
)
from gateway.checkpoints.tree import Tree
from tests.checkpoints.signer import ORIGIN

NOW = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)


@frozen
class Leaves:
    """A tree of fewer than 256 leaves, in memory."""

    leaves: Sequence[bytes]

    def between(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        assert level == 0
        return self.leaves[start:stop]


TREE = Tree(Leaves([hash_leaf(str(n).encode()) for n in range(100)]), 100)


def checkpoint(tree: Tree, size: int, **more: Any) -> Checkpoint:
    """Return the checkpoint of a tree at a size."""
    said = Checkpoint(origin=ORIGIN, size=size, root=tree.root(size), time=NOW)
    return evolve(said, **more)


STATE = SignedState(
    40,
    TREE.root(40),
    NOW - timedelta(minutes=5),
    "h" * 64,
    (NOW - timedelta(minutes=5),),
)
GOOD = checkpoint(TREE, 60, previous="h" * 64)


def decided(
    said: Checkpoint,
    state: SignedState = STATE,
    proof: Sequence[bytes] | None = None,
    now: datetime = NOW,
) -> SignerRefusal | None:
    if proof is None:
        proof = TREE.consistency(min(state.size, said.size), said.size)
    return decide_signing(said, proof, state, now, origin=ORIGIN, most_per_minute=3)


def test_what_goes_on_is_signed_the_first_and_the_same_again_too() -> None:
    assert decided(GOOD) is None
    assert decided(evolve(GOOD, previous=""), SignedState()) is None
    assert decided(checkpoint(TREE, 40, previous="h" * 64)) is None
    assert decided(evolve(GOOD, time=NOW - timedelta(minutes=5))) is None
    assert decided(evolve(GOOD, time=NOW + AHEAD)) is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (evolve(GOOD, origin="other.example"), SignerRefusal.OTHER_ORIGIN),
        (checkpoint(TREE, 39, previous="h" * 64), SignerRefusal.SMALLER),
        (evolve(GOOD, root=TREE.root(61)), SignerRefusal.FORK),
        (evolve(GOOD, size=65), SignerRefusal.FORK),
        (evolve(GOOD, size=40), SignerRefusal.FORK),
        (evolve(GOOD, time=NOW - timedelta(minutes=5, seconds=1)), SignerRefusal.OLDER),
        (evolve(GOOD, time=NOW + AHEAD + timedelta(seconds=1)), SignerRefusal.AHEAD),
        (evolve(GOOD, previous="i" * 64), SignerRefusal.OTHER_PREVIOUS),
        (evolve(GOOD, previous=""), SignerRefusal.OTHER_PREVIOUS),
    ],
)
def test_what_contradicts_the_memory_is_refused(
    said: Checkpoint, why: SignerRefusal
) -> None:
    assert (
        decided(said, proof=TREE.consistency(40, 60) if said.size > 40 else []) is why
    )


def test_a_proof_is_wanted() -> None:
    assert decided(GOOD, proof=[]) is SignerRefusal.FORK


def test_so_many_a_minute_are_signed_and_no_more() -> None:
    state = STATE
    for second in range(3):
        now = NOW + timedelta(seconds=second)
        said = checkpoint(TREE, 60 + second, previous=state.hash, time=now)
        assert decided(said, state, now=now) is None
        state = state.after(said, f"{second}" * 64, now)
    said = checkpoint(TREE, 70, previous=state.hash, time=now)
    assert len(state.recent) == 3  # the one from before is forgotten

    late = NOW + timedelta(seconds=59, microseconds=999_999)
    assert decided(said, state, now=late) is SignerRefusal.TOO_MANY
    assert decided(said, state, now=NOW + timedelta(seconds=60)) is None

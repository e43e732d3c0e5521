"""A leaf tells nothing to who does not have its salt, and everything to who has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from gateway.checkpoints import offline
from gateway.checkpoints.leaf import Leaf

LEAF = Leaf(
    chain="patient:p",
    seq=7,
    at=datetime(2026, 11, 28, 16, 0, 0, 5, UTC),
    action="vault:read",
    outcome="ok",
    subject="d",
    detail={"by": "Zoé", "reason": ["a", 1], "count": 3, "é": "\ud800"},
    before=b"b" * 32,
    salt=bytes(32),
)


def test_the_hash_of_a_leaf_is_for_ever() -> None:
    assert LEAF.hash().hex() == (
        "c34532261a8996333fa5cc974f93b66eae2aeb57191e5ea7f946d6f0f4b820a7"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"chain": "patient:q"},
        {"seq": 8},
        {"at": datetime(2026, 11, 28, 16, 0, 0, 6, UTC)},
        {"action": "x"},
        {"outcome": "no"},
        {"subject": "e"},
        {"detail": {**LEAF.detail, "by": "Zoe"}},
        {"detail": {**LEAF.detail, "reason": ["a", 2]}},
        {"detail": {**LEAF.detail, "count": 4}},
        {"detail": {k: v for k, v in LEAF.detail.items() if k != "by"}},
        {"before": b""},
        {"salt": b"\x01" + bytes(31)},
    ],
)
def test_every_part_of_a_line_is_in_its_hash(change: dict[str, Any]) -> None:
    assert evolve(LEAF, **change).hash() != LEAF.hash()


@pytest.mark.parametrize("names", [True, False])
def test_what_is_handed_out_has_the_same_hash_at_home(names: bool) -> None:
    opened = LEAF.opened(names=names)

    assert offline.leaf_of(opened) == LEAF.hash()
    assert ("Zoé" in str(opened)) is names
    assert LEAF.salt.hex() not in str(opened)


def test_a_name_that_is_not_the_one_that_was_sealed_is_noticed() -> None:
    opened = LEAF.opened()
    opened["committed"]["by"]["value"] = "Zoe"

    with pytest.raises(offline.WrongError, match="by is not what was sealed"):
        offline.leaf_of(opened)

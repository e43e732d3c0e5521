"""The tree and its proofs: every size by hand, and nothing false believed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.checkpoints.offline import hash_leaf, hash_pair
from gateway.checkpoints.tree import (
    EMPTY_ROOT,
    FAN,
    Tree,
    is_consistent,
    is_included,
    root_of,
)
from gateway.errors import InvalidError
from gateway.store.checkpoints.verifying import Frontier


class Kept:
    """Hashes in memory, whole subtrees alone on the levels above."""

    def __init__(self, count: int) -> None:
        leaves = [hash_leaf(str(number).encode()) for number in range(count)]
        self.levels = [leaves]
        while len(self.levels[-1]) >= FAN:
            below = self.levels[-1]
            whole = range(0, len(below) - len(below) % FAN, FAN)
            self.levels.append([root_of(below[at : at + FAN]) for at in whole])

    def between(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        return self.levels[level][start:stop]


def plainly(leaves: list[bytes]) -> bytes:
    """The definition of RFC 9162 §2.1.1, as it stands there."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return hash_pair(plainly(leaves[:middle]), plainly(leaves[middle:]))


KEPT = Kept(70_000)
LEAVES = KEPT.levels[0]


def test_the_tree_of_published_test_vectors_has_their_roots() -> None:
    """Of the first implementation of Certificate Transparency."""
    leaves = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43"]
    roots = [root_of([hash_leaf(one) for one in leaves[:n]]).hex() for n in range(1, 7)]

    assert hashlib.sha256(b"").digest() == EMPTY_ROOT
    assert roots == [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    ]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 1025])
def test_a_root_is_that_of_the_definition_however_it_is_kept(size: int) -> None:
    tree, frontier = Tree(KEPT, len(LEAVES)), Frontier()
    for leaf in LEAVES[:size]:
        frontier.add(leaf)

    assert tree.root(size) == plainly(LEAVES[:size]) == frontier.root()


def test_roots_of_large_trees_are_those_of_a_frontier() -> None:
    tree, frontier = Tree(KEPT, len(LEAVES)), Frontier()
    asked = {65_535, 65_536, 65_537, 66_000, 70_000}
    for leaf in LEAVES:
        frontier.add(leaf)
        if frontier.size in asked:
            assert tree.root(frontier.size) == frontier.root()


@given(st.data())
def test_every_leaf_is_proved_and_no_other_in_its_place(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70_000))
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1))
    tree = Tree(KEPT, len(LEAVES))
    path, root = tree.inclusion(index, size), tree.root(size)

    assert is_included(LEAVES[index], index, size, path, root)
    assert is_included(LEAVES[other], index, size, path, root) is (other == index)
    assert is_included(LEAVES[index], other, size, path, root) is (other == index)
    assert not is_included(LEAVES[index], index, size, [*path, root], root)
    assert not is_included(LEAVES[index], index, size, path[1:], root) or not path
    assert not is_included(LEAVES[index], index, size, path, hash_leaf(b"other"))


@given(st.data())
def test_every_later_tree_is_proved_to_follow_and_a_fork_is_not(
    data: st.DataObject,
) -> None:
    size = data.draw(st.integers(0, 70_000))
    old = data.draw(st.integers(0, size))
    tree = Tree(KEPT, len(LEAVES))
    path = tree.consistency(old, size)
    before, after = tree.root(old), tree.root(size)

    assert is_consistent(old, before, size, after, path)
    assert not is_consistent(old, hash_leaf(b"other"), size, after, path)
    if old:
        assert not is_consistent(old, before, size, hash_leaf(b"other"), path)
    assert not is_consistent(old, before, size, after, [*path, after])
    if path:
        assert not is_consistent(old, before, size, after, path[:-1])
        wrong = [hash_leaf(b"other"), *path[1:]]
        assert not is_consistent(old, before, size, after, wrong)


def test_what_the_tree_does_not_have_is_refused() -> None:
    tree = Tree(KEPT, 100)

    with pytest.raises(InvalidError):
        tree.inclusion(100)
    with pytest.raises(InvalidError):
        tree.inclusion(0, 101)
    with pytest.raises(InvalidError):
        tree.consistency(51, 50)
    with pytest.raises(InvalidError):
        Tree(Kept(10), 20).root()
    assert not is_included(LEAVES[0], -1, 10, [], LEAVES[0])
    assert not is_included(LEAVES[0], 0, 2, [LEAVES[1]] * 65, LEAVES[0])
    assert not is_consistent(5, LEAVES[0], 4, LEAVES[0], [])

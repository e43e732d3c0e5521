"""Lines of the journal with what proves them, for somebody who has nothing of ours."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from gateway.checkpoints import offline
from gateway.checkpoints.checkpoint import Checkpoint
from gateway.checkpoints.leaf import Leaf
from gateway.checkpoints.notes import Note, VerificationKey, base64_of
from gateway.checkpoints.tree import Tree
from gateway.errors import InvalidError, NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.checkpoints.proving import (
    LeafPlace,
    SealedJournal,
    StoredHashes,
)

HISTORY: Final = "history.jsonl"
PROOF: Final = "proof.json"
CHECKPOINT: Final = "checkpoint.txt"
KEYS: Final = "keys.json"
CHECK: Final = "check.py"
CHECK_PAGE: Final = "check.html"
"""
The names of the files of an export. The last two say the same twice, as a program and
as a page for a browser: `gateway/checkpoints/offline.py` and `check.html` beside it.
"""

Opens = Callable[[Sequence[Leaf]], Mapping[int, Mapping[str, Any]]]
"""Says which of some lines are given whole, by their number, and what is told."""

_AT_ONCE: Final = 500
_REMEMBERED: Final = 500


@frozen
class JournalProofs:
    """Proofs of the last signed checkpoint, within one transaction."""

    work: UnitOfWork

    def line(self, chain: str, seq: int, *, names: bool = True) -> dict[str, Any]:
        """
        Return a line opened, and what proves it.

        Raises:
            NotFoundError: it is not there, or no signed checkpoint has it yet.
        """
        sealed, note, size = self._last()
        place = sealed.place(chain, seq)
        if place.index >= size:
            raise NotFoundError("the line is sealed, and no checkpoint has it yet")
        return {
            "line": place.leaf.opened(names=names),
            "index": place.index,
            "inclusion": _texts(sealed.tree().inclusion(place.index, size)),
            "checkpoint": str(note),
        }

    def since(self, earlier: Note) -> dict[str, Any]:
        """
        Return the last checkpoint, and what proves that it goes on from an earlier.

        Raises:
            InvalidError: it is of a larger tree.
        """
        sealed, note, size = self._last()
        old = Checkpoint.parse(earlier.text).size
        if old > size:
            raise InvalidError("that checkpoint is of more lines than the last one")
        return {
            "checkpoint": str(note),
            "consistency": _texts(sealed.tree().consistency(old, size)),
        }

    def write(
        self, folder: Path, chain: str, keys: Sequence[VerificationKey]
    ) -> tuple[int, int]:
        """
        Write a chain's lines and what proves them into a new folder.

        Returns how many lines it has, and how many more there are that no checkpoint
        has yet.

        Raises:
            NotFoundError: no line of it is in a signed checkpoint.
        """
        self._last()
        folder.mkdir(mode=0o700)

        def put(name: str, parts: Iterable[str]) -> None:
            with (folder / name).open("w", encoding="utf-8") as out:
                out.writelines(parts)

        return self.export(chain, keys, put)

    def has(self, chain: str) -> bool:
        """Tell whether a signed checkpoint has a line of a chain."""
        sealed = SealedJournal(self.work.connection)
        last = sealed.last()
        first = list(sealed.places(chain, 1, 1))
        if last is None or not first:
            return False
        return first[0].index < last.checkpoint.size

    def export(
        self,
        chain: str,
        keys: Sequence[VerificationKey],
        put: Callable[[str, Iterable[str]], None],
        opens: Opens | None = None,
    ) -> tuple[int, int]:
        """
        Hand a chain's lines and what proves them to ``put``, file by file.

        Without ``opens`` each line is given whole; with it those alone that it names,
        with what it says of them. Of the others the hash is given: their place in the
        chain is proved, and nothing of them is told. Returns as `write`.

        Raises:
            NotFoundError: no line of it is in a signed checkpoint.
        """
        sealed, note, size = self._last()
        seen = _Seen()
        put(HISTORY, self._history(sealed.places(chain), size, opens, seen))
        if not seen.count:
            raise NotFoundError(f"no line of {chain} is in a signed checkpoint yet")
        proof = {
            "version": 1,
            "chain": chain,
            "index": seen.index,
            "inclusion": _texts(sealed.tree().inclusion(seen.index, size)),
        }
        put(PROOF, [json.dumps(proof, indent=1)])
        put(CHECKPOINT, [str(note)])
        put(KEYS, [json.dumps([str(key) for key in keys], indent=1)])
        put(CHECK, [Path(offline.__file__).read_text("utf-8")])
        put(
            CHECK_PAGE,
            [Path(offline.__file__).with_name(CHECK_PAGE).read_text("utf-8")],
        )
        head = self.work.journal.heads().get(chain, (0, ""))[0]
        return seen.count, head - seen.count

    def _history(
        self,
        places: Iterable[LeafPlace],
        size: int,
        opens: Opens | None,
        seen: _Seen,
    ) -> Iterator[str]:
        tree = Tree(_Remembered(StoredHashes(self.work.connection)), size)
        waiting: tuple[LeafPlace, dict[str, Any]] | None = None
        for some in batched_places(places):
            told = None if opens is None else opens([one.leaf for one in some])
            for place in some:
                if place.index >= size:
                    continue
                line = _line(place, told)
                if waiting is not None:
                    if "leaf" in line:  # does not show which line it follows
                        _prove(waiting, tree, size)
                    yield _as_line(waiting[1])
                seen.count, seen.index = seen.count + 1, place.index
                waiting = (place, line)
        if waiting is not None:
            yield _as_line(waiting[1])

    def _last(self) -> tuple[SealedJournal, Note, int]:
        sealed = SealedJournal(self.work.connection)
        last = sealed.last()
        if last is None:
            raise NotFoundError("no checkpoint was signed yet")
        return sealed, last.note, last.checkpoint.size


@define
class _Seen:
    """How many lines were given, and where the last one is in the tree."""

    count: int = 0
    index: int = -1


def batched_places(places: Iterable[LeafPlace]) -> Iterator[list[LeafPlace]]:
    """Yield lines some hundred at a time: what is asked of them is asked at once."""
    left = iter(places)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _prove(given: tuple[LeafPlace, dict[str, Any]], tree: Tree, size: int) -> None:
    """Add to a line that is open the proof that it is in the tree."""
    place, line = given
    if "leaf" not in line:
        path = tree.inclusion(place.index, size)
        line["proof"] = {"index": place.index, "inclusion": _texts(path)}


def _as_line(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False) + "\n"


@define
class _Remembered:
    """Hashes of the tree that were read last: lines side by side ask for the same."""

    stored: StoredHashes
    _known: OrderedDict[tuple[int, int, int], Sequence[bytes]] = field(
        factory=OrderedDict, init=False
    )

    def between(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """Return those of a level, in order."""
        asked = (level, start, stop)
        if asked not in self._known:
            self._known[asked] = self.stored.between(level, start, stop)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(asked)
        return self._known[asked]


def _line(
    place: LeafPlace, told: Mapping[int, Mapping[str, Any]] | None
) -> dict[str, Any]:
    leaf = place.leaf
    if told is None:
        return leaf.opened()
    if leaf.seq not in told:
        return {"chain": leaf.chain, "seq": leaf.seq, "leaf": place.hash.hex()}
    return {**leaf.opened(), "told": dict(told[leaf.seq])}


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [base64_of(one) for one in hashes]

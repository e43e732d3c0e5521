"""Sets of message numbers, ``1:4,7,9:*`` (RFC 3501 §9, sequence-set)."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from attrs import frozen

from gateway.errors import InvalidError
from gateway.mssante.imap.syntax import Reader

_PIECE = re.compile(rb"(?:[1-9][0-9]{0,9}|\*)(?::(?:[1-9][0-9]{0,9}|\*))?")
_MOST = 2**32 - 1
_STAR = 0


@frozen
class NumberSet:
    """Ranges as they were written; 0 stands for ``*``, the largest in use."""

    ranges: tuple[tuple[int, int], ...]

    def resolved(self, last: int) -> list[tuple[int, int]]:
        """Return the ranges in order, without overlap, ``*`` being ``last``."""
        ordered = []
        for first, second in self.ranges:
            low, high = first or last, second or last
            ordered.append((min(low, high), max(low, high)))
        merged: list[tuple[int, int]] = []
        for low, high in sorted(ordered):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return merged

    def positions(self, count: int) -> list[int]:
        """
        Return the places (from 0) of the messages whose numbers are in the set.

        Raises:
            InvalidError: a number beyond the last message (RFC 3501 §9, seq-number).
        """
        highest = max((max(pair) for pair in self.ranges), default=0)
        if highest > count:
            raise InvalidError("no such message")
        ranges = self.resolved(count) if count else []
        return [at - 1 for low, high in ranges for at in range(low, high + 1)]

    def positions_of_uids(self, uids: Sequence[int] | array[int]) -> list[int]:
        """Return the places of the messages whose uids are in the set."""
        if not uids:
            return []
        found: list[int] = []
        for low, high in self.resolved(uids[-1]):
            found.extend(range(bisect_left(uids, low), bisect_right(uids, high)))
        return found


def read_set(reader: Reader) -> NumberSet:
    """
    Read a set of numbers.

    Raises:
        InvalidError: malformed, or a number of more than 32 bits.
    """
    ranges: list[tuple[int, int]] = []
    while True:
        text = reader.match(_PIECE, "set of messages").group()
        first, colon, second = text.partition(b":")
        low = _number(first)
        ranges.append((low, _number(second) if colon else low))
        if not reader.take(b","):
            return NumberSet(tuple(ranges))


def _number(text: bytes) -> int:
    value = _STAR if text == b"*" else int(text)
    if value > _MOST:
        raise InvalidError("number too large")
    return value

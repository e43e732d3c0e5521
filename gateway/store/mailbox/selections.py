"""Naming many rows in statements that every database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import or_

from gateway.store.tables import mail_items

T = TypeVar("T")

_AT_ONCE = 500
"""Values in one IN (…): few enough for every database."""


def in_chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the values some at a time, as many as one statement should name."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def uid_condition(uids: Sequence[int]) -> Any:
    """Return the condition for some uids, a run of them being one comparison."""
    runs = runs_of(sorted(set(uids)))
    single = [low for low, high in runs if low == high]
    tests = [mail_items.c.uid.between(low, high) for low, high in runs if low != high]
    if single:
        tests.append(mail_items.c.uid.in_(single))
    return or_(*tests) if tests else mail_items.c.uid.in_([])


def runs_of(uids: Iterable[int]) -> list[tuple[int, int]]:
    """
    Return uids in order as runs: the first and the last of those that follow another.

    >>> runs_of([1, 2, 3, 7])
    [(1, 3), (7, 7)]
    """
    found: list[tuple[int, int]] = []
    for uid in uids:
        if found and found[-1][1] == uid - 1:
            found[-1] = (found[-1][0], uid)
        else:
            found.append((uid, uid))
    return found

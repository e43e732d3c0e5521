"""Long lists in pages: which one is asked for, and what is on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from attrs import frozen

PER_PAGE = 30

T = TypeVar("T")


@frozen
class ListPage:
    """One page of a list, counted from 1; a list of nothing has one page too."""

    number: int
    pages: int

    @classmethod
    def asked(cls, query: Mapping[str, str], total: int) -> ListPage:
        """Return the page an address asks for, which may be none of the list."""
        return cls(page_number(query.get("page", "1")), max(1, -(-total // PER_PAGE)))

    @property
    def is_there(self) -> bool:
        """Tell whether the list has such a page."""
        return self.number <= self.pages

    @property
    def offset(self) -> int:
        """How many things stand on the pages before it."""
        return (self.number - 1) * PER_PAGE

    def of(self, things: Sequence[T]) -> Sequence[T]:
        """Return what of a whole list is on the page."""
        return things[self.offset : self.offset + PER_PAGE]


def page_number(text: str) -> int:
    """
    Return a page number from an address; 1 for anything else.

    >>> page_number("3"), page_number("0"), page_number("three"), page_number("1" * 10)
    (3, 1, 1, 1)
    """
    if len(text) > 9 or not (text.isascii() and text.isdigit()):
        return 1
    return max(1, int(text))

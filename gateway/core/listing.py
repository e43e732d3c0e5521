"""What is known of each document of a patient to list, count and search them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from attrs import field, frozen

from gateway.core.document import Visibility

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

MANY_READ: Final = 20
"""
Documents that may be read one by one for a list: some three milliseconds. From so many
on, what is made ahead is made anew.
"""

BIT_OF: Final = MappingProxyType(
    {
        Visibility.MASKED: 1,
        Visibility.HIDDEN_FROM_PATIENT: 2,
        Visibility.HIDDEN_FROM_REPRESENTATIVES: 4,
    }
)
"""The bit of each flag; kept in indexes, so never changed."""

FLAGS_OF: Final = tuple(
    frozenset(flag for flag, bit in BIT_OF.items() if bits & bit) for bits in range(8)
)
"""The flags that some bits stand for."""


class ListEntry(NamedTuple):
    """
    One document of a list; ``id`` is its entryUUID in 32 hex digits.

    Moments are microseconds since 1970: ``care_at`` is the care's, or else that of the
    document, ``visible_at`` the end of its delay, 0 without one; ``flags`` and
    ``flags_then``, the flags before and after it, are bits (`BIT_OF`). ``words`` are
    its title and its type, folded; ``people`` and ``structure`` are names as they are
    shown, ``owners`` the identifiers of all authors and their structures.
    """

    id: str
    care_at: int
    filed_at: int
    visible_at: int
    flags: int
    flags_then: int
    status: str
    is_read: bool
    kind: str
    type_code: str
    words: str
    people: tuple[str, ...]
    structure: str
    replaced_by: str
    owners: tuple[str, ...] = ()
    is_imaging_object: bool = False

    def flags_at(self, now: int) -> int:
        """Return the bits that apply at a moment."""
        is_past = self.visible_at and self.visible_at <= now
        return self.flags_then if is_past else self.flags


@frozen
class Listing:
    """
    All documents of one patient, whoever may see them, in no order.

    ``read`` says how many were read one by one, because what was made ahead is not
    there, or older than they are.
    """

    entries: Sequence[ListEntry] = field(repr=False)
    read: int = 0


@frozen
class TextsFound:
    """
    Which documents have a word in their text that begins as one that was asked for.

    ``unread`` is how many could be found and were not looked into, ``unmade`` how many
    were not made ready to be searched.
    """

    by_word: Mapping[str, AbstractSet[str]] = field(repr=False)
    unread: int = 0
    unmade: int = 0

    def words_of(self, document_id: str) -> list[str]:
        """Return the words that the text of a document has, in their order."""
        return [word for word, ids in self.by_word.items() if document_id in ids]


def moment_of(when: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (when - _EPOCH) // _MICROSECOND


def when_of(moment: int) -> datetime:
    """Return the time of a moment, in UTC."""
    return _EPOCH + moment * _MICROSECOND


def bits_of(flags: Iterable[Visibility]) -> int:
    """Return flags as bits."""
    return sum(BIT_OF[one] for one in set(flags))

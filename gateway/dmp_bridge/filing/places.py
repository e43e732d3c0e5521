"""What a search for documents finds, and where: values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import field, frozen

from gateway.core.texts.faults import Words, say
from gateway.documents.xdm.archive import Archive, ArchiveLimits
from gateway.message.reading import DEFAULT_MIME_LIMITS, MimeLimits

MIB: Final = 1024 * 1024


Beside: TypeAlias = "Callable[[frozenset[str]], Iterator[Item]]"


def _nothing(known: frozenset[str]) -> Iterator[Item]:
    return iter(())


class ItemKind(StrEnum):
    """What was found."""

    DOCUMENT = "DOCUMENT"
    """A CDA, or what is announced as XML."""
    METADATA = "METADATA"
    """A METADATA.XML that is in no package that can be read; it names a patient."""
    PACKAGE = "PACKAGE"
    """A ZIP with the folder, or the name, of a package."""
    CLOSED = "CLOSED"
    """It could not be opened, or not whole."""


@frozen(kw_only=True)
class Item:
    """
    Something in which a document is, or may be; ``place`` is where, for the sender.

    ``content`` is that of a document or of a METADATA.XML, empty for all others.
    ``error`` says why nothing of it can be filed although it was found, empty for none.
    ``archive`` is that of a package that could be opened, and ``beside`` goes on with
    what stands in it, but for the files whose names it is given.
    """

    kind: ItemKind
    content: bytes = field(default=b"", repr=False)
    place: PartPlace
    error: str = ""
    archive: Archive | None = field(default=None, repr=False)
    beside: Beside = field(default=_nothing, repr=False, eq=False)


@frozen(kw_only=True)
class PartPlace:
    """
    Where something is: the path of its part, and of the parts in that.

    ``depth`` counts what had to be opened to come there. ``name`` is never told.
    """

    path: str
    media_type: str = ""
    name: str = field(default="", repr=False)
    depth: int = 0

    def within(self, path: str, name: str = "") -> PartPlace:
        """Return a place in this one, a level deeper, whose type nobody says."""
        return PartPlace(path=f"{self.path}/{path}", name=name, depth=self.depth + 1)

    def say(self, words: Words) -> str:
        """Return what is wrong there, for its sender."""
        return say(words, path=self.path, media_type=self.media_type)


@frozen(kw_only=True)
class SearchLimits:
    """
    How far it is looked: ``depth`` things within one another, ``total_bytes`` of all
    that is opened on the way, ``pieces`` of it. Past one of them it is closed.
    """

    archive: ArchiveLimits = field(factory=ArchiveLimits)
    message: MimeLimits = DEFAULT_MIME_LIMITS
    depth: int = 5
    total_bytes: int = 200 * MIB
    pieces: int = 2000

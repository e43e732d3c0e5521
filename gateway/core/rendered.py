"""How a document is shown to a person, as values that the pages are made from."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

from gateway.errors import GatewayError


class Shown(StrEnum):
    """The ways of showing a document."""

    NARRATIVE = "narrative"
    TEXT = "text"
    PDF = "pdf"
    IMAGE = "image"
    PICTURES = "pictures"
    """Pictures that were made of it, one a page."""
    DOWNLOAD = "download"


class WhyDownload(StrEnum):
    """Why a document is not on the page; `core.texts.showing` says it in words."""

    FORMAT = "format"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    BUSY = "busy"


@frozen(kw_only=True)
class Rendered:
    """
    What to show of a document.

    ``html`` is a safe fragment for NARRATIVE and TEXT, empty otherwise. ``media_type``
    is what to serve the bytes as, for PDF and IMAGE. ``why`` is for DOWNLOAD only.
    """

    how: Shown
    html: str = field(default="", repr=False)
    media_type: str = ""
    why: WhyDownload | None = None


@frozen
class Medium:
    """A file to serve: what its bytes really are, and the bytes."""

    media_type: str
    content: bytes = field(repr=False)


@frozen(kw_only=True)
class Rendering:
    """
    How a document is shown on a page, in one language.

    ``html`` is a safe fragment for NARRATIVE and TEXT, headings from level 3 on.
    ``why`` tells the person why there is only a download. With ``has_pdf_copy`` the
    document also carries itself as a PDF; with ``has_file`` it is a file to download
    for itself, as text, RTF and TIFF are. ``pictures`` is how many there are of it;
    ``remark`` tells the person what a conversion leaves out.
    """

    how: Shown
    html: str = field(default="", repr=False)
    why: str = ""
    has_pdf_copy: bool = False
    has_file: bool = False
    pictures: int = 0
    remark: str = ""


@frozen
class Converted:
    """What is shown of a file: a text, or JPEG pictures; ``is_cut``: there is more."""

    text: str = field(default="", repr=False)
    pictures: tuple[bytes, ...] = field(default=(), repr=False)
    is_cut: bool = False

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.text) + sum(map(len, self.pictures))


class NotConvertedError(GatewayError):
    """A file cannot be shown, now or ever; ``why`` is for the person who reads."""

    def __init__(self, why: WhyDownload) -> None:
        super().__init__(why.value)
        self.why = why


@frozen
class TakenText:
    """
    The text of a file, a line for each of its lines; ``is_cut``: there is more of it.

    Empty where nothing can be read: an image of a page, a file that is broken or under
    a password.
    """

    text: str = field(default="", repr=False)
    is_cut: bool = False


class NotTakenError(GatewayError):
    """The text of a file was not taken, for a reason of ours: try again."""


class TakesText(Protocol):
    """Takes the text out of files; blocking."""

    def take(self, media_type: str, content: bytes) -> TakenText:
        """
        Return the text of a file of a type.

        Raises:
            NotTakenError: try again.
        """


class Converts(Protocol):
    """Makes what a page shows of a file that no browser does; blocking."""

    def convert(self, media_type: str, content: bytes) -> Converted:
        """
        Return what is shown of a TIFF, a HEIC or an RTF.

        Raises:
            NotConvertedError: it is too large or nothing can be read of it; or all
                places are taken.
        """


MediaUrl = Callable[[str], str]
"""Gives the address of the page that serves the medium with this id."""

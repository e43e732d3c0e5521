"""How a document is shown to a person, as values that the pages are made from."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from attrs import field, frozen


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


MediaUrl = Callable[[str], str]
"""Gives the address of the page that serves the medium with this id."""

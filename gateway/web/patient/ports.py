"""What the patients' pages need from the side of documents, given by the service."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen


class Shown(StrEnum):
    """The ways of showing a document."""

    NARRATIVE = "narrative"
    TEXT = "text"
    PDF = "pdf"
    IMAGE = "image"
    DOWNLOAD = "download"


@frozen(kw_only=True)
class Rendering:
    """
    How a document is shown.

    ``html`` is a safe fragment of our own making for NARRATIVE and TEXT, headings
    from level 3 on. ``why`` tells the patient, in the asked language, why there is
    only a download. With ``has_pdf_copy`` the `body` of a NARRATIVE is that PDF.
    """

    how: Shown
    html: str = field(default="", repr=False)
    why: str = ""
    has_pdf_copy: bool = False


@frozen(kw_only=True)
class Medium:
    """Bytes to serve, and the type they were found to be."""

    media_type: str
    content: bytes = field(repr=False)


MediaUrl = Callable[[str], str]
"""Gives the address of the page that serves the medium with this id."""


Trusts = Callable[[str], bool]
"""Tells whether a mail domain, in lower case, is in the space of trust today."""


class DocumentPages(Protocol):
    """
    Turns the exact bytes of a filed document into what is shown of it.

    Blocking, so called on worker threads; never raises for odd content: what cannot
    be shown is a download.
    """

    def render(
        self, content: bytes, *, media_url: MediaUrl, language: str
    ) -> Rendering:
        """Say how a document is shown."""

    def body(self, content: bytes) -> Medium | None:
        """Return the PDF or image of an N1, or the PDF copy of an N3, or None."""

    def medium(self, content: bytes, media_id: str) -> Medium | None:
        """Return an image or file embedded in an N3, or None."""

"""What the patients' pages need from the side of documents, given by the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gateway.core.rendered import MediaUrl, Medium, Rendering

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

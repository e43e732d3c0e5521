"""How a document is shown to a person, as values that the pages are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from attrs import field, frozen


class Shown(StrEnum):
    """The ways of showing a document."""

    NARRATIVE = "narrative"
    TEXT = "text"
    PDF = "pdf"
    IMAGE = "image"
    DOWNLOAD = "download"


class WhyDownload(StrEnum):
    """Why a document is not shown on the page; `WHY_DOWNLOAD` has the sentences."""

    FORMAT = "format"
    UNREADABLE = "unreadable"
    MISMATCH = "mismatch"
    EMPTY = "empty"
    TOO_LARGE = "too_large"


WHY_DOWNLOAD: Mapping[WhyDownload, Mapping[str, str]] = MappingProxyType(
    {
        WhyDownload.FORMAT: {
            "fr": "Ce format ne s'affiche pas dans la page. Téléchargez le document "
            "pour l'ouvrir avec un logiciel de votre appareil.",
            "en": "This format cannot be shown on the page. Download the document to "
            "open it with a program of your device.",
        },
        WhyDownload.UNREADABLE: {
            "fr": "Ce document n'a pas pu être lu. Demandez à son auteur de vous "
            "l'envoyer en PDF.",
            "en": "This document could not be read. Ask its author to send it to you "
            "as a PDF.",
        },
        WhyDownload.MISMATCH: {
            "fr": "Le contenu n'est pas du format annoncé. Par prudence, il n'est pas "
            "affiché ; demandez à l'auteur de le renvoyer.",
            "en": "The content is not in the announced format. To be safe it is not "
            "shown; ask the author to send it again.",
        },
        WhyDownload.EMPTY: {
            "fr": "Ce document est vide.",
            "en": "This document is empty.",
        },
        WhyDownload.TOO_LARGE: {
            "fr": "Ce document est trop long pour être affiché dans la page. "
            "Téléchargez-le pour le lire.",
            "en": "This document is too long to be shown on the page. Download it to "
            "read it.",
        },
    }
)
"""What the person is told, by language."""


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
    for itself, as text, RTF and TIFF are.
    """

    how: Shown
    html: str = field(default="", repr=False)
    why: str = ""
    has_pdf_copy: bool = False
    has_file: bool = False


MediaUrl = Callable[[str], str]
"""Gives the address of the page that serves the medium with this id."""

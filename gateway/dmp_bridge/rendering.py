"""How a document is shown: what on the page, what only as a download, and why."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from attrs import field, frozen
from lxml import etree

from gateway.dmp_bridge.html_safety import safe_text
from gateway.dmp_bridge.media import image_type, looks_like, normal_type
from gateway.dmp_bridge.rendering_html import MediaUrl, narrative_html
from gateway.errors import InvalidError

MAX_TEXT_BYTES = 2 * 1024 * 1024
"""Text shown on a page; a longer one is a download."""


class Shown(StrEnum):
    """The ways of showing a document."""

    NARRATIVE = "narrative"
    TEXT = "text"
    PDF = "pdf"
    IMAGE = "image"
    DOWNLOAD = "download"


class WhyDownload(StrEnum):
    """Why a document is not shown on the page; `TEXTS` has the sentences."""

    FORMAT = "format"
    MISMATCH = "mismatch"
    EMPTY = "empty"
    TOO_LARGE = "too_large"


TEXTS: Mapping[WhyDownload, Mapping[str, str]] = MappingProxyType(
    {
        WhyDownload.FORMAT: {
            "fr": "Ce format ne s'affiche pas dans la page. Téléchargez le document "
            "pour l'ouvrir avec un logiciel de votre appareil.",
            "en": "This format cannot be shown on the page. Download the document to "
            "open it with a program of your device.",
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


def render_narrative(
    structured_body: etree._Element,
    *,
    level: int = 3,
    media_url: MediaUrl | None = None,
    language: str = "fr",
) -> Rendered:
    """Show the sections of an N3; too long a text becomes a download, never a part."""
    try:
        html = narrative_html(
            structured_body, level=level, media_url=media_url, language=language
        )
    except InvalidError:
        return Rendered(how=Shown.DOWNLOAD, why=WhyDownload.TOO_LARGE)
    if not html:
        return Rendered(how=Shown.DOWNLOAD, why=WhyDownload.EMPTY)
    return Rendered(how=Shown.NARRATIVE, html=html)


def render_media(media_type: str, content: bytes) -> Rendered:
    """
    Decide how the file of an N1 is shown (CI-SIS Structuration minimale, body N1).

    ======================  ==========================================
    application/pdf         as it is, when it starts like a PDF
    text/plain              escaped, in a ``pre``
    image/jpeg, png, gif    as an image, under the type it really has
    text/rtf, image/tiff    a download: browsers do not show them
    anything else           a download
    ======================  ==========================================

    Bytes that are not what was declared are a download too: served inline they could
    run as what they really are.
    """
    declared = normal_type(media_type)
    if not content:
        return Rendered(how=Shown.DOWNLOAD, why=WhyDownload.EMPTY)
    if declared.startswith("image/") and image_type(content):
        return Rendered(how=Shown.IMAGE, media_type=image_type(content))
    if not looks_like(declared, content):
        return Rendered(how=Shown.DOWNLOAD, why=WhyDownload.MISMATCH)
    if declared == "application/pdf":
        return Rendered(how=Shown.PDF, media_type=declared)
    if declared == "text/plain":
        return _render_text(content)
    return Rendered(how=Shown.DOWNLOAD, why=WhyDownload.FORMAT)


def _render_text(content: bytes) -> Rendered:
    if len(content) > MAX_TEXT_BYTES:
        return Rendered(how=Shown.DOWNLOAD, why=WhyDownload.TOO_LARGE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    html = f'<pre class="texte" tabindex="0">{safe_text(text)}</pre>'
    return Rendered(how=Shown.TEXT, html=html)

"""How a document is shown: what on the page, what only as a download, and why."""

from __future__ import annotations

from lxml import etree

from gateway.core.rendered import Rendered, Shown, WhyDownload
from gateway.documents.media import image_type, looks_like, normal_type
from gateway.documents.showing.html_safety import safe_text
from gateway.documents.showing.narrative import MediaUrl, narrative_html
from gateway.errors import InvalidError

MAX_TEXT_BYTES = 2 * 1024 * 1024
"""Text shown on a page; a longer one is a download."""


def render_narrative(
    structured_body: etree._Element,
    *,
    level: int = 3,
    media_url: MediaUrl | None = None,
    language: str = "fr",
) -> Rendered:
    """Show the sections of an N3; a text that is too long is a download, never cut."""
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

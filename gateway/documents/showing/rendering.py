"""How a document is shown: what on the page, what only as a download, and why."""

from __future__ import annotations

from attrs import frozen
from lxml import etree

from gateway.core.document import BodyLevel
from gateway.core.rendered import (
    MediaUrl,
    Medium,
    Rendered,
    Rendering,
    Shown,
    WhyDownload,
)
from gateway.core.texts.showing import WHY_DOWNLOAD
from gateway.documents.cda.body import body_of
from gateway.documents.cda.media import EmbeddedMedia
from gateway.documents.media import image_type, looks_like, normal_type
from gateway.documents.showing.html_safety import safe_text
from gateway.documents.showing.narrative import narrative_html
from gateway.errors import InvalidError

MAX_TEXT_BYTES = 2 * 1024 * 1024
"""Text shown on a page; a longer one is a download."""

_UNREADABLE = Rendered(how=Shown.DOWNLOAD, why=WhyDownload.UNREADABLE)


@frozen
class CdaPages:
    """
    Shows CDAs; blocking, so called on worker threads.

    What cannot be shown is a download: a page never fails on odd content.
    """

    def render(
        self, content: bytes, *, media_url: MediaUrl, language: str
    ) -> Rendering:
        """Say how a document is shown, in ``fr`` or ``en``."""
        try:
            body = body_of(content)
        except InvalidError:
            return _in_language(_UNREADABLE, language)
        if body.level is BodyLevel.N1 or body.sections is None:
            shown = render_media(body.media_type, body.content)
            return _in_language(shown, language, file=_is_file(shown))
        shown = render_narrative(body.sections, media_url=media_url, language=language)
        return _in_language(shown, language, copy=body.pdf_copy is not None)

    def body(self, content: bytes) -> Medium | None:
        """Return the file of an N1 if it is what it says, an N3's PDF copy, or None."""
        try:
            body = body_of(content)
        except InvalidError:
            return None
        if body.pdf_copy is not None:
            return Medium("application/pdf", body.pdf_copy)
        shown = render_media(body.media_type, body.content)
        if _is_file(shown):
            return Medium(body.media_type, body.content)
        return Medium(shown.media_type, body.content) if shown.media_type else None

    def medium(self, content: bytes, media_id: str) -> Medium | None:
        """Return an image or file embedded in an N3, or None."""
        try:
            body = body_of(content)
            if body.sections is None:
                return None
            return EmbeddedMedia(body.sections).read(media_id)
        except InvalidError:
            return None


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


def _is_file(shown: Rendered) -> bool:
    """Tell whether what is shown of an N1 leaves a file to download for itself."""
    whole = (WhyDownload.FORMAT, WhyDownload.TOO_LARGE)
    return shown.how is Shown.TEXT or shown.why in whole


def _in_language(
    shown: Rendered, language: str, *, copy: bool = False, file: bool = False
) -> Rendering:
    return Rendering(
        how=shown.how,
        html=shown.html,
        why=WHY_DOWNLOAD[shown.why][language] if shown.why is not None else "",
        has_pdf_copy=copy,
        has_file=file,
    )

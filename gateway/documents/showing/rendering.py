"""How a document is shown: what on the page, what only as a download, and why."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen
from lxml import etree

from gateway.core.document import BodyLevel
from gateway.core.rendered import (
    Converted,
    Converts,
    MediaUrl,
    Medium,
    NotConvertedError,
    Rendered,
    Rendering,
    Shown,
    WhyDownload,
)
from gateway.core.texts.showing import CONVERTED_TEXTS, WHY_DOWNLOAD
from gateway.documents.cda.body import (
    CONVERTED_TYPES,
    PDF,
    SHOWN_TYPES,
    TEXT,
    DocumentBody,
    body_of,
)
from gateway.documents.cda.media import EmbeddedMedia
from gateway.documents.media import IMAGES
from gateway.documents.printed_page import Block, Picture, PrintedPage, print_page
from gateway.documents.showing.html_safety import safe_text
from gateway.documents.showing.narrative import narrative_html
from gateway.documents.showing.on_paper import html_blocks, text_blocks
from gateway.errors import InvalidError

JPEG = "image/jpeg"

MAX_TEXT_BYTES = 2 * 1024 * 1024
"""Text shown on a page; a longer one is a download."""

_UNREADABLE = Rendered(how=Shown.DOWNLOAD, why=WhyDownload.UNREADABLE)


@frozen
class CdaPages:
    """
    Shows CDAs; blocking, so called on worker threads.

    What cannot be shown is a download: a page never fails on odd content. Without a
    ``converter`` what would have to be converted is one too.
    """

    converter: Converts | None = None

    def render(
        self, content: bytes, *, media_url: MediaUrl, language: str
    ) -> Rendering:
        """Say how a document is shown, in ``fr`` or ``en``."""
        try:
            body = body_of(content)
        except InvalidError:
            return _in_language(_UNREADABLE, language)
        if body.media_type in CONVERTED_TYPES and self.converter is not None:
            return _render_converted(self.converter, body, language)
        if body.level is BodyLevel.N1 or body.sections is None:
            shown = render_file(body)
            file = shown.how not in {Shown.PDF, Shown.IMAGE}
            return _in_language(shown, language, file=file)
        shown = render_narrative(body.sections, media_url=media_url, language=language)
        return _in_language(shown, language, copy=body.pdf_copy is not None)

    def body(self, content: bytes) -> Medium | None:
        """Return the file of an N1, an N3's PDF copy, or None."""
        try:
            body = body_of(content)
        except InvalidError:
            return None
        if body.pdf_copy is not None:
            return Medium(PDF, body.pdf_copy)
        return Medium(body.media_type, body.content) if body.content else None

    def picture(self, content: bytes, number: int) -> Medium | None:
        """Return a picture made of a document, the first is 1, or None."""
        if self.converter is None:
            return None
        try:
            body = body_of(content)
            if body.media_type not in CONVERTED_TYPES:
                return None
            made = self.converter.convert(body.media_type, body.content).pictures
        except (InvalidError, NotConvertedError):
            return None
        return Medium(JPEG, made[number - 1]) if 0 < number <= len(made) else None

    def pdf(self, content: bytes, sheet: PrintedPage) -> bytes | None:
        """
        Return a document as it is shown as a PDF; ``sheet`` has what stands above it.

        None where nothing of it is shown, or it is too long to be printed. One that is
        a PDF, or comes with itself as one, is given as that.
        """
        try:
            body = body_of(content)
            if body.pdf_copy is not None:
                return body.pdf_copy
            if body.media_type == PDF:
                return body.content
            blocks = self._on_paper(content, body, sheet.language)
            return print_page(evolve(sheet, blocks=[*sheet.blocks, *blocks]))
        except (InvalidError, NotConvertedError):
            return None

    def _on_paper(
        self, content: bytes, body: DocumentBody, language: str
    ) -> Sequence[Block]:
        if body.sections is not None:
            html = narrative_html(
                body.sections, media_url=lambda media: media, language=language
            )
            return html_blocks(html, lambda media: self._printed(content, media))
        if body.media_type == TEXT:
            return text_blocks(body.text)
        if body.media_type not in CONVERTED_TYPES | set(IMAGES) or not self.converter:
            raise InvalidError("a file that is not shown")
        made = self.converter.convert(body.media_type, body.content)
        if made.text:
            return text_blocks(made.text)
        return [Picture(one) for one in made.pictures]

    def _printed(self, content: bytes, media_id: str) -> bytes:
        """Return an embedded picture as it may be printed, or nothing."""
        medium = self.medium(content, media_id)
        if medium is None or medium.media_type not in IMAGES or not self.converter:
            return b""
        try:
            made = self.converter.convert(medium.media_type, medium.content)
        except NotConvertedError:
            return b""
        return made.pictures[0] if made.pictures else b""

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
    return Rendered(how=Shown.NARRATIVE, html=html)


def render_file(body: DocumentBody) -> Rendered:
    """
    Decide how the file of an N1 is shown (CI-SIS Structuration minimale, body N1).

    ======================  =======================
    application/pdf         as it is
    text/plain              escaped, in a ``pre``
    image/jpeg, png, gif    as an image
    text/rtf                its text (converted)
    image/tiff, heic        as images (converted)
    anything else           a download
    ======================  =======================

    The type is what the bytes show it to be, whatever was declared: served under
    another, they could run as what they really are.
    """
    kind = body.media_type
    if kind == TEXT:
        return _render_text(body)
    if kind not in SHOWN_TYPES:
        return Rendered(how=Shown.DOWNLOAD, why=WhyDownload.FORMAT)
    return Rendered(how=Shown.PDF if kind == PDF else Shown.IMAGE, media_type=kind)


def _render_text(body: DocumentBody) -> Rendered:
    if len(body.content) > MAX_TEXT_BYTES:
        return Rendered(how=Shown.DOWNLOAD, why=WhyDownload.TOO_LARGE)
    return Rendered(how=Shown.TEXT, html=_text_html(body.text))


def _render_converted(
    converter: Converts, body: DocumentBody, language: str
) -> Rendering:
    """Show what a process of its own made of a file, or say why there is nothing."""
    try:
        made = converter.convert(body.media_type, body.content)
    except NotConvertedError as error:
        shown = Rendered(how=Shown.DOWNLOAD, why=error.why)
        return _in_language(shown, language, file=True)
    return Rendering(
        how=Shown.PICTURES if made.pictures else Shown.TEXT,
        html=_text_html(made.text) if made.text else "",
        has_file=True,
        pictures=len(made.pictures),
        remark=_remark(made, language),
    )


def _remark(made: Converted, language: str) -> str:
    said = CONVERTED_TEXTS[language]
    if made.text:
        return said["text"]
    return f"{said['pictures']} {said['cut']}" if made.is_cut else said["pictures"]


def _text_html(text: str) -> str:
    return f'<pre class="texte" tabindex="0">{safe_text(text)}</pre>'


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

"""Filed documents as the patients' pages show them: our own reading and rendering."""

from __future__ import annotations

from attrs import frozen

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
from gateway.documents.showing.rendering import render_media, render_narrative
from gateway.errors import InvalidError

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

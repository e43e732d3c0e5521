"""The documents' side as the service joins it: our reading and rendering of CDA."""

from __future__ import annotations

from attrs import frozen

from gateway.core.document import BodyLevel
from gateway.dmp_bridge.cda_body import body_of
from gateway.dmp_bridge.embedded_media import EmbeddedMedia
from gateway.dmp_bridge.rendering import (
    TEXTS,
    Rendered,
    WhyDownload,
    render_media,
    render_narrative,
)
from gateway.errors import GatewayError
from gateway.web.patient.ports import MediaUrl, Medium, Rendering, Shown


@frozen
class CdaPages:
    """Shows filed CDAs; see `gateway.web.patient.ports.DocumentPages`."""

    def render(
        self, content: bytes, *, media_url: MediaUrl, language: str
    ) -> Rendering:
        try:
            body = body_of(content)
        except GatewayError:
            return _rendering(
                Rendered(how="download", why=WhyDownload.FORMAT), language
            )  # type: ignore[arg-type]
        if body.level is BodyLevel.N1 or body.sections is None:
            return _rendering(render_media(body.media_type, body.content), language)
        shown = render_narrative(body.sections, media_url=media_url, language=language)
        return _rendering(shown, language, copy=body.pdf_copy is not None)

    def body(self, content: bytes) -> Medium | None:
        body = body_of(content)
        if body.pdf_copy is not None:
            return Medium(media_type="application/pdf", content=body.pdf_copy)
        shown = render_media(body.media_type, body.content)
        if not shown.media_type:
            return None
        return Medium(media_type=shown.media_type, content=body.content)

    def medium(self, content: bytes, media_id: str) -> Medium | None:
        body = body_of(content)
        if body.sections is None:
            return None
        try:
            found = EmbeddedMedia(body.sections).read(media_id)
        except GatewayError:
            return None
        return Medium(media_type=found.media_type, content=found.content)


def _rendering(shown: Rendered, language: str, *, copy: bool = False) -> Rendering:
    return Rendering(
        how=Shown(str(shown.how)),
        html=shown.html,
        why=TEXTS[shown.why][language] if shown.why is not None else "",
        has_pdf_copy=copy,
    )

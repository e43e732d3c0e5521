"""Any structured body gives HTML that holds nothing but what is allowed."""

from __future__ import annotations

import contextlib

from gateway.documents.showing.narrative import narrative_html
from gateway.errors import InvalidError
from gateway.safe_xml import parse_xml
from tests.safe_html import check_fragment


def one(data: bytes) -> None:
    """Show the bytes as the structured body of a CDA."""
    with contextlib.suppress(InvalidError):
        body = parse_xml(data)
        check_fragment(
            narrative_html(body, media_url=lambda media_id: f"/media/{media_id}")
        )

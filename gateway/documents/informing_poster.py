"""The poster for a waiting room: that documents are filed, and whom to ask."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.core.texts.informing import POSTER
from gateway.documents.printed_page import Heading, Paragraph, Points, PrintedPage


def informing_poster(words: Mapping[str, str], *, large: bool) -> PrintedPage:
    """Return the poster with the words of a structure (`informing_words`)."""
    return PrintedPage(
        title=POSTER.title,
        footer=POSTER.footer,
        blocks=(
            Paragraph(_sentence(POSTER.lead.format_map(words))),
            Points(POSTER.points),
            Heading(POSTER.ask.format_map(words)),
        ),
        poster=True,
        large=large,
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]

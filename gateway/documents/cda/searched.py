"""What of a document is searched: its text, and the files in it that have one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import field, frozen
from lxml import etree

from gateway.core.rendered import Medium
from gateway.documents.cda.body import PDF, body_of
from gateway.documents.cda.encoded import read_encoded
from gateway.documents.cda.nodes import IN_HL7, find
from gateway.documents.media import normal_type, type_of
from gateway.errors import InvalidError

MOST_FILES: Final = 10
"""Files of one document whose text is searched."""

_FILES: Final = frozenset({PDF, "text/rtf"})
_SECTION: Final = IN_HL7 + "section"
_MEDIA: Final = IN_HL7 + "observationMedia"


@frozen
class SearchedParts:
    """
    The text of a document as a page shows it; ``files`` are PDFs and RTFs, whose text
    has to be taken out first.
    """

    text: str = field(default="", repr=False)
    files: tuple[Medium, ...] = field(default=(), repr=False)


def searched_parts(content: bytes) -> SearchedParts:
    """
    Return what of a CDA is searched: sections, a plain text, the PDF that it is, PDFs
    in it, as many as `MOST_FILES`.

    Nothing of an image, nor of what cannot be read: those are found by title.
    """
    try:
        body = body_of(content)
    except InvalidError:
        return SearchedParts()
    if body.sections is not None:
        text = "\n".join(_texts(body.sections))
        return SearchedParts(text, tuple(_files(body.sections)))
    if body.media_type in _FILES:
        return SearchedParts("", (Medium(body.media_type, body.content),))
    return SearchedParts(body.text)


def _texts(sections: etree._Element) -> Iterator[str]:
    for section in sections.iter(_SECTION):
        for name in ("title", "text"):
            part = find(section, name)
            if part is not None:
                # Cells and paragraphs end words as blanks do.
                yield " ".join(map(str, part.itertext()))


def _files(sections: etree._Element) -> Iterator[Medium]:
    """Yield the files in a body; one that cannot be decoded is left out."""
    found = 0
    for media in sections.iter(_MEDIA):
        value = find(media, "value")
        declared = "" if value is None else normal_type(value.get("mediaType") or "")
        if value is None or declared not in _FILES:
            continue
        try:
            content = read_encoded(value, declared).content
        except InvalidError:
            continue
        if type_of(content) == declared:
            yield Medium(declared, content)
            found += 1
        if found == MOST_FILES:
            return

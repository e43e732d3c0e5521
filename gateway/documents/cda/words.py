"""The words of a document's text, folded, by which it is found again."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from gateway.core.word_form import words_in
from gateway.documents.cda.body import TEXT, body_of, read_body_facts
from gateway.documents.cda.file import open_cda
from gateway.documents.cda.nodes import IN_HL7, find
from gateway.errors import InvalidError

_SECTION = IN_HL7 + "section"


def words_of(content: bytes) -> frozenset[str]:
    """
    Return the words of what a page shows of a CDA: its sections, or a plain text.

    None of a PDF or an image, nor of what cannot be read: those are found by title.
    """
    try:
        level_and_type = read_body_facts(open_cda(content).element)
        body = body_of(content) if level_and_type[1] in {"text/xml", TEXT} else None
    except InvalidError:
        return frozenset()
    if body is None:
        return frozenset()
    return words_in([body.text] if body.sections is None else _texts(body.sections))


def _texts(sections: etree._Element) -> Iterator[str]:
    for section in sections.iter(_SECTION):
        for name in ("title", "text"):
            part = find(section, name)
            if part is not None:
                # Cells and paragraphs end words as blanks do.
                yield " ".join(map(str, part.itertext()))

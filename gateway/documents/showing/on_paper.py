"""A document as it is shown, as blocks of a printed page (record 59)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from gateway.documents.printed_page import (
    Block,
    Grid,
    Heading,
    Paragraph,
    Picture,
    Points,
)
from gateway.documents.showing.tables import MOST_ON_PAPER
from gateway.errors import InvalidError
from gateway.safe_xml import parse_xml

MAX_CHARACTERS: Final = 600_000
"""Of a text that is printed: some two hundred pages, and ten seconds of a processor."""

_AT_ONCE: Final = 4000
_TITLE: Final = "data-label"
"""Where a cell has the title of its column, as the page shows it on a telephone."""
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption"})
_BLOCKS: Final = frozenset(
    {"p", "div", "section", "pre", "dl", "dt", "dd", "figure", "blockquote", "br"}
)

Pictures = Callable[[str], bytes]
"""Gives the picture (JPEG) of an address in the page, or nothing."""


def text_blocks(text: str) -> list[Block]:
    """
    Return the paragraphs of a plain text.

    Raises:
        InvalidError: it is too long to be printed.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidError("a text that is too long to be printed")
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return [
        Paragraph(part[start : start + _AT_ONCE])
        for part in plain.split("\n\n")
        if part.strip()
        for start in range(0, len(part), _AT_ONCE)
    ]


def html_blocks(html: str, pictures: Pictures) -> list[Block]:
    """
    Return what a page shows of a narrative: our own HTML, which is XML as well.

    Raises:
        InvalidError: it is too long to be printed.
    """
    if len(html) > 4 * MAX_CHARACTERS:
        raise InvalidError("a text that is too long to be printed")
    root = parse_xml(f"<div>{html}</div>".encode())
    if len("".join(map(str, root.itertext()))) > MAX_CHARACTERS:
        raise InvalidError("a text that is too long to be printed")
    return list(_Walk(pictures).blocks(root))


class _Walk:
    """Goes through a page once; what stands between blocks is a paragraph."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._words: list[str] = []

    def blocks(self, root: etree._Element) -> Iterator[Block]:
        yield from self._within(root)
        yield from self._paragraph()

    def _within(self, element: etree._Element) -> Iterator[Block]:
        self._words.append(element.text or "")
        for child in element:
            yield from self._child(child)
            self._words.append(child.tail or "")

    def _child(self, child: etree._Element) -> Iterator[Block]:
        name = str(child.tag)
        if name in _HEADINGS:
            yield from self._paragraph()
            yield Heading(_words(child))
        elif name == "table":
            yield from self._paragraph()
            yield from self._table(child)
        elif name in {"ul", "ol"}:
            yield from self._paragraph()
            points = [_words(one) for one in child.iter("li")]
            if any(points):
                yield Points([one for one in points if one])
        elif name == "img":
            content = self._pictures(child.get("src") or "")
            if content:
                yield from self._paragraph()
                yield Picture(content)
            else:
                self._words.append(child.get("alt") or "")
        else:
            if name in _BLOCKS:
                yield from self._paragraph()
            yield from self._within(child)
            if name in _BLOCKS:
                yield from self._paragraph()

    def _paragraph(self) -> Iterator[Block]:
        text = " ".join("".join(self._words).split())
        self._words.clear()
        if text:
            yield Paragraph(text)

    def _table(self, table: etree._Element) -> Iterator[Block]:
        for caption in table.iter("caption"):
            if words := _words(caption):
                yield Heading(words)
        lines = [
            [cell for cell in row if cell.tag in {"th", "td"}]
            for row in table.iter("tr")
        ]
        rows = [[_words(cell) for cell in line] for line in lines]
        rows = [row for row in rows if any(row)]
        wide = max((len(row) for row in rows), default=0)
        if wide > MOST_ON_PAPER:  # no page is that wide: each row becomes a text
            yield from _as_lines(lines)
        elif rows:
            whole = [[*row, *[""] * (wide - len(row))] for row in rows]
            yield Grid(whole[0], whole[1:])
        for image in table.iter("img"):
            if content := self._pictures(image.get("src") or ""):
                yield Picture(content)


def _as_lines(lines: list[list[etree._Element]]) -> Iterator[Block]:
    """
    Yield each row as a text, in which every value has the title of its column.

    Where columns have no titles an empty cell keeps its place, by a dash: what comes
    after it would be taken for what stands one column before.
    """
    has_titles = any(cell.get(_TITLE) for line in lines for cell in line)
    for line in lines:
        said = [(cell.get(_TITLE), _words(cell)) for cell in line]
        if not has_titles:
            words = [text or "–" for _, text in said]
        elif any(title for title, _ in said):
            words = [
                f"{title} : {text}" if title else text for title, text in said if text
            ]
        else:
            continue  # the row of the titles
        if any(text for _, text in said):
            yield Paragraph(" · ".join(words))


def _words(element: etree._Element) -> str:
    return " ".join(" ".join(map(str, element.itertext())).split())

"""Tables and lists of a CDA narrative as HTML, with whatever they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from lxml import etree

from gateway.documents.cda.nodes import IN_HL7
from gateway.documents.showing.html_safety import (
    align_attribute,
    language_attribute,
    local_name,
    numbering_attribute,
    plain_text,
    safe_text,
    span_attribute,
    style_tags,
)

_SCOPES = {"row", "col", "rowgroup", "colgroup"}
_BLOCKS = (IN_HL7 + "paragraph", IN_HL7 + "list", IN_HL7 + "table")
_MANY_COLUMNS = 7
MOST_ON_PAPER: Final = 12
"""A table of more columns is lines on paper: its letters would be broken apart."""
_GROUPS = ("thead", "tbody", "tfoot")


class Page(Protocol):
    """
    What tables and lists need of the page they are on: to write, and to have their
    contents written.
    """

    def put(self, html: str) -> None:
        """Write HTML, already safe."""

    def children(self, parent: etree._Element, depth: int, *, inline: bool) -> None:
        """Write the text and the children of an element."""

    def child(self, element: etree._Element, depth: int, *, inline: bool) -> None:
        """Write one element."""

    def mark(self, element: etree._Element) -> str:
        """Return, as safe HTML, what the document says of a value; often nothing."""


def write_table(
    page: Page, table: etree._Element, depth: int, label: str, wide: str = ""
) -> None:
    """
    Write a table, with ``label`` to name the region that it scrolls in.

    One of many columns has ``wide`` added to the label, and is turned on paper; one of
    more than a sheet holds is lines there, if it is plain (`MOST_ON_PAPER`). Where
    the columns have headings, the first cell of a row heads it: a result that is read
    aloud, or far to the right, still says of what it is.
    """
    groups: dict[str, list[etree._Element]] = {name: [] for name in _GROUPS}
    caption = None
    for child in table:
        name = local_name(child)
        if name == "caption" and caption is None:
            caption = child
        elif name and name not in {"col", "colgroup"}:
            groups[name if name in groups else "tbody"].append(child)
    _write_loose(page, _loose_in_table(table))
    width = _width(table)
    is_wide = width >= _MANY_COLUMNS
    is_too_wide = width > MOST_ON_PAPER
    columns = _column_titles(groups) if is_too_wide or not is_wide else ()
    kind, label = ("tableau large", label + wide) if is_wide else ("tableau", label)
    if columns:  # on a telephone each row is a card; or on paper, lines
        kind += " lignes" if is_wide else " fiches"
    # A region that scrolls by itself, and that the keyboard reaches (WCAG 2.1.1).
    page.put(
        f'<div class="{kind}" role="region" tabindex="0" aria-label="{label}">'
        f"<table{language_attribute(table)}>"
    )
    if caption is not None:
        page.put("<caption>")
        page.children(caption, depth, inline=True)
        page.put("</caption>")
    has_heads = any(
        next(head.iter(IN_HL7 + "th"), None) is not None for head in groups["thead"]
    )
    for name, members in groups.items():
        for member in members:
            page.put(f"<{name}>")
            rows = member if local_name(member) == name else [member]
            first_lasts = 0  # rows that the first cell of an earlier one reaches into
            for row in rows:
                is_headed = has_heads and name == "tbody" and not first_lasts
                _write_row(
                    page,
                    row,
                    depth + 1,
                    in_head=name == "thead",
                    is_headed=is_headed,
                    columns=columns if name == "tbody" else (),
                )
                first_lasts = max(first_lasts - 1, _rows_of_first(row) - 1, 0)
            page.put(f"</{name}>")
    page.put("</table></div>")


def _column_titles(
    groups: Mapping[str, Sequence[etree._Element]],
) -> tuple[str, ...]:
    """
    Return the titles of the columns of a plain table, else nothing.

    Plain: one row of titles, each with words, and under it rows of as many cells, none
    of which reaches over another or holds a table.
    """
    heads = [row for head in groups["thead"] for row in head if local_name(row)]
    bodies = [row for body in groups["tbody"] for row in body if local_name(row)]
    if len(heads) != 1 or groups["tfoot"] or len(groups["tbody"]) != 1:
        return ()
    titles = tuple(plain_text(cell) for cell in heads[0] if local_name(cell))
    is_plain = all(
        local_name(row) == "tr"
        and len([cell for cell in row if local_name(cell)]) == len(titles)
        and all(_is_plain(cell) for cell in row if local_name(cell))
        for row in (*heads, *bodies)
    )
    return titles if len(titles) > 1 and all(titles) and is_plain else ()


def _is_plain(cell: etree._Element) -> bool:
    spans = {_span(cell, "colspan"), _span(cell, "rowspan")}
    return spans == {1} and next(cell.iter(IN_HL7 + "table"), None) is None


def _width(table: etree._Element) -> int:
    """Return how many columns a table has."""
    rows = (row for row in table.iter(IN_HL7 + "tr"))
    return max((sum(_span(cell, "colspan") for cell in row) for row in rows), default=0)


def _rows_of_first(row: etree._Element) -> int:
    first = next((cell for cell in row if local_name(cell)), None)
    return 1 if first is None else _span(first, "rowspan")


def _span(cell: etree._Element, name: str) -> int:
    found = span_attribute(cell, name).partition('"')[2].rstrip('"')
    return int(found) if found else 1


def _write_row(
    page: Page,
    row: etree._Element,
    depth: int,
    *,
    in_head: bool,
    is_headed: bool,
    columns: Sequence[str] = (),
) -> None:
    name = local_name(row)
    if not name:
        return
    cells = [cell for cell in row if local_name(cell)] if name == "tr" else [row]
    only_heads = all(cell.tag == IN_HL7 + "th" for cell in cells)
    scope = "col" if in_head or only_heads else "row"
    page.put("<tr>")
    mark = "" if in_head else page.mark(row)
    for place, cell in enumerate(cells):
        heads = is_headed and place == 0 and len(cells) > 1 and _may_head(cell)
        title = columns[place] if columns else ""
        # A result stands in the second cell; the mark of a row stands with it.
        marked = mark if place == min(1, len(cells) - 1) else ""
        _write_cell(page, cell, depth + 1, scope, heads=heads, title=title, mark=marked)
    page.put("</tr>")


def _may_head(cell: etree._Element) -> bool:
    """Tell whether a cell is of one column and of words alone."""
    is_one = cell.tag == IN_HL7 + "td" and _span(cell, "colspan") == 1
    return is_one and next(cell.iter(*_BLOCKS), None) is None


def _write_cell(
    page: Page,
    cell: etree._Element,
    depth: int,
    scope: str,
    *,
    heads: bool,
    title: str = "",
    mark: str = "",
) -> None:
    # A heading cell without words would head nothing.
    has_words = len(cell) or (cell.text or "").strip()
    is_head = (heads or cell.tag == IN_HL7 + "th") and has_words
    tag = "th" if is_head else "td"
    attributes = (
        span_attribute(cell, "colspan")
        + span_attribute(cell, "rowspan")
        + language_attribute(cell)
        + align_attribute(cell)
    )
    if title and not is_head:
        attributes += f' data-label="{safe_text(title)}"'
    if is_head:
        given = cell.get("scope")
        attributes += f' scope="{given if given in _SCOPES else scope}"'
    # A list or a paragraph cannot stand inside <strong>.
    has_blocks = next(cell.iter(*_BLOCKS), None) is not None
    styles = [] if has_blocks else style_tags(cell)
    page.put(f"<{tag}{attributes}>" + "".join(f"<{style}>" for style in styles))
    if local_name(cell) in {"td", "th"}:
        page.children(cell, depth, inline=bool(styles))
    else:
        page.child(cell, depth, inline=bool(styles))
    page.put("".join(f"</{style}>" for style in reversed(styles)))
    page.put(f"{mark}</{tag}>")


def write_list(page: Page, listed: etree._Element, depth: int) -> None:
    """Write a list; its caption stands before it."""
    caption = None
    items = []
    for child in listed:
        name = local_name(child)
        if name == "caption" and caption is None:
            caption = child
        elif name:
            items.append(child)
    if caption is not None:
        page.put('<p class="legende"><strong>')
        page.children(caption, depth, inline=True)
        page.put("</strong></p>")
    _write_loose(page, _loose(listed))
    if not items:
        return
    is_ordered = (listed.get("listType") or "").lower() == "ordered"
    tag = "ol" if is_ordered else "ul"
    numbering = numbering_attribute(listed) if is_ordered else ""
    page.put(f"<{tag}{numbering}{language_attribute(listed)}>")
    for item in items:
        page.put("<li>")
        if local_name(item) == "item":
            page.children(item, depth + 1, inline=False)
        else:
            page.child(item, depth + 1, inline=False)
        page.put("</li>")
    page.put(f"</{tag}>")


def _loose(element: etree._Element) -> list[str]:
    """Return the words that stand directly where only other elements may."""
    texts = [element.text, *(child.tail for child in element)]
    return [text.strip() for text in texts if text and text.strip()]


def _loose_in_table(table: etree._Element) -> list[str]:
    found = _loose(table)
    for group in table:
        if local_name(group) in {*_GROUPS, "tr"}:
            found += _loose(group)
            for row in group:
                if local_name(row) == "tr":
                    found += _loose(row)
    return found


def _write_loose(page: Page, words: list[str]) -> None:
    """Keep what a damaged narrative says, though not where it says it."""
    if words:
        page.put(f"<p>{safe_text(' '.join(words))}</p>")

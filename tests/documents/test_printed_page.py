"""Pages for paper: what is in them, on how many sheets, and that text stays text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from gateway.documents.printed_page import (
    Block,
    Code,
    Grid,
    Heading,
    Pairs,
    Paragraph,
    Points,
    PrintedPage,
    print_page,
    print_pages,
)

HOSTILE = (
    "<b>gras</b> & <img src='file:///etc/passwd'/> <a href='x'>y</a>",
    "</para><para>",
    "&nbsp;&#60;",
    "un\0deux\x1btrois",
    "",
    "x" * 5000,
)


def sheets(content: bytes) -> int:
    """Return how many pages a PDF says it has."""
    found = re.search(rb"/Count (\d+)", content)
    assert found is not None
    return int(found[1])


def page(*blocks: Block, title: str = "Preuve d’opposition", **other: Any) -> bytes:
    return print_page(PrintedPage(title=title, blocks=blocks, **other))


def test_a_page_has_each_kind_of_block_on_one_sheet() -> None:
    made = page(
        Heading("Ce que cela veut dire"),
        Paragraph("Rien n’est ouvert.\nVous pouvez changer d’avis."),
        Points(["par téléphone", "au guichet"]),
        Pairs([("Nom", "Łukasz ŒUVRÉ"), ("Né le", "28 mars 1979")]),
        Grid(("Date", "Quoi"), [("1er mars", "Opposition")]),
        Code("Code provisoire", "7KQ2 M9XA"),
        sender="Messagerie sécurisée",
        address=("Mme Dominique PAT-TROIS", "1 rue des Lilas", "63000 CLERMONT"),
        date="29 novembre 2026",
        footer="Messagerie sécurisée",
    )

    assert made.startswith(b"%PDF-")
    assert sheets(made) == 1
    assert b"/Lang" in made
    assert b"FontFile2" in made


def test_several_are_one_file_each_on_sheets_numbered_from_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[tuple[int, str]] = []

    def draw(canvas: Canvas, x: float, y: float, text: str) -> None:
        drawn.append((canvas.getPageNumber(), text))

    monkeypatch.setattr(Canvas, "drawRightString", draw)
    long = PrintedPage(title="Une", blocks=[Paragraph("mot\n" * 60)])
    short = PrintedPage(title="Deux", blocks=[], footer="Le service")

    made = print_pages([long, short, short])

    assert sheets(made) == 4
    assert drawn == [(1, "1"), (2, "2"), (3, "1"), (4, "1")]
    assert print_pages([short]) == print_page(short)


def test_the_same_values_give_the_same_bytes() -> None:
    assert page(Paragraph("a")) == page(Paragraph("a"))
    assert page(Paragraph("a")) != page(Paragraph("b"))


def test_a_long_table_goes_on_over_sheets_with_its_head() -> None:
    short = page(Grid(("Date", "Qui"), [("1er mars", "x")]))
    long = page(Grid(("Date", "Qui"), [("1er mars", "x")] * 200))

    assert sheets(short) == 1
    assert sheets(long) == 6


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_a_tag_is_printed_as_it_was_written(text: str) -> None:
    made = page(
        Paragraph(text),
        Points([text]),
        Pairs([(text, text)]),
        Grid((text[:200],), [(text,)]),
        title=text,
    )

    assert made.startswith(b"%PDF-")
    assert b"/URI" not in made
    assert b"/Subtype /Image" not in made

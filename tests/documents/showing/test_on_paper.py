"""What a page shows, on paper: words, tables and pictures, and nothing else."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from gateway.documents.printed_page import (
    Grid,
    Heading,
    Paragraph,
    Picture,
    Points,
    PrintedPage,
    print_page,
)
from gateway.documents.showing.on_paper import (
    MAX_CHARACTERS,
    html_blocks,
    text_blocks,
)
from gateway.errors import InvalidError


def jpeg(width: int = 600, height: int = 900) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), (9, 99, 9)).save(out, "JPEG")
    return out.getvalue()


def test_headings_lists_tables_and_words_keep_their_order() -> None:
    html = (
        "<h3>Conclusion</h3>avant<p>Tout <b>va</b> bien.</p>"
        "<table><caption>Bilan</caption><thead><tr><th>Examen</th><th>R</th></tr>"
        "</thead><tbody><tr><td>Sodium</td></tr></tbody></table>"
        "<ul><li>Repos</li><li/></ul>après"
        '<img src="photo" alt="Photo"/><img src="absent" alt="Non montrée"/>'
    )

    blocks = html_blocks(html, lambda src: jpeg() if src == "photo" else b"")

    assert blocks == [
        Heading("Conclusion"),
        Paragraph("avant"),
        Paragraph("Tout va bien."),
        Heading("Bilan"),
        Grid(["Examen", "R"], [["Sodium", ""]]),
        Points(["Repos"]),
        Paragraph("après"),
        Picture(jpeg()),
        Paragraph("Non montrée"),
    ]


def test_a_table_wider_than_paper_becomes_lines() -> None:
    row = "".join(f"<td>{n}</td>" for n in range(13))

    assert html_blocks(f"<table><tr>{row}</tr></table>", lambda _: b"") == [
        Paragraph(" · ".join(map(str, range(13))))
    ]


def test_in_lines_no_value_is_taken_for_that_of_another_column() -> None:
    cells = "".join(f"<td>{n or ''}</td>" for n in (1, 0, *range(3, 14)))
    titled = "".join(f'<td data-label="T{n}">{n % 2 or ""}</td>' for n in range(1, 13))
    heads = "".join(f"<th>T{n}</th>" for n in range(13))
    table = f"<table><tr>{heads}</tr><tr><th>Matin</th>{titled}</tr></table>"

    (plain,) = html_blocks(f"<table><tr>{cells}</tr></table>", lambda _: b"")
    (named,) = html_blocks(table, lambda _: b"")

    assert plain == Paragraph(" · ".join(["1", "–", *map(str, range(3, 14))]))
    odd = [f"T{n} : 1" for n in range(1, 13, 2)]
    assert named == Paragraph(" · ".join(["Matin", *odd]))


def test_a_long_text_is_printed_and_a_character_more_is_not() -> None:
    assert len(text_blocks("x" * MAX_CHARACTERS)) == MAX_CHARACTERS // 4000
    with pytest.raises(InvalidError):
        text_blocks("x" * (MAX_CHARACTERS + 1))
    assert text_blocks("a\r\nb\r\n\r\n\n\nc") == [Paragraph("a\nb"), Paragraph("c")]


@pytest.mark.parametrize("size", [(10, 10), (600, 900), (4000, 30), (30, 4000)])
def test_a_picture_fits_its_page_whatever_it_is(size: tuple[int, int]) -> None:
    page = PrintedPage(title="Scan", blocks=[Picture(jpeg(*size)), Paragraph("fin")])

    assert print_page(page).startswith(b"%PDF-")


def test_what_looks_like_a_tag_is_words() -> None:
    """ReportLab reads tags in paragraphs: none of a document reaches it as one."""
    blocks = text_blocks('<img src="/etc/passwd"/> <a href="http://x">y</a> & <b>')

    assert print_page(PrintedPage(title="<b>", blocks=blocks)).startswith(b"%PDF-")

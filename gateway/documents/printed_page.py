"""
Plain pages for paper: values become a PDF of A4 pages, to be printed or kept.

ReportLab writes them (record 0044): pure Python, so that nothing of the system has to
be installed, with a licence like ours, kept up for twenty-five years; its flowing text
and tables go on over pages by themselves. WeasyPrint would print our HTML as it is, and
needs Pango, which nobody can install without root. Every text that a person or a
document gave is escaped: ReportLab reads tags in paragraphs. The letters are those of
the pages (Atkinson Hyperlegible Next), put into the file, so that names print alike on
every machine; a character they have not prints as a box, and none is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from attrs import define, field, frozen

_FONTS: Final = Path(__file__).parent / "fonts"
_REGULAR, _BOLD = "Atkinson", "Atkinson-Bold"
_MILLIMETRE: Final = 72 / 25.4
_PAD: Final = 6  # points that ReportLab leaves around what flows
_PICTURE_HEIGHT: Final = 225  # millimetres: what a page of A4 has below a heading
_INK: Final = "#1b1f23"
_RULE: Final = "#8a9199"


@frozen
class Heading:
    """A heading within a page."""

    text: str = field(repr=False)


@frozen
class Paragraph:
    """A paragraph; ends of lines in it are kept."""

    text: str = field(repr=False)


@frozen
class Points:
    """A list of points."""

    texts: Sequence[str] = field(repr=False)


@frozen
class Pairs:
    """Facts with their names, one under the other."""

    pairs: Sequence[tuple[str, str]] = field(repr=False)


@frozen
class Grid:
    """A table; its head is said again on each page it goes on over."""

    head: Sequence[str] = field(repr=False)
    rows: Sequence[Sequence[str]] = field(repr=False)


@frozen
class Code:
    """Something to be copied by hand, letter by letter: large, with its name."""

    name: str
    text: str = field(repr=False)


@frozen
class Picture:
    """
    A picture (JPEG), as large as the page lets it be.

    ReportLab has Pillow read it: never one that came from elsewhere as it is, but what
    was made of it (`gateway/converting`).
    """

    content: bytes = field(repr=False)


Block = Heading | Paragraph | Points | Pairs | Grid | Code | Picture


@frozen(kw_only=True)
class PrintedPage:
    """
    What is printed.

    ``address`` stands where the window of an envelope shows it (NF Z 11-001: right,
    45 mm from the top). ``footer`` is said on each page, before its number. A
    ``poster`` is read standing, in larger letters and without a number;
    ``large`` puts it on A3.
    """

    title: str = field(repr=False)
    blocks: Sequence[Block] = field(repr=False)
    language: str = "fr"
    sender: str = ""
    address: Sequence[str] = field(default=(), repr=False)
    date: str = ""
    footer: str = field(default="", repr=False)
    poster: bool = False
    large: bool = False

    @property
    def scale(self) -> float:
        """How much larger than on a page to be read in the hand its letters are."""
        return (1.65 if self.poster else 1) * (2**0.5 if self.large else 1)


def print_page(page: PrintedPage) -> bytes:
    """
    Return a PDF of A4 pages, or A3; the same values give the same bytes.

    No date of making and no name of a program's user is in it, but title and language.
    """
    return print_pages([page])


def print_pages(pages: Sequence[PrintedPage]) -> bytes:
    """
    Return one PDF of several, each on sheets of its own that are numbered from one.

    All are as large as the first, whose title and language are those of the file.
    """
    # Loaded when first needed: it takes some ten MiB that most processes never use.
    from reportlab.platypus import PageBreak, SimpleDocTemplate

    page, out = pages[0], BytesIO()
    margin = 20 * _MILLIMETRE
    across, down = (297, 420) if page.large else (210, 297)
    width, height = across * _MILLIMETRE, down * _MILLIMETRE
    document = SimpleDocTemplate(
        out,
        pagesize=(width, height),
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=22 * _MILLIMETRE,
        title=page.title,
        author=page.sender,
        lang=page.language,
        invariant=1,
    )

    begun = _Begun()

    def footer(canvas: Any, made: Any) -> None:
        of = pages[begun.count]
        canvas.saveState()
        canvas.setFont(_REGULAR, 9)
        canvas.setFillColor(_INK)
        if of.footer:
            canvas.drawString(margin + _PAD, 12 * _MILLIMETRE, of.footer)
        if not of.poster:
            right = width - margin - _PAD
            number = str(made.page - begun.after)
            canvas.drawRightString(right, 12 * _MILLIMETRE, number)
        canvas.restoreState()

    flow: list[Any] = []
    for one in pages:
        if flow:
            flow += [_next(begun), PageBreak()]
        flow += _flow(one, document.width - 2 * _PAD)
    document.build(flow, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


@define
class _Begun:
    """Which of several is being printed, and after how many sheets it began."""

    count: int = 0
    after: int = 0


def _next(begun: _Begun) -> Any:
    """Return what takes no place, and says that what follows is the next one."""
    from reportlab.platypus import Flowable

    class Next(Flowable):  # type: ignore[misc]  # the library has no types
        def wrap(self, *_: float) -> tuple[float, float]:
            return 0, 0

        def draw(self) -> None:
            begun.count += 1
            begun.after = self.canv.getPageNumber()

    return Next()


@cache
def _styles(scale: float) -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
    from reportlab.pdfbase.ttfonts import TTFont

    registerFont(TTFont(_REGULAR, str(_FONTS / "atkinson-next-regular.ttf")))
    registerFont(TTFont(_BOLD, str(_FONTS / "atkinson-next-bold.ttf")))
    registerFontFamily(
        _REGULAR, normal=_REGULAR, bold=_BOLD, italic=_REGULAR, boldItalic=_BOLD
    )
    text = ParagraphStyle(
        "text",
        fontName=_REGULAR,
        fontSize=11.5 * scale,
        leading=16 * scale,
        textColor=_INK,
        spaceAfter=8 * scale,
        splitLongWords=1,
    )

    def like(name: str, **other: Any) -> Any:
        return ParagraphStyle(name, parent=text, **other)

    return {
        "text": text,
        "small": like("small", fontSize=10, leading=13.5, spaceAfter=0),
        "head": like("head", fontName=_BOLD, fontSize=10, leading=13.5, spaceAfter=0),
        "name": like("name", fontName=_BOLD, spaceAfter=0),
        "value": like("value", spaceAfter=0),
        "title": like(
            "title",
            fontName=_BOLD,
            fontSize=19 * scale,
            leading=24 * scale,
            spaceAfter=14 * scale,
        ),
        "heading": like(
            "heading",
            fontName=_BOLD,
            fontSize=14 * scale,
            leading=18 * scale,
            spaceBefore=10 * scale,
            keepWithNext=1,
        ),
        "point": like(
            "point",
            leftIndent=14 * scale,
            bulletIndent=2,
            bulletFontSize=11.5 * scale,
            spaceAfter=4 * scale,
        ),
        "code": like("code", fontName=_BOLD, fontSize=22, leading=30, spaceAfter=12),
        "address": like("address", leftIndent=90 * _MILLIMETRE, spaceAfter=0),
    }


def _flow(page: PrintedPage, width: float) -> list[Any]:
    from reportlab.platypus import Spacer

    styles, flow = _styles(page.scale), []
    if page.sender:
        flow.append(_text(page.sender, styles["name"]))
    if page.address:
        flow.append(Spacer(1, 14 * _MILLIMETRE))
        flow += [_text(line, styles["address"]) for line in page.address]
        flow.append(Spacer(1, 12 * _MILLIMETRE))
    if page.date:
        flow.append(_text(page.date, styles["text"]))
    if page.sender or page.date:
        flow.append(Spacer(1, 4 * _MILLIMETRE))
    flow.append(_text(page.title, styles["title"]))
    for block in page.blocks:
        flow += _blocks(block, width, styles)
    return flow


def _blocks(block: Block, width: float, styles: dict[str, Any]) -> list[Any]:
    match block:
        case Heading(text):
            return [_text(text, styles["heading"])]
        case Paragraph(text):
            return [_text(text, styles["text"])]
        case Points(texts):
            return [_text(one, styles["point"], bullet="•") for one in texts]
        case Pairs(pairs):
            cells = [
                [_text(name, styles["name"]), _text(value, styles["value"])]
                for name, value in pairs
            ]
            return [_table(cells, [width * 0.35, width * 0.65], head=False)]
        case Grid(head, rows):
            cells = [[_text(one, styles["head"]) for one in head]]
            cells += [[_text(one, styles["small"]) for one in row] for row in rows]
            return [_table(cells, [width / len(head)] * len(head), head=True)]
        case Picture(content):
            return [_picture(content, width)]
        case Code(name, text):
            return [_text(name, styles["name"]), _text(text, styles["code"])]


def _text(text: str, style: Any, bullet: str | None = None) -> Any:
    from reportlab.platypus import Paragraph as Flowing

    lines = text.strip("\n").split("\n")
    kept = "<br/>".join(escape(_printable(line)) for line in lines)
    return Flowing(kept or "&nbsp;", style, bulletText=bullet)


def _printable(line: str) -> str:
    """Return a line with a space for each character that is no text."""
    return "".join(one if one.isprintable() else " " for one in line)


def _picture(content: bytes, width: float) -> Any:
    from reportlab.lib.utils import ImageReader
    from reportlab.platypus import Image

    wide, high = ImageReader(BytesIO(content)).getSize()
    most_high = _PICTURE_HEIGHT * _MILLIMETRE
    scale = min(width / wide, most_high / high, 1.0 if wide < 300 else 10.0)
    return Image(BytesIO(content), wide * scale, high * scale)


def _table(cells: list[list[Any]], widths: list[float], *, head: bool) -> Any:
    from reportlab.platypus import LongTable, TableStyle

    table = LongTable(
        cells,
        colWidths=widths,
        repeatRows=1 if head else 0,
        splitInRow=1,
        spaceAfter=10,
    )
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, _RULE),
            ]
        )
    )
    return table

"""PDFs with a text in them, good and ugly ones, made by reportlab or byte by byte."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas


def pdf_of(
    *pages: str | Sequence[str], apart: float = 0, password: str | None = None
) -> bytes:
    """
    Return a PDF with a text on each page, a line for each of its lines.

    ``apart`` sets the letters apart, by so many points. With a ``password`` nobody
    opens it without, with an empty one everybody does.
    """
    out = BytesIO()
    lock = None
    if password is not None:
        lock = StandardEncryption(password, ownerPassword="owner", strength=128)
    canvas = Canvas(out, encrypt=lock)
    for page in pages:
        text = canvas.beginText(50, 800)
        text.setCharSpace(apart)
        for line in page.split("\n") if isinstance(page, str) else page:
            text.textLine(line)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def scanned() -> bytes:
    """Return a PDF of one page that has no text, as a scan has none."""
    out = BytesIO()
    canvas = Canvas(out)
    canvas.rect(50, 50, 200, 200, fill=1)
    canvas.save()
    return out.getvalue()


def raw_pdf(shown: bytes, *, filters: Sequence[str] = (), body: bytes = b"") -> bytes:
    """
    Return a PDF, written by hand, whose only page has this content stream.

    ``body`` is what stands in the file in place of it, under its ``filters``.
    """
    names = " ".join(f"/{one}" for one in filters)
    stored = body or shown
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica"
        b"/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding"
        b"/Differences[1/fi/fl/oe]>>>>>>>>>>endobj\n"
        b"4 0 obj<</Length %d/Filter[%b]>>stream\n%b\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%%%EOF\n"
    ) % (len(stored), names.encode(), stored)


def bomb(size: int, *, times: int = 1) -> bytes:
    """Return a PDF of some bytes whose page unpacks to so many, packed so many times"""
    shown = b"BT /F1 9 Tf 9 9 Td (bombe) Tj ET" + b" " * size
    body = shown
    for _ in range(times):
        body = zlib.compress(body, 9)
    return raw_pdf(shown, filters=["FlateDecode"] * times, body=body)

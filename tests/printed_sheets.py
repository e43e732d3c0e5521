"""The sheets of a PDF as Chromium prints one: the words on each, and its size."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping

from attrs import field, frozen

_OBJECT = re.compile(rb"(?:\A|\n)(\d+) 0 obj\b(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"\bstream\r?\n(.*)\r?\nendstream", re.DOTALL)
_REFERENCE = re.compile(rb"/([\w.+-]+) (\d+) 0 R")
_TOKEN = re.compile(
    rb"/([\w.+-]+) [-\d.]+ Tf|<([0-9A-Fa-f]+)>(?=[^>]*T[jJ])|/(\w+) Do|ET"
)
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


@frozen
class Sheet:
    """One printed side: its text in the order it is drawn, its width and height."""

    text: str
    width: float
    height: float


@frozen
class PrintedSheets:
    """Reads what Skia writes, which Chromium prints with: no other PDF."""

    objects: Mapping[int, bytes] = field(repr=False)

    @classmethod
    def of(cls, pdf: bytes) -> PrintedSheets:
        return cls({int(number): body for number, body in _OBJECT.findall(pdf)})

    def __iter__(self) -> Iterator[Sheet]:
        (root,) = (body for body in self.objects.values() if b"/Type /Catalog" in body)
        yield from self._sheets(_named(root)["Pages"])

    def _sheets(self, number: int) -> Iterator[Sheet]:
        body = self.objects[number]
        if b"/Kids" in body:
            kids = body.partition(b"/Kids")[2].partition(b"]")[0]
            for kid in re.findall(rb"(\d+) 0 R", kids):
                yield from self._sheets(int(kid))
            return
        box = re.search(rb"/MediaBox \[([-\d. ]+)\]", body)
        assert box is not None
        left, bottom, right, top = map(float, box[1].split())
        text = self._text(self._stream(_named(body)["Contents"]), body)
        yield Sheet(" ".join(text.split()), right - left, top - bottom)

    def _text(self, content: bytes, resources: bytes) -> str:
        fonts: dict[bytes, dict[int, str]] = {}
        shown, known = [], _named(resources)
        letters: dict[int, str] = {}
        for font, glyphs, form in _TOKEN.findall(content):
            if font:
                if font not in fonts:
                    fonts[font] = self._letters(known[font.decode()])
                letters = fonts[font]
            elif glyphs:
                codes = (
                    int(glyphs[at : at + 4], 16) for at in range(0, len(glyphs), 4)
                )
                shown.append("".join(letters.get(code, "") for code in codes))
            elif form and b"/Subtype /Form" in self.objects[known[form.decode()]]:
                body = self.objects[known[form.decode()]]
                shown.append(self._text(self._stream(known[form.decode()]), body))
            else:
                shown.append(" ")
        return "".join(shown)

    def _letters(self, font: int) -> dict[int, str]:
        """Return what the glyphs of a font stand for, by its ToUnicode table."""
        table = self._stream(_named(self.objects[font])["ToUnicode"])
        letters: dict[int, str] = {}
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
            for code, text in _PAIR.findall(block):
                letters[int(code, 16)] = bytes.fromhex(text.decode()).decode(
                    "utf-16-be"
                )
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
            for first, last, text in _RANGE.findall(block):
                for code in range(int(first, 16), int(last, 16) + 1):
                    letters[code] = chr(int(text, 16) + code - int(first, 16))
        return letters

    def _stream(self, number: int) -> bytes:
        body = self.objects[number]
        found = _STREAM.search(body)
        assert found is not None
        is_packed = b"/FlateDecode" in body
        return zlib.decompress(found[1]) if is_packed else found[1]


def _named(body: bytes) -> dict[str, int]:
    """Return what an object refers to by a name of its own."""
    return {name.decode(): int(number) for name, number in _REFERENCE.findall(body)}

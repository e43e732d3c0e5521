"""No words of a message are lost: alternatives give one form, the rest is all there."""

from __future__ import annotations

import pytest

from gateway.message.reading import read_parts
from tests.message.test_reading import multipart, part

PLAIN = part("Content-Type: text/plain; charset=utf-8", "Dose 2 mg")
MORE = part("Content-Type: text/plain; charset=utf-8", "puis 3 mg")
BLANK = part("Content-Type: text/plain; charset=utf-8", " \r\n")
HTML = part("Content-Type: text/html; charset=utf-8", "<p>Dose <b>2</b> mg</p>")
FOOT = part("Content-Type: text/html; charset=utf-8", "<p>Service 4</p>")
IMAGE = part("Content-Type: image/png\nContent-Transfer-Encoding: base64", "AAAA")


def alternative(*parts: bytes) -> bytes:
    return multipart(*parts, kind="alternative", boundary="alt")


def related(*parts: bytes) -> bytes:
    return multipart(*parts, kind="related", boundary="rel")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (multipart(PLAIN, MORE), "Dose 2 mg\npuis 3 mg"),
        (multipart(PLAIN, FOOT), "Dose 2 mg\nService 4"),
        (multipart(HTML, MORE, FOOT), "Dose 2 mg\npuis 3 mg\nService 4"),
        (alternative(PLAIN, HTML), "Dose 2 mg"),
        (alternative(HTML, PLAIN), "Dose 2 mg"),
        (alternative(PLAIN, related(HTML, IMAGE)), "Dose 2 mg"),
        (related(alternative(PLAIN, HTML), IMAGE), "Dose 2 mg"),
        (alternative(BLANK, HTML), "Dose 2 mg"),
        (alternative(BLANK, related(HTML, IMAGE)), "Dose 2 mg"),
        (multipart(alternative(PLAIN, HTML), FOOT), "Dose 2 mg\nService 4"),
        (multipart(alternative(PLAIN, HTML), MORE), "Dose 2 mg\npuis 3 mg"),
        (alternative(PLAIN, multipart(HTML, IMAGE, FOOT)), "Dose 2 mg"),
        (alternative(PLAIN, multipart(HTML, IMAGE, MORE)), "Dose 2 mg\npuis 3 mg"),
        (alternative(related(HTML, IMAGE)), "Dose 2 mg"),
    ],
)
def test_what_stands_side_by_side_is_all_read(content: bytes, text: str) -> None:
    parts = read_parts(content)

    assert parts.faults == ()
    assert parts.text.strip() == text


def test_a_text_of_blanks_alone_stays_as_it_is() -> None:
    assert read_parts(BLANK).text == " \r\n"
    assert read_parts(multipart(BLANK)).text == " \r\n"

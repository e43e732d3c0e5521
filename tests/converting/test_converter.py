"""Files are converted by a process of their own, within limits (attack X12)."""

from __future__ import annotations

import struct
import threading
from io import BytesIO

import pytest
from PIL import Image

from gateway.converting.converter import Converter, ConverterLimits
from gateway.core.rendered import NotConvertedError, WhyDownload
from tests.converting.pictures import heic, tiff

PHOTO = Image.new("RGB", (60, 40), (200, 30, 30))


def why(converter: Converter, media_type: str, content: bytes) -> WhyDownload:
    with pytest.raises(NotConvertedError) as caught:
        converter.convert(media_type, content)
    return caught.value.why


@pytest.mark.parametrize(
    ("media_type", "content", "pages"),
    [
        ("image/tiff", tiff(PHOTO), 1),
        ("image/tiff", tiff(PHOTO, PHOTO, compression="tiff_lzw"), 2),
        ("image/tiff", tiff(PHOTO.convert("1"), compression="group4"), 1),
        ("image/tiff", tiff(PHOTO, compression="jpeg"), 1),
        ("image/heic", heic(PHOTO), 1),
    ],
    ids=["plain", "lzw", "fax", "jpeg", "heic"],
)
def test_pictures_become_jpegs(media_type: str, content: bytes, pages: int) -> None:
    made = Converter().convert(media_type, content)

    assert len(made.pictures) == pages
    assert Image.open(BytesIO(made.pictures[0])).size == (60, 40)


def test_rtf_becomes_its_text() -> None:
    made = Converter().convert(
        "text/rtf", b"{\\rtf1\\ansi\\ansicpg1252 \\'c9t\\'e9 <b>\\par suite}"
    )

    assert made.text.split() == ["Été", "<b>", "suite"]


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/tiff", b"II*\x00" + b"\xff" * 100),
        ("image/heic", heic(PHOTO)[:400]),
        ("image/tiff", heic(PHOTO)),
        ("text/rtf", b"{\\rtf1}"),
    ],
    ids=["tiff", "cut heic", "heic as tiff", "empty rtf"],
)
def test_what_cannot_be_read_is_said_to_be_so(media_type: str, content: bytes) -> None:
    assert why(Converter(), media_type, content) is WhyDownload.UNREADABLE


def declared(width: int, height: int) -> bytes:
    """Return a TIFF of a few bytes that says to be of this size."""
    page = bytearray(tiff(Image.new("1", (8, 8))))
    (count,) = struct.unpack_from("<H", page, place := page_directory(page))
    for at in range(place + 2, place + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from("<HH", page, at)
        if tag in (256, 257):
            form = "<L" if kind == 4 else "<H"
            struct.pack_into(form, page, at + 8, width if tag == 256 else height)
    return bytes(page)


def page_directory(page: bytes | bytearray) -> int:
    (place,) = struct.unpack_from("<L", page, 4)
    return int(place)


def test_a_bomb_is_not_converted() -> None:
    """Four thousand million points of a few bytes; and memory that has an end."""
    assert why(Converter(), "image/tiff", declared(65_000, 65_000)) in {
        WhyDownload.TOO_LARGE,
        WhyDownload.UNREADABLE,
    }
    small = Converter(ConverterLimits(memory_bytes=300 << 20, pixels=10**9))
    black = tiff(Image.new("L", (20_000, 20_000)), compression="tiff_lzw")
    assert why(small, "image/tiff", black) is WhyDownload.TOO_LARGE


def test_a_file_that_takes_too_long_is_given_up() -> None:
    slow = Converter(ConverterLimits(seconds=0.01))

    assert why(slow, "image/tiff", tiff(PHOTO)) is WhyDownload.TOO_LARGE


def test_an_answer_without_end_is_not_taken() -> None:
    strict = Converter(ConverterLimits(answer_bytes=100))

    assert why(strict, "image/tiff", tiff(PHOTO)) is WhyDownload.TOO_LARGE


def test_who_finds_no_place_is_told_so() -> None:
    converter = Converter(ConverterLimits(at_once=1, seconds=0.2))
    converter._places.acquire()

    assert why(converter, "image/tiff", tiff(PHOTO)) is WhyDownload.BUSY


def test_the_last_ones_are_kept_and_no_more() -> None:
    converter = Converter()
    made = converter.convert("image/tiff", tiff(PHOTO))

    found: list[object] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(converter.convert("image/tiff", tiff(PHOTO)))
        )
        for _ in range(3)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert all(one is made for one in found)
    nothing = Converter(ConverterLimits(kept_bytes=10))
    nothing.convert("image/tiff", tiff(PHOTO))
    assert not nothing._kept

"""The parts of the conversion, without its process: what becomes of pictures."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from gateway.converting.child import ChildLimits, TooMuchError, _load
from tests.converting.pictures import tiff

LIMITS = ChildLimits(
    media_type="image/tiff",
    memory_bytes=1 << 30,
    seconds=10,
    pixels=10_000,
    pages=2,
    side=50,
    characters=100,
)


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "I;16", "F", "YCbCr"]
)
def test_every_kind_of_picture_becomes_a_jpeg(mode: str) -> None:
    convert = _load("image/tiff")

    ((kind, part),) = convert(tiff(Image.new(mode, (80, 40))), LIMITS)

    made = Image.open(BytesIO(part))
    assert (kind, made.format, made.size) == (b"P", "JPEG", (50, 25))


def test_sixteen_bits_keep_their_light_and_dark() -> None:
    scan = Image.new("I;16", (20, 10), 40_000)
    scan.paste(Image.new("I;16", (10, 10), 1000), (0, 0))

    ((_, part),) = _load("image/tiff")(tiff(scan), LIMITS)

    made = Image.open(BytesIO(part))
    assert (made.getpixel((2, 5)), made.getpixel((17, 5))) == (0, 255)


def test_nothing_a_camera_says_of_the_place_goes_along() -> None:
    photo = Image.new("RGB", (20, 10))
    exif = Image.Exif()
    exif[0x9286] = "12 rue des Lilas"
    exif[0x0112] = 6  # turned by a quarter

    ((_, part),) = _load("image/tiff")(tiff(photo, exif=exif), LIMITS)

    assert b"Lilas" not in part
    assert Image.open(BytesIO(part)).size == (10, 20)


def test_a_picture_a_point_too_large_is_refused() -> None:
    convert = _load("image/tiff")

    assert list(convert(tiff(Image.new("L", (100, 100))), LIMITS))
    with pytest.raises((TooMuchError, Image.DecompressionBombWarning)):
        list(convert(tiff(Image.new("L", (100, 101))), LIMITS))


def test_pages_past_the_limit_are_said_to_be_there() -> None:
    page = Image.new("L", (10, 10))
    convert = _load("image/tiff")

    two = list(convert(tiff(page, page), LIMITS))
    three = list(convert(tiff(page, page, page), LIMITS))

    assert [kind for kind, _ in two] == [b"P", b"P"]
    assert [kind for kind, _ in three] == [b"P", b"P", b"M"]

"""
The process that converts one file: it is given bytes, shuts itself in, and answers.

``python -I -m gateway.converting.child LIMITS``, the file on its input.
Pillow reads TIFF, pillow-heif reads HEIC, striprtf takes the text out of RTF; no other
process of ours gives them a stranger's file.
"""

from __future__ import annotations

import codecs
import json
import struct
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, Final

from attrs import asdict, frozen

from gateway.converting.sandbox import NotConfinedError, confine

TEXT, PICTURE, MORE, FAILED = b"T", b"P", b"M", b"F"
"""What an answer has: a text, a picture, that there is more than is shown, a fault."""

HEAD: Final = struct.Struct(">cL")
"""Before each part of an answer: what it is, and how many bytes."""

_ENCODINGS: Final = (
    *(f"cp{number}" for number in (437, 850, 852, 858, 874, 932, 936, 949, 950)),
    *(f"cp{number}" for number in range(1250, 1259)),
    *("ascii", "latin_1", "utf_8", "utf_16_le", "mac_roman", "johab", "big5", "gb2312"),
)
"""Of texts in RTF, by its pages of code."""

_FORMATS: Final = {
    "image/tiff": "TIFF",
    "image/heic": "HEIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
}
"""What Pillow calls the formats; no other is tried, whatever the bytes say."""

_QUALITY: Final = 85
_WHITE: Final = (255, 255, 255)


@frozen(kw_only=True)
class ChildLimits:
    """
    What one conversion may take: bytes of memory, seconds, pixels of one picture,
    pictures of one file, the longer side of what is shown, characters of a text.
    """

    media_type: str
    memory_bytes: int
    seconds: int
    pixels: int
    pages: int
    side: int
    characters: int

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class TooMuchError(Exception):
    """The file declares, or turns out to be, more than may be converted."""


def main() -> int:
    """Convert what stands on the input; 0 once it was answered, whatever came of it."""
    limits = ChildLimits(**json.loads(sys.argv[1]))
    convert = _load(limits.media_type)
    content = sys.stdin.buffer.read()
    try:
        confine(memory_bytes=limits.memory_bytes, seconds=limits.seconds)
    except NotConfinedError:
        return _answer(FAILED, b"unconfined")
    try:
        for kind, part in convert(content, limits):
            _answer(kind, part)
    except (TooMuchError, MemoryError):
        return _answer(FAILED, b"large")
    except Exception:  # noqa: BLE001 (a stranger's bytes: any fault is the file's)
        return _answer(FAILED, b"unreadable")
    return 0


def _answer(kind: bytes, part: bytes) -> int:
    out: BinaryIO = sys.stdout.buffer
    out.write(HEAD.pack(kind, len(part)) + part)
    out.flush()
    return 0


def _load(media_type: str) -> Any:
    """Load what is needed for a type now: no file can be opened later."""
    if media_type == "text/rtf":
        import striprtf.striprtf  # noqa: F401 (loaded while there are files)

        for name in _ENCODINGS:
            codecs.lookup(name)
        return _text
    import PIL.GifImagePlugin
    import PIL.ImageOps
    import PIL.ImageSequence
    import PIL.PngImagePlugin
    import PIL.TiffImagePlugin  # noqa: F401 (loaded while there are files)
    from PIL import Image

    if media_type == "image/heic":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    _shown(Image.new("RGBA", (2, 2)), side=1)  # what that needs is loaded as well
    return _pictures


def _text(content: bytes, limits: ChildLimits) -> Iterator[tuple[bytes, bytes]]:
    from striprtf.striprtf import rtf_to_text

    text = rtf_to_text(content.decode("cp1252", "replace"), errors="replace")
    if len(text) > limits.characters:
        raise TooMuchError
    if not text.strip():
        raise ValueError("no text in it")
    yield TEXT, text.encode("utf-8", "replace")


def _pictures(content: bytes, limits: ChildLimits) -> Iterator[tuple[bytes, bytes]]:
    from PIL import Image, ImageSequence

    kinds = (_FORMATS[limits.media_type],)
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, limits.pixels
    try:
        with Image.open(BytesIO(content), formats=kinds) as file:
            for number, page in enumerate(ImageSequence.Iterator(file)):
                if number == limits.pages:
                    yield MORE, b""
                    return
                if page.width * page.height > limits.pixels:
                    raise TooMuchError
                yield PICTURE, _shown(page, limits.side)
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _shown(page: Any, side: int) -> bytes:
    """Return a page as a JPEG, upright, on white, no larger than what is read well."""
    from PIL import Image, ImageOps

    picture = ImageOps.exif_transpose(page)
    if picture.mode.startswith(("I", "F")):
        # More than eight bits a point, as scanners of films make: by their own range.
        extrema: Any = picture.convert("F").getextrema()
        low, high = extrema
        scale = 255 / (high - low) if high > low else 1.0
        whole = picture.convert("F").point(lambda one: one * scale + -low * scale)
        picture = whole.convert("L")
    if picture.mode in {"1", "P"}:
        picture = picture.convert("L" if picture.mode == "1" else "RGBA")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    if picture.mode in {"LA", "PA", "RGBA", "La", "RGBa"}:
        seen = picture.convert("RGBA")
        picture = Image.new("RGB", seen.size, _WHITE)
        picture.paste(seen, mask=seen.getchannel("A"))
    if picture.mode not in {"L", "RGB"}:
        picture = picture.convert("RGB")
    out = BytesIO()
    # Nothing of what cameras say of the place and the person goes along.
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())

"""Pictures as telephones and scanners make them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def tiff(first: Image.Image, *others: Image.Image, **said: Any) -> bytes:
    """Return a TIFF of some pages."""
    out = BytesIO()
    first.save(out, "TIFF", save_all=bool(others), append_images=others, **said)
    return out.getvalue()


def heic(picture: Image.Image) -> bytes:
    """Return a HEIC, as telephones make them."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    out = BytesIO()
    picture.save(out, "HEIF")
    return out.getvalue()

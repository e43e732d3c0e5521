"""Pictures that Office programs pack: opened within a limit, each alone in its file."""

from __future__ import annotations

import gzip

import pytest

from gateway.documents.packed_picture import is_packed_picture, read_packed_picture
from gateway.errors import InvalidError

PACKED = gzip.compress(bytes(1000), mtime=0)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("image1.emz", True), ("A.WMZ", True), ("x.svgz", True), ("x.xml.gz", False)],
)
def test_a_packed_picture_is_known_by_its_name(name: str, is_one: bool) -> None:
    assert is_packed_picture(name) is is_one


def test_a_packed_picture_is_read_to_the_limit() -> None:
    assert read_packed_picture(PACKED, 1000) == bytes(1000)
    with pytest.raises(InvalidError, match="too large"):
        read_packed_picture(PACKED, 999)


@pytest.mark.parametrize(
    ("content", "why"),
    [(PACKED[:-9], "cut short"), (PACKED + b"x", "not alone"), (b"\x1f\x8b", "cut")],
)
def test_what_is_not_one_whole_picture_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(InvalidError, match=why):
        read_packed_picture(content, 1000)


def test_what_is_no_gzip_is_refused() -> None:
    with pytest.raises(InvalidError, match="damaged gzip"):
        read_packed_picture(b"<svg/>", 1000)

"""Files are taken out of a winmail.dat, or it is said that they cannot be (M04)."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.message.tnef import read_tnef
from tests.builders_hiding import (
    TNEF,
    File,
    tnef_attribute,
    winmail,
    winmail_by_properties,
    winmail_in_winmail,
)

FILE = File(b"<ClinicalDocument/>")


def read(content: bytes) -> list[bytes]:
    return [one.content for one in read_tnef(content)]


def test_a_file_in_an_attribute_is_read() -> None:
    assert read(winmail(FILE).content) == [FILE.content]


@pytest.mark.parametrize("length", range(1, 6))
def test_a_file_among_properties_is_read_whatever_pads_it(length: int) -> None:
    content = winmail_by_properties(File(b"x" * length)).content

    assert read(content) == [b"x" * length]


def test_a_message_within_is_a_winmail_dat_again() -> None:
    (inner,) = read(winmail_in_winmail(FILE).content)

    assert inner == winmail(FILE).content
    assert read(inner) == [FILE.content]


def test_the_text_of_the_message_is_read_and_the_rest_passed_over() -> None:
    body = tnef_attribute(1, 0x0002800C, b"bonjour")
    other = tnef_attribute(1, 0x00069003, b"\0" * 30)

    assert read(TNEF + body + other) == [b"bonjour"]


def properties(*, number: int, values: bytes) -> bytes:
    return TNEF + tnef_attribute(2, 0x00069005, struct.pack("<L", number) + values)


NAMED_BY_NUMBER = struct.pack("<HH16xLL", 3, 0x8001, 0, 9) + b"\0\0\0\0"
NAMED_BY_TEXT = struct.pack("<HH16xLL", 3, 0x8001, 1, 2) + b"ab\0\0" + b"\0\0\0\0"
SEVERAL = struct.pack("<HHL", 0x1003, 0x1234, 2) + bytes(8)
DATA = struct.pack("<HHLL", 0x0102, 0x3701, 1, 3) + b"abc\0"


@pytest.mark.parametrize("before", [NAMED_BY_NUMBER, NAMED_BY_TEXT, SEVERAL])
def test_properties_of_every_form_are_passed_over(before: bytes) -> None:
    assert read(properties(number=2, values=before + DATA)) == [b"abc"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "no winmail.dat"),
        (b"\x78\x9f\x3e\x22\x01", "no winmail.dat"),
        (b"PK\x03\x04" + bytes(20), "no winmail.dat"),
        (TNEF + b"\0\0", "winmail.dat cut short"),
        (winmail(FILE).content[:-1], "winmail.dat cut short"),
        (winmail(FILE).content[:-1] + b"\x77", "winmail.dat that is damaged"),
        (
            properties(number=1, values=struct.pack("<HHL", 0x0099, 1, 0)),
            "winmail.dat with a property of an unknown type",
        ),
        (
            properties(number=1, values=DATA[:-3]),
            "winmail.dat with a property that is cut short",
        ),
        (properties(number=10_001, values=b""), "winmail.dat with too many properties"),
    ],
)
def test_what_cannot_be_read_is_said(content: bytes, error: str) -> None:
    with pytest.raises(InvalidError) as raised:
        read(content)

    assert raised.value.public == error


def test_ten_thousand_properties_are_read() -> None:
    one = struct.pack("<HHL", 3, 0x1234, 7)

    assert read(properties(number=10_000, values=one * 9_999 + DATA)) == [b"abc"]


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_end_in_files_or_an_error(extra: bytes, cut: int) -> None:
    for content in (extra, TNEF + extra, winmail_by_properties(FILE).content[:cut]):
        with contextlib.suppress(InvalidError):
            read(content)

"""A document written into a text by the numbers of its letters is noticed."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from gateway.documents.cda.spelling import is_spelled_in_codes
from tests.builders_cda import make_cda

LETTER = make_cda()
TEXT = LETTER.decode()


def wrapped(coded: bytes, width: int = 60, begin: bytes = b"") -> bytes:
    lines = [coded[at : at + width] for at in range(0, len(coded), width)]
    return b"\r\n".join(begin + line for line in lines)


CODES: dict[str, Callable[[], bytes]] = {
    "hex": lambda: LETTER.hex().encode(),
    "HEX": lambda: LETTER.hex().upper().encode(),
    "hex in pairs": lambda: LETTER.hex(" ").encode(),
    "hex in lines": lambda: wrapped(LETTER.hex().encode(), 77),
    "hex in a quoted answer": lambda: wrapped(LETTER.hex(":").encode(), 60, b"> "),
    "hex of UTF-16": lambda: TEXT.encode("utf-16").hex().encode(),
    "hex of UTF-16, big end first": lambda: TEXT.encode("utf-16-be").hex().encode(),
    "a list of hex": lambda: ", ".join(f"0x{one:02x}" for one in LETTER).encode(),
    "escapes": lambda: "".join(f"\\x{one:02x}" for one in LETTER).encode(),
    "escapes of JSON": lambda: "".join(f"\\u{ord(one):04x}" for one in TEXT).encode(),
    "escapes of URL": lambda: "".join(f"%{one:02X}" for one in LETTER).encode(),
    "escapes of RTF": lambda: "".join(f"\\'{one:02x}" for one in LETTER).encode(),
    "octal escapes": lambda: "".join(f"\\{one:03o}" for one in LETTER).encode(),
    "entities": lambda: "".join(f"&#{one};" for one in LETTER).encode(),
    "entities in hex": lambda: "".join(f"&#x{one:x};" for one in LETTER).encode(),
    "a list": lambda: str(list(LETTER)).encode(),
    "base 32": lambda: base64.b32encode(LETTER),
    "base 32 in lines": lambda: wrapped(base64.b32encode(LETTER), 61),
    "base 32, small": lambda: base64.b32encode(LETTER).lower(),
    "ASCII 85": lambda: base64.a85encode(LETTER, adobe=True, wrapcol=75),
    "base 85": lambda: base64.b85encode(LETTER),
}


@pytest.mark.parametrize("code", CODES)
def test_whatever_spells_a_document_is_noticed(code: str) -> None:
    assert is_spelled_in_codes(b"Bonjour,\r\n" + CODES[code]() + b"\r\nCordialement")


@pytest.mark.parametrize("before", range(20))
def test_wherever_the_name_begins(before: int) -> None:
    content = b"<" * before + LETTER
    assert is_spelled_in_codes(base64.b32encode(content))
    assert is_spelled_in_codes(base64.a85encode(content))
    assert is_spelled_in_codes(base64.b85encode(content))


@pytest.mark.parametrize("before", [0, 1, 500, 1500, 4096])
def test_of_a_large_text_no_place_is_passed_over(before: int) -> None:
    """A piece ends before, within and after the name."""
    name = b"<ClinicalDocument/>".hex("\n").encode()
    text = b"-" * (64 * 1024 - before) + name + b"-" * 100_000

    assert is_spelled_in_codes(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"Bonjour, le <ClinicalDocument> est joint.",
        LETTER,
        b"Empreinte : 436c696e6963616c446f63756d656e",
        b"Tel 67 10 81 05 11 01 05 99 97 10 86 81 11",
        base64.b64encode(LETTER),
    ],
)
def test_who_speaks_of_a_document_spells_none(text: bytes) -> None:
    assert not is_spelled_in_codes(text)

r"""
The name of a CDA spelled in codes: in a text where nobody sees a document.

A text may hold a document in hexadecimal, in decimals, in base 32 or in base 85, or
every letter of it as an entity or an escape. It is not opened: whoever can read it
makes a document of it again, so that it counts as closed.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Final

_NAME: Final = b"ClinicalDocument"
_BLANKS: Final = b" \t\r\n>"
_SIGNS: Final = _BLANKS + b":,;&#x\\uU%='\"{}"
"""What stands between numbers: entities, escapes, lists, dumps in columns."""


_PIECE: Final = 64 * 1024
"""Looked at together: what is large is never in memory twice."""
_LONGEST: Final = 4 * 1024
"""Of a name that two pieces share, with whatever stands between its numbers."""


def is_spelled_in_codes(text: bytes) -> bool:
    r"""
    Tell whether the name of a CDA stands in a text by the numbers of its letters.

    >>> is_spelled_in_codes(b"<ClinicalDocument/>".hex(" ").encode())
    True
    >>> is_spelled_in_codes(b"<ClinicalDocument/>")
    False
    """
    return any(
        _is_spelled_in(text[at : at + _PIECE + _LONGEST])
        for at in range(0, len(text), _PIECE)
    )


def _is_spelled_in(piece: bytes) -> bool:
    numbers = piece.replace(b"0x", b"").translate(None, _SIGNS).lower()
    if any(one in numbers for one in _NUMBERS):
        return True
    letters = piece.translate(None, _BLANKS)
    return any(one in letters for one in _LETTERS)


def _in_numbers() -> Iterator[bytes]:
    yield _NAME.hex().encode()
    for form in ("utf-16-be", "utf-32-be"):
        # What is before the first letter belongs to no letter; nor does the end.
        yield _NAME.decode().encode(form).hex().lstrip("0").encode()
    yield _NAME.decode().encode("utf-16-le").hex()[:-2].encode()
    yield "".join(map(str, _NAME)).encode()
    yield "".join(f"{one:03}" for one in _NAME).lstrip("0").encode()
    yield "".join(f"{one:03o}" for one in _NAME).lstrip("0").encode()


def _in_letters() -> Iterator[bytes]:
    """Yield what stands for the name wherever it begins among its neighbours."""
    for before in range(5):
        coded = base64.b32encode(bytes(before) + _NAME).rstrip(b"=")
        inner = coded[-(-8 * before // 5) : 8 * (before + len(_NAME)) // 5]
        yield from (inner, inner.lower())
    for before in range(4):
        whole = bytes(before) + _NAME
        first, last = -(-before // 4) * 4, len(whole) // 4 * 4
        for encode in (base64.a85encode, base64.b85encode):
            yield encode(whole[first:last])


_NUMBERS: Final = tuple(_in_numbers())
_LETTERS: Final = tuple(_in_letters())

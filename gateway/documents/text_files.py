"""The text of a file that is said to be plain text, in whichever encoding it is."""

from __future__ import annotations

import codecs
import re
from typing import Final

MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
"""The marks at the start of a file that say its encoding (BOM)."""

# As the WHATWG Encoding Standard reads them: what is called Latin-1 or ASCII is
# windows-1252, for only there do the bytes 80 to 9F mean something that is written.
_ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-15": "iso-8859-15",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "ibm850": "cp850",
    "cp850": "cp850",
    "macintosh": "mac-roman",
}
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MOST_CONTROLS: Final = 20  # one in so many characters: printers had their codes


def read_text_file(content: bytes, charset: str = "") -> str | None:
    """
    Return the text of a file, or None where it is no text.

    A mark at its start (BOM) says its encoding; then ``charset`` does, as far as the
    bytes agree; then UTF-8 where they are so, UTF-16 where every other byte is zero,
    or else windows-1252. What is said to have one byte a character and is UTF-8 is read
    as that: no text of the one reads as the other by chance.

    >>> read_text_file("é".encode()), read_text_file("é€".encode("cp1252"), "latin1")
    ('é', 'é€')
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding)
    said = _ENCODINGS.get(charset.strip().lower(), "utf-8")
    for encoding in (said, "utf-8") if said.startswith("utf-16") else ("utf-8", said):
        text = _decoded(content, encoding)
        if text is not None:
            return text
    return _decoded(content, _wide(content) or "cp1252", "replace")


def _decoded(content: bytes, encoding: str, errors: str = "strict") -> str | None:
    try:
        text = content.decode(encoding, errors)
    except UnicodeDecodeError:
        return None
    controls = _CONTROLS.findall(text)
    if "\x00" in controls or len(controls) * _MOST_CONTROLS > len(text):
        return None
    return text


def _wide(content: bytes) -> str:
    """Return which UTF-16 a text without a mark is in, or an empty text."""
    if len(content) % 2:
        return ""
    first, second = content[::2].count(0), content[1::2].count(0)
    half = len(content) // 2
    if second > half // 2 and first == 0:
        return "utf-16-le"
    return "utf-16-be" if first > half // 2 and second == 0 else ""

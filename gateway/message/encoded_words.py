"""Text of mail in its many charsets: how it is decoded, and encoded words."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from types import MappingProxyType

_CHARSETS = re.compile(
    r"us-ascii|ascii|utf-?8|iso-?8859-?\d{1,2}|latin-?1|windows-125\d|cp125\d|cp850|"
    r"mac-roman",
    re.I,
)
"""What French mail is written in; utf-7, utf-16 and stateful ones hide text (M05)."""

_HIDING = re.compile(r"utf-?(?:7|16|32)|unicode-1-1-utf-7|ucs|iso-?2022|hz|imap", re.I)
_ODD_NAMES = MappingProxyType(
    {
        "ansi": "cp1252",
        "windows1252": "cp1252",
        "win-1252": "cp1252",
        "latin-9": "iso-8859-15",
        "latin9": "iso-8859-15",
        "unicode-1-1-utf-8": "utf-8",
        "utf8mb4": "utf-8",
        "ibm850": "cp850",
        "macintosh": "mac-roman",
        "x-mac-roman": "mac-roman",
    }
)
"""Charsets under names that no list has, and programs write."""

_WORD = re.compile(
    r"=\?([A-Za-z0-9_.-]+)(?:\*[A-Za-z-]*)?\?([BbQq])\?([^?\s]*)\?=", re.ASCII
)
_BETWEEN = re.compile(r"(\?=)[ \t]+(?==\?)")
_DAMAGED = "\N{REPLACEMENT CHARACTER}"


_WESTERN = re.compile(r"iso-?8859-?1|latin-?1|windows-1252|cp1252", re.I)
_UTF_8 = re.compile(r"utf-?8", re.I)
_UNSAID = frozenset({"", "us-ascii", "ascii"})


def decode_text(content: bytes, charset: str) -> str:
    """
    Return the text; bytes of no meaning in it become ``U+FFFD``.

    What is called Latin 1 is read as Windows-1252, as every browser does (WHATWG
    Encoding): Outlook writes its curved quotes and the euro so. A charset by an odd
    name is read as what is meant by it. Bytes without a charset, or of one that is not
    known, are UTF-8 where they can be, and else Windows-1252 too. So are those that are
    said to be of another charset and are UTF-8, or said to be UTF-8 and in nothing are:
    no text of the one reads as the other by chance. One that hides text is read as
    ASCII.
    """
    named = charset.strip(" \t\"'").lower().replace("_", "-")
    named = _ODD_NAMES.get(named, named)
    if named in _UNSAID or not (_CHARSETS.fullmatch(named) or _HIDING.match(named)):
        named = _guess(content)
    elif _HIDING.match(named):
        named = "ascii"
    elif not _UTF_8.fullmatch(named):
        western = bool(_WESTERN.fullmatch(named))
        named = _guess(content, "cp1252" if western else named)
    try:
        text = content.decode(named, "replace")
    except LookupError:
        return content.decode("ascii", "replace")
    if _UTF_8.fullmatch(named) and _DAMAGED in text and _has_nothing_else(text):
        return content.decode("cp1252", "replace")
    return text


def _has_nothing_else(text: str) -> bool:
    """Tell whether, but for what is damaged, all of a text is ASCII."""
    return text.replace(_DAMAGED, "").isascii()


def _guess(content: bytes, otherwise: str = "cp1252") -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return otherwise
    return "utf-8"


def decode_words(text: str) -> str:
    """
    Return a header's text with its encoded words read (RFC 2047).

    Adjacent words of one charset are joined before they are decoded: many programs
    cut in the middle of a character. Controls come out as ``U+FFFD``.

    >>> decode_words("=?utf-8?q?Lettre_de_sortie_=C3=A9?= =?utf-8?q?t=C3=A9?=")
    'Lettre de sortie été'
    """
    if "=?" not in text:
        return clean_line(text)
    pieces: list[str] = []
    held, held_charset, at = b"", "", 0
    text = _BETWEEN.sub(r"\1", text)
    for match in _WORD.finditer(text):
        content = _decode_word(match.group(2), match.group(3))
        if content is None:
            continue
        charset = match.group(1).lower()
        if held and (match.start() > at or charset != held_charset):
            pieces.append(decode_text(held, held_charset))
            held = b""
        pieces.append(text[at : match.start()])
        held, held_charset, at = held + content, charset, match.end()
    pieces.append(decode_text(held, held_charset))
    pieces.append(text[at:])
    return clean_line("".join(pieces))


def _decode_word(encoding: str, text: str) -> bytes | None:
    if encoding in "Bb":
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except binascii.Error:
            return None
    return quopri.decodestring(text.encode("ascii", "replace"), header=True)


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def clean_line(text: str) -> str:
    """Return the text on one line: each control character becomes ``U+FFFD``."""
    return _CONTROLS.sub(_DAMAGED, text.replace("\t", " "))


def encode_words(text: str) -> list[str]:
    """
    Return the text as words of at most 75 characters, to be folded (RFC 2047 §2).

    >>> encode_words("été")
    ['=?utf-8?b?w6l0w6k=?=']
    """
    words: list[str] = []
    chunk = b""
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(chunk) + len(encoded) > 45:
            words.append(_encoded_word(chunk))
            chunk = b""
        chunk += encoded
    if chunk:
        words.append(_encoded_word(chunk))
    return words


def _encoded_word(chunk: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(chunk).decode('ascii')}?="

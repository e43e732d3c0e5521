"""Parameters of MIME fields (RFC 2045 §5.1, RFC 2231), and safe file names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from attrs import field, frozen

from gateway.errors import InvalidError
from gateway.message.encoded_words import decode_text, decode_words

_TYPE = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+)\s*(?=;|$)")
_TOKEN = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]+)\s*(?=;|$)")
_PARAMETER = re.compile(
    r""";\s*(?:
        (?P<name>[A-Za-z0-9!\#$&^_.+-]+)(?P<section>\*\d{1,3})?(?P<coded>\*)?
        \s*=\s*
        (?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s";]+))\s*
    )?(?=;|$)""",
    re.X,
)


@frozen
class MimeValue:
    """
    A field with parameters: ``text/plain; charset=utf-8``.

    ``main`` and the names are in lower case. ``repeated`` names parameters that are
    given twice; programs differ on which one counts.
    """

    main: str
    parameters: Mapping[str, str] = field(repr=False, factory=dict)
    repeated: frozenset[str] = frozenset()

    def get(self, name: str) -> str:
        """Return a parameter, or an empty text."""
        return self.parameters.get(name, "")


def read_media_type(value: str) -> MimeValue:
    """Read a Content-Type; `InvalidError` when it is malformed."""
    return _read(value, _TYPE)


def read_disposition(value: str) -> MimeValue:
    """Read a Content-Disposition; `InvalidError` when it is malformed."""
    return _read(value, _TOKEN)


def _read(value: str, form: re.Pattern[str]) -> MimeValue:
    match = form.match(value)
    if match is None:
        raise InvalidError("malformed MIME field")
    at = match.end()
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    repeated: set[str] = set()
    while at < len(value):
        found = _PARAMETER.match(value, at)
        if found is None:
            raise InvalidError("malformed MIME parameter")
        at = found.end()
        if found["name"] is None:  # a lone semicolon, as many programs end with
            continue
        name, text = found["name"].lower(), _value(found)
        if found["section"] is None and not found["coded"]:
            repeated.update({name} & plain.keys())
            plain.setdefault(name, text)
            continue
        number = int((found["section"] or "*0")[1:])
        parts = sections.setdefault(name, {})
        if number in parts:
            repeated.add(name)
        parts.setdefault(number, (text, found["coded"] is not None))
    for name, parts in sections.items():
        plain[name] = _joined(parts)
    return MimeValue(match.group(1).lower(), plain, frozenset(repeated))


def _value(found: re.Match[str]) -> str:
    if found["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", found["quoted"])
    return found["plain"]


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """Join the continuations of RFC 2231 §3; a gap ends the value."""
    charset, pieces = "us-ascii", []
    for number in range(len(parts)):
        if number not in parts:
            break
        text, coded = parts[number]
        if coded and number == 0:
            charset, quote, rest = text.partition("'")
            _, second, rest = rest.partition("'")
            text = rest if quote and second else text
        encoded = text.encode("utf-8", "replace")
        pieces.append(unquote_to_bytes(encoded) if coded else encoded)
    return decode_text(b"".join(pieces), charset if charset else "us-ascii")


_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


def safe_name(name: str) -> str:
    r"""
    Return a file name to show and to offer, never to open anything by.

    Only the last component is kept, without control characters and marks that turn the
    direction of reading, and at most 120 characters; empty when nothing is left.

    >>> safe_name("..\\secret/../IHE_XDM.ZIP ")
    'IHE_XDM.ZIP'
    """
    text = unicodedata.normalize("NFC", decode_words(name))
    text = _HIDDEN.sub("", text).replace("\\", "/").rpartition("/")[2]
    text = re.sub(r'[<>:"|?*\ufffd]', "_", text).strip(" .")
    if len(text) > 120:
        stem, dot, suffix = text.rpartition(".")
        kept = dot + suffix if stem and len(suffix) <= 10 else ""
        text = text[: 120 - len(kept)] + kept
    return text

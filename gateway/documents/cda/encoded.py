"""The bytes that an ``ED`` of a CDA carries, mended where they leave no doubt."""

from __future__ import annotations

import binascii
import re
import zlib
from typing import Final

from attrs import field, frozen
from lxml import etree

from gateway.documents.cda.nodes import IN_HL7
from gateway.documents.media import has_signature, type_of
from gateway.documents.text_files import read_text_file
from gateway.errors import InvalidError
from gateway.safe_xml import MAX_BYTES

_REFERENCE: Final = IN_HL7 + "reference"
_THUMBNAIL: Final = IN_HL7 + "thumbnail"
_NOT_SEEN: Final = str.maketrans("", "", "\ufeff\u200b\u2060\u00ad")
_URL_SAFE: Final = str.maketrans("-_", "+/")
_DATA_URL: Final = re.compile(r"data:[\w.+/-]{0,100}(?:;[\w.=-]{1,60})*;base64,")
_ALPHABET: Final = re.compile(r"[A-Za-z0-9+/_=-]+")
_WINDOWS: Final = {"DF": (-15, 15), "ZL": (15, -15), "GZ": (31,)}
_BLANKS: Final = b" \t\r\n\x0b\x0c"
_OWN_WAY: Final = "is base64 with an alphabet or padding of its own"
_RATIO: Final = 200
_RATIO_FROM: Final = 1024 * 1024
"""How many bytes one compressed byte may give, above so many: as in an archive."""

_LEAST_TEXT: Final = 24
"""Characters of base64 that are no word, if they give a text: shorter ones may be."""


@frozen
class Encoded:
    """What an ``ED`` carries, and what its sender should correct although it is read"""

    content: bytes = field(repr=False)
    remarks: tuple[str, ...] = ()


def read_encoded(
    element: etree._Element, declared: str, *, max_bytes: int = MAX_BYTES
) -> Encoded:
    """
    Return the bytes of an ``ED`` said to be of the type ``declared``, never none.

    Mended are blanks, line ends, the alphabet for addresses (RFC 4648 §5), missing
    padding, a missing ``representation``, and ``compression`` (HL7 Data Types, ED):
    unpacked to at most ``max_bytes``, and to 200 times its size above a MiB.

    Raises:
        InvalidError: empty, elsewhere, no base64, cut short, or it does not unpack. The
            text goes on after the name of the element.
    """
    text = _text(element)
    marked = (element.get("representation") or "").strip().upper() == "B64"
    found = _base64(text) if marked else _unmarked(text, declared)
    packing = (element.get("compression") or "").strip().upper()
    if packing:
        found = _unpacked(found, packing, max_bytes)
    if not found.content:
        raise InvalidError("is empty")
    return found


def _text(element: etree._Element) -> str:
    """Return the text of the element; a thumbnail in it is passed over."""
    if element.find(_REFERENCE) is not None:
        raise InvalidError("names a file by a reference, which must be in it instead")
    if len(element) == 0:
        text = element.text or ""
    elif all(child.tag == _THUMBNAIL for child in element):
        text = "".join([element.text or "", *(child.tail or "" for child in element)])
    else:
        raise InvalidError("has elements where its content should be")
    if not text or text.isspace():
        raise InvalidError("is empty")
    return text


def _base64(text: str) -> Encoded:
    """Decode as it should be written, without a copy for each line of a large file."""
    if not text.isascii():
        return _mended("".join(text.split()))
    packed = text.encode().translate(None, _BLANKS)
    try:
        return Encoded(binascii.a2b_base64(packed, strict_mode=True))
    except ValueError:
        return _mended(packed.decode())


def _mended(packed: str) -> Encoded:
    """Return base64 decoded that is only written in another way."""
    plain = packed.translate(_NOT_SEEN)
    if match := _DATA_URL.match(plain):
        plain = plain[match.end() :]
    whole = plain.translate(_URL_SAFE).rstrip("=")
    if whole and not _ALPHABET.fullmatch(whole):
        raise InvalidError("is not base64")
    if len(whole) % 4 == 1:
        raise InvalidError("is base64 that is cut short")
    whole += "=" * (-len(whole) % 4)
    try:
        content = binascii.a2b_base64(whole, strict_mode=True)
    except ValueError:
        raise InvalidError("is not base64") from None
    # Blanks outside of ASCII are blanks.
    odd = whole != packed
    return Encoded(content, (_OWN_WAY,) if odd else ())


def _unmarked(text: str, declared: str) -> Encoded:
    """
    Return text as it stands, or the file that it is in base64 without saying so.

    A type that is known by its first bytes leaves no doubt, and hardly a text does: one
    long word that decodes to a text is base64.
    """
    plain = text.strip()
    raw = plain.encode()
    if has_signature(declared) and type_of(raw) == declared:
        return Encoded(raw)
    packed = "".join(plain.split())
    if not _ALPHABET.fullmatch(packed):
        if has_signature(declared) and not type_of(raw):
            raise InvalidError("is not base64")
        return Encoded(raw)
    try:
        found = _base64(packed)
    except InvalidError:
        if has_signature(declared):
            raise
        return Encoded(raw)
    if not (has_signature(declared) or type_of(found.content)) and (
        len(packed) < _LEAST_TEXT or _is_no_text(found.content)
    ):
        return Encoded(raw)
    return Encoded(found.content, (*found.remarks, "is base64 without saying so (B64)"))


def _is_no_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return read_text_file(content) is None


def _unpacked(packed: Encoded, packing: str, max_bytes: int) -> Encoded:
    if type_of(packed.content):
        return Encoded(
            packed.content, (*packed.remarks, "is said to be compressed and is not")
        )
    if packing not in _WINDOWS:
        raise InvalidError("is compressed in a way that is not read")
    most = min(max_bytes, max(_RATIO_FROM, _RATIO * len(packed.content)))
    for window in _WINDOWS[packing]:
        stream = zlib.decompressobj(window)
        try:
            content = stream.decompress(packed.content, most + 1)
        except zlib.error:
            continue
        if len(content) > most:
            raise InvalidError("unpacks to more than is accepted")
        if stream.eof:
            return Encoded(content, (*packed.remarks, "is compressed"))
    raise InvalidError("is said to be compressed, and does not unpack")

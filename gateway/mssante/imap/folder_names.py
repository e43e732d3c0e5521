"""Names of folders: their modified UTF-7, and which ones a new folder may have."""

from __future__ import annotations

import base64
import binascii
import re

from gateway.errors import InvalidError
from gateway.store.mailbox.folders import DELIMITER, INBOX

_MOST_BYTES = 1024
_MOST_CHARACTERS = 255
_MOST_LEVELS = 20
_SHIFTED = re.compile(rb"&([A-Za-z0-9+,]*)-")
_DIRECT = re.compile(r"[\x20-\x7e]+")
_UNWANTED = re.compile(
    r"[\x00-\x1f\x7f-\x9f%*\\\"\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffd-\uffff\ud800-\udfff]"
)


def decode_name(raw: bytes) -> str:
    """
    Return the name that modified UTF-7 writes (RFC 3501 §5.1.3).

    Raises:
        InvalidError: longer than 1,024 bytes, or not in the one form a name has.

    >>> decode_name(b"Envoy&AOk-s")
    'Envoyés'
    """
    if len(raw) > _MOST_BYTES:
        raise InvalidError("name too long")
    pieces: list[str] = []
    at = 0
    while at < len(raw):
        shift = raw.find(b"&", at)
        stop = len(raw) if shift < 0 else shift
        try:
            pieces.append(raw[at:stop].decode("ascii"))
        except UnicodeDecodeError:
            raise InvalidError("name not in modified UTF-7") from None
        if shift < 0:
            break
        match = _SHIFTED.match(raw, shift)
        if match is None:
            raise InvalidError("name not in modified UTF-7")
        pieces.append(_decode_shifted(match.group(1)))
        at = match.end()
    name = "".join(pieces)
    if encode_name(name) != raw:  # two spellings would be two names for one folder
        raise InvalidError("name not in modified UTF-7")
    return name


def _decode_shifted(text: bytes) -> str:
    if not text:
        return "&"
    padded = text.replace(b",", b"/") + b"=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded, validate=True).decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidError("name not in modified UTF-7") from None


def encode_name(name: str) -> bytes:
    """
    Return a name in modified UTF-7.

    >>> encode_name("A & é")
    b'A &- &AOk-'
    """
    pieces: list[bytes] = []
    at = 0
    while at < len(name):
        direct = _DIRECT.match(name, at)
        if direct:
            pieces.append(direct.group().replace("&", "&-").encode("ascii"))
            at = direct.end()
            continue
        stop = at
        while stop < len(name) and not _DIRECT.match(name, stop):
            stop += 1
        wide = name[at:stop].encode("utf-16-be", "surrogatepass")
        text = base64.b64encode(wide).rstrip(b"=").replace(b"/", b",")
        pieces.append(b"&" + text + b"-")
        at = stop
    return b"".join(pieces)


def fold_inbox(name: str) -> str:
    """Return the name with INBOX, in any case of letters, written INBOX."""
    first, delimiter, rest = name.partition(DELIMITER)
    return INBOX + delimiter + rest if first.upper() == INBOX else name


def read_name(raw: bytes) -> str:
    """
    Return the name of a folder, as a client names one that may exist.

    Raises:
        InvalidError: not modified UTF-7, or longer than any folder's.
    """
    name = fold_inbox(decode_name(raw))
    if len(name) > _MOST_CHARACTERS:
        raise InvalidError("name too long")
    return name


def read_new_name(raw: bytes) -> str:
    """
    Return the name for a new folder.

    A name is never a path on the disk; ``.`` and ``..`` are refused all the same,
    with controls, wildcards, marks of direction, and empty levels: they make names
    that look like others.

    Raises:
        InvalidError: a name no folder may have.
    """
    name = read_name(raw.removesuffix(DELIMITER.encode("ascii")))
    levels = name.split(DELIMITER)
    if len(levels) > _MOST_LEVELS:
        raise InvalidError("too many levels")
    for level in levels:
        if not level or level in {".", ".."} or level != level.strip():
            raise InvalidError("name not allowed")
    if _UNWANTED.search(name) or name.startswith(("~", "#")):
        raise InvalidError("name not allowed")
    return name

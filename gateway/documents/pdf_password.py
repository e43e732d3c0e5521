"""
Whether a PDF opens without a password (ISO 32000-2 §7.6.4, the standard handler).

A PDF may be encrypted with a password of its owner alone: every program opens it, and
only printing or copying is asked for. Nothing is decrypted here: what the file says of
its passwords is tried with the empty one.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from gateway.documents.pdf_files import HEAD, is_encrypted

_SAID = re.compile(rb"/Encrypt\s*(?:(\d{1,10})\s+(\d{1,5})\s+R|(?=<<))")
_ID = re.compile(rb"/ID\s*\[\s*(?=[<(])")
_TOKEN = re.compile(
    rb"\s*+(?:%[^\r\n]*+\s*+)*+(<<|>>|<[0-9A-Fa-f\s]*>|\(|/[^\s()<>\[\]{}/%]*|[\[\]]"
    rb"|[^\s()<>\[\]{}/%]+)"
)
_PARENTHESIS = re.compile(rb"[()]|\\.", re.DOTALL)
_ESCAPED = re.compile(rb"\\(?:([0-7]{1,3})|\r\n|(.))", re.DOTALL)
_CONTROLS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ENDS_OF_LINES: Final = frozenset({b"\r", b"\n"})
_DICTIONARY: Final = 16_384
"""Bytes, far more than what says how a file is encrypted."""
_MOST_IDS: Final = 4
_EMPTY: Final = bytes.fromhex(
    "28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A"
)
"""What an empty password is filled up with (§7.6.4.3.2)."""

_Said = dict[bytes, bytes]


def needs_password(content: bytes) -> bool:
    """
    Tell whether a PDF is encrypted, and does not open with the empty password.

    Nor does it where how it is encrypted cannot be read, or is by certificates.
    """
    if b"%PDF-" not in content[:HEAD] or not is_encrypted(content):
        return False
    said = _said_of(content)
    if said.get(b"/Filter") != b"/Standard":
        return True
    try:
        revision, user = int(said[b"/R"]), said[b"/U"]
        if revision >= 5:
            return not _opens_by_hash(revision, user)
        owner, may = said[b"/O"], int(said[b"/P"]) & 0xFFFF_FFFF
        bits = int(said.get(b"/Length", b"40"))
    except (KeyError, ValueError):
        return True
    lengths = {5} if revision == 2 else {5, 16, min(max(bits // 8, 5), 16)}
    more = b"\xff" * 4 if said.get(b"/EncryptMetadata") == b"false" else b""
    return not any(
        _opens(revision, user, _key(revision, length, begun), file_id)
        for file_id in _ids(content)
        for begun in [_EMPTY + owner[:32] + may.to_bytes(4, "little") + file_id + more]
        for length in lengths
    )


def _said_of(content: bytes) -> _Said:
    """Return what the last trailer says of how the file is encrypted."""
    place = _last(_SAID, content)
    if place is None:
        return {}
    if place[1] is None:
        return _dictionary(content[place.end() : place.end() + _DICTIONARY])
    head = re.compile(rb"(?<!\d)%d\s+%d\s+obj\b" % (int(place[1]), int(place[2])))
    found = _last(head, content)  # what was changed stands after what it replaces
    if found is None:
        return {}
    return _dictionary(content[found.end() : found.end() + _DICTIONARY])


def _last(pattern: re.Pattern[bytes], content: bytes) -> re.Match[bytes] | None:
    found = deque(pattern.finditer(content), maxlen=1)
    return found[0] if found else None


def _dictionary(text: bytes) -> _Said:
    """Return the names of a dictionary, each with the first token after it."""
    said: _Said = {}
    depth, name = 0, b""
    for token, value in _tokens(text):
        if token in {b"<<", b"["}:
            depth, name = depth + 1, b""
        elif token in {b">>", b"]"}:
            depth -= 1
            if depth <= 0:
                break
        elif depth == 1:
            if name:
                said[name], name = value, b""
            elif token.startswith(b"/"):
                name = token
    return said


def _tokens(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each token with what it stands for: of a string, its bytes."""
    at = 0
    while (found := _TOKEN.match(text, at)) is not None:
        token, at = found[1], found.end()
        if token == b"(":
            end = _end_of_string(text, at)
            yield token, _unescaped(text[at:end])
            at = end + 1
        elif token.startswith(b"<") and token != b"<<":
            digits = b"".join(token[1:-1].split())
            yield token, bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
        else:
            yield token, token


def _end_of_string(text: bytes, at: int) -> int:
    depth = 1
    for found in _PARENTHESIS.finditer(text, at):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    return len(text)


def _unescaped(text: bytes) -> bytes:
    def byte(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return bytes([int(found[1], 8) & 0xFF])
        if found[2] is None or found[2] in _ENDS_OF_LINES:
            return b""
        return _CONTROLS.get(found[2], found[2])

    return _ESCAPED.sub(byte, text)


def _ids(content: bytes) -> list[bytes]:
    """Return the first identifiers that trailers give the file; an empty one too."""
    found: dict[bytes, None] = {}
    for place in _ID.finditer(content):
        for _, value in _tokens(content[place.end() : place.end() + 1024]):
            found[value] = None
            break
    return [*list(found)[-_MOST_IDS:], b""]


def _key(revision: int, length: int, begun: bytes) -> bytes:
    """Return the key that a password leads to (algorithm 2)."""
    key = _md5(begun)[:length]
    for _ in range(50 if revision >= 3 else 0):
        key = _md5(key)[:length]
    return key


def _opens(revision: int, user: bytes, key: bytes, file_id: bytes) -> bool:
    """Tell whether a key is the right one (algorithms 4 and 5)."""
    if revision == 2:
        return _rc4(key, _EMPTY) == user[:32]
    made = _md5(_EMPTY + file_id)
    for number in range(20):
        made = _rc4(bytes(one ^ number for one in key), made)
    return made == user[:16]


def _opens_by_hash(revision: int, user: bytes) -> bool:
    """Tell whether the empty password is the right one (algorithms 2.B and 11)."""
    made = hashlib.sha256(user[32:40]).digest()
    rounds, last = 0, 0
    while revision > 5 and (rounds < 64 or last > rounds - 32):
        cipher = Cipher(AES(made[:16]), CBC(made[16:32])).encryptor()
        mixed = cipher.update(made * 64)
        kind = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[sum(mixed[:16]) % 3]
        made, last, rounds = kind(mixed).digest(), mixed[-1], rounds + 1
    return len(user) >= 40 and made[:32] == user[:32]


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def _rc4(key: bytes, content: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i, j, made = 0, 0, bytearray()
    for one in content:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        made.append(one ^ state[(state[i] + state[j]) % 256])
    return bytes(made)

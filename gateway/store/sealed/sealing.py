"""The encryption of a large blob on its way to a file, and of one that is read back."""

from __future__ import annotations

import io
import os
import threading
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ONCE = bytes(12)
"""The key of a blob encrypts once: a constant nonce never repeats under a key."""

TAG = 16
_CHUNK = 512 * 1024


class _Room(threading.local):
    """Where a thread encrypts, piece by piece: to make room anew cost half as much."""

    def __init__(self) -> None:
        self.bytes = memoryview(bytearray(_CHUNK + TAG))


_ROOM = _Room()


def write_sealed(descriptor: int, key: bytes, bound: bytes, *pieces: bytes) -> None:
    """
    Write what AESGCM would return for the pieces as one; nothing is in memory twice.

    ``bound`` are the bytes it is bound to, which are not kept with it.

    Raises:
        OSError: the disk refused; part may be written.
    """
    cipher = Cipher(algorithms.AES(key), modes.GCM(ONCE)).encryptor()
    cipher.authenticate_additional_data(bound)
    room = _ROOM.bytes
    for piece in pieces:
        view = memoryview(piece)
        for at in range(0, len(piece), _CHUNK):
            made = cipher.update_into(view[at : at + _CHUNK], room)
            _write_all(descriptor, room[:made])
    cipher.finalize()
    _write_all(descriptor, memoryview(cipher.tag))


def read_sealed(file: BinaryIO, key: bytes, bound: bytes) -> bytes:
    """
    Return in clear what `write_sealed` wrote.

    Raises:
        InvalidTag: it was altered, or that is not its key.
        OSError: the disk does not answer.
    """
    cipher = Cipher(algorithms.AES(key), modes.GCM(ONCE)).decryptor()
    cipher.authenticate_additional_data(bound)
    left = os.fstat(file.fileno()).st_size - TAG
    clear = io.BytesIO()
    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
        clear.write(cipher.update(chunk))
        left -= len(chunk)
    tag = file.read(TAG)
    if len(tag) != TAG:
        raise InvalidTag
    cipher.finalize_with_tag(tag)
    return clear.getvalue()


def _write_all(descriptor: int, content: memoryview) -> None:
    """The kernel may take less than it is given."""
    while content:
        content = content[os.write(descriptor, content) :]

"""
A ZIP that is made piece by piece, by several tasks one after the other.

Each piece has whole files; the last has the list of all (APPNOTE §4.3.12), which the
standard library writes. Between the tasks what the list needs is kept as plain values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from attrs import field, frozen

_MODE: Final = 0o100644 << 16
_KEPT: Final = (
    "CRC",
    "compress_size",
    "file_size",
    "header_offset",
    "flag_bits",
    "compress_type",
)


@frozen
class PackedFile:
    """A file of a ZIP: what the list at its end says, and the digest of its bytes."""

    name: str = field(repr=False)
    date: tuple[int, int, int, int, int, int]
    numbers: Mapping[str, int]
    sha256: str

    def as_json(self) -> list[Any]:
        """Return it as plain values."""
        return [self.name, list(self.date), dict(self.numbers), self.sha256]

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> PackedFile:
        """Return it from such."""
        name, date, numbers, sha256 = values
        return cls(name, tuple(date), numbers, sha256)

    def info(self) -> ZipInfo:
        """Return it as the library knows it."""
        info = ZipInfo(self.name, self.date)
        info.external_attr = _MODE
        for name, value in self.numbers.items():
            setattr(info, name, value)
        return info


class _Piece(BytesIO):
    """Bytes that begin at some place of a file, and believe to be the file."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self._start = start

    def tell(self) -> int:
        return self._start + super().tell()

    def seek(self, place: int, whence: int = 0) -> int:
        if whence == 0:
            return super().seek(place - self._start)
        return super().seek(place, whence)


class ZipPiece:
    """One piece: files are added, then its bytes are taken."""

    def __init__(self, start: int) -> None:
        """Begin the piece that stands at ``start`` in the file."""
        self._out = _Piece(start)
        self._zip = ZipFile(self._out, "w", ZIP_DEFLATED, allowZip64=True)
        self.files: list[PackedFile] = []

    def add(self, name: str, parts: Iterable[bytes], at: datetime) -> None:
        """Add a file, which may be long: it is packed part by part."""
        date = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)
        info = ZipInfo(name, date)
        info.compress_type = ZIP_DEFLATED
        info.external_attr = _MODE
        digest = hashlib.sha256()
        with self._zip.open(info, "w") as out:
            for part in parts:
                digest.update(part)
                out.write(part)
        numbers = {name: int(getattr(info, name)) for name in _KEPT}
        self.files.append(PackedFile(name, date, numbers, digest.hexdigest()))

    @property
    def size(self) -> int:
        """How many bytes it has so far."""
        return len(self._out.getbuffer())

    def content(self) -> bytes:
        """Return the bytes of a piece that is not the last."""
        return self._out.getvalue()

    def last(self, before: Iterable[PackedFile]) -> bytes:
        """Return the bytes of the last piece, with the list of all files."""
        self._zip.filelist[:0] = [one.info() for one in before]
        self._zip.close()
        return self._out.getvalue()

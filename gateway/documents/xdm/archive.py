"""ZIP archives, read in memory within limits and written; never extracted to a disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from attrs import field, frozen

from gateway.documents.xdm.archive_layout import DEFLATED, ZipEntry, read_layout
from gateway.documents.xdm.archive_names import key_of
from gateway.errors import InvalidError, NotFoundError

_MIB = 1024 * 1024
_PACKED_STEP = 64 * 1024
_STEP = _MIB
_SMALL_BYTES, _SMALL_FILES = 16 * 1024, 16


@frozen(kw_only=True)
class ArchiveLimits:
    """
    How much an archive may hold; sizes are those of its unpacked bytes.

    ``ratio`` is how many bytes one packed byte may give; it applies above
    ``ratio_from`` bytes: XML and base64 pack 10 to 30 times, a bomb 1,000 times.
    """

    archive_bytes: int = 35 * _MIB
    entries: int = 100
    entry_bytes: int = 25 * _MIB
    total_bytes: int = 50 * _MIB
    ratio: int = 200
    ratio_from: int = _MIB
    name_bytes: int = 255
    depth: int = 8


@frozen(kw_only=True)
class Archive:
    """An archive whose tables were checked; contents are checked as they are read."""

    _content: bytes = field(repr=False)
    _limits: ArchiveLimits
    _entries: Mapping[str, ZipEntry] = field(repr=False)
    _keys: Mapping[str, str] = field(repr=False)
    _known: dict[str, bytes] = field(init=False, factory=dict, repr=False, eq=False)
    """A few small files that were read: a package's are read, then searched."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, folders left out, in the order of the archive."""
        return tuple(self._entries)

    def find(self, name: str) -> str | None:
        """Return the name of the file that only differs by case, or None."""
        return self._keys.get(key_of(name))

    def read(self, name: str) -> bytes:
        """
        Return the content of a file.

        Raises:
            NotFoundError: no file has exactly this name.
            InvalidError: it does not unpack to the size and CRC that were announced,
                or goes past a limit.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise NotFoundError("no such file in the archive")
        if (known := self._known.get(name)) is not None:
            return known
        packed = self._content[entry.start : entry.start + entry.packed_size]
        if entry.method == DEFLATED:
            packed = _inflate(packed, entry.size, self._limits)
        if zlib.crc32(packed) != entry.crc:
            raise InvalidError("archive with a damaged file (CRC)")
        if entry.size <= _SMALL_BYTES and len(self._known) < _SMALL_FILES:
            self._known[name] = packed
        return packed

    def like(self, name: str) -> tuple[str, ...]:
        """
        Return the other files of the size and CRC of one; they may be its copies.

        Raises:
            NotFoundError: no file has exactly this name.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise NotFoundError("no such file in the archive")
        return tuple(
            one.name
            for one in self._entries.values()
            if (one.crc, one.size) == (entry.crc, entry.size) and one is not entry
        )

    def deflated(self, name: str) -> bytes:
        """
        Return a deflated file as it lies in the archive, empty for one that is not.

        A raw deflate stream (RFC 1951) of exactly the content, once `read` returned it.
        """
        entry = self._entries.get(name)
        if entry is None or entry.method != DEFLATED:
            return b""
        return self._content[entry.start : entry.start + entry.packed_size]


def open_archive(content: bytes, limits: ArchiveLimits | None = None) -> Archive:
    """
    Check the tables of a ZIP archive and return it; nothing is unpacked yet.

    An archive inside the archive is a file like another.

    Raises:
        InvalidError: damaged, ambiguous, unsafe or past a limit; the text says which.
    """
    limits = limits or ArchiveLimits()
    if len(content) > limits.archive_bytes:
        raise InvalidError("archive too large")
    entries = read_layout(
        content, max_entries=limits.entries, max_name=limits.name_bytes
    )
    _check_sizes(entries, limits)
    files = [entry for entry in entries if not entry.is_folder]
    keys = _distinct_keys(entries, limits.depth)
    return Archive(
        content=content,
        limits=limits,
        entries=MappingProxyType({entry.name: entry for entry in files}),
        keys=MappingProxyType({keys[entry.name]: entry.name for entry in files}),
    )


def write_archive(files: Iterable[tuple[str, bytes]], moment: datetime) -> bytes:
    """
    Return a ZIP of the files, in order, all dated ``moment``; same files, same bytes.
    """
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return output.getvalue()


def _check_sizes(entries: list[ZipEntry], limits: ArchiveLimits) -> None:
    """
    Refuse early an archive that announces too much. Where it announces less than it
    holds, `_inflate` stops at the announced size.
    """
    total = 0
    for entry in entries:
        total += entry.size
        if entry.size > limits.entry_bytes:
            raise InvalidError("archive with a file that is too large")
        if total > limits.total_bytes:
            raise InvalidError("archive with too much in it")
        if (
            entry.size > limits.ratio_from
            and entry.size > limits.ratio * entry.packed_size
        ):
            raise InvalidError("archive that unpacks far too large")


def _distinct_keys(entries: list[ZipEntry], depth: int) -> dict[str, str]:
    """Return key by name, or refuse names that a file system would confuse."""
    keys: dict[str, str] = {}
    for entry in entries:
        if entry.name.count("/") > depth:
            raise InvalidError("archive with folders too deep")
        keys[entry.name] = key_of(entry.name)
    if len(keys) != len(entries) or len(set(keys.values())) != len(entries):
        raise InvalidError("archive with the same name twice")
    files = {keys[entry.name] for entry in entries if not entry.is_folder}
    for key in keys.values():
        parent = key.rpartition("/")[0]
        while parent:
            if parent in files:
                raise InvalidError("archive with a file and a folder of one name")
            parent = parent.rpartition("/")[0]
    return keys


def _inflate(packed: bytes, size: int, limits: ArchiveLimits) -> bytes:
    """Unpack at most ``size`` bytes, watching the ratio on the stream itself."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    made: list[bytes] = []
    done = fed = 0
    rest = b""
    try:
        while not stream.eof:
            if not rest:
                rest = packed[fed : fed + _PACKED_STEP]
                fed += len(rest)
            chunk = stream.decompress(rest, min(_STEP, size + 1 - done))
            rest = stream.unconsumed_tail
            done += len(chunk)
            made.append(chunk)
            if done > size:
                raise InvalidError("archive with a file larger than announced")
            used = fed - len(rest) - len(stream.unused_data)
            if done > limits.ratio_from and done > limits.ratio * used:
                raise InvalidError("archive that unpacks far too large")
            if not chunk and not rest and fed >= len(packed):
                break
    except zlib.error as error:
        raise InvalidError("archive with a damaged file") from error
    if not stream.eof or done != size:
        raise InvalidError("archive with a file that is cut short")
    if stream.unused_data or fed != len(packed):
        raise InvalidError("archive with bytes hidden after a file")
    return b"".join(made)

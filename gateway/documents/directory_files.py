"""The files of an extraction of the national directory, or the ZIP with them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO, Any, Final, Self

from gateway.core.directory_extract import MOST_LINE
from gateway.errors import InvalidError

MOST_ENTRIES: Final = 50
"""Files of the ZIP; there are three."""

_BUFFER: Final = 256 * 1024
_ACTIVITIES: Final = re.compile(r"personne_activite", re.IGNORECASE)
_SKILLS: Final = re.compile(r"savoirfaire", re.IGNORECASE)
_DAY: Final = re.compile(r"_(20\d\d)(\d\d)(\d\d)\d{0,6}(?=\D|$)")
_ENCRYPTED: Final = 0x1


class ExtractFiles:
    """
    The activities of an extraction, and its qualifications where they are given too.

    Opened once, read line by line; a context manager. Nothing of a ZIP is written
    anywhere, and no name in it is used as a path.

    Raises:
        InvalidError: it is no extraction, or says that it is larger than ``most``.
        OSError: it cannot be read.
    """

    def __init__(self, file: Path, skills: Path | None, most: int) -> None:
        self._most = most
        self._skills: IO[bytes] | None = None
        with ExitStack() as opened:
            if zipfile.is_zipfile(file):
                self._unpack(opened, file)
            else:
                self._activities: IO[bytes] = opened.enter_context(file.open("rb"))
                self.name = file.name
            if skills is not None:
                self._skills = opened.enter_context(skills.open("rb"))
            self._opened = opened.pop_all()

    def _unpack(self, opened: ExitStack, file: Path) -> None:
        try:
            archive = opened.enter_context(zipfile.ZipFile(file))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise InvalidError(f"{file.name} is no ZIP that can be read") from error
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise InvalidError(f"{file.name} has more than {MOST_ENTRIES} files")
        activities = _only(entries, _ACTIVITIES)
        if activities is None:
            raise InvalidError(f"{file.name} has no file Personne_activite")
        self.name = activities.filename
        self._activities = self._open(opened, archive, activities)
        if skills := _only(entries, _SKILLS):
            self._skills = self._open(opened, archive, skills)

    def _open(
        self, opened: ExitStack, archive: zipfile.ZipFile, entry: zipfile.ZipInfo
    ) -> IO[bytes]:
        if entry.file_size > self._most:
            raise InvalidError(f"a file of more than {self._most} bytes")
        if entry.flag_bits & _ENCRYPTED:
            raise InvalidError("a file that is encrypted")
        try:
            raw: Any = opened.enter_context(archive.open(entry))
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise InvalidError("a file that cannot be unpacked") from error
        return opened.enter_context(io.BufferedReader(raw, _BUFFER))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    @property
    def day(self) -> date | None:
        """The day of the extraction, as the name of its file says it, or None."""
        found = _DAY.search(self.name)
        try:
            return None if found is None else date(*map(int, found.groups()))
        except ValueError:
            return None

    @property
    def has_skills(self) -> bool:
        """Whether qualifications were given."""
        return self._skills is not None

    def activities(self) -> Iterator[bytes]:
        """
        Yield the lines of the activities, none much longer than one may be.

        Raises:
            InvalidError: there is more than the limit, or the ZIP is damaged.
        """
        return self._lines(self._activities)

    def skills(self) -> Iterator[bytes]:
        """
        Yield the lines of the qualifications; none where they were not given.

        Raises:
            InvalidError: there is more than the limit, or the ZIP is damaged.
        """
        return iter(()) if self._skills is None else self._lines(self._skills)

    def _lines(self, source: IO[bytes]) -> Iterator[bytes]:
        left = self._most
        try:
            while line := source.readline(MOST_LINE + 1):
                left -= len(line)
                yield line
                while len(line) > MOST_LINE and not line.endswith(b"\n"):
                    line = source.readline(MOST_LINE + 1)  # the rest of a long one
                    left -= len(line)
                    if left < 0:
                        break
                if left < 0:
                    raise InvalidError(f"more than {self._most} bytes")
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise InvalidError("the ZIP is damaged") from error


def _only(
    entries: list[zipfile.ZipInfo], name: re.Pattern[str]
) -> zipfile.ZipInfo | None:
    found = [one for one in entries if name.search(one.filename)]
    if len(found) > 1:
        raise InvalidError("two files of one kind in the ZIP")
    return found[0] if found else None

"""The settings of files that are converted to be shown: RTF, TIFF, HEIC."""

from __future__ import annotations

from typing import Annotated, ClassVar

from attrs import frozen

from gateway.errors import MisuseError
from gateway.settings.table import MIB, Table

_LEAST_MEMORY = 256 * MIB
"""What the program itself takes before it has read a byte."""


@frozen(kw_only=True)
class ConvertingSettings(Table):
    """``[converting]``: what showing one RTF, TIFF or HEIC may take."""

    table: ClassVar = "converting"

    seconds: Annotated[float, "Time for one file; then it is only a download."] = 20.0
    memory_bytes: Annotated[int, "Memory for one file."] = 1024 * MIB
    pixels: Annotated[int, "Points of one picture."] = 60_000_000
    pages: Annotated[int, "Pages of one file that are shown."] = 50
    at_once: Annotated[int, "Files converted at once."] = 2
    kept_bytes: Annotated[
        int, "What was converted last and is kept in memory, in all."
    ] = 64 * MIB

    def __attrs_post_init__(self) -> None:
        """
        Refuse what nothing could be converted with.

        Raises:
            MisuseError: saying which number is too small.
        """
        if self.memory_bytes < _LEAST_MEMORY:
            raise MisuseError("[converting]: memory_bytes is 256 MiB or more")
        if self.seconds < 1 or self.pages < 1 or self.at_once < 1:
            raise MisuseError("[converting]: seconds, pages and at_once are 1 or more")

"""The settings of files that are converted to be shown or searched."""

from __future__ import annotations

from typing import Annotated, ClassVar

from attrs import frozen

from gateway.errors import MisuseError
from gateway.settings.table import MIB, Table

_LEAST_MEMORY = 256 * MIB
"""What the program itself takes before it has read a byte."""


@frozen(kw_only=True)
class ConvertingSettings(Table):
    """
    ``[converting]``: what showing one RTF, TIFF or HEIC may take, and taking the text
    out of one PDF or RTF to search it.
    """

    table: ClassVar = "converting"

    seconds: Annotated[float, "Time for one file; then it is only a download."] = 20.0
    memory_bytes: Annotated[int, "Memory for one file."] = 1024 * MIB
    pixels: Annotated[int, "Points of one picture."] = 60_000_000
    pages: Annotated[int, "Pages of one file that are shown."] = 50
    at_once: Annotated[int, "Files converted at once."] = 2
    kept_bytes: Annotated[
        int, "What was converted last and is kept in memory, in all."
    ] = 64 * MIB
    text_bytes: Annotated[int, "Of a larger PDF or RTF the text is not searched."] = (
        32 * MIB
    )
    text_unpacked_bytes: Annotated[
        int,
        "To how much one stream of a PDF may unpack; its text is not searched then.",
    ] = 32 * MIB
    text_pages: Annotated[int, "Pages of one PDF whose text is searched."] = 100
    text_characters: Annotated[
        int, "Characters of the files of one document that are searched."
    ] = 200_000
    text_tries: Annotated[
        int,
        "How often the text of a document is tried to be taken, where the file is not "
        "what is wrong; then `gateway_texts_not_taken_total` counts it.",
    ] = 3

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
        for name in ("bytes", "unpacked_bytes", "pages", "characters", "tries"):
            if getattr(self, f"text_{name}") < 1:
                raise MisuseError(f"[converting]: text_{name} is 1 or more")

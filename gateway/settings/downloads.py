"""The settings of the download of everything that a patient has."""

from __future__ import annotations

from typing import Annotated, ClassVar

from attrs import frozen

from gateway.errors import MisuseError
from gateway.settings.table import Table


@frozen(kw_only=True)
class DownloadSettings(Table):
    """``[downloads]``: everything that a patient has, as one file."""

    table: ClassVar = "downloads"

    days: Annotated[int, "A file that is ready can be fetched for so many days."] = 7
    requests: Annotated[int, "Files that one patient may ask for in a day."] = 3

    def __attrs_post_init__(self) -> None:
        """
        Refuse what nobody could fetch.

        Raises:
            MisuseError: a number is below 1.
        """
        if self.days < 1 or self.requests < 1:
            raise MisuseError("[downloads]: days and requests are 1 or more")

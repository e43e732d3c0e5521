"""The settings of the national directory."""

from __future__ import annotations

from typing import Annotated, ClassVar

from attrs import frozen

from gateway.errors import MisuseError
from gateway.settings.table import MIB, Table

_ALL = 100


@frozen(kw_only=True)
class DirectorySettings(Table):
    """``[directory]``: the national directory, imported from its public extraction."""

    table: ClassVar = "directory"

    max_bytes: Annotated[
        int, "An extraction, out of its ZIP, is no larger than this."
    ] = 4096 * MIB
    most_gone_percent: Annotated[
        int, "One that lacks more of the persons than this is refused without --force."
    ] = 20
    max_age_days: Annotated[
        int, "When the last extraction is older, `/readyz` says so."
    ] = 30

    def __attrs_post_init__(self) -> None:
        """
        Refuse what could take no extraction, or would take any.

        Raises:
            MisuseError: a number is out of its range.
        """
        if self.max_bytes < 1 or self.max_age_days < 1:
            raise MisuseError("[directory]: max_bytes and max_age_days are 1 or more")
        if self.most_gone_percent > _ALL:
            raise MisuseError("[directory]: most_gone_percent is 100 at most")

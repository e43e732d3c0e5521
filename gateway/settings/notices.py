"""The settings of what patients are told: when, and how long it is kept."""

from __future__ import annotations

from typing import Annotated, ClassVar

from attrs import frozen

from gateway.errors import MisuseError
from gateway.settings.table import Table

_MOST_DAYS = 3660
_MOST_UNREAD_DAYS = 90
_MOST_AUTHOR_DAYS = 365
_MOST_INQUIRY_DAYS = 90


@frozen(kw_only=True)
class NoticeSettings(Table):
    """``[notices]``: what patients are told of what happens in their space."""

    table: ClassVar = "notices"

    digest_hour: Annotated[
        int,
        "Hour of the day, by [web] time_zone, of the e-mail that tells what could "
        "wait; 0 to 23.",
    ] = 18
    kept_days: Annotated[
        int, "Days a notice stays in the space; between 30 and 3660."
    ] = 730
    unread_days: Annotated[
        int,
        "Days after which who sent a message is told, once, that nobody opened it: a "
        "professional by mail, a patient in the space; 90 at most. 0: nobody is told.",
    ] = 7

    remind_author_days: Annotated[
        int,
        "Days after which the author of a document is reminded that a patient asked to "
        "have it corrected or withdrawn.",
    ] = 15
    author_days: Annotated[
        int,
        "Days after which the service looks into what an author was asked and did not "
        "answer; more than remind_author_days, 365 at most.",
    ] = 30

    inquiry_days: Annotated[
        int,
        "Days after which `/readyz` says that nobody looked at what a patient reported "
        "(`gateway inquiries`); 90 at most.",
    ] = 3

    def __attrs_post_init__(self) -> None:
        """Refuse an hour that no day has, and to forget before people have looked."""
        if not 0 <= self.digest_hour <= 23:
            raise MisuseError("[notices]: digest_hour is between 0 and 23")
        if not 30 <= self.kept_days <= _MOST_DAYS:
            raise MisuseError("[notices]: kept_days is between 30 and 3660")
        if not 0 <= self.unread_days <= _MOST_UNREAD_DAYS:
            raise MisuseError("[notices]: unread_days is between 0 and 90")
        if not 0 < self.inquiry_days <= _MOST_INQUIRY_DAYS:
            raise MisuseError("[notices]: inquiry_days is between 1 and 90")
        if not 0 < self.remind_author_days < self.author_days <= _MOST_AUTHOR_DAYS:
            raise MisuseError(
                "[notices]: author_days is 365 at most, and more than "
                "remind_author_days, which is 1 or more"
            )

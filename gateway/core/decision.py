"""What a rule answers: permit or refuse, and the full decision on one filing."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from attrs import field, frozen
from attrs.validators import min_len

from gateway.core.document import Availability, Visibility
from gateway.core.reasons import ErrorCode, Reason

R = TypeVar("R", bound=StrEnum)


@frozen
class Permit:
    """Nothing stands against it."""


@frozen
class Refuse(Generic[R]):
    """At least one rule stands against it; the order is the order of the rules."""

    reasons: tuple[R, ...] = field(validator=min_len(1))


Decision: TypeAlias = Permit | Refuse[R]


class Caution(StrEnum):
    """What a filing decision lets pass, and notes in the journal."""

    WRONG_TEST_KEY = "WRONG_TEST_KEY"
    OTHER_BIRTH_PLACE = "OTHER_BIRTH_PLACE"
    FILED_AS_OTHER = "FILED_AS_OTHER"
    RESTRICTED = "RESTRICTED"
    DATED_AHEAD = "DATED_AHEAD"
    LATE_VERSION = "LATE_VERSION"
    REPLACEMENT_IMPLIED = "REPLACEMENT_IMPLIED"
    PARENT_NOT_LATEST = "PARENT_NOT_LATEST"
    MASK_KEPT = "MASK_KEPT"
    MASK_DEFERRED = "MASK_DEFERRED"
    SECRET_ADULT = "SECRET_ADULT"  # noqa: S105 (the connection, not a password)
    BLOCKED_SENDER = "BLOCKED_SENDER"


@frozen(kw_only=True)
class Announcement:
    """
    The delays of a document hidden from its holder until a doctor announces it.

    Two weeks without announcement: a neutral notice invites the holder to see a doctor.
    One month after filing: the document becomes visible (CSP R. 1111-53).
    ``mask_when_shown``: the holder's masking cannot apply while the document is hidden,
    and applies once it is shown.
    """

    notice_after_days: int = 14
    shown_after_months: int = 1
    mask_when_shown: bool = False

    def notice_on(self, filed_on: date) -> date:
        """Return the day of the neutral notice."""
        return filed_on + timedelta(days=self.notice_after_days)

    def shown_on(self, filed_on: date) -> date:
        """
        Return the day the document becomes visible: same day of the next month.

        >>> str(Announcement().shown_on(date(2026, 1, 31)))
        '2026-02-28'
        """
        months = filed_on.month - 1 + self.shown_after_months
        year, month = filed_on.year + months // 12, months % 12 + 1
        last_day = calendar.monthrange(year, month)[1]
        return date(year, month, min(filed_on.day, last_day))


@frozen(kw_only=True)
class RuleVersions:
    """Which tables and settings a decision was taken under, to explain it later."""

    rules: str
    settings: str
    patient_settings: str


@frozen(kw_only=True)
class FilingDecision:
    """
    What becomes of one document, or of a message that carries none.

    ``code`` decides; ``reasons`` starts with it and goes on with whatever else
    objected, in the order of the table. ``deliver`` is about the message the document
    came in; ``message_visibility`` says from whom that message is hidden: a reader is
    shown it only where `patient_sees` allows these flags. ``visibility``,
    ``availability``, ``replaces`` (the uniqueId of the document it replaces),
    ``deprecates`` (the uniqueIds that become Deprecated), ``superseded_by`` (the
    uniqueIds of those that replaced it before it came), ``announcement`` and
    ``file_as_other`` tell how to file. ``withdraws`` is the uniqueId of the document
    that is withdrawn.
    """

    code: Reason
    reasons: tuple[Reason, ...]
    file: bool
    deliver: bool
    quarantine: bool = False
    visibility: frozenset[Visibility] = frozenset()
    message_visibility: frozenset[Visibility] = frozenset()
    availability: Availability = Availability.APPROVED
    replaces: str = ""
    deprecates: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    withdraws: str = ""
    announcement: Announcement | None = None
    file_as_other: bool = False
    error: ErrorCode | None = None
    cautions: tuple[Caution, ...] = ()
    versions: RuleVersions

    def __attrs_post_init__(self) -> None:
        """State what can never be, whoever builds one."""
        assert self.reasons[:1] == (self.code,), "the deciding reason comes first"
        acts = self.file or bool(self.withdraws)
        assert not (acts and self.quarantine), "carried out and set aside at once"
        assert not (self.file and self.withdraws), "filed and withdrawn at once"
        assert not (self.deliver and self.quarantine), "delivered from quarantine"

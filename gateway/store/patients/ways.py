"""By which way a patient is told: dated facts, and the limits of text messages."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from attrs import frozen
from sqlalchemy import func, select

from gateway.core.notices import NoticeWay
from gateway.rights.notice_rules import WayFacts, way_of
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.tables import notices

PROVED: Final = "telephone-proved"
UNREACHED: Final = "unreached"


class WayOf(StrEnum):
    """What a way is chosen for; the names of facts, kept for years."""

    NOTICES = "notice-way"
    CODES = "code-way"


_DAY: Final = timedelta(days=1)
_ROW = notices.c


@frozen(kw_only=True)
class SmsLimits:
    """Whether text messages are sent, and how many in 24 hours at most."""

    is_on: bool = False
    per_patient: int = 0
    per_day: int = 0


@frozen
class Ways:
    """The ways of patients, within one transaction."""

    work: UnitOfWork
    limits: SmsLimits = SmsLimits()

    def is_proved(self, profile: Profile) -> bool:
        """Tell whether the patient gave a code that was sent to the number known now"""
        said = Profiles(self.work).standing(profile.id).get(PROVED)
        return bool(profile.telephone) and said == profile.telephone

    def prove(self, profile_id: str, telephone: str) -> None:
        """Keep that the patient gave the code that was sent to a number."""
        profiles = Profiles(self.work)
        before = profiles.standing(profile_id).get(PROVED)
        profiles.record(profile_id, PROVED, before, telephone, stands=True)

    def unprove(self, profile_id: str) -> None:
        """Keep that a number is not reached; of none proved, nothing."""
        profiles = Profiles(self.work)
        before = profiles.standing(profile_id).get(PROVED)
        if before is not None:
            profiles.record(profile_id, PROVED, before, None, stands=True)

    def chosen(self, profile_id: str, what: WayOf) -> NoticeWay:
        """Return by which way the patient wants something: by e-mail if unsaid."""
        said = Profiles(self.work).standing(profile_id).get(what.value)
        return NoticeWay(said) if said is not None else NoticeWay.EMAIL

    def choose(self, profile: Profile, what: WayOf, way: NoticeWay) -> bool:
        """Keep a choice; False where it changes nothing, or the number is not proved"""
        before = self.chosen(profile.id, what)
        unproved = way is NoticeWay.SMS and not self.is_proved(profile)
        if way is before or unproved:
            return False
        Profiles(self.work).record(
            profile.id, what.value, before.value, way.value, stands=True
        )
        return True

    def way(self, profile: Profile, what: WayOf = WayOf.NOTICES) -> NoticeWay | None:
        """Return by which way something leaves now; None where there is none."""
        if not self.limits.is_on:
            return NoticeWay.EMAIL if profile.email else None
        standing = Profiles(self.work).standing(profile.id)
        failed = standing.get(UNREACHED)
        return way_of(
            WayFacts(
                chosen=NoticeWay(standing.get(what.value, NoticeWay.EMAIL.value)),
                has_email=bool(profile.email),
                is_reached=failed is None or failed["address"] != profile.email,
                may_text=self.may_text(profile),
            )
        )

    def may_text(self, profile: Profile) -> bool:
        """Tell whether a text message gets to a patient, and may be sent now."""
        return (
            self.limits.is_on and self.is_proved(profile) and self._within(profile.id)
        )

    def is_mailed(self, profile: Profile) -> bool:
        """Tell whether there is an e-mail address that nothing came back from."""
        failed = Profiles(self.work).standing(profile.id).get(UNREACHED)
        known_to_fail = failed is not None and failed["address"] == profile.email
        return bool(profile.email) and not known_to_fail

    def _within(self, profile_id: str) -> bool:
        """Tell whether one more text message is within what may be sent in a day."""
        recent = (_ROW.way == NoticeWay.SMS.value) & (
            _ROW.created_at > self.work.now - _DAY
        )
        all_of, of_one = self.work.connection.execute(
            select(
                func.count(), func.count().filter(_ROW.profile_id == profile_id)
            ).where(recent)
        ).one()
        return all_of < self.limits.per_day and of_one < self.limits.per_patient

    def may_try(self, profile_id: str) -> bool:
        """Tell whether a code may be sent to a number that is not proved yet."""
        return self.limits.is_on and self._within(profile_id)

"""Whether a patient is reached by the e-mail address that is known: dated facts."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import field, frozen
from sqlalchemy import select

from gateway.core.texts.notices import NoticeKind
from gateway.metrics import NOTICES_UNREACHED
from gateway.rights.profile import ProfileState
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.notices import Notice, NoticeEnd
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.ways import UNREACHED as FACT
from gateway.store.tables import profiles

_BY_TIME: Final = "time"


@frozen
class Unreached:
    """An address that an e-mail did not get to, and since when that is known."""

    address: str = field(repr=False)
    since: datetime


@frozen
class Reaching:
    """What is known of how a patient is reached, within one transaction."""

    work: UnitOfWork

    def unreached(self, profile: Profile) -> Unreached | None:
        """Return the patient's address if it was not reached; None of a former one."""
        said = Profiles(self.work).standing(profile.id).get(FACT)
        if said is None or said["address"] != profile.email:
            return None
        return Unreached(said["address"], datetime.fromisoformat(said["since"]))

    def is_there(self, notice: Notice) -> bool:
        """Tell whether the patient of a notice is one still."""
        return self._state(notice) not in {None, ProfileState.DELETED.value}

    def failed(self, notice: Notice, end: NoticeEnd = NoticeEnd.REFUSED) -> bool:
        """
        Keep that an address is not reached; False where that says nothing new, or
        nothing of the address that is known now.
        """
        profile = self._whose(notice)
        if profile is None or not profile.email:
            return False
        changed = [
            one.at
            for one in Profiles(self.work).changes(profile.id)
            if one.what == "email"
        ]
        if any(at >= notice.created_at for at in changed):
            return False
        if self.unreached(profile) is not None:
            return False
        said = {"address": profile.email, "since": self.work.now.isoformat()}
        Profiles(self.work, _BY_TIME).record(profile.id, FACT, None, said, stands=True)
        self.work.after_commit(NOTICES_UNREACHED.labels(end.value).inc)
        return True

    def works(self, profile: Profile) -> None:
        """Keep that the patient says their address is right; none said is no error."""
        said = Profiles(self.work).standing(profile.id).get(FACT)
        if said is not None:
            Profiles(self.work).record(profile.id, FACT, said, None, stands=True)

    def _whose(self, notice: Notice) -> Profile | None:
        if not self.is_there(notice):
            return None
        # To the former address as well: of which of the two, nobody can tell.
        if notice.kind is NoticeKind.ADDRESS:
            return None
        return Profiles(self.work).hold(notice.profile_id)

    def _state(self, notice: Notice) -> str | None:
        return self.work.connection.execute(
            select(profiles.c.state).where(profiles.c.id == notice.profile_id)
        ).scalar()

"""When the e-mail of the day is due for each patient who has something that waits."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import frozen
from sqlalchemy import insert, select, update

from gateway.rights.notice_rules import next_digest
from gateway.settings.file import Settings
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import digests
from gateway.store.tasks.tasks import TaskKind

_ROW = digests.c
_LONGEST: Final = timedelta(days=2)
"""Nothing waits longer: what does was asked for under a clock that was wrong."""


@frozen
class DigestHour:
    """The hour of the e-mail of the day, on the clock where the patients are."""

    hour: int = 18
    zone: ZoneInfo = ZoneInfo("Europe/Paris")

    @classmethod
    def of(cls, settings: Settings) -> DigestHour:
        """Return it as the settings say."""
        return cls(settings.notices.digest_hour, ZoneInfo(settings.web.time_zone))


@frozen
class Digests:
    """The days of the patients' e-mails, within one transaction."""

    work: UnitOfWork
    hour: DigestHour = DigestHour()

    def ask(self, profile_id: str) -> None:
        """
        See to it that the next e-mail of the day tells of something new.

        There is one task for it however much waits: it does the next ones with it.
        """
        Profiles(self.work).hold(profile_id)  # two who ask take turns
        now, row = self.work.now, self.row(profile_id)
        if row is not None and row.due_at is not None and row.due_at - now <= _LONGEST:
            return
        sent_on = date.fromisoformat(row.sent_on) if row and row.sent_on else None
        due = next_digest(now, self.hour.hour, self.hour.zone, sent_on)
        if row is None:
            self.work.connection.execute(
                insert(digests).values(
                    profile_id=profile_id, since=now, due_at=due, sent_on=""
                )
            )
        else:
            since = now if row.due_at is None else min(now, row.since)
            self._change(profile_id, since=since, due_at=due)
        self.work.tasks.add(TaskKind.DIGEST, profile_id, delay=due - now)

    def row(self, profile_id: str) -> Any:
        """Return since when something waits and until when, held until the commit."""
        return self.work.connection.execute(
            select(digests).where(_ROW.profile_id == profile_id).with_for_update()
        ).first()

    def done(self, profile_id: str, *, sent: bool) -> None:
        """Note that nothing waits any more; ``sent``: an e-mail leaves today."""
        day = self.work.now.astimezone(self.hour.zone).date().isoformat()
        self._change(profile_id, due_at=None, **({"sent_on": day} if sent else {}))

    def _change(self, profile_id: str, **values: datetime | str | None) -> None:
        self.work.connection.execute(
            update(digests).where(_ROW.profile_id == profile_id).values(**values)
        )

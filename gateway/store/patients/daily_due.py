"""When the e-mail of the day is due for each who has something that waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import frozen
from sqlalchemy import Table, insert, select, update

from gateway.rights.notice_rules import next_digest
from gateway.settings.file import Settings
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import digests
from gateway.store.tasks.tasks import TaskKind

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
class DigestsOf:
    """
    Whose e-mails of the day: the table, its column that says whose, and the task.

    ``hold`` has two who ask for the same one take turns.
    """

    table: Table
    whose: str
    task: TaskKind
    hold: Callable[[UnitOfWork, str], object]


OF_PATIENTS: Final = DigestsOf(
    digests, "profile_id", TaskKind.DIGEST, lambda work, who: Profiles(work).hold(who)
)


@frozen
class Digests:
    """The days of the e-mails, within one transaction."""

    work: UnitOfWork
    hour: DigestHour = DigestHour()
    of: DigestsOf = OF_PATIENTS

    def ask(self, who: str) -> None:
        """
        See to it that the next e-mail of the day tells of something new.

        There is one task for it however much waits: it does the next ones with it.
        """
        self.of.hold(self.work, who)
        now, row = self.work.now, self.row(who)
        if row is not None and row.due_at is not None and row.due_at - now <= _LONGEST:
            return
        sent_on = date.fromisoformat(row.sent_on) if row and row.sent_on else None
        due = next_digest(now, self.hour.hour, self.hour.zone, sent_on)
        if row is None:
            said = {self.of.whose: who, "since": now, "due_at": due, "sent_on": ""}
            self.work.connection.execute(insert(self.of.table).values(**said))
        else:
            since = now if row.due_at is None else min(now, row.since)
            self._change(who, since=since, due_at=due)
        self.work.tasks.add(self.of.task, who, delay=due - now)

    def row(self, who: str) -> Any:
        """Return since when something waits and until when, held until the commit."""
        return self.work.connection.execute(
            select(self.of.table).where(self._whose == who).with_for_update()
        ).first()

    def waiting(self, who: str) -> datetime | None:
        """
        Return since when something waits that is to be told now; None: nothing is.

        Before its hour, as after a clock was set back, it waits again.
        """
        row = self.row(who)
        if row is None or row.due_at is None:
            return None
        if self.work.now < row.due_at:
            rest = row.due_at - self.work.now
            self.work.tasks.add(self.of.task, who, delay=rest)
            return None
        since: datetime = row.since
        return since

    def done(self, who: str, *, sent: bool) -> None:
        """Note that nothing waits any more; ``sent``: an e-mail leaves today."""
        day = self.work.now.astimezone(self.hour.zone).date().isoformat()
        self._change(who, due_at=None, **({"sent_on": day} if sent else {}))

    def _change(self, who: str, **values: datetime | str | None) -> None:
        self.work.connection.execute(
            update(self.of.table).where(self._whose == who).values(**values)
        )

    @property
    def _whose(self) -> Any:
        return self.of.table.c[self.of.whose]

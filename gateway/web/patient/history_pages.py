"""The page of the history: who did what on the patient's record, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from attrs import frozen

from gateway.core.texts.history import MEANS_TEXTS, Deed
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.history import Choice, PatientHistory
from gateway.web.patient.history_parties import Party
from gateway.web.site.answers import Answer
from gateway.web.site.paging import PER_PAGE
from gateway.web.site.visits import Visit

_CHOSEN: Final = ("who", "what", "from", "to")


@frozen
class HistoryPages:
    """The history of a record, for its patient alone (CSP R. 1111-43)."""

    desk: PatientDesk

    def history(self, visit: Visit) -> Answer:
        """List what was done, newest first, as the address chooses."""
        choice = _choice(visit.query, self.desk.zone)
        before = visit.query.get("before", "")
        start = int(before) if before.isdecimal() and len(before) < 18 else None
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            lines, further = PatientHistory(work, seen).page(choice, PER_PAGE, start)
        chosen = {name: visit.query.get(name, "") for name in _CHOSEN}
        said = {name: value for name, value in chosen.items() if value}
        days: dict[date, list[object]] = {}
        for line in lines:
            days.setdefault(self.desk.day(line.at), []).append(line)
        return self.desk.page(
            visit,
            "history.html",
            days=days,
            Party=Party,
            Deed=Deed,
            means=MEANS_TEXTS,
            chosen=chosen,
            is_first=start is None,
            chooses=any(chosen.values()),
            older=urlencode({**said, "before": further}) if further else "",
            newest=urlencode(said),
        )


def _choice(query: Mapping[str, str], zone: ZoneInfo) -> Choice:
    """Return what an address chooses; what is no choice chooses nothing."""
    who, what = query.get("who", ""), query.get("what", "")
    last = _day(query.get("to", ""), zone, 1)
    return Choice(
        party=Party(who) if who in [one.value for one in Party] else None,
        deed=Deed(what) if what in [one.value for one in Deed] else None,
        since=_day(query.get("from", ""), zone, 0),
        until=last,
    )


def _day(text: str, zone: ZoneInfo, later: int) -> datetime | None:
    """Return when a day begins there, or one that is so many days later."""
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

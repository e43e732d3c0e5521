"""When is a consultation over?"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

from gateway.core.reading import IN_EMERGENCY, ConsultationEnd, ReadingWay


@frozen(kw_only=True)
class ConsultationTimes:
    """
    By what right somebody reads, when something was last done, and until when at most.
    """

    way: ReadingWay
    seen_at: datetime
    expires_at: datetime


def over_by_time(
    times: ConsultationTimes, now: datetime, idle: timedelta
) -> ConsultationEnd | None:
    """
    Return why a consultation is over by itself, None where it goes on.

    An emergency ends with its time alone: its banner stands until then.
    """
    if now >= times.expires_at:
        return ConsultationEnd.TIME
    is_idle = times.way not in IN_EMERGENCY and now - times.seen_at >= idle
    return ConsultationEnd.IDLE if is_idle else None

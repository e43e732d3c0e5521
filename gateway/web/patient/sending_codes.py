"""A one-time code: to sign in, or to confirm a change of the account."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.core.notices import NoticeWay
from gateway.core.texts.notices import NoticeKind
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.one_time_codes import OneTimeCodes
from gateway.store.patients.profiles import Profile
from gateway.web.patient.desk import PatientDesk

_HOUR = timedelta(hours=1)


def send_code(
    desk: PatientDesk,
    work: UnitOfWork,
    account_id: str,
    profile: Profile,
    kind: NoticeKind,
    *,
    way: NoticeWay | None = None,
) -> tuple[str, datetime | None]:
    """
    Make a code and its e-mail; return its id, or an empty text and from when one may
    be sent: all codes of an account count together.
    """
    web, codes = desk.settings.web, OneTimeCodes(work)
    life = timedelta(seconds=web.code_seconds)
    until = codes.next_at(account_id, web.code_requests, _HOUR)
    if until is not None:
        return "", until
    code = codes.make(account_id, life, web.code_tries)
    desk.notices(work).make(
        profile,
        kind,
        digits=code.digits,
        minutes=web.code_seconds // 60,
        expires_at=work.now + life,
        way=way,
    )
    return code.id, None

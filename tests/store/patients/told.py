"""What the tests of notices share: something happens, and what a reader then finds."""

from __future__ import annotations

from uuid import uuid4

from gateway.core.notices import Happened
from gateway.core.texts.notices import NoticeKind
from gateway.store.base.work import Database
from gateway.store.patients.notice_centre import (
    CentreNotice,
    CentreReader,
    NoticeCentre,
)
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import accounts

URL = "https://sante.example/"


def happens(
    database: Database,
    profile_id: str,
    kind: NoticeKind,
    subject: str = "",
    *,
    by: str = "",
    secret: bool = False,
) -> str:
    """Let something happen in a space; return the id of the e-mail, or nothing."""
    with database.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        happened = Happened(subject=subject, by=by, is_secret=secret)
        return Notices(work, "Le service", URL).make(profile, kind, happened)


def reader(
    database: Database, profile_id: str, login: str = "dominique"
) -> CentreReader:
    """Return the holder as a reader, with an account that no password opens."""
    account_id = uuid4().hex
    with database.write() as work:
        work.add(
            accounts,
            id=account_id,
            login=login,
            profile_id=profile_id,
            password="none",
            created_at=work.now,
        )
    return CentreReader(profile_id=profile_id, account_id=account_id)


def found(database: Database, who: CentreReader, most: int = 30) -> list[CentreNotice]:
    """Return what somebody finds in the notices of a space."""
    with database.read() as work:
        return NoticeCentre(work).listed(who, most)


def kinds(database: Database, who: CentreReader) -> list[str]:
    """Return the kinds of what somebody finds, the newest first."""
    return [one.kind.value for one in found(database, who)]

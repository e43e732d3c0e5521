"""Patients are told that an operator was given access: at once, or on a later day."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from attrs import frozen
from sqlalchemy import exists, select

from gateway.core.accesses import Verdict
from gateway.core.notices import Happened
from gateway.core.texts.notices import NoticeKind
from gateway.errors import DestroyedError
from gateway.settings.file import Settings
from gateway.store.accesses.accesses import Accesses
from gateway.store.accesses.reading import AccessReader
from gateway.store.accesses.values import Access
from gateway.store.base.work import Job, UnitOfWork
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import accesses, tasks
from gateway.store.tasks.tasks import Task, TaskKind

SENT: Final = "by-mail"
NO_ADDRESS: Final = "no-address"
"""Nobody could be told by e-mail: the history alone says it, when it is looked at."""


IsSecret = Callable[[UnitOfWork, Access], bool]
"""Whether an access is about what those who represent a patient may not know of."""


def tell(
    work: UnitOfWork, notices: Notices, access: Access, is_secret: IsSecret
) -> bool:
    """
    Tell the patients of an access; return whether an e-mail to any of them was made.

    False also where no patient is concerned. Who represents a patient is told as well,
    unless it is about a secret.
    """
    made = _make(work, notices, access, NoticeKind.BREAK_GLASS, is_secret)
    Accesses(work).told(access, SENT if made else NO_ADDRESS)
    return made


def tell_of_review(
    work: UnitOfWork, notices: Notices, access: Access, is_secret: IsSecret
) -> bool:
    """
    Tell the patients of an access that was not justified; return as `tell`.

    Of one they were to be told of later they are told now: nothing is to be kept from
    them any longer.
    """
    if access.verdict is not Verdict.NOT_FINE:
        return False
    if access.told_at is None:
        tell(work, notices, access, is_secret)
    return _make(work, notices, access, NoticeKind.UNFOUNDED, is_secret)


def _make(
    work: UnitOfWork,
    notices: Notices,
    access: Access,
    kind: NoticeKind,
    is_secret: IsSecret,
) -> bool:
    made, happened = False, Happened(is_secret=is_secret(work, access))
    for profile_id in access.patients:
        try:
            profile = Profiles(work).get(profile_id)
        except DestroyedError:  # deleted: there is nobody to tell any more
            continue
        if profile is not None and notices.make(profile, kind, happened):
            made = True
    return made


def wake_tellings(work: UnitOfWork, most: int) -> int:
    """Have a task tell of each access whose day has come; return how many there are"""
    columns = accesses.c
    has_task = exists().where(
        tasks.c.kind == TaskKind.TELL.value, tasks.c.subject == columns.id
    )
    ids = list(
        work.connection.execute(
            select(columns.id)
            .where(
                columns.tell_at <= work.now,
                columns.begun_at.is_not(None),
                ~has_task,
            )
            .order_by(columns.tell_at)
            .limit(most)
        ).scalars()
    )
    for access_id in ids:
        work.tasks.add(TaskKind.TELL, access_id)
    return len(ids)


@frozen
class TellingOfAccess:
    """The step of `TaskKind.TELL`; the subject is an access whose day has come."""

    settings: Settings
    is_secret: IsSecret

    def __call__(self, task: Task) -> Job:
        """Return the job; reading and writing are its own."""
        return partial(self._tell, task.subject)

    def _tell(self, access_id: str, work: UnitOfWork) -> None:
        access = AccessReader(work).get(access_id)
        if access is None or access.told_at is not None or access.tell_at is None:
            return
        if work.now >= access.tell_at:
            notices = Notices.of(work, self.settings)
            tell(work, notices, access, self.is_secret)

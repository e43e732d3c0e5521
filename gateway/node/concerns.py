"""Whom a failed task concerns, and what is done so that they learn of it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from attrs import frozen
from twisted.logger import Logger

from gateway.core.texts.notices import NoticeKind
from gateway.store.arrivals.deliveries import Deliveries
from gateway.store.arrivals.giving_up import end_delivery
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.notices import NoticeEnd, end_notice, get_notice
from gateway.store.professionals.mails import ProfessionalMails
from gateway.store.tasks.tasks import Task, TaskKind, TaskRow

log = Logger()


_LETTERS = frozenset({TaskKind.FILE, TaskKind.DELIVER})


@frozen
class Concerns:
    """
    Called in the transaction that notes the failure of a task.

    A letter that is not filed or delivered for ``warn`` or longer, or whose task was
    given up, is late: its sender is told so (a task may still be tried again by an
    operator, so nothing is said to have failed). A copy that cannot be relayed at all
    goes back. A notice given up no longer keeps back the next one.
    """

    warn: timedelta

    def __call__(self, work: UnitOfWork, task: Task, dead: bool) -> None:  # noqa: FBT001
        """Do what the failure asks for."""
        if task.kind in _LETTERS:
            if dead or work.now - task.created_at >= self.warn:
                work.tasks.add(TaskKind.ACKNOWLEDGE, task.subject)
        elif task.kind is TaskKind.RELAY and dead:
            end_delivery(work, task.subject)
        elif task.kind is TaskKind.CODE and dead:
            ProfessionalMails(work).end(task.subject, NoticeEnd.FAILED)
        elif task.kind is TaskKind.NOTIFY and dead:
            notice = get_notice(work, task.subject)
            if notice is not None and not notice.is_sent:
                end_notice(work, notice, NoticeEnd.FAILED)
                if notice.kind is NoticeKind.UPDATE:
                    work.after_commit(partial(_ask_for_help, notice.id))


def tell_of_holding(work: UnitOfWork, row: TaskRow, warn: timedelta) -> None:
    """
    See to it that the sender of what an operator holds, a letter or a copy for another
    operator, learns of it.

    It does when that is ``warn`` old and still held: of a short pause nobody is told.
    """
    arrival_id, since = row.subject, row.created_at
    if row.kind == TaskKind.RELAY:
        delivery = Deliveries(work).get(row.subject)
        if delivery is None or not delivery.reverse_path:
            return  # nobody is told of a report (RFC 5321 §6.1)
        arrival_id, since = delivery.arrival_id, delivery.created_at
    elif row.kind not in _LETTERS:
        return
    delay = max(timedelta(0), since + warn - work.now)
    work.tasks.add(TaskKind.ACKNOWLEDGE, arrival_id, delay=delay)


def _ask_for_help(notice_id: str) -> None:
    """
    Say that the patient of a hidden document was not told of it.

    The law says by any means (CSP R. 1111-53), and no page shows it yet: somebody has
    to find another one.
    """
    log.warn(
        "notice {id} of a hidden document could not leave: "
        "its patient is to be told another way",
        id=notice_id,
    )

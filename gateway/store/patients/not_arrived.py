"""What is done of a notice that did not arrive: it is kept, and another way tried."""

from __future__ import annotations

from functools import partial

from attrs import field, frozen
from twisted.logger import Logger

from gateway.core.texts.notices import NoticeKind
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.notices import Notice, NoticeEnd, Notices, note_notice
from gateway.store.patients.reaching import Reaching

log = Logger()


@frozen
class NotArrived:
    """Within one transaction; that a notice left, and how it ended, is kept before."""

    work: UnitOfWork
    notices: Notices | None = field(default=None, repr=False)
    """By which another one leaves; None where nothing says by which ways."""

    def refused(self, notice: Notice) -> None:
        """Who was to take an e-mail refused its address at once."""
        Reaching(self.work).failed(notice)
        self.try_another_way(notice)

    def bounced(self, notice: Notice, *, says_of_address: bool) -> None:
        """
        An e-mail left and came back: each is noted, and told otherwise, once.

        ``says_of_address``: not that its text or our server was refused.
        """
        if not Reaching(self.work).is_there(notice):
            return
        if says_of_address:
            Reaching(self.work).failed(notice, NoticeEnd.BOUNCED)
        if not self._is_known(notice):
            note_notice(self.work, notice, NoticeEnd.BOUNCED)
            self.try_another_way(notice)

    def _is_known(self, notice: Notice) -> bool:
        """Servers may send a bounce twice."""
        return any(
            one.action == Action.NOTICE_SENT and one.outcome == NoticeEnd.BOUNCED
            for one in self.work.journal.about([notice.id])
        )

    def try_another_way(self, notice: Notice) -> None:
        """Have it leave otherwise; of a hidden document somebody is to find a way."""
        is_tried = self.notices is not None and self.notices.try_another_way(notice)
        if notice.kind is NoticeKind.UPDATE and not is_tried:
            self.work.after_commit(partial(_ask_for_help, notice.id))


def _ask_for_help(notice_id: str) -> None:
    """The law says by any means (CSP R. 1111-53): somebody has to find another one."""
    log.warn(
        "notice {id} of a hidden document did not arrive: "
        "its patient is to be told another way",
        id=notice_id,
    )

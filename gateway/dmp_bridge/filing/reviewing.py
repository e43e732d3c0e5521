"""Reminding patients of their advance directives, for as long as these stand."""

from __future__ import annotations

from functools import partial

from attrs import frozen

from gateway.core.document import Availability
from gateway.core.papers import PaperKind
from gateway.core.texts.notices import NoticeKind
from gateway.dmp_bridge.filing.paper_filing import PaperFiling
from gateway.errors import DestroyedError
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.settings.file import Settings
from gateway.store.base.work import Job, UnitOfWork
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import Task, TaskKind


@frozen
class Reviewing:
    """
    The step of `TaskKind.REVIEW`; the subject is a version of somebody's directives.

    The author is told of their existence regularly (CSP L. 1111-11), since they were
    written or last confirmed. A version that was replaced or taken back is told no
    more: the one that replaced it has a task of its own. While the space is closed to
    its patient nobody is told, and the next time comes all the same.
    """

    papers: PaperFiling
    settings: Settings

    def __call__(self, task: Task) -> Job:
        """Return the job; reading and writing are its own."""
        return partial(self._review, task.subject)

    def _review(self, document_id: str, work: UnitOfWork) -> None:
        document = self.papers.vaults.within(work).get(document_id)
        if document is None or document.status is not Availability.APPROVED:
            return
        try:
            profile = Profiles(work).hold(document.profile_id)
        except DestroyedError:
            return
        if profile is None:
            return
        now = self.papers.now(work, profile.id, PaperKind.DIRECTIVES)
        if now.document is None or now.document.id != document_id:
            return
        assert now.review_at is not None, "directives that stand"
        if work.now < now.review_at:  # confirmed since
            wait = now.review_at - work.now
            work.tasks.add(TaskKind.REVIEW, document_id, delay=wait)
            return
        if may_sign_in(ProfileState(profile.state)):
            Notices.of(work, self.settings).make(profile, NoticeKind.REVIEW)
        work.tasks.add(TaskKind.REVIEW, document_id, delay=self.papers.review)

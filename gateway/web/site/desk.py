"""What all pages share: the database, the one writer, the settings, the documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from attrs import frozen

from gateway.errors import UnavailableError
from gateway.settings.file import Settings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.inbox.reading import InboxReader
from gateway.store.patients.notices import Notices
from gateway.store.patients.web_sessions import SessionLife, WebSessions
from gateway.web.site.answers import Answer, page
from gateway.web.site.ports import DocumentPages, OwnDocuments, Trusts
from gateway.web.site.visits import Visit, person_name

T = TypeVar("T")
_COMMIT_SECONDS = 30


@frozen(kw_only=True)
class Desk:
    """Given to the pages; everything here blocks, and runs on worker threads."""

    database: Database
    writer: Writer
    settings: Settings
    documents: DocumentPages
    own_documents: OwnDocuments
    trusts: Trusts

    def write(self, job: Callable[[UnitOfWork], T]) -> T:
        """
        Run a job in the next transaction and wait for its commit.

        Raises:
            UnavailableError: it could not be committed in time.
        """
        future = self.writer.submit(job)
        try:
            return future.result(_COMMIT_SECONDS)
        except TimeoutError as error:
            future.cancel()  # else what the patient is told failed is done later
            raise UnavailableError("try again later", detail="slow commit") from error

    def sessions(self, work: UnitOfWork) -> WebSessions:
        """Return the sessions, with the lives the settings give them."""
        web = self.settings.web
        life = SessionLife(
            idle=timedelta(seconds=web.session_idle_seconds),
            whole=timedelta(seconds=web.session_seconds),
        )
        return WebSessions(work, life)

    def notices(self, work: UnitOfWork) -> Notices:
        """Return the notices, signed by this service."""
        return Notices.of(work, self.settings)

    def page(
        self, visit: Visit, template: str, *, status: int = 200, **context: Any
    ) -> Answer:
        """Return a page with the frame every visitor gets, signed in or not."""
        unread = 0
        if visit.person is not None:
            with self.database.read() as work:
                unread = InboxReader(work).unread_count(visit.person.id)
        answer = page(
            template,
            visit.language,
            status=status,
            visit=visit,
            unread=unread,
            name=person_name(visit.person) if visit.person is not None else "",
            service=self.settings.domains.operator_name,
            idle_minutes=self.settings.web.session_idle_seconds // 60,
            **context,
        )
        if visit.is_new:
            return answer.with_cookie("session", visit.cookie)
        return answer

"""Sign-ins that a provider of identities ended, and what stands on their tokens."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from itertools import chain
from typing import Any, Final
from uuid import uuid4

from attrs import frozen
from sqlalchemy import Row, delete, or_, select

from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import ended_sign_ins
from gateway.trust.tokens import ProviderSignIn

_AT_ONCE: Final = 100
"""Sign-ins that one query asks for."""


@frozen
class EndedSignIns:
    """What is over, within one transaction; known by keyed digests alone."""

    work: UnitOfWork

    def note(self, session: str, subject: str, lasting: timedelta) -> None:
        """
        Keep that a session of a subject is over, or all of theirs if none is named.

        It is kept for ``lasting``, as long as anything may stand on such a sign-in.
        """
        now = self.work.now
        self.work.connection.execute(
            delete(ended_sign_ins).where(ended_sign_ins.c.expires_at <= now)
        )
        self.work.connection.execute(
            ended_sign_ins.insert().values(
                id=uuid4().hex,
                provider_session=next(iter(self._digests("sid", session)), None),
                provider_subject=next(iter(self._digests("sub", subject)), None),
                at=now,
                expires_at=now + lasting,
            )
        )

    def among(self, standing: Collection[ProviderSignIn]) -> frozenset[ProviderSignIn]:
        """
        Return those that are over.

        A session that was named is over for good. Where it is not known which session
        was meant, or is ours, all that the person began until then is.
        """
        every = list(standing)
        over: set[ProviderSignIn] = set()
        for first in range(0, len(every), _AT_ONCE):
            over |= self._among(every[first : first + _AT_ONCE])
        return frozenset(over)

    def _among(self, some: Collection[ProviderSignIn]) -> set[ProviderSignIn]:
        sessions = {one: self._digests("sid", one.session) for one in some}
        subjects = {one: self._digests("sub", one.subject) for one in some}
        columns = ended_sign_ins.c
        found = self.work.connection.execute(
            select(ended_sign_ins).where(
                or_(
                    columns.provider_session.in_(list(chain(*sessions.values()))),
                    columns.provider_subject.in_(list(chain(*subjects.values()))),
                )
            )
        ).all()

        def ends(row: Row[Any], one: ProviderSignIn) -> bool:
            if row.provider_session and one.session:
                return row.provider_session in sessions[one]
            return row.provider_subject in subjects[one] and row.at >= one.since

        return {one for one in some if any(ends(row, one) for row in found)}

    def _digests(self, what: str, said: str) -> tuple[str, ...]:
        """Keyed, as those of the sessions of the pages."""
        if not said:
            return ()
        return self.work.digests(Label.SESSION, f"{what}:{said}")

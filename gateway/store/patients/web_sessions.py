"""The web's sessions: a cookie's digest, a stage, and two ends."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen
from sqlalchemy import delete, select

from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import web_sessions

REMEMBERED = timedelta(days=1)
"""So long it is known whose a session was; what was being written is kept for them."""

_MOST = 5
"""Sessions open at once for one account; a sixth ends the oldest."""


class Stage(StrEnum):
    """
    How far a visitor came.

    An anonymous visitor has a cookie, for the token in the forms, but no row: nobody
    fills the table by asking for the first page.
    """

    ANONYMOUS = "anonymous"
    CODE = "code"  # gave a login and a password, right or wrong
    LOST = "lost"  # says who they are, and forgot the password
    NEW = "new"  # proved who they are: may activate the space
    OBJECTED = "objected"  # objected to the space just now: may take the proof
    RETURN = "return"  # gave all, and the space is closed: may open it again
    RENEW = "renew"  # proved it by a code: may choose another password
    OPEN = "open"


@frozen(kw_only=True)
class WebSession:
    """A session in force; without a further sign of life it is so until ``ends_at``."""

    digest: str = field(repr=False)
    stage: Stage
    account_id: str
    code_id: str
    ends_at: datetime


@frozen(kw_only=True)
class SessionLife:
    """How long a session lasts: of silence, and in all."""

    idle: timedelta
    whole: timedelta

    @property
    def grain(self) -> timedelta:
        """How old the last sight of a visitor gets before it is written again."""
        return min(timedelta(seconds=60), self.idle / 10)


def new_cookie() -> str:
    """Return 256 random bits in hex."""
    return secrets.token_hex(32)


@frozen
class WebSessions:
    """Sessions within one transaction."""

    work: UnitOfWork
    life: SessionLife

    def find(self, cookie: str) -> WebSession | None:
        """Return the session of a cookie, unless it ended or is unknown."""
        now = self.work.now
        row = self.work.connection.execute(
            select(web_sessions).where(
                web_sessions.c.digest.in_(self._digests(cookie)),
                web_sessions.c.expires_at > now,
                web_sessions.c.seen_at > now - self.life.idle,
            )
        ).first()
        if row is None:
            return None
        self.work.rows.check(web_sessions, row)
        return WebSession(
            digest=row.digest,
            stage=Stage(row.stage),
            account_id=row.account_id or "",
            code_id=row.code_id or "",
            ends_at=min(row.expires_at, row.seen_at + self.life.idle),
        )

    def ended(self, cookie: str) -> str:
        """
        Return the account of a session that ended of itself, or an empty text.

        It opens nothing any more; what is written in its forms is still its patient's.
        """
        row = self.work.connection.execute(
            select(web_sessions).where(
                web_sessions.c.digest.in_(self._digests(cookie)),
                web_sessions.c.stage == Stage.OPEN.value,
                web_sessions.c.expires_at > self.work.now - REMEMBERED,
            )
        ).first()
        if row is None:
            return ""
        self.work.rows.check(web_sessions, row)
        return str(row.account_id)

    def _digests(self, cookie: str) -> tuple[str, ...]:
        """Keyed: who writes the database cannot make a row that a cookie opens."""
        return self.work.digests(Label.SESSION, cookie)

    def is_stale(self, session: WebSession) -> bool:
        """Tell whether a session's last sight is old enough to be written again."""
        row = self.work.connection.execute(
            select(web_sessions.c.digest).where(
                web_sessions.c.digest == session.digest,
                web_sessions.c.seen_at < self.work.now - self.life.grain,
            )
        ).first()
        return row is not None

    def seen(self, session: WebSession) -> WebSession:
        """Note that the visitor is there; return the session, which lasts longer."""
        changed = self._change(session, seen_at=self.work.now)
        if not changed:  # ended meanwhile
            return session
        ends_at = min(changed[0]["expires_at"], self.work.now + self.life.idle)
        return evolve(session, ends_at=ends_at)

    def _change(self, session: WebSession, **values: Any) -> list[dict[str, Any]]:
        here = web_sessions.c.digest == session.digest
        return self.work.change(web_sessions, here, **values)

    def start(self, stage: Stage, account_id: str = "", code_id: str = "") -> str:
        """Start a session; return its cookie, which is kept nowhere."""
        now, cookie = self.work.now, new_cookie()
        self.work.connection.execute(
            delete(web_sessions).where(web_sessions.c.expires_at <= now - REMEMBERED)
        )
        if stage is Stage.OPEN:
            self._make_room(account_id)
        self.work.add_now(
            web_sessions,
            digest=self._digests(cookie)[0],
            stage=stage.value,
            account_id=account_id or None,
            code_id=code_id or None,
            created_at=now,
            seen_at=now,
            expires_at=now + self.life.whole,
        )
        return cookie

    def set_code(self, session: WebSession, code_id: str) -> None:
        """Bind another code to a session that waits for one."""
        self._change(session, code_id=code_id)

    def digest_of(self, cookie: str) -> str:
        """Return the digest by which a session that begins now is known."""
        return self._digests(cookie)[0]

    def end(self, session: WebSession) -> bool:
        """End a session; False when it was ended already."""
        return bool(end_sessions(self.work, [session.digest]))

    def _make_room(self, account_id: str) -> None:
        oldest = (
            select(web_sessions.c.digest)
            .where(
                web_sessions.c.account_id == account_id,
                web_sessions.c.stage == Stage.OPEN.value,
            )
            .order_by(web_sessions.c.created_at.desc())
            .offset(_MOST - 1)
        )
        digests = list(self.work.connection.execute(oldest).scalars())
        if digests:
            end_sessions(self.work, digests)


def end_sessions_of(work: UnitOfWork, account_id: str, but: str = "") -> None:
    """End every session of an account, but that of a digest."""
    found = work.connection.execute(
        select(web_sessions.c.digest).where(
            web_sessions.c.account_id == account_id, web_sessions.c.digest != but
        )
    )
    if digests := list(found.scalars()):
        end_sessions(work, digests)


def end_sessions(work: UnitOfWork, digests: list[str]) -> int:
    """Take sessions away, none of which comes back; return how many there were."""
    digests = list(
        work.connection.execute(
            select(web_sessions.c.digest).where(web_sessions.c.digest.in_(digests))
        ).scalars()
    )
    for digest in digests:
        work.ended(web_sessions, {"digest": digest})
    gone = work.connection.execute(
        delete(web_sessions).where(web_sessions.c.digest.in_(digests))
    )
    return int(gone.rowcount)

"""The sessions of professionals: a cookie's digest, a stage, who it is, two ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from attrs import asdict, evolve, field, frozen
from sqlalchemy import ColumnElement, delete, or_, select

from gateway.core.practice import Practice, Professional
from gateway.rights.reading_rules import SignedInBy
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.web_sessions import SessionLife, new_cookie
from gateway.store.professionals.accounts import ProfessionalAccount
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import professional_accounts, professional_sessions

_MOST: Final = 5
"""Sessions open at once for one professional; a sixth ends the oldest."""


class ProStage(StrEnum):
    """How far a professional came; who is anonymous has a cookie, but no row."""

    ANONYMOUS = "anonymous"
    CODE = "code"  # showed a certificate; the code is asked for
    SITUATION = "situation"  # proved who they are; several situations to choose from
    OPEN = "open"


class SignInWay(StrEnum):
    """How somebody came in, for their own page and for the journal."""

    CERTIFICATE = "certificate"
    PROVIDER = "provider"
    """Pro Santé Connect, or another provider of identities."""


@frozen(kw_only=True)
class ProvidedBy:
    """What a provider of identities said with it, to sign out there and by it."""

    session: str = field(default="", repr=False)
    """``sid``."""
    subject: str = field(default="", repr=False)
    """``sub``."""
    id_token: str = field(default="", repr=False)
    """The whole token, which the provider wants to see again at the end."""


@frozen(kw_only=True)
class SignIn:
    """
    Who signed in, and how; ``chosen`` is the number of the practice they work in.

    ``certificate`` is the SHA-256 of the one they showed, empty where they came by a
    provider: a session by certificate is good on connections that show the same.
    """

    person: Professional
    way: SignInWay
    signed_in_by: SignedInBy
    chosen: int | None = None
    certificate: str = ""
    provided: ProvidedBy = ProvidedBy()


@frozen(kw_only=True)
class ProfessionalSession:
    """A session in force; without a further sign of life it is so until ``ends_at``."""

    digest: str = field(repr=False)
    stage: ProStage
    account: ProfessionalAccount
    sign_in: SignIn
    code_id: str
    ends_at: datetime


@frozen
class ProfessionalSessions:
    """Sessions of professionals within one transaction."""

    work: UnitOfWork
    life: SessionLife

    def find(self, cookie: str) -> ProfessionalSession | None:
        """
        Return the session of a cookie, unless it ended or is unknown.

        Raises:
            AlteredError: it, or its account, is not as it was written.
        """
        now, columns = self.work.now, professional_sessions.c
        row = self.work.connection.execute(
            select(professional_sessions).where(
                columns.digest.in_(self._digests(cookie)),
                columns.expires_at > now,
                columns.seen_at > now - self.life.idle,
            )
        ).first()
        if row is None:
            return None
        self.work.rows.check(professional_sessions, row)
        account = self.work.connection.execute(
            select(professional_accounts).where(
                professional_accounts.c.id == row.professional_id
            )
        ).one()
        self.work.rows.check(professional_accounts, account)
        said = self.work.unseal(row.key_id, row.said, _place(row.digest))
        return ProfessionalSession(
            digest=row.digest,
            stage=ProStage(row.stage),
            account=ProfessionalAccount(
                id=account.id, national_id=account.national_id, key_id=account.key_id
            ),
            sign_in=_from_json(said, account.national_id, row.certificate),
            code_id=row.code_id or "",
            ends_at=min(row.expires_at, row.seen_at + self.life.idle),
        )

    def _digests(self, cookie: str) -> tuple[str, ...]:
        """Keyed: who writes the database cannot make a row that a cookie opens."""
        return self.work.digests(Label.SESSION, f"professional:{cookie}")

    def is_stale(self, session: ProfessionalSession) -> bool:
        """Tell whether a session's last sight is old enough to be written again."""
        columns = professional_sessions.c
        row = self.work.connection.execute(
            select(columns.digest).where(
                columns.digest == session.digest,
                columns.seen_at < self.work.now - self.life.grain,
            )
        ).first()
        return row is not None

    def seen(self, session: ProfessionalSession) -> ProfessionalSession:
        """Note that the visitor is there; return the session, which lasts longer."""
        changed = self._change(session, seen_at=self.work.now)
        if not changed:  # ended meanwhile
            return session
        ends_at = min(changed[0]["expires_at"], self.work.now + self.life.idle)
        return evolve(session, ends_at=ends_at)

    def _change(
        self, session: ProfessionalSession, **values: Any
    ) -> list[dict[str, Any]]:
        here = professional_sessions.c.digest == session.digest
        return self.work.change(professional_sessions, here, **values)

    def start(
        self,
        stage: ProStage,
        account: ProfessionalAccount,
        sign_in: SignIn,
        code_id: str = "",
    ) -> str:
        """Start a session; return its cookie, which is kept nowhere."""
        now, cookie = self.work.now, new_cookie()
        self.work.connection.execute(
            delete(professional_sessions).where(
                professional_sessions.c.expires_at <= now
            )
        )
        self._make_room(account.id)
        digest, provided = self._digests(cookie)[0], sign_in.provided
        said = self.work.seal(account.key_id, _to_json(sign_in), _place(digest))
        self.work.add_now(
            professional_sessions,
            digest=digest,
            stage=stage.value,
            professional_id=account.id,
            code_id=code_id or None,
            certificate=sign_in.certificate,
            provider_session=self._provided("sid", provided.session),
            provider_subject=self._provided("sub", provided.subject),
            key_id=account.key_id,
            said=said,
            created_at=now,
            seen_at=now,
            expires_at=now + self.life.whole,
        )
        return cookie

    def _provided(self, what: str, said: str) -> str | None:
        """Keyed: what a provider calls a session says nothing without the key."""
        return self._provided_digests(what, said)[0] if said else None

    def _provided_digests(self, what: str, said: str) -> tuple[str, ...]:
        return self.work.digests(Label.SESSION, f"{what}:{said}")

    def set_code(self, session: ProfessionalSession, code_id: str) -> None:
        """Bind another code to a session that waits for one."""
        self._change(session, code_id=code_id)

    def end(self, session: ProfessionalSession) -> bool:
        """End a session; False when it was ended already."""
        return bool(self._end([session.digest]))

    def end_by_provider(self, provided: ProvidedBy) -> list[str]:
        """
        End what a provider says is over; return the accounts whose sessions were.

        One session where it names one, else all of its subject (OpenID Connect
        Back-Channel Logout 1.0 §2.4).
        """
        columns = professional_sessions.c
        if provided.session:
            names = self._provided_digests("sid", provided.session)
            where: ColumnElement[bool] = columns.provider_session.in_(names)
        else:
            names = self._provided_digests("sub", provided.subject)
            where = columns.provider_subject.in_(names)
        if provided.session and provided.subject:
            subjects = self._provided_digests("sub", provided.subject)
            where = where & columns.provider_subject.in_(subjects)
        found = self.work.connection.execute(
            select(columns.digest, columns.professional_id).where(where)
        ).all()
        self._end([row.digest for row in found])
        return [row.professional_id for row in found]

    def _make_room(self, account_id: str) -> None:
        columns = professional_sessions.c
        oldest = (
            select(columns.digest)
            .where(columns.professional_id == account_id)
            .order_by(columns.created_at.desc())
            .offset(_MOST - 1)
        )
        self._end(list(self.work.connection.execute(oldest).scalars()))

    def _end(self, digests: Sequence[str]) -> int:
        """Take sessions away, none of which comes back; return how many there were."""
        columns = professional_sessions.c
        here = or_(*(columns.digest == one for one in digests)) if digests else None
        if here is None:
            return 0
        there = list(
            self.work.connection.execute(select(columns.digest).where(here)).scalars()
        )
        for digest in there:
            self.work.ended(professional_sessions, {"digest": digest})
        self.work.connection.execute(delete(professional_sessions).where(here))
        return len(there)


def _to_json(sign_in: SignIn) -> dict[str, Any]:
    person = sign_in.person
    return {
        "family": person.family,
        "given": person.given,
        "practices": [asdict(one) for one in person.practices],
        "may_regulate": person.may_regulate,
        "way": sign_in.way.value,
        "signed_in_by": sign_in.signed_in_by.value,
        "chosen": sign_in.chosen,
        "provided": asdict(sign_in.provided),
    }


def _from_json(said: dict[str, Any], national_id: str, certificate: str) -> SignIn:
    person = Professional(
        national_id=national_id,
        family=said["family"],
        given=said["given"],
        practices=tuple(Practice(**one) for one in said["practices"]),
        may_regulate=said["may_regulate"],
    )
    return SignIn(
        person=person,
        way=SignInWay(said["way"]),
        signed_in_by=SignedInBy(said["signed_in_by"]),
        chosen=said["chosen"],
        certificate=certificate,
        provided=ProvidedBy(**said["provided"]),
    )


def _place(digest: str) -> str:
    return f"professional_sessions.said:{digest}"

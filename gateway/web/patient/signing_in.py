"""
Signing in: login and password, then a code by e-mail.

Nothing a visitor sees before the last step depends on whether the login exists or the
password is right: the same pages, texts and delays, a decoy in place of a code.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

from gateway.core.texts.notices import NoticeKind
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.accounts import Account, Accounts, password_matches
from gateway.store.patients.one_time_codes import NewCode, OneTimeCodes
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.web_sessions import Stage, WebSession
from gateway.web.patient.desk import PatientDesk

_HOUR = timedelta(hours=1)


@frozen
class CodeTried:
    """What came of a code: the new cookie when it was right, else the tries left."""

    cookie: str
    tries_left: int


@frozen
class SigningIn:
    """The steps of signing in; each takes and gives sessions, and blocks."""

    desk: PatientDesk

    def give_password(self, login: str, password: str, old: WebSession | None) -> str:
        """
        Take a login and a password; return the cookie of the next step, always.

        The slow work is done outside of any transaction.
        """
        with self.desk.database.read() as work:
            account = Accounts(work).find(login)
        right = password_matches(account, password)
        return self.desk.write(
            lambda work: self._start(work, account, old, right=right)
        )

    def _start(
        self, work: UnitOfWork, account: Account, old: WebSession | None, *, right: bool
    ) -> str:
        sessions = self.desk.sessions(work)
        if old is not None:
            sessions.end(old)
        web = self.desk.settings.web
        paused = account.is_paused(work.now)
        if account.id and not right and not paused:
            Accounts(work).failed(
                account, web.login_tries, timedelta(seconds=web.login_pause_seconds)
            )
        profile = self._who_may(work, account) if right and not paused else None
        account_id = account.id if profile is not None else ""
        code = self._send_code(work, account_id, profile)
        return sessions.start(Stage.CODE, account_id, code.id)

    def _who_may(self, work: UnitOfWork, account: Account) -> Profile | None:
        profile = Profiles(work).get(account.profile_id)
        if profile is None or not may_sign_in(ProfileState(profile.state)):
            return None
        return profile

    def _send_code(
        self, work: UnitOfWork, account_id: str, profile: Profile | None
    ) -> NewCode:
        """Make a code and its e-mail; a decoy without e-mail where none is due."""
        web, codes = self.desk.settings.web, OneTimeCodes(work)
        life = timedelta(seconds=web.code_seconds)
        due = (
            profile is not None
            and bool(profile.email)
            and codes.made_since(account_id, _HOUR) < web.code_requests
        )
        code = codes.make(account_id if due else "", life, web.code_tries)
        if due and profile is not None:
            self.desk.notices(work).make(
                profile,
                NoticeKind.CODE,
                digits=code.digits,
                minutes=web.code_seconds // 60,
                expires_at=work.now + life,
            )
            work.note(
                Action.SIGN_IN_STARTED, "code", profile.id, chain=chain_of(profile.id)
            )
        return code

    def ask_again(self, session: WebSession) -> None:
        """Void the session's code and send another, as far as the limits allow."""
        self.desk.write(lambda work: self._again(work, session))

    def _again(self, work: UnitOfWork, session: WebSession) -> None:
        OneTimeCodes(work).void(session.code_id)
        profile = None
        if session.account_id:
            profile = Profiles(work).get(Accounts(work).profile_of(session.account_id))
        code = self._send_code(work, session.account_id, profile)
        self.desk.sessions(work).set_code(session, code.id)

    def give_code(self, session: WebSession, digits: str) -> CodeTried:
        """Take a code; open a new session with a new cookie when it is right."""
        return self.desk.write(lambda work: self._try(work, session, digits))

    def _try(self, work: UnitOfWork, session: WebSession, digits: str) -> CodeTried:
        codes, sessions = OneTimeCodes(work), self.desk.sessions(work)
        profile_id = ""
        if session.account_id:
            profile_id = Accounts(work).profile_of(session.account_id)
        if codes.use(session.code_id, digits) and sessions.end(session):
            account = Account(id=session.account_id, hash="", failures=1)
            Accounts(work).succeeded(account)
            work.note(Action.SIGNED_IN, "open", profile_id, chain=chain_of(profile_id))
            return CodeTried(sessions.start(Stage.OPEN, session.account_id), 0)
        if profile_id:
            work.note(
                Action.SIGN_IN_REFUSED, "code", profile_id, chain=chain_of(profile_id)
            )
        return CodeTried("", codes.tries_left(session.code_id))

    def leave(self, session: WebSession, profile_id: str) -> None:
        """End a session: its cookie opens nothing any more."""

        def job(work: UnitOfWork) -> None:
            if self.desk.sessions(work).end(session) and profile_id:
                work.note(
                    Action.SIGNED_OUT, "asked", profile_id, chain=chain_of(profile_id)
                )

        self.desk.write(job)

    def find(self, cookie: str) -> tuple[WebSession | None, Profile | None, datetime]:
        """
        Return the session of a cookie, its patient when open, and the time.

        A patient whose space was closed or suspended meanwhile has no session any
        more.
        """
        profile = None
        with self.desk.database.read() as work:
            sessions = self.desk.sessions(work)
            session = sessions.find(cookie)
            stale = session is not None and sessions.is_stale(session)
            if session is not None and session.stage is Stage.OPEN:
                profile = Profiles(work).get(
                    Accounts(work).profile_of(session.account_id)
                )
                if profile is None or not may_sign_in(ProfileState(profile.state)):
                    return None, None, work.now
            now = work.now
        if stale and session is not None:
            known = session
            self.desk.write(lambda work: self.desk.sessions(work).seen(known))
        return session, profile, now

    def note_refusal(self, person: Profile, subject: str) -> None:
        """Leave a trace of a patient who asked for what is not theirs, or not there."""
        self.desk.write(
            lambda work: work.note(
                Action.PAGE_REFUSED, "not-found", subject, chain=chain_of(person.id)
            )
        )

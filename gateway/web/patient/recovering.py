"""
Another password for who forgot it, and the login for who forgot that.

What somebody says of themselves, then a code to the address that is known. Whether it
is right, and whether anybody has that number, is never told: the page that follows, its
time, the tries and the pause are the same, and who is nobody waits for a code as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from gateway.core.texts.notices import NoticeKind
from gateway.rights.profile import ProfileState
from gateway.rights.recovery_rules import ItemsSaid, PersonKnown, may_recover
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.accounts import Account, Accounts
from gateway.store.patients.one_time_codes import OneTimeCodes
from gateway.store.patients.passwords import RefusedPasswordError
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.tries import Tries
from gateway.store.patients.web_sessions import Stage, WebSession
from gateway.web.patient.changing_account import ChangeRefused
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.sending_codes import send_code

TRIES: Final = 5
"""How often in an hour something may be asked for by one number."""

_HOUR: Final = timedelta(hours=1)


@frozen
class RecoveryBegun:
    """The cookie of the next step; none where it is too often, and until when."""

    cookie: str = ""
    until: datetime | None = None


@frozen
class Recovering:
    """The steps; each blocks."""

    desk: PatientDesk

    def begin(
        self, number: str, said: ItemsSaid, old: WebSession | None
    ) -> RecoveryBegun:
        """Send a code where what is said is right; go on the same where it is not."""

        def job(work: UnitOfWork) -> RecoveryBegun:
            until = Tries(work, "lost", number).take(TRIES, _HOUR)
            if until is not None:
                return RecoveryBegun(until=until)
            found = self._who(work, number, said)
            account_id, code_id = "", ""
            if found is not None:
                profile, account = found
                account_id = account.id
                code_id, _ = send_code(
                    self.desk, work, account.id, profile, NoticeKind.PROOF
                )
                outcome = "lost" if code_id else "enough"
                work.note_patient(Action.ACCOUNT_PROVED, outcome, profile.id)
            if not code_id:
                account_id, code_id = "", self._code_for_nobody(work)
            sessions = self.desk.sessions(work)
            if old is not None:
                sessions.end(old)
            return RecoveryBegun(sessions.start(Stage.LOST, account_id, code_id))

        return self.desk.write(job)

    def send_login(self, number: str, said: ItemsSaid) -> datetime | None:
        """
        Send the login where what is said is right; return from when, if too often.
        """

        def job(work: UnitOfWork) -> datetime | None:
            until = Tries(work, "lost", number).take(TRIES, _HOUR)
            if until is not None:
                return until
            found = self._who(work, number, said)
            if found is not None:
                profile, _ = found
                login = Accounts(work).login_of(profile)
                self.desk.notices(work).make(profile, NoticeKind.LOGIN, login=login)
                work.note_patient(Action.ACCOUNT_PROVED, "login", profile.id)
            return None

        return self.desk.write(job)

    def _who(
        self, work: UnitOfWork, number: str, said: ItemsSaid
    ) -> tuple[Profile, Account] | None:
        """Return who has that number and is what they say, or None."""
        profile = Profiles(work).find(number)
        if profile is None:
            return None
        account = Accounts(work).of_profile(profile)
        known = PersonKnown(
            state=ProfileState(profile.state),
            has_account=account is not None,
            has_address=bool(profile.email),
            birth_date=profile.traits.birth_date,
            card=profile.card,
            today=self.desk.day(work.now),
        )
        if account is None or not may_recover(said, known):
            return None
        return profile, account

    def _code_for_nobody(self, work: UnitOfWork) -> str:
        """Make a code that opens nothing and is tried, and ends, as any other."""
        web = self.desk.settings.web
        life = timedelta(seconds=web.code_seconds)
        return OneTimeCodes(work).make(None, life, web.code_tries).id

    def give_code(self, session: WebSession, digits: str) -> tuple[str, int]:
        """
        Take the code; return the cookie of the next step when it is right, else an
        empty text and how often it may still be tried.
        """

        def job(work: UnitOfWork) -> tuple[str, int]:
            codes, sessions = OneTimeCodes(work), self.desk.sessions(work)
            if codes.use(session.code_id, digits) and sessions.end(session):
                return sessions.start(Stage.RENEW, session.account_id), 0
            if session.account_id:
                profile_id = Accounts(work).profile_of(session.account_id)
                work.note_patient(Action.ACCOUNT_REFUSED, "lost", profile_id)
            return "", codes.tries_left(session.code_id)

        return self.desk.write(job)

    def login_of(self, session: WebSession) -> str:
        """Return the login of who gave the code."""
        with self.desk.database.read() as work:
            profile = self._profile(work, session)
            return Accounts(work).login_of(profile) if profile is not None else ""

    def set_password(self, session: WebSession, password: str) -> ChangeRefused | None:
        """Set the password: every session ends, this one too; the patient is told."""

        def job(work: UnitOfWork) -> ChangeRefused | None:
            profile = self._profile(work, session)
            if profile is None:
                return ChangeRefused("closed")
            try:
                Accounts(work).set_password(profile, password)
            except RefusedPasswordError as error:
                return ChangeRefused(error.fault.value)
            self.desk.notices(work).make(profile, NoticeKind.PASSWORD)
            return None

        return self.desk.write(job)

    def _profile(self, work: UnitOfWork, session: WebSession) -> Profile | None:
        return Profiles(work).get(Accounts(work).profile_of(session.account_id))

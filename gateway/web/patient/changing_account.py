"""Changes of an account by its patient: password, login, address, telephone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from gateway.core.notices import NoticeWay
from gateway.core.telephone import telephone_of
from gateway.core.texts.notices import NoticeKind
from gateway.errors import ConflictError, InvalidError
from gateway.message.address import read_address
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.account_steps import AccountSteps, StepKind
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.logins import RefusedLoginError
from gateway.store.patients.one_time_codes import OneTimeCodes
from gateway.store.patients.passwords import RefusedPasswordError
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.tries import Tries
from gateway.store.patients.ways import Ways
from gateway.store.patients.web_sessions import WebSession
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.sending_codes import send_code

LOGIN_TRIES: Final = 5
"""Names asked for in an hour: nobody lists by it who has an account here."""

_HOUR: Final = timedelta(hours=1)


@frozen
class ChangeRefused:
    """Why a change was not made: a word the page knows, and from when it may be."""

    why: str
    until: datetime | None = None


@frozen
class ChangingAccount:
    """The changes; each blocks, and is for a session that proved who it is."""

    desk: PatientDesk

    def set_password(
        self, profile: Profile, session: WebSession, password: str
    ) -> ChangeRefused | None:
        """Change the password: every other session ends, and the patient is told."""

        def job(work: UnitOfWork) -> ChangeRefused | None:
            try:
                Accounts(work).set_password(profile, password, but=session.digest)
            except RefusedPasswordError as error:
                return ChangeRefused(error.fault.value)
            self.desk.notices(work).make(profile, NoticeKind.PASSWORD)
            return None

        return self.desk.write(job)

    def set_login(
        self, profile: Profile, session: WebSession, login: str
    ) -> ChangeRefused | None:
        """
        Change the login, if it may be one and nobody has it; the patient is told.

        That somebody has it is said in the words of a name that is kept back, and only
        a few names an hour are looked up.
        """

        def job(work: UnitOfWork) -> ChangeRefused | None:
            until = Tries(work, "login", session.account_id).take(LOGIN_TRIES, _HOUR)
            if until is not None:
                return ChangeRefused("enough", until)
            try:
                Accounts(work).set_login(profile, login)
            except RefusedLoginError as error:
                return ChangeRefused(error.fault.value)
            except ConflictError:
                return ChangeRefused("taken")
            self.desk.notices(work).make(profile, NoticeKind.ACCOUNT)
            return None

        return self.desk.write(job)

    def set_telephone(
        self, profile: Profile, session: WebSession, telephone: str
    ) -> ChangeRefused | None:
        """
        Change the telephone number, or take it away; the patient is told.

        Where text messages are sent, a number is the patient's once a code that was
        sent to it is given (`confirm`).
        """
        number = telephone_of(telephone) if telephone else ""
        if number is None:
            return ChangeRefused("form")
        if number and self.desk.settings.sms.is_on:
            return self._prove_telephone(profile, session, number)

        def job(work: UnitOfWork) -> None:
            AccountSteps(work, session, profile.key_id).end(StepKind.TELEPHONE)
            Profiles(work).set_telephone(profile, number)
            self.desk.notices(work).make(profile, NoticeKind.ACCOUNT)

        self.desk.write(job)
        return None

    def _prove_telephone(
        self, profile: Profile, session: WebSession, number: str
    ) -> ChangeRefused | None:
        def job(work: UnitOfWork) -> ChangeRefused | None:
            limits = self.desk.notices(work).sms
            if not Ways(work, limits).may_try(profile.id):
                return ChangeRefused("texts")
            there = evolve(profile, telephone=number)
            return self._send_proof(work, there, session, StepKind.TELEPHONE, number)

        return self.desk.write(job)

    def _send_proof(
        self,
        work: UnitOfWork,
        there: Profile,
        session: WebSession,
        kind: StepKind,
        said: str,
    ) -> ChangeRefused | None:
        """Send a code to a number or an address that the patient says is theirs."""
        way = NoticeWay.SMS if kind is StepKind.TELEPHONE else None
        code_id, until = send_code(
            self.desk, work, session.account_id, there, NoticeKind.PROOF, way=way
        )
        if not code_id:
            return ChangeRefused("enough", until)
        life = timedelta(seconds=self.desk.settings.web.code_seconds)
        steps = AccountSteps(work, session, there.key_id)
        steps.begin(kind, life, code=code_id, **{kind.value: said})
        return None

    def proposed(self, profile: Profile, session: WebSession, kind: StepKind) -> str:
        """Return the number or address that waits for its code, or an empty text."""
        with self.desk.database.read() as work:
            step = AccountSteps(work, session, profile.key_id).find(kind)
        return step[kind.value] if step else ""

    def confirm(
        self, profile: Profile, session: WebSession, kind: StepKind, digits: str
    ) -> int | None:
        """
        Take the code; None where it is right, else how often it may still be tried.

        Of an address, the old one and the new one are told.
        """

        def job(work: UnitOfWork) -> int | None:
            steps = AccountSteps(work, session, profile.key_id)
            step, codes = steps.find(kind), OneTimeCodes(work)
            if step is None:
                return 0
            if not codes.use(step["code"], digits):
                return codes.tries_left(step["code"])
            steps.end(kind)
            if kind is StepKind.TELEPHONE:
                self._keep_telephone(work, profile, step[kind.value])
            else:
                self._keep_email(work, profile, step[kind.value])
            return None

        return self.desk.write(job)

    def _keep_telephone(self, work: UnitOfWork, profile: Profile, number: str) -> None:
        if number != profile.telephone:
            Profiles(work).set_telephone(profile, number)
            self.desk.notices(work).make(profile, NoticeKind.ACCOUNT)
        Ways(work).prove(profile.id, number)

    def _keep_email(self, work: UnitOfWork, profile: Profile, email: str) -> None:
        Profiles(work).set_email(profile, email)
        changed = evolve(profile, email=email)
        self.desk.notices(work).tell_address_changed(profile, changed)

    def propose_email(
        self, profile: Profile, session: WebSession, address: str
    ) -> ChangeRefused | None:
        """Send a code to another address: it is the patient's once the code is given"""
        try:
            email = str(read_address(address))
        except InvalidError:
            return ChangeRefused("form")
        if email == profile.email:
            return ChangeRefused("same")
        there = evolve(profile, email=email)

        def job(work: UnitOfWork) -> ChangeRefused | None:
            return self._send_proof(work, there, session, StepKind.EMAIL, email)

        return self.desk.write(job)

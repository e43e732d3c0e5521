"""
Who is signed in proves it once more before the account changes: password, then code.

So a browser left open, or a cookie that was taken, changes neither the password nor the
address that codes go to. It is good for some minutes of one session.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

from gateway.core.texts.notices import NoticeKind
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.account_steps import AccountSteps, StepKind
from gateway.store.patients.accounts import Account, Accounts, password_matches
from gateway.store.patients.one_time_codes import OneTimeCodes
from gateway.store.patients.profiles import Profile
from gateway.store.patients.web_sessions import WebSession
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.sending_codes import send_code
from gateway.web.patient.signing_in import NoCode


@frozen
class ProofTried:
    """Why no code was sent, and until when none is; neither: one was."""

    problem: NoCode | None = None
    until: datetime | None = None


@frozen
class Proving:
    """The steps of proving it; each blocks."""

    desk: PatientDesk

    def is_proved(self, profile: Profile, session: WebSession) -> bool:
        """Tell whether the account may be changed in this session now."""
        with self.desk.database.read() as work:
            steps = AccountSteps(work, session, profile.key_id)
            return steps.find(StepKind.PROOF) is not None

    def give_password(
        self, profile: Profile, session: WebSession, password: str
    ) -> ProofTried:
        """Take the password; send a code, or say why none comes."""
        with self.desk.database.read() as work:
            account = Accounts(work).of_profile(profile)
        assert account is not None, "signed in by it"
        right = password_matches(account, password)
        return self.desk.write(
            lambda work: self._given(work, account, profile, session, right=right)
        )

    def _given(
        self,
        work: UnitOfWork,
        account: Account,
        profile: Profile,
        session: WebSession,
        *,
        right: bool,
    ) -> ProofTried:
        web = self.desk.settings.web
        if account.is_paused(work.now):
            return ProofTried(NoCode.PAUSED, account.paused_until)
        if not right:
            pause = timedelta(seconds=web.login_pause_seconds)
            Accounts(work).failed(account, web.login_tries, pause)
            return ProofTried(NoCode.WRONG)
        return self._send(work, profile, session)

    def _send(
        self, work: UnitOfWork, profile: Profile, session: WebSession
    ) -> ProofTried:
        if not profile.email:
            return ProofTried(NoCode.CLOSED)
        code_id, until = send_code(
            self.desk, work, session.account_id, profile, NoticeKind.PROOF
        )
        if not code_id:
            return ProofTried(NoCode.ENOUGH, until)
        if session.code_id:
            OneTimeCodes(work).void(session.code_id)
        self.desk.sessions(work).set_code(session, code_id)
        work.note_patient(Action.ACCOUNT_PROVED, "asked", profile.id)
        return ProofTried()

    def ask_again(self, profile: Profile, session: WebSession) -> datetime | None:
        """
        Send another code in place of the last one; return from when, if not yet.

        None is sent where the password was not given.
        """
        if not session.code_id:
            return None
        return self.desk.write(lambda work: self._send(work, profile, session)).until

    def give_code(
        self, profile: Profile, session: WebSession, digits: str
    ) -> int | None:
        """Take a code; None where it is right, else how often it may still be tried."""

        def job(work: UnitOfWork) -> int | None:
            codes = OneTimeCodes(work)
            if not codes.use(session.code_id, digits):
                work.note_patient(Action.ACCOUNT_REFUSED, "code", profile.id)
                return codes.tries_left(session.code_id)
            life = timedelta(seconds=self.desk.settings.web.proof_seconds)
            AccountSteps(work, session, profile.key_id).begin(StepKind.PROOF, life)
            Accounts(work).succeeded(
                Account(id=session.account_id, hash="", failures=1)
            )
            work.note_patient(Action.ACCOUNT_PROVED, "given", profile.id)
            return None

        return self.desk.write(job)

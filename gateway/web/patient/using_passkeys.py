"""
Passkeys: made by who proved it once more, and used in place of a password and a code.

A passkey is two proofs at once: the device that has it, and the finger, the face or the
code that the device asks for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from gateway.core.texts.notices import NoticeKind
from gateway.errors import ConflictError, InvalidError
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.passkeys import Passkey, Passkeys
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.web_sessions import WebSession
from gateway.web.patient.challenges import Challenges, Purpose
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.signing_in import (
    NoCode,
    OpenedSession,
    SigningIn,
    UsedBrowser,
    WayIn,
)
from gateway.web.patient.webauthn import (
    BrowserAnswer,
    RelyingParty,
    is_cloned,
    making_options,
    read_challenge,
    read_made,
    read_used,
    to_text,
    using_options,
)
from gateway.web.site.visits import person_name

LONGEST_NAME: Final = 60


class NoPasskey(StrEnum):
    """Why a passkey was not taken."""

    WRONG = "wrong"  # it is none of ours, or what it signed is not what was asked
    LATE = "late"  # the page was shown too long ago, or answered already
    KNOWN = "known"  # it is there already
    FULL = "full"  # as many as an account has


@frozen(kw_only=True)
class AskedBrowser:
    """For whom a browser is asked, when, and which browser: the cookie it shows."""

    service: RelyingParty
    cookie: str = field(repr=False)
    now: datetime


@frozen
class PasskeyTried:
    """What came of using a passkey: the session that it opened, or why there is none"""

    opened: OpenedSession | None = None
    problem: NoPasskey | NoCode | None = None


@frozen
class UsingPasskeys:
    """The steps; each blocks."""

    desk: PatientDesk

    @property
    def _challenges(self) -> Challenges:
        life = timedelta(seconds=self.desk.settings.web.passkey_seconds)
        return Challenges(self.desk.database.keys, life)

    def listed(self, session: WebSession) -> list[Passkey]:
        """Return the passkeys of an account, the oldest first."""
        with self.desk.database.read() as work:
            return Passkeys(work).listed(session.account_id)

    # Making one.

    def ask_to_make(
        self, asking: AskedBrowser, profile: Profile, session: WebSession
    ) -> tuple[str, str]:
        """Return what is asked of the browser, and what stands for the account."""
        with self.desk.database.read() as work:
            known = Passkeys(work).listed(session.account_id)
            handle = Passkeys(work).handle_of(session.account_id)
            login = Accounts(work).login_of(profile)
        bound = _bound(asking.cookie, handle)
        asked = making_options(
            asking.service,
            self._challenges.make(Purpose.MAKE, bound, asking.now),
            handle=handle,
            known=[one.credential for one in known],
            login=login,
            person=person_name(profile),
            seconds=self.desk.settings.web.passkey_seconds,
        )
        return asked, to_text(handle)

    def make(
        self,
        asking: AskedBrowser,
        profile: Profile,
        session: WebSession,
        answer: BrowserAnswer,
        name: str,
    ) -> NoPasskey | None:
        """Keep the passkey that was made, and tell the patient; or return why not."""
        challenges, bound = self._challenges, _bound(asking.cookie, answer.handle)
        try:
            challenge = read_challenge(answer.client_data)
            if not challenges.is_own(Purpose.MAKE, bound, challenge, asking.now):
                return NoPasskey.LATE
            made = read_made(asking.service, challenge, answer)
        except InvalidError:
            return NoPasskey.WRONG

        def job(work: UnitOfWork) -> NoPasskey | None:
            kept, account_id = Passkeys(work), session.account_id
            if not challenges.take(work, challenge):
                return NoPasskey.LATE
            known = kept.hold(account_id)
            if len(known) >= self.desk.settings.web.max_passkeys:
                return NoPasskey.FULL
            if known and known[0].handle != answer.handle:  # two were made at once
                return NoPasskey.LATE
            try:
                kept.add(
                    account_id, profile.key_id, made, name=name, handle=answer.handle
                )
            except ConflictError:
                return NoPasskey.KNOWN
            self._tell(work, profile, "passkey", name)
            return None

        return self.desk.write(job)

    def remove(self, profile: Profile, session: WebSession, passkey_id: str) -> bool:
        """Take a passkey away, and tell the patient; False where it is not there."""

        def job(work: UnitOfWork) -> bool:
            name = Passkeys(work).remove(session.account_id, passkey_id)
            if name is None:
                return False
            self._tell(work, profile, "passkey-removed", name)
            return True

        return self.desk.write(job)

    def _tell(self, work: UnitOfWork, profile: Profile, what: str, name: str) -> None:
        Profiles(work).record(profile.id, what, None, None, about=name)
        self.desk.notices(work).make(profile, NoticeKind.PASSKEY)

    # Using one.

    def ask_to_use(self, asking: AskedBrowser) -> str:
        """Return what is asked of the browser of whoever wants to sign in."""
        challenge = self._challenges.make(Purpose.USE, asking.cookie, asking.now)
        seconds = self.desk.settings.web.passkey_seconds
        return using_options(asking.service, challenge, seconds=seconds)

    def sign_in(
        self,
        asking: AskedBrowser,
        answer: BrowserAnswer,
        used: UsedBrowser,
        old: WebSession | None,
    ) -> PasskeyTried:
        """
        Open a session with a passkey that was used; or say why there is none.

        Whether a passkey is known is not told of one that does not sign.
        """
        challenges = self._challenges
        with self.desk.database.read() as work:
            passkey = Passkeys(work).find(answer.credential)
        try:
            challenge = read_challenge(answer.client_data)
            asked = (asking.cookie, challenge, asking.now)
            if not challenges.is_own(Purpose.USE, *asked):
                return PasskeyTried(problem=NoPasskey.LATE)
            if passkey is None:
                return PasskeyTried(problem=NoPasskey.WRONG)
            counter = read_used(asking.service, challenge, passkey, answer)
        except InvalidError:
            if passkey is not None:
                self._refused(passkey, "passkey")
            return PasskeyTried(problem=NoPasskey.WRONG)

        def job(work: UnitOfWork) -> PasskeyTried:
            # Again, and held: another may have used it, or taken it away, meanwhile.
            now_kept = Passkeys(work).find(answer.credential, hold=True)
            if not challenges.take(work, challenge):
                return PasskeyTried(problem=NoPasskey.LATE)
            if now_kept is None or now_kept.id != passkey.id:
                return PasskeyTried(problem=NoPasskey.WRONG)
            if is_cloned(now_kept, counter):
                self._note_refused(work, now_kept, "passkey-cloned")
                return PasskeyTried(problem=NoPasskey.WRONG)
            Passkeys(work).used(now_kept, counter)
            return self._open(work, now_kept, used, old)

        return self.desk.write(job)

    def _open(
        self,
        work: UnitOfWork,
        passkey: Passkey,
        used: UsedBrowser,
        old: WebSession | None,
    ) -> PasskeyTried:
        steps, account_id = SigningIn(self.desk), passkey.account_id
        profile = Profiles(work).get(Accounts(work).profile_of(account_id))
        problem = steps.is_kept_out(work, profile)
        if profile is None or problem is not None:
            return PasskeyTried(problem=problem)
        if old is not None:
            self.desk.sessions(work).end(old)
        return PasskeyTried(
            opened=steps.open(work, account_id, profile, used, WayIn.PASSKEY)
        )

    def _refused(self, passkey: Passkey, why: str) -> None:
        self.desk.write(lambda work: self._note_refused(work, passkey, why))

    def _note_refused(self, work: UnitOfWork, passkey: Passkey, why: str) -> None:
        profile_id = Accounts(work).profile_of(passkey.account_id)
        work.note_patient(Action.SIGN_IN_REFUSED, why, profile_id)


def _bound(cookie: str, handle: bytes) -> str:
    """Return what a challenge for making one is bound to: the handle is not signed."""
    return f"{cookie}:{handle.hex()}"

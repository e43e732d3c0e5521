"""
A space is activated by its patient, or objected to: what they say, and a code.

Whether anybody has that number, and whether a space waits, is never told: what is wrong
is wrong as a whole, in the same words, time and pause.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from gateway.core.texts.notices import NoticeKind
from gateway.documents.opposition_proof import ProvenOpposition, proof_of
from gateway.documents.printed_page import PrintedPage
from gateway.errors import ConflictError, InvalidError
from gateway.message.address import read_address
from gateway.rights.activation_rules import SpaceKnown, may_activate, may_oppose
from gateway.rights.profile import ProfileState
from gateway.rights.recovery_rules import ItemsSaid
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.account_steps import AccountSteps, StepKind
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.life import go_on, in_state_since
from gateway.store.patients.logins import RefusedLoginError
from gateway.store.patients.passwords import RefusedPasswordError
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.provisional_codes import ProvisionalCodes
from gateway.store.patients.representatives import is_left_without_account
from gateway.store.patients.tries import Tries
from gateway.store.patients.web_sessions import Stage, WebSession
from gateway.store.sealed.line_details import SCOPE
from gateway.web.patient.changing_account import ChangeRefused
from gateway.web.patient.desk import PatientDesk

TRIES: Final = 5
"""How often in an hour it may be tried for one number."""

_HOUR: Final = timedelta(hours=1)
_LIFE: Final = timedelta(hours=1)
"""So long after the code was given the choices may be made."""

PROOF_LIFE: Final = timedelta(minutes=15)
"""So long after they objected somebody takes the proof: the browser may be shared."""


@frozen
class ActivationBegun:
    """The cookie of the next step; none: it does not match, or not before ``until``."""

    cookie: str = ""
    until: datetime | None = None


@frozen(kw_only=True)
class Choices:
    """What a patient chooses at first; ``masks``: new documents are hidden."""

    login: str
    password: str
    email: str
    masks: bool


@frozen
class Activating:
    """The steps; each blocks."""

    desk: PatientDesk

    def send_code(self, number: str, said: ItemsSaid) -> datetime | None:
        """Send a provisional code to who is right; return from when, if too often."""

        def job(work: UnitOfWork) -> datetime | None:
            until = Tries(work, "provisional", number).take(TRIES, _HOUR)
            if until is not None:
                return until
            profile = self._who(work, number, said)
            if profile is not None and profile.email:
                code = ProvisionalCodes(work).make(profile)
                if code:
                    kind = NoticeKind.PROVISIONAL
                    self.desk.notices(work).make(profile, kind, digits=code)
            return None

        return self.desk.write(job)

    def begin(
        self, number: str, said: ItemsSaid, code: str, old: WebSession | None
    ) -> ActivationBegun:
        """Take what is said and the code; lead to the choices when all is right."""

        def job(work: UnitOfWork) -> ActivationBegun:
            until = Tries(work, "activate", number).take(TRIES, _HOUR)
            if until is not None:
                return ActivationBegun(until=until)
            profile = self._who(work, number, said)
            codes = ProvisionalCodes(work)
            if profile is None or not codes.matches(profile, code):
                return ActivationBegun()
            codes.end(profile.id)
            sessions = self.desk.sessions(work)
            if old is not None:
                sessions.end(old)
            cookie = sessions.start(Stage.NEW)
            session = sessions.find(cookie)
            assert session is not None, "just made"
            self._steps(work, session).begin(
                StepKind.ACTIVATE, _LIFE, profile=profile.id
            )
            return ActivationBegun(cookie)

        return self.desk.write(job)

    def _who(self, work: UnitOfWork, number: str, said: ItemsSaid) -> Profile | None:
        found = Profiles(work).find_state(number)
        if found is None or found[1] == ProfileState.DELETED:
            return None
        profile = Profiles(work).get(found[0])
        if profile is None:
            return None
        known = SpaceKnown(
            state=ProfileState(profile.state),
            birth_date=profile.traits.birth_date,
            card=profile.card,
            was_represented=is_left_without_account(work, profile),
            today=self.desk.day(work.now),
        )
        return profile if may_activate(said, known) else None

    def _steps(self, work: UnitOfWork, session: WebSession) -> AccountSteps:
        # There is no account yet: sealed with a key of the service.
        return AccountSteps(work, session, work.key_for(SCOPE))

    def _profile(
        self,
        work: UnitOfWork,
        session: WebSession,
        kind: StepKind = StepKind.ACTIVATE,
    ) -> Profile | None:
        step = self._steps(work, session).find(kind)
        return Profiles(work).get(step["profile"]) if step is not None else None

    def whose(self, session: WebSession) -> tuple[Profile | None, str, bool]:
        """
        Return the patient of a session that makes its choices, the login there is
        already, and whether the space may be objected to still.
        """

        def job(work: UnitOfWork) -> tuple[Profile | None, str, bool]:
            profile = self._profile(work, session)
            if profile is None:
                return None, "", False
            login = Accounts(work).login_of(profile)
            return profile, login, may_oppose(ProfileState(profile.state))

        return self.desk.write(job)

    def activate(self, session: WebSession, chosen: Choices) -> ChangeRefused | None:
        """Open the account, activate the space: what was chosen holds from now on."""
        try:
            typed = str(read_address(chosen.email)) if chosen.email else ""
        except InvalidError:
            return ChangeRefused("email")

        def job(work: UnitOfWork) -> ChangeRefused | None:
            profile = self._profile(work, session)
            if profile is None:
                return ChangeRefused("over")
            if not (typed or profile.email):
                return ChangeRefused("email")
            until = Tries(work, "first-login", profile.id).take(4 * TRIES, _HOUR)
            if until is not None:
                return ChangeRefused("enough", until)
            accounts = Accounts(work)
            try:
                if accounts.of_profile(profile) is None:
                    accounts.add(chosen.login, chosen.password, profile.id)
                else:
                    accounts.set_password(profile, chosen.password)
            except RefusedLoginError:
                return ChangeRefused("login")
            except RefusedPasswordError as error:
                return ChangeRefused(error.fault.value)
            except ConflictError:
                return ChangeRefused("taken")
            if not profile.email:
                Profiles(work).set_email(profile, typed)
                profile = evolve(profile, email=typed)
            if chosen.masks != profile.mask_by_default:
                Profiles(work).change(
                    profile.id, "mask-by-default", mask_by_default=chosen.masks
                )
            go_on(work, self.desk.notices(work), profile, ProfileState.ACTIVATED)
            self._over(work, session)
            return None

        return self.desk.write(job)

    def oppose(self, session: WebSession) -> str:
        """Object to the space; return the cookie that has the proof, none: too late."""

        def job(work: UnitOfWork) -> str:
            profile = self._profile(work, session)
            if profile is None or not may_oppose(ProfileState(profile.state)):
                return ""
            go_on(work, self.desk.notices(work), profile, ProfileState.OPPOSED)
            self._over(work, session)
            sessions = self.desk.sessions(work)
            cookie = sessions.start(Stage.OBJECTED)
            begun = sessions.find(cookie)
            assert begun is not None, "just made"
            self._steps(work, begun).begin(
                StepKind.OBJECTED, PROOF_LIFE, profile=profile.id
            )
            return cookie

        return self.desk.write(job)

    def has_proof(self, session: WebSession) -> bool:
        """Tell whether a session is of somebody who objected just now."""
        return self.desk.write(lambda work: self._objected(work, session) is not None)

    def proof(self, session: WebSession, language: str) -> PrintedPage | None:
        """Return the proof for who objected just now; None for anybody else."""

        def job(work: UnitOfWork) -> PrintedPage | None:
            profile = self._objected(work, session)
            if profile is None:
                return None
            work.note_patient(Action.LETTER_PRINTED, "proof", profile.id)
            proven = ProvenOpposition(
                traits=profile.traits,
                matricule=profile.ins.matricule,
                since=self.desk.day(in_state_since(work, profile)),
                made_on=self.desk.day(work.now),
                operator=self.desk.settings.domains.operator_name,
            )
            return proof_of(proven, language)

        return self.desk.write(job)

    def _objected(self, work: UnitOfWork, session: WebSession) -> Profile | None:
        profile = self._profile(work, session, StepKind.OBJECTED)
        still = profile is not None and profile.state == ProfileState.OPPOSED
        return profile if still else None

    def _over(self, work: UnitOfWork, session: WebSession) -> None:
        self._steps(work, session).end(StepKind.ACTIVATE)
        self.desk.sessions(work).end(session)

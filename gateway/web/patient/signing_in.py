"""
Signing in: login and password, then a code by e-mail; in a browser that the patient
trusts, no code.

Whether a login exists is never told: an unknown one and a wrong password get the same
words, after the same work and delay, and the same pause after the same number of tries.
Who gave the right password is told what comes of it: a code, or why none comes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import evolve, field, frozen

from gateway.core.notices import NoticeWay
from gateway.core.texts.notices import NoticeKind
from gateway.rights.delegation_rules import OpeningFacts, capacity_on
from gateway.rights.life_rules import may_return
from gateway.rights.majority_rules import is_minor
from gateway.rights.own_access_rules import OwnAct, may_oneself
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.accounts import (
    Account,
    Accounts,
    password_matches,
    stronger_hash,
)
from gateway.store.patients.delegations import Delegations
from gateway.store.patients.devices import Devices
from gateway.store.patients.one_time_codes import OneTimeCodes
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.representatives import has_their_contact
from gateway.store.patients.web_sessions import Stage, WebSession
from gateway.store.tasks.values import TaskKind
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.sending_codes import send_code
from gateway.web.site.browsers import browser_of
from gateway.web.site.limits import FilesRight
from gateway.web.site.visits import ActingFor


class NoCode(StrEnum):
    """Why no code comes."""

    WRONG = "wrong"  # the login or the password
    PAUSED = "paused"  # too many wrong passwords
    CLOSED = "closed"  # the space, or no address to send a code to
    YOUNG = "young"  # too young for an access of their own
    SHARED = "shared"  # a code would come to who represents them
    ENOUGH = "enough"  # as many codes as are sent in an hour


class WayIn(StrEnum):
    """By what a session was opened; a word of the line that says so."""

    CODE = "open"  # a password and a code
    TRUSTED = "trusted"  # a password, in a browser that the patient trusts
    PASSKEY = "passkey"


@frozen
class OpenedSession:
    """
    The cookie of a session that was opened.

    ``returns``: the space is closed, and may be opened again. ``unread``: messages wait
    that were not opened yet. ``trusted`` is the cookie of a browser in which no code is
    asked from now on.
    """

    cookie: str = field(repr=False)
    returns: bool = False
    unread: bool = False
    trusted: str = field(default="", repr=False)


@frozen
class PasswordTried:
    """
    The cookie of the next step, or why there is none, and until when.

    ``opened``: there is no next step, as in a browser that is trusted.
    """

    cookie: str = ""
    problem: NoCode | None = None
    until: datetime | None = None
    opened: OpenedSession | None = None


@frozen
class CodeTried:
    """What came of a code: a session when it was right, else the tries left."""

    opened: OpenedSession | None
    tries_left: int = 0


@frozen
class UsedBrowser:
    """
    The cookie by which a browser is known, and what it says of itself.

    ``trusted`` is the one that says that no code is asked in it, if it has it.
    """

    cookie: str = field(repr=False)
    agent: str = field(repr=False)
    trusted: str = field(default="", repr=False)


@frozen
class SigningIn:
    """The steps of signing in; each takes and gives sessions, and blocks."""

    desk: PatientDesk
    after_acting: str = "/people?over=1"

    def give_password(
        self, login: str, password: str, old: WebSession | None, used: UsedBrowser
    ) -> PasswordTried:
        """
        Take a login and a password; send a code, or say why none comes.

        In a browser that the patient trusts, the space is open at once.

        The slow work is done outside of any transaction.
        """
        with self.desk.database.read() as work:
            account = Accounts(work).find(login)
        right = password_matches(account, password)
        stronger = stronger_hash(account, password) if right else ""

        def job(work: UnitOfWork) -> PasswordTried:
            if stronger:
                Accounts(work).rehash(account, stronger)
            return self._start(work, account, old, used, right=right)

        return self.desk.write(job)

    def _start(
        self,
        work: UnitOfWork,
        account: Account,
        old: WebSession | None,
        used: UsedBrowser,
        *,
        right: bool,
    ) -> PasswordTried:
        web = self.desk.settings.web
        if account.is_paused(work.now):
            return PasswordTried(problem=NoCode.PAUSED, until=account.paused_until)
        if not right:
            pause = timedelta(seconds=web.login_pause_seconds)
            Accounts(work).failed(account, web.login_tries, pause)
            return PasswordTried(problem=NoCode.WRONG)
        profile = Profiles(work).get(account.profile_id)
        problem = self.is_kept_out(work, profile)
        if profile is None or problem is not None:
            return PasswordTried(problem=problem)
        sessions = self.desk.sessions(work)
        if self._is_trusted(work, account.id, profile, used):
            Accounts(work).succeeded(account)
            if old is not None:
                sessions.end(old)
            return PasswordTried(
                opened=self.open(work, account.id, profile, used, WayIn.TRUSTED)
            )
        code_id, until = self._send_code(work, account.id, profile)
        if not code_id:
            return PasswordTried(problem=NoCode.ENOUGH, until=until)
        if old is not None:
            sessions.end(old)
        # Made while the code is on its way, what the lists need is there with it.
        work.tasks.ask(TaskKind.INDEX, profile.id)
        return PasswordTried(sessions.start(Stage.CODE, account.id, code_id))

    def _is_trusted(
        self, work: UnitOfWork, account_id: str, profile: Profile, used: UsedBrowser
    ) -> bool:
        """A space that was closed is opened again with a code alone."""
        if not self.desk.settings.web.trusted_days or not used.trusted:
            return False
        devices = Devices(work, account_id, profile.key_id)
        is_open = may_sign_in(ProfileState(profile.state))
        return is_open and devices.is_trusted(used.cookie, used.trusted)

    def is_kept_out(self, work: UnitOfWork, profile: Profile | None) -> NoCode | None:
        """Return why somebody who proved who they are does not get in, or None."""
        if profile is None or not profile.email:
            return NoCode.CLOSED
        state = ProfileState(profile.state)
        if not may_sign_in(state) and not may_return(state):
            return NoCode.CLOSED
        born, today = profile.traits.birth_date, self.desk.day(work.now)
        needs = OwnAct.SIGN_IN if may_sign_in(state) else OwnAct.CLOSE
        if not may_oneself(needs, born, today):
            return NoCode.YOUNG
        if is_minor(born, today) and has_their_contact(work, profile, today):
            return NoCode.SHARED
        return None

    def _send_code(
        self,
        work: UnitOfWork,
        account_id: str,
        profile: Profile,
        way: NoticeWay | None = None,
    ) -> tuple[str, datetime | None]:
        """Make a code and send it; return its id, or from when one may be sent."""
        code_id, until = send_code(
            self.desk, work, account_id, profile, NoticeKind.CODE, way=way
        )
        if not code_id:
            return "", until
        work.note_patient(Action.SIGN_IN_STARTED, "code", profile.id)
        return code_id, None

    def ask_again(
        self, session: WebSession, way: NoticeWay | None = None
    ) -> datetime | None:
        """
        Void the session's code and send another, as was chosen or by a ``way``.

        Return from when that may be done, where it may not yet: the code that was sent
        last stays good.
        """
        return self.desk.write(lambda work: self._again(work, session, way))

    def _again(
        self, work: UnitOfWork, session: WebSession, way: NoticeWay | None
    ) -> datetime | None:
        profile = Profiles(work).get(Accounts(work).profile_of(session.account_id))
        if profile is None or not profile.email:
            return None
        code_id, until = self._send_code(work, session.account_id, profile, way)
        if code_id:
            OneTimeCodes(work).void(session.code_id)
            self.desk.sessions(work).set_code(session, code_id)
        return until

    def give_code(
        self,
        session: WebSession,
        digits: str,
        used: UsedBrowser,
        *,
        trusts: bool = False,
    ) -> CodeTried:
        """
        Take a code; open a new session with a new cookie when it is right.

        The patient is told of a browser that was not known. ``trusts``: no code is to
        be asked in it for some days.
        """

        def job(work: UnitOfWork) -> CodeTried:
            return self._try(work, session, digits, used, trusts=trusts)

        return self.desk.write(job)

    def _try(
        self,
        work: UnitOfWork,
        session: WebSession,
        digits: str,
        used: UsedBrowser,
        *,
        trusts: bool,
    ) -> CodeTried:
        codes, sessions = OneTimeCodes(work), self.desk.sessions(work)
        account_id = session.account_id
        profile_id = Accounts(work).profile_of(account_id)
        profile = Profiles(work).get(profile_id)
        is_right = codes.use(session.code_id, digits)
        if not is_right or profile is None or not sessions.end(session):
            work.note_patient(Action.SIGN_IN_REFUSED, "code", profile_id)
            return CodeTried(None, codes.tries_left(session.code_id))
        Accounts(work).succeeded(Account(id=account_id, hash="", failures=1))
        opened = self.open(work, account_id, profile, used, WayIn.CODE)
        if trusts and not opened.returns and self.desk.settings.web.trusted_days:
            trusted = self._trust(work, account_id, profile, used)
            opened = evolve(opened, trusted=trusted)
        return CodeTried(opened)

    def _trust(
        self, work: UnitOfWork, account_id: str, profile: Profile, used: UsedBrowser
    ) -> str:
        life = timedelta(days=self.desk.settings.web.trusted_days)
        trusted = Devices(work, account_id, profile.key_id).trust(used.cookie, life)
        named = " ".join(filter(None, browser_of(used.agent)))
        until = (work.now + life).isoformat()
        Profiles(work).record(profile.id, "trusted", None, until, about=named)
        self.desk.notices(work).make(profile, NoticeKind.TRUSTED)
        return trusted

    def open(
        self,
        work: UnitOfWork,
        account_id: str,
        profile: Profile,
        used: UsedBrowser,
        way: WayIn,
    ) -> OpenedSession:
        """
        Open a session of who proved who they are; the patient is told of a browser
        that was not known.
        """
        sessions = self.desk.sessions(work)
        returns = may_return(ProfileState(profile.state))
        stage = Stage.RETURN if returns else Stage.OPEN
        cookie = sessions.start(stage, account_id)
        is_new = Devices(work, account_id, profile.key_id).signed_in(
            used.cookie, sessions.digest_of(cookie), *browser_of(used.agent)
        )
        if is_new:
            self.desk.notices(work).make(profile, NoticeKind.DEVICE)
        if way is not WayIn.CODE:  # after a password, it was asked with the code
            work.tasks.ask(TaskKind.INDEX, profile.id)
        work.note_patient(
            Action.SIGNED_IN,
            stage.value if returns else way.value,
            profile.id,
            browser="new" if is_new else "known",
        )
        unread = not returns and inbox_of(work).unread_count(profile.id) > 0
        return OpenedSession(cookie, returns=returns, unread=unread)

    def leave(self, session: WebSession, profile_id: str) -> None:
        """End a session: its cookie opens nothing any more."""

        def job(work: UnitOfWork) -> None:
            if self.desk.sessions(work).end(session) and profile_id:
                work.note_patient(Action.SIGNED_OUT, "asked", profile_id)

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
            session = self.desk.write(lambda work: self.desk.sessions(work).seen(known))
        return session, profile, now

    def acting(self, own: Profile, delegation_id: str) -> ActingFor | None:
        """Return for whom a patient acts by a delegation that is theirs and holds."""
        with self.desk.database.read() as work:
            found = Delegations(work).get(delegation_id)
            if found is None or found.helper_id != own.id:
                return None
            holder = Delegations(work).holder(found)
            if holder is None:
                return None
            day = self.desk.day(work.now)
        capacity = capacity_on(
            OpeningFacts(
                capacity=found.capacity,
                state=found.state,
                term=found.term,
                holder=ProfileState(holder.state),
                born=holder.traits.birth_date,
                day=day,
            )
        )
        if capacity is None:
            return None
        return ActingFor(
            id=found.id, holder=holder, capacity=capacity, last=found.term.last
        )

    def whose(self, cookie: str) -> Profile | None:
        """Return the patient of a session that ended not long ago, of itself."""
        with self.desk.database.read() as work:
            account_id = self.desk.sessions(work).ended(cookie)
            if not account_id:
                return None
            profile = Profiles(work).get(Accounts(work).profile_of(account_id))
        if profile is None or not may_sign_in(ProfileState(profile.state)):
            return None
        return profile

    def right_to_files(self, cookie: str) -> FilesRight:
        """
        Return whether a form with files is taken: while its session lasts, whatever it
        has of a ticket; of one that ended of itself, the text alone.
        """
        if self.find(cookie)[1] is not None:
            return FilesRight.WHOLE
        return FilesRight.NONE if self.whose(cookie) is None else FilesRight.TEXT

    def note_refusal(self, person: Profile, subject: str) -> None:
        """Leave a trace of a patient who asked for what is not theirs, or not there."""
        self.desk.write(
            lambda work: work.note(
                Action.PAGE_REFUSED, "not-found", subject, chain=chain_of(person.id)
            )
        )

"""The pages of signing in and out, of help, and the choice of the language."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gateway.core.notices import NoticeWay
from gateway.rights.login_rules import LONGEST
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.web_sessions import Stage, new_cookie
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.signing_in import (
    OpenedSession,
    PasswordTried,
    SigningIn,
    UsedBrowser,
)
from gateway.web.patient.webauthn import service_of
from gateway.web.site.answers import Answer, is_own_path, redirect, with_query
from gateway.web.site.code_digits import digits_of
from gateway.web.site.languages import FIRST, LANGUAGES
from gateway.web.site.visits import Visit

_DAY = 86_400


@frozen
class SignInPages:
    """What a visitor meets before the space is open."""

    desk: PatientDesk

    @property
    def _steps(self) -> SigningIn:
        return SigningIn(self.desk)

    def start(self, visit: Visit) -> Answer:
        """Lead to the first page of the space, or to sign in."""
        return redirect("/home" if visit.person is not None else "/sign-in")

    def _in(self, visit: Visit) -> Answer:
        """Lead to what was asked for before signing in, or to the first page."""
        return redirect(visit.further or "/home")

    def form(self, visit: Visit) -> Answer:
        """Ask for login and password."""
        if visit.own is not None:
            return self._in(visit)
        return self._form(visit)

    def _form(
        self,
        visit: Visit,
        *,
        missing: tuple[str, ...] = (),
        tried: PasswordTried | None = None,
        status: int = 200,
    ) -> Answer:
        web = self.desk.settings.web
        return self.desk.page(
            visit,
            "sign_in.html",
            status=status,
            missing=missing,
            problem=tried.problem.value if tried and tried.problem else "",
            until=tried.until if tried else None,
            further=visit.further,
            kept="kept" in visit.query,
            requests=web.code_requests,
            login=visit.form.line("login")[:LONGEST],
            expired="expired" in visit.query,
            left="left" in visit.query,
            renewed="renewed" in visit.query,
            activated="activated" in visit.query,
            ended=visit.query.get("ended", ""),
            tries=web.login_tries,
            pause_minutes=web.login_pause_seconds // 60,
            takes_passkeys=service_of(self.desk.settings) is not None,
            texts=self.desk.settings.sms.is_on,
        )

    def give_password(self, visit: Visit) -> Answer:
        """Take login and password; lead to the code, or say why none comes."""
        if visit.own is not None:
            return self._in(visit)
        login, password = visit.form.line("login"), visit.form.text("password")
        missing = tuple(
            name for name in ("login", "password") if not visit.form.text(name).strip()
        )
        if missing:
            return self._form(visit, missing=missing, status=422)
        used = self.browser(visit)
        tried = self._steps.give_password(login, password, visit.session, used)
        if tried.opened is not None:
            return self.opened(visit, tried.opened, used)
        if tried.problem is not None:
            status = 429 if tried.until is not None else 422
            return self._form(visit, tried=tried, status=status)
        further = {"next": visit.further} if visit.further else {}
        code = redirect(with_query("/sign-in/code", further))
        return code.with_cookie("session", tried.cookie)

    def code_form(self, visit: Visit) -> Answer:
        """Ask for the code."""
        if visit.stage is not Stage.CODE:
            return self.start(visit)
        return self._code_form(visit)

    def _code_form(
        self,
        visit: Visit,
        *,
        problem: str = "",
        tries_left: int = 0,
        until: datetime | None = None,
        status: int = 200,
    ) -> Answer:
        web = self.desk.settings.web
        return self.desk.page(
            visit,
            "code.html",
            status=status,
            problem=problem,
            tries_left=tries_left,
            until=until,
            further=visit.further,
            again="again" in visit.query,
            minutes=web.code_seconds // 60,
            requests=web.code_requests,
            texts=self.desk.settings.sms.is_on,
            trusted_days=web.trusted_days,
            trusts=bool(visit.form.line("trust")),
        )

    def give_code(self, visit: Visit) -> Answer:
        """Take the code; open the space when it is right."""
        session = visit.session
        if visit.stage is not Stage.CODE or session is None:
            return self.start(visit)
        digits = digits_of(visit.form)
        if not digits:
            return self._code_form(visit, problem="form", status=422)
        used, trusts = self.browser(visit), bool(visit.form.line("trust"))
        tried = self._steps.give_code(session, digits, used, trusts=trusts)
        if tried.opened is not None:
            return self.opened(visit, tried.opened, used)
        problem = "wrong" if tried.tries_left else "void"
        return self._code_form(
            visit, problem=problem, tries_left=tried.tries_left, status=422
        )

    def browser(self, visit: Visit) -> UsedBrowser:
        """Return the browser of a visitor, with the cookie it will be known by."""
        return UsedBrowser(visit.device or new_cookie(), visit.agent, visit.trusted)

    def opened(self, visit: Visit, opened: OpenedSession, used: UsedBrowser) -> Answer:
        """
        Lead into the space that was opened, or to where it is opened again.

        Where nothing else was asked for, to messages that wait, or to the first page.
        """
        first = "/inbox" if opened.unread else "/home"
        way = "/sign-in/reopen" if opened.returns else visit.further or first
        answer = redirect(way).with_cookie("session", opened.cookie)
        answer = answer.without_cookie("acting") if visit.acts_as else answer
        if opened.trusted:
            seconds = self.desk.settings.web.trusted_days * _DAY
            answer = answer.with_cookie(
                "trusted", opened.trusted, lasting=True, seconds=seconds
            )
        return answer.with_cookie("device", used.cookie, lasting=True)

    def code_again(self, visit: Visit) -> Answer:
        """Send another code, or say from when one may be sent."""
        if visit.stage is not Stage.CODE or visit.session is None:
            return self.start(visit)
        by_email = visit.form.line("way") == NoticeWay.EMAIL.value
        way = NoticeWay.EMAIL if by_email else None
        until = self._steps.ask_again(visit.session, way)
        if until is not None:
            return self._code_form(visit, problem="enough", until=until, status=429)
        further = {"next": visit.further} if visit.further else {}
        return redirect(with_query("/sign-in/code", {"again": "1", **further}))

    def leave(self, visit: Visit) -> Answer:
        """Sign out."""
        if visit.session is not None:
            profile_id = visit.own.id if visit.own is not None else ""
            self._steps.leave(visit.session, profile_id)
        left = "?left=1" if visit.own is not None else ""
        answer = redirect(f"/sign-in{left}").without_cookie("session")
        return answer.without_cookie("acting") if visit.acts_as else answer

    def choose_language(self, visit: Visit) -> Answer:
        """Keep the chosen language, for the notices too once signed in."""
        chosen = visit.form.line("language")
        if chosen not in LANGUAGES:
            chosen = FIRST
        person = visit.own
        if person is not None and person.language != chosen:
            self.desk.write(
                lambda work: Profiles(work).change(
                    person.id, "language", language=chosen
                )
            )
        back = visit.form.line("back")
        answer = redirect(back if is_own_path(back) else "/")
        return answer.with_cookie("language", chosen, lasting=True)

    def help(self, visit: Visit) -> Answer:
        """Explain the space in plain words."""
        months = self.desk.settings.filing.announcement_months
        return self.desk.page(
            visit,
            "help.html",
            months=months,
            texts=self.desk.settings.sms.is_on,
            trusted_days=self.desk.settings.web.trusted_days,
            takes_passkeys=service_of(self.desk.settings) is not None,
        )

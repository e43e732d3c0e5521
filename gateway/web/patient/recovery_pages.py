"""The pages for who forgot a password or a login, or lost the address codes go to."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gateway.store.patients.web_sessions import Stage
from gateway.web.patient.changing_pages import written_twice
from gateway.web.patient.code_forms import CodeForm
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.identifying import FIELDS, read_who
from gateway.web.patient.recovering import TRIES, Recovering
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.code_digits import digits_of
from gateway.web.site.visits import Visit

_CODE_FORM = CodeForm(action="/sign-in/lost/code", back="/sign-in/lost?anew=1")


@frozen
class RecoveryPages:
    """What a visitor without a password meets."""

    desk: PatientDesk

    @property
    def _steps(self) -> Recovering:
        return Recovering(self.desk)

    def form(self, visit: Visit) -> Answer:
        """Ask who it is; lead on who said it already."""
        if visit.person is not None:
            return redirect("/account")
        if visit.stage is Stage.LOST and "anew" not in visit.query:
            return redirect("/sign-in/lost/code")
        if visit.stage is Stage.RENEW:
            return redirect("/sign-in/lost/password")
        return self._form(visit)

    def _form(
        self,
        visit: Visit,
        *,
        wrong: tuple[str, ...] = (),
        until: datetime | None = None,
        sent: bool = False,
        status: int = 200,
    ) -> Answer:
        return self.desk.page(
            visit,
            "lost.html",
            status=status,
            wrong=wrong,
            until=until,
            sent=sent,
            tries=TRIES,
            line=self.desk.settings.web.help_line,
            written={name: visit.form.line(name)[:30] for name in FIELDS},
        )

    def begin(self, visit: Visit) -> Answer:
        """Take what is said; ask for the code, or send the login."""
        if visit.person is not None:
            return redirect("/account")
        said = read_who(visit.form)
        if said.wrong:
            return self._form(visit, wrong=said.wrong, status=422)
        if visit.form.line("what") == "login":
            until = self._steps.send_login(said.number, said.items)
            if until is not None:
                return self._form(visit, until=until, status=429)
            return self._form(visit, sent=True)
        begun = self._steps.begin(said.number, said.items, visit.session)
        if begun.until is not None:
            return self._form(visit, until=begun.until, status=429)
        return redirect("/sign-in/lost/code").with_cookie("session", begun.cookie)

    def code_form(self, visit: Visit) -> Answer:
        """Ask for the code."""
        if visit.stage is not Stage.LOST:
            return redirect("/sign-in/lost")
        return _CODE_FORM.page(self.desk, visit)

    def give_code(self, visit: Visit) -> Answer:
        """Take the code; ask for the password."""
        if visit.stage is not Stage.LOST or visit.session is None:
            return redirect("/sign-in/lost")
        digits = digits_of(visit.form)
        if not digits:
            return _CODE_FORM.page(self.desk, visit, problem="form", status=422)
        cookie, left = self._steps.give_code(visit.session, digits)
        if not cookie:
            return _CODE_FORM.refused(self.desk, visit, left)
        return redirect("/sign-in/lost/password").with_cookie("session", cookie)

    def password_form(self, visit: Visit) -> Answer:
        """Ask for another password; say the login, which may be forgotten as well."""
        if visit.stage is not Stage.RENEW:
            return redirect("/sign-in/lost")
        return self._password_form(visit)

    def _password_form(
        self, visit: Visit, problem: str = "", status: int = 200
    ) -> Answer:
        return self.desk.page(
            visit,
            "change_password.html",
            status=status,
            problem=problem,
            action="/sign-in/lost/password",
            is_lost=True,
            login=self._steps.login_of(visit.held_session),
        )

    def set_password(self, visit: Visit) -> Answer:
        """Set the password; the way in is the usual one then."""
        if visit.stage is not Stage.RENEW or visit.session is None:
            return redirect("/sign-in/lost")
        if problem := written_twice(visit):
            return self._password_form(visit, problem, 422)
        password = visit.form.text("password")
        refused = self._steps.set_password(visit.session, password)
        if refused is not None:
            return self._password_form(visit, refused.why, 422)
        return redirect("/sign-in?renewed=1").without_cookie("session")

"""The pages by which a patient activates their space, or objects to it."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gateway.documents.printed_page import print_page
from gateway.rights.login_rules import LONGEST
from gateway.store.patients.web_sessions import Stage
from gateway.web.patient.activating import PROOF_LIFE, TRIES, Activating, Choices
from gateway.web.patient.changing_account import ChangeRefused
from gateway.web.patient.changing_pages import hidden_address, written_twice
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.identifying import FIELDS, read_who
from gateway.web.site.answers import Answer, download, redirect
from gateway.web.site.visits import Visit

_FIELDS = (*FIELDS, "code")


@frozen
class ActivationPages:
    """What a visitor meets whose space waits."""

    desk: PatientDesk

    @property
    def _steps(self) -> Activating:
        return Activating(self.desk)

    def form(self, visit: Visit) -> Answer:
        """Ask who it is; lead on who said it already."""
        if visit.person is not None:
            return redirect("/account")
        if visit.stage is Stage.NEW:
            return redirect("/activate/choices")
        return self._form(visit)

    def _form(
        self,
        visit: Visit,
        *,
        wrong: tuple[str, ...] = (),
        problem: str = "",
        until: datetime | None = None,
        status: int = 200,
    ) -> Answer:
        session = visit.session if visit.stage is Stage.OBJECTED else None
        return self.desk.page(
            visit,
            "activate.html",
            status=status,
            wrong=wrong,
            problem=problem,
            until=until,
            sent=problem == "sent",
            opposed="opposed" in visit.query,
            has_proof=session is not None and self._steps.has_proof(session),
            proof_minutes=int(PROOF_LIFE.total_seconds()) // 60,
            tries=TRIES,
            line=self.desk.settings.web.help_line,
            written={name: visit.form.line(name)[:30] for name in _FIELDS},
        )

    def begin(self, visit: Visit) -> Answer:
        """Take what is said and the code, or send another code."""
        if visit.person is not None:
            return redirect("/account")
        wants_code = visit.form.line("what") == "code"
        said, code = read_who(visit.form), visit.form.line("code")
        lacks_code = not code and not wants_code
        if said.wrong or lacks_code:
            wrong = (*said.wrong, "code") if lacks_code else said.wrong
            return self._form(visit, wrong=wrong, status=422)
        if wants_code:
            until = self._steps.send_code(said.number, said.items)
            if until is not None:
                return self._form(visit, problem="enough", until=until, status=429)
            return self._form(visit, problem="sent")
        begun = self._steps.begin(said.number, said.items, code, visit.session)
        if begun.until is not None:
            return self._form(visit, problem="enough", until=begun.until, status=429)
        if not begun.cookie:
            return self._form(visit, problem="apart", status=422)
        return redirect("/activate/choices").with_cookie("session", begun.cookie)

    def choices(self, visit: Visit) -> Answer:
        """Ask for login, password and the first choices."""
        if visit.stage is not Stage.NEW:
            return redirect("/activate")
        return self._choices(visit, None)

    def _choices(
        self, visit: Visit, refused: ChangeRefused | None, status: int = 200
    ) -> Answer:
        profile, login, may_oppose = self._steps.whose(visit.held_session)
        if profile is None:
            return redirect("/activate").without_cookie("session")
        return self.desk.page(
            visit,
            "activate_choices.html",
            status=status,
            problem=refused.why if refused else "",
            until=refused.until if refused else None,
            login=login,
            written=visit.form.line("login")[:LONGEST],
            email=visit.form.line("email")[:254],
            shown_email=hidden_address(profile.email),
            masks=visit.form.line("documents") == "masked",
            may_oppose=may_oppose,
        )

    def activate(self, visit: Visit) -> Answer:
        """Take the choices; the way in is the usual one then."""
        if visit.stage is not Stage.NEW or visit.session is None:
            return redirect("/activate")
        if problem := written_twice(visit):
            return self._choices(visit, ChangeRefused(problem), 422)
        chosen = Choices(
            login=visit.form.line("login"),
            password=visit.form.text("password"),
            email=visit.form.line("email"),
            masks=visit.form.line("documents") == "masked",
        )
        refused = self._steps.activate(visit.session, chosen)
        if refused is not None:
            status = 429 if refused.until is not None else 422
            return self._choices(visit, refused, status)
        return redirect("/sign-in?activated=1").without_cookie("session")

    def oppose(self, visit: Visit) -> Answer:
        """Object to the space: none is opened."""
        if visit.stage is not Stage.NEW or visit.session is None:
            return redirect("/activate")
        cookie = self._steps.oppose(visit.session)
        if not cookie:
            return redirect("/activate/choices")
        return redirect("/activate?opposed=1").with_cookie("session", cookie)

    def proof(self, visit: Visit) -> Answer:
        """Give the proof to who objected just now; lead anybody else to the form."""
        if visit.stage is not Stage.OBJECTED or visit.session is None:
            return redirect("/activate")
        page = self._steps.proof(visit.session, visit.language)
        if page is None:
            return redirect("/activate").without_cookie("session")
        return download(f"{page.title}.pdf", print_page(page))

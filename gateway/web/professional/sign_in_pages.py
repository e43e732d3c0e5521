"""The pages of signing in and out, of the situation, and the choice of the language."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gateway.errors import NotFoundError
from gateway.store.habilitation.matrices import Matrices
from gateway.store.professionals.sessions import ProStage
from gateway.web.professional.desk import COOKIE, ProfessionalDesk
from gateway.web.professional.identifying import CardAnswer
from gateway.web.professional.signing_in import (
    CardTried,
    NoWay,
    ProfessionalSigningIn,
)
from gateway.web.professional.situations import ShownSituation, shown
from gateway.web.professional.visits import ProfessionalVisit, name_of
from gateway.web.site.answers import Answer, is_own_path, redirect, with_query
from gateway.web.site.code_digits import digits_of
from gateway.web.site.languages import FIRST, LANGUAGES

_STEPS = {
    ProStage.CODE: "/sign-in/code",
    ProStage.SITUATION: "/sign-in/situation",
    ProStage.OPEN: "/home",
}


@frozen
class ProfessionalSignInPages:
    """What a visitor meets before the space is open."""

    desk: ProfessionalDesk

    @property
    def _steps(self) -> ProfessionalSigningIn:
        return ProfessionalSigningIn(self.desk)

    def start(self, visit: ProfessionalVisit) -> Answer:
        """Lead to the first page of the space, or to sign in."""
        return redirect("/home" if visit.person is not None else "/sign-in")

    def form(self, visit: ProfessionalVisit) -> Answer:
        """Say which ways there are in, and what the certificate shown is worth."""
        if visit.person is not None:
            return redirect(visit.further or "/home")
        return self._form(visit)

    def _form(
        self,
        visit: ProfessionalVisit,
        *,
        problem: NoWay | None = None,
        until: datetime | None = None,
        status: int = 200,
    ) -> Answer:
        card = self.desk.card(visit.shown)
        settings = self.desk.settings.professional
        return self.desk.page(
            visit,
            "sign_in.html",
            status=status,
            card=card.answer.value,
            holder=" ".join(one for one in (card.given, card.family) if one),
            number=card.certificate.identity if card.certificate else "",
            problem=problem.value if problem is not None else "",
            until=until,
            further=visit.further,
            expired="expired" in visit.query,
            left="left" in visit.query,
            called="called=1" in visit.further,
            requests=settings.code_requests,
        )

    def failed(self, visit: ProfessionalVisit) -> Answer:
        """Say that the way by the provider of identities led nowhere."""
        return self._form(visit, problem=NoWay.PROVIDER, status=422)

    def give_card(self, visit: ProfessionalVisit) -> Answer:
        """Take the certificate of the connection; lead to the next step."""
        if visit.person is not None:
            return redirect(visit.further or "/home")
        card = self.desk.card(visit.shown)
        if card.answer is not CardAnswer.PERSON:
            if card.answer is not CardAnswer.NONE:
                self._steps.refuse_card(card)
            return self._form(visit, status=422)
        tried = self._steps.give_card(card, visit.session, visit.language)
        if tried.problem is not None:
            status = 429 if tried.until is not None else 422
            return self._form(
                visit, problem=tried.problem, until=tried.until, status=status
            )
        return step_to(visit, tried)

    def code_form(self, visit: ProfessionalVisit) -> Answer:
        """Ask for the code."""
        if visit.stage is not ProStage.CODE:
            return self.start(visit)
        return self._code_form(visit)

    def _code_form(
        self,
        visit: ProfessionalVisit,
        *,
        problem: str = "",
        tries_left: int = 0,
        until: datetime | None = None,
        status: int = 200,
    ) -> Answer:
        settings = self.desk.settings.professional
        return self.desk.page(
            visit,
            "code.html",
            status=status,
            problem=problem,
            tries_left=tries_left,
            until=until,
            further=visit.further,
            again="again" in visit.query,
            minutes=settings.code_seconds // 60,
            requests=settings.code_requests,
        )

    def give_code(self, visit: ProfessionalVisit) -> Answer:
        """Take the code; go on when it is right."""
        if visit.stage is not ProStage.CODE:
            return self.start(visit)
        digits = digits_of(visit.form)
        if not digits:
            return self._code_form(visit, problem="form", status=422)
        tried = self._steps.give_code(visit.held_session, digits)
        if tried.cookie:
            return step_to(visit, CardTried(tried.stage, tried.cookie))
        problem = "wrong" if tried.tries_left else "void"
        return self._code_form(
            visit, problem=problem, tries_left=tried.tries_left, status=422
        )

    def code_again(self, visit: ProfessionalVisit) -> Answer:
        """Send another code, or say from when one may be sent."""
        if visit.stage is not ProStage.CODE:
            return self.start(visit)
        until = self._steps.ask_again(visit.held_session, visit.language)
        if until is not None:
            return self._code_form(visit, problem="enough", until=until, status=429)
        further = {"next": visit.further} if visit.further else {}
        return redirect(with_query("/sign-in/code", {"again": "1", **further}))

    def situations(self, visit: ProfessionalVisit) -> Answer:
        """Ask in which of their situations they work now."""
        if visit.stage is not ProStage.SITUATION:
            return self.start(visit)
        return self._situations(visit)

    def _situations(
        self, visit: ProfessionalVisit, *, missing: bool = False, status: int = 200
    ) -> Answer:
        return self.desk.page(
            visit,
            "situation.html",
            status=status,
            missing=missing,
            further=visit.further,
            who=name_of(visit.held_session.sign_in.person),
            situations=self._shown(visit),
        )

    def _shown(self, visit: ProfessionalVisit) -> list[ShownSituation]:
        with self.desk.database.read() as work:
            matrix = Matrices(work).in_force(self.desk.day(work.now))
        practices = visit.held_session.sign_in.person.practices
        return [
            shown(number, one, self.desk.column(one), matrix, visit.language)
            for number, one in enumerate(practices)
        ]

    def choose(self, visit: ProfessionalVisit) -> Answer:
        """Open the space in the situation that was chosen."""
        if visit.stage is not ProStage.SITUATION:
            return self.start(visit)
        chosen = visit.form.line("situation")
        if not (chosen.isascii() and chosen.isdecimal() and len(chosen) <= _DIGITS):
            return self._situations(visit, missing=True, status=422)
        try:
            cookie = self._steps.choose(visit.held_session, int(chosen))
        except NotFoundError:
            return self._situations(visit, missing=True, status=422)
        return step_to(visit, CardTried(ProStage.OPEN, cookie))

    def leave(self, visit: ProfessionalVisit) -> Answer:
        """Sign out."""
        if visit.session is not None:
            self._steps.leave(visit.session)
        left = "?left=1" if visit.person is not None else ""
        answer = redirect(f"/sign-in{left}").without_cookie(COOKIE)
        return self.desk.without_call(visit, answer)

    def choose_language(self, visit: ProfessionalVisit) -> Answer:
        """Keep the chosen language in the browser."""
        chosen = visit.form.line("language")
        if chosen not in LANGUAGES:
            chosen = FIRST
        back = visit.form.line("back")
        answer = redirect(back if is_own_path(back) else "/")
        return answer.with_cookie("language", chosen, lasting=True)


_DIGITS = 3


def step_to(visit: ProfessionalVisit, tried: CardTried) -> Answer:
    """Lead to the next step with its new cookie, and then to what was asked for."""
    if tried.stage is ProStage.OPEN:
        way = visit.further or "/home"
    else:
        further = {"next": visit.further} if visit.further else {}
        way = with_query(_STEPS[tried.stage], further)
    return redirect(way).with_cookie(COOKIE, tried.cookie)

"""Serves one request of a professional: who it is, whether it is forged, its page."""

from __future__ import annotations

import re
from typing import Any

from attrs import evolve, field, frozen
from twisted.logger import Logger

from gateway.errors import GatewayError, InvalidError
from gateway.store.patients.web_sessions import Stage, new_cookie
from gateway.store.professionals.sessions import ProStage
from gateway.store.sealed.keys import KeyRing
from gateway.web.professional.calling import CALL
from gateway.web.professional.desk import COOKIE, FRAME, ProfessionalDesk
from gateway.web.professional.signing_in import ProfessionalSigningIn
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, redirect, with_query
from gateway.web.site.limits import FilesRight
from gateway.web.site.routes import Route
from gateway.web.site.serving import (
    ForgedError,
    answered,
    error_page,
    language_of,
    own_form,
    written,
)
from gateway.web.site.visits import (
    RawRequest,
    form_token,
    form_tokens,
    upload_ticket,
)

log = Logger()
_COOKIE = re.compile(r"[0-9a-f]{64}")
_STEPS = {
    ProStage.CODE: "/sign-in/code",
    ProStage.SITUATION: "/sign-in/situation",
}


@frozen
class ProfessionalServing:
    """Turns raw requests into answers; blocking, and never raises."""

    keys: KeyRing = field(repr=False)
    desk: ProfessionalDesk
    frame: str = FRAME
    cookie: str = COOKIE

    def serve(self, route: Route, raw: RawRequest, parts: dict[str, Any]) -> Answer:
        """Return the answer of a route; a failure becomes a page that says so."""
        language = language_of(raw)
        try:
            visit = self._visit(raw, language)
            if route.from_program:
                visit = evolve(visit, body=raw.body)
            elif raw.method == "POST":
                believed = form_tokens(self.keys, visit.cookie)
                form = own_form(raw, () if visit.is_new else believed)
                visit = evolve(visit, form=form)
        except InvalidError:
            return self._error(language, 400, text=written(raw))
        except GatewayError as error:
            log.warn("a page failed: {detail}", detail=str(error))
            return self._error(language, 503, text=written(raw))
        except ForgedError as error:
            text = written(raw) if error.is_of_this_site else ""
            return self._error(language, 403, text=text)
        if route.needs is Stage.OPEN and visit.person is None:
            return self._to_sign_in(visit)
        if visit.form.cut and not route.takes_cut:
            return self._error(language, visit.form.cut, text=visit.form.text("text"))
        text, signed_in = visit.form.text("text"), visit.person is not None

        def failed(status: int) -> Answer:
            if status == 404 and visit.person is not None:
                subject = str(next(iter(parts.values()), ""))[:32]
                ProfessionalSigningIn(self.desk).note_refusal(visit, subject)
            return self._error(language, status, text=text, signed_in=signed_in)

        return answered(lambda: route.page(visit, **parts), failed)

    def _error(
        self, language: str, status: int, *, text: str = "", signed_in: bool = False
    ) -> Answer:
        return error_page(
            language, status, text=text, signed_in=signed_in, frame=self.frame
        )

    def _visit(self, raw: RawRequest, language: str) -> ProfessionalVisit:
        cookie = raw.cookies.get(f"__Host-{COOKIE}", "")
        known = bool(_COOKIE.fullmatch(cookie))
        if not known:
            cookie = new_cookie()
        session, now = ProfessionalSigningIn(self.desk).find(cookie, raw.shown)
        visit = ProfessionalVisit(
            path=raw.path,
            query=raw.query,
            language=language,
            now=now,
            cookie=cookie,
            is_new=not known,
            session=session,
            shown=raw.shown,
            provider_state=raw.cookies.get("__Host-provider", ""),
            call=raw.cookies.get(f"__Host-{CALL}", ""),
            token=form_token(self.keys, cookie),
        )
        if visit.person is None:
            return visit
        return evolve(
            visit,
            column=self.desk.column(visit.practice),
            ticket=upload_ticket(self.keys, cookie),
        )

    def right_to_files(self, cookie: str) -> FilesRight:
        """Return whether a form with files is taken: while its session lasts."""
        with self.desk.database.read() as work:
            session = self.desk.sessions(work).find(cookie)
        is_open = session is not None and session.stage is ProStage.OPEN
        return FilesRight.WHOLE if is_open else FilesRight.NONE

    def _to_sign_in(self, visit: ProfessionalVisit) -> Answer:
        """Ask for the next step, and say where it leads to, or that a session ended."""
        if text := visit.form.text("text"):
            return self._error(visit.language, 403, text=text)
        further = {"next": visit.address} if visit.address != "/home" else {}
        if visit.stage in _STEPS:
            return redirect(with_query(_STEPS[visit.stage], further))
        ended = {} if visit.is_new else {"expired": "1"}
        return redirect(with_query("/sign-in", {**ended, **further}))

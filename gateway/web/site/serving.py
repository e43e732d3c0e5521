"""Serves one request on a worker thread: who it is, whether it is forged, its page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from attrs import evolve, field, frozen
from twisted.logger import Logger

from gateway.errors import GatewayError, InvalidError, NotFoundError
from gateway.rights.delegation_rules import Act, may
from gateway.store.patients.web_sessions import Stage, new_cookie
from gateway.store.sealed.keys import KeyRing
from gateway.web.site.answers import Answer, page, redirect, with_query
from gateway.web.site.desk import ActingNow, acting_by
from gateway.web.site.forms import EMPTY_FORM, Form, read_form
from gateway.web.site.languages import choose_language
from gateway.web.site.limits import FilesRight
from gateway.web.site.ports import Visitors
from gateway.web.site.routes import Route
from gateway.web.site.visits import (
    RawRequest,
    Visit,
    form_token,
    form_tokens,
    is_among,
    person_name,
    upload_ticket,
)

log = Logger()
PATIENTS: Final = "site/base.html"
"""The frame around the patients' pages, and around errors of theirs."""
_COOKIE = re.compile(r"[0-9a-f]{64}")
_DELEGATION = re.compile(r"[0-9a-f]{32}")
_MAX_AGENT = 500


@frozen
class Serving:
    """Turns raw requests into answers; blocking, and never raises."""

    keys: KeyRing = field(repr=False)
    visitors: Visitors
    frame: str = PATIENTS
    cookie: str = "session"

    def right_to_files(self, cookie: str) -> FilesRight:
        """Return what of a form with files is taken of whoever has a cookie now."""
        return self.visitors.right_to_files(cookie)

    def serve(self, route: Route, raw: RawRequest, parts: dict[str, Any]) -> Answer:
        """Return the answer of a route; a failure becomes a page that says so."""
        language = language_of(raw)
        visit = None
        try:
            visit = self._visit(raw, language)
            if raw.method == "POST":
                visit = self._checked(visit, raw)
        except InvalidError:
            return error_page(language, 400, text=written(raw), within=visit)
        except GatewayError as error:
            log.warn("a page failed: {detail}", detail=str(error))
            return error_page(language, 503, text=written(raw), within=visit)
        except ForgedError as error:
            text = written(raw) if error.is_of_this_site else ""
            return error_page(language, 403, text=text, within=visit)
        if route.needs is Stage.OPEN and visit.person is None:
            return self._to_sign_in(route, visit, parts)
        if route.needs is Stage.OPEN and visit.acts_as and visit.acting is None:
            # What was in force no longer is: no page of the own space stands in for
            # the other's without a word.
            return redirect(self.visitors.after_acting).without_cookie("acting")
        if route.needs is Stage.OPEN and not visit.may(route.act):
            return error_page(language, 403, is_holders=True, within=visit)
        if visit.form.cut and not route.takes_cut:
            text = visit.form.text("text")
            return error_page(language, visit.form.cut, text=text, within=visit)
        return self._page(route, visit, parts)

    def _page(self, route: Route, visit: Visit, parts: dict[str, Any]) -> Answer:
        text = visit.form.text("text")

        def failed(status: int) -> Answer:
            if status == 404 and visit.own is not None:
                subject = str(next(iter(parts.values()), ""))[:32]
                self.visitors.note_refusal(visit.own, subject)
            return error_page(visit.language, status, text=text, within=visit)

        with acting_by(_acting_now(visit)):
            return answered(lambda: route.page(visit, **parts), failed)

    def _visit(self, raw: RawRequest, language: str) -> Visit:
        cookie = raw.cookies.get("__Host-session", "")
        device = raw.cookies.get("__Host-device", "")
        trusted = raw.cookies.get("__Host-trusted", "")
        known = bool(_COOKIE.fullmatch(cookie))
        if not known:
            cookie = new_cookie()
        session, own, now = self.visitors.find(cookie)
        stage = session.stage if session is not None else Stage.ANONYMOUS
        acts_as = raw.cookies.get("__Host-acting", "")
        acting = None
        if own is not None and _DELEGATION.fullmatch(acts_as):
            acting = self.visitors.acting(own, acts_as)
        return Visit(
            path=raw.path,
            query=raw.query,
            language=language,
            now=now,
            cookie=cookie,
            is_new=not known,
            stage=stage,
            session=session,
            own=own,
            acting=acting,
            acts_as=acts_as,
            device=device if _COOKIE.fullmatch(device) else "",
            trusted=trusted if _COOKIE.fullmatch(trusted) else "",
            agent=raw.headers.get("user-agent", "")[:_MAX_AGENT],
            token=form_token(self.keys, cookie, acting.id if acting else ""),
            ticket=upload_ticket(self.keys, cookie) if own is not None else "",
        )

    def _checked(self, visit: Visit, raw: RawRequest) -> Visit:
        """
        Return the visit with its form, if the form is one of ours.

        Raises:
            ForgedError: it comes from elsewhere, or its token is not this visitor's.
            InvalidError: it cannot be read.
        """
        acting = visit.acting.id if visit.acting else ""
        believed = form_tokens(self.keys, visit.cookie, acting)
        return evolve(visit, form=own_form(raw, () if visit.is_new else believed))

    def _to_sign_in(self, route: Route, visit: Visit, parts: dict[str, Any]) -> Answer:
        """
        Ask to sign in, and say where that leads to; say that a session ended where one
        seems to have been, and keep what was written in it.
        """
        if visit.form.fields:
            return self._rescued(route, visit, parts)
        # Who signs in is in the own space: an address of another's leads nowhere there.
        leads = visit.address != "/home" and not visit.acts_as
        further = {"next": visit.address} if leads else {}
        if visit.stage is Stage.CODE:
            return redirect(with_query("/sign-in/code", further))
        ended = {} if visit.is_new else {"expired": "1"}
        return redirect(with_query("/sign-in", {**ended, **further}))

    def _rescued(self, route: Route, visit: Visit, parts: dict[str, Any]) -> Answer:
        """Keep what came in a form when its session was over; ask to sign in again."""
        text = visit.form.text("text")
        try:
            person = self.visitors.whose(visit.cookie)
            # What was written for somebody else is kept for nobody: it is shown.
            if route.rescue is not None and person is not None and not visit.acts_as:
                place = route.rescue(visit, person, **parts)
                return redirect(
                    with_query("/sign-in", {"expired": "1", "kept": "1", "next": place})
                )
        except GatewayError as error:
            log.warn("a form could not be kept: {detail}", detail=str(error))
        if text.strip():
            return error_page(visit.language, 403, text=text)
        return redirect("/sign-in?expired=1")


def _acting_now(visit: Visit) -> ActingNow | None:
    if visit.acting is None or visit.own is None:
        return None
    return ActingNow(visit.acting.id, person_name(visit.own), visit.acting.capacity)


class ForgedError(Exception):
    """A form that did not come from our own page, or from an old one of ours."""

    def __init__(self, *, is_of_this_site: bool = False) -> None:
        super().__init__()
        self.is_of_this_site = is_of_this_site


def own_form(raw: RawRequest, believed: Iterable[str]) -> Form:
    """
    Return what came in a form of ours, which has one of the tokens that are believed.

    Raises:
        ForgedError: it comes from elsewhere, or its token is not this visitor's.
        InvalidError: it cannot be read.
    """
    origin = raw.headers.get("origin", "")
    if origin and origin.lower() != f"https://{raw.headers['host'].lower()}":
        raise ForgedError
    if raw.headers.get("sec-fetch-site", "same-origin") not in {
        "same-origin",
        "none",
    }:
        raise ForgedError
    form = read_form(raw.headers.get("content-type", ""), raw.body, raw.cut)
    if not is_among(form.text("token"), believed):
        raise ForgedError(is_of_this_site=bool(origin))
    return form if form.fields else EMPTY_FORM


def answered(page: Callable[[], Answer], failed: Callable[[int], Answer]) -> Answer:
    """Return the answer of a page, or what is said of why there is none."""
    try:
        return page()
    except NotFoundError:
        return failed(404)
    except GatewayError as error:
        log.warn("a page failed: {detail}", detail=str(error))
        return failed(503)
    except Exception:  # noqa: BLE001 (a defect: the page says so, the log why)
        log.failure("defect while serving a page")
        return failed(500)


def written(raw: RawRequest) -> str:
    """Return the text in a form that cannot be taken: it is shown, to be copied."""
    try:
        form = read_form(raw.headers.get("content-type", ""), raw.body, raw.cut)
    except InvalidError:
        return ""
    return form.text("text")


def language_of(raw: RawRequest) -> str:
    """Return the language to answer in."""
    return choose_language(
        raw.cookies.get("__Host-language", ""), raw.headers.get("accept-language", "")
    )


def error_page(
    language: str,
    status: int,
    *,
    signed_in: bool = False,
    text: str = "",
    wait_seconds: int = 0,
    is_holders: bool = False,
    within: Visit | None = None,
    frame: str = PATIENTS,
) -> Answer:
    """
    Return a page for a failure: what happened and what to do, nothing inside.

    ``text`` is what was written in a form that was not taken; it is shown again.
    ``wait_seconds``: when the same may be tried again; 0 where nobody knows.
    ``is_holders``: only who the space is of may do it, and not who acts for them.
    ``within`` is the visit, where it is known whose: who acts for somebody is told so
    on this page too.
    """
    acting = within.acting if within is not None else None
    return page(
        "site/error.html",
        language,
        status=status,
        frame=frame,
        code=status,
        signed_in=signed_in or (within is not None and within.person is not None),
        is_holders=is_holders,
        text=text.strip(),
        wait_minutes=max(1, -(-wait_seconds // 60)),
        visit=None,
        unread=0,
        name="",
        acting=acting,
        acting_name=person_name(acting.holder) if acting else "",
        acting_token=within.token if within is not None else "",
        governs=acting is not None and may(Act.GOVERN, acting.capacity),
        identity=None,
        service="",
        idle_minutes=0,
    )

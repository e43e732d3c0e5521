"""The routes of the professionals asked as a browser would, without a socket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from attrs import field, frozen

from gateway.core.habilitation import MatrixColumn, professions
from gateway.core.practice import Practice, Professional
from gateway.core.reading import ReadingRefusal
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_request import ReadingRequest
from gateway.rights.reading_rules import SignedInBy
from gateway.rights.situation_rules import column_in
from gateway.store.consultations.answers import NotRead
from gateway.store.consultations.values import Consultation
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.professionals.sessions import ProStage, SignIn, SignInWay
from gateway.web.professional.desk import COOKIE
from gateway.web.professional.serving import ProfessionalServing
from gateway.web.professional.visits import name_of
from gateway.web.site.answers import Answer
from gateway.web.site.routes import Route
from gateway.web.site.visits import RawRequest, form_token
from tests.web.professional.browsing import ProSite

HOST = "pro.gateway.test"
NOWHERE = "f" * 32
"""An id that nothing has."""
_PART = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


@frozen(kw_only=True)
class Comer:
    """Somebody who comes with an open session; without a cookie, nobody."""

    who: ReadingProfessional | None = None
    cookie: str = field(default="", repr=False)


@frozen
class RouteAsker:
    """Asks one route after the other, in a language, of the site's own desk."""

    site: ProSite
    language: str = "fr"

    def come(self, person: Professional, by: SignedInBy = SignedInBy.CARD) -> Comer:
        """Return somebody with an open session in their first situation."""
        sign_in = SignIn(
            person=person, way=SignInWay.PROVIDER, signed_in_by=by, chosen=0
        )
        with self.site.database.write() as work:
            account = ProfessionalAccounts(work).open(person.national_id)
            sessions = self.site.desk.sessions(work)
            cookie = sessions.start(ProStage.OPEN, account, sign_in)
        practice = person.practices[0]
        who = ReadingProfessional(
            national_id=person.national_id,
            name=name_of(person),
            practice=practice,
            column=self.site.desk.column(practice),
            signed_in_by=by,
            may_regulate=person.may_regulate,
        )
        return Comer(who=who, cookie=cookie)

    def open(
        self, who: ReadingProfessional, request: ReadingRequest
    ) -> Consultation | ReadingRefusal:
        """Open a consultation by the service that the pages ask."""
        with self.site.database.write() as work:
            found = self.site.desk.reading.open(work, who, request)
        return found.why if isinstance(found, NotRead) else found

    def ask(
        self,
        route: Route,
        comer: Comer,
        parts: Mapping[str, str | int] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """
        Return what a route answers; a form has the token of who comes.

        Of ``parts`` those are taken that the address has. A page must not fail.
        """
        desk, given = self.site.desk, parts or {}
        parts = {name: given[name] for name in parts_of(route)}
        keys = self.site.database.keys
        body = {"token": form_token(keys, comer.cookie), **(form or {})}
        raw = RawRequest(
            method=route.method,
            path=address(route, parts),
            query=query or {},
            cookies={f"__Host-{COOKIE}": comer.cookie} if comer.cookie else {},
            headers={
                "host": HOST,
                "accept-language": self.language,
                "content-type": "application/x-www-form-urlencoded",
            },
            body=urlencode(body).encode() if route.method == "POST" else b"",
        )
        answer = ProfessionalServing(keys, desk).serve(route, raw, parts)
        assert answer.status < 500, f"{route.method} {route.path}"
        return answer


def parts_of(route: Route) -> list[str]:
    """Return the names of what the address of a route leaves open."""
    return _PART.findall(route.path)


def plain(route: Route) -> str:
    """
    Return the address of a route without the kinds of its parts.

    >>> plain(Route(method="GET", path="/a/<string(length=32):b>/c", page=print))
    '/a/<b>/c'
    """
    return _PART.sub(r"<\1>", route.path)


def address(route: Route, parts: Mapping[str, str | int]) -> str:
    """Return the address of a route with its parts filled in."""
    return _PART.sub(lambda one: str(parts[one[1]]), route.path)


def location(answer: Answer) -> str:
    """Return where an answer leads to, or an empty text."""
    return dict(answer.headers).get("Location", "")


def practices() -> dict[MatrixColumn, Practice]:
    """Return a situation for each column of the matrix, of the table of professions."""
    found: dict[MatrixColumn, Practice] = {}
    for terminology, code in professions():
        column = column_in(_practice(terminology, code), activities_are_open=True)
        if isinstance(column, MatrixColumn):
            found.setdefault(column, _practice(terminology, code))
    return found


def _practice(terminology: str, code: str) -> Practice:
    care, nurse, pharmacist = "GENR01", "60", "21"
    return {
        "G16": Practice(profession=code, activity=care, category="E"),
        "R22": Practice(profession=nurse, activity=code),
        "R21": Practice(profession=pharmacist, activity=care, function=code),
        "G05": Practice(profession=pharmacist, activity=care, section=code),
    }.get(terminology, Practice(profession=code, activity=care))

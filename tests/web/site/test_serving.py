"""One request of any audience: who asks, whether it is forged, and what went wrong."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from attrs import evolve, field, frozen

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.errors import InvalidError, NotFoundError, UnavailableError
from gateway.rights.delegation_rules import Act, Capacity
from gateway.store.patients.profiles import Profile
from gateway.store.patients.web_sessions import Stage, WebSession
from gateway.store.sealed.keys import KeyRing
from gateway.web.site.answers import Answer
from gateway.web.site.desk import who_acts
from gateway.web.site.limits import FilesRight
from gateway.web.site.routes import Route
from gateway.web.site.serving import Serving
from gateway.web.site.visits import ActingFor, RawRequest, Visit, form_token
from tests.fakes import SecretSource, SetClock

KEYS = KeyRing(SecretSource(bytes(range(32))))
COOKIE, AT_CODE = "a" * 64, "b" * 64
ENDED = "e" * 64
DELEGATION = "d" * 32
PERSON = Profile(
    id="p" * 32,
    key_id="k" * 32,
    state="ACTIVATED",
    ins=Ins.of("279035121518989", "1.2.250.1.213.1.4.10"),
    traits=IdentityTraits(family="PAT"),
    emergency={},
    created_at=SetClock().now,
)


@frozen
class TwoVisitors:
    """One who is signed in, and one who has yet to give the code."""

    refused: list[tuple[str, str]] = field(factory=list)
    acts: bool = False
    after_acting: str = "/over"

    def acting(self, own: Profile, delegation_id: str) -> ActingFor | None:
        if not self.acts or delegation_id != DELEGATION:
            return None
        return ActingFor(
            id=DELEGATION,
            holder=evolve(PERSON, id="b" * 32),
            capacity=Capacity.CARER,
            last=date(2027, 1, 1),
        )

    def find(self, cookie: str) -> tuple[WebSession | None, Profile | None, datetime]:
        stage = {COOKIE: Stage.OPEN, AT_CODE: Stage.CODE}.get(cookie)
        if stage is None:
            return None, None, SetClock().now
        now = SetClock().now
        session = WebSession(
            digest="", stage=stage, account_id="", code_id="", ends_at=now
        )
        person = PERSON if stage is Stage.OPEN else None
        return session, person, SetClock().now

    def whose(self, cookie: str) -> Profile | None:
        return PERSON if cookie == ENDED else None

    def right_to_files(self, cookie: str) -> FilesRight:
        return FilesRight.NONE

    def note_refusal(self, person: Profile, subject: str) -> None:
        self.refused.append((person.id, subject))


def raw(method: str = "GET", cookie: str = COOKIE, **changes: Any) -> RawRequest:
    request = RawRequest(
        method=method,
        path="/thing",
        query={},
        cookies={"__Host-session": cookie} if cookie else {},
        headers={"host": "gateway.test", "accept-language": "en"},
        body=b"",
    )
    return evolve(request, **changes)


def form(
    cookie: str = COOKIE, *, token: str | None = None, **headers: str
) -> RawRequest:
    """Return a form sent from our own page, or from elsewhere by ``headers``."""
    own = {
        "host": "gateway.test",
        "origin": "https://gateway.test",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
    }
    fields = {"token": form_token(KEYS, COOKIE) if token is None else token, "x": "1"}
    body = urlencode(fields).encode()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return raw("POST", cookie, headers={**own, **sent}, body=body)


def serve(
    request: RawRequest,
    page: Any = lambda visit: Answer(body=visit.form.text("x").encode() or b"page"),
    *,
    needs: Stage = Stage.OPEN,
    visitors: TwoVisitors | None = None,
    **parts: Any,
) -> Answer:
    route = Route(method=request.method, path="/thing", page=page, needs=needs)
    return Serving(KEYS, visitors or TwoVisitors()).serve(route, request, parts)


def test_who_is_signed_in_gets_the_page() -> None:
    assert serve(raw()).body == b"page"


@pytest.mark.parametrize(
    ("cookie", "where"),
    [
        ("", "/sign-in?next=%2Fthing"),
        ("not a cookie of ours", "/sign-in?next=%2Fthing"),
        ("c" * 64, "/sign-in?expired=1&next=%2Fthing"),
        (AT_CODE, "/sign-in/code?next=%2Fthing"),
    ],
)
def test_anybody_else_is_sent_to_sign_in(cookie: str, where: str) -> None:
    assert dict(serve(raw(cookie=cookie)).headers)["Location"] == where


def test_a_page_for_everybody_asks_for_nothing() -> None:
    assert serve(raw(cookie=""), needs=Stage.ANONYMOUS).body == b"page"


def test_a_form_of_our_own_page_arrives() -> None:
    assert serve(form()).body == b"1"


@pytest.mark.parametrize(
    "request_",
    [
        form(token=""),
        form(token="0" * 64),
        form(origin="https://evil.test"),
        form(origin="http://gateway.test"),
        form(sec_fetch_site="cross-site"),
        form(cookie="", token=""),
        form(cookie="c" * 64),
    ],
    ids=["no token", "wrong", "origin", "no TLS", "cross-site", "no cookie", "other's"],
)
def test_a_form_from_elsewhere_is_refused(request_: RawRequest) -> None:
    assert serve(request_).status == 403


def test_a_form_that_cannot_be_read_is_refused() -> None:
    assert serve(form(content_type="text/plain")).status == 400


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("not found"), 404),
        (UnavailableError("later"), 503),
        (InvalidError("odd"), 503),
        (ZeroDivisionError(), 500),
    ],
)
def test_what_fails_becomes_a_page_that_says_so(error: Exception, status: int) -> None:
    def page(_: Visit) -> Answer:
        raise error

    answer = serve(raw(), page)

    assert answer.status == status
    assert b"<html" in answer.body
    assert type(error).__name__.encode() not in answer.body


def test_asking_for_what_is_not_ones_own_leaves_a_trace() -> None:
    def page(_: Visit, **parts: str) -> Answer:
        raise NotFoundError("not found")

    visitors = TwoVisitors()
    serve(raw(), page, visitors=visitors, document_id="d" * 40)
    serve(raw(cookie=""), page, visitors=visitors, needs=Stage.ANONYMOUS)

    assert visitors.refused == [(PERSON.id, "d" * 32)]


def test_each_language_has_its_error_pages() -> None:
    def page(_: Visit) -> Answer:
        raise NotFoundError("not found")

    for language in ("en", "fr"):
        asked = {"host": "gateway.test", "accept-language": language}
        body = serve(raw(headers=asked), page).body
        assert f'<html lang="{language}">'.encode() in body


def test_what_comes_in_a_form_after_the_session_is_kept_for_its_person() -> None:
    kept: list[tuple[str, str]] = []

    def rescue(visit: Visit, person: Profile) -> str:
        kept.append((person.id, visit.form.text("x")))
        return "/inbox/new"

    route = Route(method="POST", path="/thing", page=lambda _: Answer(), rescue=rescue)
    request = form(cookie=ENDED, token=form_token(KEYS, ENDED))
    answer = Serving(KEYS, TwoVisitors()).serve(route, request, {})

    assert kept == [(PERSON.id, "1")]
    assert dict(answer.headers)["Location"] == (
        "/sign-in?expired=1&kept=1&next=%2Finbox%2Fnew"
    )


@pytest.mark.parametrize(
    ("headers", "shown"),
    [({}, True), ({"origin": "https://evil.test"}, False)],
    ids=["an old page of ours", "another site"],
)
def test_what_was_written_in_a_form_that_is_not_taken_is_shown_again(
    headers: dict[str, str], *, shown: bool
) -> None:
    request = form(token="old", **headers)
    request = evolve(request, body=request.body + b"&text=Bonjour+%3Cdocteur%3E")

    answer = serve(request)

    assert answer.status == 403
    assert (b"Bonjour &lt;docteur&gt;" in answer.body) is shown


def test_what_was_written_survives_a_page_that_fails() -> None:
    def fails(_: Visit) -> Answer:
        raise UnavailableError("try again later")

    request = form()
    answer = serve(evolve(request, body=request.body + b"&text=Bonjour"), fails)

    assert answer.status == 503
    assert b"Bonjour" in answer.body


def test_a_form_that_was_cut_is_given_only_to_pages_that_take_it() -> None:
    mark = {"content_type": "multipart/form-data; boundary=x"}
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("token", form_token(KEYS, COOKIE)), ("text", "Bonjour"))
    )
    file = '--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nabc'
    request = evolve(form(**mark), body=(body + file).encode(), cut=413)

    def page(visit: Visit) -> Answer:
        assert (visit.form.cut, visit.form.files) == (413, ())
        return Answer(body=visit.form.text("text").encode())

    refused = serve(request, page)
    route = Route(method="POST", path="/thing", page=page, takes_cut=True)
    taken = Serving(KEYS, TwoVisitors()).serve(route, request, {})

    assert (refused.status, b"Bonjour" in refused.body) == (413, True)
    assert taken.body == b"Bonjour"


ACTING = {"__Host-session": COOKIE, "__Host-acting": DELEGATION}


def acts(act: Act, request: RawRequest, page: Any = lambda _: Answer()) -> Answer:
    """Return the answer to somebody who acts for another."""
    route = Route(method=request.method, path="/thing", page=page, act=act)
    return Serving(KEYS, TwoVisitors(acts=True)).serve(route, request, {})


def test_who_acts_for_another_sees_the_others_space_and_leaves_the_name_in_it() -> None:
    def page(visit: Visit) -> Answer:
        assert visit.own is not None
        now = who_acts()
        assert now is not None
        named = f"{visit.profile.id} {visit.own.id} {now.delegation_id} {now.person}"
        return Answer(body=named.encode())

    answer = acts(Act.READ, raw(cookies=ACTING), page)

    assert answer.body.decode() == f"{'b' * 32} {PERSON.id} {DELEGATION} PAT"
    assert who_acts() is None


def test_what_is_the_holders_alone_is_refused_and_so_is_what_says_nothing() -> None:
    for route in (
        Route(method="GET", path="/thing", page=lambda _: Answer(), act=Act.GOVERN),
        Route(method="GET", path="/thing", page=lambda _: Answer()),
    ):
        serving = Serving(KEYS, TwoVisitors(acts=True))
        refused = serving.serve(route, raw(cookies=ACTING), {})
        assert refused.status == 403
        assert b"Only the person whose space it is" in refused.body
        assert serving.serve(route, raw(), {}).status == 200


def test_a_form_of_one_space_does_nothing_in_another() -> None:
    """Two windows: in one the visitor went to somebody else's space meanwhile."""
    own, others = form_token(KEYS, COOKIE), form_token(KEYS, COOKIE, DELEGATION)
    elsewhere = evolve(form(token=own), cookies=ACTING)
    there = evolve(form(token=others), cookies=ACTING)

    assert acts(Act.WRITE, elsewhere).status == 403
    assert acts(Act.WRITE, there).status == 200
    assert serve(form(token=others)).status == 403


def test_who_acts_for_nobody_any_more_is_told_before_any_page() -> None:
    for cookie in (DELEGATION, "no delegation"):
        request = raw(cookies={**ACTING, "__Host-acting": cookie})
        answer = serve(request, visitors=TwoVisitors(acts=False))
        headers = dict(answer.headers)

        assert (answer.status, headers["Location"]) == (303, "/over")
        assert headers["Set-Cookie"].startswith("__Host-acting=;")


def test_what_was_written_for_another_is_kept_for_nobody_and_shown() -> None:
    """A draft of it among one's own would be sent in one's own name."""

    def rescue(visit: Visit, person: Profile) -> str:
        raise AssertionError

    route = Route(method="POST", path="/thing", page=lambda _: Answer(), rescue=rescue)
    request = form(cookie=ENDED, token=form_token(KEYS, ENDED))
    cookies = {"__Host-session": ENDED, "__Host-acting": DELEGATION}
    request = evolve(request, cookies=cookies, body=request.body + b"&text=Bonjour")

    answer = Serving(KEYS, TwoVisitors()).serve(route, request, {})

    assert (answer.status, b"Bonjour" in answer.body) == (403, True)

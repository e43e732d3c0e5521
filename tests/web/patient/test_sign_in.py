"""Signing in: the way in, and every way that must not be one (W05, W07, W08)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from gateway.store.journal import chain_of
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import accounts, one_time_codes, web_sessions
from tests.web.browsing import LOGIN, PASSWORD, Browser, Reply, Site, blocking, token_of
from tests.web.mail import receive


def sign_in_with(site: Site, browser: Browser, login: str, password: str) -> Reply:
    page = browser.get("/sign-in")
    return browser.post(
        "/sign-in",
        {"token": token_of(page), "login": login, "password": password},
    )


def bare(page: Reply) -> str:
    """Return a page without what is different on each visit."""
    return re.sub(r'name="token" value="\w+"', "", page.text)


@blocking
def test_login_password_and_code_open_the_space(site: Site) -> None:
    browser = site.browser()

    assert site.give_password(browser).location == "/sign-in/code"
    opened = site.give_code(browser, site.last_code())

    assert opened.location == "/home"
    page = browser.get("/inbox")
    assert page.status == 200
    assert "Dominique PAT-TROIS" in page.text


@blocking
def test_messages_that_wait_are_shown_first(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.browser()
    site.give_password(browser)

    assert site.give_code(browser, site.last_code()).location == "/inbox"

    (link,) = set(re.findall(r"/conversation/\w+#last", browser.get("/inbox").text))
    shown = browser.get(link)  # some programs send what stands after the sign too
    assert shown.status == 200
    again = site.browser()
    site.clock.advance(minutes=5)
    site.give_password(again)
    assert site.give_code(again, site.last_code()).location == "/home"


@blocking
def test_the_journal_tells_the_signing_in_without_login_or_code(site: Site) -> None:
    browser = site.browser()
    site.give_password(browser)
    code = site.last_code()
    site.give_code(browser, "000000" if code != "000000" else "000001")
    site.give_code(browser, code)

    with site.database.read() as work:
        lines = list(work.journal.lines(chain_of(site.patient)))
    actions = [line.action for line in lines][-3:]
    assert actions == ["session:start", "session:refuse", "session:open"]
    assert code not in repr(lines)
    assert LOGIN not in repr(lines)


def without_login(page: Reply) -> str:
    return re.sub(r'name="login" type="text" value="[^"]*"', "", bare(page))


@pytest.mark.parametrize("login", ["personne", "x" * 500])
@blocking
def test_a_wrong_password_looks_like_an_unknown_login(site: Site, login: str) -> None:
    """To the last try and the pause after it: no page tells who has an account."""
    for number in range(site.settings.web.login_tries + 2):
        known = sign_in_with(site, site.browser(), LOGIN, "Coquelicot-1980")
        unknown = sign_in_with(site, site.browser(), login, "Coquelicot-1980")

        is_paused = number >= site.settings.web.login_tries
        assert known.status == unknown.status == (429 if is_paused else 422)
        assert without_login(known) == without_login(unknown)
        assert known.headers.keys() == unknown.headers.keys()
        assert ("est suspendue jusqu" in known.text) is is_paused
        assert ("Aucun code n’a été envoyé" in known.text) is not is_paused
    assert "10\u00a0h\u00a015" in known.text  # of Paris, a quarter of an hour from now


@blocking
def test_a_space_that_is_not_open_says_why_no_code_comes(site: Site) -> None:
    with site.database.write() as work:
        Profiles(work).change(site.patient, "state", state="SUSPENDED")

    page = site.give_password(site.browser())

    assert page.status == 422
    assert "Aucun code ne peut être envoyé pour cet espace" in page.text
    assert site.last_code() == ""


@blocking
def test_signing_in_leads_where_the_visitor_was_going(site: Site) -> None:
    browser = site.browser()
    asked = browser.get("/documents?replaced=1")
    assert asked.location == "/sign-in?next=%2Fdocuments%3Freplaced%3D1"

    page = browser.get(asked.location)
    further = {"next": "/documents?replaced=1"}
    assert 'name="next" value="/documents?replaced=1"' in page.text
    given = browser.post(
        "/sign-in",
        {"token": token_of(page), "login": LOGIN, "password": PASSWORD, **further},
    )
    code = browser.get(given.location)
    assert 'name="next" value="/documents?replaced=1"' in code.text
    opened = browser.post(
        "/sign-in/code",
        {"token": token_of(code), "code": site.last_code(), **further},
    )

    assert opened.location == "/documents?replaced=1"


AWAY = [
    "https://evil.test/",
    "//evil.test/",
    "/\\evil.test/",
    "/%2f/evil.test",
    "/..//evil.test",
    "javascript:alert(1)",
    "/inbox\r\nSet-Cookie: a=b",
    "/sign-out",
    "/inbox" + "a" * 600,
    "/@evil.test",
]


@pytest.mark.parametrize("address", AWAY)
@blocking
def test_signing_in_leads_nowhere_else(site: Site, address: str) -> None:
    """W04: by the address, by the form, before the code and after it."""
    browser = site.browser()
    page = browser.get(f"/sign-in?{urlencode({'next': address})}")
    assert 'name="next"' not in page.text
    given = browser.post(
        "/sign-in",
        {
            "token": token_of(page),
            "login": LOGIN,
            "password": PASSWORD,
            "next": address,
        },
    )
    assert given.location == "/sign-in/code"
    code = browser.get(f"/sign-in/code?{urlencode({'next': address})}")

    opened = browser.post(
        "/sign-in/code",
        {"token": token_of(code), "code": site.last_code(), "next": address},
    )

    assert opened.location == "/home"
    again = browser.get(f"/sign-in?{urlencode({'next': address})}")
    assert again.location == "/home"


@blocking
def test_a_wrong_sign_in_sends_no_code(site: Site) -> None:
    sign_in_with(site, site.browser(), LOGIN, "Coquelicot-1980")

    assert site.last_code() == ""


@blocking
def test_wrong_passwords_pause_even_the_right_one(site: Site) -> None:
    for _ in range(site.settings.web.login_tries):
        sign_in_with(site, site.browser(), LOGIN, "Coquelicot-1980")

    site.give_password(site.browser())
    assert site.last_code() == ""

    site.clock.advance(seconds=site.settings.web.login_pause_seconds)
    site.give_password(site.browser())
    assert site.last_code() != ""


@blocking
def test_five_wrong_codes_void_the_code(site: Site) -> None:
    browser = site.browser()
    site.give_password(browser)
    code = site.last_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    texts = [site.give_code(browser, wrong).text for _ in range(5)]

    assert "4 essais" in texts[0]
    assert "plus valable" in texts[4]
    assert site.give_code(browser, code).location == ""
    assert browser.get("/home").location == "/sign-in/code"


@blocking
def test_a_new_code_replaces_the_old_one(site: Site) -> None:
    browser = site.browser()
    site.give_password(browser)
    old = site.last_code()

    page = browser.get("/sign-in/code")
    again = browser.post("/sign-in/code/again", {"token": token_of(page)})

    assert again.location == "/sign-in/code?again=1"
    new = site.last_code()
    assert old == new or site.give_code(browser, old).status == 422
    assert site.give_code(browser, new).location == "/home"


@blocking
def test_codes_are_not_sent_without_end(site: Site) -> None:
    browser = site.browser()
    site.give_password(browser)
    for _ in range(4):
        page = browser.get("/sign-in/code")
        assert browser.post("/sign-in/code/again", {"token": token_of(page)}).location
    code = site.last_code()
    for _ in range(2):
        page = browser.get("/sign-in/code")
        no_more = browser.post("/sign-in/code/again", {"token": token_of(page)})
        assert no_more.status == 429
        assert "à partir de 11\u00a0h\u00a000" in no_more.text
    other = site.give_password(site.browser())
    assert (other.status, "à partir de 11\u00a0h\u00a000" in other.text) == (429, True)

    with site.database.read() as work:
        sent = [
            line.action
            for line in work.journal.lines(chain_of(site.patient))
            if line.action == "session:start"
        ]
    assert len(sent) == site.settings.web.code_requests
    assert site.give_code(browser, code).location == "/home"
    site.clock.advance(hours=1)
    assert site.give_password(site.browser()).location == "/sign-in/code"


@blocking
def test_a_code_opens_only_the_session_it_was_asked_in(site: Site) -> None:
    asked, other = site.browser(), site.browser()
    site.give_password(other)
    site.give_password(asked)
    code = site.last_code()
    with site.database.read() as work:
        codes = work.connection.execute(select(one_time_codes)).all()
    assert len(codes) == 2

    stolen = site.give_code(other, code)

    assert stolen.status == 422
    assert site.give_code(asked, code).location == "/home"


@blocking
def test_a_code_is_too_late_after_ten_minutes(site: Site) -> None:
    browser = site.browser()
    site.give_password(browser)
    code = site.last_code()

    site.clock.advance(minutes=10)

    assert site.give_code(browser, code).status == 422


@blocking
def test_of_parallel_submits_of_one_code_one_opens(site: Site) -> None:
    browser = site.browser()
    site.give_password(browser)
    code, token = site.last_code(), token_of(browser.get("/sign-in/code"))

    def submit() -> str:
        twin = Browser(site.port, dict(browser.cookies))
        return twin.post("/sign-in/code", {"token": token, "code": code}).location

    with ThreadPoolExecutor(4) as threads:
        places = list(threads.map(lambda _: submit(), range(4)))

    assert places.count("/home") == 1
    with site.database.read() as work:
        stages = work.connection.execute(select(web_sessions.c.stage)).scalars()
        assert list(stages) == ["open"]


@blocking
def test_the_cookie_changes_at_each_step_and_the_old_ones_are_dead(
    site: Site,
) -> None:
    browser = site.browser()
    browser.get("/sign-in")
    cookies = [browser.cookies["__Host-session"]]
    site.give_password(browser)
    cookies.append(browser.cookies["__Host-session"])
    site.give_code(browser, site.last_code())
    cookies.append(browser.cookies["__Host-session"])

    assert len(set(cookies)) == 3
    for old in cookies[:2]:
        replay = Browser(site.port, {"__Host-session": old})
        assert replay.get("/home").location.startswith("/sign-in")


@blocking
def test_a_planted_cookie_is_not_adopted_by_signing_in(site: Site) -> None:
    planted = "a" * 64
    browser = Browser(site.port, {"__Host-session": planted})

    site.give_password(browser)
    site.give_code(browser, site.last_code())

    assert browser.cookies["__Host-session"] != planted
    thief = Browser(site.port, {"__Host-session": planted})
    assert thief.get("/home").location.startswith("/sign-in")


@blocking
def test_cookies_are_for_this_host_alone_and_unseen_by_scripts(site: Site) -> None:
    for cookie in site.browser().get("/sign-in").cookies:
        assert cookie.startswith("__Host-")
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
        assert not any(part.startswith("Domain") for part in parts)


@blocking
def test_signing_out_kills_the_session_for_good(site: Site) -> None:
    browser = site.signed_in()
    kept = dict(browser.cookies)

    left = browser.post("/sign-out", {"token": token_of(browser.get("/inbox"))})

    assert left.location == "/sign-in?left=1"
    assert Browser(site.port, kept).get("/home").location == "/sign-in?expired=1"


@blocking
def test_silence_ends_a_session_and_activity_keeps_it(site: Site) -> None:
    browser = site.signed_in()
    for _ in range(3):
        site.clock.advance(minutes=14)
        assert browser.get("/inbox").status == 200

    site.clock.advance(minutes=15)

    assert browser.get("/home").location == "/sign-in?expired=1"


@blocking
def test_a_session_has_a_whole_life_too(site: Site) -> None:
    browser = site.signed_in()
    for _ in range(34):
        site.clock.advance(minutes=14)
        browser.get("/inbox")

    site.clock.advance(minutes=14)

    assert browser.get("/inbox").status == 303


@blocking
def test_a_suspended_space_closes_at_once(site: Site) -> None:
    browser = site.signed_in()

    with site.database.write() as work:
        Profiles(work).change(site.patient, "state", state="SUSPENDED")

    assert browser.get("/inbox").status == 303
    site.give_password(site.browser())
    with site.database.read() as work:
        assert list(work.connection.execute(select(one_time_codes))) == []


@blocking
def test_missing_fields_are_asked_for_with_a_link_to_each(site: Site) -> None:
    browser = site.browser()

    page = sign_in_with(site, browser, "", "")

    assert page.status == 422
    assert 'href="#login"' in page.text
    assert 'href="#password"' in page.text
    assert 'aria-describedby="login-hint login-problem"' in page.text


@blocking
def test_a_password_is_never_given_back(site: Site) -> None:
    browser = site.browser()

    page = sign_in_with(site, browser, "", "Coquelicot-1979")

    assert "Coquelicot" not in page.text


@pytest.mark.parametrize("site", [{"address_tries": 60}], indirect=True)
@blocking
def test_too_many_tries_from_one_address_wait_whatever_they_are(site: Site) -> None:
    browser = site.browser()
    token = token_of(browser.get("/sign-in"))
    fields = {"token": token, "login": "", "password": ""}

    def ask(_: int) -> int:
        return Browser(site.port, dict(browser.cookies)).post("/sign-in", fields).status

    with ThreadPoolExecutor(12) as threads:
        statuses = list(threads.map(ask, range(61)))

    assert sorted(statuses) == [422] * 60 + [429]
    site.clock.advance(minutes=3, seconds=30)
    slowed = browser.post("/sign-in", fields)
    assert (slowed.status, slowed.headers["retry-after"]) == (429, "90")
    assert "Attendez 2 minutes" in slowed.text
    site.clock.advance(seconds=90)
    assert browser.post("/sign-in", fields).status == 422


@pytest.mark.parametrize(
    "site",
    [{"address_tries": 2, "trusted_proxies": ("127.0.0.0/8",)}],
    indirect=True,
)
@blocking
def test_those_behind_a_proxy_are_counted_one_by_one(site: Site) -> None:
    browser = site.browser()
    token = token_of(browser.get("/sign-in"))
    fields = {"token": token, "login": "", "password": ""}

    def ask(client: str) -> int:
        said = {"X-Forwarded-For": f"6.6.6.6, {client}"}
        return browser.post("/sign-in", fields, **said).status

    assert [ask("192.0.2.1") for _ in range(3)] == [422, 422, 429]
    assert ask("192.0.2.2") == 422


@blocking
def test_logins_and_codes_are_in_no_log(site: Site) -> None:
    from twisted.logger import formatEvent, globalLogPublisher

    lines: list[str] = []

    def observer(event: dict[str, object]) -> None:
        lines.append(f"{formatEvent(event)} {event!r}")

    globalLogPublisher.addObserver(observer)  # type: ignore[arg-type]
    try:
        browser = site.sign_in()
        code = site.last_code()
        browser.get("/documents/" + "0" * 32)
    finally:
        globalLogPublisher.removeObserver(observer)  # type: ignore[arg-type]

    text = "\n".join(lines)
    assert LOGIN not in text
    assert code not in text
    assert PASSWORD not in text
    assert "0" * 32 not in text


@blocking
def test_wrong_passwords_are_counted_on_the_account_alone(site: Site) -> None:
    sign_in_with(site, site.browser(), "personne", "x")
    sign_in_with(site, site.browser(), LOGIN, "x")

    with site.database.read() as work:
        counts = work.connection.execute(select(accounts.c.failures)).scalars()
        assert list(counts) == [1]

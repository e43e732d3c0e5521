"""Signing in: the way in, and every way that must not be one (W05, W07, W08)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from gateway.store.journal import chain_of
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import accounts, one_time_codes, web_sessions
from tests.web.browsing import LOGIN, PASSWORD, Browser, Reply, Site, blocking, token_of


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

    assert opened.location == "/inbox"
    page = browser.get("/inbox")
    assert page.status == 200
    assert "Dominique PAT-TROIS" in page.text


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


@pytest.mark.parametrize(
    ("login", "password"),
    [("personne", PASSWORD), (LOGIN, "Coquelicot-1980"), ("x" * 500, "y" * 5000)],
)
@blocking
def test_a_wrong_sign_in_looks_like_a_right_one(
    site: Site, login: str, password: str
) -> None:
    right, wrong = site.browser(), site.browser()

    good = site.give_password(right)
    bad = sign_in_with(site, wrong, login, password)

    assert (bad.status, bad.location) == (good.status, good.location)
    assert bad.headers.keys() == good.headers.keys()
    assert bare(wrong.get("/sign-in/code")) == bare(right.get("/sign-in/code"))
    wrong_code = site.give_code(wrong, "123456")
    good_wrong = site.give_code(right, "123456")
    assert (wrong_code.status, bare(wrong_code)) == (422, bare(good_wrong))


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
    assert browser.get("/inbox").location == "/sign-in/code"


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
    assert site.give_code(browser, new).location == "/inbox"


@blocking
def test_codes_are_not_sent_without_end(site: Site) -> None:
    browser = site.browser()
    site.give_password(browser)
    for _ in range(8):
        page = browser.get("/sign-in/code")
        assert browser.post("/sign-in/code/again", {"token": token_of(page)}).location

    with site.database.read() as work:
        sent = [
            line.action
            for line in work.journal.lines(chain_of(site.patient))
            if line.action == "session:start"
        ]
    assert len(sent) == site.settings.web.code_requests


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
    assert site.give_code(asked, code).location == "/inbox"


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

    assert places.count("/inbox") == 1
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
        assert replay.get("/inbox").location.startswith("/sign-in")


@blocking
def test_a_planted_cookie_is_not_adopted_by_signing_in(site: Site) -> None:
    planted = "a" * 64
    browser = Browser(site.port, {"__Host-session": planted})

    site.give_password(browser)
    site.give_code(browser, site.last_code())

    assert browser.cookies["__Host-session"] != planted
    thief = Browser(site.port, {"__Host-session": planted})
    assert thief.get("/inbox").location.startswith("/sign-in")


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
    assert Browser(site.port, kept).get("/inbox").location == "/sign-in?expired=1"


@blocking
def test_silence_ends_a_session_and_activity_keeps_it(site: Site) -> None:
    browser = site.signed_in()
    for _ in range(3):
        site.clock.advance(minutes=14)
        assert browser.get("/inbox").status == 200

    site.clock.advance(minutes=15)

    assert browser.get("/inbox").location == "/sign-in?expired=1"


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
        rows = work.connection.execute(select(one_time_codes.c.account_id)).scalars()
        assert None in list(rows)


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
    site.clock.advance(minutes=5)
    assert browser.post("/sign-in", fields).status == 422


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

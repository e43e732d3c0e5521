"""A browser in which a patient asked for no code: when none is asked, and when one is.

Several modules together: the pages, `signing_in`, `devices`, `trusted_devices`.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.core.texts.notices import NoticeKind
from gateway.rights.profile import ProfileState
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.life import go_on
from gateway.store.tables import devices, trusted_devices
from tests.builders_people import matricule
from tests.web.browsing import (
    PASSWORD,
    Browser,
    Reply,
    Site,
    add_patient,
    blocking,
    token_of,
)
from tests.web.patient.test_account import FRESH, profile_of, prove, send, told
from tests.web.patient.test_passkeys import lines_of

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"


def trusting(site: Site) -> Browser:
    """Go the whole way in, and ask for no code in this browser any more."""
    browser = site.browser()
    site.give_password(browser)
    page = browser.get("/sign-in/code")
    fields = {"token": token_of(page), "code": site.last_code(), "trust": "1"}
    done = browser.post("/sign-in/code", fields, **{"User-Agent": AGENT})
    assert done.location == "/home"
    assert "__Host-trusted" in browser.cookies
    site.clock.advance(seconds=1)
    return browser


def leave(browser: Browser) -> None:
    browser.post("/sign-out", {"token": token_of(browser.get("/account"))})


def again(site: Site, browser: Browser) -> Reply:
    """Sign out, and give the password again."""
    leave(browser)
    return site.give_password(browser)


@blocking
def test_in_a_trusted_browser_the_password_is_enough(site: Site) -> None:
    browser = trusting(site)
    cookie = browser.cookies["__Host-trusted"]
    codes = len(told(site, NoticeKind.CODE))

    opened = again(site, browser)

    assert opened.location == "/home"
    assert browser.get("/home").status == 200
    assert len(told(site, NoticeKind.CODE)) == codes
    assert len(told(site, NoticeKind.TRUSTED)) == 1
    assert len(told(site, NoticeKind.DEVICE)) == 1
    assert "Firefox" not in told(site, NoticeKind.TRUSTED)[0][1]
    assert lines_of(site, "session:open") == ["open", "trusted"]
    assert cookie not in repr(lines_of(site, "session:open"))
    history = browser.get("/history").text
    assert "depuis un appareil de confiance" in history
    assert "plus de code demandé" in history


@blocking
def test_the_cookie_ends_with_the_trust_and_is_seen_by_nobody_else(site: Site) -> None:
    browser = site.browser()
    site.give_password(browser)
    page = browser.get("/sign-in/code")
    fields = {"token": token_of(page), "code": site.last_code(), "trust": "1"}
    assert "pendant 30 jours" in page.text

    done = browser.post("/sign-in/code", fields)

    sent = next(one for one in done.cookies if one.startswith("__Host-trusted="))
    assert sent.endswith("Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000")


@blocking
def test_unasked_a_code_is_asked_each_time(site: Site) -> None:
    browser = site.sign_in()

    assert "__Host-trusted" not in browser.cookies
    assert again(site, browser).location == "/sign-in/code"
    assert told(site, NoticeKind.TRUSTED) == []


@blocking
def test_a_wrong_password_is_no_less_wrong_there(site: Site) -> None:
    browser = trusting(site)
    leave(browser)

    refused = site.give_password(browser, "Coquelicot-1980")

    assert refused.status == 422
    assert "identifiant ou ce mot de passe" in refused.text
    for _ in range(site.settings.web.login_tries - 1):
        site.give_password(browser, "Coquelicot-1980")
    assert site.give_password(browser).status == 429


@blocking
def test_trust_lasts_so_many_days(site: Site) -> None:
    browser = trusting(site)
    site.clock.advance(days=site.settings.web.trusted_days, seconds=-2)
    browser.cookies.pop("__Host-session")  # it ended long ago
    assert site.give_password(browser).location == "/home"

    site.clock.advance(seconds=2)

    assert again(site, browser).location == "/sign-in/code"


@pytest.mark.parametrize("site", [{"trusted_days": 0}], indirect=True)
@blocking
def test_where_it_is_not_offered_no_browser_is_trusted(site: Site) -> None:
    browser = site.browser()
    site.give_password(browser)
    page = browser.get("/sign-in/code")
    assert 'name="trust"' not in page.text

    fields = {"token": token_of(page), "code": site.last_code(), "trust": "1"}
    assert browser.post("/sign-in/code", fields).location == "/home"

    assert "__Host-trusted" not in browser.cookies
    assert "code ne soit demandé" not in browser.get("/help").text


@blocking
def test_another_browser_with_one_of_the_cookies_is_asked_for_a_code(
    site: Site,
) -> None:
    """Whoever put a cookie of theirs into a browser before has not the other one."""
    browser = trusting(site)
    for name in ("__Host-trusted", "__Host-device"):
        thief = Browser(site.port, {name: browser.cookies[name]})
        assert site.give_password(thief).location == "/sign-in/code"
    for name in ("__Host-trusted", "__Host-device"):
        forged = Browser(site.port, {**browser.cookies, name: "0" * 64})
        forged.cookies.pop("__Host-session")
        assert site.give_password(forged).location == "/sign-in/code"


@blocking
def test_trust_of_one_account_opens_no_other(site: Site) -> None:
    add_patient(site.database, ins=matricule(7), login="quelqu-un-dautre")
    browser = trusting(site)
    leave(browser)

    page = browser.get("/sign-in")
    fields = {"token": token_of(page), "login": "quelqu-un-dautre"}
    other = browser.post("/sign-in", {**fields, "password": PASSWORD})

    assert other.location == "/sign-in/code"


@blocking
def test_a_change_of_the_account_asks_for_a_code_all_the_same(site: Site) -> None:
    browser = trusting(site)
    again(site, browser)

    assert browser.get("/account/password").location.startswith("/account/prove")
    given = send(browser, "/account/prove", password=PASSWORD)
    assert given.location.startswith("/account/prove/code")
    assert browser.get("/account/password").location.startswith("/account/prove")


@blocking
def test_it_is_listed_and_taken_back(site: Site) -> None:
    browser = trusting(site)
    page = browser.get("/account/devices")
    assert "Appareil de confiance" in page.text
    address = page.text.split('/distrust"')[0].rsplit('action="', 1)[1]

    done = browser.post(f"{address}/distrust", {"token": token_of(page)})

    assert done.location == "/account/devices?done=distrusted"
    shown = browser.get(done.location).text
    assert "de nouveau demandé" in shown
    assert "/distrust" not in shown
    assert again(site, browser).location == "/sign-in/code"
    repeated = browser.post(f"{address}/distrust", {"token": token_of(page)})
    assert repeated.status in {303, 403}


@pytest.mark.parametrize("ending", ["password", "lost", "forgotten", "closed"])
@blocking
def test_it_ends_with_what_it_rests_on(site: Site, ending: str) -> None:
    browser, password = trusting(site), PASSWORD
    if ending == "password":
        prove(site, browser)
        send(browser, "/account/password", password=FRESH, again=FRESH)
        password = FRESH
    elif ending == "lost":
        with site.database.write() as work:
            Accounts(work).set_password(profile_of(site), FRESH)
        password = FRESH
    elif ending == "forgotten":
        other = site.sign_in()
        other.post(
            "/account/devices/end", {"token": token_of(other.get("/account/devices"))}
        )
    else:
        with site.database.write() as work:
            notices = site.desk.notices(work)
            go_on(work, notices, profile_of(site), ProfileState.CLOSED)

    with site.database.read() as work:
        assert work.connection.execute(select(trusted_devices)).all() == []
    browser.cookies.pop("__Host-session", None)
    assert site.give_password(browser, password).location == "/sign-in/code"


@blocking
def test_trust_that_somebody_wrote_opens_nothing(site: Site) -> None:
    browser = trusting(site)
    leave(browser)
    with site.database.write() as work:
        later = work.now + timedelta(days=900)
        work.connection.execute(update(trusted_devices).values(expires_at=later))

    assert site.give_password(browser).status == 503


@blocking
def test_a_browser_that_is_forgotten_is_trusted_no_more(site: Site) -> None:
    browser, other = trusting(site), site.sign_in()
    with site.database.read() as work:
        trusted = work.connection.execute(
            select(trusted_devices.c.device_id)
        ).scalar_one()
        assert work.connection.execute(
            select(devices.c.id).where(devices.c.id == trusted)
        ).scalar_one()
    page = other.get("/account/devices")

    ended = other.post(f"/account/devices/{trusted}/end", {"token": token_of(page)})

    assert ended.location == "/account/devices?done=one"
    browser.cookies.pop("__Host-session")
    assert site.give_password(browser).location == "/sign-in/code"

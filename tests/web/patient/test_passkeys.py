"""
Passkeys: made once it is proven who asks, used in place of password and code, removed.

Several modules together: the pages, `using_passkeys`, `challenges`, the store's. With a
software authenticator that can lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.core.texts.notices import NoticeKind
from gateway.rights.profile import ProfileState
from gateway.store.journal import chain_of
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.life import go_on
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import passkeys
from gateway.web.patient.using_passkeys import LONGEST_NAME
from gateway.web.patient.webauthn import RelyingParty
from tests.builders_passkeys import (
    PRESENT,
    Authenticator,
    asked_of,
    make_key,
    text_of,
)
from tests.builders_people import matricule
from tests.web.browsing import (
    PASSWORD,
    Browser,
    Reply,
    Site,
    add_patient,
    blocking,
    running_site,
    token_of,
)
from tests.web.patient.test_account import FRESH, profile_of, prove, proved, send, told

NEW, USE = "/account/passkeys/new", "/sign-in/passkey"


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The patients' pages under a name: no passkey is made for an address."""
    changed = getattr(request, "param", {})
    with running_site(tmp_path, public_host="localhost", **changed) as running:
        yield running


def authenticator(site: Site, **lies: Any) -> Authenticator:
    service = RelyingParty.at(site.settings.public_url)
    assert service is not None
    return Authenticator(**{"origin": service.origin, "rp_id": service.id, **lies})


def make(browser: Browser, one: Authenticator, name: str = "Mon téléphone") -> Reply:
    """Make a passkey with the form of its page."""
    page = browser.get(NEW)
    fields = {"token": token_of(page), "name": name, **one.made(asked_of(page.text))}
    return browser.post(NEW, fields)


def use(browser: Browser, one: Authenticator, **changed: str) -> Reply:
    """Use it with the form of the page to sign in with."""
    page = browser.get(USE)
    fields = {"token": token_of(page), **one.used(asked_of(page.text)), **changed}
    return browser.post(USE, fields)


def made(site: Site, **lies: Any) -> Authenticator:
    """Return a passkey that the patient has."""
    one = authenticator(site, **lies)
    assert make(proved(site), one).location == "/account/passkeys?done=added"
    return one


def lines_of(site: Site, action: str) -> list[str]:
    """Return the outcomes of the patient's lines of a kind."""
    with site.database.read() as work:
        lines = list(work.journal.lines(chain_of(site.patient)))
    return [one.outcome for one in lines if one.action == action]


@blocking
def test_a_passkey_is_made_listed_used_and_removed(site: Site) -> None:
    browser = site.signed_in()
    assert "Vous n’avez pas de clé d’accès" in browser.get("/account/passkeys").text
    assert prove(site, browser, NEW).location == NEW
    one = authenticator(site)

    done = make(browser, one, "Mon <b>bidule</b>")

    listed = browser.get(done.location).text
    assert "Votre clé d’accès est ajoutée" in listed
    assert "Mon &lt;b&gt;bidule&lt;/b&gt;" in listed
    assert "Pas encore utilisée" in listed
    assert "Vous avez 1 clé d’accès" in browser.get("/account").text
    visitor = site.browser()
    opened = use(visitor, one)
    assert opened.location == "/home"
    assert visitor.get("/home").status == 200
    assert site.last_code() == ""
    assert "Dernière utilisation" in visitor.get("/account/passkeys").text
    page = visitor.get("/account/passkeys")
    address = page.text.split('action="/account/passkeys/')[1].split('"')[0]
    gone = visitor.post(f"/account/passkeys/{address}", {"token": token_of(page)})
    assert gone.location == "/account/passkeys?done=removed"
    assert "n’ouvre plus rien" in visitor.get(gone.location).text
    assert use(site.browser(), one).status == 422
    assert len(told(site, NoticeKind.PASSKEY)) == 2
    assert all("bidule" not in text for _, text in told(site, NoticeKind.PASSKEY))
    assert lines_of(site, "session:open") == ["passkey"]
    history = visitor.get("/history").text
    assert "par une clé d’accès" in history
    assert "Clé d" in history
    assert "Mon &lt;b&gt;bidule" in history


@blocking
def test_nothing_is_made_before_password_and_code(site: Site) -> None:
    ready, browser = proved(site), site.signed_in()
    page = ready.get(NEW)
    fields = authenticator(site).made(asked_of(page.text))

    token = token_of(browser.get("/account"))
    answer = browser.post(NEW, {"token": token, "name": "x", **fields})

    assert answer.location.startswith("/account/prove?for=")
    assert browser.get(NEW).location.startswith("/account/prove?for=")
    assert browser.get("/account/passkeys").text.count("/remove") == 0


@blocking
def test_the_two_pages_alone_have_a_script_and_it_is_a_file_of_ours(
    site: Site,
) -> None:
    browser = proved(site)
    visitor = site.browser()

    for page in (browser.get(NEW), visitor.get(USE)):
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert page.text.count("<script") == 1
        address = page.text.split('<script src="')[1].split('"')[0]
        script = visitor.get(address)
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        assert script.status == 200
        assert "exécute le script de cette page" in page.text
    for path in ("/account", "/account/passkeys", "/account/devices", "/home"):
        page = browser.get(path)
        assert "script-src" not in page.headers["content-security-policy"]
        assert "<script" not in page.text
    refused = visitor.post(USE, {"token": token_of(visitor.get(USE))})
    assert refused.status == 422
    assert "script-src 'self'" in refused.headers["content-security-policy"]


LIES: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://localhost.evil.test"},
    "another service": {"rp_id": "evil.test"},
    "nobody verified": {"flags": PRESENT},
    "another site's frame": {"client": {"crossOrigin": True}},
}


@pytest.mark.parametrize("lie", LIES)
@blocking
def test_w18_a_lie_makes_no_passkey(site: Site, lie: str) -> None:
    browser = proved(site)

    answer = make(browser, authenticator(site, **LIES[lie]))

    assert answer.status == 422
    assert "n’est pas ajoutée" in answer.text
    assert browser.get("/account/passkeys").text.count("/remove") == 0
    assert told(site, NoticeKind.PASSKEY) == []


@pytest.mark.parametrize("lie", LIES)
@blocking
def test_w18_a_lie_opens_nothing(site: Site, lie: str) -> None:
    one = made(site)
    for name, value in LIES[lie].items():
        setattr(one, name, value)
    visitor = site.browser()

    answer = use(visitor, one)

    assert answer.status == 422
    assert visitor.get("/home").location.startswith("/sign-in")
    assert lines_of(site, "session:refuse") == ["passkey"]


@blocking
def test_w18_an_answer_is_good_once_and_for_one_browser(site: Site) -> None:
    one = made(site, counter=None)  # it does not count: nothing else tells a replay
    visitor, thief = site.browser(), site.browser()
    page = visitor.get(USE)
    fields = {"token": token_of(page), **one.used(asked_of(page.text))}
    stolen = dict(visitor.cookies)

    theirs = {**fields, "token": token_of(thief.get(USE))}
    assert thief.post(USE, theirs).status == 422
    assert visitor.post(USE, fields).location == "/home"

    again = Browser(site.port, stolen).post(USE, fields)
    assert again.status == 422
    assert "trop longtemps" in again.text
    assert lines_of(site, "session:open") == ["passkey"]


@blocking
def test_w18_an_answer_is_good_for_minutes(site: Site) -> None:
    one = made(site)
    late, soon = site.browser(), site.browser()
    pages = [browser.get(USE) for browser in (late, soon)]
    forms = [
        {"token": token_of(page), **one.used(asked_of(page.text))} for page in pages
    ]

    site.clock.advance(seconds=site.settings.web.passkey_seconds - 1)
    assert soon.post(USE, forms[1]).location == "/home"
    site.clock.advance(seconds=2)
    assert late.post(USE, forms[0]).status == 422


@blocking
def test_w18_a_challenge_for_making_is_none_for_signing_in(site: Site) -> None:
    one, browser = made(site), proved(site)
    asked = asked_of(browser.get(NEW).text)
    token = token_of(browser.get("/account"))
    browser.post("/sign-out", {"token": token})

    visitor = site.browser()
    answer = visitor.post(USE, {"token": token_of(visitor.get(USE)), **one.used(asked)})

    assert answer.status == 422


@blocking
def test_w18_a_copied_passkey_is_refused_and_both_are_told_apart(site: Site) -> None:
    one = made(site)
    assert use(site.browser(), one).location == "/home"
    assert use(site.browser(), one).location == "/home"
    one.counter = 1  # the copy signs for the second time

    answer = use(site.browser(), one)

    assert answer.status == 422
    assert lines_of(site, "session:refuse") == ["passkey-cloned"]
    assert use(site.browser(), one).location == "/home"  # the owner goes on


@blocking
def test_w18_the_passkey_of_another_account_opens_only_that_one(site: Site) -> None:
    one = made(site)
    with site.database.write() as work:
        before = work.connection.execute(select(passkeys)).one()
    other = add_patient(site.database, ins=matricule(7), login="quelqu-un-dautre")
    mine = one.handle

    one.handle = b"x" * 32
    assert use(site.browser(), one).status == 422
    one.handle = mine
    with site.database.write() as work:
        theirs = Accounts(work).find("quelqu-un-dautre").id
        work.connection.execute(update(passkeys).values(account_id=theirs))
    assert use(site.browser(), one).status == 503
    with site.database.write() as work:
        work.connection.execute(update(passkeys).values(account_id=before.account_id))
    visitor = site.browser()
    assert use(visitor, one).location == "/home"
    assert other not in visitor.get("/account").text


@blocking
def test_w18_the_same_passkey_is_kept_once(site: Site) -> None:
    one, browser = made(site), proved(site)

    again = make(browser, one)

    assert again.status == 422
    assert "Elle y est déjà" in again.text
    assert text_of(one.credential) in browser.get(NEW).text  # the browser is told


@pytest.mark.parametrize("site", [{"max_passkeys": 2}], indirect=True)
@blocking
def test_an_account_has_so_many_passkeys_and_no_more(site: Site) -> None:
    browser = proved(site)
    for _ in range(2):
        assert make(browser, authenticator(site)).status == 303

    more = make(browser, authenticator(site))

    assert more.status == 422
    assert "Vous avez 2 clés d’accès" in more.text
    page = browser.get("/account/passkeys").text
    assert page.count("/remove") == 2
    assert NEW not in page


@blocking
def test_all_passkeys_of_an_account_stand_for_it_alike(site: Site) -> None:
    first, second = made(site), made(site)

    assert first.handle == second.handle
    assert use(site.browser(), first).location == "/home"
    assert use(site.browser(), second).location == "/home"


@pytest.mark.parametrize("site", [{"max_passkeys": 0}], indirect=True)
@blocking
def test_where_none_are_offered_there_are_no_pages_of_them(site: Site) -> None:
    browser, visitor = site.signed_in(), site.browser()

    assert visitor.get(USE).status == 404
    assert "passkey" not in visitor.get("/sign-in").text
    for path in ("/account/passkeys", NEW):
        assert browser.get(path).status == 404
    assert "passkey" not in browser.get("/account").text


@blocking
def test_a_name_is_cut_and_there_is_one_where_none_was_written(site: Site) -> None:
    browser = proved(site)
    agent = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    page = browser.get(NEW)
    one = authenticator(site)
    fields = {"token": token_of(page), "name": " ", **one.made(asked_of(page.text))}

    browser.post(NEW, fields, **{"User-Agent": agent})
    make(browser, authenticator(site), "n" * (LONGEST_NAME + 1))

    listed = browser.get("/account/passkeys").text
    assert "Firefox Windows" in listed
    assert "n" * LONGEST_NAME in listed
    assert "n" * (LONGEST_NAME + 1) not in listed


@blocking
def test_a_lost_password_ends_passkeys_and_a_changed_one_does_not(site: Site) -> None:
    one, browser = made(site), proved(site)
    send(browser, "/account/password", password=FRESH, again=FRESH)
    assert use(site.browser(), one).location == "/home"

    with site.database.write() as work:
        Accounts(work).set_password(profile_of(site), PASSWORD)

    assert use(site.browser(), one).status == 422


@pytest.mark.parametrize("state", [ProfileState.CLOSED, ProfileState.SUSPENDED])
@blocking
def test_the_end_of_a_space_ends_its_passkeys(site: Site, state: ProfileState) -> None:
    one = made(site)
    with site.database.write() as work:
        go_on(work, site.desk.notices(work), profile_of(site), state)
    with site.database.read() as work:
        assert work.connection.execute(select(passkeys)).all() == []

    assert use(site.browser(), one).status == 422


@blocking
def test_a_space_without_an_address_is_opened_by_nothing(site: Site) -> None:
    one = made(site)
    with site.database.write() as work:
        Profiles(work).set_email(profile_of(site), "")

    answer = use(site.browser(), one)

    assert answer.status == 422
    assert "pas ouvert" in answer.text


@blocking
def test_a_paused_password_leaves_the_passkey(site: Site) -> None:
    """Who guesses at a password keeps nobody out who has a passkey."""
    one = made(site)
    for _ in range(site.settings.web.login_tries):
        site.give_password(site.browser(), "Coquelicot-1980")
    assert site.give_password(site.browser()).status == 429

    assert use(site.browser(), one).location == "/home"
    assert site.give_password(site.browser()).status == 429


@blocking
def test_signing_in_leads_to_what_was_asked_for(site: Site) -> None:
    one, visitor = made(site), site.browser()

    assert "?next=/inbox" in visitor.get("/sign-in?next=/inbox").text
    assert use(visitor, one, next="/inbox").location == "/inbox"
    assert visitor.get(USE).location == "/home"


@blocking
def test_another_key_under_a_known_id_opens_nothing(site: Site) -> None:
    one = made(site)
    one.key = make_key()

    assert use(site.browser(), one).status == 422
    assert lines_of(site, "session:refuse") == ["passkey"]


@blocking
def test_a_passkey_is_removed_by_who_has_it(site: Site) -> None:
    made(site)
    with site.database.read() as work:
        row = work.connection.execute(select(passkeys)).one()
    add_patient(site.database, ins=matricule(7), login="quelqu-un-dautre")
    browser = site.signed_in()
    token = token_of(browser.get("/account"))

    missing = browser.post(f"/account/passkeys/{'0' * 32}/remove", {"token": token})

    assert missing.status == 404
    with site.database.read() as work:
        assert work.connection.execute(select(passkeys.c.id)).scalar_one() == row.id


@blocking
def test_nothing_of_a_passkey_lies_there_in_clear(site: Site) -> None:
    one = made(site)
    with site.database.read() as work:
        row = work.connection.execute(select(passkeys)).one()

    kept = repr(tuple(row))

    assert one.credential.hex() not in kept
    assert text_of(one.credential) not in kept
    assert "phone" not in kept

"""
The account: what changes it, who must prove what first, and who is told of it.

Several modules together: the pages, `changing_account`, `proving`, the browsers.
"""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from gateway.core.texts.notices import NOTICE_TEXTS, NoticeKind
from gateway.store.journal import chain_of
from gateway.store.patients.account_steps import AccountSteps, StepKind
from gateway.store.patients.accounts import Accounts, password_matches
from gateway.store.patients.notices import get_notice
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.web_sessions import SessionLife, WebSessions
from gateway.store.tables import account_steps, devices, notices, web_sessions
from tests.builders_people import matricule
from tests.web.browsing import (
    LOGIN,
    PASSWORD,
    Browser,
    Reply,
    Site,
    add_patient,
    blocking,
    token_of,
)

FRESH = "nénuphar dans la brume 84"
CHANGES = (
    "/account/password",
    "/account/login",
    "/account/email",
    "/account/telephone",
)
ALSO_PROVED = (
    "/account/close",
    "/people/new",
    "/people/child",
)


def send(browser: Browser, path: str, page: str = "", **fields: str) -> Reply:
    """Fill in the form of a page."""
    shown = browser.get(page or path)
    return browser.post(path, {"token": token_of(shown), **fields})


def told(site: Site, kind: NoticeKind) -> list[tuple[str, str]]:
    """Return the address and text of the notices of a kind, the oldest first."""
    with site.database.read() as work:
        rows = work.connection.execute(
            select(notices.c.id)
            .where(notices.c.kind == kind.value)
            .order_by(notices.c.created_at)
        )
        found = [get_notice(work, row.id) for row in rows]
    return [(one.to, one.text) for one in found if one is not None]


def code_of(site: Site, to: str) -> str:
    """Return the last confirmation code that was sent to an address."""
    texts = [text for address, text in told(site, NoticeKind.PROOF) if address == to]
    site.clock.advance(seconds=1)
    return texts[-1].split(" : ")[1][:6]


def prove(site: Site, browser: Browser, wanted: str = "/account/password") -> Reply:
    """Give the password and the code once more."""
    asked = browser.get(wanted)
    assert asked.location.startswith("/account/prove?for=")
    given = send(
        browser, "/account/prove", asked.location, password=PASSWORD, **{"for": wanted}
    )
    assert given.location.startswith("/account/prove/code")
    return send(
        browser,
        "/account/prove/code",
        given.location,
        code=code_of(site, "dominique@courriel.example"),
        **{"for": wanted},
    )


def proved(site: Site) -> Browser:
    """Return a browser signed in, in which the account may be changed now."""
    browser, profile = site.signed_in(), profile_of(site)
    life = SessionLife(idle=timedelta(minutes=15), whole=timedelta(hours=8))
    with site.database.write() as work:
        session = WebSessions(work, life).find(browser.cookies["__Host-session"])
        assert session is not None
        steps = AccountSteps(work, session, profile.key_id)
        steps.begin(StepKind.PROOF, timedelta(minutes=10))
    return browser


def profile_of(site: Site) -> Profile:
    with site.database.read() as work:
        profile = Profiles(work).get(site.patient)
    assert profile is not None
    return profile


def opens(site: Site, login: str, password: str) -> bool:
    with site.database.read() as work:
        account = Accounts(work).find(login)
    return password_matches(account, password)


@pytest.mark.parametrize("change", CHANGES)
@blocking
def test_nothing_changes_before_password_and_code(site: Site, change: str) -> None:
    """The form is not shown, and a form made by hand changes nothing."""
    browser = site.signed_in()
    token = token_of(browser.get("/account"))
    fields = {
        "token": token,
        "password": FRESH,
        "again": FRESH,
        "login": "nouvel-identifiant",
        "email": "autre@courriel.example",
        "telephone": "0612345678",
    }

    assert (
        browser.get(change).location
        == f"/account/prove?for={change.replace('/', '%2F')}"
    )
    assert browser.post(change, fields).location.startswith("/account/prove?for=")
    given = send(browser, "/account/prove", password=PASSWORD)
    assert given.location == "/account/prove/code?for=%2Faccount"
    assert browser.post(change, fields).location.startswith("/account/prove?for=")

    assert opens(site, LOGIN, PASSWORD)
    assert profile_of(site).email == "dominique@courriel.example"
    assert profile_of(site).telephone == ""


@pytest.mark.parametrize("wanted", [*CHANGES, *ALSO_PROVED])
@blocking
def test_the_proof_leads_to_what_was_wanted(site: Site, wanted: str) -> None:
    assert prove(site, site.signed_in(), wanted).location == wanted


@pytest.mark.parametrize(
    "wanted", ["", "//ailleurs.example", "/account/../home", "/people/child?a=b", "/"]
)
@blocking
def test_of_any_other_address_it_leads_to_the_account(site: Site, wanted: str) -> None:
    browser = proved(site)
    asked = f"/account/prove?for={quote(wanted, safe='')}"

    assert browser.get(asked).location == "/account"


@blocking
def test_a_new_password_ends_every_other_session(site: Site) -> None:
    other, browser = site.sign_in(), site.sign_in()
    assert prove(site, browser).location == "/account/password"

    changed = send(browser, "/account/password", password=FRESH, again=FRESH)

    assert changed.location == "/account?done=password"
    assert "Votre mot de passe est changé" in browser.get(changed.location).text
    assert other.get("/inbox").location.startswith("/sign-in")
    assert opens(site, LOGIN, FRESH)
    assert not opens(site, LOGIN, PASSWORD)
    assert len(told(site, NoticeKind.PASSWORD)) == 1


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("", "", "Écrivez votre nouveau mot de passe"),
        (FRESH, FRESH + "x", "ne sont pas les mêmes"),
        ("Zx9!kw", "Zx9!kw", "trop court"),
        ("x" * 201, "x" * 201, "200 caractères au plus"),
        ("Pat-Trois-1979!", "Pat-Trois-1979!", "d’autres les connaissent"),
        ("azertyuiop12", "azertyuiop12", "serait deviné"),
    ],
)
@blocking
def test_a_password_that_is_refused_says_why(
    site: Site, password: str, again: str, words: str
) -> None:
    browser = proved(site)

    page = send(browser, "/account/password", password=password, again=again)

    assert page.status == 422
    assert words in page.text
    assert not password or password not in page.text
    assert opens(site, LOGIN, PASSWORD)


@blocking
def test_wrong_passwords_are_counted_with_those_of_signing_in(site: Site) -> None:
    browser = site.signed_in()
    for _ in range(site.settings.web.login_tries):
        page = send(browser, "/account/prove", password="Coquelicot-1980")
        assert page.status == 422
        assert "pas le bon mot de passe" in page.text

    paused = send(browser, "/account/prove", password=PASSWORD)

    assert paused.status == 429
    assert site.give_password(site.browser()).status == 429
    assert told(site, NoticeKind.PROOF) == []


@blocking
def test_a_proof_lasts_so_long_and_for_one_session(site: Site) -> None:
    browser = site.signed_in()
    other = site.signed_in()
    prove(site, browser)
    assert browser.get("/account/password").status == 200
    assert other.get("/account/password").status == 303

    site.clock.advance(seconds=site.settings.web.proof_seconds - 2)
    assert browser.get("/account/password").status == 200
    site.clock.advance(seconds=2)
    assert browser.get("/account/password").status == 303


@blocking
def test_a_step_moved_to_another_session_is_no_proof(site: Site) -> None:
    """What somebody with the database alone would do with a browser of their own."""
    browser = site.signed_in()
    prove(site, browser)
    other = site.signed_in()
    with site.database.write() as work:
        digests = work.connection.execute(select(web_sessions.c.digest)).scalars()
        known = work.connection.execute(select(account_steps.c.session)).scalar_one()
        moved = next(one for one in digests if one != known)
        work.connection.execute(update(account_steps).values(session=moved))

    assert other.get("/account/password").status == 503
    assert browser.get("/account/password").status == 303


@blocking
def test_a_wrong_code_proves_nothing(site: Site) -> None:
    browser = site.signed_in()
    send(browser, "/account/prove", password=PASSWORD)
    code = code_of(site, "dominique@courriel.example")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert send(browser, "/account/prove/code", code="12 34").status == 422

    pages = [send(browser, "/account/prove/code", code=wrong) for _ in range(5)]

    assert "4 essais" in pages[0].text
    assert "plus valable" in pages[4].text
    assert send(browser, "/account/prove/code", code=code).status == 422
    assert browser.get("/account/password").status == 303
    with site.database.read() as work:
        lines = list(work.journal.lines(chain_of(site.patient)))
    assert [one.action for one in lines].count("account:refuse") == 6
    assert code not in repr(lines)


@blocking
def test_another_code_takes_the_place_of_the_last_one(site: Site) -> None:
    browser = site.signed_in()
    send(browser, "/account/prove", password=PASSWORD)
    old = code_of(site, "dominique@courriel.example")

    again = send(browser, "/account/prove/again", "/account/prove/code")

    assert again.location.endswith("&again=1")
    assert "Un nouveau code arrive" in browser.get(again.location).text
    new = code_of(site, "dominique@courriel.example")
    assert old == new or send(browser, "/account/prove/code", code=old).status == 422
    assert send(browser, "/account/prove/code", code=new).location == "/account"


@blocking
def test_an_address_is_changed_once_it_is_proven(site: Site) -> None:
    browser = proved(site)

    asked = send(browser, "/account/email", email="neuve@courriel.example")

    assert asked.location == "/account/email/code"
    assert "neuve@courriel.example" in browser.get(asked.location).text
    assert profile_of(site).email == "dominique@courriel.example"
    code = code_of(site, "neuve@courriel.example")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert send(browser, "/account/email/code", code=wrong).status == 422
    done = send(browser, "/account/email/code", code=code)
    assert done.location == "/account?done=email"
    assert profile_of(site).email == "neuve@courriel.example"
    assert {to for to, _ in told(site, NoticeKind.ADDRESS)} == {
        "dominique@courriel.example",
        "neuve@courriel.example",
    }
    assert browser.get("/account/email/code").location == "/account/email"


@pytest.mark.parametrize("address", ["", "a", "dominique@courriel.example", "a@b@c"])
@blocking
def test_no_code_is_sent_to_what_is_no_other_address(site: Site, address: str) -> None:
    browser = proved(site)
    before = len(told(site, NoticeKind.PROOF))

    assert send(browser, "/account/email", email=address).status == 422

    assert len(told(site, NoticeKind.PROOF)) == before
    assert browser.get("/account/email/code").location == "/account/email"


@blocking
def test_a_login_is_changed_and_told(site: Site) -> None:
    browser = proved(site)

    done = send(browser, "/account/login", login=" Dominique.Nouvelle ")

    assert done.location == "/account?done=login"
    assert "dominique.nouvelle" in browser.get(done.location).text
    assert opens(site, "dominique.nouvelle", PASSWORD)
    assert not opens(site, LOGIN, PASSWORD)
    assert len(told(site, NoticeKind.ACCOUNT)) == 1
    assert all("nouvelle" not in text for _, text in told(site, NoticeKind.ACCOUNT))


@blocking
def test_few_logins_are_looked_up_in_an_hour(site: Site) -> None:
    """Nobody lists by it who has an account; the right one waits as well."""
    add_patient(site.database, ins=matricule(7), login="quelqu-un-dautre")
    browser = proved(site)

    pages = [
        send(browser, "/account/login", login=login)
        for login in ("quelqu-un-dautre", "06 12", "a@b.fr", "279035121518989", "abc")
    ]

    assert [page.status for page in pages] == [422] * 5
    assert "Cet identifiant ne peut pas être donné" in pages[0].text
    waits = send(browser, "/account/login", login="un-autre-nom")
    assert waits.status == 429
    assert "à partir de" in waits.text
    assert opens(site, LOGIN, PASSWORD)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+32 470 12 34 56", "+32470123456"),
        ("", ""),
        ("15", None),
        ("appelez-moi", None),
        ("+3361234567890123", None),
    ],
)
@blocking
def test_a_telephone_is_kept_as_the_world_writes_it(
    site: Site, written: str, kept: str | None
) -> None:
    browser = proved(site)

    reply = send(browser, "/account/telephone", telephone=written)

    assert reply.status == (422 if kept is None else 303)
    assert profile_of(site).telephone == (kept or "")
    assert profile_of(site).email == "dominique@courriel.example"


@blocking
def test_a_browser_that_is_not_known_is_told_once(site: Site) -> None:
    browser = site.sign_in()
    send(browser, "/sign-out", "/account")
    site.give_password(browser)
    assert site.give_code(browser, site.last_code()).location == "/home"

    assert len(told(site, NoticeKind.DEVICE)) == 1
    assert "navigateur que nous ne" in NOTICE_TEXTS[NoticeKind.DEVICE]["fr"][1]
    site.sign_in()
    assert len(told(site, NoticeKind.DEVICE)) == 2
    with site.database.read() as work:
        opened = [
            line.detail["browser"]
            for line in work.journal.lines(chain_of(site.patient))
            if line.action == "session:open"
        ]
    assert opened == ["new", "known", "new"]


@blocking
def test_browsers_are_listed_and_ended_one_by_one(site: Site) -> None:
    mine, lost = site.sign_in(), site.sign_in()
    page = mine.get("/account/devices")
    assert page.text.count("Ce navigateur") == 1
    ends = re.findall(r"/account/devices/(\w{32})/end", page.text)
    assert len(ends) == 1

    done = mine.post(f"/account/devices/{ends[0]}/end", {"token": token_of(page)})

    assert done.location == "/account/devices?done=one"
    assert lost.get("/inbox").location.startswith("/sign-in")
    assert mine.get("/inbox").status == 200
    assert "Fermer cette connexion" not in mine.get("/account/devices").text


@blocking
def test_every_other_session_is_ended_at_once(site: Site) -> None:
    mine, others = site.sign_in(), [site.sign_in(), site.signed_in()]

    done = send(mine, "/account/devices/end", "/account/devices")

    assert done.location == "/account/devices?done=others"
    assert all(one.get("/inbox").status == 303 for one in others)
    assert mine.get("/inbox").status == 200
    with site.database.read() as work:
        assert len(work.connection.execute(select(devices)).all()) == 1


@blocking
def test_nobody_ends_another_patients_session(site: Site) -> None:
    mine = site.sign_in()
    add_patient(site.database, ins=matricule(7), login="quelqu-un-dautre")
    page = mine.get("/account/devices")
    with site.database.write() as work:
        account = Accounts(work).find("quelqu-un-dautre")
        work.connection.execute(update(devices).values(account_id=account.id))
        known = work.connection.execute(select(devices.c.id)).scalar_one()

    reply = mine.post(f"/account/devices/{known}/end", {"token": token_of(page)})

    assert reply.status == 404
    assert mine.get("/inbox").status == 200


@blocking
def test_a_browser_unseen_for_a_year_is_new_again(site: Site) -> None:
    browser = site.sign_in()
    send(browser, "/sign-out", "/account")
    site.clock.advance(days=365)

    site.give_password(browser)
    site.give_code(browser, site.last_code())

    assert len(told(site, NoticeKind.DEVICE)) == 2

"""A child's space is closed by who represents the child: both, and opened by one."""

from __future__ import annotations

from datetime import timedelta

from gateway.core.texts.notices import NoticeKind
from gateway.store.patients.account_steps import AccountSteps, StepKind
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.web_sessions import WebSessions
from tests.web.browsing import PASSWORD, Browser, Reply, Site, blocking
from tests.web.patient.test_account import proved
from tests.web.patient.test_people import LIFE, Relative, send, told
from tests.web.patient.test_representing import Child


def proved_of(site: Site, relative: Relative) -> Browser:
    """Return a relative's browser, in which their account may be changed now."""
    browser = relative.browser()
    with site.database.write() as work:
        session = WebSessions(work, LIFE).find(browser.cookies["__Host-session"])
        profile = Profiles(work).get(relative.profile_id)
        assert session is not None
        assert profile is not None
        steps = AccountSteps(work, session, profile.key_id)
        steps.begin(StepKind.PROOF, timedelta(minutes=10))
    return browser


def state(site: Site, child: Child) -> str:
    with site.database.read() as work:
        found = Profiles(work).get(child.id)
    assert found is not None
    return found.state


def close(browser: Browser, delegation: str, **fields: str) -> Reply:
    path = f"/people/{delegation}/close"
    return send(browser, path, "/people", **{"understood": "1", **fields})


@blocking
def test_who_represents_alone_closes_and_opens_again(site: Site) -> None:
    child = Child.make(site)
    mine, browser = child.represented(), proved(site)
    path = f"/people/{mine}/close"
    assert f'href="{path}"' in browser.get(f"/people/{mine}/others").text
    assert "gardé jusqu’au" in browser.get(path).text
    assert close(browser, mine, understood="").status == 422
    assert state(site, child) == "ACTIVATED"

    assert close(browser, mine).location == "/people?done=closed"

    assert state(site, child) == "CLOSED"
    assert told(site, site.patient)[-1] == NoticeKind.REPRESENTED_CLOSED
    with site.database.read() as work:
        facts = Profiles(work).changes(child.id)
    assert ("state", "representative", "Dominique PAT-TROIS") in [
        (one.what, one.who, one.by) for one in facts
    ]
    page = browser.get("/people").text
    assert "Espace fermé" in page
    assert f"/people/{mine}/open" not in page
    send(browser, f"/people/{mine}/open")
    assert "Léo" not in browser.get("/home").text

    assert send(browser, f"/people/{mine}/reopen").location == "/people?done=child"

    assert state(site, child) == "ACTIVATED"
    assert send(browser, f"/people/{mine}/reopen").status == 404


@blocking
def test_two_parents_both_have_to_want_it_and_either_says_no(site: Site) -> None:
    child, other = Child.make(site), Relative.make(site, 21)
    mine, theirs = child.represented(), child.represented(other.profile_id)
    browser, second = proved(site), proved_of(site, other)

    asked = close(browser, mine)

    assert asked.location == f"/people/{mine}/close"
    assert state(site, child) == "ACTIVATED"
    assert "Vous l’avez demandé" in browser.get(asked.location).text
    assert told(site, other.profile_id)[-1] == NoticeKind.PEOPLE
    assert close(browser, mine).location == f"/people/{mine}/close"
    assert state(site, child) == "ACTIVATED", "asking twice is no agreement"
    page = second.get(f"/people/{theirs}/close").text
    assert "Dominique PAT-TROIS demande de fermer cet espace" in page

    site.clock.advance(seconds=1)
    send(second, f"/people/{theirs}/close/back")
    assert "Vous l’avez demandé" not in browser.get(f"/people/{mine}/close").text
    site.clock.advance(seconds=1)
    close(browser, mine)
    site.clock.advance(days=31)
    browser, second = proved(site), proved_of(site, other)
    assert close(second, theirs).location == f"/people/{theirs}/close"
    assert state(site, child) == "ACTIVATED", "what was asked is over after thirty days"

    assert close(browser, mine).location == "/people?done=closed"
    assert state(site, child) == "CLOSED"
    assert told(site, other.profile_id)[-1] == NoticeKind.REPRESENTED_CLOSED


@blocking
def test_a_minor_who_signs_in_keeps_the_space_and_nobody_says_why(site: Site) -> None:
    child = Child.make(site)
    mine, browser = child.represented(), proved(site)
    with site.database.write() as work:
        Accounts(work).add("leo.pat-trois", PASSWORD, child.id)

    page = browser.get(f"/people/{mine}/close").text

    assert "ne peut pas être fermé ici" in page
    assert "compte" not in page.split("<main")[1].split("</main>")[0]
    close(browser, mine)
    assert state(site, child) == "ACTIVATED"


@blocking
def test_nobody_else_closes_a_childs_space_nor_without_a_proof(site: Site) -> None:
    child = Child.make(site)
    mine, stranger = child.represented(), Relative.make(site, 21)
    browser = site.signed_in()
    assert browser.get(f"/people/{mine}/close").location.startswith("/account/prove")
    assert close(browser, mine).location.startswith("/account/prove")

    other = proved_of(site, stranger)
    assert other.get(f"/people/{mine}/close").status == 404
    for path in ("close", "close/back", "reopen"):
        reply = send(other, f"/people/{mine}/{path}", understood="1")
        assert reply.status == 404, path
    assert state(site, child) == "ACTIVATED"

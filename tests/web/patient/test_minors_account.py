"""
A minor with an access of their own: who gets in, what they see, and who never does.

Several modules together: signing in, recovery, closing, the rules of age.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gateway.core.document import Visibility
from gateway.rights.profile import ProfileState
from gateway.store.patients.account_steps import AccountSteps, StepKind
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.web_sessions import SessionLife, Stage, WebSessions
from gateway.store.tables import notices
from tests.builders_people import matricule
from tests.web.browsing import Browser, Reply, Site, blocking, token_of
from tests.web.mail import file, narrative
from tests.web.patient.test_representing import SECRET, Child

LOGIN, PASSWORD = "leo.pat-trois", "Coquelicot-et-bleuet-2011"
OWN = "leo@courriel.example"
LIFE = SessionLife(idle=timedelta(minutes=15), whole=timedelta(hours=8))
PARENTS = "dominique@courriel.example"


def born(site: Site, years: int, days: int = 0) -> str:
    """Return the birth date of who turns so many years, so many days from today."""
    day = site.clock.now.date() + timedelta(days=days)
    return date(day.year - years, day.month, min(day.day, 28)).strftime("%Y%m%d")


def with_account(site: Site, years: int = 16, email: str = OWN) -> Child:
    child = Child.make(site, born=born(site, years))
    child.represented()
    with site.database.write() as work:
        profile = Profiles(work).get(child.id)
        assert profile is not None
        Profiles(work, "anne").set_email(profile, email)
        Accounts(work).add(LOGIN, PASSWORD, child.id, by="anne")
    return child


def give_password(browser: Browser) -> Reply:
    fields = {"login": LOGIN, "password": PASSWORD}
    page = browser.get("/sign-in")
    return browser.post("/sign-in", {"token": token_of(page), **fields})


def inside(site: Site) -> Browser:
    with site.database.write() as work:
        account = Accounts(work).find(LOGIN)
        cookie = WebSessions(work, LIFE).start(Stage.OPEN, account.id)
    return Browser(site.port, {"__Host-session": cookie})


def sent_to(site: Site, profile_id: str) -> list[str]:
    with site.database.read() as work:
        query = select(notices.c.kind).where(notices.c.profile_id == profile_id)
        return list(work.connection.execute(query).scalars())


@pytest.mark.parametrize(
    ("years", "email", "said"),
    [
        (14, OWN, "À votre âge, votre espace est ouvert"),
        (16, PARENTS, "est aussi celui d’une personne qui vous représente"),
        (16, PARENTS.upper(), "est aussi celui d’une personne qui vous représente"),
    ],
)
@blocking
def test_the_right_password_lets_nobody_in_who_is_too_young_or_shares_an_address(
    site: Site, years: int, email: str, said: str
) -> None:
    child = with_account(site, years, email)

    refused = give_password(site.browser())

    assert said in refused.text
    assert sent_to(site, child.id) == []


@blocking
def test_from_fifteen_on_a_minor_signs_in_and_sees_their_secrets_and_no_directives(
    site: Site,
) -> None:
    child = with_account(site)
    hidden = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})
    file(site.database, child.id, narrative(SECRET), title=SECRET, flags=hidden)

    assert give_password(site.browser()).location == "/sign-in/code"

    assert sent_to(site, child.id) == ["code"]
    browser = inside(site)
    assert SECRET in browser.get("/documents").text
    assert browser.get("/papers/directives/write").status != 200
    assert browser.get("/papers/entourage/write").status == 200
    asked = browser.get("/people/new")
    assert asked.status != 200 or "majeur" in asked.text


@pytest.mark.parametrize("what", ["password", "login"])
@blocking
def test_whoever_knows_number_birth_date_and_card_gets_nothing_of_a_minor(
    site: Site, what: str
) -> None:
    """A parent does; a stranger who is nobody meets the very same pages."""
    child = with_account(site)
    day = born(site, 16)
    known = {"born": f"{day[6:]}/{day[4:6]}/{day[:4]}", "card": "", "what": what}

    def begin(number: str) -> Reply:
        browser = site.browser()
        page = browser.get("/sign-in/lost?anew=1")
        form = {"token": token_of(page), "number": number, **known}
        return browser.post("/sign-in/lost", form)

    theirs, nobodys = begin(child.number), begin(matricule(78))

    assert (theirs.status, theirs.location) == (nobodys.status, nobodys.location)
    assert sent_to(site, child.id) == []
    assert "Vous avez moins de 18 ans" in site.browser().get("/sign-in/lost").text


@blocking
def test_a_minor_neither_closes_the_space_nor_opens_it_again(site: Site) -> None:
    child = with_account(site)
    browser = inside(site)
    with site.database.write() as work:
        profile = Profiles(work).hold(child.id)
        assert profile is not None
        Profiles(work, "anne").set_state(profile, ProfileState.CLOSED)

    assert browser.get("/home").location.startswith("/sign-in")
    refused = give_password(site.browser())
    assert "À votre âge, votre espace est ouvert, puis rouvert" in refused.text


@blocking
def test_a_minor_is_told_who_may_have_the_space_closed(site: Site) -> None:
    child = with_account(site)
    browser = proved(site, inside(site), child.id)

    asked = browser.get("/account/close")
    fields = {"end": "delete", "understood": "yes", "token": token_of(asked)}
    closed = browser.post("/account/close", fields)

    assert asked.status == closed.status == 403
    assert "c’est un représentant légal qui peut faire fermer" in closed.text
    assert browser.get("/home").status == 200


def proved(site: Site, browser: Browser, profile_id: str) -> Browser:
    with site.database.write() as work:
        profile = Profiles(work).get(profile_id)
        session = WebSessions(work, LIFE).find(browser.cookies["__Host-session"])
        assert profile is not None
        assert session is not None
        steps = AccountSteps(work, session, profile.key_id)
        steps.begin(StepKind.PROOF, timedelta(minutes=10))
    return browser

"""
A forgotten password or login: the way back, and nobody learns who has a space (W08).

Several modules together: the pages, `recovering`, the rules of what is asked.
"""

from __future__ import annotations

import re

import pytest

from gateway.core.texts.notices import NoticeKind
from gateway.store.journal import chain_of
from gateway.store.patients.profiles import Profiles
from tests.builders_people import MATRICULE, matricule
from tests.web.browsing import LOGIN, PASSWORD, Browser, Reply, Site, blocking, token_of
from tests.web.patient.test_account import FRESH, code_of, opens, profile_of, send, told

MAIL = "dominique@courriel.example"
RIGHT = {"number": MATRICULE, "born": "28/03/1979", "card": "", "what": "password"}


def bare(page: Reply) -> str:
    """Return a page without what is different on each visit, or was typed."""
    return re.sub(r'(name="\w+"[^>]*?) value="[^"]*"', r"\1", page.text)


def begin(browser: Browser, **other: str) -> Reply:
    page = browser.get("/sign-in/lost?anew=1")
    return browser.post("/sign-in/lost", {"token": token_of(page), **RIGHT, **other})


@blocking
def test_a_password_is_forgotten_and_another_chosen(site: Site) -> None:
    browser, other = site.browser(), site.sign_in()
    assert "/sign-in/lost" in browser.get("/sign-in").text

    assert begin(browser).location == "/sign-in/lost/code"
    assert browser.get("/sign-in/lost").location == "/sign-in/lost/code"
    given = send(browser, "/sign-in/lost/code", code=code_of(site, MAIL))
    assert given.location == "/sign-in/lost/password"
    assert browser.get("/sign-in/lost").location == "/sign-in/lost/password"
    form = browser.get(given.location)
    assert LOGIN in form.text
    assert send(browser, given.location, password="court", again="court").status == 422
    done = send(browser, given.location, password=FRESH, again=FRESH)

    assert done.location == "/sign-in?renewed=1"
    assert opens(site, LOGIN, FRESH)
    assert other.get("/inbox").location.startswith("/sign-in")
    assert browser.get("/sign-in/lost/password").location == "/sign-in/lost"
    assert len(told(site, NoticeKind.PASSWORD)) == 1
    with site.database.read() as work:
        lines = list(work.journal.lines(chain_of(site.patient)))
    assert ("account:prove", "lost") in [(one.action, one.outcome) for one in lines]


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": matricule(7)},
        {"born": "29/03/1979"},
        {"number": "279035121518988"},
    ],
)
@blocking
def test_who_is_nobody_meets_the_same_pages_to_their_end(
    site: Site, wrong: dict[str, str]
) -> None:
    right_one, nobody = site.browser(), site.browser()
    pages = [(begin(right_one), begin(nobody, **wrong))]
    pages.append(
        (right_one.get("/sign-in/lost/code"), nobody.get("/sign-in/lost/code"))
    )
    code = code_of(site, MAIL)
    digits = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(site.settings.web.code_tries + 1):
        pages.append(
            (
                send(right_one, "/sign-in/lost/code", code=digits),
                send(nobody, "/sign-in/lost/code", code=digits),
            )
        )

    for mine, theirs in pages:
        assert (mine.status, mine.location) == (theirs.status, theirs.location)
        assert bare(mine) == bare(theirs)
        assert mine.headers.keys() == theirs.headers.keys()
    assert "4 essais" in pages[2][0].text
    assert "plus valable" in pages[-1][1].text
    assert opens(site, LOGIN, PASSWORD)
    assert len(told(site, NoticeKind.PROOF)) == 1


@pytest.mark.parametrize("number", [MATRICULE, matricule(7)])
@blocking
def test_so_many_tries_an_hour_for_a_number_whoever_has_it(
    site: Site, number: str
) -> None:
    for _ in range(5):
        assert begin(site.browser(), number=number, born="1/1/1990").status == 303

    late = begin(site.browser(), number=number)

    assert late.status == 429
    assert "réessayez à partir de 11\u00a0h\u00a000" in late.text
    assert told(site, NoticeKind.PROOF) == []
    site.clock.advance(hours=1)
    assert begin(site.browser(), number=number).status == 303


@blocking
def test_a_card_that_is_known_is_asked_for(site: Site) -> None:
    with site.database.write() as work:
        Profiles(work).set_card(profile_of(site), "21034567890")

    begin(site.browser())
    begin(site.browser(), card="21034567891")
    assert told(site, NoticeKind.PROOF) == []
    assert begin(site.browser(), card="12").status == 422

    begin(site.browser(), card="21 0345 67890")
    assert len(told(site, NoticeKind.PROOF)) == 1
    assert profile_of(site).email == MAIL


@blocking
def test_a_login_is_sent_to_the_address_that_is_known_alone(site: Site) -> None:
    right = begin(site.browser(), what="login")
    wrong = begin(site.browser(), what="login", number=matricule(7))

    assert right.status == wrong.status == 200
    assert bare(right) == bare(wrong)
    assert LOGIN not in right.text
    [(to, text)] = told(site, NoticeKind.LOGIN)
    assert to == MAIL
    assert f"est : {LOGIN}\n" in text


@pytest.mark.parametrize("state", ["SUSPENDED", "CLOSED", "OPEN_NOT_ACTIVATED"])
@blocking
def test_a_space_that_is_not_open_is_nobodys(site: Site, state: str) -> None:
    with site.database.write() as work:
        Profiles(work).change(site.patient, "state", state=state)

    assert begin(site.browser()).location == "/sign-in/lost/code"
    assert begin(site.browser(), what="login").status == 200

    assert told(site, NoticeKind.PROOF) == []
    assert told(site, NoticeKind.LOGIN) == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("number", ""),
        ("number", "2790351"),
        ("born", "1979"),
        ("born", "31/02/1979"),
        ("card", "abc"),
    ],
)
@blocking
def test_what_cannot_be_right_is_pointed_out_and_not_counted(
    site: Site, field: str, text: str
) -> None:
    for _ in range(6):
        page = begin(site.browser(), **{field: text})
        assert page.status == 422
    assert f'id="{field}-wrong"' in page.text
    assert begin(site.browser()).status == 303


@blocking
def test_a_code_is_of_no_use_in_another_browser(site: Site) -> None:
    asked, other = site.browser(), site.browser()
    begin(asked)
    code = code_of(site, MAIL)
    begin(other, number=matricule(7))

    assert send(other, "/sign-in/lost/code", code=code).status == 422
    assert other.get("/sign-in/lost/password").location == "/sign-in/lost"
    assert asked.get("/inbox").location.startswith("/sign-in")
    assert send(asked, "/sign-in/lost/code", code=code).status == 303


@blocking
def test_the_code_is_needed_before_a_password_is_taken(site: Site) -> None:
    browser = site.browser()
    begin(browser)
    page = browser.get("/sign-in/lost/code")

    fields = {"token": token_of(page), "password": FRESH, "again": FRESH}
    assert browser.post("/sign-in/lost/password", fields).location == "/sign-in/lost"

    assert opens(site, LOGIN, PASSWORD)

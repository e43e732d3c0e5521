"""
A space is activated by what its patient says and a code; nobody learns who has one.

Several modules together: the pages, `activating`, the provisional codes.
"""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from gateway.core.ins import Ins
from gateway.core.texts.notices import NoticeKind
from gateway.rights.profile import ProfileState
from gateway.store.journal import Action, chain_of
from gateway.store.patients.life import go_on, tell_waiting
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.provisional_codes import ProvisionalCodes
from tests.builders_people import MATRICULE, TEST_RANGE, matricule, open_profile
from tests.web.browsing import PASSWORD, Browser, Reply, Site, blocking, token_of
from tests.web.patient.test_account import FRESH, opens, send, told
from tests.web.patient.test_recovery import bare

NUMBER, MAIL = matricule(9), "neuf@courriel.example"
SAID = {"number": NUMBER, "born": "28/03/1979", "card": "", "what": "activate"}
CHOSEN = {
    "login": "celle-qui-attend",
    "password": FRESH,
    "again": FRESH,
    "documents": "visible",
}


def announced(site: Site, *, state: str = "ANNOUNCED", email: str = MAIL) -> str:
    """Make a space that waits, and tell of it; return the profile's id."""
    profile_id = open_profile(
        site.database, ins=Ins.of(NUMBER, TEST_RANGE), state=state, email=email
    )
    with site.database.write() as work:
        service = Notices.of(work, site.settings)
        tell_waiting(work, service, profile(site, profile_id))
    return profile_id


def profile(site: Site, profile_id: str) -> Profile:
    with site.database.read() as work:
        found = Profiles(work).get(profile_id)
    assert found is not None
    return found


def code_of(site: Site) -> str:
    text = told(site, NoticeKind.PROVISIONAL)[-1][1]
    return text.split(" : ")[1][:8]


def begin(browser: Browser, code: str, **other: str) -> Reply:
    page = browser.get("/activate")
    fields = {"token": token_of(page), **SAID, "code": code, **other}
    return browser.post("/activate", fields)


@blocking
def test_a_space_is_activated_and_opened_with_what_was_chosen(site: Site) -> None:
    profile_id, browser = announced(site), site.browser()
    assert "/activate" in browser.get("/sign-in").text
    code = code_of(site)

    typed = f"{code[:4].lower()} {code[4:].lower()}"
    assert begin(browser, typed).location == "/activate/choices"
    assert browser.get("/activate").location == "/activate/choices"
    assert "n•••••f@courriel.example" in browser.get("/activate/choices").text
    chosen = {**CHOSEN, "documents": "masked"}
    done = send(browser, "/activate/choices", **chosen)

    assert done.location == "/sign-in?activated=1"
    assert "Votre espace est activé" in browser.get(done.location).text
    assert profile(site, profile_id).state == "ACTIVATED"
    assert profile(site, profile_id).mask_by_default is True
    assert opens(site, "celle-qui-attend", FRESH)
    assert len(told(site, NoticeKind.ACTIVATED)) == 1
    assert browser.get("/activate/choices").location == "/activate"
    assert begin(site.browser(), code).status == 422  # once


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": matricule(8)},
        {"number": MATRICULE},  # activated already
        {"born": "29/03/1979"},
        {"code": "AAAAAAAA"},
    ],
)
@blocking
def test_what_is_wrong_is_wrong_as_a_whole(site: Site, wrong: dict[str, str]) -> None:
    announced(site)
    code = code_of(site)

    reply = begin(site.browser(), **{"code": code, **wrong})
    other = begin(site.browser(), **{"code": "ZZZZZZZZ"})

    assert reply.status == other.status == 422
    assert bare(reply) == bare(other)
    assert reply.headers.keys() == other.headers.keys()
    assert "Cela ne correspond pas" in reply.text


@pytest.mark.parametrize("number", [NUMBER, matricule(8)])
@blocking
def test_so_many_tries_an_hour_whoever_has_the_number(site: Site, number: str) -> None:
    announced(site)
    for _ in range(5):
        assert begin(site.browser(), "AAAAAAAA", number=number).status == 422

    late = begin(site.browser(), code_of(site), number=number)

    assert late.status == 429
    assert "réessayez à partir de" in late.text


@blocking
def test_another_code_is_sent_to_the_known_address_alone(site: Site) -> None:
    announced(site)
    first = code_of(site)
    site.clock.advance(seconds=29)
    early = begin(site.browser(), "", what="code")
    assert code_of(site) == first
    site.clock.advance(seconds=1)

    right = begin(site.browser(), "", what="code")
    wrong = begin(site.browser(), "", what="code", number=matricule(8))

    assert early.status == right.status == wrong.status == 200
    assert bare(right) == bare(wrong) == bare(early)
    assert [to for to, _ in told(site, NoticeKind.PROVISIONAL)] == [MAIL, MAIL]
    assert begin(site.browser(), first).status == 422
    assert begin(site.browser(), code_of(site)).status == 303


@blocking
def test_a_code_ends_after_six_weeks_and_another_may_be_had(site: Site) -> None:
    announced(site, state="OPEN_NOT_ACTIVATED")
    code = code_of(site)
    site.clock.advance(days=42)

    assert begin(site.browser(), code).status == 422

    begin(site.browser(), "", what="code")
    assert begin(site.browser(), code_of(site)).status == 303


@blocking
def test_who_objects_has_no_space_and_may_change_their_mind(site: Site) -> None:
    profile_id, browser = announced(site), site.browser()
    begin(browser, code_of(site))

    opposed = send(browser, "/activate/oppose", "/activate/choices")

    assert opposed.location == "/activate?opposed=1"
    assert "aucun ne sera ouvert" in browser.get(opposed.location).text
    assert profile(site, profile_id).state == "OPPOSED"
    assert len(told(site, NoticeKind.OPPOSED)) == 1

    site.clock.advance(minutes=1)
    begin(site.browser(), "", what="code")
    again = site.browser()
    assert begin(again, code_of(site)).status == 303
    assert "Je ne veux pas de cet espace" not in again.get("/activate/choices").text
    assert send(again, "/activate/choices", **CHOSEN).status == 303
    assert profile(site, profile_id).state == "ACTIVATED"


def objected(site: Site) -> tuple[str, Browser]:
    """Object to a space as its patient does; return the profile and the browser."""
    profile_id, browser = announced(site), site.browser()
    begin(browser, code_of(site))
    send(browser, "/activate/oppose", "/activate/choices")
    return profile_id, browser


def proof(browser: Browser) -> Reply:
    page = browser.get("/activate?opposed=1")
    return browser.post("/activate/proof", {"token": token_of(page)})


@pytest.mark.parametrize("site", [{"time_zone": "Indian/Reunion"}], indirect=True)
@blocking
def test_who_objects_takes_the_proof_with_them(site: Site) -> None:
    site.clock.advance(hours=11.5)  # half past midnight there, on the next day
    profile_id, browser = objected(site)

    page = browser.get("/activate?opposed=1").text
    assert "Télécharger l’attestation (PDF)" in page
    assert "Pour l’avoir de nouveau plus tard" in page
    got, again = proof(browser), proof(browser)

    assert got.status == again.status == 200
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["content-disposition"].startswith("attachment;")
    (sheet,) = PdfReader(BytesIO(got.body)).pages
    text = " ".join(sheet.extract_text().split())
    assert "Preuve de votre opposition" in text
    assert "Fait le 22/11/2026" in text
    assert "enregistré depuis le 22/11/2026" in text
    assert "ne veut pas d’espace pour ses documents de santé" in text
    assert "PAT-TROIS DOMINIQUE MARIE-LOUISE" in text
    assert "28/03/1979" in text
    assert NUMBER in text
    with site.database.read() as work:
        lines = list(work.journal.lines(chain_of(profile_id)))
    printed = [one for one in lines if one.action == Action.LETTER_PRINTED]
    assert [one.outcome for one in printed] == ["proof", "proof"]


@blocking
def test_nobody_else_is_given_a_proof(site: Site) -> None:
    _, browser = objected(site)
    signed_in, stranger, other = site.sign_in(), site.browser(), site.browser()
    site.clock.advance(minutes=1)
    begin(other, "", what="code")
    begin(other, code_of(site))  # may choose, and did not object

    for one in (signed_in, stranger, other):
        page = one.get("/account" if one is signed_in else "/sign-in")
        given = one.post("/activate/proof", {"token": token_of(page)})
        assert given.location == "/activate"
        assert b"%PDF" not in given.body
        assert "Télécharger l’attestation" not in one.get("/activate?opposed=1").text
    assert browser.get("/activate/proof").status == 405
    assert browser.post("/activate/proof", {"token": "0" * 64}).status == 403
    assert proof(browser).status == 200


@pytest.mark.parametrize("way", ["late", "finished", "changed"])
@blocking
def test_the_proof_is_given_for_some_minutes_and_not_once_it_is_over(
    site: Site, way: str
) -> None:
    profile_id, browser = objected(site)
    token = token_of(browser.get("/activate"))
    if way == "late":
        site.clock.advance(minutes=14, seconds=59)
        assert proof(browser).status == 200
        site.clock.advance(seconds=1)
    elif way == "finished":
        assert browser.post("/sign-out", {"token": token}).location == "/sign-in"
    else:
        with site.database.write() as work:
            held = profile(site, profile_id)
            go_on(
                work,
                Notices.of(work, site.settings),
                held,
                ProfileState.ACTIVATED,
            )

    page = browser.get("/activate")

    assert "Télécharger l’attestation" not in page.text
    given = browser.post("/activate/proof", {"token": token_of(page)})
    assert given.location == "/activate"
    assert b"%PDF" not in given.body


@blocking
def test_who_objected_may_begin_anew_in_the_same_browser(site: Site) -> None:
    _, browser = objected(site)
    site.clock.advance(minutes=1)
    begin(browser, "", what="code")

    assert begin(browser, code_of(site)).location == "/activate/choices"
    assert send(browser, "/activate/choices", **CHOSEN).status == 303


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"login": "abc"}, "Un identifiant a 8 à 100"),
        ({"login": "dominique"}, "ne peut pas être donné"),
        ({"password": "abc", "again": "abc"}, "trop court"),
        ({"again": "autre"}, "ne sont pas les mêmes"),
    ],
)
@blocking
def test_a_choice_that_is_refused_says_why(
    site: Site, other: dict[str, str], words: str
) -> None:
    profile_id, browser = announced(site), site.browser()
    begin(browser, code_of(site))

    page = send(browser, "/activate/choices", **{**CHOSEN, **other})

    assert page.status == 422
    assert words in page.text
    wrong = re.findall(r'<input id="(\w+)"[^>]* aria-invalid="true"', page.text)
    assert set(other) & set(wrong)
    assert set(wrong) <= {*other, "password"}
    assert profile(site, profile_id).state == "ANNOUNCED"


@blocking
def test_who_has_a_letter_gives_an_address(site: Site) -> None:
    profile_id, browser = announced(site, email=""), site.browser()
    assert told(site, NoticeKind.PROVISIONAL) == []
    with site.database.write() as work:
        code = ProvisionalCodes(work).make(profile(site, profile_id))
    begin(browser, code)

    assert send(browser, "/activate/choices", **CHOSEN).status == 422
    done = send(browser, "/activate/choices", email="a.moi@mail.example", **CHOSEN)

    assert done.location == "/sign-in?activated=1"
    assert profile(site, profile_id).email == "a.moi@mail.example"


@blocking
def test_nobody_chooses_without_the_code(site: Site) -> None:
    announced(site)
    stranger = site.browser()
    token = token_of(stranger.get("/activate"))

    assert stranger.get("/activate/choices").location == "/activate"
    fields = {"token": token, **CHOSEN}
    assert stranger.post("/activate/choices", fields).location == "/activate"
    assert stranger.post("/activate/oppose", fields).location == "/activate"
    assert not opens(site, "celle-qui-attend", FRESH)
    assert opens(site, "dominique", PASSWORD)

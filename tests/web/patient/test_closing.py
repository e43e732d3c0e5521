"""A space is closed, or deleted, by its patient's wish; there is a way back."""

from __future__ import annotations

import pytest

from gateway.core.texts.notices import NoticeKind
from tests.web.browsing import LOGIN, PASSWORD, Site, blocking, token_of
from tests.web.patient.test_account import opens, profile_of, proved, send, told


@blocking
def test_closing_asks_for_the_proof_and_that_it_is_understood(site: Site) -> None:
    browser = site.signed_in()
    asked = "/account/prove?for=%2Faccount%2Fclose"
    assert browser.get("/account/close").location == asked
    token = token_of(browser.get("/account"))
    made = browser.post("/account/close", {"token": token, "understood": "yes"})
    assert made.location == asked

    page = send(proved(site), "/account/close", end="keep")

    assert page.status == 422
    assert "Cochez que vous avez compris" in page.text
    assert profile_of(site).state == "ACTIVATED"


@pytest.mark.parametrize(
    ("end", "state", "kind", "words"),
    [
        ("keep", "CLOSED", NoticeKind.CLOSED, "est gardé jusqu’au"),
        ("delete", "DELETION_REQUESTED", NoticeKind.DELETING, "sera supprimé le"),
    ],
)
@blocking
def test_b7_25_a_closed_space_lets_its_patient_in_to_open_it_again(
    site: Site, end: str, state: str, kind: NoticeKind, words: str
) -> None:
    other, browser = site.signed_in(), proved(site)
    closed = send(browser, "/account/close", end=end, understood="yes")

    assert closed.location.startswith("/sign-in?ended=")
    assert "pour le rouvrir" in browser.get(closed.location).text or end == "delete"
    assert profile_of(site).state == state
    assert len(told(site, kind)) == 1
    assert other.get("/inbox").location.startswith("/sign-in")

    back = site.browser()
    site.give_password(back)
    assert site.give_code(back, site.last_code()).location == "/sign-in/reopen"
    assert words in back.get("/sign-in/reopen").text
    assert back.get("/inbox").status == 303
    assert back.get("/account").status == 303
    again = send(back, "/sign-in/reopen")

    assert again.location == "/account?done=reopened"
    assert "Votre espace est rouvert" in back.get(again.location).text
    assert profile_of(site).state == "ACTIVATED"
    assert len(told(site, NoticeKind.REOPENED)) == 1
    assert opens(site, LOGIN, PASSWORD)


@blocking
def test_who_leaves_it_closed_is_signed_out(site: Site) -> None:
    send(proved(site), "/account/close", end="keep", understood="yes")
    back = site.browser()
    site.give_password(back)
    site.give_code(back, site.last_code())

    assert send(back, "/sign-out", "/sign-in/reopen").location == "/sign-in"

    assert back.get("/sign-in/reopen").location == "/sign-in"
    assert profile_of(site).state == "CLOSED"


@blocking
def test_nobody_opens_a_space_again_without_password_and_code(site: Site) -> None:
    send(proved(site), "/account/close", end="keep", understood="yes")
    stranger = site.browser()
    token = token_of(stranger.get("/sign-in"))

    assert stranger.get("/sign-in/reopen").location == "/sign-in"
    assert stranger.post("/sign-in/reopen", {"token": token}).location == "/sign-in"
    site.give_password(stranger)
    token = token_of(stranger.get("/sign-in/code"))
    assert stranger.post("/sign-in/reopen", {"token": token}).location == "/sign-in"

    assert profile_of(site).state == "CLOSED"

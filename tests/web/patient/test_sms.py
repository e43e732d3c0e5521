"""
Text messages through the pages: a number is proved by a code, then codes come there.

Several modules together: the pages, `changing_account`, `signing_in`, the store's ways.
"""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from gateway.core.notices import NoticeWay
from gateway.store.patients.notices import Notice, get_notice
from gateway.store.tables import notices
from tests.web.browsing import Site, blocking, token_of
from tests.web.patient.test_account import proved
from tests.web.patient.test_people import send

NUMBER = "+33612345678"
pytestmark = pytest.mark.parametrize(
    "site", [{"sms": {"folder": "sms", "per_patient": 3}}], indirect=True
)


def texted(site: Site) -> list[Notice]:
    """Return the text messages that were made, the oldest first."""
    with site.database.read() as work:
        ids = work.connection.execute(
            select(notices.c.id)
            .where(notices.c.way == NoticeWay.SMS.value)
            .order_by(notices.c.created_at, notices.c.id)
        ).scalars()
        found = [get_notice(work, one) for one in ids]
    return [one for one in found if one is not None]


def code(site: Site) -> str:
    """Return the code of the last text message."""
    return str(re.findall(r"code est (\d{6})", texted(site)[-1].text)[0])


@blocking
def test_pages_before_the_code_say_that_it_may_come_by_text_message(
    site: Site,
) -> None:
    page = site.browser().get("/sign-in").text
    assert "envoyé par SMS si vous l’avez choisi, sinon par courriel" in page
    assert "à votre adresse e-mail" not in page

    page = site.browser().get("/help").text
    assert "arrive alors par SMS si vous l’avez choisi" in page
    assert "Nos courriels et nos SMS ne disent jamais rien" in page
    assert "Les courriels et les SMS" in site.browser().get("/privacy").text


@blocking
def test_a_number_is_proved_then_codes_and_notices_may_come_there(site: Site) -> None:
    browser = proved(site)
    page = browser.get("/account/notices")
    assert "une fois votre numéro de téléphone vérifié" in page.text
    assert 'name="notice-way"' not in page.text

    form = "/account/telephone"
    asked = send(browser, form, form, telephone="06 12 34 56 78")
    assert asked.location == "/account/telephone/code"
    page = browser.get(asked.location)
    assert f"par SMS au {NUMBER}" in page.text
    assert texted(site)[-1].to == NUMBER
    wrong = "000000" if code(site) != "000000" else "000001"
    fields = {"token": token_of(page), "code": wrong}
    assert browser.post(asked.location, fields).status == 422
    fields["code"] = code(site)
    assert browser.post(asked.location, fields).location == "/account?done=telephone"
    assert NUMBER in browser.get("/account").text
    assert browser.get(asked.location).location == "/account/telephone"

    chosen = send(
        browser, "/account/notices", "/account/notices", **{"code-way": "sms"}
    )
    assert chosen.location == "/account/notices?done=1"
    site.clock.advance(seconds=5)
    visitor = site.browser()
    site.give_password(visitor)
    page = visitor.get("/sign-in/code")
    assert "par SMS si vous l’avez choisi" in page.text
    assert len(texted(site)) == 2
    assert site.give_code(visitor, code(site)).location == "/home"

    # A telephone that is lost is no dead end, and neither is the limit.
    site.clock.advance(seconds=5)
    visitor = site.browser()
    site.give_password(visitor)
    fields = {"token": token_of(visitor.get("/sign-in/code")), "way": "email"}
    assert visitor.post("/sign-in/code/again", fields).location.endswith("again=1")
    assert len(texted(site)) == 3
    assert site.give_code(visitor, site.last_code()).location == "/home"


@blocking
def test_no_more_text_messages_leave_than_are_paid_for(site: Site) -> None:
    browser = proved(site)
    form = "/account/telephone"
    replies = [
        send(browser, form, form, telephone=f"06 12 34 56 7{number}")
        for number in range(4)
    ]

    assert [one.status for one in replies] == [303, 303, 303, 429]
    assert len(texted(site)) == 3
    assert "Réessayez demain" in replies[-1].text
    assert send(browser, form, form, telephone="12").status == 422
    assert send(browser, form, form, telephone="").location.endswith("done=telephone")

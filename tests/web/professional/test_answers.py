"""A professional says how they hear of answers, and how many they take."""

from __future__ import annotations

import pytest

from gateway.core.notices import NoticeWhen
from gateway.rights.messaging_rules import AnswerQuota
from gateway.store.mailbox.terms import MailboxTerms
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.professionals.telling import ProfessionalNotices
from tests.web.browsing import Browser, Reply, blocking, token_of
from tests.web.professional.browsing import DOCTOR, EMAIL, ProSite
from tests.web.professional.mailing import HOUSE, add_mailbox

MIB = 1024 * 1024


def post(browser: Browser, path: str, **fields: str) -> Reply:
    page = browser.get("/answers")
    return browser.post(path, {"token": token_of(page), **fields})


def quota(pages: ProSite, mailbox: str) -> AnswerQuota | None:
    with pages.database.read() as work:
        return MailboxTerms(work).quota(mailbox)


def chosen(pages: ProSite) -> NoticeWhen:
    with pages.database.write() as work:
        account = ProfessionalAccounts(work).open(DOCTOR)
        return ProfessionalNotices(work).chosen(account.id)


@blocking
def test_the_email_of_the_day_is_chosen_and_its_address_shown(pages: ProSite) -> None:
    browser = pages.sign_in()
    page = browser.get("/answers")

    assert EMAIL in page.text.replace("<wbr>", "")
    assert 'value="daily" checked' in page.text
    assert post(browser, "/answers/told", told="never").status == 303
    assert chosen(pages) is NoticeWhen.NEVER
    assert 'value="never" checked' in browser.get("/answers").text
    assert post(browser, "/answers/told", told="daily").status == 303
    assert chosen(pages) is NoticeWhen.DAILY


@blocking
def test_an_address_that_failed_is_told_at_home_until_it_works(pages: ProSite) -> None:
    browser = pages.sign_in()
    assert "pas pu vous joindre" not in browser.get("/home").text
    with pages.database.write() as work:
        account = ProfessionalAccounts(work).open(DOCTOR)
        ProfessionalAccounts(work).failed(account.id, work.now)

    assert "pas pu vous joindre" in browser.get("/home").text
    assert "Cette adresse fonctionne" in browser.get("/answers").text
    done = post(browser, "/answers/works")
    assert done.location == "/answers?done=works"
    assert "pas pu vous joindre" not in browser.get("/home").text


@blocking
def test_without_an_address_it_is_said_who_can_write_one_down(pages: ProSite) -> None:
    browser = pages.sign_in()
    pages.has_address("")

    assert "Aucune adresse électronique ordinaire" in browser.get("/answers").text


@blocking
def test_what_a_mailbox_takes_is_set_and_taken_away(pages: ProSite) -> None:
    mailbox = add_mailbox(pages)
    browser = pages.sign_in()
    usual = browser.get("/answers").text

    done = post(
        browser, "/answers/quota", mailbox=mailbox, messages="3", days="14", size="2"
    )
    assert done.location == "/answers?done=quota#quotas"
    assert quota(pages, mailbox) == AnswerQuota(messages=3, days=14, file_bytes=2 * MIB)
    page = browser.get("/answers").text
    assert "Comme d’habitude" in page
    assert "Comme d’habitude" not in usual
    assert page.count('value="14"') == 1
    again = post(browser, "/answers/quota", mailbox=mailbox, action="usual")
    assert again.status == 303
    assert quota(pages, mailbox) is None


WRONG = {
    "no number": ({"messages": ""}, "messages de 1 à 100"),
    "none": ({"messages": "0"}, "messages de 1 à 100"),
    "one too many": ({"messages": "101"}, "messages de 1 à 100"),
    "a day too many": ({"days": "32"}, "jours de 1 à 31"),
    "less than a day": ({"days": "-1"}, "jours de 1 à 31"),
    "another digit": ({"days": "٣"}, "jours de 1 à 31"),
    "too large": ({"size": "21"}, "taille de 1 à 20 Mio"),
    "no size": ({"size": "0"}, "taille de 1 à 20 Mio"),
}


@blocking
def test_what_is_no_quota_is_said_and_nothing_changes(pages: ProSite) -> None:
    mailbox = add_mailbox(pages)
    browser = pages.sign_in()
    good = {"mailbox": mailbox, "messages": "100", "days": "31", "size": "20"}

    for said, words in WRONG.values():
        refused = post(browser, "/answers/quota", **{**good, **said})
        assert refused.status == 422
        assert words in refused.text
        assert 'aria-invalid="true"' in refused.text
        assert quota(pages, mailbox) is None
    assert post(browser, "/answers/quota", **good).status == 303


@pytest.mark.parametrize("holder", ["899700000099", "1750000011"])
@blocking
def test_another_persons_mailbox_is_not_there(pages: ProSite, holder: str) -> None:
    other = add_mailbox(pages, HOUSE, holder, kind="ORG")
    browser = pages.sign_in()

    assert HOUSE not in browser.get("/answers").text.replace("<wbr>", "")
    refused = post(browser, "/answers/quota", mailbox=other, messages="1", days="1")
    assert refused.status == 404
    assert quota(pages, other) is None

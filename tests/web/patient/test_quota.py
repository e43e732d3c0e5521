"""A patient is told how much a mailbox takes before they write, and loses nothing."""

from __future__ import annotations

import pytest

from gateway.core.refusals import WritingRefusal
from gateway.rights.messaging_rules import AnswerQuota
from gateway.store.journal import Action, chain_of
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.mailbox.terms import MailboxTerms
from tests.web.browsing import Browser, Reply, Site, blocking
from tests.web.mail import DOCTOR, PDF, receive
from tests.web.patient.test_messages import answer, conversation_of, fields_of, sent

LEFT = "Messages que vous pouvez encore lui envoyer\xa0:"


def set_quota(site: Site, quota: AnswerQuota) -> None:
    with site.database.write() as work:
        mailbox = Mailboxes(work).find(DOCTOR)
        assert mailbox is not None
        MailboxTerms(work).set_quota(mailbox.id, quota, by="899700000017")


def say(site: Site, browser: Browser, path: str, text: str) -> Reply:
    site.clock.advance(minutes=1)
    return answer(browser, path, text)


@pytest.mark.parametrize(
    "site", [{"answer_messages": 2, "answer_days": 3}], indirect=True
)
@blocking
def test_enough_is_told_before_and_when_it_is_reached_and_nothing_is_lost(
    site: Site,
) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    first = browser.get(path)
    where = first.text.split('near" method="post" action="')[1].split('"')[0]
    late = fields_of(first, text="Une chose encore")

    assert f"{LEFT} 2, sur 2 en 3 jours." in first.text
    assert say(site, browser, path, "Un").status == 303
    assert f"{LEFT} 1, sur 2" in browser.get(path).text
    assert say(site, browser, path, "Deux").status == 303

    reached = browser.get(path)
    assert "autant de messages" in reached.text
    assert "appelez le 15" in reached.text
    assert "Vous pourrez écrire à nouveau à partir du" in reached.text
    refused = browser.send_form(where, late)
    assert refused.status == 409
    assert "Votre brouillon est gardé" in refused.text
    assert len(sent(site)) == 2
    with site.database.read() as work:
        chain = chain_of(site.patient)
        (line,) = work.journal.latest(chain, [Action.WRITING_REFUSED])
    assert line.outcome == WritingRefusal.ENOUGH_FOR_NOW.value

    site.clock.advance(days=3)  # the first of the two counts no more
    later = site.signed_in().get(path)
    assert "autant de messages" not in later.text
    assert "Une chose encore" in later.text


@pytest.mark.parametrize("site", [{"answer_messages": 1}], indirect=True)
@blocking
def test_when_they_write_the_count_begins_again(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    say(site, browser, path, "Un")
    assert "autant de messages" in browser.get(path).text

    site.clock.advance(minutes=1)
    receive(site.database, site.patient)

    assert "autant de messages" not in browser.get(path).text


@blocking
def test_a_new_message_beyond_is_kept_as_a_draft_too(site: Site) -> None:
    receive(site.database, site.patient)
    set_quota(site, AnswerQuota(messages=1, days=1))
    browser = site.signed_in()
    path = conversation_of(site)
    contact = path.rpartition("/")[2]
    page = browser.get(f"/inbox/new?to={contact}")
    usual = browser.get("/inbox/new")
    fields = fields_of(page, contact=contact, subject="Autre", text="Bonjour")
    where = page.text.split('action="/inbox/new?')[1].split('"')[0]
    assert f"{LEFT} 1, sur 1 en 1 jour." in page.text
    assert "Chaque professionnel reçoit de vous jusqu’à 20 messages" in usual.text
    say(site, browser, path, "Un")

    refused = browser.send_form(f"/inbox/new?{where}", fields)

    assert refused.location == f"{path}?saved=1"
    assert "Votre brouillon est gardé" in browser.get(refused.location).text
    assert "Autre" in browser.get("/inbox/drafts").text
    assert len(sent(site)) == 1


@blocking
def test_files_may_be_as_large_as_the_mailbox_takes_and_no_larger(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    set_quota(site, AnswerQuota(messages=9, days=1, file_bytes=len(PDF)))

    two = answer(browser, path, files=[("a.pdf", PDF), ("b.pdf", PDF)])
    one = answer(browser, path, files=[("a.pdf", PDF)])

    assert two.status == 422
    assert "trop volumineux ensemble" in two.text
    assert one.status == 303

"""A letter to the wrong patient is taken back from the page that shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway.dmp_bridge.recalled import BroughtDocuments
from gateway.mssante.sending.recalling import Recalling, TakingBack
from gateway.node.vaults import open_vaults
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.mailbox.terms import MailboxTerms
from gateway.store.patients.decisions import Decisions
from gateway.store.tables import mail_items
from gateway.store.tasks.tasks import TaskKind
from tests.builders_people import open_profile
from tests.web.browsing import Browser, Reply, blocking, token_of
from tests.web.professional.browsing import DOCTOR, ProSite
from tests.web.professional.mailing import (
    add_mailbox,
    conversations,
    patient_writes,
    work_off,
    write,
)
from tests.web.professional.test_conversations import end, listed, say

BUTTON = "/take-back"


def path_of(browser: Browser) -> str:
    return listed(browser.get("/messages"))[0]


def press(browser: Browser, path: str) -> Reply:
    page = browser.get(path)
    action = page.text.split(BUTTON)[0].rsplit('action="', 1)[1] + BUTTON
    return browser.post(action, {"token": token_of(page)})


def recall(pages: ProSite) -> None:
    """Do what a worker does of what asks a message back."""
    database, settings = pages.database, pages.settings
    documents = BroughtDocuments(open_vaults(database))
    step = Recalling(TakingBack(database, settings, documents))
    with database.write() as work:
        tasks = work.tasks.claim("test", [TaskKind.RECALL], 10, timedelta(minutes=1))
    for task in tasks:
        job = step(task)
        with database.write() as work:
            job(work)
            assert work.tasks.finish(task, "test")


@blocking
def test_what_nobody_opened_is_taken_back_from_its_page(pages: ProSite) -> None:
    patient, mailbox = open_profile(pages.database), add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Pour une autre personne.")
    path = path_of(browser)
    until = pages.clock() + timedelta(days=9)
    with pages.database.write() as work:
        MailboxTerms(work).set_until(mailbox, patient, until, by="a test")

    done = press(browser, path)

    assert done.location == f"{path}?done=asked-back"
    assert "Vous avez demandé à retirer le message" in browser.get(done.location).text
    assert "C’est en cours." in browser.get(path).text
    assert BUTTON not in browser.get(path).text
    work_off(pages)
    assert "C’est en cours." in browser.get(path).text
    recall(pages)
    page = browser.get(path).text
    assert "ne sont plus dans l’espace du patient" in page
    assert "[RAPPEL]" not in page
    assert "[RAPPEL]" not in browser.get("/messages").text
    (talk,) = conversations(pages, patient)
    assert talk.last_is_recalled
    with pages.database.read() as work:
        assert MailboxTerms(work).until(mailbox, patient) == until, "no letter"


@blocking
def test_what_was_opened_stays_and_the_page_says_so(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Bonjour.")
    path = path_of(browser)
    with pages.database.write() as work:
        (talk,) = InboxReader(work).conversations(patient)
        Inbox(work).open(patient, talk.id)

    assert press(browser, path).status == 303
    work_off(pages)
    recall(pages)

    page = browser.get(path).text
    assert "n’a pas été retiré de l’espace du patient" in page
    assert BUTTON not in page
    (talk,) = conversations(pages, patient)
    assert not talk.last_is_recalled


@pytest.mark.parametrize("pages", [{"filing": {"recall_days": 1}}], indirect=True)
@blocking
def test_it_is_offered_for_so_long_of_ones_own_letters_alone(pages: ProSite) -> None:
    open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Bonjour.")
    path = path_of(browser)
    asks = browser.get(path).text.split(BUTTON)[0].rsplit('action="', 1)[1] + BUTTON
    end(pages, browser, path)
    assert browser.get(path).text.count(BUTTON) == 1, "not of the end"
    assert "Vous avez terminé cet échange" in browser.get(path).text

    pages.clock.advance(days=1)
    browser = pages.sign_in()

    page = browser.get(path)
    assert BUTTON not in page.text
    assert browser.post(asks, {"token": token_of(page)}).location == path
    assert "[RAPPEL]" not in browser.get("/messages").text
    assert "demandé" not in browser.get(path).text
    nowhere = asks.replace(path, f"{path[:-32]}{'0' * 32}")
    assert browser.post(nowhere, {"token": token_of(page)}).status == 404
    assert write(browser, subject="Autre", text="Bonjour").status == 303


@blocking
def test_asked_twice_it_is_asked_once_and_an_end_stays_an_end(pages: ProSite) -> None:
    open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Bonjour.")
    path = path_of(browser)
    end(pages, browser, path)
    page = browser.get(path)
    action = page.text.split(BUTTON)[0].rsplit('action="', 1)[1] + BUTTON
    for _ in range(2):
        assert browser.post(action, {"token": token_of(page)}).status == 303
    work_off(pages)
    recall(pages)

    shown = browser.get(path).text
    assert "ne sont plus dans l’espace du patient" in shown
    assert "Vous avez terminé cet échange" in shown


@blocking
def test_a_letter_that_a_mail_program_sent_is_found_by_its_name(pages: ProSite) -> None:
    """The program keeps its own copy, which knows no more than the Message-ID."""
    open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Bonjour.")
    path = path_of(browser)
    with pages.database.engine.begin() as connection:
        connection.execute(update(mail_items).values(arrival_id=None))

    assert press(browser, path).location == f"{path}?done=asked-back"
    work_off(pages)
    with pages.database.engine.begin() as connection:
        connection.execute(update(mail_items).values(arrival_id=None))
    assert "C’est en cours." in browser.get(path).text
    recall(pages)

    assert "ne sont plus dans l’espace du patient" in browser.get(path).text


@blocking
def test_who_is_refused_is_told_who_can_take_a_letter_back(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Pour une autre personne.")
    path = path_of(browser)
    with pages.database.write() as work:
        Decisions(work).block(patient, DOCTOR)

    page = browser.get(path).text

    assert BUTTON not in page
    assert "L’opérateur de ce service le peut à tout moment" in page
    assert "postmaster@" in page


@blocking
def test_who_is_refused_still_says_until_when_who_wrote_to_them_may(
    pages: ProSite,
) -> None:
    patient, mailbox = open_profile(pages.database), add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Le bilan est bon.")
    path = path_of(browser)
    with pages.database.write() as work:
        Decisions(work).block(patient, DOCTOR)
    day = {"until": pages.clock().date().isoformat()}

    def last_day() -> Reply:
        token = {"token": token_of(browser.get("/messages"))}
        return browser.post(f"{path}/window", {**token, **day})

    assert f"{path}/window" not in browser.get(path).text
    assert last_day().status == 409
    patient_writes(pages, patient, mailbox, subject="Re: Votre bilan")
    page = browser.get(path).text
    assert f"{path}/window" in page
    assert f"{path}/end" not in page
    assert "si vous indiquez aujourd’hui comme dernier jour" in page
    assert last_day().location == f"{path}?done=window#terms"
    with pages.database.read() as work:
        assert MailboxTerms(work).until(mailbox, patient) is not None

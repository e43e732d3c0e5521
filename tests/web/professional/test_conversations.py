"""What a mailbox and a patient wrote stands by subject, as on the patient's side."""

from __future__ import annotations

import re

from gateway.core.ins import Ins
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import ConversationState
from tests.builders_people import TEST_RANGE, open_profile
from tests.web.browsing import Browser, Reply, blocking, token_of
from tests.web.professional.browsing import ProSite
from tests.web.professional.mailing import (
    add_mailbox,
    conversations,
    patient_writes,
    work_off,
    write,
)

SECOND = "199035121518932"
ENDED = "Vous avez terminé cet échange"


def listed(page: Reply) -> list[str]:
    """Return the addresses of the conversations of a list, in their order."""
    return re.findall(r'class="cover" href="(/messages/[^"#]+)', page.text)


def say(pages: ProSite, browser: Browser, subject: str, text: str) -> None:
    """Write a message that begins a conversation, and have it delivered."""
    assert write(browser, subject=subject, text=text).status == 303
    work_off(pages)
    pages.clock.advance(minutes=1)


def end(pages: ProSite, browser: Browser, path: str) -> Reply:
    reply = browser.post(f"{path}/end", {"token": token_of(browser.get(path))})
    work_off(pages)
    pages.clock.advance(minutes=1)
    return reply


@blocking
def test_two_subjects_are_two_conversations_on_both_sides(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    mailbox = add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Le bilan est bon.")
    say(pages, browser, "Votre vaccin", "Le vaccin est prêt.")

    patient_writes(
        pages, patient, mailbox, subject="RE : votre bilan", text="Merci pour lui."
    )
    pages.clock.advance(minutes=1)
    page = browser.get("/messages")
    bilan, vaccin = listed(page)

    menu, _, main = page.text.partition("<main")
    assert (menu.count("1 non lu"), main.count("1 non lu")) == (1, 1)
    first, second = browser.get(bilan).text, browser.get(vaccin).text
    assert "Le bilan est bon." in first
    assert "Merci pour lui." in first
    assert "Le vaccin est prêt." not in first
    assert '<p class="subj"><strong>votre bilan</strong></p>' in first
    assert "Le vaccin est prêt." in second
    assert "Merci pour lui." not in second
    assert [one.last_subject for one in conversations(pages, patient)] == [
        "Votre vaccin",
        "Votre bilan",
    ]


@blocking
def test_an_answer_stands_where_its_message_does_whatever_its_subject(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    mailbox = add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Le bilan est bon.")
    say(pages, browser, "Votre vaccin", "Le vaccin est prêt.")
    with pages.database.read() as work:
        reader = InboxReader(work)
        vaccin = reader.messages(patient, conversations(pages, patient)[0].id)[0]

    patient_writes(
        pages,
        patient,
        mailbox,
        subject="Votre bilan",
        answers=vaccin.message_id,
        text="Quand venir ?",
    )
    newest = listed(browser.get("/messages"))[0]
    answered = write(browser, newest, subject="", text="Lundi à neuf heures.")
    work_off(pages)

    assert "Le vaccin est prêt." in browser.get(newest).text
    assert answered.location.startswith(f"{newest}?")
    assert "Lundi à neuf heures." in browser.get(newest).text
    assert len(listed(browser.get("/messages"))) == 2


@blocking
def test_going_on_without_an_answer_stays_in_the_conversation_on_both_sides(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Le bilan est bon.")
    (path,) = listed(browser.get("/messages"))

    write(browser, path, subject="", text="Venez à jeun.")
    work_off(pages)

    assert listed(browser.get("/messages")) == [path]
    (talk,) = conversations(pages, patient)
    assert talk.messages == 2


@blocking
def test_the_end_is_of_all_and_a_letter_opens_its_own_conversation_alone(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Le bilan est bon.")
    say(pages, browser, "Votre vaccin", "Le vaccin est prêt.")
    vaccin, bilan = listed(browser.get("/messages"))

    assert end(pages, browser, bilan).status == 303
    both = [browser.get(one).text for one in (bilan, vaccin)]
    again = end(pages, browser, vaccin)
    write(browser, bilan, subject="", text="Une chose encore.")
    work_off(pages)

    assert [ENDED in one for one in both] == [True, True]
    assert again.location == vaccin  # ended already: nothing more was sent
    assert ENDED not in browser.get(bilan).text
    assert ENDED in browser.get(vaccin).text
    states = {one.last_subject: one.state for one in conversations(pages, patient)}
    assert states == {
        "Re: Votre bilan": ConversationState.OPEN,
        "Votre vaccin": ConversationState.ENDED,
    }


@blocking
def test_another_patient_with_the_same_subject_is_another_conversation(
    pages: ProSite,
) -> None:
    open_profile(pages.database)
    open_profile(pages.database, ins=Ins.of(SECOND, TEST_RANGE))
    add_mailbox(pages)
    browser = pages.sign_in()
    say(pages, browser, "Votre bilan", "Le bilan est bon.")
    assert write(browser, ins=SECOND, subject="Votre bilan", text="Le vôtre aussi.")
    work_off(pages)

    second, first = listed(browser.get("/messages"))

    assert first != second
    assert "Le vôtre aussi." in browser.get(second).text
    assert "Le vôtre aussi." not in browser.get(first).text
    assert SECOND not in browser.get(first).text

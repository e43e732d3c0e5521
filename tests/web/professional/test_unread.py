"""What patients wrote and nobody read is counted on every page, as far as one reads."""

from __future__ import annotations

import re

from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.tasks.tasks import TaskKind
from tests.builders_people import open_profile
from tests.web.browsing import Browser, Reply, blocking
from tests.web.professional.browsing import DOCTOR, ProSite
from tests.web.professional.mailing import (
    HOUSE,
    OWN,
    add_mailbox,
    exchange,
    patient_writes,
)

_COLLEAGUE, _STRUCTURE = "899700000099", "1750000011"


def counted(page: Reply) -> str:
    """Return what the menu says beside messages, or an empty text."""
    place = page.text.split('<a href="/messages"')[1].partition("</a>")[0]
    found = re.search(r'class="count"><span aria-hidden="true">([^<]*)<', place)
    return found[1] if found else ""


def of_home(browser: Browser) -> tuple[str, str]:
    page = browser.get("/home")
    row = page.text.split('class="cover" href="/messages"')[1]
    return counted(page), re.split("[<>]", row.split('class="sub"')[1])[1]


@blocking
def test_an_answer_is_counted_in_the_menu_and_at_home_until_it_is_read(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    mailbox = add_mailbox(pages)
    browser = pages.sign_in()

    assert of_home(browser) == ("", "Écrire à un patient, lire les réponses.")
    patient_writes(pages, patient, mailbox)
    assert of_home(browser) == ("1", "1 message non lu.")
    assert counted(browser.get("/help")) == "1"

    read = browser.get(exchange(browser))
    assert counted(read) == ""
    assert of_home(browser)[0] == ""


@blocking
def test_a_shared_mailbox_counts_for_its_holders_by_name_alone(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    house = add_mailbox(pages, HOUSE, _COLLEAGUE, kind="ORG")
    patient_writes(pages, patient, house, to=HOUSE)
    browser = pages.sign_in()
    # Whoever works at the structure that holds a mailbox does not read it by a page.
    other = add_mailbox(pages, "accueil@hopital.mssante.test", _STRUCTURE, kind="ORG")
    patient_writes(pages, patient, other, to="accueil@hopital.mssante.test")

    assert of_home(browser)[0] == ""

    shared = "equipe@hopital.mssante.test"
    ours = add_mailbox(pages, shared, _COLLEAGUE, "899700000017", kind="ORG")
    patient_writes(pages, patient, ours, to=shared)
    page = browser.get("/messages")
    assert counted(page) == "1"
    assert f'href="/messages?mailbox={ours}"' in page.text
    chips = page.text.split('class="chips"')[1].partition("</ul>")[0]
    assert chips.count('class="count"') == 1
    browser.get(exchange(browser, ours))
    assert counted(browser.get("/messages")) == ""
    assert OWN in page.text.replace("<wbr>", "")


@blocking
def test_what_a_patient_writes_asks_for_the_email_of_the_day(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    mailbox = add_mailbox(pages)
    pages.sign_in()
    patient_writes(pages, patient, mailbox)

    with pages.database.read() as work:
        asked = [
            one
            for one in work.tasks.listed()
            if one.kind == TaskKind.DIGEST_PROFESSIONAL
        ]
        account = ProfessionalAccounts(work).find(DOCTOR)
    assert account is not None
    assert [one.subject for one in asked] == [account.id]

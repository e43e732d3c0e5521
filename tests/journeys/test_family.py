"""
The journey of a family in real browsers: a child, two parents, a patient and a carer.

One running gateway with real TLS. The insurer's feed makes their spaces; a hospital
writes about the child, and keeps one letter from who represents them; a carer answers
a doctor in the patient's place.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import frozen
from playwright.sync_api import Browser, Page, sync_playwright

from gateway.cli.demo_people import newest_code
from gateway.node.folder import SIGN_IN_FILE
from gateway.store.base.open_database import open_database
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.profiles import Profiles
from tests.browser import CHROMIUM_FLAGS, NO_CHROMIUM, find_chromium
from tests.builders_cda import make_cda
from tests.builders_people import matricule
from tests.journeys.clients import PATIENT, new_oid, patient_address
from tests.journeys.running import Gateway, eventually, running
from tests.journeys.test_doctor_and_patient import look
from tests.journeys.test_story import find_by_imap, open_page, send_letter, sign_in

pytestmark = pytest.mark.journey

TEST_RANGE_OID = "1.2.250.1.213.1.4.10"
PASSWORD = "Tournesol-du-midi-84"
SECRET = "Zanzibar"
"""In every text that is kept from who represents the child."""
OPEN = "Rappel de vaccin"
FAMILY = "de la Rochefoucauld-Montbazon"


@frozen
class Relation:
    """Somebody of the family, as the insurer's feed and the forms name them."""

    number: str
    family: str
    given: str
    born: str
    login: str = ""

    @property
    def birth_date(self) -> str:
        """As the feed writes it."""
        day, month, year = self.born.split("/")
        return f"{year}-{month}-{day}"

    def fill(self, page: Page) -> None:
        """Name them in a form."""
        for name in ("number", "family", "given", "born"):
            page.fill(f"#{name}", getattr(self, name))


CHILD = Relation(matricule(77), "PAT-TROIS", "LÉO", "12/06/2015")
FATHER = Relation(
    matricule(21), FAMILY.upper(), "ANNE-CHARLES", "12/04/1978", "anne.charles"
)
CARER = Relation(matricule(22), "MOREL", "JEANNE", "03/11/1969", "jeanne.morel")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway as `gateway init` makes it, with the spaces of the feed in it."""
    with running(tmp_path_factory.mktemp("family") / "gateway") as made:
        take_feed(made)
        open_accounts(made)
        yield made


def take_feed(gateway: Gateway) -> None:
    """The insurer names all of them, and to whom the child is attached."""
    feed = gateway.folder / "feed.csv"
    who = ("ins", "oid", "family", "given", "birth_date", "sex", "birth_place")
    with feed.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow((*who, "email", "attached_to"))
        for one in (CHILD, FATHER, CARER):
            email = f"{one.login}@courriel.example" if one.login else ""
            said = (one.number, TEST_RANGE_OID, one.family, one.given, one.birth_date)
            rows.writerow((*said, "F", "63220", email, "" if email else PATIENT))
    gateway.run("patient import", str(feed))


def open_accounts(gateway: Gateway) -> None:
    """Those who opened their spaces some time ago sign in by a login they chose."""
    database = open_database(gateway.settings)
    with database.write() as work:
        for one in (FATHER, CARER):
            found = Profiles(work).find(one.number)
            assert found is not None
            Profiles(work).change(found.id, "state", state="ACTIVATED")
            Accounts(work).add(one.login, PASSWORD, found.id)
    database.close()


def newest_after(gateway: Gateway, before: set[Path]) -> str:
    """Return the code of the e-mail that was not there before."""
    outbox = gateway.settings.outgoing.outbox
    eventually(lambda: set(outbox.glob("*.eml")) - before)
    return eventually(lambda: newest_code(outbox))


def mails(gateway: Gateway) -> set[Path]:
    return set(gateway.settings.outgoing.outbox.glob("*.eml"))


def enter(gateway: Gateway, browser: Browser, who: Relation, width: str) -> Page:
    """Open a window, signed in."""
    page, before = open_page(browser, width, script=True), mails(gateway)
    page.goto(gateway.settings.public_url)
    page.get_by_label("Identifiant").fill(who.login)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Code reçu").fill(newest_after(gateway, before))
    page.get_by_role("button", name="Ouvrir mon espace").click()
    page.wait_for_url("**/home")
    return page


def go(gateway: Gateway, page: Page, place: str) -> None:
    page.goto(f"{gateway.settings.public_url}{place}")


def prove(gateway: Gateway, page: Page, password: str) -> None:
    """Confirm that it is still the same person."""
    before = mails(gateway)
    page.fill("#password", password)
    page.get_by_role("button", name="Continuer").click()
    page.fill("#code", newest_after(gateway, before))
    page.get_by_role("button", name="Confirmer").click()


def tell_of_the_child(gateway: Gateway, folder: Path) -> None:
    """The hospital sends two letters; one is kept from who represents the child."""
    for title, flags in (
        (OPEN, ()),
        (SECRET, ("--visibility", "INVISIBLE_REPRESENTANTS_LEGAUX")),
    ):
        letter = folder / f"{title}.xml"
        who = {
            "ins": CHILD.number,
            "family": CHILD.family,
            "given_names": CHILD.given,
            "first_given": CHILD.given,
            "used_family": CHILD.family,
            "birth_date": CHILD.birth_date.replace("-", ""),
        }
        oids = {"unique_id": (new_oid(), ""), "set_id": new_oid()}
        letter.write_bytes(make_cda(title=title, **who, **oids))
        message_id = gateway.send(
            *("--as", "hospital", "--to", patient_address(CHILD.number)),
            *("--document", str(letter), "--subject", title, *flags),
        )
        story = gateway.trace(message_id)
        assert [one["outcome"] for one in story["documents"]] == ["FILED"], title


def test_a_child_two_parents_a_patient_and_a_carer(
    gateway: Gateway, tmp_path: Path
) -> None:
    if not find_chromium():
        pytest.skip(NO_CHROMIUM)
    send_letter(gateway, tmp_path)

    def tell() -> None:
        with sync_playwright() as playwright:
            launched = playwright.chromium.launch(
                executable_path=find_chromium(), args=CHROMIUM_FLAGS
            )
            story(gateway, launched, tmp_path)
            launched.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(tell).result()
    assert FAMILY.upper() not in gateway.log()
    assert CHILD.number not in gateway.log()


def story(gateway: Gateway, browser: Browser, folder: Path) -> None:
    mother = open_page(browser, "desktop", script=True)
    sign_in(gateway, mother)
    password = (gateway.folder / SIGN_IN_FILE).read_text("utf-8").strip()

    # The one to whom the child is attached opens the space, and names the other.
    go(gateway, mother, "people/child")
    prove(gateway, mother, password)
    CHILD.fill(mother)
    mother.check("#certifies")
    look(mother, "family-child")
    mother.get_by_role("button", name="Ouvrir l’espace").click()
    look(mother, "family-child-opened")
    tell_of_the_child(gateway, folder)
    mother.get_by_role("link", name="Qui représente cet enfant").click()
    FATHER.fill(mother)
    mother.check("#certifies")
    mother.get_by_role("button", name="Demander à cette personne").click()

    # The other agrees on the telephone, and reads what a parent may, and no more.
    father = enter(gateway, browser, FATHER, "telephone")
    look(father, "family-father-home")
    go(gateway, father, "people")
    look(father, "family-father-asked")
    father.get_by_role("button", name="Accepter").click()
    father.get_by_role("button", name="Ouvrir l’espace de").click()
    look(father, "family-father-in-the-childs")
    for place in ("inbox", "documents", "history", "notices", "confidentiality"):
        go(gateway, father, place)
        look(father, f"family-father-{place}")
        assert SECRET not in father.content(), place
    go(gateway, father, "inbox")
    assert father.get_by_text(OPEN).first.is_visible()

    # A carer is asked until next month, and answers the doctor in her place.
    go(gateway, mother, "people/new")
    CARER.fill(mother)
    last = datetime.now(UTC).date() + timedelta(days=30)
    mother.fill("#last", last.isoformat())
    mother.check("#agrees")
    mother.get_by_role("button", name="Demander à cette personne").click()
    carer = enter(gateway, browser, CARER, "telephone")
    go(gateway, carer, "people")
    carer.get_by_role("button", name="Accepter").click()
    carer.get_by_role("button", name="Ouvrir l’espace de").click()
    look(carer, "family-carer")
    assert SECRET not in carer.content()
    assert OPEN not in carer.content()
    go(gateway, carer, "inbox")
    carer.locator("main ul.rows a").first.click()
    words = "Elle va mieux, merci."
    carer.get_by_role("textbox").last.fill(words)
    carer.get_by_role("button", name="Envoyer").click()
    look(carer, "family-carer-wrote")
    answer = eventually(lambda: find_by_imap(gateway, "doctor", words))
    said = answer.get_body(("plain",)).get_content()
    assert f"{CARER.given.title()} {CARER.family}" in said

    # She sees who wrote, takes it back, and nothing opens any more.
    go(gateway, mother, "history")
    look(mother, "family-mother-history")
    assert mother.get_by_text(CARER.family).first.is_visible()
    go(gateway, mother, "people")
    mother.get_by_role("link", name="Prolonger ou retirer").click()
    mother.get_by_role("button", name="Retirer l’accès maintenant").click()
    look(mother, "family-mother-people")
    go(gateway, carer, "inbox")
    assert words not in carer.content()
    look(carer, "family-carer-over")

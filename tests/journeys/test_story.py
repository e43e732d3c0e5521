"""The journey: a letter reaches the vault, and the patient's answer reaches the doctor.

A hospital's software sends; the patient reads and answers in a real browser, without
JavaScript as with it, at desktop and telephone width; the doctor reads by IMAP.
"""

from __future__ import annotations

import email
import email.policy
import imaplib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from gateway.cli.demo_people import newest_code, with_new_identity
from gateway.node.folder import DEMO_LOGIN, SIGN_IN_FILE
from tests.browser import CHROMIUM_FLAGS, NO_CHROMIUM, find_chromium
from tests.journeys.clients import PATIENT, client_context
from tests.journeys.running import Gateway, eventually, running

pytestmark = pytest.mark.journey

LETTER = Path(__file__).parents[2] / "gateway/demo_files/discharge_letter.xml"
DOCTOR = "doctor@hopital.mssante.test"
ADDRESS = f"{PATIENT}@patient.mssante.test"
WIDTHS = {"desktop": (1280, 900), "telephone": (390, 844)}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for the whole story."""
    with running(tmp_path_factory.mktemp("story") / "gateway") as made:
        yield made


def with_a_browser(story: Callable[..., None]) -> Callable[..., None]:
    """
    Run a story in a thread of its own, giving it Debian's Chromium, headless.

    Playwright's plain calls will not run where a loop already does, and the tests'
    main thread has the reactor's.
    """

    def tell(**fixtures: Any) -> None:
        with sync_playwright() as playwright:
            launched = playwright.chromium.launch(
                executable_path=find_chromium(), args=CHROMIUM_FLAGS
            )
            story(browser=launched, **fixtures)
            launched.close()

    def run(gateway: Gateway, tmp_path: Path, width: str) -> None:
        if not find_chromium():
            pytest.skip(NO_CHROMIUM)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(
                tell, gateway=gateway, tmp_path=tmp_path, width=width
            ).result()

    run.__name__, run.__doc__ = story.__name__, story.__doc__
    return run


def open_page(browser: Browser, width: str, *, script: bool) -> Page:
    """Open a window of a width; the throwaway certificate is accepted."""
    wide, high = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": wide, "height": high},
        locale="fr-FR",
        ignore_https_errors=True,
        java_script_enabled=script,
    )
    return context.new_page()


def sign_in(gateway: Gateway, page: Page) -> None:
    """Sign in as the demo patient, with the code from the outbox."""
    outbox = gateway.settings.outgoing.outbox
    before = set(outbox.glob("*.eml"))
    page.goto(f"https://localhost:{gateway.settings.listen.patient_https}/")
    page.get_by_label("Identifiant").fill(DEMO_LOGIN)
    password = (gateway.folder / SIGN_IN_FILE).read_text("utf-8").strip()
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Continuer").click()
    eventually(lambda: set(outbox.glob("*.eml")) - before)
    page.get_by_label("Code reçu").fill(eventually(lambda: newest_code(outbox)))
    page.get_by_role("button", name="Ouvrir mon espace").click()
    page.wait_for_url(re.compile("/(home|inbox)$"))  # there, where messages wait
    page.get_by_role("link", name="Messages").first.click()


def send_letter(gateway: Gateway, folder: Path) -> str:
    """The hospital sends a fresh letter whose answers go to the doctor."""
    letter = folder / "letter.xml"
    letter.write_bytes(with_new_identity(LETTER.read_bytes()))
    message_id = gateway.send(
        *("--as", "hospital", "--to", ADDRESS, "--reply-to", DOCTOR),
        *("--document", str(letter)),
    )
    story = gateway.trace(message_id)
    assert [one["outcome"] for one in story["documents"]] == ["FILED"]
    return message_id


def check_accessibility(page: Page) -> None:
    """Find no violation of WCAG with axe-core on the page as it is."""
    results: Any = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", WIDTHS)
@with_a_browser
def test_the_patient_reads_the_letter_and_the_doctor_the_answer(
    gateway: Gateway, browser: Browser, tmp_path: Path, width: str
) -> None:
    send_letter(gateway, tmp_path)
    page = open_page(browser, width, script=True)
    sign_in(gateway, page)
    check_accessibility(page)

    page.locator("main ul.rows a").first.click()
    check_accessibility(page)
    page.locator('#last a[href^="/documents/"]').first.click()
    assert page.get_by_text("Fibrillation atriale").first.is_visible()
    check_accessibility(page)
    page.go_back()
    words = f"Merci, j'ai tout lu sur {width}."
    page.get_by_role("textbox").last.fill(words)
    page.get_by_role("button", name="Envoyer").click()
    assert page.get_by_text(words).first.is_visible()
    check_accessibility(page)
    page.context.close()

    answer = eventually(lambda: find_by_imap(gateway, "doctor", words))
    assert answer["From"].addresses[0].addr_spec == ADDRESS
    assert answer["In-Reply-To"]


@pytest.mark.parametrize("width", ["telephone"])
@with_a_browser
def test_it_all_works_without_javascript(
    gateway: Gateway, browser: Browser, tmp_path: Path, width: str
) -> None:
    send_letter(gateway, tmp_path)
    page = open_page(browser, width, script=False)
    sign_in(gateway, page)

    page.locator("main ul.rows a").first.click()
    words = "Bien reçu, sans script."
    page.get_by_role("textbox").last.fill(words)
    page.get_by_role("button", name="Envoyer").click()

    assert page.get_by_text(words).first.is_visible()
    page.context.close()
    assert eventually(lambda: find_by_imap(gateway, "doctor", words))


def find_by_imap(gateway: Gateway, name: str, words: str) -> Any:
    """Return the message of a mailbox that holds some words, or None."""
    certs = gateway.folder / "certs"
    client = imaplib.IMAP4_SSL(
        "localhost",
        gateway.settings.listen.imaps,
        ssl_context=client_context(certs, name),
        timeout=30,
    )
    client.authenticate("EXTERNAL", lambda _: b"")
    client.select("INBOX", readonly=True)
    _, found = client.search(None, "ALL")
    try:
        for number in found[0].split():
            _, parts = client.fetch(number.decode(), "(BODY.PEEK[])")
            raw = parts[0][1] if isinstance(parts[0], tuple) else b""
            message = email.message_from_bytes(raw, policy=email.policy.default)
            body = message.get_body(("plain",))
            if body is not None and words in body.get_content():
                return message
    finally:
        client.logout()
    return None


@pytest.mark.timeout(180)
def test_the_demonstration_plays_the_whole_story() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli.main", "demo", "--once"],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "The whole story happened." in done.stdout

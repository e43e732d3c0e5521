"""The journey in two browsers: a doctor reads, the patient is told, and blocks them.

Both ports of one running gateway: the doctor's browser shows a throwaway certificate.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from gateway.cli.demo_people import newest_code
from tests.browser import CHROMIUM_FLAGS, NO_CHROMIUM, find_chromium
from tests.journeys.clients import PATIENT
from tests.journeys.running import Gateway, eventually, running
from tests.journeys.test_story import (
    WIDTHS,
    check_accessibility,
    open_page,
    send_letter,
    sign_in,
)

pytestmark = pytest.mark.journey

SHOTS = os.environ.get("GATEWAY_SCREENSHOTS", "")
"""A folder to leave pictures of each step in, for people to look at."""
TEXT = "Fibrillation atriale"
"""Words of the letter that is read."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway as `gateway init` makes it, both ports open."""
    with running(tmp_path_factory.mktemp("two-browsers") / "gateway") as made:
        yield made


def look(page: Page, name: str) -> None:
    """Check a page at both widths, and leave a picture of each where it is asked."""
    check_accessibility(page)
    for width, (wide, high) in WIDTHS.items():
        page.set_viewport_size({"width": wide, "height": high})
        assert page.evaluate("document.documentElement.scrollWidth") <= wide, name
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            shot = Path(SHOTS) / f"two-{name}-{width}.png"
            page.screenshot(path=shot, full_page=True)


def at_work(gateway: Gateway, browser: Browser) -> Page:
    """Open a window that shows the doctor's certificate, at the port of theirs."""
    origin = gateway.settings.professional_url.rstrip("/")
    certificate = gateway.certs / "doctor.pem"
    context = browser.new_context(
        locale="fr-FR",
        ignore_https_errors=True,
        client_certificates=[
            {
                "origin": origin,
                "certPath": certificate,
                "keyPath": certificate.with_suffix(".key"),
            }
        ],
    )
    return context.new_page()


def fresh_code(gateway: Gateway, ask: Callable[[], None]) -> str:
    """Return the code of the e-mail that comes after something was done."""
    outbox = gateway.settings.outgoing.outbox
    before = set(outbox.glob("*.eml"))
    ask()
    eventually(lambda: set(outbox.glob("*.eml")) - before)
    return eventually(lambda: newest_code(outbox))


def doctor_signs_in(gateway: Gateway, page: Page) -> None:
    page.goto(gateway.settings.professional_url)
    look(page, "doctor-sign-in")
    code = fresh_code(
        gateway,
        lambda: page.get_by_role("button", name="Continuer avec ce certificat").click(),
    )
    page.get_by_label("Code reçu par courriel").fill(code)
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/home")
    look(page, "doctor-home")


def find(gateway: Gateway, page: Page) -> None:
    page.goto(f"{gateway.settings.professional_url}patients")
    page.locator("#ins").fill(PATIENT)
    page.get_by_role("button", name="Chercher").click()


def test_from_the_first_agreement_to_the_block(
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
            story(gateway, launched)
            launched.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(tell).result()


def story(gateway: Gateway, browser: Browser) -> None:
    doctor, patient = (
        at_work(gateway, browser),
        open_page(browser, "telephone", script=True),
    )
    doctor_signs_in(gateway, doctor)

    find(gateway, doctor)
    look(doctor, "doctor-finds")
    doctor.locator("input[value=TEAM]").check()
    doctor.get_by_role("button", name="J’atteste et j’ouvre le dossier").click()
    doctor.wait_for_url("**/records/*")
    record = doctor.url
    look(doctor, "doctor-record")
    doctor.locator("table.table tbody a").first.click()
    assert doctor.get_by_text(TEXT).first.is_visible()
    look(doctor, "doctor-document")

    sign_in(gateway, patient)
    home = gateway.settings.public_url
    patient.goto(f"{home}notices")
    assert patient.get_by_text("Camille MOREAU").first.is_visible()
    look(patient, "patient-notices")
    patient.goto(f"{home}history")
    assert patient.get_by_text("Camille MOREAU").first.is_visible()
    look(patient, "patient-history")
    patient.get_by_role("link", name="Je ne connais pas cette personne").first.click()
    patient.get_by_label("Bloquer tout de suite").check()
    look(patient, "patient-reports")
    patient.get_by_role("button", name="Signaler").click()
    patient.wait_for_url("**/reports*")
    look(patient, "patient-reported")

    doctor.reload()
    assert doctor.get_by_text("ne vous permettent pas").first.is_visible()
    assert not doctor.get_by_text(TEXT).count()
    look(doctor, "doctor-closed")
    doctor.goto(record)
    assert doctor.get_by_text("Ce dossier est fermé").first.is_visible()
    find(gateway, doctor)
    assert doctor.get_by_text("ne vous permettent pas").first.is_visible()
    assert not doctor.get_by_text("PAT-TROIS").count()
    look(doctor, "doctor-refused")

    patient.goto(f"{home}history")
    look(patient, "patient-history-after")
    assert gateway.run("inquiries list").strip()
    assert "MOREAU" not in gateway.log()
    assert PATIENT not in gateway.log()

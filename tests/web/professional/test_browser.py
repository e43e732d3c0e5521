"""The professionals' pages in a real browser that holds a certificate; axe on each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import CHROMIUM_FLAGS, NO_CHROMIUM, find_chromium
from tests.web.browsing import blocking
from tests.web.professional.browsing import CARE, COORDINATION, ProSite

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright absent")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe absent")


def check(page: Any) -> None:
    """Check a page as it is: axe, and no sideways scrolling."""
    found = axe.Axe().run(page)
    wide = page.evaluate("document.documentElement.scrollWidth")

    assert [one["id"] for one in found.response["violations"]] == []
    assert wide <= page.viewport_size["width"]


@pytest.mark.skipif(not find_chromium(), reason=NO_CHROMIUM)
@pytest.mark.parametrize("width", [1280, 390])
@blocking
def test_a_certificate_a_code_and_a_situation_lead_home(
    pages: ProSite, width: int
) -> None:
    pages.knows(CARE, COORDINATION)
    pages.has_address()
    url = f"https://localhost:{pages.port}"
    shown = {
        "origin": url,
        "certPath": str(pages.certs / "doctor.pem"),
        "keyPath": str(pages.certs / "doctor.key"),
    }
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=CHROMIUM_FLAGS
        )
        context = browser.new_context(
            ignore_https_errors=True,
            bypass_csp=True,  # only so that axe can be put into the page
            locale="fr-FR",
            viewport={"width": width, "height": 900},
            client_certificates=[shown],
        )
        page = context.new_page()
        page.goto(f"{url}/sign-in")
        check(page)
        page.get_by_role("button", name="Continuer avec ce certificat").click()
        check(page)
        page.locator("#code").fill(pages.last_code())
        page.get_by_role("button", name="Continuer").click()
        check(page)
        page.get_by_label("Médecin, soins").check()
        page.get_by_role("button", name="Exercer dans cette situation").click()
        check(page)
        assert page.get_by_role("heading", level=1).inner_text().startswith("Bonjour")
        page.get_by_role("link", name="Trouver un patient").click()
        check(page)
        page.locator("#ins").fill("1 23")
        page.get_by_role("button", name="Chercher").click()
        check(page)
        assert page.get_by_role("alert").is_visible()
        for path in ("/guide", "/help", "/proof"):
            page.goto(f"{url}{path}")
            check(page)
        browser.close()


@pytest.mark.skipif(not find_chromium(), reason=NO_CHROMIUM)
@blocking
def test_who_shows_no_certificate_is_told_what_to_do(pages: ProSite) -> None:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=CHROMIUM_FLAGS
        )
        page = browser.new_page(
            ignore_https_errors=True, bypass_csp=True, locale="fr-FR"
        )
        page.goto(f"https://localhost:{pages.port}/sign-in")
        check(page)
        assert page.get_by_text("n’a présenté aucun certificat").is_visible()
        browser.close()

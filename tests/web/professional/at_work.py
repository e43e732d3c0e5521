"""A doctor's browser that shows a certificate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.browser import CHROMIUM_FLAGS
from tests.web.patient.test_browser import CHROMIUM, Visitor, playwright
from tests.web.professional.browsing import CARE, ProSite


@contextmanager
def at_work(pages: ProSite, viewport: dict[str, int], theme: str) -> Iterator[Visitor]:
    """A doctor's browser that shows a certificate, with an open session."""
    session = pages.sign_in(CARE)
    own = pages.certs / "doctor.pem"
    origin = f"https://127.0.0.1:{pages.port}"
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        context = browser.new_context(
            viewport=viewport,
            ignore_https_errors=True,
            locale="fr-FR",
            color_scheme=theme,
            bypass_csp=True,  # only so that axe can be put into the page
            client_certificates=[
                {"origin": origin, "certPath": own, "keyPath": own.with_suffix(".key")}
            ],
        )
        name = "__Host-professional"
        context.add_cookies(
            [{"name": name, "value": session.cookies[name], "url": origin}]
        )
        site: Any = pages
        yield Visitor(context.new_page(), site, viewport["width"], theme, scripts=True)
        browser.close()

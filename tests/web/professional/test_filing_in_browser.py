"""Filing in a doctor's browser, with a certificate: axe, nothing goes sideways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.browser import CHROMIUM_FLAGS
from tests.builders_cda import PDF
from tests.builders_people import MATRICULE, open_profile
from tests.web.browsing import blocking
from tests.web.patient.test_browser import (
    CHROMIUM,
    DESK,
    PHONE,
    Visitor,
    playwright,
    pytestmark,
)
from tests.web.professional.browsing import CARE, ProSite
from tests.web.professional.test_filing import BORN, REPORT, work_off

__all__ = ["pytestmark"]

LONG = "Compte_rendu_d_hospitalisation_en_reanimation_chirurgicale_cardiovasculaire"


@contextmanager
def filing(pages: ProSite, viewport: dict[str, int], theme: str) -> Iterator[Visitor]:
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
        yield Visitor(context.new_page(), site, viewport, theme, scripts=True)
        browser.close()


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone-dark"],
)
@blocking
def test_axe_finds_nothing_from_the_form_to_what_became_of_it(
    pages: ProSite, viewport: dict[str, int], theme: str
) -> None:
    open_profile(pages.database)
    pdfs = [
        {"name": f"{LONG}_{number}.pdf", "mimeType": "application/pdf", "buffer": PDF}
        for number in range(5)
    ]
    with filing(pages, viewport, theme) as doctor:
        page = doctor.page
        doctor.go("/filings")
        doctor.look("filings-none")
        doctor.go("/file")
        doctor.look("file")
        for born, name in (("1950-01-01", "file-wrong"), (BORN, "filings-received")):
            page.fill("#ins", MATRICULE)
            page.fill("#born", born)
            page.set_input_files("#files", pdfs)
            page.select_option("#kind", REPORT)
            with page.expect_navigation():
                page.click("main form button.btn")
            doctor.look(name)
        work_off(pages)
        page.reload()
        doctor.look("filings")
        assert "cardiovasculaire 4" in page.content()
        doctor.go("/proof")
        doctor.look("proof")

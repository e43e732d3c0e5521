"""One's own papers, and who told the patient, in a real browser: axe, nothing sideways.

Written by keyboard and mouse, with empty, wrong and overfull forms.
"""

from __future__ import annotations

from datetime import date

import pytest

from gateway.core.informing import InformedBy, PatientInformed
from tests.web.browsing import Site, blocking
from tests.web.patient.test_browser import DESK, PHONE, opened, pytestmark
from tests.web.patient.test_informed import declare

__all__ = ["pytestmark"]

LONG = "de la Rochefoucauld-Montbazon-Saint-Priest, née Wolfeschlegelsteinhausen"


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone"],
)
@blocking
def test_axe_finds_nothing_on_the_pages_of_papers(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = visitor.page
        visitor.sign_in_as(site.signed_in())
        visitor.go("/confidentiality/informed")
        visitor.look("informed-none")
        how = PatientInformed(
            by=InformedBy.TELEPHONE, on=date(2026, 11, 20), teller=LONG
        )
        declare(site, "1750000011", "Centre hospitalier intercommunal " * 4, how)
        declare(site, "3" + "1" * 14, "", PatientInformed(by=InformedBy.ONLINE))
        visitor.go("/confidentiality/informed")
        visitor.look("informed")
        visitor.go("/papers")
        visitor.look("papers-none")
        page.click("main >> text=Directives anticipées")
        visitor.look("directives-none")
        page.click("text=L’écrire ici")
        visitor.look("directives-form")
        page.click("text=Enregistrer")
        visitor.look("directives-problems")
        page.fill("#birth-place", LONG)
        page.fill("#matters", "Être entouré. " * 300)
        page.select_option("#resuscitation", "no")
        page.select_option("#sedation", "yes")
        page.click("text=Enregistrer")
        visitor.look("directives-written")
        page.click("main >> text=C’est toujours ce que je veux")
        visitor.look("directives-confirmed")
        page.click("main >> text=Lire")
        visitor.look("directives-read")
        visitor.go("/papers/directives/file")
        page.locator("main form").evaluate("form => form.noValidate = true")
        page.click("main button:has-text('Ajouter')")
        visitor.look("directives-file-missing")
        visitor.go("/papers/directives/take-back")
        visitor.look("directives-take-back")
        visitor.go("/papers/entourage/write")
        page.fill("#contact-name", LONG)
        page.fill("#contact-telephone", "15")
        page.click("text=Enregistrer")
        visitor.look("entourage-problem")
        page.fill("#contact-telephone", "06 12 34 56 78")
        page.fill("#trusted-name", LONG)
        page.click("text=Enregistrer")
        visitor.look("entourage-written")
        site.clock.advance(days=366)
        visitor.sign_in_as(site.signed_in())
        visitor.go("/papers")
        visitor.look("papers")
        visitor.go("/papers/directives")
        visitor.look("directives-review")
        visitor.go("/home")
        visitor.look("home-review")

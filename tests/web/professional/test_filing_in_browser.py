"""Filing in a doctor's browser, with a certificate: axe, nothing goes sideways."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders_cda import PDF
from tests.builders_people import MATRICULE, open_profile
from tests.web.browsing import blocking
from tests.web.patient.test_browser import (
    DESK,
    PHONE,
    pytestmark,
)
from tests.web.professional.at_work import at_work
from tests.web.professional.browsing import ProSite
from tests.web.professional.mailing import work_off
from tests.web.professional.test_filing import (
    BORN,
    REPORT,
)

__all__ = ["pytestmark"]

LONG = "Compte_rendu_d_hospitalisation_en_reanimation_chirurgicale_cardiovasculaire"


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
        _picked(f"{LONG}_{number}.pdf", PDF + b"\n" * number) for number in range(5)
    ]
    ugly = [_picked(f"{LONG}_vide.pdf", b""), _picked("scan.pdf", b"\xff\xd8\xff")]
    with at_work(pages, viewport, theme) as doctor:
        page = doctor.page
        doctor.go("/filings")
        doctor.look("filings-none")
        doctor.go("/file")
        doctor.look("file")
        for born, name in (("1950-01-01", "file-wrong"), (BORN, "filings-received")):
            page.fill("#ins", MATRICULE)
            page.fill("#born", born)
            page.set_input_files("#files", [*pdfs, *ugly, pdfs[0]])
            page.select_option("#kind", REPORT)
            with page.expect_navigation():
                page.click("main form button.btn")
            doctor.look(name)
        work_off(pages)
        page.reload()
        doctor.look("filings-of-a-form")
        doctor.go("/filings")
        doctor.look("filings")
        assert "cardiovasculaire 4" in page.content()
        doctor.go("/file")
        page.fill("#ins", MATRICULE)
        page.fill("#born", BORN)
        page.set_input_files("#files", ugly)
        page.select_option("#kind", REPORT)
        with page.expect_navigation():
            page.click("main form button.btn")
        doctor.look("file-unfit")
        doctor.go("/proof")
        doctor.look("proof")


def _picked(name: str, content: bytes) -> dict[str, Any]:
    """Return a file as a browser is given it to send."""
    return {"name": name, "mimeType": "application/pdf", "buffer": content}

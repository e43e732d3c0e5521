"""Adding and deleting documents in a real browser: axe, and nothing goes sideways."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.converting.pictures import tiff
from tests.web.browsing import Site, blocking
from tests.web.patient.test_browser import DESK, PHONE, furnish, opened, pytestmark

__all__ = ["pytestmark"]

LONG = "Compte rendu d'hospitalisation du service de médecine interne et polyvalente"


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone-dark"],
)
@blocking
def test_axe_finds_nothing_where_documents_are_added_and_deleted(
    site: Site, viewport: dict[str, int], theme: str, tmp_path: Path
) -> None:
    scan = Image.new("L", (400, 560), 230)
    scan.paste(60, (40, 60, 360, 80))
    paper = tmp_path / "scan.tif"
    paper.write_bytes(tiff(scan, scan))
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = visitor.page
        visitor.sign_in_as(site.signed_in())
        visitor.go("/documents")
        visitor.look("documents-none-to-add")
        visitor.go("/documents/delete")
        visitor.look("erase-none")
        furnish(site)
        visitor.go("/documents")
        page.click("text=Ajouter un document")
        visitor.look("add")
        page.locator("main form").evaluate("form => form.noValidate = true")
        page.fill("#day", "2031-01-01")
        page.click("main form button.btn")
        visitor.look("add-problems")
        page.fill("#day", "2019-02-28")
        page.fill("#title", LONG)
        page.set_input_files("#files", str(paper))
        page.click("main form button.btn")
        visitor.look("added-scan")
        page.click("nav.bar >> text=Supprimer")
        visitor.look("erase")
        visitor.go("/documents/delete")
        visitor.look("erase-choose")
        page.click("main form button.btn")
        visitor.look("erase-choose-problem")
        page.check("input[name=document]")
        page.click("main form button.btn")
        page.click("button.danger")
        visitor.look("erased")

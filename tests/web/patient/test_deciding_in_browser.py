"""What a patient decides and asks, in a real browser: axe, nothing goes sideways."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.store.patients.decisions import Decisions
from tests.dmp_bridge.filing.story import STRUCTURE
from tests.web.browsing import Site, blocking
from tests.web.mail import file, narrative
from tests.web.patient.test_browser import DESK, PHONE, Visitor, opened, pytestmark
from tests.web.patient.test_why import Post

__all__ = ["pytestmark"]

LONG = "Compte rendu d'une très longue consultation pluridisciplinaire d'oncologie"


def enter(site: Site, visitor: Visitor) -> Any:
    """Have the browser signed in; return its page."""
    visitor.sign_in_as(site.signed_in())
    return visitor.page


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone-dark"],
)
@blocking
def test_axe_finds_nothing_where_a_patient_objects(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    document = file(site.database, site.patient, narrative("x"), title=LONG)
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = enter(site, visitor)
        visitor.go("/confidentiality/oppositions")
        visitor.look("oppositions-none")
        page.click("text=S’opposer à l’ajout de documents")
        page.locator("main form").evaluate("form => form.noValidate = true")
        page.click("text=Continuer")
        visitor.look("oppose-problems")
        visitor.go(f"/confidentiality/oppose?document={document}")
        visitor.look("oppose")
        page.fill("#reason", "Je ne veux pas que ce séjour soit connu. " * 6)
        page.click("text=Continuer")
        visitor.look("oppose-ask")
        page.click("main button.danger")
        visitor.look("oppositions")
        visitor.go("/confidentiality/change?what=reading&to=closed")
        page.check("input[name=sure]")
        page.click("text=Confirmer")
        visitor.look("undo")


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "dark"), (PHONE, "light")],
    ids=["desk-dark", "phone"],
)
@blocking
def test_axe_finds_nothing_where_a_patient_asks_why(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    post = Post.of(site)
    told = post.send()
    with site.database.write() as work:
        Decisions(work).block(site.patient, STRUCTURE)
    post.send()
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = enter(site, visitor)
        visitor.go(f"/why/message/{told.kept.id}")
        visitor.look("why-message")
        visitor.go("/history?who=professionals")
        visitor.look("history-refused")
        page.click("text=Pourquoi ?")
        for each in page.locator("main details").all():
            each.evaluate("one => one.open = true")
        visitor.look("why-refused")
        visitor.go("/reports")
        visitor.look("reports-none")
        visitor.go(f"/report?document={told.documents[0].entry_id}")
        visitor.look("report")
        page.locator("main form").evaluate("form => form.noValidate = true")
        page.click("main button.danger")
        visitor.look("report-problem")
        page.locator("input[name=who]").first.check()
        page.fill("#text", "Je n'ai jamais consulté cette personne. " * 8)
        page.click("main button.danger")
        visitor.look("reports")

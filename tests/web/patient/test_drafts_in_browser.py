"""Conversations by subject and drafts in a real browser, with axe."""

from __future__ import annotations

import pytest

from tests.web.browsing import HOUSE, Site, blocking
from tests.web.mail import PDF, carried, file, receive
from tests.web.patient.test_browser import DESK, PHONE, opened, pytestmark
from tests.web.patient.test_deciding_in_browser import enter

__all__ = ["pytestmark"]

LONG = "Résultats de votre bilan annuel et préparation de la consultation " * 2


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone-dark"],
)
@blocking
def test_axe_finds_nothing_where_somebody_writes_and_chooses(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    receive(site.database, site.patient, subject=LONG)
    site.clock.advance(minutes=1)
    receive(site.database, site.patient, subject="Votre vaccin")
    receive(site.database, site.patient, sender=HOUSE, name="Cardiologie", kind="ORG")
    for number in range(32):
        file(
            site.database,
            site.patient,
            carried("application/pdf", PDF),
            title=LONG if number == 31 else f"Compte rendu {number}",
        )
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = enter(site, visitor)
        visitor.go("/inbox/drafts")
        visitor.look("drafts-none")
        visitor.go("/inbox/new")
        page.fill("textarea", "Bonjour docteur, " * 30)
        page.fill("#subject", LONG[:150])
        page.click("summary:has-text('Joindre des documents')")
        page.click("button[value=documents]")
        page.locator("input[name=document]").nth(0).check()
        page.locator("input[name=document]").nth(2).check()
        page.click("button[value=after]")
        assert page.locator("input[name=document]:checked").count() == 2
        visitor.look("draft-documents")
        page.fill("#words", "cardio")
        page.click("button[value=search]")
        visitor.look("draft-documents-nothing")
        page.click("button[value=attach]")
        assert page.locator("input[name=document]:checked").count() == 2
        visitor.look("new-draft")
        visitor.go("/inbox")
        page.click("a.cover:has-text('Cardiologie')")
        page.fill("textarea", "Je commence.")
        page.click("button[value=draft]")
        visitor.look("conversation-draft")
        visitor.go("/inbox/drafts")
        assert page.locator("main li.row").count() == 2
        visitor.look("drafts")
        visitor.go("/inbox")
        visitor.look("inbox-by-subject")


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone-dark"],
)
@blocking
def test_axe_finds_nothing_where_an_author_is_asked(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    arrival = receive(site.database, site.patient)
    receive(site.database, site.patient, sender=HOUSE, name="Cardiologie", kind="ORG")
    document = file(
        site.database,
        site.patient,
        carried("application/pdf", PDF),
        title=LONG,
        arrival_id=arrival,
    )
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = enter(site, visitor)
        visitor.go("/corrections")
        visitor.look("corrections-none")
        visitor.go(f"/documents/{document}/ask")
        visitor.look("correction-ask")
        page.check("input[name=wish][value=CORRECT]")
        page.fill("#reason", "La date de naissance est fausse, et le nom aussi. " * 8)
        page.click("main form button.btn:not(.second)")
        visitor.look("corrections")
        visitor.go(f"/documents/{document}")
        visitor.look("document-asked")

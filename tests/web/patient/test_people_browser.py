"""The pages of who acts for whom in a real browser: axe, and nothing goes sideways."""

from __future__ import annotations

import pytest

from tests.builders_people import matricule
from tests.web.browsing import Site, blocking
from tests.web.patient.test_account import proved
from tests.web.patient.test_browser import DESK, PHONE, furnish, opened, pytestmark
from tests.web.patient.test_people import ANNE, Relative, ask

__all__ = ["pytestmark"]


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone"],
)
@blocking
def test_axe_finds_nothing_where_people_help_each_other(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    furnish(site)
    relative = Relative.make(site, 21, "de la Rochefoucauld-Montbazon-Saint-Priest")
    own = proved(site)
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = visitor.page
        visitor.sign_in_as(own)
        visitor.go("/people")
        visitor.look("people-none")
        page.click("text=Demander à quelqu’un")
        visitor.look("ask")
        page.locator("main form").evaluate("form => form.noValidate = true")
        page.click("main button")
        visitor.look("ask-problems")
        long = {**ANNE, "family": "de la Rochefoucauld-Montbazon-Saint-Priest"}
        ask(site, own, relative.number, 30, **long)
        visitor.sign_in_as(relative.browser())
        visitor.go("/people")
        visitor.look("people-asked")
        page.click("button:has-text('Accepter')")
        visitor.look("people-accepted")
        page.click("text=Ouvrir l’espace de")
        visitor.look("acting-home")
        visitor.go("/inbox")
        visitor.look("acting-inbox")
        visitor.go("/account")
        visitor.look("acting-refused")
        visitor.sign_in_as(own)
        ask(site, own, matricule(31), days=10)
        visitor.go("/people")
        visitor.look("people-helpers")
        page.click("text=Prolonger ou retirer")
        visitor.look("carer")
        page.fill("#last", "2020-01-01")
        page.locator("main form").first.evaluate("form => form.noValidate = true")
        page.click("text=Changer le dernier jour")
        visitor.look("carer-problem")
        page.click("text=Retirer l’accès maintenant")
        visitor.look("people-ended")

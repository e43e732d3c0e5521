"""
A child, two parents and a carer in a real browser: axe, and nothing goes sideways.

The child is attached to the first parent, who asks the second; both find what a
professional wrote, and neither what was kept from them.
"""

from __future__ import annotations

import pytest

from gateway.core.document import Visibility
from tests.web.browsing import Site, blocking
from tests.web.mail import file, narrative, receive
from tests.web.patient.test_account import proved
from tests.web.patient.test_browser import DESK, PHONE, furnish, opened, pytestmark
from tests.web.patient.test_people import ANNE, Relative, ask
from tests.web.patient.test_representing import LEO, SECRET, Child

__all__ = ["pytestmark"]

LONG = "de la Rochefoucauld-Montbazon-Saint-Priest"


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@blocking
def test_two_parents_a_child_and_a_carer(site: Site, viewport: dict[str, int]) -> None:
    furnish(site)
    child, other = Child.make(site), Relative.make(site, 21, LONG)
    carer = Relative.make(site, 22)
    receive(site.database, child.id, subject="Rappel de vaccin")
    receive(site.database, child.id, subject=SECRET, is_secret=True)
    hidden = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})
    file(site.database, child.id, narrative(SECRET), title=SECRET, flags=hidden)
    own = proved(site)
    with opened(site, viewport, scripts=True) as visitor:
        page = visitor.page
        visitor.sign_in_as(own)
        visitor.go("/people")
        page.click("a[href='/people/child']")
        visitor.look("child")
        page.locator("main form").evaluate("form => form.noValidate = true")
        page.click("main button")
        visitor.look("child-problems")
        for name, value in {**LEO, "number": child.number}.items():
            page.fill(f"#{name}", value)
        page.check("#certifies")
        page.click("main button")
        visitor.look("child-opened")
        page.click("a:has-text('Qui représente cet enfant')")
        visitor.look("others")
        who = {**ANNE, "family": LONG, "number": other.number}
        for name, value in who.items():
            page.fill(f"#{name}", value)
        page.check("#certifies")
        page.click("button:has-text('Demander à cette personne')")
        ask(site, own, carer.number, 30)
        visitor.go("/people")
        visitor.look("people-of-a-parent")
        visitor.sign_in_as(other.browser())
        visitor.go("/people")
        visitor.look("asked-to-represent")
        page.click("button:has-text('Accepter')")
        page.click("text=Ouvrir l’espace de")
        visitor.look("home-of-a-child")
        for word in ("inbox", "documents", "history", "confidentiality", "notices"):
            visitor.go(f"/{word}")
            visitor.look(f"child-{word}")
            assert SECRET not in page.content(), word
        visitor.go("/inbox")
        assert "Rappel de vaccin" in page.content()
        visitor.sign_in_as(own)
        visitor.go("/people")
        page.click("a:has-text('Qui représente cet enfant')")
        visitor.look("others-two")
        visitor.sign_in_as(carer.browser())
        visitor.go("/people")
        page.click("button:has-text('Accepter')")
        page.click("text=Ouvrir l’espace de")
        visitor.look("home-of-a-carer")
        assert "Léo" not in page.content()

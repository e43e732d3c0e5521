"""The administrator's pages, and what a representative does, in a real browser: axe."""

from __future__ import annotations

import pytest

from gateway.core.document import AuthorEntry
from gateway.store.patients.administrators import Administrators
from tests.web.browsing import Site, blocking
from tests.web.mail import file, narrative
from tests.web.patient.test_account import proved
from tests.web.patient.test_browser import DESK, PHONE, furnish, opened, pytestmark
from tests.web.patient.test_people import Relative, agreed
from tests.web.patient.test_representing import Child

__all__ = ["pytestmark"]

PATH = "/confidentiality/administrators"
LONG = "de la Rochefoucauld-Montbazon-Saint-Priest"


def signed(site: Site, profile_id: str, number: int) -> None:
    person = f"8{number:011d}^{LONG}{number}^Marie-Élisabeth^^^Professeur"
    author = AuthorEntry(person=f"{person}^^^&1.2&ISO^D^^^IDNPS", institution="CHU")
    said = {"authors": (author,)}
    file(site.database, profile_id, narrative("x"), said=said, title=f"L{number}")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@blocking
def test_an_administrator_is_named_and_ended(
    site: Site, viewport: dict[str, int]
) -> None:
    cookie = site.signed_in().cookies["__Host-session"]
    with opened(site, viewport, scripts=True) as visitor:
        page = visitor.page
        where = {"url": f"https://127.0.0.1:{site.port}", "secure": True}
        page.context.add_cookies([{"name": "__Host-session", "value": cookie, **where}])
        visitor.go(PATH)
        visitor.look("administrators-none")
        page.click("text=Nommer un professionnel")
        visitor.look("administrator-nobody-to-name")
        furnish(site)
        for number in range(20):
            signed(site, site.patient, number)
        visitor.go(f"{PATH}/new")
        visitor.look("administrator-many-to-name")
        page.click("button:has-text('Continuer')")
        visitor.look("administrator-missing")
        page.check("#who-1")
        page.click("button:has-text('Continuer')")
        visitor.look("administrator-ask")
        page.check("input[name=sure]")
        page.click("button:has-text('Nommer ce professionnel')")
        visitor.look("administrators-one")
        with site.database.write() as work:
            for number in range(90, 95):
                named = f"8{number:011d}", f"Pr Marie-Élisabeth {LONG.upper()}"
                Administrators(work, site.patient).name(*named)
        visitor.go(PATH)
        visitor.look("administrators-full")
        visitor.go("/confidentiality")
        visitor.look("confidentiality-with-administrators")
        page.goto(f"https://127.0.0.1:{site.port}{PATH}")
        page.click("button:has-text('Mettre fin')")
        visitor.look("administrator-ended")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@blocking
def test_who_represents_objects_reports_and_closes(
    site: Site, viewport: dict[str, int]
) -> None:
    child, other = Child.make(site), Relative.make(site, 21, LONG)
    mine = child.represented()
    theirs = child.represented(other.profile_id)
    signed(site, child.id, 3)
    agreed(site, Relative.make(site, 22))
    own, second = proved(site), other.browser()
    with opened(site, viewport, scripts=True) as visitor:
        page = visitor.page

        def as_(cookies: dict[str, str]) -> None:
            page.context.clear_cookies()
            where = {"url": f"https://127.0.0.1:{site.port}", "secure": True}
            page.context.add_cookies(
                [
                    {"name": name, "value": value, **where}
                    for name, value in cookies.items()
                ]
            )

        as_(own.cookies)
        visitor.go("/people")
        visitor.look("people-with-attestation")
        visitor.go(f"/people/{mine}/close")
        visitor.look("close-child")
        page.check("#understood")
        page.click("button:has-text('Demander')")
        visitor.look("close-child-waits")
        as_(second.cookies)
        visitor.go("/people")
        page.click(f"form[action='/people/{theirs}/open'] button")
        for word in (
            "confidentiality",
            "confidentiality/oppositions",
            "confidentiality/oppose",
            "confidentiality/informed",
            "reports",
            "history",
            "site-map",
        ):
            visitor.go(f"/{word}")
            visitor.look(f"child-{word.replace('/', '-')}")

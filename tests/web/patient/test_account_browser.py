"""The account's pages in a real browser: axe on each state, no sideways scrolling."""

from __future__ import annotations

import pytest

from gateway.store.patients.profiles import Profiles
from tests.web.browsing import LOGIN, PASSWORD, Site, blocking
from tests.web.patient.test_account import FRESH, code_of, profile_of
from tests.web.patient.test_activation import NUMBER, announced
from tests.web.patient.test_activation import code_of as provisional_of
from tests.web.patient.test_browser import DESK, PHONE, opened, pytestmark

__all__ = ["pytestmark"]

MAIL = "dominique@courriel.example"


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone"],
)
@blocking
def test_axe_finds_nothing_in_the_account(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    with site.database.write() as work:
        Profiles(work).set_telephone(profile_of(site), "+33612345678")
    announced(site)
    site.sign_in()  # with another browser, to be listed
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = visitor.page
        visitor.go("/activate")
        visitor.look("activate")
        page.locator("main form").evaluate("form => form.noValidate = true")
        page.click("text=Continuer")
        visitor.look("activate-missing")
        page.fill("#number", NUMBER)
        page.fill("#born", "28/03/1979")
        page.fill("#code", "AAAAAAAA")
        page.click("text=Continuer")
        visitor.look("activate-apart")
        page.fill("#code", provisional_of(site))
        page.click("text=Continuer")
        visitor.look("activate-choices")
        page.fill("#login", "celle-qui-attend")
        page.fill("#password", FRESH)
        page.fill("#again", "autre")
        page.click("main button.full")
        visitor.look("activate-choices-problem")
        page.click("text=M’opposer à cet espace")
        visitor.look("activate-opposed")
        visitor.go("/sign-in")
        page.click("text=Mot de passe ou identifiant oublié")
        visitor.look("lost")
        page.locator("main form").evaluate("form => form.noValidate = true")
        page.click("text=Choisir un autre mot de passe")
        visitor.look("lost-missing")
        page.fill("#number", "2 79 03 51 215 189 89")
        page.fill("#born", "28/03/1979")
        page.click("text=Recevoir mon identifiant")
        visitor.look("lost-login-sent")
        page.fill("#number", "2 79 03 51 215 189 89")
        page.fill("#born", "28/03/1979")
        page.click("text=Choisir un autre mot de passe")
        visitor.look("lost-code")
        page.fill("#code", code_of(site, MAIL))
        page.click("text=Confirmer")
        visitor.look("lost-password")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        page.click("text=Changer mon mot de passe")
        visitor.look("lost-done")
        page.fill("#login", LOGIN)
        page.fill("#password", PASSWORD)
        page.click("text=Continuer")
        site.clock.advance(seconds=1)
        page.fill("#code", site.last_code())
        page.click("text=Ouvrir mon espace")
        visitor.go("/account")
        visitor.look("account")
        visitor.go("/account/devices")
        visitor.look("devices")
        visitor.go("/account/password")
        visitor.look("prove")
        page.fill("#password", "x")
        page.click("main button.full")
        visitor.look("prove-wrong")
        page.fill("#password", PASSWORD)
        page.click("main button.full")
        visitor.look("prove-code")
        page.fill("#code", code_of(site, MAIL))
        page.click("text=Confirmer")
        visitor.look("password")
        page.fill("#password", FRESH)
        page.fill("#again", "autre")
        page.click("text=Changer mon mot de passe")
        visitor.look("password-apart")
        for name in ("login", "email", "telephone"):
            visitor.go(f"/account/{name}")
            visitor.look(name)
            page.fill("main input:not([type=hidden])", "x@")
            page.locator("main form").evaluate("form => form.noValidate = true")
            page.click("main button.full")
            visitor.look(f"{name}-problem")
        visitor.go("/account/close")
        visitor.look("close")
        page.check("#understood")
        page.click("main button.danger")
        visitor.look("closed")
        site.clock.advance(hours=1)
        page.fill("#login", LOGIN)
        page.fill("#password", PASSWORD)
        page.click("text=Continuer")
        page.fill("#code", site.last_code())
        page.click("text=Ouvrir mon espace")
        visitor.look("reopen")
        page.click("text=Rouvrir mon espace")
        visitor.look("reopened")

"""The pages of passkeys and trusted devices in a real browser: axe, widths, paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store.patients.accounts import Accounts
from gateway.store.patients.passkeys import NewPasskey, Passkeys
from tests.web.browsing import LOGIN, PASSWORD, Site, blocking, running_site
from tests.web.patient.test_account import code_of, profile_of
from tests.web.patient.test_browser import DESK, PHONE, opened, pytestmark

__all__ = ["pytestmark"]

MAIL = "dominique@courriel.example"
NAMES = ("Mon téléphone", "Ordinateur de la maison", "W" * 60)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The patients' pages under a name."""
    with running_site(tmp_path, public_host="localhost", max_passkeys=10) as running:
        yield running


def give(site: Site, number: int) -> None:
    """Give the patient passkeys, without a browser."""
    profile = profile_of(site)
    with site.database.write() as work:
        account = Accounts(work).find(LOGIN).id
        for one in range(number):
            made = NewPasskey(credential=bytes([one]), public_key=b"k", counter=0)
            name = NAMES[one % len(NAMES)]
            handle = b"h" * 32
            Passkeys(work).add(account, profile.key_id, made, name=name, handle=handle)


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone"],
)
@blocking
def test_axe_finds_nothing_on_the_pages_of_passkeys(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = visitor.page
        visitor.go("/sign-in")
        visitor.look("sign-in")
        page.click("text=Se connecter avec une clé d’accès")
        assert page.is_visible("text=Utiliser ma clé d’accès")
        assert page.is_hidden("#passkey-without")
        visitor.look("sign-in-passkey")
        page.click("text=Utiliser ma clé d’accès")  # none is there for an address
        page.wait_for_selector("#passkey-failed:not([hidden])")
        visitor.look("sign-in-passkey-failed")
        with page.expect_navigation():
            page.evaluate("document.querySelector('form[data-passkey]').submit()")
        visitor.look("sign-in-passkey-refused")
        page.click("text=Me connecter avec mon mot de passe")
        page.fill("#login", LOGIN)
        page.fill("#password", PASSWORD)
        page.click("text=Continuer")
        visitor.look("code")
        page.fill("#code", site.last_code())
        page.check("input[name=trust]")
        page.click("text=Ouvrir mon espace")
        page.wait_for_url("**/home")
        site.clock.advance(seconds=1)
        visitor.go("/account/devices")
        visitor.look("devices-trusted")
        visitor.go("/account/passkeys")
        visitor.look("passkeys-none")
        page.click("main >> text=Ajouter une clé d’accès")
        page.fill("#password", PASSWORD)
        page.click("main button.full")
        page.fill("#code", code_of(site, MAIL))
        page.click("text=Confirmer")
        page.wait_for_url("**/account/passkeys/new")
        visitor.look("passkey-new")
        page.click("main button.full")
        page.wait_for_selector("#passkey-failed:not([hidden])")
        visitor.look("passkey-new-failed")
        with page.expect_navigation():
            page.evaluate("document.querySelector('form[data-passkey]').submit()")
        visitor.look("passkey-new-refused")
        give(site, 10)
        visitor.go("/account/passkeys?done=added")
        visitor.look("passkeys-full")
        visitor.go("/account")
        visitor.look("account")
        visitor.go("/help")
        visitor.look("help")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@blocking
def test_without_a_script_the_page_says_so_and_offers_the_other_ways(
    site: Site, viewport: dict[str, int]
) -> None:
    with opened(site, viewport, scripts=False) as visitor:
        page = visitor.page
        visitor.go("/sign-in/passkey")
        visitor.look("without-script")
        assert page.is_visible("#passkey-without")
        assert page.is_hidden("form[data-passkey]")
        page.click("text=Me connecter avec mon mot de passe")
        page.wait_for_url("**/sign-in")

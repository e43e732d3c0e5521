"""The guide: open to all, true to the settings, in both languages, and on paper."""

from __future__ import annotations

import pytest

from gateway.web.professional.guide_pages import parts_of
from tests.builders_settings import make_settings
from tests.web.browsing import blocking
from tests.web.professional.browsing import ProSite

PROVIDER = {
    "issuer": "https://psc.test",
    "discovery": "https://psc.test/meta",
    "client_id": "us",
    "client_secret": "client.secret",
    "name": "Un Fournisseur",
}


@blocking
def test_the_guide_is_for_who_cannot_sign_in_too(pages: ProSite) -> None:
    browser = pages.browser("")

    page = browser.get("/guide")
    paper = browser.get("/guide/pdf")

    assert page.status == 200
    assert "PKCS#11" in page.text
    assert 'href="/guide"' in browser.get("/help").text
    assert page.text.count('<section class="sheet pad near flow"') == 7
    assert paper.body.startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_the_settings_leave_closed_is_not_told(language: str) -> None:
    none = parts_of(make_settings(), language)
    every = parts_of(
        make_settings(provider=PROVIDER, filing={"pdf_by_mail": True}), language
    )

    assert {one.name for one in every} - {one.name for one in none} == {
        "provider",
        "filing-by-mail",
    }
    said = " ".join(" ".join((one.title, *one.steps)) for one in every)
    assert "Un Fournisseur" in said
    assert "{" not in said

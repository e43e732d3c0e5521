"""Signing in: the way in, and every way that must not be one (W05, W07, W08)."""

from __future__ import annotations

from tests.web.site import Site, blocking


@blocking
def test_login_password_and_code_open_the_space(site: Site) -> None:
    browser = site.browser()

    assert site.give_password(browser).location == "/sign-in/code"
    opened = site.give_code(browser, site.last_code())

    assert opened.location == "/inbox"
    page = browser.get("/inbox")
    assert page.status == 200
    assert "Dominique PAT-TROIS" in page.text

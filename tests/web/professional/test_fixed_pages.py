"""The professionals' pages for everybody: there, and true to the settings."""

from __future__ import annotations

import re

import pytest

from tests.web.browsing import blocking
from tests.web.professional.browsing import CARE, ProSite

PATHS = {"/help", "/legal", "/privacy", "/accessibility"}
LINE = "01 02 03 04 05, de 9 h à 17 h"


@pytest.mark.parametrize("pages", [{"help_line": LINE}], indirect=True)
@blocking
def test_they_are_open_to_all_lead_to_each_other_and_name_whom_to_ask(
    pages: ProSite,
) -> None:
    for browser in (pages.browser(""), pages.sign_in(CARE)):
        for path in sorted(PATHS):
            page = browser.get(path)
            foot = page.text.partition('<footer class="foot">')[2]

            assert page.status == 200
            assert "Espace des professionnels" in page.text
            assert set(re.findall(r'href="([^"]+)"', foot)) == PATHS
            assert LINE in page.text
    assert "Hôpital de démonstration" in pages.browser("").get("/legal").text


@blocking
def test_without_a_line_they_say_who_helps(pages: ProSite) -> None:
    browser = pages.browser("")

    assert "direction des systèmes d’information" in browser.get("/help").text
    assert "son standard" in browser.get("/legal").text

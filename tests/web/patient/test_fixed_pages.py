"""The pages for everybody: there, true to the settings, and reached from the foot."""

from __future__ import annotations

import json
import re

import pytest

from gateway.web.site.icons import ICONS, icon
from gateway.web.site.templating import STATIC
from tests.web.browsing import Site, blocking
from tests.web.mail import file, narrative

PATHS = ("/help", "/legal", "/privacy", "/accessibility", "/site-map")


@pytest.mark.parametrize("path", PATHS)
@blocking
def test_they_are_open_to_all_and_lead_to_each_other(site: Site, path: str) -> None:
    for browser in (site.browser(), site.signed_in()):
        page = browser.get(path)

        assert page.status == 200
        foot = page.text.partition('<footer class="foot">')[2]
        others = {"/legal", "/privacy", "/accessibility", "/site-map"}
        assert others <= set(re.findall(r'href="([^"]+)"', foot))


@blocking
def test_each_page_of_the_map_is_there(site: Site) -> None:
    for browser, least in ((site.browser(), 6), (site.signed_in(), 14)):
        main = browser.get("/site-map").text.split("<main")[1].split("</main")[0]
        paths = re.findall(r'href="(/[^"]+)"', main)

        assert len(paths) >= least
        for path in paths:
            page = browser.get(path)
            assert page.status in {200, 303}
            assert not page.location.startswith("/sign-in")


@blocking
def test_the_map_names_every_place_of_the_frame(site: Site) -> None:
    for browser in (site.browser(), site.signed_in()):
        page = browser.get("/site-map").text
        before, rest = page.split("<body", 1)[1].split("<main", 1)
        main, after = rest.split("</main", 1)
        frame = set(re.findall(r'href="(/[^"]+)"', before + after))

        assert frame > {"/site-map", "/matrix"}
        assert frame - {"/site-map"} <= set(re.findall(r'href="(/[^"]+)"', main))


@pytest.mark.parametrize(
    "site", [{"help_line": "01 02 03 04 05, de 9 h à 17 h"}], indirect=True
)
@blocking
def test_they_name_whom_to_ask(site: Site) -> None:
    browser = site.browser()

    assert "Hôpital de démonstration" in browser.get("/legal").text
    for path in ("/legal", "/privacy", "/accessibility"):
        assert "01 02 03 04 05, de 9 h à 17 h" in browser.get(path).text


@blocking
def test_the_space_can_be_installed(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/sign-in").text
    address = page.split('<link rel="manifest" href="')[1].split('"')[0]

    answer = browser.get(address)
    manifest = json.loads(answer.body)

    assert answer.headers["content-type"] == "application/manifest+json"
    assert (manifest["start_url"], manifest["scope"]) == ("/home", "/")
    for one in manifest["icons"]:
        picture = browser.get(one["src"])
        assert (picture.status, picture.headers["content-type"]) == (200, one["type"])


@blocking
def test_the_letters_come_from_here_with_their_licence(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/legal")
    sheet = STATIC["site.css"][1].decode()

    assert "font-src 'self'" in page.headers["content-security-policy"]
    fonts = re.findall(r'url\(([^)]*)\) format\("woff2"\)', sheet)
    assert len(fonts) == 2
    for font in fonts:
        answer = browser.get(f"/static/{font}")
        assert answer.headers["content-type"] == "font/woff2"
        assert answer.body.startswith(b"wOF2")
    licence = re.search(r'href="(/static/[^"]*licence[^"]*)"', page.text)
    assert licence is not None
    assert "SIL OPEN FONT LICENSE" in browser.get(licence[1]).text


@blocking
def test_a_page_holds_each_drawing_that_it_uses_once(site: Site) -> None:
    file(site.database, site.patient, narrative("x"))
    file(site.database, site.patient, narrative("y"))
    browser = site.signed_in()

    for path in ("/home", "/inbox", "/documents", "/account", "/site-map", "/nothing"):
        page = browser.get(path).text
        used = re.findall(r'<use href="#i-([a-z]+)"', page)
        drawn = re.findall(r'<symbol [^>]*id="i-([a-z]+)"', page)
        assert sorted(drawn) == sorted(set(used))
        assert 'style="' not in page


def test_an_icon_that_is_not_there_is_a_defect() -> None:
    assert "eye" in ICONS
    with pytest.raises(KeyError):
        icon("nothing")

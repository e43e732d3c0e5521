"""Every route, as somebody who acts for another and may not do what it does (W17)."""

from __future__ import annotations

import re

import pytest

from gateway.rights.delegation_rules import Act, Capacity, may
from gateway.store.patients.web_sessions import Stage
from gateway.web.patient.routes import make_routes
from gateway.web.site.routes import Route
from tests.web.browsing import Browser, Site, blocking, token_of
from tests.web.patient.test_people import Relative, agreed, send
from tests.web.patient.test_representing import Child, opened

_OWN = {"/people/<string(length=32):delegation_id>/open", "/people/own"}
"""Of one's own space, wherever one is: going to another's, and back."""


def acting(site: Site, capacity: Capacity) -> Browser:
    """Return a browser in the space of another, as that."""
    if capacity is Capacity.REPRESENTATIVE:
        return opened(site, Child.make(site))
    browser, delegation = agreed(site, Relative.make(site, 5))
    send(browser, f"/people/{delegation}/open")
    return browser


def address(route: Route) -> str:
    path = re.sub(r"<string\(length=32\):\w+>", "f" * 32, route.path)
    return re.sub(r"<string:\w+>", "x", re.sub(r"<int:\w+>", "1", path))


@pytest.mark.parametrize("capacity", [Capacity.CARER, Capacity.REPRESENTATIVE])
@blocking
def test_what_is_not_theirs_to_do_is_refused_whatever_the_address(
    site: Site, capacity: Capacity
) -> None:
    browser = acting(site, capacity)
    token, asked = token_of(browser.get("/home")), 0
    for route in make_routes(site.desk):
        refused = not may(route.act, capacity) and route.path not in _OWN
        if route.needs is not Stage.OPEN or not refused:
            continue
        path = address(route)
        reply = (
            browser.get(path)
            if route.method == "GET"
            else browser.post(path, {"token": token})
        )
        assert reply.status == 403, f"{route.method} {path}"
        asked += 1
    assert asked > 20


@blocking
def test_what_governs_is_open_to_who_represents_and_to_no_carer(site: Site) -> None:
    governed = [
        one
        for one in make_routes(site.desk)
        if one.act is Act.GOVERN and one.method == "GET" and "<" not in one.path
    ]
    browser = acting(site, Capacity.REPRESENTATIVE)

    assert len(governed) > 10
    for one in governed:
        assert browser.get(one.path).status in {200, 303, 404}, one.path

"""The history in a real browser: full, empty, with long names."""

from __future__ import annotations

import pytest

from gateway.core.accesses import Verdict
from gateway.core.actors import Actor, Means, Who
from gateway.store.accesses.accesses import Accesses
from gateway.store.journal import Action, chain_of
from gateway.store.patients.decisions import Decisions
from tests.browser import NO_CHROMIUM, find_chromium
from tests.builders_accesses import ANNE, BEN, take_and_open
from tests.web.browsing import Site, blocking
from tests.web.mail import file, narrative
from tests.web.patient.test_browser import opened, sign_in

pytestmark = pytest.mark.skipif(not find_chromium(), reason=NO_CHROMIUM)

_LONG = "Compte rendu de la réunion de concertation pluridisciplinaire " * 4
_CARER = Actor(Who.CARER, Means.WEB, "Marie-Bénédicte de La Rochefoucauld-Montbel")


def furnish(site: Site) -> None:
    """Put in a line of each kind."""
    chain = chain_of(site.patient)
    for title in ("Lettre de sortie", _LONG):
        document = file(site.database, site.patient, narrative("x"), title=title)
        with site.database.write() as work:
            for action in (Action.DOCUMENT_FILED, Action.DOCUMENT_OPENED):
                work.note(action, "page", document, chain=chain)
        site.clock.advance(minutes=60 * 26)
    with site.database.write() as work:
        by = {"by": "camille (support)", "reason": "appel du patient"}
        work.note(Action.OPERATOR_READ, "patient show", site.patient, chain=chain, **by)
        Decisions(work, _CARER).block(site.patient, "dr@peer.mssante.test")
    said = {"why": _LONG, "request": _LONG}
    access_id = take_and_open(site.database, site.patient, document, **said)
    with site.database.write() as work:
        Accesses(work, *ANNE).end(access_id)
    with site.database.write() as work:
        Accesses(work, *BEN).review(access_id, Verdict.NOT_FINE, "rien ne le demandait")


@pytest.mark.parametrize(
    ("width", "theme"), [(1280, "light"), (390, "dark"), (320, "light")]
)
@blocking
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    site: Site, width: int, theme: str
) -> None:
    furnish(site)
    viewport = {"width": width, "height": 900}
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        sign_in(visitor)
        visitor.go("/history")
        visitor.look("history")
        assert visitor.page.locator("ul.rows.sheet > li").count() >= 6
        visitor.page.emulate_media(media="print")
        told = visitor.page.locator("text=Lettre de sortie")
        assert told.first.is_visible()  # on paper it is said which document
        visitor.page.emulate_media(media="null")
        visitor.go("/history?from=2099-01-01")
        visitor.look("history-empty")

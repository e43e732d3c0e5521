"""Every page of the patients' routes in a real browser, overfull: narrow, and on paper.

The routes are those that are served: a page that is new fails here until a line says
how it is come to. Each is looked at with long names and much in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from gateway.core.texts.notices import NoticeKind
from gateway.message.building import OutgoingPart
from gateway.store.inbox.drafts import DraftReader
from gateway.store.inbox.reading import InboxReader
from gateway.store.tables import delegations
from gateway.web.patient.routes import make_routes
from gateway.web.site.routes import Route
from tests.dmp_bridge.reading.readers import Ward
from tests.web.browsing import Site, blocking
from tests.web.english import french_left
from tests.web.mail import PDF, file, narrative, receive
from tests.web.patient.test_account import proved
from tests.web.patient.test_adding import add
from tests.web.patient.test_browser import (
    DESK,
    furnish,
    opened,
    pytestmark,
    wide_table,
)
from tests.web.patient.test_caring_browser import furnish_readers
from tests.web.patient.test_document_list_in_browser import LONG
from tests.web.patient.test_document_list_in_browser import furnish as file_sixty
from tests.web.patient.test_drafts import write_new
from tests.web.patient.test_history_in_browser import furnish as make_history
from tests.web.patient.test_naming_browser import signed
from tests.web.patient.test_notice_pages import happens
from tests.web.patient.test_papers import CONTACT, WISHES, write
from tests.web.patient.test_people import Relative, ask
from tests.web.patient.test_representing import Child
from tests.web.professional.asking import plain

__all__ = ["pytestmark"]

NAME = "Marie-Antoinette de la Tour d'Auvergne-Lauraguais-Castelnaudary"
SUBJECT = "Résultats de votre bilan annuel et préparation de la consultation de mars "
NOT_THERE_NOW = {
    "/activate/choices",
    "/sign-in/reopen",
    "/sign-in/lost/code",
    "/sign-in/lost/password",
    "/sign-in/code",
    "/account/prove",
    "/account/prove/code",
    "/account/email/code",
    "/account/telephone/code",
    "/sign-in/passkey",
    "/account/passkeys",
    "/account/passkeys/new",
}
"""Steps of a way that one has not begun, and passkeys, which need a site with a name:
`test_account_browser` and `test_passkeys_browser` go there, and look."""
BEFORE = {"/sign-in", "/activate", "/sign-in/lost"}
"""Whoever is signed in is led on from these."""
NOT_PAGES = {
    "/",
    "/mail/config-v1.1.xml",
    "/.well-known/autoconfig/mail/config-v1.1.xml",
    "/notices/<notice_id>",
    "/message/<message_id>/file/<place>/view",
    "/message/<message_id>/file/<place>",
    "/people/<delegation_id>/attestation",
    "/account/download/file",
    "/papers/directives/sheet",
    "/papers/entourage/sheet",
    "/documents/<document_id>/body",
    "/documents/<document_id>/body/keep",
    "/documents/<document_id>/pdf",
    "/documents/<document_id>/picture/<number>",
    "/documents/<document_id>/original",
    "/documents/<document_id>/media/<media_id>",
}
"""Files, and what leads elsewhere."""


Filled = tuple[dict[str, str], dict[str, str]]
"""What the parts of addresses are, and the addresses that have others."""


def everything(site: Site) -> Filled:
    """Put much of everything in; return what fills the addresses."""
    database, patient = site.database, site.patient
    furnish(site)
    file_sixty(site, 54)
    make_history(site)
    for number in range(12):
        letter = receive(
            database,
            patient,
            sender=f"d{number}@hopital.mssante.test",
            name=f"Dr {NAME}" if number % 2 else f"Dr Paul MARTIN {number}",
            subject=f"{SUBJECT * 3} {number}",
            text="Bonjour,\n\n" + "Voici ce que je propose. " * 20,
            outcome="FILED",
            files=[
                OutgoingPart(
                    media_type="application/pdf", content=PDF, name=f"{LONG[:90]}.pdf"
                )
            ],
        )
        site.clock.advance(minutes=1)
    for number in range(20):
        signed(site, patient, number)
    table = file(database, patient, narrative(wide_table(40)), title=LONG)
    furnish_readers(Ward.of(database, patient), table)
    own = proved(site)
    write_new(own, subject=SUBJECT, text="Bonjour docteur, " * 30)
    write(own, "/papers/directives/write", WISHES)
    write(own, "/papers/entourage/write", {**CONTACT, "contact-name": NAME})
    child = Child.make(site).represented()
    for number in range(3):
        relative = Relative.make(site, 20 + number, NAME)
        ask(site, own, relative.number, 30, family=NAME)
    for kind in (NoticeKind.MESSAGE, NoticeKind.DOCUMENT, NoticeKind.UPDATE):
        happens(site, kind, times=3)
    brought = file(database, patient, narrative("x"), title=LONG, arrival_id=letter)
    leads = add(own, ("bilan.pdf", PDF), title=LONG[:90]).location
    added = leads.partition("?")[0].rpartition("/")[2]
    with database.read() as work:
        inbox = InboxReader(work)
        message = inbox.received_by(patient, letter)
        assert message is not None
        begun = DraftReader(inbox).all(patient, 10)
        people = work.connection.execute(
            select(delegations.c.id).where(delegations.c.id != child)
        )
        carer = people.scalars().first()
    line = re.search(r"/why/line/(\d+)", own.get("/history").text)
    assert line is not None
    some = {
        "conversation_id": message.conversation_id,
        "message_id": message.id,
        "place": "0",
        "document_id": table,
        "delegation_id": str(carer),
        "arrival_id": letter,
        "draft_id": next(one.id for one in begun if not one.is_answer),
        "seq": line[1],
    }
    apart = {
        "/people/<delegation_id>/others": f"/people/{child}/others",
        "/people/<delegation_id>/close": f"/people/{child}/close",
        "/documents/<document_id>/delete": f"/documents/{added}/delete",
        "/documents/<document_id>/ask": f"/documents/{brought}/ask",
        "/confidentiality/change": "/confidentiality/change?what=all&to=closed",
        "/report": f"/report?document={brought}",
    }
    return some, apart


def addresses(routes: Iterable[Route], filled: Filled) -> Iterator[tuple[str, str]]:
    """Yield each page that there is, and where it stands for this patient."""
    some, apart = filled
    for route in routes:
        path = plain(route)
        if route.method == "GET" and path not in NOT_PAGES | NOT_THERE_NOW:
            where = re.sub(r"<(\w+)>", lambda one: some[one[1]], path)
            yield path, apart.get(path, where)


@blocking
def test_every_page_fits_a_narrow_screen_and_a_sheet(site: Site) -> None:
    routes = [*make_routes(site.desk)]
    assert {plain(one) for one in routes} >= NOT_PAGES | NOT_THERE_NOW | BEFORE
    filled = everything(site)
    with opened(site, DESK, scripts=True) as visitor:
        found = [*addresses(routes, filled)]
        for path, where in found:
            if path in BEFORE:
                visitor.look_at(where, path)
                assert french_left(visitor, where) == set(), path
        visitor.sign_in_as(proved(site))
        for path, where in found:
            if path not in BEFORE:
                visitor.look_at(where, path)
                assert french_left(visitor, where) == set(), path
    assert len(found) > 60

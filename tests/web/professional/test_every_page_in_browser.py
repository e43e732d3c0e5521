"""Every page of the professionals' routes in a real browser: narrow, and on paper.

The routes are those that are served: a page that is new fails here until a line says
how it is come to. Each is looked at with long names and much in it.
"""

from __future__ import annotations

import re

from attrs import evolve

from gateway.core.document import Visibility
from gateway.store.patients.administrators import Administrators
from gateway.web.professional.routes import make_professional_routes
from tests.builders_cda import PDF
from tests.builders_people import TRAITS as DOMINIQUE
from tests.builders_people import open_profile
from tests.web.browsing import Browser, blocking
from tests.web.english import french_left
from tests.web.mail import file, narrative
from tests.web.patient.test_browser import DESK, pytestmark, wide_table
from tests.web.professional.asking import plain
from tests.web.professional.at_work import at_work
from tests.web.professional.browsing import CARE, DOCTOR, ProSite
from tests.web.professional.mailing import (
    add_mailbox,
    exchange,
    patient_writes,
    work_off,
    write,
)
from tests.web.professional.test_filing import file as file_by_page
from tests.web.professional.test_filing import open_record
from tests.web.professional.test_messages_in_browser import FILE
from tests.web.professional.test_messages_in_browser import LONG as LONG_TEXT
from tests.web.professional.test_records_in_browser import LONG, furnish

__all__ = ["pytestmark"]

TRAITS = evolve(
    DOMINIQUE,
    family="DE LA TOUR D'AUVERGNE-LAURAGUAIS-CASTELNAUDARY",
    first_given="MARIE-ANTOINETTE",
    given_names="MARIE-ANTOINETTE",
)
BEFORE = {"/sign-in"}
NOT_THERE_NOW = {
    "/sign-in/code",
    "/sign-in/situation",
    "/sign-in/provider",
    "/sign-in/provider/back",
}
"""Steps of a way in that is gone already: `test_browser` goes them, and looks."""
NOT_PAGES = {
    "/",
    "/guide/pdf",
    "/informing/poster",
    "/proof/csv",
    "/proof/pdf",
    "/proof/<entry_id>",
    "/records/<record_id>/documents/<document_id>/body",
    "/records/<record_id>/documents/<document_id>/pdf",
    "/records/<record_id>/documents/<document_id>/picture/<number>",
    "/records/<record_id>/documents/<document_id>/media/<media_id>",
    "/messages/<mailbox_id>/<thread_id>/<letter_id>/<place>",
    "/messages/<mailbox_id>/<thread_id>/<letter_id>/<place>/view",
}
"""Files, and what leads elsewhere."""


def everything(pages: ProSite, browser: Browser) -> dict[str, str]:
    """Put much of everything in; return what fills the addresses."""
    database = pages.database
    patient = open_profile(database, traits=TRAITS)
    with database.write() as work:
        Administrators(work, patient).name(DOCTOR, "Camille MOREAU")
    furnish(pages, patient)
    table = file(
        database,
        patient,
        narrative(wide_table(40)),
        title=LONG * 2,
        flags=frozenset({Visibility.HIDDEN_FROM_PATIENT}),
        owners=[DOCTOR],
    )
    mailbox = add_mailbox(pages)
    for number in range(3):
        file_by_page(browser, (f"{LONG}.pdf", PDF), title="", informed="1")
        write(browser, subject=f"{LONG} {number}")
        work_off(pages)
        pages.clock.advance(minutes=1)
        patient_writes(pages, patient, mailbox, text=LONG_TEXT, files=(FILE,))
    record = open_record(pages, DOCTOR)
    _, _, mailbox_id, thread_id = exchange(browser).split("/")
    return {
        "record_id": record,
        "document_id": table,
        "act": "withdraw",
        "mailbox_id": mailbox_id,
        "thread_id": thread_id,
    }


@blocking
def test_every_page_fits_a_narrow_screen_and_a_sheet(pages: ProSite) -> None:
    routes = [*make_professional_routes(pages.desk)]
    left_out = NOT_PAGES | NOT_THERE_NOW | BEFORE
    assert {plain(one) for one in routes} >= left_out
    some, asked = everything(pages, pages.sign_in(CARE)), 0
    with at_work(pages, DESK, "light") as doctor:
        for route in routes:
            path = plain(route)
            if route.method != "GET" or path in left_out:
                continue
            where = re.sub(r"<(\w+)>", lambda one: some[one[1]], path)
            doctor.look_at(where, path)
            assert french_left(doctor, where) == set(), path
            asked += 1
        doctor.page.context.clear_cookies()
        doctor.look_at("/sign-in", "/sign-in")
    assert asked > 20

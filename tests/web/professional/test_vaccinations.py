"""A vaccination is added by a professional, found among the documents, and read."""

from __future__ import annotations

import re

import pytest

from gateway.core.codes import document_types
from gateway.core.person import Coded
from gateway.store.journal import Action
from tests.builders_people import open_profile
from tests.shared import SHARED
from tests.web.browsing import blocking
from tests.web.mail import file as put_in
from tests.web.mail import narrative
from tests.web.professional.browsing import CARE, ProSite
from tests.web.professional.mailing import work_off
from tests.web.professional.test_filing import (
    documents,
    file,
)
from tests.web.professional.test_records import LOINC, lines, opened, put

NOTE = "87273-9"
"""Note de vaccination (LOINC)."""
OURS = (
    "<table><thead><tr><th>Date</th><th>Vaccin</th><th>Lot n°</th></tr></thead>"
    "<tbody><tr><td>12/10/2026</td><td>VACCIN DE DÉMONSTRATION</td><td>DEMO-42</td>"
    "</tr></tbody></table>"
)
PUBLISHED = SHARED / "cda" / "VAC-NOTE_2023.01.xml"


def text_of(page: str) -> str:
    """Return the words of a page, one space between them."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


@blocking
def test_a_vaccination_is_filed_by_the_page_under_a_type_of_its_own(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    put(pages, patient, "Synthèse médicale")
    browser = pages.sign_in(CARE)
    form = browser.get("/file").text

    file(browser, kind=NOTE, title="Vaccin contre la grippe", informed="1")
    work_off(pages)
    record = opened(browser).location
    found = browser.get(f"{record}?kind=vax").text

    assert f'<option value="{NOTE}"' in form
    kinds = {one.type_code for one in documents(pages, patient)}
    assert kinds == {"60591-5", NOTE}
    assert "1 document<" in found
    assert "Vaccin contre la grippe" in found


@pytest.mark.parametrize("code", ["87273-9", "11369-6", "96874-3"])
@blocking
def test_every_type_of_vaccination_is_found_as_one(pages: ProSite, code: str) -> None:
    patient = open_profile(pages.database)
    put(pages, patient, document_types()[code].label, type_code=code)
    put(pages, patient, "Synthèse médicale")
    browser = pages.sign_in(CARE)

    found = browser.get(f"{opened(browser).location}?kind=vax").text

    assert "1 document<" in found
    assert document_types()[code].label in found


@blocking
def test_what_was_given_when_and_of_which_lot_is_read(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    code = Coded(code=NOTE, scheme=LOINC, label="Note de vaccination")
    said = {"type_code": code}
    title = "Vaccin contre la grippe"
    note = put_in(pages.database, patient, narrative(OURS), title=title, said=said)
    browser = pages.sign_in(CARE)

    page = browser.get(f"{opened(browser).location}/documents/{note}").text

    assert "12/10/2026 VACCIN DE DÉMONSTRATION DEMO-42" in text_of(page)
    assert lines(pages, patient, Action.DOCUMENT_CONSULTED) == [note]


@pytest.mark.skipif(not PUBLISHED.exists(), reason="published examples are absent")
@blocking
def test_the_note_that_the_ci_sis_publishes_shows_its_vaccines(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    code = Coded(code=NOTE, scheme=LOINC, label="Note de vaccination")
    content, said = PUBLISHED.read_bytes(), {"type_code": code}
    note = put_in(pages.database, patient, content, title="Note", said=said)
    browser = pages.sign_in(CARE)

    page = browser.get(f"{opened(browser).location}/documents/{note}").text

    assert "28/09/2009" in text_of(page)
    assert "4456672 2 voie intramusculaire" in text_of(page)

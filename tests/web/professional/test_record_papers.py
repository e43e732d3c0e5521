"""Directives, and whom to call: at a place of their own, for whom they are open."""

from __future__ import annotations

import re

import pytest

from gateway.core.document import Visibility
from gateway.core.habilitation import MatrixColumn
from gateway.core.practice import Practice
from gateway.store.journal import Action
from tests.builders_papers import PaperAuthor
from tests.web.browsing import Browser, Reply, blocking
from tests.web.professional.asking import practices
from tests.web.professional.browsing import CARE, ProSite
from tests.web.professional.test_records import declared, lines, opened, put

DIRECTIVES, ENTOURAGE = "EXPPAT_3", "EXPPAT_1"
MASKED = frozenset({Visibility.MASKED})
SOCIAL, DENTIST = MatrixColumn.SOCIAL_WORKER, MatrixColumn.DENTIST


def papers(browser: Browser, record: Reply) -> Reply:
    return browser.get(f"{record.location}/papers")


def plain(page: Reply) -> str:
    """Return a page without what is of one consultation alone."""
    text = re.sub(r"/records/[0-9a-f]{32}", "/records/x", page.text)
    return re.sub(r"[0-9a-f]{64}|\d\d:\d\d|\d\d? h \d\d", "x", text)


@blocking
def test_the_papers_of_a_patient_are_at_one_place_and_nothing_else(
    pages: ProSite, patient: str
) -> None:
    will = put(pages, patient, "Mes directives", DIRECTIVES)
    call = put(pages, patient, "Qui prévenir", ENTOURAGE)
    other = put(pages, patient, "Synthèse médicale")
    browser = pages.sign_in(CARE)
    record = opened(browser)

    page = papers(browser, record)
    before = lines(pages, patient, Action.DOCUMENT_CONSULTED)
    browser.get(f"{record.location}/documents/{call}")

    assert f"{record.location}/papers" in browser.get(record.location).text
    assert f"/documents/{will}" in page.text
    assert f"/documents/{call}" in page.text
    assert f"/documents/{other}" not in page.text
    assert before == []
    assert lines(pages, patient, Action.DOCUMENT_CONSULTED) == [call]


@pytest.mark.parametrize(
    ("column", "sees"),
    [
        (MatrixColumn.DOCTOR, {DIRECTIVES, ENTOURAGE}),
        (DENTIST, {ENTOURAGE}),
        (SOCIAL, set[str]()),
    ],
)
@blocking
def test_each_profession_sees_what_the_matrix_opens(
    pages: ProSite, patient: str, column: MatrixColumn, sees: set[str]
) -> None:
    ids = {one: put(pages, patient, one, one) for one in (DIRECTIVES, ENTOURAGE)}
    practice: Practice = practices()[column]
    browser = pages.sign_in(practice)

    page = papers(browser, opened(browser))

    assert page.status == 200
    assert {one for one in ids if f"/documents/{ids[one]}" in page.text} == sees


@blocking
def test_what_is_masked_is_as_though_it_had_not_been_written(
    pages: ProSite, patient: str
) -> None:
    browser = pages.sign_in(CARE)
    record = opened(browser)
    nothing = papers(browser, record)

    put(pages, patient, "Mes directives", DIRECTIVES, flags=MASKED)
    put(pages, patient, "Qui prévenir", ENTOURAGE, flags=MASKED)

    assert plain(papers(browser, record)) == plain(nothing)
    assert "Aucune directive anticipée ne vous est présentée" in nothing.text


@blocking
def test_a_new_version_stands_for_those_before(pages: ProSite) -> None:
    author = PaperAuthor(pages.database)
    first = author.write()
    second = author.write(2)
    browser = pages.sign_in(CARE)

    page = papers(browser, opened(browser))

    assert f"/documents/{second}" in page.text
    assert f"/documents/{first}" not in page.text


@blocking
def test_they_are_there_in_an_emergency(pages: ProSite, patient: str) -> None:
    call = put(pages, patient, "Qui prévenir", ENTOURAGE)
    masked = put(pages, patient, "Mes directives", DIRECTIVES, flags=MASKED)
    browser = pages.sign_in(CARE)

    page = papers(browser, declared(browser))

    assert f"/documents/{call}" in page.text
    assert f"/documents/{masked}" not in page.text
    assert "Accès en urgence" in page.text


@blocking
def test_a_record_that_is_closed_shows_none(pages: ProSite, patient: str) -> None:
    put(pages, patient, "Mes directives", DIRECTIVES)
    browser = pages.sign_in(CARE)

    assert browser.get(f"/records/{'0' * 32}/papers").status == 403

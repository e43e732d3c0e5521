"""One's own traces: which records one opened, and what one did there."""

from __future__ import annotations

import re

from gateway.core.document import Visibility
from gateway.store.patients.decisions import Decisions
from tests.web.browsing import Browser, blocking
from tests.web.professional.browsing import CARE, DOCTOR, ProSite
from tests.web.professional.test_filing import open_record, who_reads
from tests.web.professional.test_record_acts import NOBODY, do, name, put_own
from tests.web.professional.test_records import opened, put


def deeds(browser: Browser) -> list[str]:
    """Return what the page of one's own traces says was done, each with no time."""
    page = browser.get("/accesses").text
    found = re.findall(r"<li><time[^>]*>[^<]*</time>(.*?)</li>", page)
    return [one.strip(" :\u00a0\u202f") for one in found]


@blocking
def test_one_reads_what_one_opened_and_did(pages: ProSite, patient: str) -> None:
    letter = put_own(pages, patient)
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    before = browser.get("/accesses").text
    path = f"{record}/documents/{letter}"
    unasked = do(browser, path, "mask")
    do(browser, path, "mask", asked="1")

    after = browser.get("/accesses").text

    assert unasked.status == 422
    assert "La liste seule" in before
    assert "La liste seule" not in after
    assert "PAT-TROIS" in after
    assert "2 documents ouverts, 2 actes" in after
    done = [one.partition("\u00a0:") for one in deeds(browser)]
    assert [one[0] for one in done] == ["ouvert", "acte refusé", "ouvert", "masqué"]
    assert all("liaison" in one[2].lower() for one in done if one[0] != "acte refusé")


@blocking
def test_what_one_did_stays_as_it_was_whatever_may_be_seen_since(
    pages: ProSite, patient: str
) -> None:
    letter = put(pages, patient, "Titre que l’on ne lit plus", "11490-0")
    unread = put(pages, patient, "Jamais lu", flags=frozenset({Visibility.MASKED}))
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    browser.get(f"{record}/documents/{letter}")
    browser.get(f"{record}/documents/{unread}")
    before = deeds(browser)
    with pages.database.write() as work:
        Decisions(work).block(patient, DOCTOR)

    after = browser.get("/accesses").text

    assert deeds(browser) == before
    assert len(before) == 1
    assert "Titre que" not in after
    assert "Jamais lu" not in after


@blocking
def test_what_an_administrator_did_is_named(pages: ProSite, patient: str) -> None:
    letter = put(pages, patient, "Lettre de liaison", "11490-0")
    name(pages, patient)
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    path = f"{record}/documents/{letter}"

    do(browser, path, "mask", asked="1")
    do(browser, path, "show", asked="1")

    said = " ".join(deeds(browser))
    assert "masqué" in said
    assert "démasqué" in said


@blocking
def test_of_what_others_did_there_is_nothing(pages: ProSite, patient: str) -> None:
    letter = put(pages, patient, "Lettre de liaison", "11490-0")
    first = pages.sign_in(CARE)
    record = opened(first).location
    first.get(f"{record}/documents/{letter}")
    before = deeds(first)
    anothers = open_record(pages, NOBODY)

    with pages.database.read() as work:
        some = pages.desk.reading.own(work, who_reads(NOBODY))
        given = pages.desk.reading.deeds(work, who_reads(DOCTOR), some, most=9)

    assert [one.id for one in some] == [anothers]
    assert given == {}
    assert deeds(first) == before

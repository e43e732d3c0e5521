"""What the list of an open record says: each sentence of it, by the page itself."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from pypdf import PdfReader

from gateway.core.document import Availability, Visibility
from gateway.core.person import Coded
from gateway.core.practice import Professional
from gateway.store.mailbox.folders import Folders
from gateway.store.mailbox.openings import Openings
from tests.builders_people import MATRICULE
from tests.web.browsing import blocking, token_of
from tests.web.mail import file, narrative
from tests.web.professional.browsing import CARE, DOCTOR, ProSite
from tests.web.professional.mailing import (
    HOUSE,
    add_mailbox,
    exchange,
    patient_writes,
)
from tests.web.professional.test_record_acts import name
from tests.web.professional.test_records import LOINC, opened

COLLEAGUE = "899700000099"
SUMMARY, LETTER, EPISODE, BLOOD = "60591-5", "11490-0", "34133-9", "11502-2"
DAY = datetime(2026, 11, 18, 8, tzinfo=UTC)


def put(
    pages: ProSite,
    patient: str,
    title: str,
    code: str = BLOOD,
    *,
    care: datetime = DAY,
    flags: frozenset[Visibility] = frozenset(),
    status: Availability = Availability.APPROVED,
    replaced_by: str = "",
    owners: tuple[str, ...] = (),
) -> str:
    return file(
        pages.database,
        patient,
        narrative("Rien à signaler."),
        title=title,
        said={
            "type_code": Coded(code=code, scheme=LOINC, label=title),
            "service_start_time": care,
        },
        flags=flags,
        status=status,
        replaced_by=replaced_by,
        owners=owners,
    )


def top_of(page: str) -> list[str]:
    """Return the titles that a record shows first of all, in their order."""
    if 'id="top"' not in page:
        return []
    section = page.split('id="top"')[1].split("</section>", maxsplit=1)[0]
    return re.findall(r'<h3><a href="[^"]*">([^<]*)</a></h3>', section)


def rows_of(page: str) -> dict[str, str]:
    """Return the rows of the list by the title of their document."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = body.split("<tr>")[1:]
    return {re.findall(r'<a href="[^"]*">([^<]*)</a>', row)[0]: row for row in rows}


@blocking
def test_a_summary_is_first_then_letters_and_syntheses_each_the_newest(
    pages: ProSite, patient: str
) -> None:
    newer = DAY + timedelta(days=1)
    put(pages, patient, "Synthèse d’épisode", EPISODE)
    put(pages, patient, "Lettre de liaison", LETTER)
    put(pages, patient, "Bilan sanguin", BLOOD, care=newer)
    put(pages, patient, "Volet nouveau", SUMMARY, care=newer)
    put(pages, patient, "Volet d’avant", SUMMARY)

    browser = pages.sign_in(CARE)
    page = browser.get(opened(browser).location).text

    assert top_of(page) == ["Volet nouveau", "Lettre de liaison", "Synthèse d’épisode"]
    assert len(rows_of(page)) == 5


@blocking
def test_what_came_since_ones_last_visit_is_new_and_found_alone(
    pages: ProSite, patient: str
) -> None:
    put(pages, patient, "Connu")
    browser = pages.sign_in(CARE)
    pages.clock.now += timedelta(minutes=1)
    first = opened(browser).location
    page = browser.get(first)
    browser.post(f"{first}/end", {"token": token_of(page)})
    pages.clock.now += timedelta(minutes=1)
    put(pages, patient, "Arrivé depuis")
    pages.clock.now += timedelta(minutes=1)

    second = opened(browser).location
    rows = rows_of(browser.get(second).text)
    alone = rows_of(browser.get(f"{second}?fresh=1").text)

    assert "Nouveau depuis" not in page.text
    assert ">Nouveau<" not in page.text
    assert ">Nouveau<" in rows["Arrivé depuis"]
    assert ">Nouveau<" not in rows["Connu"]
    assert list(alone) == ["Arrivé depuis"]


@blocking
def test_earlier_versions_are_folded_behind_the_newest(
    pages: ProSite, patient: str
) -> None:
    newest = put(pages, patient, "Compte rendu corrigé")
    older = put(
        pages,
        patient,
        "Compte rendu",
        status=Availability.DEPRECATED,
        replaced_by=newest,
    )
    browser = pages.sign_in(CARE)
    record = opened(browser).location

    rows = rows_of(browser.get(record).text)
    all_rows = rows_of(browser.get(f"{record}?old=1").text)

    assert list(rows) == ["Compte rendu corrigé"]
    assert "1 version précédente" in rows["Compte rendu corrigé"]
    assert f"/documents/{older}" in rows["Compte rendu corrigé"]
    assert "Ancienne version" in all_rows["Compte rendu"]
    assert browser.get(f"{record}/documents/{older}").status == 200


STATES: list[tuple[dict[str, Any], str]] = [
    ({"flags": frozenset({Visibility.MASKED})}, "Masqué aux professionnels"),
    (
        {"flags": frozenset({Visibility.HIDDEN_FROM_PATIENT})},
        "Pas encore visible par le patient",
    ),
    (
        {"flags": frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})},
        "Non visible par les parents",
    ),
    ({"status": Availability.ARCHIVED}, "Archivé"),
    ({"status": Availability.DEPRECATED}, "Ancienne version"),
    ({}, ""),
]


@blocking
def test_each_state_stands_beside_its_document_and_no_other(
    pages: ProSite, patient: str
) -> None:
    for number, (said, _) in enumerate(STATES):
        put(pages, patient, f"Document {number}", owners=(DOCTOR,), **said)
    name(pages, patient)
    browser = pages.sign_in(CARE)

    rows = rows_of(browser.get(f"{opened(browser).location}?old=1").text)

    shown = {
        number: [words for _, words in STATES if words and words in row]
        for number, row in enumerate(rows[f"Document {n}"] for n in range(len(STATES)))
    }
    assert shown == {
        number: [words] if words else [] for number, (_, words) in enumerate(STATES)
    }


@blocking
def test_the_documents_of_a_follow_up_are_found_by_it(
    pages: ProSite, patient: str
) -> None:
    now = pages.clock.now
    put(pages, patient, "Pendant le suivi", care=now)
    put(pages, patient, "Bien avant", care=now - timedelta(days=400))
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    page = browser.get(f"{record}/follow-up")
    browser.post(f"{record}/follow-up", {"token": token_of(page), "to": "begin"})

    listed = browser.get(record).text
    chosen = listed.split('id="episode"')[1].split("</select>")[0]
    (episode,) = re.findall(r'value="([0-9a-f]{32})"', chosen)

    assert len(rows_of(listed)) == 2
    assert list(rows_of(browser.get(f"{record}?episode={episode}").text)) == [
        "Pendant le suivi"
    ]
    assert list(rows_of(browser.get(f"{record}?recent=1").text)) == ["Pendant le suivi"]
    assert rows_of(browser.get(f"{record}?kind=vax").text) == {}


@blocking
def test_a_printed_document_says_on_each_sheet_whose_it_is(
    pages: ProSite, patient: str
) -> None:
    one = put(pages, patient, "Compte rendu")
    browser = pages.sign_in(CARE)
    path = f"{opened(browser).location}/documents/{one}"
    page = browser.get(path)

    printed = browser.get(f"{path}/pdf")

    assert f'href="{path}/pdf"' in page.text
    assert printed.status == 200
    sheets = PdfReader(io.BytesIO(printed.body)).pages
    for sheet in sheets:
        text = "".join(sheet.extract_text().split())
        assert "PAT-TROIS" in text
        assert MATRICULE in text


@blocking
def test_each_who_opened_a_message_of_a_shared_mailbox_is_named(
    pages: ProSite, patient: str
) -> None:
    house = add_mailbox(pages, HOUSE, COLLEAGUE, DOCTOR, kind="ORG")
    browser = pages.sign_in(CARE)
    pages.people[COLLEAGUE] = Professional(
        national_id=COLLEAGUE, family="LEROY", given="ANNE", practices=(CARE,)
    )
    patient_writes(pages, patient, house, to=HOUSE)
    with pages.database.write() as work:
        folder = Folders(work).find(house, "INBOX")
        assert folder is not None
        Openings(work).keep(folder.id, [1], COLLEAGUE)
    pages.clock.now += timedelta(minutes=1)

    shown = browser.get(exchange(browser)).text

    assert "Ouvert en premier par Anne LEROY" in shown
    assert "Puis par Camille MOREAU" in shown

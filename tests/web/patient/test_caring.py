"""Who cares for a patient, what they agreed to, the code that gives access."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from attrs import evolve

from gateway.core.reading import ReadingRefusal
from gateway.rights.reading_request import ReadingRequest
from gateway.rights.reading_rules import Relation
from gateway.store.consultations.answers import NotRead, Prospect
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.treating import NamedDoctor, treating_doctor
from gateway.web.patient.drawn_code import draw_code
from tests.dmp_bridge.reading.readers import (
    BY_INS,
    DOCTOR,
    EMERGENCY,
    LOCUM,
    ONCE,
    TEAM,
    TEAM_AGAIN,
    Ward,
)
from tests.web.browsing import Browser, Reply, Site, blocking, token_of
from tests.web.mail import file, narrative

R = ReadingRefusal
READERS = "/confidentiality/readers"
OWN_MAILBOX = "dr.lemaitre@hopital.mssante.test"


def send(browser: Browser, path: str, *fields: tuple[str, str]) -> Reply:
    token = ("token", token_of(browser.get("/confidentiality")))
    body = urlencode([token, *fields]).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.request("POST", path, body, kind)


def ward_of(site: Site) -> Ward:
    return Ward.of(site.database, site.patient)


def code_on(page: str) -> str:
    found = re.search(r'class="shown-code">(\d{4}) (\d{4})<', page)
    assert found is not None
    return "".join(found.groups())


def test_a_code_is_drawn_within_its_quiet_zone() -> None:
    drawn = draw_code("12345678")

    assert drawn.side == 21 + 2 * 4
    assert drawn.path.startswith("M4 4h1v1h-1z")
    assert drawn == draw_code("12345678")
    assert drawn != draw_code("12345679")


@blocking
def test_a_code_lets_somebody_read_once_and_never_again(site: Site) -> None:
    browser, ward = site.signed_in(), ward_of(site)

    assert 'class="drawn-code"' not in browser.get("/confidentiality/code").text
    page = send(browser, "/confidentiality/code").text
    code = code_on(page)
    assert 'class="drawn-code"' in page
    by_code = {"agreed": False, "code": f"{code[:4]} {code[4:]}"}

    assert ward.why(LOCUM, asked(ONCE, code="00000000")) is R.CODE_WRONG
    one = ward.opened(LOCUM, asked(ONCE, **by_code))
    ward.end(LOCUM, one)
    assert ward.why(LOCUM, asked(ONCE, **by_code)) is R.CODE_WRONG
    shown = browser.get(READERS).text
    assert "avec un code créé dans cet espace" in shown


def asked(request: ReadingRequest, **changes: Any) -> ReadingRequest:
    return evolve(request, **changes)


@blocking
def test_a_new_code_ends_the_one_before_and_time_ends_each(site: Site) -> None:
    browser, ward = site.signed_in(), ward_of(site)
    first = code_on(send(browser, "/confidentiality/code").text)
    second = code_on(send(browser, "/confidentiality/code").text)

    assert ward.why(LOCUM, asked(ONCE, agreed=False, code=first)) is R.CODE_WRONG
    site.clock.advance(minutes=15)
    assert ward.why(LOCUM, asked(ONCE, agreed=False, code=second)) is R.CODE_WRONG


@blocking
def test_after_so_many_wrong_codes_the_right_one_opens_nothing(site: Site) -> None:
    ward, most = ward_of(site), site.settings.reading.code_tries
    code = code_on(send(site.signed_in(), "/confidentiality/code").text)

    for _ in range(most):
        assert ward.why(LOCUM, asked(ONCE, agreed=False, code="1")) is R.CODE_WRONG
    assert ward.why(LOCUM, asked(ONCE, agreed=False, code=code)) is R.CODE_WRONG


@blocking
def test_so_many_codes_in_an_hour_and_no_more(site: Site) -> None:
    browser, most = site.signed_in(), site.settings.reading.codes_per_hour

    for _ in range(most):
        assert send(browser, "/confidentiality/code").status == 200
    assert send(browser, "/confidentiality/code").status == 429
    site.clock.advance(hours=1)
    browser = site.signed_in()
    assert send(browser, "/confidentiality/code").status == 200


@blocking
def test_an_agreement_is_shown_and_taken_back_and_closes_what_is_open(
    site: Site,
) -> None:
    browser, ward = site.signed_in(), ward_of(site)
    one = ward.opened(DOCTOR, TEAM)

    page = browser.get(READERS).text
    assert DOCTOR.name in page
    assert "CHU de l’Estuaire" in page
    (agreement,) = set(re.findall(r'name="id" value="(\w{32})"', page))
    assert send(browser, f"{READERS}/take-back", ("id", "0" * 32)).status == 404
    done = send(browser, f"{READERS}/take-back", ("id", agreement))

    assert done.location == f"{READERS}?done=taken-back"
    assert ward.listed(DOCTOR, one) == NotRead(R.CONSENT_EXPIRED)
    assert ward.why(DOCTOR, TEAM_AGAIN) is R.CONSENT_EXPIRED
    assert "Accord pour consulter retiré" in browser.get("/history").text


@blocking
def test_the_treating_doctor_is_named_of_the_team_or_by_name(site: Site) -> None:
    browser, ward = site.signed_in(), ward_of(site)
    with site.database.write() as work:
        Mailboxes(work).add(
            OWN_MAILBOX,
            kind="PER",
            holders=[LOCUM.national_id],
            display_name="Dr Hugo PERRIN",
        )
    ward.opened(DOCTOR, TEAM)

    assert DOCTOR.name in browser.get("/confidentiality/treating").text
    found = browser.get("/confidentiality/treating?name=perrin").text
    assert f'value="{LOCUM.national_id}"' in found
    wrong = ("who", DOCTOR.national_id), ("name", "perrin")
    assert send(browser, "/confidentiality/treating", *wrong).status == 422
    right = ("who", LOCUM.national_id), ("name", "perrin")
    with site.database.write() as work:
        Decisions(work).block(site.patient, OWN_MAILBOX)
    blocked = send(browser, "/confidentiality/treating", *right)
    assert blocked.status == 422
    assert "Débloquez-le d’abord" in blocked.text
    with site.database.write() as work:
        assert treating_doctor(work, site.patient) is None
        Decisions(work).unblock(site.patient, OWN_MAILBOX)
    done = send(browser, "/confidentiality/treating", *right)

    assert done.location == f"{READERS}?done=treating"
    with site.database.read() as work:
        named = treating_doctor(work, site.patient)
    assert named == NamedDoctor(identity=LOCUM.national_id, name="Dr Hugo PERRIN")
    found_by = ward.write(lambda work: ward.reading.find(work, LOCUM, BY_INS))
    assert isinstance(found_by, Prospect)
    assert found_by.relation is Relation.TREATING
    assert ward.why(LOCUM, TEAM_AGAIN) is None
    send(browser, "/confidentiality/treating", ("nobody", "1"))
    assert ward.why(LOCUM, TEAM_AGAIN) is R.CONSENT_MISSING
    assert "Médecin traitant indiqué ou retiré" in browser.get("/history").text


@blocking
def test_an_objection_to_one_professional_is_lifted_by_the_patient(site: Site) -> None:
    browser, ward = site.signed_in(), ward_of(site)
    ward.write(lambda work: ward.reading.note_objection(work, DOCTOR, BY_INS))

    assert ward.why(DOCTOR, TEAM) is R.OPPOSED
    assert ward.why(LOCUM, ONCE) is None
    page = browser.get("/confidentiality").text
    assert "Vos soignants" in page or "Autorisé" in page or "Permis" in page
    assert DOCTOR.name in browser.get(READERS).text
    send(browser, f"{READERS}/lift", ("who", DOCTOR.national_id))
    assert ward.why(DOCTOR, TEAM) is None


@blocking
def test_b7_33_each_document_read_is_a_line_with_name_place_and_right(
    site: Site,
) -> None:
    letter = file(site.database, site.patient, narrative("x"), title="Lettre <1>")
    browser, ward = site.signed_in(), ward_of(site)
    one = ward.opened(DOCTOR, TEAM)
    ward.read(DOCTOR, one, letter)
    emergency = ward.opened(LOCUM, EMERGENCY)
    ward.read(LOCUM, emergency, letter)

    page = browser.get("/history?who=professionals").text

    assert "Document lu par un professionnel" in page
    assert "Document lu en urgence" in page
    assert "Dossier ouvert en urgence, sans votre accord" in page
    assert "Malaise avec perte de connaissance" in page
    assert DOCTOR.name in page
    assert LOCUM.name in page
    assert "Cabinet du Port" in page
    assert f'href="/documents/{letter}">Lettre &lt;1&gt;</a>' in page
    for number in re.findall(r'href="(/why/line/\d+)"', page):
        said = browser.get(number)
        assert said.status == 200
        assert "Un professionnel a pu" in said.text


@blocking
def test_b7_11_an_emergency_that_is_refused_is_told_with_its_reason(
    site: Site,
) -> None:
    browser, ward = site.signed_in(), ward_of(site)
    choice = ("what", "other"), ("to", "closed"), ("sure", "1")
    send(browser, "/confidentiality/change", *choice)

    assert ward.why(LOCUM, EMERGENCY) is R.EMERGENCY_REFUSED_BY_PATIENT
    page = browser.get("/history").text
    assert "Consultation du dossier refusée" in page
    assert "Vos réglages refusent cet accès en urgence" in page
    assert LOCUM.name in page
    notices = browser.get("/notices").text
    assert "Un accès en urgence à votre espace a été refusé" in notices


@blocking
def test_who_read_is_blocked_or_reported_from_the_line_not_the_author(
    site: Site,
) -> None:
    letter = file(site.database, site.patient, narrative("x"))
    browser, ward = site.signed_in(), ward_of(site)
    one = ward.opened(DOCTOR, TEAM)
    ward.read(DOCTOR, one, letter)
    (line,) = ward.lines("document:consult")

    page = browser.get(f"/confidentiality/block?line={line.seq}").text
    assert f'value="{DOCTOR.national_id}"' in page
    assert "CLAIRE" not in page
    fields = ("who", DOCTOR.national_id), ("line", str(line.seq))
    send(browser, "/confidentiality/block", *fields)
    assert ward.why(DOCTOR, TEAM) is R.BLOCKED


@pytest.mark.parametrize("path", [READERS, "/confidentiality/treating"])
@blocking
def test_of_a_stranger_to_the_space_there_is_nothing(site: Site, path: str) -> None:
    assert Browser(site.port).get(path).status == 303


@blocking
def test_b7_07_a_block_ends_being_of_the_team(site: Site) -> None:
    browser, ward = site.signed_in(), ward_of(site)
    ward.opened(DOCTOR, TEAM)
    with site.database.write() as work:
        Decisions(work).block(site.patient, DOCTOR.national_id)

    page = browser.get(READERS).text
    team = page.split('id="team"')[1].split("</section>")[0]
    assert DOCTOR.name not in team
    assert "Personne pour l’instant" in team

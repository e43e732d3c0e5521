"""Filing PDFs by a page: kept, filed by the rules of all, what became of each (W11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from gateway.core.actors import Means
from gateway.core.document import Visibility
from gateway.core.habilitation import MatrixColumn
from gateway.core.informing import InformedBy, PatientInformed
from gateway.core.practice import Practice
from gateway.core.reading import ReadingWay
from gateway.core.vault import FiledDocument
from gateway.node.vaults import open_vaults
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_request import ReadingRequest, WantedPatient
from gateway.rights.reading_rules import SignedInBy
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState
from gateway.store.consultations.values import Consultation
from gateway.store.journal import Action
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.informed import InformedPatients, InformingStructure
from gateway.store.patients.profiles import Profiles
from tests.builders_cda import PDF
from tests.builders_pdfs import pdf_of
from tests.builders_people import MATRICULE, open_profile
from tests.web.browsing import Browser, Reply, blocking, token_of
from tests.web.professional.browsing import CARE, DOCTOR, ProSite
from tests.web.professional.mailing import work_off

BORN = "1979-03-28"
SMALL = {"file_most": 2, "file_bytes": len(PDF), "max_message_bytes": 4 * len(PDF)}
REPORT = "11488-4"


def fields_of(page: Reply, **said: str) -> list[tuple[str, str]]:
    """Return a form filled in as it should be, but for what a test says."""
    once = page.text.split('name="once" value="')[1].split('"')[0]
    whole = {
        "token": token_of(page),
        "once": once,
        "ins": MATRICULE,
        "born": BORN,
        "kind": REPORT,
        "title": "Échographie du cœur",
        "visibility": "",
    }
    return list({**whole, **said}.items())


def file(
    browser: Browser, *files: tuple[str, bytes], path: str = "/file", **said: str
) -> Reply:
    page = browser.get(path)
    action = page.text.split('action="/file?')[1].split('"')[0]
    sent = list(files) or [("echo.pdf", PDF)]
    return browser.send_form(f"/file?{action}", fields_of(page, **said), sent)


def documents(pages: ProSite, profile_id: str) -> list[FiledDocument]:
    with pages.database.read() as work:
        return list(open_vaults(pages.database).within(work).listed(profile_id))


def arrivals(pages: ProSite) -> list[str]:
    """Return the arrivals that are named in the journal's lines of filings."""
    with pages.database.read() as work:
        return [
            one.detail["arrival"]
            for one in work.journal.lines()
            if one.action == Action.DOCUMENTS_BROUGHT
        ]


@blocking
def test_a_pdf_is_received_then_filed_as_the_doctors_own(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()

    sent = file(browser, informed="1")
    waiting = browser.get(sent.location)
    work_off(pages)
    shown = browser.get("/filings")

    assert sent.location.startswith("/filings?sent=")
    assert "Reçu, en cours de contrôle" in waiting.text
    assert ">Déposé<" not in waiting.text
    assert "Échographie du cœur" in shown.text
    assert "Reçu, en cours" not in shown.text
    (filed,) = documents(pages, patient)
    with pages.database.read() as work:
        vault = open_vaults(pages.database).within(work)
        entry = vault.entry(filed)
        informed = InformedPatients(work, patient).by(CARE.structure)
        told = Profiles(work).changes(patient)
    assert entry.title == "Échographie du cœur"
    assert entry.type_code.code == REPORT
    assert DOCTOR in entry.authors[0].person
    assert CARE.structure in entry.authors[0].institution
    assert informed is not None
    assert (informed.teller.name, informed.teller.is_person) == (CARE.place, False)
    assert [one.means for one in told if one.what == "informed"] == [Means.PORTAL]
    record = f"/records/{open_record(pages, DOCTOR)}"
    assert "Votre lieu d’exercice a déclaré" in browser.get(record).text


@blocking
def test_who_declared_it_in_their_own_name_is_told_so(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()
    how = PatientInformed(by=InformedBy.ARRIVAL)
    with pages.database.write() as work:
        own = InformingStructure(
            number=DOCTOR, name="Dr Camille MOREAU", is_person=True
        )
        InformedPatients(work, patient).declare(own, how)
    record = f"/records/{open_record(pages, DOCTOR)}"

    assert "Vous avez déclaré que le patient" in browser.get(record).text
    file(browser)
    work_off(pages)
    with pages.database.read() as work:
        assert len(InformedPatients(work, patient).all) == 1


@blocking
def test_who_works_in_no_structure_declares_it_for_themselves(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    cabinet = evolve(CARE, structure="", place="Cabinet")
    browser = pages.sign_in(cabinet)
    record = f"/records/{open_record(pages, DOCTOR, cabinet)}"
    nothing = browser.get(record).text

    file(browser, informed="1")
    work_off(pages)

    assert "Vous n’avez pas encore déclaré que le patient" in nothing
    told = browser.get(record).text
    assert "Vous avez déclaré que le patient a été informé" in told
    assert "sans préciser comment, sans dire quand" in told
    with pages.database.read() as work:
        (one,) = InformedPatients(work, patient).all
    assert (one.teller.number, one.teller.name) == (DOCTOR, "Camille MOREAU")
    assert (one.teller.is_person, one.how.by) == (True, InformedBy.UNSAID)


@blocking
def test_what_is_ticked_again_at_a_place_of_work_is_for_its_team(
    pages: ProSite,
) -> None:
    """An earlier version kept what pages declared under the doctor's own number."""
    patient = open_profile(pages.database)
    browser = pages.sign_in()
    with pages.database.write() as work:
        own = InformingStructure(number=DOCTOR, is_person=True)
        how = PatientInformed(by=InformedBy.SPOKEN)
        InformedPatients(work, patient).declare(own, how)

    file(browser, informed="1")
    work_off(pages)

    with pages.database.read() as work:
        informed = InformedPatients(work, patient).by(CARE.structure.lower())
    assert informed is not None


@blocking
def test_several_files_become_documents_with_the_names_of_their_files(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()

    file(browser, ("bilan_sanguin.pdf", PDF), ("lettre.pdf", PDF + b"\n"))
    work_off(pages)
    shown = browser.get("/filings").text

    assert len(documents(pages, patient)) == 2
    assert len(arrivals(pages)) == 2
    assert "bilan sanguin" in shown
    assert "lettre" in shown


@pytest.mark.parametrize("flag", [Visibility.MASKED, Visibility.HIDDEN_FROM_PATIENT])
@blocking
def test_a_document_is_seen_by_whom_the_form_says(
    pages: ProSite, flag: Visibility
) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()

    file(browser, visibility=flag.value)
    work_off(pages)

    (filed,) = documents(pages, patient)
    with pages.database.read() as work:
        entry = open_vaults(pages.database).within(work).entry(filed)
    assert flag in entry.visibility


@blocking
def test_the_rules_of_filing_are_asked_and_say_no_more_than_any_sender_reads(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    with pages.database.write() as work:
        Decisions(work).block(patient, DOCTOR)
    browser = pages.sign_in()

    sent = file(browser)
    work_off(pages)
    shown = browser.get("/filings").text

    assert sent.location.startswith("/filings?sent=")
    assert documents(pages, patient) == []
    assert "Non déposé" in shown
    assert "bloqué" not in shown


@blocking
def test_the_form_sent_twice_is_kept_once(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()
    page = browser.get("/file")
    action = page.text.split('action="/file?')[1].split('"')[0]
    fields = fields_of(page)

    for _ in range(2):
        browser.send_form(f"/file?{action}", fields, [("a.pdf", PDF)])

    assert len(arrivals(pages)) == 1
    with pages.database.read() as work:
        state = Arrivals(work).state_of(arrivals(pages)[0])
    assert state is ArrivalState.RECEIVED


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"ins": ""}, "Écrivez le matricule INS"),
        ({"born": "28/03"}, "date de naissance"),
        ({"born": "1979-03-29"}, "Aucun patient"),
        ({"ins": "180035121518983"}, "Aucun patient"),
        ({"kind": ""}, "Choisissez le type"),
        ({"kind": "DOCPAT01"}, "Choisissez le type"),
        ({"visibility": "N"}, "Choisissez qui voit"),
        ({"title": "x" * 129}, "trop long"),
        ({"title": "a\u0007b"}, "caractères"),
        ({"record": "0" * 32}, "plus ouvert"),
    ],
)
@blocking
def test_what_is_not_in_order_is_said_and_nothing_is_kept(
    pages: ProSite, said: dict[str, str], words: str
) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()

    refused = file(browser, **said)

    assert refused.status == 422
    assert words in refused.text
    assert arrivals(pages) == []


@pytest.mark.parametrize("pages", [SMALL], indirect=True)
@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("a.pdf", b"MZ")], "pas un PDF"),
        ([("a.pdf", PDF + b"\n")], "trop lourd"),
        ([("a.pdf", PDF)] * 3, "2 fichiers au plus"),
    ],
)
@blocking
def test_files_past_a_limit_are_not_kept(
    pages: ProSite, files: list[tuple[str, bytes]], words: str
) -> None:
    open_profile(pages.database)

    refused = file(pages.sign_in(), *files)

    assert refused.status == 422
    assert words in refused.text
    assert arrivals(pages) == []


@blocking
def test_a_pdf_that_is_locked_is_not_kept(pages: ProSite) -> None:
    open_profile(pages.database)
    locked = PDF.replace(b"/Root", b"/Encrypt 9 0 R /Root")

    refused = file(pages.sign_in(), ("a.pdf", locked))

    assert refused.status == 422
    assert "mot de passe" in refused.text
    assert arrivals(pages) == []


@blocking
def test_a_pdf_that_only_its_owner_locked_is_kept_and_filed(pages: ProSite) -> None:
    """Everybody opens it; printing or copying alone is asked for."""
    patient = open_profile(pages.database)

    sent = file(pages.sign_in(), ("a.pdf", pdf_of("Bilan", password="")))
    work_off(pages)

    assert sent.location.startswith("/filings?sent=")
    assert len(documents(pages, patient)) == 1


@pytest.mark.parametrize("pages", [SMALL], indirect=True)
@blocking
def test_files_at_the_limits_are_kept(pages: ProSite) -> None:
    open_profile(pages.database)

    sent = file(pages.sign_in(), ("a.pdf", PDF), ("b.pdf", PDF))

    assert sent.location.startswith("/filings?sent=")


@pytest.mark.parametrize("pages", [SMALL], indirect=True)
@blocking
def test_a_form_that_is_too_large_is_shown_again(pages: ProSite) -> None:
    open_profile(pages.database)

    refused = file(pages.sign_in(), ("a.pdf", PDF + bytes(300 * 1024)))

    assert refused.status == 413
    assert "trop lourds ensemble" in refused.text
    assert "Échographie du cœur" in refused.text


@pytest.mark.parametrize("pages", [{"file_misses": 2}], indirect=True)
@blocking
def test_who_names_patients_in_vain_too_often_waits(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()

    for _ in range(2):
        assert "Aucun patient" in file(browser, born="1950-01-01").text
    right = file(browser)

    assert right.status == 422
    assert "réessayez plus tard" in right.text
    assert arrivals(pages) == []


@blocking
def test_from_an_open_record_the_patient_is_known(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()
    record = open_record(pages, DOCTOR)

    page = browser.get(f"/file?record={record}")
    sent = file(browser, path=f"/file?record={record}", record=record, ins="", born="")

    assert MATRICULE in page.text
    assert 'name="ins"' not in page.text
    assert sent.location.startswith("/filings?sent=")


@blocking
def test_a_record_of_somebody_else_or_that_is_over_names_nobody(
    pages: ProSite,
) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()
    anothers = open_record(pages, "899700000099")
    own = open_record(pages, DOCTOR)

    other = browser.get(f"/file?record={anothers}")
    pages.clock.now += timedelta(minutes=29)
    browser.get("/home")
    pages.clock.now += timedelta(minutes=29)
    over = browser.get(f"/file?record={own}")

    for page in (other, over):
        assert MATRICULE not in page.text
        assert "plus ouvert" in page.text


@blocking
def test_a_filing_is_seen_by_who_filed_alone(pages: ProSite) -> None:
    open_profile(pages.database)
    file(pages.sign_in())
    with pages.database.read() as work:
        (line,) = [
            one
            for one in work.journal.lines()
            if one.action == Action.DOCUMENTS_BROUGHT
        ]

    assert "Échographie" not in str(line.kept)
    assert line.detail["document"] == ["Échographie du cœur"]
    assert pages.browser().get("/filings").location.startswith("/sign-in")


def who_reads(identity: str, practice: Practice = CARE) -> ReadingProfessional:
    """Return a doctor as the service of reading is asked."""
    return ReadingProfessional(
        national_id=identity,
        name="Dr Camille MOREAU",
        practice=practice,
        column=MatrixColumn.DOCTOR,
        signed_in_by=SignedInBy.CARD,
    )


def open_record(pages: ProSite, identity: str, practice: Practice = CARE) -> str:
    """Open a consultation, with the patient's agreement to the team."""
    who = who_reads(identity, practice)
    wanted = ReadingRequest(
        patient=WantedPatient(matricule=MATRICULE),
        way=ReadingWay.TEAM,
        informed=True,
        agreed=True,
    )
    with pages.database.write() as work:
        found = pages.desk.reading.open(work, who, wanted)
    assert isinstance(found, Consultation)
    return found.id

"""Finding a patient, opening the record, and what is seen of it, over real TLS."""

from __future__ import annotations

import re
from datetime import date

from gateway.core.document import Visibility
from gateway.core.informing import InformedBy, PatientInformed
from gateway.core.person import Coded
from gateway.store.journal import Action, chain_of
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.informed import InformedPatients, InformingStructure
from gateway.store.tables import tasks
from gateway.store.tasks.values import TaskKind
from tests.builders_pdfs import pdf_of
from tests.builders_people import MATRICULE
from tests.dmp_bridge.vaults.takers import make_searchable
from tests.web.browsing import Browser, Reply, blocking, token_of
from tests.web.mail import carried, file
from tests.web.professional.browsing import CARE, DOCTOR, ProSite

REASON = "Malaise avec perte de connaissance"
LOINC = "2.16.840.1.113883.6.1"
NOWHERE = "0" * 32


def put(
    pages: ProSite,
    patient: str,
    title: str,
    type_code: str = "60591-5",
    flags: frozenset[Visibility] = frozenset(),
) -> str:
    """File a document of some type in the patient's vault."""
    code = Coded(code=type_code, scheme=LOINC, label=title)
    said = {"type_code": code}
    return file(pages.database, patient, b"<a/>", title=title, said=said, flags=flags)


def found(browser: Browser, number: str = MATRICULE) -> Reply:
    page = browser.get("/patients")
    return browser.post("/patients", {"token": token_of(page), "ins": number})


def opened(browser: Browser, way: str = "TEAM", **more: str) -> Reply:
    page = found(browser)
    fields = {"token": token_of(page), "ins": MATRICULE, "way": way, **more}
    return browser.post("/patients/open", fields)


def declared(browser: Browser, **said: str) -> Reply:
    page = browser.get("/emergency")
    fields = {"ins": MATRICULE, "way": "EMERGENCY", "sure": "1", "reason": REASON}
    return browser.post("/emergency", {"token": token_of(page), **fields, **said})


def lines(pages: ProSite, patient: str, action: Action) -> list[str]:
    with pages.database.read() as work:
        return [
            one.subject
            for one in work.journal.lines(chain_of(patient))
            if one.action == action
        ]


@blocking
def test_from_the_number_to_a_document(pages: ProSite, patient: str) -> None:
    seen = put(pages, patient, "Synthèse médicale")
    browser = pages.sign_in(CARE)

    page = found(browser)
    reply = opened(browser)
    record = browser.get(reply.location)
    document = browser.get(f"{reply.location}/documents/{seen}")

    assert "Cinq conditions" in page.text
    assert "Synthèse médicale" not in page.text
    assert record.status == 200
    assert "À lire d’abord" in record.text
    assert f"/documents/{seen}" in record.text
    assert document.status == 200
    assert lines(pages, patient, Action.DOCUMENT_CONSULTED) == [seen]


@blocking
def test_what_is_masked_is_not_there(pages: ProSite, patient: str) -> None:
    masked = put(pages, patient, "Lettre secrète", flags=frozenset({Visibility.MASKED}))
    put(pages, patient, "Synthèse médicale")
    browser = pages.sign_in(CARE)

    path = opened(browser).location
    record = browser.get(path)
    hidden = browser.get(f"{path}/documents/{masked}")
    absent = browser.get(f"{path}/documents/{NOWHERE}")

    assert "Lettre secrète" not in record.text
    assert "1 document<" in record.text
    assert (hidden.status, absent.status) == (404, 404)
    assert _said(hidden) == _said(absent)
    assert lines(pages, patient, Action.DOCUMENT_CONSULTED) == []


@blocking
def test_what_was_not_opened_has_no_file_and_no_picture(
    pages: ProSite, patient: str
) -> None:
    one = put(pages, patient, "Synthèse médicale")
    browser = pages.sign_in(CARE)
    path = f"{opened(browser).location}/documents/{one}"

    before = browser.get(f"{path}/pdf").status
    browser.get(path)
    after = browser.get(f"{path}/pdf").status

    assert before == 404
    assert after in {200, 303}
    assert lines(pages, patient, Action.DOCUMENT_CONSULTED) == [one]


@blocking
def test_a_block_closes_what_is_open(pages: ProSite, patient: str) -> None:
    browser = pages.sign_in(CARE)
    path = opened(browser).location
    assert browser.get(path).status == 200

    with pages.database.write() as work:
        Decisions(work).block(patient, DOCTOR)
    closed = browser.get(path)

    assert closed.status == 403
    assert "ne vous permettent pas" in closed.text
    assert found(browser).status == 403


@blocking
def test_an_objection_is_recorded_and_the_record_stays_closed(
    pages: ProSite, patient: str
) -> None:
    browser = pages.sign_in(CARE)

    said = opened(browser, "OBJECTION")
    page = found(browser)
    again = opened(browser)

    assert "refus du patient est inscrit" in said.text
    assert "ne souhaite pas que son dossier soit consulté" in page.text
    assert 'name="way" value="TEAM"' not in page.text
    assert again.status == 403


@blocking
def test_no_situation_and_no_number_are_said(pages: ProSite, patient: str) -> None:
    browser = pages.sign_in(CARE)

    assert opened(browser, "").status == 422
    assert found(browser, "279035121518988").status == 422
    assert "n’a pas d’espace ici" in found(browser, "255069999999934").text


@blocking
def test_b7_10_an_emergency_is_declared_shown_and_ended(
    pages: ProSite, patient: str
) -> None:
    browser = pages.sign_in(CARE)

    short = declared(browser, reason="vite")
    unticked = declared(browser, sure="")
    reply = declared(browser)
    record = browser.get(reply.location)
    browser.post(f"{reply.location}/end", {"token": token_of(record)})
    ended = browser.get(reply.location)

    assert (short.status, unticked.status) == (422, 422)
    assert "vite" in short.text
    assert 'class="strip urgent"' in record.text
    assert REASON in record.text
    assert ended.status == 403


@blocking
def test_by_names_somebody_is_found_in_an_emergency_alone(
    pages: ProSite, patient: str
) -> None:
    browser = pages.sign_in(CARE)
    names = {"ins": "", "family": "Pat-Trois", "given": "Dominique"}

    wrong = declared(browser, **names, born="29/03/1979")
    right = declared(browser, **names, born="28/3/1979")

    assert wrong.status == 422
    assert right.status == 303


@blocking
def test_another_professional_does_not_go_on_in_ones_record(
    pages: ProSite, patient: str
) -> None:
    path = opened(pages.sign_in(CARE)).location
    nobody = pages.browser("")

    assert nobody.get(path).location.startswith("/sign-in")


@blocking
def test_words_stand_in_no_address(pages: ProSite, patient: str) -> None:
    put(pages, patient, "Synthèse médicale")
    put(pages, patient, "Lettre de liaison", "11490-0")
    browser = pages.sign_in(CARE)
    path = opened(browser).location
    token = token_of(browser.get(path))

    words = browser.post(f"{path}/search", {"token": token, "words": "liaison"})
    kind = browser.post(f"{path}/search", {"token": token, "kind": "lettre"})

    assert words.status == 200
    assert "1 document<" in words.text
    assert "Lettre de liaison" in words.text
    assert kind.location == f"{path}?kind=lettre"


@blocking
def test_a_letter_is_found_by_its_pdf_and_read_only_once_it_is_opened(
    pages: ProSite, patient: str
) -> None:
    """What a search shows has no line in the history, and so no word of the text."""
    letter = carried("application/pdf", pdf_of("Une hypertension"))
    file(pages.database, patient, letter, title="Courrier")
    browser = pages.sign_in(CARE)
    path = opened(browser).location
    token = token_of(browser.get(path))
    asked = {"token": token, "words": "hypertension"}

    early = browser.post(f"{path}/search", asked)
    make_searchable(pages.database, patient)
    late = browser.post(f"{path}/search", asked)

    assert "Le texte de 1 document n’est pas encore prêt" in early.text
    assert "Aucun document ne correspond" in early.text
    assert "1 document<" in late.text
    assert "Trouvé dans le texte." in late.text
    assert "<mark>" not in late.text
    assert "Une hypertension" not in late.text


@blocking
def test_opening_a_record_has_its_list_made_ahead(pages: ProSite, patient: str) -> None:
    with pages.database.write() as work:
        work.connection.execute(tasks.delete())

    opened(pages.sign_in(CARE))

    with pages.database.read() as work:
        kinds = [task.kind for task in work.tasks.listed() if task.subject == patient]
    assert TaskKind.INDEX.value in kinds


@blocking
def test_one_sees_ones_own_readings(pages: ProSite, patient: str) -> None:
    browser = pages.sign_in(CARE)
    empty = browser.get("/accesses")
    path = opened(browser).location
    full = browser.get("/accesses")

    assert "Aucun dossier ouvert" in empty.text
    assert path in full.text
    assert "PAT-TROIS" in full.text


def _said(reply: Reply) -> str:
    """Return a page without what differs each time."""
    return re.sub(r'name="token" value="[^"]*"', "", reply.text)


@blocking
def test_a_record_says_what_ones_own_place_declared_of_informing(
    pages: ProSite, patient: str
) -> None:
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    nothing = browser.get(record).text
    with pages.database.write() as work:
        for number, channel in (
            ("1750000011", InformedBy.TELEPHONE),
            ("1750000029", InformedBy.ONLINE),
        ):
            InformedPatients(work, patient).declare(
                InformingStructure(number=number, name="Hôpital"),
                PatientInformed(by=channel, on=date(2026, 11, 20)),
            )

    told = browser.get(record).text

    assert "Personne de votre lieu d’exercice n’a encore déclaré" in nothing
    assert "par téléphone, le 20 novembre 2026" in told
    assert "en ligne" not in told

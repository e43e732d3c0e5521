"""A professional's program opens a patient: what comes from elsewhere does nothing."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import pytest

from gateway.core.calls import CallFault, CallFor, ProgramCall
from gateway.core.reading import Presented
from gateway.core.texts.history import PRESENTED_TEXTS, Deed
from gateway.rights.reading_rules import Found
from gateway.store.consultations.consultations import Consultations
from gateway.store.journal import OPERATOR, Action, chain_of
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.patient.history import Choice, PatientHistory
from gateway.web.professional.calling import LONGEST, LONGEST_FORM, read_call
from tests.builders_people import MATRICULE, matricule, open_profile
from tests.web.browsing import Browser, Reply, blocking, token_of
from tests.web.professional.browsing import CARE, DOCTOR, ProSite
from tests.web.professional.mailing import add_mailbox
from tests.web.wire import FORGED

SOFTWARE = {
    "ins": MATRICULE,
    "qualified": "1",
    "presented": "card",
    "family": "PAT-TROIS",
    "given": "Dominique",
    "born": "1979-03-28",
}
KEPT = "__Host-call"
MEDIA = "application/x-www-form-urlencoded"


def call(browser: Browser, **said: str) -> Reply:
    """Send what a program sends: from elsewhere, so without the cookies of ours."""
    away = Browser(browser.port, certificate=browser.certificate)
    reply = away.request(
        "POST",
        "/call",
        urlencode({**SOFTWARE, **said}).encode(),
        {
            "Content-Type": MEDIA,
            "Origin": "https://logiciel.test",
            "Sec-Fetch-Site": "cross-site",
        },
    )
    if KEPT in away.cookies:
        browser.cookies[KEPT] = away.cookies[KEPT]
    assert "__Host-professional" not in away.cookies
    return reply


def found(browser: Browser, page: Reply, number: str = MATRICULE) -> Reply:
    fields = {"token": token_of(page), "ins": number, "called": "1"}
    return browser.post("/patients", fields)


def opened(browser: Browser, page: Reply, **said: str) -> Reply:
    fields = {"token": token_of(page), "ins": MATRICULE, "way": "TEAM", "called": "1"}
    return browser.post("/patients/open", {**fields, **said})


def lines_of(pages: ProSite, patient: str) -> list[int]:
    """Return how many lines the journal has, the operator's and the patient's."""
    with pages.database.read() as work:
        chains = OPERATOR, chain_of(patient)
        return [len(list(work.journal.lines(one))) for one in chains]


def test_a_form_says_what_it_says() -> None:
    said = {**SOFTWARE, "ins": "2 79 03 51 215 189 89", "wants": "file"}

    one = read_call(urlencode(said).encode())
    least = read_call(f"ins={MATRICULE}".encode())

    assert one == ProgramCall(
        number=MATRICULE,
        is_qualified=True,
        presented=Presented.CARD,
        family="PAT-TROIS",
        given="Dominique",
        born=date(1979, 3, 28),
        wants=CallFor.FILE,
    )
    assert least == ProgramCall(number=MATRICULE)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", CallFault.NUMBER),
        (b"ins=279035121518988", CallFault.NUMBER),
        (b"ins=%FF", CallFault.FORM),
        (f"ins={MATRICULE}&ins={MATRICULE}".encode(), CallFault.FORM),
        (f"ins={MATRICULE}&patient=1".encode(), CallFault.UNKNOWN),
        (f"ins={MATRICULE}&token=1".encode(), CallFault.UNKNOWN),
        (f"ins={MATRICULE}&qualified=2".encode(), CallFault.VALUE),
        (f"ins={MATRICULE}&presented=vitale".encode(), CallFault.LONG),
        (f"ins={MATRICULE}&presented=chip".encode(), CallFault.VALUE),
        (f"ins={MATRICULE}&wants=delete".encode(), CallFault.VALUE),
        (f"ins={MATRICULE}&wants=erase".encode(), CallFault.VALUE),
        (f"ins={MATRICULE}&born=28/03/79".encode(), CallFault.VALUE),
        (f"ins={MATRICULE}&family=A%07B".encode(), CallFault.VALUE),
        (f"ins={MATRICULE}&family={'x' * 101}".encode(), CallFault.LONG),
        (f"ins={MATRICULE}&family=".encode() + b"x" * LONGEST_FORM, CallFault.LONG),
    ],
)
def test_what_is_wrong_with_a_form_is_said(body: bytes, why: CallFault) -> None:
    assert read_call(body) is why


def test_what_a_patient_shows_has_words_in_their_history() -> None:
    assert {*PRESENTED_TEXTS} == {one.value for one in Presented}


def test_each_field_is_as_long_as_it_may_be_and_no_longer() -> None:
    for name in ("family", "given"):
        whole = {"ins": MATRICULE, name: "é" * LONGEST[name]}
        assert isinstance(read_call(urlencode(whole).encode()), ProgramCall)
        whole[name] += "é"
        assert read_call(urlencode(whole).encode()) is CallFault.LONG


@blocking
def test_a_patient_whom_a_program_names_is_opened_by_two_buttons(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in(CARE)

    landed = call(browser)
    page = browser.get(landed.location)
    prospect = found(browser, page)
    record = opened(browser, prospect, presented="card")

    assert landed.location == "/patients?called=1"
    assert 'value="2 79 03 51 215 189 89"' in page.text
    assert "Dominique PAT-TROIS, 28 mars 1979" in page.text
    assert "qui dit l’avoir qualifié" in prospect.text
    assert '<option value="card" selected>' in prospect.text
    assert "connaît ce patient autrement" not in prospect.text
    with pages.database.read() as work:
        one = Consultations(work).of_reader(DOCTOR)[0]
        begun = [
            work.journal.opened(line).detail
            for line in work.journal.lines(chain_of(patient))
            if line.action == Action.CONSULTATION_BEGUN
        ]
        seen = SeenDocuments(pages.desk.open_vault(work), patient, work.now)
        told, _ = PatientHistory(work, seen).page(Choice(deed=Deed.READ), 30)
    assert "carte Vitale présentée, selon ce professionnel" in [
        line.about.fr for line in told
    ]
    assert one.said is not None
    assert (one.said.found, one.said.presented) == (Found.QUALIFIED.value, "card")
    assert begun[0]["presented"] == "card"
    assert f"{KEPT}=;" in "".join(record.cookies)
    assert "carte Vitale." in browser.get(record.location).text


@blocking
def test_a_call_writes_nothing_and_looks_nobody_up(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in(CARE)
    with pages.database.read() as work:
        before = [
            len(list(work.journal.lines(chain)))
            for chain in ("operator", chain_of(patient))
        ]

    known = call(browser)
    unknown = call(browser, ins=matricule(9))
    page = browser.get("/patients?called=1")

    with pages.database.read() as work:
        after = [
            len(list(work.journal.lines(chain)))
            for chain in ("operator", chain_of(patient))
        ]
    assert before == after
    assert known.location == unknown.location
    assert known.status == unknown.status == 303
    assert page.status == 200
    assert MATRICULE not in known.location


@blocking
def test_a_call_waits_while_its_professional_signs_in(pages: ProSite) -> None:
    open_profile(pages.database)
    pages.knows(CARE)
    pages.has_address()
    browser = pages.browser()

    landed = call(browser)
    asked = browser.get(landed.location)
    sign_in = browser.get(asked.location)
    step = pages.give_card(browser, next=landed.location)
    code = browser.get(step.location)
    fields = {
        "token": token_of(code),
        "code": pages.last_code(),
        "next": landed.location,
    }
    inside = browser.post("/sign-in/code", fields)
    page = browser.get(inside.location)

    assert asked.location.startswith("/sign-in?")
    assert "ouvre un patient ici" in sign_in.text
    assert inside.location == landed.location
    assert "Dominique PAT-TROIS, 28 mars 1979" in page.text
    assert MATRICULE not in asked.location + sign_in.text + code.text


@pytest.mark.parametrize("pages", [{"call_seconds": 60}], indirect=True)
@blocking
def test_a_call_is_kept_so_long_and_no_longer(pages: ProSite) -> None:
    browser = pages.sign_in(CARE)
    call(browser)

    pages.clock.advance(seconds=60)
    there = browser.get("/patients?called=1")
    pages.clock.advance(seconds=1)
    late = browser.get("/patients?called=1")

    assert "Rempli par votre logiciel" in there.text
    assert "n’est plus là" in late.text
    assert "gardé 1 minute" in late.text
    assert MATRICULE[-4:] not in late.text


@blocking
def test_a_call_that_was_used_is_not_there_again(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in(CARE)
    page = browser.get(call(browser).location)
    opened(browser, found(browser, page))

    again = browser.get("/patients?called=1")

    assert "n’est plus là" in again.text


@blocking
def test_signing_out_takes_a_call_along(pages: ProSite) -> None:
    browser = pages.sign_in(CARE)
    page = browser.get(call(browser).location)

    reply = browser.post("/sign-out", {"token": token_of(page)})

    assert f"{KEPT}=;" in "".join(reply.cookies)


@blocking
def test_a_number_that_was_not_qualified_opens_nothing(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in(CARE)
    page = browser.get(call(browser, qualified="0").location)

    refused = found(browser, page)
    typed = browser.post("/patients", {"token": token_of(page), "ins": MATRICULE})

    assert refused.status == 403
    assert "n’a pas qualifié" in refused.text
    assert f"{KEPT}=;" in "".join(refused.cookies)
    assert "Trouvé par le matricule" in typed.text


@blocking
def test_another_number_than_the_programs_counts_as_typed(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in(CARE)
    page = browser.get(call(browser, ins=matricule(9), qualified="0").location)

    typed = found(browser, page)

    assert typed.status == 200
    assert "Trouvé par le matricule" in typed.text


@pytest.mark.parametrize(
    "said", [{"family": "MARTIN"}, {"given": "Paul"}, {"born": "1979-03-29"}]
)
@blocking
def test_who_is_somebody_else_to_the_program_is_pointed_out(
    pages: ProSite, said: dict[str, str]
) -> None:
    open_profile(pages.database)
    browser = pages.sign_in(CARE)
    page = browser.get(call(browser, **said).location)

    assert "connaît ce patient autrement" in found(browser, page).text


@pytest.mark.parametrize(("wants", "path"), [("file", "/file"), ("write", "/write")])
@blocking
def test_a_program_opens_filing_and_writing_too(
    pages: ProSite, wants: str, path: str
) -> None:
    browser = pages.sign_in(CARE)
    add_mailbox(pages)

    landed = call(browser, wants=wants)
    page = browser.get(landed.location)

    assert landed.location == f"{path}?called=1"
    assert f'value="{MATRICULE}"' in page.text
    assert 'value="1979-03-28"' in page.text
    assert "Rempli par votre logiciel" in page.text


@pytest.mark.parametrize("why", list(CallFault))
@blocking
def test_a_wrong_call_leads_to_what_to_do(pages: ProSite, why: CallFault) -> None:
    browser = pages.sign_in(CARE)

    page = browser.get(f"/call?why={why.value}")

    assert page.status == 422
    assert "Rien n’a été cherché" in page.text
    assert browser.get("/call?why=odd").status == 200


@blocking
def test_a_wrong_call_says_why_and_its_page_keeps_who_is_signed_in(
    pages: ProSite,
) -> None:
    browser = pages.sign_in(CARE)

    landed = call(browser, ins="279035121518988")
    page = browser.get(landed.location)

    assert landed.location == "/call?why=number"
    assert landed.cookies == []
    assert "sa clé est fausse" in page.text
    assert browser.get("/home").status == 200


@pytest.mark.parametrize("pages", [{"call_seconds": 0}], indirect=True)
@blocking
def test_programs_may_be_kept_out(pages: ProSite) -> None:
    browser = pages.sign_in(CARE)

    assert call(browser).location == "/call?why=closed"
    assert "n’ouvrent pas de patient" in browser.get("/call?why=closed").text


@blocking
def test_what_the_browser_carries_says_nothing_and_cannot_be_changed(
    pages: ProSite,
) -> None:
    browser = pages.sign_in(CARE)
    reply = call(browser)
    kept = browser.cookies[KEPT]

    assert MATRICULE not in reply.text + "".join(reply.cookies)
    attributes = "".join(reply.cookies)
    assert all(one in attributes for one in ("Secure", "HttpOnly", "SameSite=Lax"))
    for changed in (kept[:-6] + "AAAAAA", "0" * 64 + kept[64:], kept + "A", "x", ""):
        browser.cookies[KEPT] = changed
        assert "n’est plus là" in browser.get("/patients?called=1").text


@pytest.mark.parametrize("name", FORGED)
@blocking
def test_a_form_from_elsewhere_presses_no_button(pages: ProSite, name: str) -> None:
    """W04: the address for programs opens no other address to forms from elsewhere."""
    open_profile(pages.database)
    browser = pages.sign_in(CARE)
    token = token_of(browser.get(call(browser).location))
    headers, changed = FORGED[name]
    fields = {"token": token, "ins": MATRICULE, "called": "1", **changed}

    assert browser.post("/patients", fields, **headers).status == 403

"""Signing in by a certificate, a code and a situation, over real TLS (W05, W07)."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.pki.folder import write_crls
from gateway.pki.profiles import extended_usage, key_usage
from gateway.store.journal import Action
from gateway.store.professionals.accounts import ProfessionalAccounts
from tests.pki import mint_file, throwaway_pki
from tests.web.browsing import Browser, blocking, token_of
from tests.web.professional.browsing import CARE, COORDINATION, DOCTOR, ProSite

COOKIE = "__Host-professional"
CARDS = {"card_is_two_factors": ("JETABLE AC FORT PERSONNES",)}


def lines(pages: ProSite) -> list[tuple[str, str]]:
    """Return what the journal says of sessions, oldest first."""
    with pages.database.read() as work:
        return [
            (one.action, one.outcome)
            for one in work.journal.lines()
            if one.action.startswith("session:")
        ]


@blocking
def test_a_certificate_then_a_code_lead_home(pages: ProSite) -> None:
    pages.knows(CARE)
    pages.has_address()
    browser = pages.browser()

    first = browser.get("/sign-in")
    given = pages.give_card(browser)
    before = browser.cookies[COOKIE]
    opened = pages.give_code(browser, pages.last_code())
    home = browser.get("/home")

    assert "CAMILLE MOREAU" in first.text
    assert given.location == "/sign-in/code"
    assert opened.location == "/home"
    assert browser.cookies[COOKIE] != before
    assert home.status == 200
    assert "Camille MOREAU" in home.text
    assert "CHU de démonstration" in home.text
    assert "“" not in home.text
    assert lines(pages) == [
        (Action.SIGN_IN_STARTED, "code"),
        (Action.SIGNED_IN, "certificate"),
    ]


@blocking
def test_the_line_of_a_sign_in_keeps_the_situation(pages: ProSite) -> None:
    pages.sign_in(CARE)

    with pages.database.read() as work:
        line = next(
            one for one in work.journal.lines() if one.action == Action.SIGNED_IN
        )

    assert line.detail["profession"] == "10"
    assert line.detail["activity"] == "GENR01"
    assert line.detail["column"] == "medecin"
    assert line.detail["structure"] == "1750000011"


@blocking
def test_who_has_several_situations_chooses_one(pages: ProSite) -> None:
    pages.knows(CARE, COORDINATION)
    pages.has_address()
    browser = pages.browser()
    pages.give_card(browser)

    asked = pages.give_code(browser, pages.last_code())
    page = browser.get("/sign-in/situation")
    before = browser.cookies[COOKIE]
    chosen = pages.choose(browser, "1")
    home = browser.get("/home")

    assert asked.location == "/sign-in/situation"
    assert "CHU de démonstration, Paris" in page.text
    assert "Maison de santé" in page.text
    assert chosen.location == "/home"
    assert browser.cookies[COOKIE] != before
    assert "Vous ne pouvez pas lire" in home.text  # activities are closed by default
    assert "Maison de santé" in home.text


@pytest.mark.parametrize("pages", [{"activities_are_open": True}], indirect=True)
@blocking
def test_a_column_of_activities_reads_where_it_is_opened(pages: ProSite) -> None:
    browser = pages.sign_in(COORDINATION)

    assert "Vous ne pouvez pas lire" not in browser.get("/home").text


@pytest.mark.parametrize("number", ["", "2", "-1", "x", "9999", "٣"])
@blocking
def test_a_situation_that_is_none_opens_nothing(pages: ProSite, number: str) -> None:
    pages.knows(CARE, COORDINATION)
    pages.has_address()
    browser = pages.browser()
    pages.give_card(browser)
    pages.give_code(browser, pages.last_code())

    assert pages.choose(browser, number).status == 422
    assert browser.get("/home").location == "/sign-in/situation"


@blocking
def test_who_is_not_in_the_directory_signs_in_and_cannot_read(pages: ProSite) -> None:
    pages.has_address()
    browser = pages.browser()
    pages.give_card(browser)

    opened = pages.give_code(browser, pages.last_code())

    assert opened.location == "/home"
    assert "l’activité n’est pas connue" in browser.get("/home").text.lower()
    assert browser.get("/patients").text.count('name="ins"') == 0


@blocking
def test_a_step_leads_on_to_what_was_asked_for(pages: ProSite) -> None:
    pages.knows(CARE)
    pages.has_address()
    browser = pages.browser()

    asked = browser.get("/patients")
    pages.give_card(browser, next="/patients")
    page = browser.get("/sign-in/code?next=/patients")
    fields = {"token": token_of(page), "code": pages.last_code(), "next": "/patients"}
    opened = browser.post("/sign-in/code", fields)

    assert asked.location == "/sign-in?next=%2Fpatients"
    assert opened.location == "/patients"


@blocking
def test_nobody_comes_in_without_a_certificate(pages: ProSite) -> None:
    browser = pages.browser("")

    page = browser.get("/sign-in")
    given = pages.give_card(browser)

    assert "aucun certificat" in page.text
    assert given.status == 422
    assert browser.get("/home").location == "/sign-in?expired=1"


SAID = {
    "hospital": "Le certificat d’une structure ne lit jamais",
    "secretary": "Une carte du personnel ne lit jamais",
    "peer": "Le certificat d’une structure ne lit jamais",
    "bad/expired": "Ce certificat est périmé",
    "bad/not-yet-valid": "Ce certificat est périmé",
    "bad/revoked": "Ce certificat a été révoqué",
    "bad/unknown-ca": "Ce certificat n’est d’aucune autorité connue ici",
    "bad/self-signed": "Ce certificat n’est d’aucune autorité connue ici",
    "bad/wrong-usage": "Ce certificat sert à signer",
}


@pytest.mark.parametrize("name", SAID)
@blocking
def test_a_certificate_that_lets_nobody_in_is_told_why(
    pages: ProSite, name: str
) -> None:
    browser = pages.browser(name)

    page = browser.get("/sign-in")
    given = pages.give_card(browser)

    assert SAID[name] in page.text
    assert given.status == 422
    assert SAID[name] in given.text
    assert "session:open" not in dict(lines(pages))
    assert lines(pages)[0][0] == Action.SIGN_IN_REFUSED


@blocking
def test_a_persons_certificate_to_sign_with_lets_nobody_in(
    pages: ProSite, tmp_path: Path
) -> None:
    certificate = mint_file(
        tmp_path / "sign",
        "doctor",
        key_usage=key_usage("digital_signature", "content_commitment"),
        extended=extended_usage("emailProtection"),
    )
    browser = Browser(pages.port, certificate=certificate)

    assert "Ce certificat sert à signer" in browser.get("/sign-in").text
    assert pages.give_card(browser).status == 422


@blocking
def test_no_code_is_sent_where_no_address_is_known(pages: ProSite) -> None:
    browser = pages.browser()

    given = pages.give_card(browser)

    assert given.status == 422
    assert "aucune adresse" in given.text
    assert pages.last_code() == ""


@pytest.mark.parametrize("pages", [CARDS], indirect=True)
@blocking
def test_a_card_with_its_pin_is_two_factors(pages: ProSite) -> None:
    pages.knows(CARE)
    browser = pages.browser()

    given = pages.give_card(browser)

    assert given.location == "/home"
    assert "Vous ne pouvez pas lire" not in browser.get("/home").text


@pytest.mark.parametrize("pages", [{"second_factor": "none"}], indirect=True)
@blocking
def test_who_came_by_a_certificate_alone_never_reads(pages: ProSite) -> None:
    pages.knows(CARE)
    browser = pages.browser()

    given = pages.give_card(browser)
    found = browser.get("/patients")
    sent = browser.post(
        "/patients", {"token": token_of(found), "ins": "279035121518989"}
    )

    assert given.location == "/home"
    assert "Vous ne pouvez pas lire" in browser.get("/home").text
    assert 'name="ins"' not in found.text
    assert sent.status == 403


@pytest.mark.parametrize("pages", [{"code_tries": 2}], indirect=True)
@blocking
def test_a_code_is_void_after_its_tries(pages: ProSite) -> None:
    pages.has_address()
    browser = pages.browser()
    pages.give_card(browser)
    right = pages.last_code()
    wrong = "000000" if right != "000000" else "111111"

    first, second = pages.give_code(browser, wrong), pages.give_code(browser, wrong)
    third = pages.give_code(browser, right)

    assert [one.status for one in (first, second, third)] == [422, 422, 422]
    assert "Il vous reste 1 essai" in first.text
    assert "plus valable" in third.text


@blocking
def test_a_code_ends_with_its_time(pages: ProSite) -> None:
    pages.has_address()
    browser = pages.browser()
    pages.give_card(browser)
    pages.clock.advance(seconds=pages.settings.professional.code_seconds)

    assert pages.give_code(browser, pages.last_code()).status == 422


@blocking
def test_a_code_is_good_once_and_for_its_own_session(pages: ProSite) -> None:
    pages.has_address()
    pages.has_address("petit@courriel.example", "899700000025")
    doctor, nurse = pages.browser(), pages.browser("nurse")
    pages.give_card(doctor)
    code = pages.last_code()
    pages.clock.advance(seconds=1)
    pages.give_card(nurse)

    assert pages.give_code(nurse, code).status == 422
    assert pages.give_code(doctor, code).location == "/home"


@pytest.mark.parametrize("pages", [{"code_requests": 2}], indirect=True)
@blocking
def test_so_many_codes_are_sent_in_an_hour_and_no_more(pages: ProSite) -> None:
    pages.has_address()
    browser = pages.browser()
    pages.give_card(browser)
    page = browser.get("/sign-in/code")

    again = browser.post("/sign-in/code/again", {"token": token_of(page)})
    enough = browser.post("/sign-in/code/again", {"token": token_of(page)})
    from_the_start = pages.give_card(pages.browser())
    pages.clock.advance(minutes=61)
    later = pages.give_card(pages.browser())

    assert again.location == "/sign-in/code?again=1"
    assert enough.status == 429
    assert from_the_start.status == 429
    assert later.location == "/sign-in/code"


@blocking
def test_the_code_before_is_void_once_another_was_sent(pages: ProSite) -> None:
    pages.has_address()
    browser = pages.browser()
    pages.give_card(browser)
    before = pages.last_code()
    page = browser.get("/sign-in/code")
    pages.clock.advance(seconds=1)
    browser.post("/sign-in/code/again", {"token": token_of(page)})

    assert pages.last_code() != before
    assert pages.give_code(browser, before).status == 422
    assert pages.give_code(browser, pages.last_code()).location == "/home"


@blocking
def test_signing_out_ends_the_session(pages: ProSite) -> None:
    browser = pages.sign_in()
    cookie = browser.cookies[COOKIE]
    page = browser.get("/home")

    left = browser.post("/sign-out", {"token": token_of(page)})
    stolen = pages.browser()
    stolen.cookies[COOKIE] = cookie

    assert left.location == "/sign-in?left=1"
    assert COOKIE not in browser.cookies
    assert stolen.get("/home").location == "/sign-in?expired=1"


@blocking
def test_a_session_ends_by_silence_and_by_its_whole_life(pages: ProSite) -> None:
    browser = pages.sign_in()
    pages.clock.advance(minutes=29)
    still = browser.get("/home").status
    pages.clock.advance(minutes=30)
    silent = browser.get("/home").location
    other = pages.sign_in()
    seen = []
    for _ in range(9):
        pages.clock.advance(minutes=27)
        seen.append(other.get("/home").status)

    assert still == 200
    assert silent == "/sign-in?expired=1"
    assert seen == [200] * 8 + [303]


@pytest.mark.parametrize("name", ["", "nurse", "hospital"])
@blocking
def test_a_session_is_good_with_its_own_certificate_alone(
    pages: ProSite, name: str
) -> None:
    browser = pages.sign_in()
    thief = pages.browser(name)
    thief.cookies.update(browser.cookies)

    assert thief.get("/home").location == "/sign-in?expired=1"
    # It ended, for both: a cookie that is elsewhere is known to somebody else.
    assert browser.get("/home").location == "/sign-in?expired=1"
    assert lines(pages)[-1] == (Action.SIGNED_OUT, "certificate")


@pytest.mark.parametrize("pages", [{}], indirect=True)
@blocking
def test_a_session_ends_once_its_certificate_is_revoked(
    pages: ProSite, tmp_path: Path
) -> None:
    browser = pages.sign_in()
    pki = throwaway_pki()
    serial = pki.certificates["doctor"].certificate.serial_number
    before = (pages.certs / "crl.pem").read_bytes()
    try:
        write_crls(pki.revocation_lists(also=[serial]), pages.certs / "crl.pem")
        ended = browser.get("/home")
        refused = browser.get("/sign-in")
    finally:
        (pages.certs / "crl.pem").write_bytes(before)

    assert ended.location == "/sign-in?expired=1"
    assert "Ce certificat a été révoqué" in refused.text


@blocking
def test_a_sixth_session_ends_the_first(pages: ProSite) -> None:
    browsers = []
    for _ in range(6):
        browsers.append(pages.sign_in())
        pages.clock.advance(minutes=13)  # five codes an hour

    assert browsers[-1].get("/home").status == 200
    assert browsers[0].get("/home").location == "/sign-in?expired=1"


@blocking
def test_a_patients_cookie_and_a_professionals_do_not_meet(pages: ProSite) -> None:
    browser = pages.sign_in()
    as_patient = pages.browser()
    as_patient.cookies["__Host-session"] = browser.cookies[COOKIE]

    assert as_patient.get("/home").location == "/sign-in"


@blocking
def test_the_account_of_a_professional_is_one(pages: ProSite) -> None:
    pages.has_address()
    pages.has_address("autre@courriel.example")

    with pages.database.read() as work:
        account = ProfessionalAccounts(work).find(DOCTOR)

    assert account is not None
    assert account.email == "autre@courriel.example"


@blocking
def test_a_number_that_is_no_ins_is_said_to_be_none(pages: ProSite) -> None:
    browser = pages.sign_in()
    page = browser.get("/patients")

    sent = browser.post("/patients", {"token": token_of(page), "ins": "1 23"})

    assert sent.status == 422
    assert 'aria-invalid="true"' in sent.text


@blocking
def test_a_page_that_is_not_there_leaves_a_line(pages: ProSite) -> None:
    browser = pages.sign_in()

    assert browser.get("/nowhere").status == 404
    assert "Espace des professionnels" in browser.get("/nowhere").text

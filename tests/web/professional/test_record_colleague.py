"""The page on which a professional asks for a patient's agreement for a colleague."""

from __future__ import annotations

import pytest

from gateway.core.reading import AgreementKind, AgreementMeans
from gateway.store.consultations.agreements import Agreements
from gateway.store.consultations.values import KeptAgreement
from tests.web.browsing import blocking, token_of
from tests.web.professional.browsing import CARE, DOCTOR, ProSite
from tests.web.professional.mailing import add_mailbox
from tests.web.professional.test_records import declared, opened

COLLEAGUE, RPPS = "899700000033", "99700000033"
PLACE = "1750000011"


@pytest.fixture(autouse=True)
def _mailboxes(pages: ProSite) -> None:
    box = "box{}@hopital.mssante.test".format
    add_mailbox(pages, box(0), COLLEAGUE, name="Dr Hugo PERRIN")
    add_mailbox(pages, box(1), DOCTOR)
    add_mailbox(pages, box(2), PLACE, kind="ORG")


def agreement(
    pages: ProSite, patient: str, about: str = COLLEAGUE
) -> KeptAgreement | None:
    with pages.database.read() as work:
        return Agreements(work).newest(patient, AgreementKind.CONSULTATION, about)


@blocking
def test_a_colleague_found_by_number_may_read_once_the_patient_agreed(
    pages: ProSite, patient: str
) -> None:
    """CSP L. 1111-17 II."""
    browser = pages.sign_in(CARE)
    record = opened(browser).location

    link = f"{record}/colleague"
    offered = browser.get(record)
    page = browser.get(f"{link}?name={RPPS}")
    fields = {"token": token_of(page), "name": RPPS, "who": COLLEAGUE}
    unasked = browser.post(link, fields)
    before = agreement(pages, patient)
    reply = browser.post(link, {**fields, "agreed": "1"})
    kept = agreement(pages, patient)

    assert link in offered.text
    assert "Dr Hugo PERRIN" in page.text
    assert (unasked.status, before) == (422, None)
    assert "Cochez la case" in unasked.text
    assert reply.location == f"{record}?done=agreed"
    assert "L’accord est enregistré" in browser.get(reply.location).text
    assert kept is not None
    assert kept.means is AgreementMeans.COLLEAGUE
    assert kept.party is not None
    assert (kept.party.identity, kept.party.name) == (COLLEAGUE, "Dr Hugo PERRIN")


@pytest.mark.parametrize("other", [DOCTOR, PLACE, "899700009999", "Hugo"])
@blocking
def test_neither_oneself_nor_a_place_nor_a_stranger_is_offered(
    pages: ProSite, patient: str, other: str
) -> None:
    browser = pages.sign_in(CARE)
    link = f"{opened(browser).location}/colleague"

    page = browser.get(f"{link}?name={other}")
    sent = browser.post(
        link,
        {"token": token_of(page), "name": other, "who": other, "agreed": "1"},
    )

    assert 'name="who"' not in page.text
    assert "n’est connu ici" in page.text
    assert sent.status == 422
    assert agreement(pages, patient, other) is None


@blocking
def test_in_an_emergency_nobody_was_asked_and_so_nobody_agrees(
    pages: ProSite, patient: str
) -> None:
    browser = pages.sign_in(CARE)
    record = declared(browser).location
    page = browser.get(record)

    asked = browser.get(f"{record}/colleague?name={RPPS}")
    sent = browser.post(
        f"{record}/colleague",
        {"token": token_of(page), "name": RPPS, "who": COLLEAGUE, "agreed": "1"},
    )

    assert f"{record}/colleague" not in page.text
    assert (asked.status, sent.status) == (404, 404)
    assert agreement(pages, patient) is None

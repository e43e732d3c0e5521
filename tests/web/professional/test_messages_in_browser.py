"""Messages in a doctor's browser, with a certificate: axe, nothing goes sideways."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.message.building import OutgoingPart
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.mailbox.terms import MailboxTerms
from gateway.store.patients.decisions import Decisions
from tests.builders_cda import PDF
from tests.builders_people import MATRICULE, open_profile
from tests.web.browsing import blocking
from tests.web.patient.test_browser import DESK, PHONE, pytestmark
from tests.web.professional.at_work import at_work
from tests.web.professional.browsing import DOCTOR, ProSite
from tests.web.professional.mailing import (
    BORN,
    HOUSE,
    add_mailbox,
    patient_writes,
    work_off,
)

__all__ = ["pytestmark"]

LONG = (
    "Bonjour docteur,\n\nMerci pour votre message. J’ai bien pris le traitement tous "
    "les matins, et la tension était à 13/8 en moyenne. Faut-il venir plus tôt ?\n\n"
    "Dominique"
)
FILE = OutgoingPart(
    media_type="application/pdf",
    content=PDF,
    name="Mesures_de_tension_du_mois_de_novembre_matin_et_soir.pdf",
)


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone-dark"],
)
@blocking
def test_axe_finds_nothing_from_the_question_to_the_end_of_an_exchange(
    pages: ProSite, viewport: dict[str, int], theme: str
) -> None:
    patient = open_profile(pages.database)
    own = add_mailbox(pages)
    add_mailbox(pages, HOUSE, DOCTOR, "899700000099", kind="ORG")
    with at_work(pages, viewport, theme) as doctor:
        page = doctor.page
        doctor.go("/messages")
        doctor.look("pro-messages-none")
        doctor.go("/reach")
        for born, name in (("1950-01-01", "pro-reach-no"), (BORN, "pro-reach-yes")):
            page.fill("#ins", MATRICULE)
            page.fill("#born", born)
            with page.expect_navigation():
                page.click("main form[action='/reach'] button.btn")
            doctor.look(name)
        with page.expect_navigation():
            page.click("main form[action='/write'] button.btn")
        page.select_option("#mailbox", own)
        page.fill("#subject", "Votre échographie")
        page.fill("#text", "Bonjour,\n\nVotre échographie est normale.")
        page.check("input[name=take][value=until]")
        doctor.look("pro-write")
        with page.expect_navigation():
            page.click("main button[value=send]")
        doctor.look("pro-write-wrong")
        page.fill("#until", f"{pages.desk.day(pages.clock()) + timedelta(days=14)}")
        with page.expect_navigation():
            page.click("main button[value=send]")
        work_off(pages)
        pages.clock.advance(minutes=1)
        patient_writes(pages, patient, own, text=LONG, files=(FILE,))
        doctor.go("/messages")
        doctor.look("pro-messages")
        with page.expect_navigation():
            page.click("main a.cover >> nth=0")
        doctor.look("pro-exchange")
        with page.expect_navigation():
            page.click("main form[action$='/end'] button")
        doctor.look("pro-exchange-ended")
        pages.clock.advance(minutes=1)
        patient_writes(
            pages, patient, _house(pages), to=HOUSE, text=LONG, files=(FILE,)
        )
        doctor.go(f"/messages?mailbox={_house(pages)}")
        with page.expect_navigation():
            page.click("main ul.rows a.cover >> nth=0")
        doctor.look("pro-exchange-shared")
        doctor.go("/texts")
        page.fill("#name", "Résultats normaux")
        page.fill("#text", "Vos résultats sont normaux. Nous en parlerons.")
        with page.expect_navigation():
            page.click("main form[action='/texts'] button.btn")
        doctor.look("pro-texts")
        with pages.database.write() as work:
            Decisions(work).block(patient, DOCTOR)
        doctor.go(f"/messages?mailbox={own}")
        with page.expect_navigation():
            page.click("main a.cover >> nth=0")
        page.click("main summary >> text=Envoyé au mauvais patient")
        doctor.look("pro-exchange-refused")
    with pages.database.read() as work:
        assert MailboxTerms(work).until(own, patient) is not None


def _house(pages: ProSite) -> str:
    with pages.database.read() as work:
        found = Mailboxes(work).find(HOUSE)
    assert found is not None
    return found.id

"""A record in a doctor's browser, with a certificate: axe, nothing goes sideways."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.core.document import Availability, Visibility
from gateway.core.person import Coded
from gateway.store.patients.administrators import Administrators
from tests.builders_people import MATRICULE, open_profile
from tests.web.browsing import blocking
from tests.web.mail import file, narrative
from tests.web.patient.test_browser import (
    DESK,
    PHONE,
    pytestmark,
)
from tests.web.professional.at_work import at_work
from tests.web.professional.browsing import DOCTOR, ProSite

__all__ = ["pytestmark"]

LONG = "Compte rendu d’hospitalisation en réanimation chirurgicale cardiovasculaire"
LOINC = "2.16.840.1.113883.6.1"
TYPES = ("60591-5", "11490-0", "34133-9", "11502-2", "18748-4")


def furnish(pages: ProSite, patient: str) -> None:
    """File sixty documents of all sorts, with long names."""
    for number in range(60):
        pages.clock.advance(seconds=1)
        code = TYPES[number % len(TYPES)]
        said = {
            "type_code": Coded(code=code, scheme="2.16.840.1.113883.6.1", label=LONG)
        }
        flags = {Visibility.HIDDEN_FROM_PATIENT} if number % 7 == 0 else set()
        old = number % 11 == 0
        file(
            pages.database,
            patient,
            narrative("Texte du document"),
            title=f"{LONG} n° {number}",
            said=said,
            flags=frozenset(flags),
            status=Availability.ARCHIVED if old else Availability.APPROVED,
        )


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone"],
)
@blocking
def test_axe_finds_nothing_from_the_search_to_a_document(
    pages: ProSite, viewport: dict[str, int], theme: str
) -> None:
    patient = open_profile(pages.database)
    with at_work(pages, viewport, theme) as doctor:
        page = doctor.page
        doctor.go("/accesses")
        doctor.look("accesses-none")
        for fixed in ("help", "legal", "privacy", "accessibility"):
            doctor.go(f"/{fixed}")
            doctor.look(fixed)
        doctor.go("/emergency")
        doctor.look("emergency")
        doctor.go("/patients")
        doctor.look("search")
        page.fill("#ins", MATRICULE)
        page.click("main form button.btn")
        page.locator("details.fold").evaluate("one => one.open = true")
        doctor.look("patient")
        page.check("input[value=TEAM]")
        page.click("text=J’atteste et j’ouvre le dossier")
        doctor.look("record-empty")
        furnish(pages, patient)
        page.reload()
        doctor.look("record")
        page.click("text=Directives et entourage")
        doctor.look("papers-none")
        for code in ("EXPPAT_3", "EXPPAT_1"):
            said = {"type_code": Coded(code=code, scheme=LOINC, label=LONG)}
            file(pages.database, patient, narrative("Texte"), title=LONG, said=said)
        page.reload()
        doctor.look("papers")
        page.go_back()
        page.check("input[name=old]")
        page.click("text=Filtrer")
        doctor.look("record-old")
        page.fill("#words", "introuvable")
        page.click("text=Filtrer")
        doctor.look("record-nothing")
        page.click("text=Voir tous les documents")
        page.locator("table.table tbody a").first.click()
        doctor.look("document")
        page.click("text=Retour au dossier")
        page.click("text=Fermer le dossier")
        doctor.look("ended")
        pages.clock.advance(**_minutes(1))
        doctor.go("/emergency")
        page.fill("#ins", MATRICULE)
        page.fill("#reason", "Malaise avec perte de connaissance")
        page.check("input[name=sure]")
        page.click("text=Déclarer l’urgence et ouvrir")
        doctor.look("record-emergency")
        doctor.go("/accesses")
        doctor.look("accesses")
        doctor.go(f"/records/{'0' * 32}")
        doctor.look("record-closed")


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone-dark"],
)
@blocking
def test_axe_finds_nothing_in_what_is_done_from_a_record(
    pages: ProSite, viewport: dict[str, int], theme: str
) -> None:
    patient = open_profile(pages.database)
    with pages.database.write() as work:
        Administrators(work, patient).name(DOCTOR, "Camille MOREAU")
    content, flags = narrative("Texte"), frozenset({Visibility.HIDDEN_FROM_PATIENT})
    for title, some in ((LONG, flags), ("Lettre", frozenset[Visibility]())):
        file(pages.database, patient, content, title=title, flags=some, owners=[DOCTOR])
    with at_work(pages, viewport, theme) as doctor:
        page = doctor.page
        doctor.go("/patients")
        page.fill("#ins", MATRICULE)
        page.click("main form button.btn")
        page.check("input[value=TEAM]")
        page.click("text=J’atteste et j’ouvre le dossier")
        record = page.url.split("?")[0]
        doctor.look("record-acts")
        page.click(f"table.table >> text={LONG}")
        document = page.url
        doctor.look("document-acts")
        for act in ("announce", "withdraw"):
            page.goto(f"{document}/{act}")
            doctor.look(f"act-{act}")
        page.goto(f"{document}/announce")
        page.click("text=Je l’ai annoncé")
        doctor.look("act-announced")
        page.goto(f"{document}/mask")
        page.locator("input[name=asked]").evaluate("one => one.required = false")
        page.click("main form button.btn")
        doctor.look("act-mask-unasked")
        page.check("input[name=asked]")
        page.click("main form button.btn")
        doctor.look("act-masked")
        page.goto(f"{document}/show")
        doctor.look("act-show")
        page.goto(document)
        page.click("text=Remplacer")
        doctor.look("act-replace")
        page.goto(f"{record}/block?name=dr.voisin@peer.mssante.test")
        doctor.look("block")
        page.goto(f"{record}/follow-up")
        doctor.look("follow-up-none")
        page.click("main form button.btn")
        doctor.look("follow-up")
        page.goto(record)
        doctor.look("record-followed")


def _minutes(number: int) -> dict[str, float]:
    return {"seconds": timedelta(minutes=number).total_seconds()}

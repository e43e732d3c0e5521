"""The patient sees who says they were told that documents are filed, when and how."""

from __future__ import annotations

from datetime import date

from gateway.core.informing import InformedBy, PatientInformed
from gateway.store.patients.informed import InformedPatients, InformingStructure
from tests.web.browsing import Site, blocking

PATH = "/confidentiality/informed"


def declare(site: Site, number: str, name: str, how: PatientInformed) -> None:
    with site.database.write() as work:
        teller = InformingStructure(number=number, name=name)
        InformedPatients(work, site.patient).declare(teller, how)


@blocking
def test_what_structures_declare_is_told_with_the_channel_and_the_day(
    site: Site,
) -> None:
    browser = site.signed_in()
    nothing = browser.get(PATH).text
    by_telephone = PatientInformed(
        by=InformedBy.TELEPHONE, on=date(2026, 11, 20), teller="Mme <b>Accueil</b>"
    )
    declare(site, "1750000011", "Clinique des Lilas", by_telephone)
    online = PatientInformed(by=InformedBy.ONLINE)
    declare(site, "899700000017", "Dr Camille MARTIN", online)

    page = browser.get(PATH).text

    assert "Personne ne l’a encore déclaré" in nothing
    assert "Par téléphone, le 20 novembre 2026" in page
    assert "Mme &lt;b&gt;Accueil" in page
    assert "Sur un site, en ligne, jour non précisé" in page
    assert "Dr Camille MARTIN" in page
    assert "professionnel numéro 899700000017" in page
    assert "structure numéro 1750000011" in page
    history = browser.get("/history?who=professionals").text
    assert "Vous avez été informé du dépôt de documents" in history
    assert "Clinique des Lilas" in history


@blocking
def test_many_structures_stand_on_several_pages(site: Site) -> None:
    for number in range(31):
        how = PatientInformed(by=InformedBy.CONVOCATION)
        declare(site, f"1{number:09d}", "Centre hospitalier " * 9, how)
    browser = site.signed_in()

    assert "31 déclarations" in browser.get(PATH).text
    assert browser.get(f"{PATH}?page=2").status == 200
    assert browser.get(f"{PATH}?page=3").location == f"{PATH}?page=2"

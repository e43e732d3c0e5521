"""The patient sees who says they were told that documents are filed, when and how."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

from gateway.core.actors import Actor, Means, Who
from gateway.core.informing import InformedBy, PatientInformed
from gateway.store.patients.informed import InformedPatients, InformingStructure
from gateway.store.patients.profiles import Profiles
from tests.builders_directory import as_file, person, take
from tests.web.browsing import Site, blocking

PATH = "/confidentiality/informed"
BLOCK = re.compile(r'href="(/confidentiality/block[?]line=[^"]*)"')


def declare(
    site: Site,
    number: str,
    name: str,
    how: PatientInformed,
    means: Means = Means.MAIL,
    *,
    is_person: bool = False,
) -> None:
    with site.database.write() as work:
        teller = InformingStructure(number=number, name=name, is_person=is_person)
        InformedPatients(work, site.patient).declare(teller, how, means)


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
    declare(site, "899700000017", "Dr Camille MARTIN", online, is_person=True)

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
def test_the_history_says_how_the_patient_was_told_and_how_it_was_declared(
    site: Site,
) -> None:
    how = PatientInformed(by=InformedBy.TELEPHONE, on=date(2026, 11, 20))
    declare(site, "1750000011", "Clinique des Lilas", how)
    unsaid = PatientInformed(by=InformedBy.UNSAID)
    declare(site, "1750000029", "Maison de santé", unsaid, Means.PORTAL)

    page = site.signed_in().get("/history?who=professionals").text

    (by_page, by_mail) = page.split('<li class="row">')[1:]
    assert "par téléphone, le 20 novembre 2026" in by_mail
    assert "Déclaré : par message" in " ".join(by_mail.split())
    assert "sans préciser comment" in by_page
    assert "Déclaré : dans l’espace des professionnels" in " ".join(by_page.split())
    assert "Comment" not in by_mail + by_page


@blocking
def test_who_declares_it_is_blocked_from_the_history_by_number_not_by_name(
    site: Site,
) -> None:
    how = PatientInformed(by=InformedBy.SPOKEN)
    declare(site, "1750000011", "Clinique des Lilas", how)
    declare(site, "899700000017", "", how, is_person=True)
    browser = site.signed_in()

    page = browser.get("/history?who=professionals").text
    asked = [browser.get(unescape(one)).text for one in BLOCK.findall(page)]

    assert "<h3>899700000017" not in page
    assert "<h3>Professionnel de santé" in page
    assert len(asked) == 2
    assert 'value="899700000017"' in asked[0]
    assert 'value="1750000011"' in asked[1]
    assert "Clinique des Lilas" in asked[1]


@blocking
def test_by_a_name_alone_nobody_is_offered_to_be_blocked(site: Site) -> None:
    doctor = Actor(Who.PROFESSIONAL, Means.PORTAL, "Camille MOREAU")
    with site.database.write() as work:
        Profiles(work, doctor).record(site.patient, "mask", None, {"documents": []})
    browser = site.signed_in()

    page = browser.get("/history?who=professionals").text

    assert "Camille MOREAU" in page
    assert BLOCK.findall(page) == []
    assert "/report?line=" in page


@blocking
def test_who_declared_it_without_a_name_is_named_by_the_directory_or_not_at_all(
    site: Site,
) -> None:
    how = PatientInformed(by=InformedBy.SPOKEN)
    take(site.database, as_file([person("899700000017", "MOREAU", "Camille")]))
    declare(site, "899700000017", "", how, is_person=True)
    declare(site, "899700000025", "", how, is_person=True)
    declare(site, "12a0000139", "", how)

    page = site.signed_in().get(PATH).text

    heads = re.findall(r"<h3>([^<]*)</h3>", page)
    assert sorted(heads) == [
        "Camille MOREAU",
        "Professionnel de santé",
        "Structure de soins",
    ]
    assert "professionnel numéro 899700000025" in page
    assert "structure numéro 12A0000139" in page


@blocking
def test_many_structures_stand_on_several_pages(site: Site) -> None:
    for number in range(31):
        how = PatientInformed(by=InformedBy.CONVOCATION)
        declare(site, f"1{number:09d}", "Centre hospitalier " * 9, how)
    browser = site.signed_in()

    assert "31 déclarations" in browser.get(PATH).text
    assert browser.get(f"{PATH}?page=2").status == 200
    assert browser.get(f"{PATH}?page=3").location == f"{PATH}?page=2"

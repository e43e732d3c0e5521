"""The list of documents in a real browser: full, searched, without a fit, empty."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.core.codes import LOINC
from gateway.core.document import AuthorEntry, Availability, Visibility
from gateway.core.person import Coded
from tests.browser import NO_CHROMIUM, find_chromium
from tests.builders_results import lab, report, result
from tests.web.browsing import Site, blocking
from tests.web.mail import file, narrative
from tests.web.patient.test_browser import DESK, PHONE, SHOTS, opened, sign_in

pytestmark = pytest.mark.skipif(not find_chromium(), reason=NO_CHROMIUM)

LONG = "Compte rendu de la réunion de concertation pluridisciplinaire d’onco-" * 3
TYPES = (
    ("11502-2", "10", "Compte rendu d’examens biologiques", "Prise de sang"),
    ("57833-6", "42", "Prescription de produits de santé", "Ordonnance"),
    ("18748-4", "31", "Compte rendu d’imagerie médicale", "Radiographie des poumons"),
    ("11488-4", "10", "Compte rendu de consultation", "Consultation de cardiologie"),
    ("11490-0", "11", "Lettre de liaison à la sortie", "Lettre de sortie"),
    ("87273-9", "52", "Note de vaccination", "Vaccin contre la grippe"),
)
DOCTORS = (
    ("801^VASSEUR^CLAIRE^^^Dr", "Cabinet des Tilleuls"),
    ("802^LEMAÎTRE^Samuel^^^Dr", "CHU de l’Estuaire"),
    (
        "803^DE LA ROCHEFOUCAULD-MONTBEL^Marie-Bénédicte Éléonore^^^Pr",
        "Établissement public de santé mentale de la Loire-Atlantique Nord",
    ),
)


def written(number: int) -> dict[str, Any]:
    """Return what the entry of a document says: of every kind, over some years."""
    code, kind, label, _ = TYPES[number % len(TYPES)]
    person, place = DOCTORS[number % len(DOCTORS)]
    at = datetime(2026 - number // 12, 1 + number * 5 % 11, 1 + number % 27, tzinfo=UTC)
    return {
        "type_code": Coded(code=code, scheme=LOINC, label=label),
        "class_code": Coded(code=kind, scheme="1.2.250.1.213.1.1.4.1"),
        "creation_time": at,
        "service_start_time": at,
        "authors": (AuthorEntry(person=person, institution=place),),
    }


def furnish(site: Site, many: int = 60) -> None:
    """File documents of every kind; one has versions, one is masked, one a long name"""
    flags = frozenset({Visibility.MASKED})
    for number in range(many):
        title = LONG if number == 4 else TYPES[number % len(TYPES)][3]
        file(
            site.database,
            site.patient,
            narrative(f"Texte {number}"),
            title=title,
            flags=flags if number % 9 == 3 else frozenset(),
            said=written(number),
        )
    newest = file(site.database, site.patient, narrative("c"), title="Sortie, corrigée")
    for version in range(3):
        file(
            site.database,
            site.patient,
            narrative("a"),
            title="Sortie",
            status=Availability.DEPRECATED,
            said=written(version),
            replaced_by=newest,
        )


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone"],
)
@blocking
def test_axe_finds_nothing_in_any_state_of_the_list(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        sign_in(visitor)
        page = visitor.page
        visitor.go("/documents")
        visitor.look("none")
        furnish(site)
        visitor.go("/documents")
        page.click("text=3 versions précédentes")
        visitor.look("full")
        page.click("text=Auteur, période, ordre")
        page.select_option("#by", label="CHU de l’Estuaire (20)")
        page.select_option("#order", "filed")
        page.click("button:has-text('Filtrer')")
        assert "20 documents, les derniers ajoutés en premier" in page.inner_text(
            "main"
        )
        visitor.look("chosen")
        page.fill("#words", "scanner du genou")
        page.press("#words", "Enter")
        assert "Rien pour «\u00a0scanner du genou\u00a0»" in page.inner_text("main")
        assert "scanner" not in page.url
        visitor.look("nothing-fits")
        visitor.go("/documents/results")
        visitor.look("results-none")
        for day, value, said in ((1, "0.62", "N"), (9, "1.9", "H"), (20, "0.4", "L")):
            content = report(result(value, at=f"202611{day:02}0900+0100", said=said))
            file(site.database, site.patient, content, said=lab(day))
        visitor.go("/documents/results")
        visitor.look("results")
        page.click("text=Triglycérides")
        visitor.look("result")
        visitor.go("/documents?replaced=1&page=2")
        visitor.look("replaced")
        page.emulate_media(media="print")
        assert page.locator("form[role=search]").is_hidden()
        if SHOTS:
            shot = Path(SHOTS) / f"{theme}-{viewport['width']}-printed.png"
            page.screenshot(path=str(shot), full_page=True)

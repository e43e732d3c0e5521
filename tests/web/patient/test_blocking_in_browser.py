"""Blocking by name in a real browser: homonyms of the directory, long names."""

from __future__ import annotations

import pytest

from gateway.store.patients.decisions import Decisions
from tests.builders_directory import as_file, person, take
from tests.web.browsing import Site, blocking
from tests.web.mail import DOCTOR, receive
from tests.web.patient.test_browser import DESK, PHONE, opened, pytestmark
from tests.web.patient.test_deciding_in_browser import enter
from tests.web.patient.test_messages import conversation_of

__all__ = ["pytestmark"]

LONG = "Maison de santé pluriprofessionnelle des trois vallées et du plateau " * 2
PEOPLE = [
    person(
        f"8997{number:08d}",
        "MARTIN-DE LA VILLARDIÈRE" if number % 2 else "MARTIN",
        "Jeanne",
        place=LONG if number % 3 else "Cabinet de la gare",
        town="Saint-Mesnil-sur-l’Étang" if number else "",
    )
    for number in range(40)
]


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone-dark"],
)
@blocking
def test_axe_finds_nothing_where_somebody_is_blocked_by_name(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    take(site.database, as_file(PEOPLE))
    receive(site.database, site.patient)
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = enter(site, visitor)
        visitor.go("/confidentiality/block?name=dupont")
        visitor.look("block-nobody")
        visitor.go("/confidentiality/block?name=martin")
        assert page.locator("input[name=who]").count() == 30
        assert page.locator("text=Seuls les premiers sont montrés").count() == 1
        visitor.look("block-many")
        page.locator("input[name=who]").nth(3).check()
        page.click("main button.danger")
        visitor.look("blocked")
        with site.database.write() as work:
            Decisions(work).block(site.patient, DOCTOR)
        visitor.go(conversation_of(site))
        visitor.look("writing-to-the-blocked")
        visitor.go("/inbox/new")
        visitor.look("new-to-the-blocked")

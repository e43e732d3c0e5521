"""Who cares for a patient, in a real browser: axe, nothing goes sideways."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.dmp_bridge.reading.readers import (
    BY_INS,
    COLLEAGUE,
    DOCTOR,
    EMERGENCY,
    LOCUM,
    NURSE,
    ONCE,
    REGULATION,
    TEAM,
    TEAM_AGAIN,
    Ward,
)
from tests.web.browsing import Site, blocking
from tests.web.mail import file, narrative
from tests.web.patient.test_browser import DESK, PHONE, opened, pytestmark
from tests.web.patient.test_deciding_in_browser import enter

__all__ = ["pytestmark"]

LONG_NAME = "Pr Anne-Charlotte DE LA ROCHEFOUCAULD-MONTMORENCY-LATOUR"
LONG_PLACE = "Centre hospitalier universitaire régional et maritime de l’Estuaire, pôle"


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone"],
)
@blocking
def test_axe_finds_nothing_where_a_patient_sees_who_cares_for_them(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    letter = file(site.database, site.patient, narrative("x"))
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        page = enter(site, visitor)
        visitor.go("/confidentiality")
        visitor.look("settings")
        visitor.go("/confidentiality/readers")
        visitor.look("readers-none")
        visitor.go("/confidentiality/treating?name=personne")
        visitor.look("treating-none")
        visitor.go("/confidentiality/code")
        visitor.look("code-ask")
        page.click("main button.btn")
        visitor.look("code-made")
        furnish_readers(Ward.of(site.database, site.patient), letter)
        visitor.go("/confidentiality/readers")
        for each in page.locator("main details").all():
            each.evaluate("one => one.open = true")
        visitor.look("readers-many")
        visitor.go("/confidentiality/treating")
        visitor.look("treating")
        page.locator("main form").last.evaluate("form => form.noValidate = true")
        page.click("text=Indiquer ce médecin")
        visitor.look("treating-missing")
        page.locator("input[name=who]").first.check()
        page.click("text=Indiquer ce médecin")
        visitor.look("treating-done")
        visitor.go("/history?who=professionals")
        visitor.look("history-readings")
        page.click("text=Pourquoi ?")
        visitor.look("why-reading")
        visitor.go("/notices")
        visitor.look("notices-readings")


def furnish_readers(ward: Ward, letter: str) -> None:
    """Have many read, be refused, and be objected to."""
    long = evolve(
        DOCTOR,
        national_id="899700000066",
        name=LONG_NAME,
        practice=evolve(DOCTOR.practice, structure="1440000555", place=LONG_PLACE),
    )
    for who, asked in (
        (DOCTOR, TEAM),
        (COLLEAGUE, TEAM_AGAIN),
        (NURSE, TEAM_AGAIN),
        (long, TEAM),
        (LOCUM, ONCE),
    ):
        one = ward.opened(who, asked)
        ward.read(who, one, letter)
    emergency = ward.opened(LOCUM, EMERGENCY)
    ward.read(LOCUM, emergency, letter)
    ward.why(long, REGULATION)
    other = evolve(LOCUM, national_id="899700000074", name="Dr Refusé LONGTEMPS")
    ward.write(lambda work: ward.reading.note_objection(work, other, BY_INS))
    ward.why(other, ONCE)

"""
"Who can see this document" says what the door of the professionals does, then and now.

The page and the reading of records together, on one database: each answer of the page
is compared with what is given to somebody who comes and asks.
"""

from __future__ import annotations

import html
import random
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve, field, frozen

from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import MatrixColumn, column_texts
from gateway.core.person import Coded
from gateway.core.practice import Practice
from gateway.rights.habilitation_rules import NoColumn
from gateway.rights.reading_professional import ReadingProfessional
from gateway.store.consultations.answers import NotRead, ReadDocument
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.treating import NamedDoctor, name_treating
from tests.dmp_bridge.reading.readers import (
    DIRECTIVES,
    DOCTOR,
    EMERGENCY,
    LETTER,
    REGULATION,
    REGULATOR,
    TEAM,
    Ward,
)
from tests.web.browsing import Browser, Site, blocking
from tests.web.mail import file, narrative
from tests.web.patient.test_confidentiality import choose, send

AUTHOR, PLACE = "801234567897", "1750000011"
PORT = Practice(profession="10", structure="1310000027", place="Cabinet du Port")
COLUMNS = (
    MatrixColumn.DOCTOR,
    MatrixColumn.NURSE,
    MatrixColumn.OPTICIAN,
    MatrixColumn.COORDINATION,  # one of an activity
    MatrixColumn.SOCIAL_ADMINISTRATION,
)
TREATING = evolve(DOCTOR, national_id="899700000066", name="Dr Ana COSTA",
                  practice=PORT)  # fmt: skip
NAMED = evolve(TREATING, national_id="899700000074", name="Paul NAUD",
               column=MatrixColumn.NURSE)  # fmt: skip
AUTHORS = (
    evolve(DOCTOR, national_id=AUTHOR),
    evolve(DOCTOR, national_id="899700000082"),  # who works at the same place
)
OTHER_TYPES = (LETTER, DIRECTIVES, "IMG-DICOM-PROCEDURE", "57833-6", "99999-9")


def somebody(number: int, column: MatrixColumn) -> ReadingProfessional:
    """Return who cares for the patient, and is nobody in particular."""
    by_activity = column_texts()[column].by_activity
    return evolve(
        TREATING, national_id=f"8997000001{number:02}",
        column=NoColumn.ACTIVITIES_CLOSED if by_activity else column,
    )  # fmt: skip


@frozen(kw_only=True)
class Case:
    """What is so of a document and of its patient."""

    type_code: str = LETTER
    flags: frozenset[Visibility] = frozenset()
    status: Availability = Availability.APPROVED
    closed: tuple[str, ...] = field(default=())
    """Of ``samu``, ``other`` and ``reading``; ``masked`` is the one that opens."""
    blocked: tuple[str, ...] = ()
    treats: bool = False
    names: bool = False

    @classmethod
    def drawn(cls, number: int) -> Case:
        some = random.Random(number)  # noqa: S311 (a case of a test)
        return cls(
            type_code=some.choice(OTHER_TYPES),
            flags=frozenset(
                one
                for one in (Visibility.MASKED, Visibility.HIDDEN_FROM_REPRESENTATIVES)
                if some.random() < 0.4  # noqa: PLR2004
            ),
            status=some.choice(
                [Availability.APPROVED, Availability.APPROVED, Availability.DEPRECATED]
            ),
            closed=tuple(
                one
                for one in ("samu", "other", "reading", "masked")
                if some.random() < 0.3  # noqa: PLR2004
            ),
            blocked=tuple(
                one
                for one in (AUTHOR, PLACE, TREATING.national_id)
                if some.random() < 0.2  # noqa: PLR2004
            ),
            treats=some.random() < 0.5,  # noqa: PLR2004
            names=some.random() < 0.5,  # noqa: PLR2004
        )

    def made(self, site: Site, browser: Browser) -> str:
        """Make it so; return the document."""
        document = file(
            site.database, site.patient, narrative("x"), flags=self.flags,
            owners=(AUTHOR, PLACE), status=self.status, said=_typed(self.type_code),
        )  # fmt: skip
        with site.database.write() as work:
            if self.treats:
                doctor = NamedDoctor(identity=TREATING.national_id, name=TREATING.name)
                name_treating(work, site.patient, doctor)
            if self.names:
                Administrators(work, site.patient).name(NAMED.national_id, NAMED.name)
            for one in self.blocked:
                Decisions(work).block(site.patient, one)
        for choice in self.closed:
            choose(browser, choice, "open" if choice == "masked" else "closed")
        return document


def _typed(code: str) -> dict[str, Any]:
    return {"type_code": Coded(code=code, scheme="2.16.840.1.113883.6.1", label="T")}


_ROW = re.compile(
    r'<tr><th scope="row">(.*?)</th><td data-label="Aujourd’hui".*?class="(yes|nope)"'
    r'.*?<td data-label="Après".*?class="(yes|nope)"',
    re.DOTALL,
)
_WHO = {
    "Hôpital de démonstration": "author",
    TREATING.name: "treating",
    "L’administrateur": "administrator",
    "Le SAMU (15)": "regulator",
    "Les autres soignants": "others",
}


def said(browser: Browser, document: str, asked: str) -> tuple[dict[str, bool], ...]:
    """Return what the page says of now and of then, by who it is."""
    page = browser.get(f"/confidentiality/document/{document}?if={asked}")
    assert page.status == 200
    names = {column_texts()[one].french: one.value for one in COLUMNS}
    now, then = {}, {}
    for title, sees, will in _ROW.findall(page.text):
        text = html.unescape(title)
        known = [
            who for word, who in {**names, **_WHO}.items() if text.startswith(word)
        ]
        for who in known:
            now[who], then[who] = sees == "yes", will == "yes"
    return now, then


def given(ward: Ward, document: str, case: Case) -> dict[str, bool]:
    """Return who is given a document who comes to the door and asks for it."""

    def reads(who: ReadingProfessional, request: Any = TEAM) -> bool:
        ward.later(minutes=5)
        found = ward.ask(who, request)
        if isinstance(found, NotRead):
            return False
        read = isinstance(ward.read(who, found, document), ReadDocument)
        ward.end(who, found)
        return read

    people = {one: somebody(place, one) for place, one in enumerate(COLUMNS)}
    found = {one.value: reads(who) for one, who in people.items()}
    found["author"] = any(reads(who) for who in AUTHORS)
    found["regulator"] = reads(REGULATOR, REGULATION)
    found["others"] = any(reads(who, EMERGENCY) for who in people.values())
    if case.treats and TREATING.national_id in case.blocked:
        assert not reads(TREATING)  # and they are the treating doctor no more
    elif case.treats:
        found["treating"] = reads(TREATING)
    if case.names:
        columns = (each.column for each in people.values())
        found["administrator"] = any(reads(evolve(NAMED, column=c)) for c in columns)
    return found


@pytest.mark.parametrize(
    "case",
    [
        Case(),
        Case(names=True, treats=True, flags=frozenset({Visibility.MASKED})),
        Case(closed=("reading",), treats=True, names=True),
        Case(blocked=(AUTHOR, PLACE)),
        Case(blocked=(TREATING.national_id,), treats=True),
        Case(status=Availability.DEPRECATED),
        Case(type_code="EXPPAT_3", closed=("masked",)),
        *(Case.drawn(number) for number in range(7)),
    ],
    ids=[f"case {one}" for one in range(14)],
)
@pytest.mark.parametrize("asked", ["mask", "reading"])
@blocking
def test_the_page_says_what_the_door_does(site: Site, case: Case, asked: str) -> None:
    browser, ward = site.signed_in(), Ward.of(site.database, site.patient)
    document = case.made(site, browser)

    now, then = said(site.signed_in(), document, asked)

    assert now == given(ward, document, case)
    browser = site.signed_in()  # an hour and more went by
    if asked == "reading":
        choose(browser, "reading", "open" if "reading" in case.closed else "closed")
    else:
        to = "shown" if Visibility.MASKED in case.flags else "masked"
        send(browser, f"/confidentiality/document/{document}", ("to", to))
    assert then == given(ward, document, case)


@blocking
def test_what_waits_for_its_announcement_is_on_no_page_of_the_patient(
    site: Site,
) -> None:
    """Though a doctor reads it: the page would say that it is there."""
    hidden = frozenset({Visibility.HIDDEN_FROM_PATIENT})
    document = file(
        site.database, site.patient, narrative("x"), flags=hidden,
        visible_at=datetime(2027, 1, 1, tzinfo=UTC), owners=(AUTHOR, PLACE),
    )  # fmt: skip
    ward = Ward.of(site.database, site.patient)

    assert given(ward, document, Case())["medecin"]
    path = f"/confidentiality/document/{document}"
    assert site.signed_in().get(path).status == 404

"""METADATA.XML against the document: what differs is told, and refuses nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.core.codes import CLASSES, LOINC
from gateway.core.person import Coded
from gateway.documents.cda.header import read_cda
from gateway.documents.xds.comparing import differences
from gateway.documents.xds.values import EntryFacts
from tests.builders_cda import make_cda

LETTER = read_cda(make_cda())
SAME = EntryFacts(
    title=LETTER.title,
    creation_time=LETTER.effective_time,
    class_code=Coded(code="10", scheme=CLASSES),
    language_code="fr-FR",
)
DAY = timedelta(hours=26)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ""),
        ({"title": f"  {LETTER.title}\n"}, ""),
        ({"title": ""}, ""),
        ({"title": "Ordonnance"}, "title"),
        ({"creation_time": None}, ""),
        ({"creation_time": LETTER.effective_time + DAY - SECOND}, ""),
        ({"creation_time": LETTER.effective_time - DAY + SECOND}, ""),
        ({"creation_time": LETTER.effective_time + DAY}, "creationTime"),
        ({"creation_time": LETTER.effective_time - DAY}, "creationTime"),
        ({"class_code": None}, ""),
        ({"class_code": Coded(code="")}, ""),
        ({"class_code": Coded(code="42")}, "classCode"),
        ({"language_code": "FR-fr"}, ""),
        ({"language_code": ""}, ""),
        ({"language_code": "en-GB"}, "languageCode"),
    ],
)
def test_what_metadata_says_otherwise_is_told(
    changes: dict[str, Any], told: str
) -> None:
    expected = (f"METADATA.XML and the document give different {told}",)

    assert differences(LETTER, evolve(SAME, **changes)) == (expected if told else ())


def test_all_that_differs_is_told_in_one_order() -> None:
    other = EntryFacts(
        title="Ordonnance",
        creation_time=LETTER.effective_time + 2 * DAY,
        class_code=Coded(code="42"),
        language_code="en-GB",
    )

    assert [one.rpartition(" ")[2] for one in differences(LETTER, other)] == [
        "title",
        "creationTime",
        "classCode",
        "languageCode",
    ]


def test_a_type_that_is_not_known_has_no_class_to_compare() -> None:
    unknown = read_cda(make_cda(type_code=("00000-0", LOINC, "")))

    assert differences(unknown, SAME) == ()

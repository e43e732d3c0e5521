"""What a document and its entry say of themselves."""

from __future__ import annotations

import pytest
from attrs import evolve

from gateway.core.document import Related, Visibility
from gateway.core.person import Coded
from gateway.documents.cda.header import read_cda
from tests.builders_cda import make_cda
from tests.builders_xdm import make_entry


@pytest.mark.parametrize(
    ("code", "flag"),
    [
        ("MASQUE_PS", Visibility.MASKED),
        ("INVISIBLE_PATIENT", Visibility.HIDDEN_FROM_PATIENT),
        ("NOPAT", Visibility.HIDDEN_FROM_PATIENT),
        ("INVISIBLE_REP_LEGAUX", Visibility.HIDDEN_FROM_REPRESENTATIVES),
        ("INVISIBLE_REPRESENTANTS_LEGAUX", Visibility.HIDDEN_FROM_REPRESENTATIVES),
        ("N", None),
        ("masque_ps", None),
    ],
)
def test_a_visibility_flag_is_known_in_its_spellings(
    code: str, flag: Visibility | None
) -> None:
    assert Visibility.of(code) is flag


def test_a_document_replaces_what_it_names_with_rplc() -> None:
    document = read_cda(make_cda())
    other = Related(type_code="XFRM", unique_id="1.2.3")
    one = Related(type_code="RPLC", unique_id="1.2.4")
    two = Related(type_code="RPLC", unique_id="1.2.5")

    assert evolve(document, related=()).replaces == ""
    assert evolve(document, related=(other,)).replaces == ""
    assert evolve(document, related=(other, one, two)).replaces == "1.2.4"


def test_the_flags_of_an_entry_are_among_its_confidentiality_codes() -> None:
    codes = ("N", "R", "MASQUE_PS", "NOPAT", "INVISIBLE_PATIENT")
    entry = make_entry(confidentiality=tuple(Coded(code=code) for code in codes))

    assert entry.visibility == {Visibility.MASKED, Visibility.HIDDEN_FROM_PATIENT}
    assert make_entry().visibility == frozenset()

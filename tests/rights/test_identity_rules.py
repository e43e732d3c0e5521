"""Whether a document speaks of the person of a profile, and is sure of it."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.person import IdentityTraits, Patient
from gateway.rights.identity_rules import (
    can_be_compared,
    ins_is_qualified,
    sure_differences,
    trait_mismatches,
)
from tests.builders_people import INS, TRAITS

AGREEING: list[dict[str, Any]] = [
    {},
    {"family": "pat trois"},
    {"family": "PÂT’TROIS"},
    {"family": "PATTROIS"},
    {"family": ""},
    {"first_given": "Dominique"},
    {"first_given": ""},
    {"first_given": "", "given_names": ""},
    {"given_names": "AUTRE"},
    {"birth_date": "1979"},
    {"birth_date": "197903"},
    {"birth_date": "19790300"},
    {"birth_date": "19790000"},
    {"birth_date": ""},
    {"sex": "f"},
    {"sex": ""},
    {"birth_place": ""},
    {"used_family": "MARTIN"},
]


@pytest.mark.parametrize("change", AGREEING)
def test_traits_agree_in_spite_of_spelling_and_gaps(change: dict[str, Any]) -> None:
    document = evolve(TRAITS, **change)

    assert trait_mismatches(TRAITS, document) == ()
    assert trait_mismatches(document, TRAITS) == ()


DIFFERING: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"family": "PAT-QUATRE"}, ("family",)),
    ({"first_given": "DOMINIC"}, ("first_given",)),
    ({"first_given": "", "given_names": "MARIE DOMINIQUE"}, ("first_given",)),
    ({"birth_date": "19790329"}, ("birth_date",)),
    ({"birth_date": "1980"}, ("birth_date",)),
    ({"birth_date": "19790400"}, ("birth_date",)),
    ({"birth_date": "19780000"}, ("birth_date",)),
    ({"sex": "M"}, ("sex",)),
    ({"sex": "UN"}, ("sex",)),
    ({"birth_place": "51215"}, ("birth_place",)),
    (
        {"sex": "M", "family": "X", "birth_place": "2A004"},
        ("family", "sex", "birth_place"),
    ),
]


@pytest.mark.parametrize(("change", "names"), DIFFERING)
def test_traits_that_differ_are_named(
    change: dict[str, Any], names: tuple[str, ...]
) -> None:
    document = evolve(TRAITS, **change)

    assert trait_mismatches(TRAITS, document) == names
    assert trait_mismatches(document, TRAITS) == names


def test_the_year_of_a_century_is_a_year() -> None:
    profile = evolve(TRAITS, birth_date="20010301")

    assert trait_mismatches(profile, evolve(TRAITS, birth_date="2000")) == (
        "birth_date",
    )


@pytest.mark.parametrize(
    ("given_names", "first_given", "agree"),
    [
        ("DOMINIQUE MARIE-LOUISE", "DOMINIQUE", True),
        ("JEAN PIERRE MARIE", "JEAN PIERRE", True),
        ("JEAN-PIERRE MARIE", "Jean Pierre", True),
        ("ANNETTE", "ANNE", False),
        ("Zoé", "ZOE", True),
        ("ANDRÉA MARIE", "ANDREA", True),
        ("D'ARTAGNAN", "D ARTAGNAN", True),
        ("Œdipe", "OEDIPE", True),
    ],
)
def test_the_first_given_name_is_looked_for_among_all(
    given_names: str, first_given: str, agree: bool
) -> None:
    profile = IdentityTraits(given_names=given_names)
    document = IdentityTraits(first_given=first_given)

    assert (trait_mismatches(profile, document) == ()) is agree


@pytest.mark.parametrize(
    ("change", "qualified"),
    [
        ({}, True),
        ({"birth_place": ""}, True),
        ({"given_names": ""}, True),
        ({"family": ""}, False),
        ({"first_given": ""}, False),
        ({"birth_date": ""}, False),
        ({"sex": ""}, False),
    ],
)
def test_a_qualified_ins_comes_with_four_traits(
    change: dict[str, Any], qualified: bool
) -> None:
    patient = Patient(ins=INS, traits=evolve(TRAITS, **change))

    assert ins_is_qualified(patient) is qualified
    assert not ins_is_qualified(evolve(patient, ins=None))


MARRIED = evolve(TRAITS, used_family="MARTIN", used_given="MARIE")
SURE: list[tuple[IdentityTraits, dict[str, Any], tuple[str, ...]]] = [
    (TRAITS, {}, ()),
    (TRAITS, {"family": "AUTRE"}, ("family",)),
    (TRAITS, {"first_given": "PAULE", "given_names": ""}, ("first_given",)),
    (TRAITS, {"birth_date": "19790329"}, ("birth_date",)),
    (TRAITS, {"sex": "M"}, ("sex",)),
    (TRAITS, {"birth_place": "75056"}, ()),
    (
        TRAITS,
        {"sex": "M", "birth_date": "1980", "first_given": "X", "family": "Y"},
        ("family", "first_given", "birth_date", "sex"),
    ),
    (TRAITS, {"family": "", "birth_date": "", "sex": "", "first_given": ""}, ()),
    # the name in use, in the place of the birth name or alone
    (MARRIED, {"family": "MARTIN"}, ()),
    (MARRIED, {"family": "Martin", "used_family": ""}, ()),
    (MARRIED, {"family": "DURAND"}, ("family",)),
    (MARRIED, {"family": "", "used_family": "MARTIN"}, ()),
    (MARRIED, {"family": "", "used_family": "PAT TROIS"}, ()),
    (TRAITS, {"family": "AUTRE", "used_family": "PAT-TROIS"}, ("family",)),
    # people marry: only where all else is there and the same
    (TRAITS, {"family": "", "used_family": "DURAND"}, ()),
    (TRAITS, {"family": "", "used_family": "DURAND", "sex": ""}, ("family",)),
    (TRAITS, {"family": "", "used_family": "DURAND", "birth_date": ""}, ("family",)),
    (
        TRAITS,
        {
            "family": "",
            "used_family": "DURAND",
            "first_given": "",
            "given_names": "",
        },
        ("family",),
    ),
    (
        TRAITS,
        {"family": "", "used_family": "DURAND", "birth_date": "19790329"},
        ("family", "birth_date"),
    ),
    (TRAITS, {"family": "", "used_family": "DURAND", "birth_place": "75056"}, ()),
    (TRAITS, {"family": "", "used_family": "DURAND", "given_names": ""}, ()),
    (TRAITS, {"family": "", "used_family": "DURAND", "first_given": ""}, ()),
    (
        evolve(TRAITS, given_names=""),
        {"family": "", "used_family": "DURAND"},
        (),
    ),
    (
        evolve(TRAITS, first_given=""),
        {"family": "", "used_family": "DURAND"},
        (),
    ),
    (evolve(TRAITS, family=""), {"family": "", "used_family": "DURAND"}, ()),
    # no name of the patient is known, or it is the one that is: nothing to marry
    (
        evolve(TRAITS, family=""),
        {"family": "", "used_family": "DURAND", "sex": ""},
        (),
    ),
    (MARRIED, {"family": "", "used_family": "MARTIN", "sex": ""}, ()),
    # another of the given names
    (TRAITS, {"first_given": "MARIE"}, ()),
    (TRAITS, {"first_given": "Louise", "given_names": ""}, ()),
    (MARRIED, {"first_given": "", "given_names": "MARIE"}, ()),
    (TRAITS, {"first_given": "MARIE PAULE"}, ("first_given",)),
    # a sex that is left open
    (TRAITS, {"sex": "UN"}, ()),
    (evolve(TRAITS, sex="UN"), {"sex": "M"}, ()),
    (evolve(TRAITS, sex="un"), {"sex": "F"}, ()),
]


@pytest.mark.parametrize(("profile", "change", "names"), SURE)
def test_what_cannot_be_of_one_person_is_named(
    profile: IdentityTraits, change: dict[str, Any], names: tuple[str, ...]
) -> None:
    assert sure_differences(profile, evolve(TRAITS, **change)) == names


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("Đorđe", "Dorde"), ("Þór", "THOR"), ("Işık", "ISIK"), ("Łukasz", "Lukasz")],
)
def test_letters_of_other_languages_are_no_difference(ours: str, theirs: str) -> None:
    profile, document = IdentityTraits(family=ours), IdentityTraits(family=theirs)

    assert trait_mismatches(profile, document) == ()
    assert sure_differences(profile, document) == ()


@pytest.mark.parametrize(
    ("profile", "document", "comparable"),
    [
        ({"family": "A"}, {"family": "B"}, True),
        ({"family": "A"}, {"used_family": "B"}, True),
        ({"used_family": "A"}, {"family": "B"}, True),
        ({"family": "A"}, {"birth_date": "1980"}, False),
        ({"birth_date": "1979"}, {"birth_date": "1980"}, True),
        ({"family": "A", "birth_date": "1979"}, {"sex": "F"}, False),
        ({"sex": "F"}, {"sex": "M"}, False),
        ({"family": "A", "birth_date": ""}, {"family": "", "birth_date": "1"}, False),
    ],
)
def test_a_person_is_told_by_a_name_or_a_birth_date(
    profile: dict[str, str], document: dict[str, str], comparable: bool
) -> None:
    assert (
        can_be_compared(IdentityTraits(**profile), IdentityTraits(**document))
        is comparable
    )

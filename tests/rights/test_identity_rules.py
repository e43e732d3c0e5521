"""Traits are compared as people write them."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.person import IdentityTraits
from gateway.rights.filing_facts import Qualification, Traits
from gateway.rights.identity_rules import compare_traits, qualification_of
from tests.rights.facts import INS

HOLDER = IdentityTraits(
    family="PAT-TROIS",
    given_names="DOMINIQUE MARIE-LOUISE",
    first_given="DOMINIQUE",
    birth_date="19790328",
    sex="F",
    birth_place="63220",
)


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({}, Traits.SAME),
        ({"family": "Pat Trois"}, Traits.SAME),
        ({"first_given": "Dominiqué"}, Traits.SAME),
        ({"first_given": ""}, Traits.SAME),
        ({"first_given": "", "given_names": "DOMINIQUE"}, Traits.SAME),
        ({"birth_date": "197903281015+0100"}, Traits.SAME),
        ({"birth_place": ""}, Traits.SAME),
        ({"family": "PAT-QUATRE"}, Traits.DIFFERENT),
        ({"first_given": "CAMILLE"}, Traits.DIFFERENT),
        ({"first_given": "", "given_names": "CAMILLE"}, Traits.DIFFERENT),
        ({"birth_date": "19790329"}, Traits.DIFFERENT),
        ({"sex": "M"}, Traits.DIFFERENT),
        ({"birth_place": "63221"}, Traits.DIFFERENT),
    ],
)
def test_five_traits_are_compared(change: dict[str, Any], result: Traits) -> None:
    assert compare_traits(HOLDER, evolve(HOLDER, **change)) is result


def test_a_profile_known_by_all_its_names_matches_a_composed_first_name() -> None:
    profile = evolve(HOLDER, first_given="", given_names="MARIE LOUISE ANNE")
    document = evolve(HOLDER, first_given="MARIE-LOUISE", given_names="")

    assert compare_traits(profile, document) is Traits.SAME


def test_a_profile_without_traits_confirms_nothing() -> None:
    assert compare_traits(IdentityTraits(), HOLDER) is Traits.UNKNOWN


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({}, Qualification.QUALIFIED),
        ({"birth_place": ""}, Qualification.QUALIFIED),
        ({"first_given": ""}, Qualification.QUALIFIED),
        ({"family": ""}, Qualification.TRAITS_INCOMPLETE),
        ({"first_given": "", "given_names": ""}, Qualification.TRAITS_INCOMPLETE),
        ({"birth_date": ""}, Qualification.TRAITS_INCOMPLETE),
        ({"sex": ""}, Qualification.TRAITS_INCOMPLETE),
    ],
)
def test_an_identity_is_qualified_with_its_four_traits(
    change: dict[str, Any], result: Qualification
) -> None:
    assert qualification_of(INS, evolve(HOLDER, **change)) is result


def test_without_an_identifier_nothing_is_qualified() -> None:
    assert qualification_of(None, HOLDER) is Qualification.NO_INS

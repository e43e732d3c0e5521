"""Which authority may name whom: by the settings, or as IGC-Santé has it."""

from __future__ import annotations

import pytest

from gateway.errors import InvalidError
from gateway.trust.certificates import NAMEABLE, CertificateKind
from gateway.trust.naming_rules import may_name, names_anybody

OPERATOR, STRUCTURE, EMPLOYEE, PERSON = (
    CertificateKind.OPERATOR,
    CertificateKind.ORGANISATION,
    CertificateKind.EMPLOYEE,
    CertificateKind.PERSON,
)
ROOT = "AC RACINE IGC-SANTE ELEMENTAIRE"
SERVERS = "AC IGC-SANTE ELEMENTAIRE ORGANISATIONS"
CARDS = "AC IGC-SANTE FORT PERSONNES"
OWN = "Essais CA"

USUAL = [
    (ROOT, set()),
    (SERVERS, {OPERATOR, STRUCTURE}),
    (f"TEST {SERVERS}", {OPERATOR, STRUCTURE}),
    (CARDS, {EMPLOYEE, PERSON}),
    ("AC IGC-SANTE STANDARD PERSONNES", {EMPLOYEE, PERSON}),
    ("AC IGC-SANTE ELEMENTAIRE PERSONNES", {EMPLOYEE, PERSON}),
    ("AC IGC-SANTE FORT PERSONNES 2", set()),
    ("ORGANISATIONS DE FRANCE", set()),
    (OWN, set()),
    ("", set()),
]


@pytest.mark.parametrize(("name", "kinds"), USUAL)
def test_without_a_setting_authorities_name_whom_those_of_igc_sante_name(
    name: str, kinds: set[CertificateKind]
) -> None:
    found = may_name([SERVERS, name], {})

    assert found[name] == kinds
    assert not names_anybody([SERVERS, name], {})


def test_a_setting_takes_the_place_of_what_is_usual_for_its_kind_alone() -> None:
    naming = {OPERATOR: (), PERSON: (OWN.upper(), f" {CARDS} "), EMPLOYEE: (OWN,)}

    assert may_name([SERVERS, CARDS, OWN], naming) == {
        SERVERS: {OPERATOR, STRUCTURE},
        CARDS: {PERSON},
        OWN: {PERSON, EMPLOYEE},
    }


def test_an_authority_that_is_not_pinned_cannot_be_set() -> None:
    with pytest.raises(InvalidError, match="person_authorities"):
        may_name([SERVERS], {PERSON: (CARDS,)})


def test_a_pki_of_ones_own_goes_on_as_before_until_a_setting_says_more() -> None:
    assert may_name([OWN], {}) == {OWN: NAMEABLE}
    assert names_anybody([OWN], {})

    assert may_name([OWN], {PERSON: (OWN,)}) == {OWN: {PERSON}}
    assert not names_anybody([OWN], {PERSON: (OWN,)})

"""Who may be the administrator of a profile, and when they may change it: the tables"""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.rights.administrator_rules import (
    AdministeringFacts,
    AdministratorFault,
    NamingFacts,
    NamingFault,
    judge_administering,
    judge_naming,
)
from gateway.rights.profile import ProfileState

DOCTOR, OTHER, PLACE = "801234567897", "899700000001", "1750803447"
NAMING = NamingFacts(
    identity=DOCTOR, blocked=frozenset(), administrators=frozenset(), most=2
)
ACTING = AdministeringFacts(
    identity=DOCTOR,
    names=frozenset({DOCTOR, PLACE}),
    blocked=frozenset(),
    administrators=frozenset({DOCTOR}),
    profile=ProfileState.ACTIVATED,
    asked=True,
    blocks=OTHER,
    most=2,
)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"identity": "012345678A"}, None),
        ({"identity": PLACE}, NamingFault.NO_PERSON),
        ({"identity": "3750803447/77"}, NamingFault.NO_PERSON),
        ({"identity": "dr.martin@hopital.mssante.test"}, NamingFault.NO_PERSON),
        ({"identity": ""}, NamingFault.NO_PERSON),
        ({"blocked": frozenset({DOCTOR})}, NamingFault.BLOCKED),
        ({"blocked": frozenset({OTHER})}, None),
        ({"administrators": frozenset({OTHER})}, None),
        ({"administrators": frozenset({OTHER, "8"})}, NamingFault.ENOUGH),
        ({"administrators": frozenset({OTHER, DOCTOR})}, None),
    ],
)
def test_a_professional_by_number_is_named_if_not_blocked_nor_one_too_many(
    changes: dict[str, Any], fault: NamingFault | None
) -> None:
    assert judge_naming(evolve(NAMING, **changes)) is fault


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"administrators": frozenset({OTHER})}, AdministratorFault.NOT_NAMED),
        ({"identity": ""}, AdministratorFault.NOT_NAMED),
        ({"blocked": frozenset({DOCTOR})}, AdministratorFault.BLOCKED),
        ({"blocked": frozenset({PLACE})}, AdministratorFault.BLOCKED),
        ({"blocks": DOCTOR}, AdministratorFault.ONESELF),
        ({"blocks": PLACE}, AdministratorFault.ONESELF),
        ({"blocked": frozenset({"1"})}, None),
        ({"blocked": frozenset({"1", "2"})}, AdministratorFault.ENOUGH),
        ({"blocked": frozenset({"1", OTHER})}, None),
        ({"asked": False}, AdministratorFault.NOT_ASKED),
        *(
            ({"profile": state}, AdministratorFault.CLOSED)
            for state in ProfileState
            if state is not ProfileState.ACTIVATED
        ),
    ],
)
def test_who_was_named_blocks_in_an_open_space_at_the_patients_request(
    changes: dict[str, Any], fault: AdministratorFault | None
) -> None:
    assert judge_administering(evolve(ACTING, **changes)) is fault

"""What a professional may do with a document that they have open: the table."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import MatrixColumn
from gateway.core.reading import ReadingWay
from gateway.rights.filing_facts import Ownership
from gateway.rights.reading_rules import Relation
from gateway.rights.record_act_rules import ActFacts, NoAct, RecordAct, refuse_act
from tests.rights.facts import stored

A, N = RecordAct, NoAct
HIDDEN = frozenset({Visibility.HIDDEN_FROM_PATIENT})
OWN = ActFacts(
    act=A.WITHDRAW,
    version=stored(),
    way=ReadingWay.TEAM,
    relation=Relation.TEAM,
    column=MatrixColumn.NURSE,
    visibility=HIDDEN,
    masked=False,
    maskable=True,
    asked=True,
)
OTHERS = evolve(OWN, version=stored(ownership=Ownership.OTHER))
DOCTOR: dict[str, Any] = {"column": MatrixColumn.DOCTOR}
ADMINISTRATOR: dict[str, Any] = {"relation": Relation.ADMINISTRATOR}
URGENT: dict[str, Any] = {"way": ReadingWay.EMERGENCY, "relation": Relation.NONE}
ONCE: dict[str, Any] = {"way": ReadingWay.CONSENT, "relation": Relation.NONE}


def why(facts: ActFacts, act: RecordAct, **changes: Any) -> NoAct | None:
    masked = {"masked": True} if act is A.SHOW else {}
    return refuse_act(evolve(facts, act=act, **{**masked, **changes}))


@pytest.mark.parametrize("act", RecordAct)
def test_an_author_does_all_of_it_with_their_own(act: RecordAct) -> None:
    assert why(OWN, act) is None


@pytest.mark.parametrize("ownership", [Ownership.OTHER, Ownership.UNKNOWN])
@pytest.mark.parametrize("act", RecordAct)
def test_who_reads_it_alone_does_nothing_with_it(
    act: RecordAct, ownership: Ownership
) -> None:
    facts = evolve(OWN, version=stored(ownership=ownership))

    assert why(facts, act) is N.NOT_THEIRS


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        (ADMINISTRATOR, {A.MASK, A.SHOW}),
        ({"relation": Relation.TREATING}, {A.ANNOUNCE}),
        (DOCTOR, {A.ANNOUNCE}),
        ({**DOCTOR, **ONCE}, set()),
        ({**DOCTOR, **URGENT}, set()),
        ({**DOCTOR, **URGENT, **ADMINISTRATOR}, set()),
        ({**URGENT, "relation": Relation.TREATING}, set()),
    ],
    ids=["administrator", "treating", "doctor", "once", "urgent", "named", "theirs"],
)
def test_what_others_do_by_who_they_are(
    changes: dict[str, Any], may: set[RecordAct]
) -> None:
    done = {act for act in A if why(OTHERS, act, **changes) is None}

    assert done == may


@pytest.mark.parametrize("way", [ReadingWay.EMERGENCY, ReadingWay.REGULATION])
def test_nobody_was_asked_for_a_mask_in_an_emergency(way: ReadingWay) -> None:
    done = {act for act in A if why(OWN, act, way=way) is None}

    assert done == {A.ANNOUNCE, A.REPLACE, A.WITHDRAW}


@pytest.mark.parametrize(
    ("status", "may"),
    [
        (Availability.APPROVED, set(A)),
        (Availability.DEPRECATED, {A.MASK, A.SHOW}),
        (Availability.ARCHIVED, {A.MASK, A.SHOW, A.WITHDRAW}),
    ],
)
def test_an_old_version_is_acted_on_by_what_goes_for_all(
    status: Availability, may: set[RecordAct]
) -> None:
    facts = evolve(OWN, version=stored(availability=status))
    refused = {act: why(facts, act) for act in A}

    assert {act for act, one in refused.items() if one is None} == may
    assert set(refused.values()) <= {None, N.OUTDATED}


@pytest.mark.parametrize(
    ("act", "changes"),
    [
        (A.ANNOUNCE, {"visibility": frozenset()}),
        (A.MASK, {"masked": True}),
        (A.MASK, {"maskable": False}),
        (A.SHOW, {"masked": False}),
    ],
)
def test_what_is_so_already_is_not_done_again(
    act: RecordAct, changes: dict[str, Any]
) -> None:
    assert why(OWN, act, **changes) is N.NOTHING


@pytest.mark.parametrize("act", RecordAct)
def test_the_patient_asks_for_masks_and_for_nothing_else(act: RecordAct) -> None:
    needs = act in {A.MASK, A.SHOW}

    assert why(OWN, act, asked=False) is (N.NOT_ASKED if needs else None)

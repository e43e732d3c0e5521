"""Acts in an open record are asked again on what was kept: the tables of each act."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

from gateway.core.document import Availability, Visibility
from gateway.core.reading import ReadingWay
from gateway.core.texts.facts import FACT_TEXTS
from gateway.core.texts.rules import RULE_TEXTS
from gateway.evidence.acts import (
    ActArguments,
    FollowUpArguments,
    block_arguments,
    naming_arguments,
)
from gateway.evidence.arguments import Answered, TakenDecision, answered_part
from gateway.evidence.replaying import decide_again
from gateway.evidence.resetting import OtherSettings, under
from gateway.evidence.rule_answers import answers
from gateway.rights.administrator_rules import judge_administering, judge_naming
from gateway.rights.filing_facts import Ownership
from gateway.rights.follow_up_rules import FollowUpAct, FollowUpFacts, refuse_follow_up
from gateway.rights.reading_rules import Relation
from gateway.rights.record_act_rules import RecordAct, refuse_act
from tests.rights.facts import stored
from tests.rights.test_administrator_rules import ACTING, DOCTOR, NAMING, OTHER, PLACE
from tests.rights.test_record_act_rules import OWN

ADDRESS = "dr.durand@hopital.mssante.test"


def read_back(part: TakenDecision) -> TakenDecision:
    return TakenDecision.of_json(json.loads(part.text()))


def is_decided_again(part: TakenDecision, why: Any) -> dict[str, str]:
    """Ask the rules again on what was kept; return those that object, with why."""
    kept = read_back(part)

    assert decide_again([kept]) == (Answered(() if why is None else (why.value,)),)
    asked = answers(kept)
    for one in asked:
        assert one.facts, one.rule
        assert RULE_TEXTS[one.rule].source
        for path in one.facts:
            assert any(path.startswith(known) for known in FACT_TEXTS), path
    return {one.rule: one.reason for one in asked if one.reason}


ACTS: list[tuple[RecordAct, dict[str, Any], str, str]] = [
    *((act, {}, "", "") for act in RecordAct if act is not RecordAct.SHOW),
    (RecordAct.SHOW, {"masked": True}, "", ""),
    *(
        (
            act,
            {"version": stored(ownership=Ownership.OTHER), "masked": act == "show"},
            "act-theirs",
            "not theirs",
        )
        for act in RecordAct
    ),
    (RecordAct.MASK, {"way": ReadingWay.EMERGENCY}, "act-theirs", "not theirs"),
    (RecordAct.MASK, {"relation": Relation.ADMINISTRATOR}, "", ""),
    *(
        (
            act,
            {"version": stored(availability=Availability.DEPRECATED)},
            "act-current",
            "outdated",
        )
        for act in (RecordAct.ANNOUNCE, RecordAct.REPLACE, RecordAct.WITHDRAW)
    ),
    (RecordAct.ANNOUNCE, {"visibility": frozenset()}, "act-changes", "nothing"),
    (RecordAct.MASK, {"masked": True}, "act-changes", "nothing"),
    (RecordAct.SHOW, {}, "act-changes", "nothing"),
    (RecordAct.MASK, {"asked": False}, "act-asked", "not asked"),
    (RecordAct.SHOW, {"asked": False, "masked": True}, "act-asked", "not asked"),
]


@pytest.mark.parametrize(("act", "change", "rule", "reason"), ACTS)
def test_an_act_on_a_document_is_decided_the_same_on_what_was_kept(
    act: RecordAct, change: dict[str, Any], rule: str, reason: str
) -> None:
    facts = evolve(OWN, act=act, **change)
    why = refuse_act(facts)
    part = answered_part(ActArguments(done=facts), *((why.value,) if why else ()))

    assert part.outcome == reason
    objections = list(is_decided_again(part, why).items())
    assert objections[:1] == ([(rule, reason)] if rule else [])


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("way", ReadingWay)
@pytest.mark.parametrize("act", FollowUpAct)
def test_a_follow_up_is_decided_the_same_on_what_was_kept(
    act: FollowUpAct,
    way: ReadingWay,
    is_open: bool,  # noqa: FBT001
) -> None:
    facts = FollowUpFacts(act=act, way=way, is_open=is_open)
    why = refuse_follow_up(facts)
    part = answered_part(
        FollowUpArguments(follow_up=facts), *((why.value,) if why else ())
    )

    found = is_decided_again(part, why)

    assert next(iter(found.values()), None) == why


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"administrators": frozenset({OTHER})},
        {"blocked": frozenset({DOCTOR, "8"})},
        {"blocks": PLACE},
        {"blocks": ADDRESS, "names": frozenset({DOCTOR, ADDRESS})},
        {"blocks": ADDRESS},
        {"blocked": frozenset({"8", "9"})},
        {"blocked": frozenset({"8", OTHER})},
        {"asked": False},
    ],
)
def test_a_block_is_decided_the_same_on_what_was_kept(change: dict[str, Any]) -> None:
    facts = evolve(ACTING, **change)
    why = judge_administering(facts)
    part = answered_part(block_arguments(facts), *((why.value,) if why else ()))

    assert is_decided_again(part, why) == ({"block": why.value} if why else {})


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"identity": PLACE},
        {"identity": ADDRESS},
        {"identity": ADDRESS, "blocked": frozenset({ADDRESS})},
        {"blocked": frozenset({DOCTOR})},
        {"administrators": frozenset({OTHER, "8"})},
        {"administrators": frozenset({OTHER, DOCTOR})},
    ],
)
def test_who_is_named_is_decided_the_same_on_what_was_kept(
    change: dict[str, Any],
) -> None:
    facts = evolve(NAMING, **change)
    why = judge_naming(facts)
    part = answered_part(naming_arguments(facts), *((why.value,) if why else ()))

    assert is_decided_again(part, why) == ({"naming": why.value} if why else {})


def test_of_others_than_who_is_asked_about_only_their_number_is_kept() -> None:
    facts = evolve(
        ACTING,
        blocked=frozenset({"1750000029", "other.one@hopital.mssante.test"}),
        administrators=frozenset({DOCTOR, "899700000033"}),
        blocks=ADDRESS,
        most=9,
    )

    text = answered_part(block_arguments(facts)).text().decode()

    for kept_from in ("1750000029", "other.one", "899700000033", "dr.durand"):
        assert kept_from not in text
    assert DOCTOR in text
    naming = evolve(NAMING, administrators=frozenset({"899700000033"}))
    assert "899700000033" not in answered_part(naming_arguments(naming)).text().decode()


def test_under_other_limits_a_block_and_a_name_are_decided_otherwise() -> None:
    full = evolve(ACTING, blocked=frozenset({"8", "9"}))
    block = read_back(answered_part(block_arguments(full), "enough"))
    named = evolve(NAMING, administrators=frozenset({OTHER, "8"}))
    naming = read_back(answered_part(naming_arguments(named), "enough"))
    act = read_back(answered_part(ActArguments(done=OWN)))

    more = OtherSettings(most_blocked=3, most_named=3)

    assert decide_again([block, naming]) == (Answered(("enough",)),) * 2
    assert (
        decide_again([under(one, more) for one in (block, naming)]) == (Answered(),) * 2
    )
    assert under(block, OtherSettings()) == block
    assert under(act, more) == act


def test_a_rule_that_changed_since_decides_other_on_what_was_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts = evolve(OWN, act=RecordAct.ANNOUNCE)
    part = read_back(answered_part(ActArguments(done=facts)))
    assert decide_again([part]) == (Answered(),)

    # A program to come in which nurses announce nothing, and would have to say so.
    monkeypatch.setattr(
        "gateway.evidence.replaying.refuse_act",
        lambda done: refuse_act(
            evolve(done, version=stored(ownership=Ownership.OTHER))
        ),
    )

    assert decide_again([part]) == (Answered(("not theirs",)),)
    assert part.arguments.done.visibility == frozenset({Visibility.HIDDEN_FROM_PATIENT})

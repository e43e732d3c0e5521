"""When a professional begins or ends a follow-up: the table."""

from __future__ import annotations

import pytest

from gateway.core.reading import ReadingWay
from gateway.rights.follow_up_rules import (
    FollowUpAct,
    FollowUpFacts,
    NoFollowUp,
    refuse_follow_up,
)

OPEN, CLOSE = FollowUpAct.OPEN, FollowUpAct.CLOSE
TEAM, ONCE = ReadingWay.TEAM, ReadingWay.CONSENT
URGENT, CALL = ReadingWay.EMERGENCY, ReadingWay.REGULATION


@pytest.mark.parametrize(
    ("act", "way", "is_open", "why"),
    [
        (OPEN, TEAM, False, None),
        (OPEN, ONCE, False, None),
        (OPEN, TEAM, True, NoFollowUp.NOTHING),
        (CLOSE, TEAM, True, None),
        (CLOSE, TEAM, False, NoFollowUp.NOTHING),
        (OPEN, URGENT, False, NoFollowUp.EMERGENCY),
        (CLOSE, URGENT, True, NoFollowUp.EMERGENCY),
        (CLOSE, URGENT, False, NoFollowUp.EMERGENCY),
        (OPEN, CALL, False, NoFollowUp.EMERGENCY),
    ],
)
def test_a_follow_up_begins_and_ends_once_and_never_in_an_emergency(
    act: FollowUpAct,
    way: ReadingWay,
    is_open: bool,  # noqa: FBT001
    why: NoFollowUp | None,
) -> None:
    facts = FollowUpFacts(act=act, way=way, is_open=is_open)

    assert refuse_follow_up(facts) is why

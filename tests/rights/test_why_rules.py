"""How much of a decision its patient is told."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core.texts.patients import Whereabouts
from gateway.rights.why_rules import Measure, TellingFacts, telling

SEEN, ABSENT, HIDDEN, GONE = (
    Whereabouts.SEEN,
    Whereabouts.ABSENT,
    Whereabouts.HIDDEN,
    Whereabouts.WITHDRAWN,
)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"place": SEEN}, Measure.ALL),
        ({"place": GONE}, Measure.ALL),
        ({"place": ABSENT}, Measure.ALL),
        ({"place": HIDDEN}, Measure.NOTHING),
        ({"place": HIDDEN, "message_is_seen": True}, Measure.NOTHING),
        ({"place": ABSENT, "asks_hidden": True}, Measure.NOTHING),
        (
            {"place": ABSENT, "asks_hidden": True, "message_is_seen": True},
            Measure.ALL,
        ),
        ({"place": SEEN, "asks_hidden": True}, Measure.ALL),
        ({"place": ABSENT, "sets_aside": True}, Measure.OUTCOME),
        (
            {"place": ABSENT, "sets_aside": True, "asks_hidden": True},
            Measure.NOTHING,
        ),
        ({"place": SEEN, "asks_secret": True}, Measure.ALL),
        (
            {"place": SEEN, "asks_secret": True, "is_holder": False},
            Measure.NOTHING,
        ),
        ({"place": SEEN, "is_holder": False}, Measure.LAW),
        ({"place": ABSENT, "is_holder": False}, Measure.LAW),
        ({"place": HIDDEN, "is_holder": False}, Measure.NOTHING),
        ({"place": ABSENT, "sets_aside": True, "is_holder": False}, Measure.OUTCOME),
    ],
)
def test_what_is_hidden_is_not_told_and_of_another_person_nothing(
    changes: dict[str, Any], told: Measure
) -> None:
    assert telling(TellingFacts(**changes)) is told

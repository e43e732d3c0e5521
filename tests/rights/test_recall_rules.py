"""Which message may be taken back, and by whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.core.envelope import Sender, SenderKind
from gateway.core.texts.recalls import RECALL_TEXTS
from gateway.rights.recall_rules import (
    Recall,
    RecallFacts,
    is_same_sender,
    judge_recall,
)

NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
FACTS = RecallFacts(
    found=True,
    same_sender=True,
    by_operator=False,
    taken_back=False,
    opened=False,
    received_at=NOW - timedelta(days=30),
    now=NOW,
    most_days=30,
)
LATE: dict[str, Any] = {"received_at": NOW - timedelta(days=30, seconds=1)}


@pytest.mark.parametrize(
    ("changes", "by_sender", "by_operator"),
    [
        ({}, Recall.TAKEN_BACK, Recall.TAKEN_BACK),
        ({"opened": True}, Recall.OPENED, Recall.TAKEN_BACK),
        (LATE, Recall.TOO_OLD, Recall.TAKEN_BACK),
        ({**LATE, "opened": True}, Recall.TOO_OLD, Recall.TAKEN_BACK),
        ({"taken_back": True}, Recall.ALREADY, Recall.ALREADY),
        ({"taken_back": True, "opened": True}, Recall.ALREADY, Recall.ALREADY),
        ({"found": False}, Recall.UNKNOWN, Recall.UNKNOWN),
        ({"found": False, "taken_back": True}, Recall.UNKNOWN, Recall.UNKNOWN),
    ],
)
def test_its_sender_may_until_it_is_opened_and_the_operator_always(
    changes: dict[str, Any], by_sender: Recall, by_operator: Recall
) -> None:
    facts = evolve(FACTS, **changes)
    operator = evolve(facts, same_sender=False, by_operator=True)

    assert judge_recall(facts) is by_sender
    assert judge_recall(operator) is by_operator


@pytest.mark.parametrize("taken_back", [True, False])
def test_nothing_is_told_of_a_message_of_another_sender(taken_back: bool) -> None:
    facts = evolve(FACTS, same_sender=False, taken_back=taken_back)

    assert judge_recall(facts) is Recall.UNKNOWN


def test_each_answer_has_its_words() -> None:
    assert set(RECALL_TEXTS) == {one.value for one in Recall}


@pytest.mark.parametrize(
    ("asks", "asks_from", "sent", "sent_from", "same"),
    [
        ("organisation", "a@x", "organisation", "b@x", True),
        ("person", "a@x", "person", "a@x", True),
        ("employee", "a@x", "employee", "a@x", True),
        ("person", "a@x", "organisation", "a@x", False),
        ("operator", "a@x", "operator", "A@X", True),
        ("operator", "a@x", "operator", "b@x", False),
        ("operator", "", "operator", "", False),
        ("patient", "a@x", "patient", "a@x", False),
        ("system", "", "system", "", False),
    ],
)
def test_who_asks_is_known_by_a_certificate(
    asks: str, asks_from: str, sent: str, sent_from: str, same: bool
) -> None:
    def by(kind: str, identity: str) -> Sender:
        return Sender(kind=SenderKind(kind), identity=identity)

    assert is_same_sender(by(asks, "1"), asks_from, by(sent, "1"), sent_from) is same
    assert not is_same_sender(by(asks, "1"), asks_from, by(sent, "2"), sent_from)
    assert not is_same_sender(by(asks, ""), asks_from, by(sent, ""), sent_from)

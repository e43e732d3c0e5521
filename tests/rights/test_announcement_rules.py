"""Which documents wait for an announcement."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from gateway.core.decision import Announcement
from gateway.core.document import Visibility
from gateway.rights.announcement_rules import decide_announcement, once_announced
from gateway.rights.filing_facts import FilingPolicy
from tests.rights.facts import FILED

HIDDEN, MASKED = Visibility.HIDDEN_FROM_PATIENT, Visibility.MASKED
POLICY = FilingPolicy(notice_after_days=10, shown_after_months=2)
BOTH = FilingPolicy(allow_masked_and_hidden=True)


@pytest.mark.parametrize("flag", [one for one in Visibility if one is not HIDDEN])
def test_what_the_patient_may_see_does_not_wait(flag: Visibility) -> None:
    assert decide_announcement({flag}, POLICY, masked=True) is None


def test_what_is_hidden_waits_for_the_time_of_the_settings() -> None:
    assert decide_announcement({HIDDEN}, POLICY, masked=False) == Announcement(
        notice_after_days=10, shown_after_months=2, mask_when_shown=False
    )


@pytest.mark.parametrize(
    ("policy", "masked", "waits"),
    [(POLICY, True, True), (POLICY, False, False), (BOTH, True, False)],
)
def test_the_mask_waits_too_where_it_may_not_apply_yet(
    policy: FilingPolicy, masked: bool, waits: bool
) -> None:
    announcement = decide_announcement({HIDDEN}, policy, masked=masked)

    assert announcement is not None
    assert announcement.mask_when_shown is waits


@pytest.mark.parametrize(
    ("waits", "then", "shown"),
    [(True, {MASKED}, {MASKED}), (True, set(), set()), (False, set(), {MASKED})],
)
def test_once_announced_a_document_is_as_its_delay_would_have_made_it(
    waits: bool, then: set[Visibility], shown: set[Visibility]
) -> None:
    document = evolve(
        FILED,
        flags=frozenset({HIDDEN, MASKED}),
        visible_at=FILED.filed_at + timedelta(days=30) if waits else None,
        flags_then=frozenset(then),
    )

    assert once_announced(document) == shown

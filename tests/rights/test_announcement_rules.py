"""Which documents wait for an announcement."""

from __future__ import annotations

import pytest

from gateway.core.decision import Announcement
from gateway.core.document import Visibility
from gateway.rights.announcement_rules import decide_announcement
from gateway.rights.filing_facts import FilingPolicy

HIDDEN = Visibility.HIDDEN_FROM_PATIENT
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

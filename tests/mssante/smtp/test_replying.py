"""What a door replies: one refusal that tells nothing, and "later"."""

from __future__ import annotations

from gateway.core.reasons import Reason
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.replying import reply_to_refusal


def test_all_refusals_for_good_sound_the_same() -> None:
    for_good = {
        reply_to_refusal(reason)
        for reason in Reason
        if reason is not Reason.PROFILE_SUSPENDED
    }

    assert for_good == {replies.REFUSED}
    assert reply_to_refusal(Reason.PROFILE_SUSPENDED) is replies.TRY_LATER

"""What a door replies: the promise, the refusal that tells nothing, and "later"."""

from __future__ import annotations

import pytest

from gateway.core.reasons import Reason
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.replying import reply_to, reply_to_refusal
from gateway.reception.keeping import Answer, Failed, Failure, Kept, Twin


@pytest.mark.parametrize("answer", [Kept("a1"), Twin("a1")])
def test_what_is_on_disk_is_acknowledged_under_its_id(answer: Answer) -> None:
    assert str(reply_to(answer)) == "250 2.0.0 Accepted as a1"


@pytest.mark.parametrize("failure", Failure)
def test_what_was_not_kept_may_come_again(failure: Failure) -> None:
    full = failure is Failure.STORAGE_FULL

    reply = reply_to(Failed(failure, "why"))

    assert reply is (replies.STORAGE_FULL if full else replies.TRY_LATER)
    assert str(reply).startswith("452 4.3.1" if full else "451 4.3.0")


def test_all_refusals_for_good_sound_the_same() -> None:
    for_good = {
        reply_to_refusal(reason)
        for reason in Reason
        if reason is not Reason.PROFILE_SUSPENDED
    }

    assert for_good == {replies.REFUSED}
    assert reply_to_refusal(Reason.PROFILE_SUSPENDED) is replies.TRY_LATER

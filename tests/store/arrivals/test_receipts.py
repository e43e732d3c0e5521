"""What was told to senders, as the database keeps it."""

from __future__ import annotations

import pytest

from gateway.errors import UnavailableError
from gateway.store.arrivals.receipts import Receipt, Receipts
from gateway.store.inbox.inbox import Inbox
from tests.mssante.post import Post, mail


def record(post: Post, arrival_id: str, *receipts: Receipt) -> None:
    with post.database.write() as work:
        for one in receipts:
            Receipts(work).record(arrival_id, one)


DELAYED = Receipt(kind="DSN", recipient=0, status="delayed")
FAILED = Receipt(kind="DSN", recipient=0, status="failed")
WITHHELD = Receipt(
    kind="MDN", recipient=1, status="withheld", state="withheld", detail="w" * 500
)


def test_receipts_are_told_in_their_order_with_their_time(post: Post) -> None:
    arrival_id = post.keep(mail(), post.patient())
    record(post, arrival_id, DELAYED)
    post.clock.advance(hours=1)

    record(post, arrival_id, FAILED, WITHHELD)

    found = post.receipts(arrival_id)
    assert [one.status for one in found] == ["delayed", "failed", "withheld"]
    assert found[1].at == post.clock.now
    assert (found[2].state, len(found[2].detail)) == ("withheld", 200)


def test_the_same_receipt_cannot_be_recorded_twice(post: Post) -> None:
    arrival_id = post.keep(mail(), post.patient())
    record(post, arrival_id, FAILED)

    with pytest.raises(UnavailableError):
        record(post, arrival_id, FAILED)

    assert len(post.receipts(arrival_id)) == 1


def test_a_receipt_is_seen_within_the_transaction_that_makes_it(post: Post) -> None:
    arrival_id = post.keep(mail(), post.patient())

    with post.database.write() as work:
        Receipts(work).record(arrival_id, FAILED)
        seen = Receipts(work).of(arrival_id)

    assert [one.status for one in seen] == ["failed"]


def test_reading_is_known_once_the_patient_opened_the_message(post: Post) -> None:
    arrival_id = post.send(mail(), post.patient())
    (conversation,) = post.conversations()

    def was_read() -> bool:
        found: bool = post.read(
            lambda work: Receipts(work).was_read(arrival_id, post.profile_id)
        )
        return found

    assert not was_read()
    with post.database.write() as work:
        Inbox(work).open(post.profile_id, conversation.id)
    assert was_read()


def test_the_state_of_a_profile_is_known_or_empty(post: Post) -> None:
    def state(profile_id: str) -> str:
        found: str = post.read(lambda work: Receipts(work).profile_state(profile_id))
        return found

    assert state(post.profile_id) == "ACTIVATED"
    assert state("0" * 32) == ""

"""A mailbox takes a message when it is there, open, and has room left."""

from __future__ import annotations

import pytest

from gateway.rights.mailbox_rules import (
    DeliveryFacts,
    DeliveryRefusal,
    MailboxFacts,
    MailboxRefusal,
    refuse_delivery,
    refuse_mailbox,
)


def facts(
    *, exists: bool = True, is_open: bool = True, used: int = 9, quota: int = 10
) -> MailboxFacts:
    return MailboxFacts(
        exists=exists, is_open=is_open, used_bytes=used, quota_bytes=quota
    )


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (facts(), None),
        (facts(exists=False), MailboxRefusal.UNKNOWN),
        (facts(is_open=False), MailboxRefusal.CLOSED),
        (facts(used=10), MailboxRefusal.FULL),
        (facts(used=11), MailboxRefusal.FULL),
        (facts(used=0, quota=0), MailboxRefusal.FULL),
        (facts(exists=False, is_open=False, used=10), MailboxRefusal.UNKNOWN),
        (facts(is_open=False, used=10), MailboxRefusal.CLOSED),
    ],
)
def test_a_mailbox_is_refused_by_the_first_that_objects(
    asked: MailboxFacts, refusal: MailboxRefusal | None
) -> None:
    assert refuse_mailbox(asked) is refusal


def test_the_words_of_the_journal_stay() -> None:
    assert [one.value for one in MailboxRefusal] == [
        "MAILBOX_UNKNOWN",
        "MAILBOX_CLOSED",
        "MAILBOX_FULL",
    ]


def test_of_a_mailbox_that_is_not_there_nothing_else_is_known() -> None:
    assert MailboxFacts(exists=False, quota_bytes=1) == facts(
        exists=False, is_open=False, used=0, quota=1
    )


@pytest.mark.parametrize(
    ("exists", "is_open", "refusal"),
    [
        (True, True, None),
        (True, False, DeliveryRefusal.CLOSED),
        (False, False, DeliveryRefusal.CLOSED),
    ],
)
def test_a_copy_gets_into_a_mailbox_that_is_still_open(
    exists: bool, is_open: bool, refusal: DeliveryRefusal | None
) -> None:
    facts = DeliveryFacts(exists=exists, is_open=is_open)

    assert refuse_delivery(facts) is refusal

"""What a door replies: the promise, the refusal that tells nothing, and "later"."""

from __future__ import annotations

import pytest

from gateway.core.envelope import Door
from gateway.core.reasons import Reason
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.replying import (
    PATIENT_BY_MAIL,
    reply_to,
    reply_to_refusal,
    reply_to_sender,
)
from gateway.reception.keeping import Answer, Failed, Failure, Kept, Twin
from gateway.rights.mailbox_rules import MailboxRefusal
from gateway.rights.relay_rules import RelayRefusal
from gateway.rights.sender_rules import SenderRefusal


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


TO_USERS = [
    (
        MailboxRefusal.UNKNOWN,
        "550 5.1.1 No mailbox of this name here, check the address",
    ),
    (MailboxRefusal.CLOSED, "550 5.2.1 This mailbox is closed"),
    (
        RelayRefusal.REFUSED,
        "550 5.7.1 This domain is not in the space of trust of MSSante",
    ),
    (
        PATIENT_BY_MAIL,
        "550 5.7.1 Patients write from their pages, nobody sends as one by mail",
    ),
    (
        SenderRefusal.CLIENT_WITHOUT_MAILBOX,
        "550 5.7.1 You hold no mailbox here",
    ),
    (
        SenderRefusal.REVERSE_PATH_NOT_HELD,
        "550 5.7.1 MAIL FROM is not a mailbox that you hold",
    ),
    (SenderRefusal.REVERSE_PATH_MALFORMED, "553 5.1.7 Malformed sender address"),
    (SenderRefusal.FROM_MISSING, "550 5.7.1 From has to be one address"),
    (SenderRefusal.FROM_SEVERAL, "550 5.7.1 From has to be one address"),
    (SenderRefusal.FROM_DIFFERS, "550 5.7.1 From is not the address of MAIL FROM"),
    (
        SenderRefusal.FROM_NOT_HELD,
        "550 5.7.1 From is not a mailbox that you hold",
    ),
    (SenderRefusal.SENDER_SEVERAL, "550 5.7.1 Sender holds several addresses"),
    (
        SenderRefusal.SENDER_DIFFERS,
        "550 5.7.1 Sender is not the mailbox that this message is sent from",
    ),
    (
        SenderRefusal.REPLY_TO_OUTSIDE,
        "550 5.7.1 Reply-To is not in the space of trust of MSSante",
    ),
]


@pytest.mark.parametrize(("code", "said"), TO_USERS)
def test_a_user_of_ours_reads_what_to_correct(code: str, said: str) -> None:
    assert str(reply_to_sender(Door.SUBMISSION, code)) == said
    assert reply_to_sender(Door.OPERATOR, code) is replies.REFUSED


def test_nothing_else_is_a_users_to_correct() -> None:
    """These are of the other door, which binds domains and no mailboxes."""
    told = {code for code, _ in TO_USERS}

    assert set(SenderRefusal) - told == {
        SenderRefusal.OPERATOR_NOT_LISTED,
        SenderRefusal.REVERSE_PATH_NOT_LISTED,
        SenderRefusal.FROM_NOT_LISTED,
        SenderRefusal.SENDER_NOT_LISTED,
    }
    assert reply_to_sender(Door.SUBMISSION, "") is replies.REFUSED


def test_what_breaks_its_format_is_named() -> None:
    assert str(replies.malformed("From: malformed mailbox")) == (
        "554 5.6.0 Message refused, From: malformed mailbox"
    )

"""The end of DATA: what a content is refused for, what is kept of the envelope."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from gateway import metrics
from gateway.clock import utc_now
from gateway.core.envelope import Door, Recipient, RecipientKind, Sender, SenderKind
from gateway.evidence.arguments import answered_part
from gateway.message.address import MailAddress, read_address
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.admission import Admission
from gateway.mssante.smtp.admitted import AdmittedSender, DoorRefusal
from gateway.mssante.smtp.reception import Incoming, SmtpReception
from gateway.mssante.smtp.replies import Reply
from gateway.rights.mailbox_rules import MailboxFacts
from gateway.rights.sender_rules import Link, LinkKind, SenderRefusal
from gateway.store.arrivals.arrivals import Arrivals, KeptArrival
from gateway.store.base.work import Database
from gateway.store.evidence.quota import HourlyQuota
from gateway.store.journal import Action, Entry
from gateway.store.tables import arrivals
from gateway.trust.space import TrustSpace
from tests.builders_settings import make_settings
from tests.evidence.lines import without_evidence
from tests.mssante.smtp.doors import DOCTOR, PEER, split_trace
from tests.reception.conftest import running_reception

SECONDS = 20
HOPS = 3
MAILBOX = Recipient(kind=RecipientKind.MAILBOX, address=DOCTOR, target_id="d" * 32)
OPERATOR = AdmittedSender(
    door=Door.OPERATOR,
    sender=Sender(kind=SenderKind.OPERATOR, identity="300000000000022"),
    link=Link(
        door=LinkKind.RELAY,
        domains=frozenset({"peer.mssante.test"}),
        trusted=frozenset({"peer.mssante.test"}),
    ),
    reverse_path=read_address(PEER),
)
USER = AdmittedSender(
    door=Door.SUBMISSION,
    sender=Sender(kind=SenderKind.PERSON, identity="899700000017"),
    link=Link(door=LinkKind.SUBMISSION, mailboxes=frozenset({DOCTOR})),
    reverse_path=read_address(DOCTOR),
)
HEAD = f"From: {PEER}\r\nMessage-ID: <one@peer.mssante.test>\r\n".encode()
MESSAGE = HEAD + b"\r\nBonjour\r\n"


@pytest.fixture
def smtp(
    database: Database, tmp_path: Path, pki_folder: Path
) -> Iterator[SmtpReception]:
    settings = make_settings(
        tmp_path,
        domains={"hostname": "smtp.hopital.mssante.test"},
        smtp={"max_hops": HOPS},
    )
    trust = TrustSpace(make_settings(pki_folder).trust, utc_now)
    with running_reception(database) as kept:
        admission = Admission(
            database=database,
            trust=trust,
            domains=settings.domains,
            filing=settings.filing,
            mailbox_quota_bytes=1,
        )
        yield SmtpReception(kept, admission, settings.smtp)


def receive(smtp: SmtpReception, content: bytes = MESSAGE, **changes: Any) -> Reply:
    incoming = Incoming(
        **{
            "admitted": OPERATOR,
            "recipients": (MAILBOX,),
            "content": content,
            "client": "client.test",
            "address": "192.0.2.1",
            **changes,
        }
    )
    loop = smtp.reception.worker.loop
    return asyncio.run_coroutine_threadsafe(smtp.receive(incoming), loop).result(
        SECONDS
    )


def all_kept(smtp: SmtpReception) -> list[tuple[KeptArrival, bytes]]:
    with smtp.reception.database.read() as work:
        ids = list(work.connection.execute(arrivals.select()).scalars())
        found = [Arrivals(work).get(one) for one in ids]
        return [(one, Arrivals(work).content(one)) for one in found if one is not None]


def last_line(smtp: SmtpReception) -> Entry:
    smtp.reception.writer.submit(lambda _: None).result(SECONDS)
    with smtp.reception.database.read() as work:
        return list(work.journal.lines("operator"))[-1]


def refused_connections(smtp: SmtpReception) -> int:
    last_line(smtp)
    with smtp.reception.database.read() as work:
        lines = list(work.journal.lines("operator"))
    return len([one for one in lines if one.action == Action.CONNECTION_REFUSED])


def counted() -> float:
    return float(metrics.ACCEPTED._value.get())


def test_a_message_is_kept_with_its_envelope_and_counted(smtp: SmtpReception) -> None:
    before = counted()

    reply = receive(smtp, ret="HDRS", envid="e1")

    ((kept, stored),) = all_kept(smtp)
    assert reply == replies.accepted(kept.id)
    assert (kept.door, kept.sender) == (Door.OPERATOR, OPERATOR.sender)
    assert (kept.reverse_path, kept.message_id) == (PEER, "one@peer.mssante.test")
    assert (kept.ret, kept.envid) == ("HDRS", "e1")
    assert kept.recipients[0].recipient == MAILBOX
    trace, content = split_trace(stored)
    assert content == MESSAGE
    assert trace.startswith(
        b"Return-Path: <dr.voisin@peer.mssante.test>\r\nReceived: from client.test "
    )
    assert kept.id.encode() in trace
    assert b"192.0.2.1" in trace
    assert b"by smtp.hopital.mssante.test" in trace
    assert b"ESMTPS" in trace
    assert counted() == before + 1


@pytest.mark.parametrize(
    ("kinds", "path", "line"),
    [
        ([RecipientKind.MAILBOX], None, b"Return-Path: <>\r\n"),
        (
            [RecipientKind.PATIENT, RecipientKind.MAILBOX],
            OPERATOR.reverse_path,
            b"Return-Path: <dr.voisin@peer.mssante.test>\r\n",
        ),
        ([RecipientKind.PATIENT, RecipientKind.REMOTE], OPERATOR.reverse_path, b""),
    ],
)
def test_the_return_path_is_added_where_a_message_ends_in_a_mailbox(
    smtp: SmtpReception,
    kinds: list[RecipientKind],
    path: MailAddress | None,
    line: bytes,
) -> None:
    recipients = tuple(
        evolve(MAILBOX, kind=kind, address=f"{kind.value}@x.test") for kind in kinds
    )

    receive(smtp, admitted=evolve(OPERATOR, reverse_path=path), recipients=recipients)

    ((_, stored),) = all_kept(smtp)
    trace, content = split_trace(stored)
    assert trace.startswith(line + b"Received: from client.test ")
    assert content == MESSAGE


def test_where_a_user_was_is_kept_nowhere(smtp: SmtpReception) -> None:
    content = MESSAGE.replace(PEER.encode(), DOCTOR.encode())

    assert receive(smtp, content, admitted=USER).code == 250

    ((_, stored),) = all_kept(smtp)
    assert b"client.test" in stored
    assert b"192.0.2.1" not in stored


def test_what_was_sent_again_is_acknowledged_as_the_first_was(
    smtp: SmtpReception,
) -> None:
    before = counted()

    assert receive(smtp) == receive(smtp)

    assert len(all_kept(smtp)) == 1
    assert counted() == before + 2


REFUSED = [
    (HEAD + b"Received: x\r\n" * (HOPS + 1) + b"\r\nx", "MAIL_LOOP", replies.MAIL_LOOP),
    (b"From: a@elsewhere.test\r\n\r\nx", "FROM_NOT_LISTED", replies.REFUSED),
    (b"Subject: x\r\n\r\nx", "FROM_MISSING", replies.REFUSED),
    (
        b"From: a@b@c\r\n\r\nx",
        "MALFORMED",
        replies.malformed("From: malformed mail address"),
    ),
    (
        HEAD + b"Reply-To: <a\r\n\r\nx",
        "MALFORMED",
        replies.malformed("Reply-To: malformed mailbox"),
    ),
    (
        HEAD + b"Subject : x\r\n\r\nx",
        "MALFORMED",
        replies.malformed("blank before the colon of Subject"),
    ),
    (
        b"Dominique Martin\r\n\r\nx",
        "MALFORMED",
        replies.malformed("line 1 of a header is no field"),
    ),
]


@pytest.mark.parametrize(("content", "code", "reply"), REFUSED)
def test_what_the_content_is_refused_for_is_in_the_journal_and_nothing_is_kept(
    smtp: SmtpReception, content: bytes, code: str, reply: Reply
) -> None:
    before = counted()

    assert receive(smtp, content) == reply

    assert all_kept(smtp) == []
    line = last_line(smtp)
    assert (line.action, line.outcome) == ("message:refuse", code)
    rest = without_evidence(line.detail) if "evidence" in line.detail else line.detail
    assert rest == {"door": "smtp", "identity": "300000000000022"}
    assert ("evidence" in line.detail) == (code in set(SenderRefusal))
    assert counted() == before


def test_of_more_refusals_than_the_limit_says_only_the_lines_are_kept(
    smtp: SmtpReception,
) -> None:
    smtp.kept_refusals = HourlyQuota(2, 0)
    facts = MailboxFacts(exists=False, quota_bytes=1)
    part = answered_part(facts, "MAILBOX_UNKNOWN")
    refused = DoorRefusal(sender=OPERATOR.sender, part=part)

    def lines(count: int) -> list[int | None]:
        """Return what each line says: None without evidence, else how many before."""
        seen = []
        for _ in range(count):
            smtp.refused(OPERATOR, "MAILBOX_UNKNOWN", refused)
            detail = last_line(smtp).detail
            before = detail.get("not_kept_before", 0)
            seen.append(before if "evidence" in detail else None)
        return seen

    assert lines(4) == [0, 0, None, None]
    smtp.kept_refusals = evolve(smtp.kept_refusals)
    smtp.kept_refusals._not_kept = 2  # as after the hour

    assert lines(2) == [2, 0]


def test_a_flood_of_one_address_leaves_as_many_lines_as_the_limit_says(
    smtp: SmtpReception,
) -> None:
    smtp.kept_refusals = HourlyQuota(9, 2)
    smtp.refused(OPERATOR, "MALFORMED")  # that there is a line

    def refuse(peer: str) -> int:
        """Note a refused connection; return how many lines there are then."""
        smtp.note(Action.CONNECTION_REFUSED, "CERT_REVOKED", Door.OPERATOR, peer=peer)
        return refused_connections(smtp)

    assert [refuse("198.51.100.7") for _ in range(4)] == [1, 2, 2, 2]
    assert refuse("198.51.100.8") == 3
    part = answered_part(MailboxFacts(exists=False, quota_bytes=1), "MAILBOX_UNKNOWN")
    smtp.refused(
        OPERATOR,
        "MAILBOX_UNKNOWN",
        DoorRefusal(sender=OPERATOR.sender, part=part),
    )
    assert last_line(smtp).detail["not_noted_before"] == 2


def test_as_many_hops_as_the_setting_says_may_be(smtp: SmtpReception) -> None:
    content = HEAD + b"Received: x\r\n" * HOPS + b"\r\nx"

    assert receive(smtp, content).code == 250


@pytest.mark.parametrize(
    ("most", "code"), [(5, 552), (len(MESSAGE) - 1, 250), (len(MESSAGE), 250)]
)
def test_only_what_is_too_large_once_decoded_is_refused_for_that(
    smtp: SmtpReception, most: int, code: int
) -> None:
    smtp.settings = evolve(smtp.settings, max_decoded_bytes=most)

    assert receive(smtp).code == code

    if code == 552:
        assert last_line(smtp).outcome == "TOO_LARGE"
    assert len(all_kept(smtp)) == (code == 250)


def test_what_fails_is_for_later_and_then_nothing_more_is_accepted(
    smtp: SmtpReception,
) -> None:
    before = counted()
    smtp.reception.writer.failure = "the disk failed"

    assert receive(smtp) is replies.TRY_LATER

    assert not smtp.is_ready
    assert counted() == before
    smtp.reception.writer.failure = ""
    assert smtp.is_ready

"""Who is let in to the mailboxes, and who is not, can be explained long after."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from gateway.evidence.replaying import decide_again
from gateway.metrics import OPENINGS_NOT_KEPT, REFUSALS_NOT_KEPT
from gateway.mssante.imap.noting import DoorNotes
from gateway.store.evidence.keeping import EvidenceReader, KeptDecisions
from gateway.store.evidence.quota import HourlyQuota
from gateway.store.journal import Entry
from tests.evidence.lines import without_evidence
from tests.mssante.imap.server import (
    ADDRESS,
    DOCTOR,
    OTHER,
    Mailroom,
    off_the_loop,
)


def lines(mailroom: Mailroom, action: str) -> list[Entry]:
    mailroom.writer.submit(lambda _: None).result(20)  # what came before is committed
    with mailroom.database.read() as work:
        return [one for one in work.journal.lines() if one.action == action]


def kept(mailroom: Mailroom, line: Entry) -> KeptDecisions:
    with mailroom.database.read() as work:
        found = EvidenceReader(work).find(line.detail["decision"])
    assert found is not None
    assert found.digests == (line.detail["evidence"],)
    return found


def notes(mailroom: Mailroom) -> DoorNotes:
    store: Any = mailroom.service.store
    given: DoorNotes = store.notes
    return given


def asked(address: str) -> str:
    return f"AUTHENTICATE EXTERNAL {base64.b64encode(address.encode()).decode()}"


@off_the_loop
def test_a_certificate_that_is_refused_is_noted_with_what_that_rests_on(
    mailroom: Mailroom,
) -> None:
    mailroom.revoke("doctor")
    mailroom.wire(sign_in=False, greeting=b"* BYE [ALERT] ").close()

    (line,) = lines(mailroom, "connection:refuse")

    assert line.outcome == "CERT_REVOKED"
    assert without_evidence(line.detail) == {"door": "imap", "identity": ""}
    found = kept(mailroom, line)
    (part,) = found.parts
    assert (part.arguments.revocation.value, part.arguments.is_readable) == (
        "revoked",
        True,
    )
    assert found.circumstances.certificate
    assert decide_again([part]) == (part.decided,)


@pytest.mark.parametrize(
    ("name", "wanted", "code"),
    [("doctor", OTHER, "NOT_HELD"), ("peer", "", "NO_HOLDER")],
)
@off_the_loop
def test_a_mailbox_that_does_not_open_is_noted_without_its_name(
    mailroom: Mailroom, name: str, wanted: str, code: str
) -> None:
    with mailroom.wire(name, sign_in=False) as wire:
        for _ in range(2):
            assert wire.ask(asked(wanted) if wanted else "AUTHENTICATE EXTERNAL =")[
                -1
            ].startswith(b"t NO [AUTHORIZATIONFAILED]")

    (line,) = lines(mailroom, "session:refuse")  # once a connection

    assert line.outcome == code
    (part,) = kept(mailroom, line).parts
    assert OTHER.encode().partition(b"@")[0] not in part.text()
    assert decide_again([part]) == (part.decided,)


@off_the_loop
def test_a_mailbox_that_opens_is_noted_with_why_and_past_the_limit_alone(
    mailroom: Mailroom,
) -> None:
    notes(mailroom).openings.most = 1  # its own count, as the door made it
    refused, opened = REFUSALS_NOT_KEPT._value.get(), OPENINGS_NOT_KEPT._value.get()
    for _ in range(2):
        mailroom.wire().close()

    first, second = lines(mailroom, "mailbox:open")

    assert (first.subject, first.detail["identity"]) == (
        mailroom.boxes[ADDRESS],
        DOCTOR,
    )
    (part,) = kept(mailroom, first).parts
    assert part.decided.reasons == ()
    assert decide_again([part]) == (part.decided,)
    assert "decision" not in second.detail
    assert second.detail.keys() == {"identity", "certificate"}
    assert OPENINGS_NOT_KEPT._value.get() == opened + 1
    assert REFUSALS_NOT_KEPT._value.get() == refused
    assert notes(mailroom).openings.not_said() == {"openings_not_kept_before": 1}


@off_the_loop
def test_a_flood_of_one_address_leaves_as_many_lines_as_the_limit_says(
    mailroom: Mailroom,
) -> None:
    notes(mailroom).refusals = HourlyQuota(9, 2)
    mailroom.revoke("doctor")

    for _ in range(4):
        mailroom.wire(sign_in=False, greeting=b"* BYE [ALERT] ").close()

    assert len(lines(mailroom, "connection:refuse")) == 2
    assert notes(mailroom).refusals.not_said() == {"not_noted_before": 2}

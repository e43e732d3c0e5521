"""Who may send and to whom, at the live doors: attacks S12 to S18, S24."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvloop
from attrs import evolve
from cryptography import x509
from sqlalchemy import update

from gateway.clock import utc_now
from gateway.core.ins import Ins
from gateway.pki.folder import write_crls
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import journal, mailboxes
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.mssante.smtp.doors import (
    DOCTOR,
    MESSAGE,
    PATIENT,
    PEER,
    SERVICE,
    Node,
    running_node,
    stuffed,
)
from tests.pki import throwaway_pki

Lists = tuple[x509.CertificateRevocationList, ...]
OTHERS = {
    "OPPOSED": matricule(1),
    "CLOSED": matricule(2),
    "SUSPENDED": matricule(3),
    "DELETION_REQUESTED": matricule(4),
    "ANNOUNCED": matricule(5),
    "OPEN_NOT_ACTIVATED": "222127505611201",  # one of the ANS's, with a wrong key
}


@pytest.fixture
def node(tmp_path: Path, pki_folder: Path) -> Iterator[Node]:
    certs = shutil.copytree(pki_folder, tmp_path / "certs")
    with running_node(tmp_path, certs) as running:
        for state, number in OTHERS.items():
            open_profile(running.database, ins=Ins.of(number, TEST_RANGE), state=state)
        with running.database.write() as work:
            closed = Mailboxes(work).add(
                "parti@hopital.mssante.test", kind="PER", holders=[]
            )
            Mailboxes(work).set_state(closed, "closed")
        yield running


def rcpt(node: Node, address: str) -> str:
    client = node.session("smtp", "peer")
    client.ask(f"MAIL FROM:<{PEER}>", "250")
    client.send(f"RCPT TO:<{address}>\r\n".encode())
    reply = client.reply()
    client.ask("QUIT", "221")
    return reply


REFUSED = [
    ("279035121518988@patient.mssante.test", "INS_MALFORMED"),
    ("279035121518@patient.mssante.test", "INS_MALFORMED"),
    ("dr.martin@patient.mssante.test", "INS_MALFORMED"),
    (f"{matricule(6)}@patient.mssante.test", "PROFILE_ABSENT"),
    (f"{OTHERS['ANNOUNCED']}@patient.mssante.test", "PROFILE_ABSENT"),
    (f"{OTHERS['OPPOSED']}@patient.mssante.test", "PROFILE_OPPOSED"),
    (f"{OTHERS['CLOSED']}@patient.mssante.test", "PROFILE_CLOSED"),
    (f"{OTHERS['DELETION_REQUESTED']}@patient.mssante.test", "PROFILE_CLOSED"),
    ("nobody@hopital.mssante.test", "MAILBOX_UNKNOWN"),
    ("parti@hopital.mssante.test", "MAILBOX_CLOSED"),
    ("someone@elsewhere.test", "RELAY_REFUSED"),
]


@pytest.mark.parametrize(("address", "code"), REFUSED)
def test_every_refused_recipient_gets_one_and_the_same_reply(
    node: Node, address: str, code: str
) -> None:
    assert rcpt(node, address) == "550 5.7.1 Refused by policy"

    line = node.journal()[-1]
    assert (line.action, line.outcome) == ("recipient:refuse", code)
    with node.database.read() as work:
        everything = repr(work.connection.execute(journal.select()).all())
    assert address.partition("@")[0] not in everything


def test_a_blocked_sender_gets_the_same_reply(node: Node) -> None:
    with node.database.write() as work:
        found = Profiles(work).find("279035121518989")
        assert found is not None
        Decisions(work).block(found.id, PEER)

    assert rcpt(node, PATIENT) == "550 5.7.1 Refused by policy"
    assert node.journal()[-1].outcome == "SENDER_BLOCKED"


def test_a_suspended_profile_is_for_later(node: Node) -> None:
    assert rcpt(node, f"{OTHERS['SUSPENDED']}@patient.mssante.test").startswith("451")


def test_a_profile_not_activated_yet_may_be_written_to(node: Node) -> None:
    address = f"{OTHERS['OPEN_NOT_ACTIVATED']}@patient.mssante.test"

    assert rcpt(node, address).startswith("250")


def test_a_full_mailbox_is_for_later(node: Node) -> None:
    with node.database.write() as work:
        work.connection.execute(update(mailboxes).values(used_bytes=10_000_000))

    assert rcpt(node, DOCTOR).startswith("452 4.2.2")


def test_a_certificate_revoked_meanwhile_is_refused_at_the_next_message(
    node: Node,
) -> None:
    client = node.session("smtp", "peer")
    assert client.deliver(PEER, DOCTOR, MESSAGE).startswith("250")

    serial = throwaway_pki().certificates["peer"].certificate.serial_number
    lists = throwaway_pki().revocation_lists(also=[serial])
    write_crls(lists, node.certs / "crl.pem")

    client.ask(f"MAIL FROM:<{PEER}>", "554 5.7.1")
    assert node.journal()[-1].outcome == "CERT_REVOKED"


def lists_of(*, start: datetime, days: float) -> Lists:
    return evolve(throwaway_pki(), made_at=start).revocation_lists(days=days)


def end_lists(node: Node, *, of: str = "") -> None:
    """Have our revocation lists end, or that of one authority alone."""
    start = throwaway_pki().made_at + timedelta(seconds=1)
    ended = lists_of(start=start, days=1 / 86400)
    while utc_now() <= start + timedelta(seconds=2):
        time.sleep(0.05)
    current = lists_of(start=start, days=1)
    name = throwaway_pki().authorities[of].certificate.subject if of else None
    mixed = [
        old if name in {None, old.issuer} else new
        for old, new in zip(ended, current, strict=True)
    ]
    write_crls(mixed, node.certs / "crl.pem")


def renew_lists(node: Node) -> None:
    start = throwaway_pki().made_at + timedelta(seconds=2)
    write_crls(lists_of(start=start, days=1), node.certs / "crl.pem")


LATER = "451 4.3.5 Our lists are not current"


@pytest.mark.parametrize(
    ("door", "name", "path"),
    [("smtp", "peer", PEER), ("submission", "hospital", SERVICE)],
)
@pytest.mark.parametrize("of", ["", "organisations"])
def test_lists_of_ours_that_ended_defer_mail_until_they_are_current_again(
    node: Node, door: str, name: str, path: str, of: str
) -> None:
    """A peer that heard 554 would return all its mail for good."""
    content = MESSAGE.replace(PEER.encode(), path.encode())
    client = node.session(door, name)
    assert client.deliver(path, DOCTOR, content).startswith("250")

    end_lists(node, of=of)

    client.ask(f"MAIL FROM:<{path}>", LATER)
    assert node.session(door, name).greeting.startswith(LATER)
    assert node.journal()[-1].outcome == "CRL_EXPIRED"
    renew_lists(node)
    again = content.replace(b"<one@", b"<two@")
    assert client.deliver(path, DOCTOR, again).startswith("250")
    assert node.session(door, name).greeting.startswith("250")
    assert len(node.kept()) == 2


def test_the_list_of_one_authority_that_ended_is_nothing_to_those_of_another(
    node: Node,
) -> None:
    end_lists(node, of="persons")

    client = node.session("smtp", "peer")

    assert client.deliver(PEER, DOCTOR, MESSAGE).startswith("250")
    assert node.session("submission", "doctor").greeting.startswith(LATER)


def test_what_is_known_of_a_peer_is_said_for_good_whatever_our_lists(
    node: Node,
) -> None:
    end_lists(node)

    assert node.session("smtp", "bad/revoked").greeting.startswith("554 5.7.1")


@pytest.mark.parametrize(
    "name", ["bad/expired", "bad/not-yet-valid", "bad/wrong-usage", "bad/unknown-ca"]
)
def test_a_chain_that_does_not_hold_ends_in_the_handshake(
    node: Node, name: str
) -> None:
    with pytest.raises((OSError, EOFError, AssertionError)):
        node.session("smtp", name)

    assert node.session("smtp", "peer").greeting.startswith("250")


def test_a_revoked_certificate_hears_an_explicit_refusal(node: Node) -> None:
    client = node.session("smtp", "bad/revoked")

    assert client.greeting.startswith("554 5.7.1")
    assert node.journal()[-1].outcome == "CERT_REVOKED"


def test_a_refused_body_is_in_the_journal_by_its_code(node: Node) -> None:
    client = node.session("smtp", "peer")
    client.envelope(PEER, DOCTOR)
    client.send(b"From: x@y.test\r\n\r\nbare\nline feed\r\n.\r\n")
    client.expect("554 5.6.0")

    line = node.journal()[-1]
    assert (line.action, line.outcome) == ("message:refuse", "BARE_LF")


def test_a_repeated_message_is_acknowledged_and_kept_once(node: Node) -> None:
    first = node.session("smtp", "peer").deliver(PEER, PATIENT, MESSAGE)

    again = node.session("smtp", "peer").deliver(PEER, PATIENT, MESSAGE)

    assert again == first
    assert len(node.kept()) == 1
    assert node.journal()[-1].action == "message:repeat"


def test_a_large_repeated_message_leaves_one_file(node: Node) -> None:
    large = MESSAGE + (b"x" * 78 + b"\r\n") * 2000
    for _ in range(2):
        node.session("smtp", "peer").deliver(PEER, PATIENT, large)

    files = node.database.folder.folder.glob("*/*")
    assert sum(one.stat().st_size > 0 for one in files) == 1  # not those made ahead


def test_a_repeat_to_one_more_recipient_is_kept_for_that_one(node: Node) -> None:
    node.session("smtp", "peer").deliver(PEER, PATIENT, MESSAGE)
    client = node.session("smtp", "peer")
    client.envelope(PEER, PATIENT, DOCTOR)
    client.send(stuffed(MESSAGE) + b".\r\n")
    client.expect("250")

    kept = node.kept()
    assert [len(arrival.recipients) for arrival, _ in kept] == [1, 1]
    assert kept[1][0].recipients[0].recipient.address == DOCTOR


def test_what_dsn_asked_is_kept_with_the_recipient(node: Node) -> None:
    client = node.session("smtp", "peer")
    client.ask(f"MAIL FROM:<{PEER}> RET=HDRS ENVID=a+3Db", "250")
    client.ask(f"RCPT TO:<{PATIENT}> NOTIFY=Success,Delay ORCPT=rfc822;x@y.test", "250")
    client.ask("DATA", "354")
    client.send(b"From: dr.voisin@peer.mssante.test\r\n\r\nx\r\n.\r\n")
    client.expect("250")

    ((arrival, content),) = node.kept()
    recipient = arrival.recipients[0].recipient
    assert (arrival.ret, arrival.envid) == ("HDRS", "a+3Db")
    assert (recipient.notify, recipient.orcpt) == ("SUCCESS,DELAY", "rfc822;x@y.test")
    assert content == b"From: dr.voisin@peer.mssante.test\r\n\r\nx\r\n"


def test_a_recipient_named_twice_is_one(node: Node) -> None:
    client = node.session("smtp", "peer")
    client.envelope(PEER, DOCTOR, DOCTOR.upper().replace("@HOPITAL", "@hopital"))
    client.send(b"From: dr.voisin@peer.mssante.test\r\n\r\nx\r\n.\r\n")
    client.expect("250")

    assert len(node.kept()[0][0].recipients) == 1


def test_a_structure_opposed_to_may_still_file_when_a_setting_says_so(
    node: Node,
) -> None:
    admission: Any = node.reception.admission
    for door in node.doors.values():
        door._intake.admission = evolve(
            admission, filing=evolve(admission.filing, blocked_may_file=True)
        )
    with node.database.write() as work:
        found = Profiles(work).find("279035121518989")
        assert found is not None
        Decisions(work).block(found.id, PEER)

    assert rcpt(node, PATIENT).startswith("250")


@pytest.mark.parametrize("door", ["submission", "submissions"])
def test_a_user_submits_on_uvloop_as_on_asyncio(
    door: str, tmp_path: Path, pki_folder: Path
) -> None:
    message = MESSAGE.replace(PEER.encode(), SERVICE.encode())
    with running_node(tmp_path, pki_folder, uvloop.new_event_loop) as node:
        for _ in range(10):  # the handshake must win every race with the first bytes
            client = node.session(door, "hospital")
            assert client.deliver(SERVICE, PATIENT, message).startswith("250")
            client.ask("QUIT", "221")
            assert client.closed() == ""

        assert len(node.kept()) == 1

"""Postfix as another operator: letters come, receipts and mail go, bounces return."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from attrs import frozen

from tests.builders_people import matricule
from tests.journeys.clients import (
    DOCTOR,
    PEER,
    letter,
    mail_of,
    message_id_of,
    patient_address,
    report_type,
)
from tests.journeys.postfix import Postfix, postfix
from tests.journeys.running import Gateway, eventually

pytestmark = pytest.mark.journey


@frozen
class Both:
    """The two operators, each knowing where the other is."""

    ours: Gateway
    theirs: Postfix


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    ours = Gateway.make(tmp_path_factory.mktemp("operators") / "gateway")
    port = ours.settings.listen.smtp
    routes = {"patient.mssante.test": port, "hopital.mssante.test": port}
    with postfix(ours.certs, routes) as theirs:
        route = {"peer.mssante.test": f"localhost:{theirs.port}"}
        ours.configure(outgoing={"routes": route})
        ours.start()
        try:
            yield Both(ours, theirs)
        finally:
            ours.stop()


def with_receipt_asked(content: bytes) -> bytes:
    return f"Disposition-Notification-To: <{PEER}>\r\n".encode() + content


def new_mail(both: Both, before: int, count: int) -> dict[str, EmailMessage]:
    """Return what came to the peer since, by the kind of report."""
    mail = both.theirs.wait_for_mail(before + count)[before:]
    assert len(mail) == count
    return {report_type(one): one for one in mail}


def proof_of_us(message: EmailMessage) -> str:
    """Return what Postfix noted of the certificate that the last hop showed."""
    return " ".join(str(message["Received"]).split())  # the first is the last added


def report_fields(message: EmailMessage) -> str:
    return list(message.iter_parts())[1].as_bytes().decode("ascii")


def test_a_letter_comes_in_and_its_receipts_go_back(both: Both) -> None:
    before = len(both.theirs.mail())
    content = letter(1, PEER, [patient_address()])

    both.theirs.send(
        with_receipt_asked(content), patient_address(), notify="success,failure"
    )

    message_id = message_id_of(content)
    story = eventually(lambda: both.ours.story(message_id))
    assert story["recipients"][0]["outcome"] == "FILED"
    accepted = story["steps"][0]["detail"]
    assert "door=smtp," in accepted
    assert "OPERATEUR VOISIN" in accepted
    received = new_mail(both, before, 2)
    delivered = report_fields(received["delivery-status"])
    assert f"Final-Recipient: rfc822;{patient_address()}" in delivered
    assert "Action: delivered" in delivered
    disposition = report_fields(received["disposition-notification"])
    assert f"Original-Message-ID: <{message_id}>" in disposition
    assert "processed" in disposition
    for one in received.values():
        assert one["Return-Path"] == "<>"
        assert 'Client CN "smtp.hopital.mssante.test"' in proof_of_us(one)
        assert "verified OK" in proof_of_us(one)


def test_who_asks_nothing_hears_nothing(both: Both) -> None:
    before = len(both.theirs.mail())
    content = letter(2, PEER, [patient_address()])

    both.theirs.send(content, patient_address())

    assert both.ours.outcome(message_id_of(content)) == "FILED"
    both.ours.settle()
    assert len(both.theirs.mail()) == before


def test_a_refused_patient_bounces_to_the_sender(both: Both) -> None:
    before = len(both.theirs.mail())
    unknown = patient_address(matricule(999))

    both.theirs.send(letter(3, PEER, [unknown]), unknown)

    bounce = new_mail(both, before, 1)["delivery-status"]
    assert "Action: failed" in report_fields(bounce)
    assert "550 5.7.1 Refused by policy" in report_fields(bounce)


def test_a_doctors_mail_goes_out(both: Both) -> None:
    before = len(both.theirs.mail())
    told = len(mail_of(both.ours, DOCTOR))

    message_id = both.ours.send(
        *("--as", "doctor", "--to", PEER, "--dsn"),
        *("--subject", "Rendez-vous", "--text", "À jeudi, cher confrère."),
    )

    mail = both.theirs.wait_for_mail(before + 1)[before]
    assert mail["Message-ID"] == f"<{message_id}>"
    assert mail["Subject"] == "Rendez-vous"
    assert mail["Return-Path"] == f"<{DOCTOR}>"
    assert "cher confrère" in mail.get_content()
    assert 'Client CN "smtp.hopital.mssante.test"' in proof_of_us(mail)
    assert "verified OK" in proof_of_us(mail)
    # The success is reported by the peer, which took that on, through our own door.
    eventually(lambda: len(mail_of(both.ours, DOCTOR)) > told)
    both.ours.settle()
    (report,) = mail_of(both.ours, DOCTOR)[told:]
    assert report_type(report) == "delivery-status"
    assert "Action: delivered" in report_fields(report)
    (recipient,) = both.ours.story(message_id)["recipients"]
    assert recipient["address"] == PEER
    # Also where the report was so quick that it overtook our own note of the relay.
    assert (recipient["outcome"], recipient["reasons"]) == (
        "DELIVERED",
        ["REPORTED_BY_PEER"],
    )


def test_what_the_peer_refuses_returns_to_the_doctor(both: Both) -> None:
    told = len(mail_of(both.ours, DOCTOR))
    nobody = "personne@peer.mssante.test"

    message_id = both.ours.send("--as", "doctor", "--to", nobody, "--text", "Bonjour.")

    story = both.ours.story(message_id)
    assert story["recipients"][0]["outcome"] == "BOUNCED"
    eventually(lambda: len(mail_of(both.ours, DOCTOR)) > told)
    report = mail_of(both.ours, DOCTOR)[-1]
    assert report_type(report) == "delivery-status"
    fields = report_fields(report)
    assert f"Final-Recipient: rfc822;{nobody}" in fields
    assert "Action: failed" in fields
    assert "Status: 5.1.1" in fields
    original = list(report.iter_parts())[2]
    assert message_id in original.as_string()


def test_what_the_peer_took_and_could_not_deliver_returns_to_the_doctor(
    both: Both,
) -> None:
    """Its bounce comes after its 250, from the host it runs on and the null path."""
    told = len(mail_of(both.ours, DOCTOR))
    full = "plein@peer.mssante.test"

    message_id = both.ours.send("--as", "doctor", "--to", full, "--text", "Bonjour.")

    eventually(lambda: len(mail_of(both.ours, DOCTOR)) > told)
    (bounce,) = mail_of(both.ours, DOCTOR)[told:]
    assert "MAILER-DAEMON@smtp.peer.mssante.test" in bounce["From"]
    assert "Action: failed" in report_fields(bounce)
    both.ours.settle()
    (recipient,) = both.ours.story(message_id)["recipients"]
    assert (recipient["outcome"], recipient["reasons"]) == (
        "BOUNCED",
        ["REPORTED_BY_PEER"],
    )

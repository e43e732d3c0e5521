"""A letter filed by mistake is withdrawn by who sent it, and by nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders_cda import make_cda
from tests.journeys.clients import (
    HOSPITAL,
    PATIENT,
    mail_of,
    new_oid,
    patient_address,
    report_type,
)
from tests.journeys.running import Gateway

pytestmark = pytest.mark.journey


def test_a_letter_is_filed_then_withdrawn_and_the_sender_is_told(
    gateway: Gateway, tmp_path: Path
) -> None:
    unique_id, letter = new_oid(), tmp_path / "letter.xml"
    letter.write_bytes(make_cda(unique_id=(unique_id, ""), set_id=new_oid()))

    def send(name: str, *options: str) -> str:
        words = ("--to", patient_address(), "--document", str(letter), *options)
        story = gateway.trace(gateway.send("--as", name, *words))
        (document,) = story["documents"]
        assert document["uniqueId"] == unique_id
        return str(document["outcome"])

    def status() -> str:
        (entry,) = [
            one for one in gateway.vault(PATIENT) if one["uniqueId"] == unique_id
        ]
        return str(entry["availabilityStatus"])

    assert send("hospital") == "FILED"
    assert send("nurse", "--withdraw") == "WITHDRAWAL_FORBIDDEN"
    assert status() == "Approved"
    before = len(mail_of(gateway, HOSPITAL))

    assert send("hospital", "--withdraw", "--mdn") == "WITHDRAWN"

    assert status() == "Deleted"
    gateway.settle()
    (mdn,) = mail_of(gateway, HOSPITAL)[before:]
    assert report_type(mdn) == "disposition-notification"
    assert "WITHDRAWN" in mdn.as_string()
    assert send("hospital") == "ID_REUSED"
    steps = [one["action"] for one in gateway.trace(unique_id)["steps"]]
    assert "document:decide" in steps
    assert gateway.run("journal verify").endswith(" 0 faults\n")


def test_a_letter_to_the_wrong_patient_is_taken_back(
    gateway: Gateway, tmp_path: Path
) -> None:
    """
    By its sender while nobody has opened it, by nobody else, and once.
    """
    unique_id, letter = new_oid(), tmp_path / "letter.xml"
    letter.write_bytes(make_cda(unique_id=(unique_id, ""), set_id=new_oid()))
    to = ("--to", patient_address())
    sent = gateway.send("--as", "hospital", *to, "--document", str(letter))
    assert gateway.outcome(sent) == "FILED"
    before = len(mail_of(gateway, HOSPITAL))

    def ask_back(name: str) -> None:
        gateway.trace(gateway.send("--as", name, *to, "--recall", sent))
        gateway.settle()

    ask_back("nurse")
    assert [one["availabilityStatus"] for one in entries(gateway, unique_id)] == [
        "Approved"
    ]
    ask_back("hospital")

    assert [one["availabilityStatus"] for one in entries(gateway, unique_id)] == [
        "Deleted"
    ]
    (told,) = mail_of(gateway, HOSPITAL)[before:]
    assert told["Subject"] == "Message rappelé / Message taken back"
    assert "Neither the patient nor anybody for them had" in told.get_content()
    said = gateway.run("message recall", gateway.trace(sent)["id"], "--reason", "again")
    assert "already" in said
    assert gateway.run("journal verify").endswith(" 0 faults\n")


def entries(gateway: Gateway, unique_id: str) -> list[dict[str, object]]:
    return [one for one in gateway.vault(PATIENT) if one["uniqueId"] == unique_id]

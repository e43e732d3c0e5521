"""The discharge letter: sent, filed, read back, and told of; or refused, or held."""

from __future__ import annotations

import json
import smtplib
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from gateway.store.inbox.inbox import Inbox
from gateway.store.patients.profiles import Profiles
from tests.builders_cda import make_cda
from tests.builders_people import matricule
from tests.journeys.clients import (
    HOSPITAL,
    PATIENT,
    add_patient,
    client_context,
    mail_of,
    new_oid,
    patient_address,
    report_type,
)
from tests.journeys.running import LETTER, Gateway

pytestmark = pytest.mark.journey

LETTER_ID = "2.25.86241464215683746647538564962710552975.1"

ENTRY_KEYS = {
    "uniqueId",
    "entryUUID",
    "typeCode",
    "classCode",
    "formatCode",
    "title",
    "creationTime",
    "serviceStartTime",
    "languageCode",
    "mimeType",
    "confidentialityCode",
    "author",
    "legalAuthenticator",
    "healthcareFacilityTypeCode",
    "practiceSettingCode",
    "eventCodeList",
    "patientId",
    "sourcePatientInfo",
    "size",
    "hash",
    "availabilityStatus",
    "replaces",
    "serviceStopTime",
    "sourcePatientId",
    "referenceIdList",
    "setId",
    "version",
}
AUTHOR_KEYS = {"authorPerson", "authorInstitution", "authorRole", "authorSpecialty"}
CODE_KEYS = {"code", "codingScheme", "label"}

STORY_KEYS = {
    "id",
    "kind",
    "state",
    "received",
    "sender",
    "recipients",
    "documents",
    "receipts",
    "steps",
}


@pytest.fixture(scope="module")
def letter(gateway: Gateway) -> dict[str, Any]:
    """The story of the bundled letter, sent without asking for anything."""
    said = gateway.run_apart(
        *("send", "--as", "hospital", "--to", patient_address()),
        *("--document", str(LETTER)),
    )
    wait = ("--json", "--wait", "60")
    story = gateway.run_apart("trace", said.splitlines()[-1], *wait)
    told: dict[str, Any] = json.loads(story)
    return told


def outcome_of(story: dict[str, Any]) -> str:
    word: str = story["recipients"][0]["outcome"]
    return word


def write_letter(folder: Path, **changes: Any) -> Path:
    """Write a new letter with an identity of its own."""
    file = folder / f"{new_oid()}.xml"
    file.write_bytes(make_cda(unique_id=(new_oid(), ""), set_id=new_oid(), **changes))
    return file


def test_the_letter_is_filed(letter: dict[str, Any]) -> None:
    assert letter["kind"] == "message"
    assert letter["state"] == "ended"
    assert letter["sender"] == HOSPITAL
    (recipient,) = letter["recipients"]
    assert recipient == {
        "address": patient_address(),
        "outcome": "FILED",
        "reasons": ["FILED"],
    }
    (document,) = letter["documents"]
    assert document["uniqueId"] == LETTER_ID
    assert document["outcome"] == "FILED"


def test_the_story_has_the_keys_the_outside_face_promises(
    letter: dict[str, Any],
) -> None:
    assert letter.keys() == STORY_KEYS
    (document,) = letter["documents"]
    assert document.keys() == {"uniqueId", "outcome", "reasons"}
    for step in letter["steps"]:
        assert step.keys() == {"time", "action", "outcome", "detail"}
        assert all(isinstance(value, str) for value in step.values())
    assert [step["action"] for step in letter["steps"]] == [
        "message:accept",
        "document:decide",
        "document:file",
        "message:deliver",
    ]


def test_a_document_is_traced_by_its_ids_too(
    gateway: Gateway, letter: dict[str, Any]
) -> None:
    (entry,) = [one for one in gateway.vault(PATIENT) if one["uniqueId"] == LETTER_ID]

    for name in (LETTER_ID, entry["entryUUID"]):
        story = gateway.trace(name)

        assert story["kind"] == "document"
        assert story["state"] == "Approved"
        # Each look leaves a line, which the next one shows.
        assert [
            step for step in story["steps"] if step["action"] != "operator:read"
        ] == letter["steps"]


def test_the_entry_is_listed_under_the_names_of_xds(
    gateway: Gateway, letter: dict[str, Any]
) -> None:
    (entry,) = [one for one in gateway.vault(PATIENT) if one["uniqueId"] == LETTER_ID]

    assert entry.keys() == ENTRY_KEYS
    for name in ("typeCode", "classCode", "formatCode", "practiceSettingCode"):
        assert entry[name].keys() == CODE_KEYS
    assert all(code.keys() == CODE_KEYS for code in entry["confidentialityCode"])
    assert entry["author"]
    assert all(author.keys() == AUTHOR_KEYS for author in entry["author"])
    assert entry["typeCode"]["code"] == "11490-0"
    assert entry["creationTime"] == "20261016123000"
    assert entry["patientId"] == f"{PATIENT}^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert entry["availabilityStatus"] == "Approved"
    assert entry["size"] == LETTER.stat().st_size


def test_the_vault_gives_the_exact_bytes(
    gateway: Gateway, letter: dict[str, Any]
) -> None:
    (entry,) = [one for one in gateway.vault(PATIENT) if one["uniqueId"] == LETTER_ID]

    assert gateway.run_bytes("vault get", LETTER_ID) == LETTER.read_bytes()
    assert gateway.run_bytes("vault get", entry["entryUUID"]) == LETTER.read_bytes()


def test_who_asked_for_nothing_is_told_nothing(
    gateway: Gateway, tmp_path: Path
) -> None:
    before = len(mail_of(gateway, HOSPITAL))
    document = write_letter(tmp_path)

    story = gateway.trace(
        gateway.send(
            *("--as", "hospital", "--to", patient_address()),
            *("--document", str(document)),
        )
    )

    assert outcome_of(story) == "FILED"
    assert story["receipts"] == []
    gateway.settle()
    assert len(mail_of(gateway, HOSPITAL)) == before


def test_who_asked_is_told_by_dsn_and_mdn(gateway: Gateway, tmp_path: Path) -> None:
    before = len(mail_of(gateway, HOSPITAL))
    document = write_letter(tmp_path)

    message_id = gateway.send(
        *("--as", "hospital", "--to", patient_address(), "--dsn", "--mdn"),
        *("--document", str(document)),
    )
    story = gateway.trace(message_id)
    gateway.settle()

    dsn, mdn = sorted(mail_of(gateway, HOSPITAL)[before:], key=report_type)
    assert [one["kind"] for one in story["receipts"]] == ["DSN", "MDN"]
    assert report_type(dsn) == "delivery-status"
    assert "Action: delivered" in report_part(dsn)
    assert report_type(mdn) == "disposition-notification"
    assert "processed" in report_part(mdn)
    assert f"<{message_id}>" in report_part(mdn)
    for receipt in (dsn, mdn):
        assert HOSPITAL in str(receipt["To"])
        assert str(receipt["Auto-Submitted"]).startswith("auto-")


def report_part(message: EmailMessage) -> str:
    """Return the machine's part of a report."""
    part = list(message.iter_parts())[1]
    return part.as_bytes().decode("ascii")


REFUSED = ("unknown", "closed", "opposed", "blocked")


@pytest.fixture(scope="module")
def refusing(gateway: Gateway) -> dict[str, str]:
    """Patients' addresses that take nothing from the hospital, by why."""
    known = dict(zip(REFUSED, map(matricule, range(100, 104)), strict=True))
    add_patient(gateway, known["closed"], "CLOSED")
    add_patient(gateway, known["opposed"], "OPPOSED")
    add_patient(gateway, known["blocked"])
    gateway.run("patient set", known["blocked"], f"block={HOSPITAL}")
    return {why: patient_address(ins) for why, ins in known.items()}


def test_every_patient_that_takes_nothing_gives_the_same_answer(
    gateway: Gateway, refusing: dict[str, str]
) -> None:
    listen = gateway.settings.listen
    answers = set()
    with smtplib.SMTP("localhost", listen.submission, timeout=30) as smtp:
        smtp.starttls(context=client_context(gateway.certs, "hospital"))
        smtp.ehlo()
        smtp.mail(HOSPITAL)
        for address in refusing.values():
            answers.add(smtp.rcpt(address))

    assert answers == {(550, b"5.7.1 Refused by policy")}


@pytest.mark.parametrize("why", ["unknown", "blocked"])
def test_the_refusal_is_what_the_sender_reads(
    gateway: Gateway, refusing: dict[str, str], why: str
) -> None:
    said = gateway.refused(
        "send", "--as", "hospital", "--to", refusing[why], "--document", str(LETTER)
    )

    assert said == "gateway: refused: 550 5.7.1 Refused by policy"


def test_the_reason_of_a_refusal_is_in_the_journal_alone(
    gateway: Gateway, refusing: dict[str, str]
) -> None:
    with smtplib.SMTP("localhost", gateway.settings.listen.submission) as smtp:
        smtp.starttls(context=client_context(gateway.certs, "hospital"))
        smtp.ehlo()
        smtp.mail(HOSPITAL)
        for address in refusing.values():
            smtp.rcpt(address)

    lines = gateway.run("journal export", "--chain", "operator").splitlines()
    refused = [line for line in lines if "recipient:refuse" in line]
    for reason in ("PROFILE_ABSENT", "PROFILE_CLOSED", "PROFILE_OPPOSED"):
        assert any(reason in line for line in refused)
    assert any("SENDER_BLOCKED" in line for line in refused)
    for address in refusing.values():
        matricule_of = address.partition("@")[0]
        assert not any(matricule_of in line for line in lines)
        assert matricule_of not in gateway.log()


def test_b7_19_a_letter_for_another_patient_is_held_back(
    gateway: Gateway, tmp_path: Path
) -> None:
    other = matricule(200)
    add_patient(gateway, other)
    before = len(mail_of(gateway, HOSPITAL))

    message_id = gateway.send(  # for the demo patient, written to the other's address
        *("--as", "hospital", "--to", patient_address(other)),
        *("--document", str(write_letter(tmp_path))),
    )
    story = gateway.trace(message_id)
    gateway.settle()

    assert story["state"] == "quarantined"
    assert outcome_of(story) == "PATIENT_MISMATCH"
    assert gateway.vault(other) == []
    assert inbox_of(gateway, other) == []
    (held,) = json.loads(gateway.run("quarantine list", "--json"))
    assert held["messageId"] == message_id
    assert "PATIENT_MISMATCH" in held["reasons"]
    content = gateway.run_bytes("quarantine get", held["id"])
    assert f"Message-ID: <{message_id}>".encode() in content
    (told,) = mail_of(gateway, HOSPITAL)[before:]
    assert report_type(told) == "delivery-status"
    assert "Action: failed" in report_part(told)


def inbox_of(gateway: Gateway, ins: str) -> list[Any]:
    """Return the conversations in a patient's inbox."""
    with gateway.database() as database, database.read() as work:
        profile = Profiles(work).find(ins)
        assert profile is not None
        return list(Inbox(work).reader.conversations(profile.id))


def test_the_journal_is_sound_after_all_that(gateway: Gateway) -> None:
    assert gateway.run("journal verify").endswith(" 0 faults\n")

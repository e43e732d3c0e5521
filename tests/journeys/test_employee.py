"""An employee's card: it files under a professional's responsibility, and no more."""

from __future__ import annotations

import imaplib
import smtplib
from pathlib import Path
from typing import Any

import pytest

from tests.builders_cda import make_cda
from tests.journeys.clients import (
    HOSPITAL,
    PATIENT,
    client_context,
    new_oid,
    opened_mailbox,
    patient_address,
)
from tests.journeys.running import Gateway

pytestmark = pytest.mark.journey

SECRETARY = "secretary@hopital.mssante.test"
CARD = "3750000011/CPET0002"
"""Her number on the card that `gateway init` makes."""


def sent(gateway: Gateway, folder: Path, **changes: Any) -> dict[str, Any]:
    """Send a letter with the secretary's card; return the story of its document."""
    file, unique_id = folder / f"{new_oid()}.xml", new_oid()
    file.write_bytes(make_cda(unique_id=(unique_id, ""), set_id=new_oid(), **changes))
    name = gateway.send(
        *("--as", "secretary", "--to", patient_address(), "--document", str(file))
    )
    story = gateway.trace(name)
    assert story["sender"] == SECRETARY
    return story


def test_a_secretarys_card_files_her_doctors_letter_and_both_are_kept(
    gateway: Gateway, tmp_path: Path
) -> None:
    story = sent(gateway, tmp_path)

    (document,) = story["documents"]
    assert document["outcome"] == "FILED"
    assert document["uniqueId"] in {one["uniqueId"] for one in gateway.vault(PATIENT)}
    (filed,) = [one for one in story["steps"] if one["action"] == "document:file"]
    kept = ("sender=employee", f"identity={CARD}", "responsible=899700000017")
    assert all(one in filed["detail"] for one in kept)


@pytest.mark.parametrize(
    "changes",
    [{"author_id": CARD}, {"structure_id": "1750000029"}],
    ids=["in her own name", "a doctor of another structure"],
)
def test_a_secretarys_card_files_nothing_without_a_professional_of_her_structure(
    gateway: Gateway, tmp_path: Path, changes: dict[str, str]
) -> None:
    story = sent(gateway, tmp_path, **changes)

    (document,) = story["documents"]
    assert document["outcome"] == "AUTHOR_UNVERIFIED"
    assert document["uniqueId"] not in {
        one["uniqueId"] for one in gateway.vault(PATIENT)
    }


def test_a_secretarys_card_opens_her_structures_mailbox_only_once_she_holds_it(
    gateway: Gateway,
) -> None:
    def try_imap() -> str:
        context = client_context(gateway.certs, "secretary")
        client = imaplib.IMAP4_SSL(
            "localhost", gateway.settings.listen.imaps, ssl_context=context, timeout=30
        )
        try:
            return client.authenticate("EXTERNAL", lambda _: HOSPITAL.encode())[0]
        except imaplib.IMAP4.error as error:
            return str(error)
        finally:
            client.shutdown()

    def try_smtp() -> int:
        context = client_context(gateway.certs, "secretary")
        with smtplib.SMTP("localhost", gateway.settings.listen.submission) as client:
            client.starttls(context=context)
            client.ehlo()
            return client.mail(HOSPITAL)[0]

    with opened_mailbox(gateway, SECRETARY) as imap:
        assert imap.select("INBOX", readonly=True)[0] == "OK"
    assert "AUTHORIZATIONFAILED" in try_imap()
    assert try_smtp() == 550

    gateway.run("mailbox holder", HOSPITAL, "--add", CARD)

    assert try_imap() == "OK"
    assert try_smtp() == 250
    gateway.run("mailbox holder", HOSPITAL, "--remove", CARD)
    assert "AUTHORIZATIONFAILED" in try_imap()
    assert try_smtp() == 550


def test_a_letter_that_a_secretarys_card_filed_is_withdrawn_by_her_and_by_no_other(
    gateway: Gateway, tmp_path: Path
) -> None:
    unique_id, file = new_oid(), tmp_path / "letter.xml"
    file.write_bytes(make_cda(unique_id=(unique_id, ""), set_id=new_oid()))

    def send(name: str, *options: str) -> str:
        words = ("--to", patient_address(), "--document", str(file), *options)
        (document,) = gateway.trace(gateway.send("--as", name, *words))["documents"]
        return str(document["outcome"])

    assert send("secretary") == "FILED"
    assert send("nurse", "--withdraw") == "WITHDRAWAL_FORBIDDEN"
    assert send("secretary", "--withdraw") == "WITHDRAWN"

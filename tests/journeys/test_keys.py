"""Keys turn over while letters are filed and read, and end in every process at once."""

from __future__ import annotations

import http.client
import imaplib
import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from attrs import evolve
from sqlalchemy import select

from gateway.clock import utc_now
from gateway.store.patients.lookups import begin_turn
from gateway.store.patients.web_sessions import SessionLife, Stage, WebSessions
from gateway.store.sealed.digest_keys import LOOKUP
from gateway.store.tables import accounts, data_keys, profiles
from tests.journeys.clients import (
    DOCTOR,
    HOSPITAL,
    PATIENT,
    Sender,
    add_patient,
    client_context,
    letter,
    opened_mailbox,
    patient_address,
)
from tests.journeys.running import Gateway, running

pytestmark = pytest.mark.journey

OTHER = "277076322082910"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway with two processes that receive, its workers and its pages."""
    with running(tmp_path_factory.mktemp("keys") / "gateway") as made:
        add_patient(made, OTHER)
        yield made


def cookie_of_the_patient(gateway: Gateway) -> str:
    """Sign the demo patient in, as the pages would after the code."""
    life = SessionLife(idle=timedelta(minutes=15), whole=timedelta(hours=1))
    with gateway.database() as database, database.write() as work:
        found = select(accounts.c.id).join(
            profiles, profiles.c.id == accounts.c.profile_id
        )
        account = work.connection.execute(found).scalars().first()
        return WebSessions(work, life).start(Stage.OPEN, str(account))


def page(gateway: Gateway, cookie: str, path: str = "/inbox") -> tuple[int, str]:
    pages = http.client.HTTPSConnection(
        "localhost",
        gateway.settings.listen.patient_https,
        context=client_context(gateway.certs, "hospital"),
        timeout=20,
    )
    try:
        pages.request("GET", path, headers={"Cookie": f"__Host-session={cookie}"})
        answer = pages.getresponse()
        return answer.status, answer.read().decode("utf-8")
    finally:
        pages.close()


def given_by(imap: imaplib.IMAP4) -> list[bytes]:
    """Return the messages that a session which is open already still gives."""
    try:
        _, items = imap.uid("FETCH", "1:*", "(BODY.PEEK[])")
    except imaplib.IMAP4.error:
        return []
    return [one[1] for one in items if isinstance(one, tuple)]


def turn_digests(gateway: Gateway, sender: Sender, cookie: str) -> None:
    """Go on, under load, with a turn of which somebody killed the command long ago."""
    with gateway.database() as found:
        then = utc_now() - timedelta(minutes=2)
        database = evolve(found, clock=lambda: then)
        with database.write() as work:
            begin_turn(work, by="somebody")
    assert page(gateway, cookie)[0] == 200  # read by the keys of before
    enough = len(sender.acknowledged) + 20  # each process that receives has had some
    while len(sender.acknowledged) < enough:
        time.sleep(0.05)
    other = cookie_of_the_patient(gateway)
    turned = json.loads(gateway.run("keys rotate lookup", "--json"))
    assert turned == {"carried": 2, "destroyed": len(LOOKUP)}
    assert page(gateway, cookie)[0] in {302, 303}
    assert page(gateway, other)[0] == 200


def test_letters_are_filed_and_read_while_every_key_turns_over(
    gateway: Gateway,
) -> None:
    to = [patient_address(), DOCTOR]
    sender = Sender(
        gateway, "hospital", HOSPITAL, to, lambda number: letter(number, HOSPITAL, to)
    )
    cookie = cookie_of_the_patient(gateway)
    sender.start()
    try:
        for version in (2, 3):
            turned = json.loads(gateway.run("keys rotate kek", "--json"))
            assert turned["version"] == version
            for whose in (("--patient", PATIENT), ("--mailbox", DOCTOR)):
                assert "1 owners" in gateway.run("keys rotate owner", *whose)
            assert page(gateway, cookie)[0] == 200
        turn_digests(gateway, sender, cookie)
    finally:
        sender.stop()
    assert sender.acknowledged
    gateway.settle()

    for message_id in sender.acknowledged:
        assert gateway.outcome(message_id) == "FILED"
    number = len(sender.acknowledged)
    entries = gateway.vault(PATIENT)
    assert len(entries) == number
    for entry in (entries[0], entries[-1]):
        content = gateway.run_bytes("vault get", entry["uniqueId"])
        assert b"ClinicalDocument" in content
    with opened_mailbox(gateway, DOCTOR) as imap:
        assert imap.select("INBOX", readonly=True)[1] == [str(number).encode()]
        _, items = imap.uid("FETCH", "1:*", "(BODY.PEEK[HEADER])")
        assert len([one for one in items if isinstance(one, tuple)]) == number
    status = json.loads(gateway.run("keys status", "--json"))
    assert [one["wraps"] > 0 for one in status["versions"]] == [False, False, True]
    with gateway.database() as database, database.read() as work:
        epochs = work.connection.execute(
            select(data_keys.c.scope, data_keys.c.epoch).where(data_keys.c.epoch == 3)
        ).all()
    assert {scope.partition(":")[0] for scope, _ in epochs} == {"patient", "mailbox"}
    assert gateway.faults() == {}


def test_a_destroyed_key_opens_nothing_in_any_process_within_seconds(
    gateway: Gateway,
) -> None:
    """Neither a page, nor a command, nor IMAP, nor the door; others go on."""
    cookie = cookie_of_the_patient(gateway)
    status, text = page(gateway, cookie)
    assert status == 200
    assert "Lettre" in text
    (first, *_) = gateway.vault(PATIENT)
    with gateway.database() as database, database.read() as work:
        scopes = work.connection.execute(select(data_keys.c.scope, data_keys.c.wrapped))
        kept = {row.scope: row.wrapped for row in scopes}
    with opened_mailbox(gateway, DOCTOR) as imap:
        imap.select("INBOX", readonly=True)
        assert imap.uid("FETCH", "1:*", "(BODY.PEEK[])")[0] == "OK"

        started = time.monotonic()
        gateway.run("keys destroy", "--patient", PATIENT, "--cause", "asked for it")
        gateway.run("keys destroy", "--mailbox", DOCTOR, "--cause", "left the house")

        status, text = page(gateway, cookie)
        assert "Lettre" not in text
        assert status in {302, 303}
        assert given_by(imap) == []
        assert time.monotonic() - started < 20
    refusal = gateway.refused("vault list", PATIENT)
    assert "destroyed" in refusal
    assert "destroyed" in gateway.refused("vault get", first["uniqueId"])
    said = gateway.refused(
        "send", "--as", "hospital", "--to", patient_address(), "--text", "encore"
    )
    assert "550" in said

    assert OTHER in gateway.run("patient show", OTHER)
    assert PATIENT not in gateway.run("patient list")
    assert gateway.faults() == {}
    gateway.stop()
    files = b"".join(one.read_bytes() for one in gateway.folder.glob("gateway.db*"))
    with gateway.database() as database, database.read() as work:
        left = work.connection.execute(
            select(data_keys.c.scope).where(data_keys.c.wrapped.is_not(None))
        ).scalars()
        gone = kept.keys() - set(left)
    assert len(gone) == 2
    for scope, wrapped in kept.items():
        assert (wrapped in files) == (scope not in gone)

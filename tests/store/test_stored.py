"""What the database tells without a key: each column declares it, and nothing more."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import Table, make_url

from docs.references import load
from gateway.dmp_bridge.filing.filing import Filing
from gateway.dmp_bridge.vaults.embedded import EmbeddedVault
from gateway.mssante.sending.delivery import Delivering
from gateway.node.vaults import open_vaults
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import Database
from gateway.store.inbox.inbox import Inbox
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import metadata
from gateway.store.tasks.tasks import TaskKind
from tests.builders_cda import make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.builders_pdfs import pdf_of
from tests.builders_people import MATRICULE, TRAITS
from tests.builders_settings import make_settings
from tests.dmp_bridge.vaults.takers import make_searchable
from tests.fakes import SetClock
from tests.mssante.post import OPERATOR, PATIENT, PEER, TABLES, Post
from tests.postgres import find_program
from tests.web.mail import carried, file

WORDS = {"sealed", "keyed", "wrapped", "mac", "salted", "empty", "clear"}
TOLD = load("stored.toml")


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_each_column_says_what_it_tells_without_a_key(table: Table) -> None:
    name, columns = table.name, table.c
    own = {**TOLD["any"], **TOLD[name]}

    missing = [one.name for one in columns if one.name not in own]
    words = {own[one.name].partition(" | ")[0] for one in columns}
    silent = [one.name for one in columns if not own[one.name].partition(" | ")[2]]

    assert missing == []
    assert words <= WORDS
    assert silent == []
    assert TOLD[name]["says"]


def test_nothing_is_told_of_columns_that_there_are_not() -> None:
    lost = [
        f"{name}.{column}"
        for name, own in TOLD.items()
        if name != "any"
        for column in own
        if column != "says" and column not in metadata.tables[name].c
    ]
    assert lost == []


LOGIN = "dominique.pat"
PASSWORD = "Coquelicot-1979-bleu"
EMAIL = "dominique@mail.test"
WORD = "Mirtazapine"
TEXT = f"Votre traitement par {WORD} est poursuivi."
SERVICE = "addictologie@hopital-secret.mssante.test"
STRUCTURE = "1690799999"
AUTHOR = "899700777777"
HIDDEN = "1690711111"
BLOCKED = "1690722222"
OPPOSED = "1690733333"
OPPOSED_TYPE = "34112-3"
DOCUMENT = "1.2.250.1.999.7.1"
SET = "1.2.250.1.999.7"
REPLACED = "1.2.250.1.999.6.9"
OPPOSED_DOCUMENT = "1.2.250.1.999.5.5"
TYPE = "11490-0"
MESSAGE_ID = "20261120.secret@hopital-secret.mssante.test"
ANSWER_ID = "answer-secret@patient.mssante.test"
CERTIFICATE = "c0ffee" * 10
SENDER = evolve(
    OPERATOR, identity=STRUCTURE, fingerprint=CERTIFICATE, subject="CN=Addictologie"
)


def letter(version: int = 2) -> bytes:
    return make_cda(
        unique_id=(DOCUMENT if version == 2 else REPLACED, ""),
        set_id=SET,
        version=version,
        replaces=REPLACED if version == 2 else "",
        author_id=AUTHOR,
        structure_id=STRUCTURE,
        sections=(("18776-5", "Traitement", f"<paragraph>{TEXT}</paragraph>"),),
    )


PLANTED = "Buprenorphine"
"""Stands in the PDF of a letter alone, whose text is taken to be searched."""
FACTS = {
    PLANTED,
    MATRICULE,
    TRAITS.family,
    TRAITS.first_given,
    LOGIN,
    PASSWORD,
    EMAIL,
    WORD,
    "Addictologie",
    SERVICE,
    "hopital-secret",
    STRUCTURE,
    AUTHOR,
    HIDDEN,
    BLOCKED,
    OPPOSED,
    OPPOSED_TYPE,
    OPPOSED_DOCUMENT,
    DOCUMENT,
    SET,
    REPLACED,
    "MOREAU",
    TYPE,
    MESSAGE_ID,
    f"2{MESSAGE_ID}",
    "secret-envid",
    ANSWER_ID,
    CERTIFICATE,
    PEER,
    PATIENT,
    "Votre sortie",
    "Merci docteur",
}
"""What must stand nowhere, neither as it is nor as a plain digest."""

BY_REASON = {"peer.mssante.test": "deliveries.domain: copies leave by domain, in turn"}
"""What may stand there, with the reason that docs/stored.toml gives for it."""


@pytest.fixture
def journey(database: Database, clock: SetClock) -> Database:
    """A letter filed and delivered, answered; blocks, oppositions, a secret; notices"""
    post = Post.open(database, clock)
    settings = make_settings(**TABLES)
    delivering = Delivering(database, settings)
    post.steps[TaskKind.FILE] = Filing.from_settings(
        database, open_vaults(database), settings, delivering.at_once
    )
    with database.write() as work:
        decisions, profile_id = Decisions(work), post.profile_id
        Accounts(work).add(LOGIN, PASSWORD, profile_id)
        decisions.block(profile_id, BLOCKED)
        decisions.oppose(
            profile_id,
            Opposition(kind="structure", structure=OPPOSED, type_code=OPPOSED_TYPE),
        )
        decisions.oppose(
            profile_id, Opposition(kind="document", unique_id=OPPOSED_DOCUMENT)
        )
        decisions.set_secret(profile_id, HIDDEN, secret=True)
        emergency = {"samu": "deny", "other": "deny", "masked": "deny"}
        Profiles(work).change(profile_id, "emergency.samu", emergency=emergency)
    for version in (1, 2):
        arrival_id = post.keep(
            make_mail(
                as_xdm(pack(letter(version))),
                sender=SERVICE,
                message_id=f"{version}{MESSAGE_ID}",
            ),
            post.patient(),
            post.mailbox(),
            sender=SENDER,
            reverse_path=SERVICE,
            message_id=f"{version}{MESSAGE_ID}",
            envid="secret-envid",
        )
        post.work()
        with database.read() as work:
            kept = Arrivals(work).get(arrival_id)
            assert kept is not None
            outcomes = [one.outcome for one in kept.recipients]
            assert outcomes == ["FILED" if version == 1 else "REPLACED", "DELIVERED"]
    (conversation,) = post.conversations()
    answer = make_mail(sender=PATIENT, message_id=ANSWER_ID, text="Merci docteur")
    answered = post.keep(
        answer,
        post.remote(),
        sender=post.own,
        reverse_path=PATIENT,
        message_id=ANSWER_ID,
    )
    parcel = database.prepare(answer)
    with database.write() as work:
        work.blobs.put(parcel, Arrivals(work).transit_key(), work.now)
        Inbox(work).send(
            conversation.id,
            post.profile_id,
            answered,
            subject="Re: Votre sortie",
            text="Merci docteur",
            parcel=parcel,
            message_id=ANSWER_ID,
        )
    post.work()
    scan = carried("application/pdf", pdf_of(f"Votre traitement par {PLANTED}"))
    filed = file(database, post.profile_id, scan)
    make_searchable(database, post.profile_id)
    with database.read() as work:
        vault, word = EmbeddedVault(work), PLANTED.lower()
        found = vault.find_in_texts(post.profile_id, [word], [filed])
    assert found.by_word[word] == {filed}
    return database


def held(database: Database, tmp_path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all that somebody has who stole the database: files, logs and a dump."""
    url = make_url(database.engine.url)
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        for file in sorted(path.parent.glob(f"{path.name}*")):
            yield file.name, file.read_bytes()
        copy = tmp_path / "stolen.db"
        with (
            closing(sqlite3.connect(path)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        with closing(sqlite3.connect(copy)) as stolen:
            yield "dump", "\n".join(stolen.iterdump()).encode()
    else:
        program = find_program("pg_dump") or shutil.which("pg_dump")
        if program is None:
            pytest.skip("pg_dump is not installed")
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        done = subprocess.run(
            [program, "--dbname", plain, "--inserts"], capture_output=True, check=True
        )
        yield "dump", done.stdout


def forms(fact: bytes) -> Iterator[bytes]:
    """Yield a fact as it may stand in a file: as it is, in hex, or as a digest of it"""
    yield fact
    yield fact.hex().encode()
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, fact, usedforsecurity=False).digest()
        yield digest
        yield digest.hex().encode()
        yield b64encode(digest).rstrip(b"=")


def cases(fact: str) -> set[bytes]:
    return {one.encode() for one in (fact, fact.lower(), fact.upper())}


def test_a_stolen_database_joins_nobody_to_an_illness(
    journey: Database, tmp_path: Path
) -> None:
    contents = {letter(), TEXT.encode()}
    planted = contents.union(*(cases(fact) for fact in FACTS))
    wanted = {form for fact in planted for form in forms(fact)}

    found = [
        (name, fact)
        for name, stolen in held(journey, tmp_path)
        for fact in wanted
        if fact in stolen
    ]

    assert found == []


def test_what_stands_there_by_reason_stands_there(
    journey: Database, tmp_path: Path
) -> None:
    """Else it belongs among what must not."""
    stolen = b"".join(content for _, content in held(journey, tmp_path))

    for fact, reason in BY_REASON.items():
        column = reason.partition(":")[0]
        table, _, name = column.partition(".")
        assert fact.encode() in stolen
        assert TOLD[table][name].startswith("clear | ")


def test_one_doctor_has_another_digest_with_each_patient(database: Database) -> None:
    from gateway.store.patients.rights import sender_digest
    from gateway.store.tables import blocks, secrecies

    seen = {
        sender_digest(database.keys, table, patient * 32, BLOCKED)
        for table, patient in product((blocks, secrecies), "ab")
    }
    assert len(seen) == 4

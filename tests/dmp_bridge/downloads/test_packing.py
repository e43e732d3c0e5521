"""Everything that a patient has, as one file: whole, exact, and nothing hidden."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.core.document import Availability, Visibility
from gateway.core.ins import Ins
from gateway.core.texts.notices import NoticeKind
from gateway.dmp_bridge.downloads import packing
from gateway.node.vaults import open_vaults
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.store.downloads.downloads import DownloadEnd, Downloads
from gateway.store.journal import Action, chain_of
from gateway.store.tables import blobs, download_pieces, notices
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.builders_settings import make_settings
from tests.dmp_bridge.downloads.packed import ask, content, last, opened, work_off
from tests.fakes import SetClock
from tests.store.checkpoints.journals import SealedDatabase
from tests.web.mail import PDF, carried, file, narrative

TEXT = "<paragraph>Tout va bien &amp; même mieux.</paragraph>"
HIDDEN = frozenset({Visibility.HIDDEN_FROM_PATIENT})


def filed(database: Database, document_id: str) -> bytes:
    with database.read() as work:
        vault = open_vaults(database).within(work)
        document = vault.get(document_id)
        assert document is not None
        return vault.content(document)


def test_all_that_is_seen_is_in_it_bit_for_bit(
    database: Database,
    patient: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packing, "BATCH", 2)
    monkeypatch.setattr(packing, "PIECE_BYTES", 700)
    other = open_profile(database, ins=Ins.of(matricule(7), TEST_RANGE))
    foreign = file(database, other, carried("text/plain", b"secret d'un autre"))
    names = {
        file(database, patient, carried("application/pdf", PDF), title="a/b: <É>"),
        file(database, patient, narrative(TEXT), title="Compte rendu"),
        file(database, patient, carried("text/plain", b"ancien"), status=OLD),
    }
    file(database, patient, narrative(TEXT), title="Annonce", flags=HIDDEN)
    gone = file(database, patient, carried("text/plain", b"retire"))
    with database.write() as work:
        vault = open_vaults(database).within(work)
        found = vault.get(gone)
        assert found is not None
        vault.withdraw(found)

    ask(database, patient)
    assert work_off(database, settings) == 4  # three batches and the end

    download = last(database, patient)
    assert (download.documents, download.pieces > 4) == (3, True)
    packed = content(database, download)
    assert len(packed) == download.size
    archive = opened(packed)
    inside = {name: archive.read(name) for name in archive.namelist()}
    originals = [one for name, one in inside.items() if name.startswith("documents/")]
    assert sorted(originals) == sorted(filed(database, one) for one in names)
    readable = {name: one for name, one in inside.items() if "lisible/" in name}
    assert PDF in readable.values()
    assert b"ancien" in readable.values()
    assert any(b"Tout va bien &amp; m" in one for one in readable.values())
    index = inside["index.html"].decode()
    assert "a/b: &lt;É&gt;" in index
    assert "<script" not in index
    for path in re.findall(r'href="([^"]+)"', index):
        assert path in {*map(_quoted, inside), "LISEZMOI.txt"}
    everything = b"".join(inside.values())
    assert b"Annonce" not in everything
    assert foreign.encode() not in everything
    assert "Documents\u00a0: 3." in index
    assert "Nombre de documents : 3" in inside["LISEZMOI.txt"].decode("utf-8-sig")
    manifest = inside["manifest-sha256.txt"].decode().splitlines()
    digests = {line[66:]: line[:64] for line in manifest}
    assert set(digests) == set(inside) - {"manifest-sha256.txt"}
    for name, digest in digests.items():
        assert hashlib.sha256(inside[name]).hexdigest() == digest
    assert "pas encore de point de contrôle" in inside["LISEZMOI.txt"].decode()


OLD = Availability.DEPRECATED


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name)


def test_nothing_at_all_is_a_file_too(
    database: Database, patient: str, settings: Settings
) -> None:
    ask(database, patient)
    work_off(database, settings)

    archive = opened(content(database, last(database, patient)))

    assert "aucun document" in archive.read("index.html").decode()


def test_the_patient_is_told_once_it_is_ready_and_not_before(
    database: Database, patient: str, settings: Settings
) -> None:
    file(database, patient, carried("application/pdf", PDF))

    def told() -> list[str]:
        with database.read() as work:
            return list(work.connection.execute(select(notices.c.kind)).scalars())

    ask(database, patient)
    assert told() == []
    work_off(database, settings)

    assert told() == [NoticeKind.PACKED.value]
    with database.read() as work:
        lines = [one.action for one in work.journal.lines(chain_of(patient))]
    assert lines.count(Action.EXPORT_ASKED) == lines.count(Action.EXPORT_READY) == 1


def test_it_expires_and_nothing_of_it_is_left(
    database: Database, patient: str, settings: Settings, clock: SetClock
) -> None:
    file(database, patient, carried("application/pdf", PDF))
    with database.read() as work:
        before = work.connection.execute(select(func.count()).select_from(blobs))
        count = before.scalar_one()
    ask(database, patient)
    work_off(database, settings)
    assert last(database, patient).is_there(clock.now)

    clock.now += timedelta(days=settings.downloads.days) - timedelta(seconds=1)
    assert work_off(database, settings) == 0
    assert last(database, patient).is_there(clock.now)
    clock.now += timedelta(seconds=1)
    assert not last(database, patient).is_there(clock.now)
    assert work_off(database, settings) == 1

    assert last(database, patient).end == DownloadEnd.EXPIRED
    with database.read() as work:
        left = work.connection.execute(select(download_pieces)).all()
        after = work.connection.execute(select(func.count()).select_from(blobs))
        assert (left, after.scalar_one()) == ([], count)


def test_asked_twice_it_is_made_once_and_so_often_a_day(
    database: Database, patient: str, settings: Settings, clock: SetClock
) -> None:
    ask(database, patient)
    first = last(database, patient)
    ask(database, patient)
    assert last(database, patient).id == first.id
    for _ in range(2):
        work_off(database, settings)
        clock.now += timedelta(hours=1)
        ask(database, patient)
    work_off(database, settings)
    with database.read() as work:
        replaced = Downloads(work).get(first.id)
    assert replaced is not None
    assert replaced.end == DownloadEnd.REPLACED

    with database.read() as work:
        from gateway.store.patients.profiles import Profiles

        profile = Profiles(work).get(patient)
    assert profile is not None
    with database.write() as work:
        until = Downloads(work).ask(profile, 3)
    assert until == first.asked_at + timedelta(days=1)
    clock.now += timedelta(hours=22)
    ask(database, patient)


def test_a_document_that_is_lost_is_said_to_be_and_the_others_are_there(
    database: Database, patient: str, settings: Settings
) -> None:
    file(database, patient, carried("text/plain", b"bon"))
    lost = file(database, patient, carried("text/plain", b"perdu"), title="Perdu")
    with database.engine.begin() as connection:
        from gateway.store.tables import documents

        query = select(documents.c.blob_id).where(documents.c.id == lost)
        blob = connection.execute(query).scalar_one()
        connection.execute(
            blobs.update().where(blobs.c.id == blob).values(content=b"x" * 64)
        )

    ask(database, patient)
    work_off(database, settings)

    archive = opened(content(database, last(database, patient)))
    assert sum(name.startswith("documents/") for name in archive.namelist()) == 1
    assert "pas pu lire ce document" in archive.read("index.html").decode().replace(
        "&#x27;", "'"
    )


def test_the_history_is_in_it_proved_and_without_what_is_hidden(
    database: Database, patient: str, clock: SetClock, tmp_path: Path
) -> None:
    sealed = SealedDatabase.make(database, clock, tmp_path)
    keys = [str(one) for one in sealed.signer.keys.verification_keys]
    settings = make_settings(tmp_path, journal={"keys": keys})
    seen = file(database, patient, narrative(TEXT))
    hidden = file(database, patient, narrative(TEXT), flags=HIDDEN)
    with database.write() as work:
        for one in (seen, hidden):
            work.note(
                Action.DOCUMENT_FILED,
                "FILED",
                one,
                chain=chain_of(patient),
                identity="Dr Claire MARTIN",
            )
        work.note(Action.DOCUMENT_DECIDED, "FILED", seen, chain=chain_of(patient))
    sealed.seal()
    sealed.sign()

    ask(database, patient)
    work_off(database, settings)

    folder = tmp_path / "dossier"
    opened(content(database, last(database, patient))).extractall(folder)
    lines = [
        json.loads(one)
        for one in (folder / "history.jsonl").read_text("utf-8").splitlines()
    ]
    told = [one for one in lines if "told" in one]
    assert hidden not in (folder / "history.jsonl").read_text("utf-8")
    assert [one["subject"] for one in told if one["action"] == "document:file"] == [
        seen
    ]
    (of_seen,) = [one for one in told if one["action"] == "document:file"]
    assert of_seen["told"]["identity"] == "Dr Claire MARTIN"
    assert of_seen["told"]["fr"] == "Document déposé"
    assert len(lines) - len(told) >= 2
    status = subprocess.run(
        [sys.executable, "-I", "-S", folder / "check.py", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert status.returncode == 0, status.stdout
    assert "closed: their place is proved" in status.stdout
    flipped = (folder / "history.jsonl").read_text("utf-8").replace("FILED", "FILEE", 1)
    (folder / "history.jsonl").write_text(flipped, "utf-8")
    again = subprocess.run(
        [sys.executable, "-I", "-S", folder / "check.py", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (again.returncode, "WRONG" in again.stdout) == (1, True)

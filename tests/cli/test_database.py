"""`gateway database`: made once, joined, and its stray files told."""

from __future__ import annotations

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.cli import database as noun
from gateway.cli.doctor import examine
from gateway.cli.operators import operator_name
from gateway.errors import MisuseError
from gateway.settings.file import read_settings
from gateway.store.base.open_database import open_database
from gateway.store.base.work import Database
from gateway.store.mailbox.folders import Folders
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.sealed.damage import Damage
from gateway.store.sealed.identity import FILE
from gateway.store.tables import strays
from tests.cli.conftest import Run


def test_a_database_is_made_where_the_settings_say(
    config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in config.parent.glob("gateway.db*"):
        file.unlink()
    (config.parent / "blobs" / FILE).unlink()

    assert run(noun, "create") == 0

    assert capsys.readouterr().out.startswith("made: sqlite:///")
    open_database(read_settings(config)).close()


def test_it_is_made_only_once(run: Run) -> None:
    with pytest.raises(MisuseError, match="has tables already"):
        run(noun, "create")


def test_a_folder_that_lost_its_mark_is_joined_again(config: Path, run: Run) -> None:
    settings = read_settings(config)
    (settings.blobs.folder / FILE).unlink()
    with pytest.raises(MisuseError, match="gateway database join"):
        open_database(settings)

    assert run(noun, "join") == 0

    open_database(settings).close()


def test_a_folder_that_is_not_there_is_not_joined(config: Path, run: Run) -> None:
    settings = read_settings(config)
    shutil.rmtree(settings.blobs.folder)

    with pytest.raises(MisuseError, match="is its disk mounted"):
        run(noun, "join")


def a_stray(database: Database, *, days_ago: int) -> None:
    """Leave a file without a row that was seen some days ago."""
    parcel = database.prepare(b"x" * 200_000)
    os.utime(database.folder.path(parcel.id), (0, 0))
    with database.write() as work:
        seen = work.now - timedelta(days=days_ago)
        work.add(strays, blob_id=parcel.id, seen_at=seen)


def test_too_many_strays_are_shown_and_moved_only_by_a_word(
    config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with config.open("a", encoding="utf-8") as out:
        out.write("[blobs]\nstrays_most_files = 1\n")
    database = open_database(read_settings(config))
    for _ in range(2):
        a_stray(database, days_ago=4)
    database.close()

    assert run(noun, "strays") == 1
    said = capsys.readouterr().out
    assert "2 have had no row for 3 days" in said
    assert "gateway database strays --set-aside" in said

    assert run(noun, "strays", "--set-aside") == 0
    assert "2 were moved aside" in capsys.readouterr().out

    assert run(noun, "strays", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "files": 0,
        "waiting": 0,
        "held": 0,
        "moved": 0,
        "returned": 0,
        "removed": 0,
        "aside": 2,
    }


def test_a_database_put_back_gives_every_folder_another_validity(
    config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Uids given after the backup are given again, to other messages."""
    database = open_database(read_settings(config))
    with database.write() as work:
        boxes = [
            Mailboxes(work).add(f"{name}@hopital.mssante.test", kind="ORG", holders=[])
            for name in ("a", "b")
        ]
        for box in boxes:
            Folders(work).ensure(box)

    def validities() -> list[dict[str, int]]:
        with database.read() as work:
            found = [Folders(work).listed(box) for box in boxes]
        return [{one.name: one.uid_validity for one in box} for box in found]

    before = validities()
    assert run(noun, "restored") == 0
    once = validities()
    assert run(noun, "restored") == 0

    assert "12 folders" in capsys.readouterr().out
    for earlier, later in ((before, once), (once, validities())):
        for old, new in zip(earlier, later, strict=True):
            assert new.keys() == old.keys()
            assert min(new.values()) > max(old.values())
            assert len(set(new.values())) == len(new)
    with database.read() as work:
        lines = [one for one in work.journal.lines() if "restore" in one.action]
    assert [(one.action, one.detail) for one in lines] == [
        ("database:restore", {"folders": 12, "by": operator_name()})
    ] * 2
    database.close()


def test_the_doctor_counts_what_cannot_be_read_until_it_is_put_back(
    config: Path,
) -> None:
    settings = read_settings(config)
    database = open_database(settings)
    parcel = database.prepare(b"x" * 2_000_000)
    with database.write() as work:
        work.blobs.put(parcel, work.key_for("mailbox:a"), work.now)
        Damage(work).note([parcel.id])
    file = database.folder.path(parcel.id)
    kept = file.read_bytes()

    def said() -> list[str]:
        return [one.state for one in examine(settings) if one.subject == "damaged"]

    file.unlink()
    ill = said()
    file.write_bytes(kept)

    assert len(ill) == 1
    assert parcel.id in ill[0]
    assert said() == []
    database.close()

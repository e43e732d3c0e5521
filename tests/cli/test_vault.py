"""`gateway vault`: entries as JSON, and exact bytes."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from gateway.cli import trace, vault
from gateway.cli.operators import operator_name
from gateway.dmp_bridge.vaults import checking
from gateway.errors import MisuseError, NotFoundError
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from gateway.store.tables import damaged_blobs, documents, tasks
from gateway.store.vault.texts import DocumentTexts
from tests.builders_arrivals import ARRIVAL, keep_arrival
from tests.builders_cda import HOSPITAL, SET, make_cda
from tests.builders_people import MATRICULE
from tests.cli.conftest import Run
from tests.cli.filed import filed_letters
from tests.dmp_bridge.filing.story import Story

NAMES = {
    *("uniqueId", "entryUUID", "typeCode", "classCode", "formatCode", "title"),
    *("creationTime", "serviceStartTime", "languageCode", "mimeType"),
    *("confidentialityCode", "author", "legalAuthenticator"),
    *("healthcareFacilityTypeCode", "practiceSettingCode", "eventCodeList"),
    *("patientId", "sourcePatientInfo", "size", "hash", "availabilityStatus"),
    *("replaces", "serviceStopTime", "sourcePatientId", "referenceIdList"),
    *("setId", "version"),
}
LETTER = make_cda()
NEXT = make_cda(unique_id=(f"{SET}.2", ""), version=2, replaces=f"{SET}.1")


@pytest.fixture
def story(config: Path) -> Story:
    """A vault with a letter and its second version."""
    return filed_letters(config, LETTER, NEXT)


def listed(run: Run, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert run(vault, "list", MATRICULE, "--json") == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_entries_have_the_names_of_xds(
    story: Story, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    new, old = listed(run, capsys)

    assert set(new) == NAMES
    assert (new["availabilityStatus"], new["replaces"]) == ("Approved", f"{SET}.1")
    assert old["availabilityStatus"] == "Deprecated"
    assert new["typeCode"]["code"] == "11490-0"
    assert new["creationTime"] == "20261016123000"
    assert new["size"] == len(NEXT)
    assert new["serviceStopTime"] == "20261016090000"
    assert new["sourcePatientId"] == f"8000451207^^^&{HOSPITAL}&ISO^PI"
    assert new["referenceIdList"] == []
    assert [(one["setId"], one["version"]) for one in (new, old)] == [
        (SET, 2),
        (SET, 1),
    ]


def test_a_table_for_people(
    story: Story, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(vault, "list", MATRICULE) == 0

    out = capsys.readouterr().out
    assert f"{SET}.1" in out
    assert "Deprecated" in out


@pytest.mark.parametrize("by", ["uniqueId", "entryUUID", "hex"])
def test_the_exact_bytes_by_either_id(
    by: str, story: Story, run: Run, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run(vault, "list", MATRICULE, "--json")
    (_, old) = json.loads(capfdbinary.readouterr().out)
    name = old["entryUUID"].removeprefix("urn:uuid:") if by == "hex" else old[by]

    assert run(vault, "get", name) == 0

    assert capfdbinary.readouterr().out == LETTER


def test_reading_by_the_operator_is_in_the_patients_history(
    story: Story, config: Path, run: Run, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run(vault, "get", f"{SET}.1")

    story.database = Database.open(read_settings(config))
    last = story.lines()[-1]
    story.database.close()
    assert (last.action, last.outcome) == ("document:download", "operator")


@pytest.mark.parametrize("words", [("get", "1.2.3"), ("list", "179022a35121586")])
def test_what_is_not_there_is_not_found(words: tuple[str, ...], run: Run) -> None:
    with pytest.raises(NotFoundError):
        run(vault, *words)


def test_texts_that_were_given_up_are_asked_for_again_and_the_journal_says_by_whom(
    story: Story, config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database.open(read_settings(config))
    with database.write() as work:
        every = select(documents.c.id, documents.c.profile_id)
        rows = work.connection.execute(every).all()
        DocumentTexts(work).want(rows[0].profile_id, [one.id for one in rows])
        for one in rows:
            assert DocumentTexts(work).fail(one.id, 1)
        work.connection.execute(delete(tasks))

    assert run(vault, "read-again", rows[0].id, "--reason", "mended") == 0
    assert run(vault, "read-again") == 0

    assert capsys.readouterr().out.split("\n")[:2] == ["1 asked for again"] * 2
    with pytest.raises(NotFoundError):
        run(vault, "read-again")
    with database.read() as work:
        asked = work.connection.execute(select(tasks.c.kind)).scalars().all()
        lines = work.journal.about([rows[0].id])
    database.close()
    assert asked == ["index"]
    assert [(one.action, one.outcome) for one in lines][-1] == ("task:retry", "text")
    assert lines[-1].detail["by"] == operator_name()
    assert lines[-1].detail["reason"] == "mended"


def alter(config: Path, column: str, value: object) -> str:
    """Change a column of the oldest document behind the program's back."""
    database = Database.open(read_settings(config))
    with database.write() as work:
        first = select(documents.c.id).order_by(documents.c.id).limit(1)
        entry_id = str(work.connection.execute(first).scalar_one())
        work.connection.execute(
            update(documents).where(documents.c.id == entry_id).values({column: value})
        )
    database.close()
    return entry_id


def other_blob(config: Path) -> str:
    """Return the bytes of the patient's other document."""
    database = Database.open(read_settings(config))
    with database.read() as work:
        last = select(documents.c.blob_id).order_by(documents.c.id.desc()).limit(1)
        blob_id = str(work.connection.execute(last).scalar_one())
    database.close()
    return blob_id


def checked(
    run: Run, capsys: pytest.CaptureFixture[str], *words: str, status: int = 0
) -> dict[str, Any]:
    assert run(vault, "check", "--json", *words) == status
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_check_of_a_sound_vault_says_how_many_it_read(
    story: Story, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(run, capsys) == {"checked": 2, "damaged": [], "goOnAfter": ""}
    assert run(vault, "check") == 0
    assert capsys.readouterr().out == "2 documents, 0 damaged\n"


def test_a_check_says_which_documents_are_damaged_and_ends_with_1(
    story: Story, config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    altered = alter(config, "blob_id", other_blob(config))

    found = checked(run, capsys, status=1)

    assert found["checked"] == 2
    (one,) = found["damaged"]
    assert (one["id"], one["why"]) == (
        altered,
        "other bytes than those that were filed",
    )
    assert run(vault, "check") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"{altered}: other bytes than those that were filed (blob {one['blob']})",
        "2 documents, 1 damaged",
    ]


def test_a_document_whose_bytes_are_gone_is_damaged_and_known_to_the_doctor(
    story: Story, config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = alter(config, "blob_id", "f" * 32)

    (one,) = checked(run, capsys, status=1)["damaged"]

    assert one == {"id": gone, "blob": "f" * 32, "why": "not found"}
    database = Database.open(read_settings(config))
    with database.read() as work:
        noted = work.connection.execute(select(damaged_blobs.c.blob_id)).scalars()
        assert list(noted) == ["f" * 32]
    database.close()


def test_a_check_goes_on_where_an_earlier_one_ended(
    story: Story,
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checking, "BATCH", 1)

    first = checked(run, capsys, "--most", "1")
    rest = checked(run, capsys, "--after", first["goOnAfter"])

    assert (first["checked"], rest["checked"]) == (1, 1)
    assert first["goOnAfter"]
    assert rest["goOnAfter"] == ""
    with pytest.raises(MisuseError):
        run(vault, "check", "--most", "-1")


def test_an_operator_who_lists_documents_is_in_the_patients_journal(
    story: Story, config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    listed(run, capsys)

    database = Database.open(read_settings(config))
    with database.read() as work:
        lines = [
            one for one in work.journal.lines(None) if one.action == "operator:read"
        ]
        assert {(one.chain, one.outcome) for one in lines} == {
            (f"patient:{story.profile_id}", "vault list"),
            ("operator", "vault list"),
        }
        assert all(one.detail["by"] for one in lines)
    database.close()


def test_whoever_follows_a_message_is_in_the_journal(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database.open(read_settings(config))
    keep_arrival(database, ARRIVAL)
    parser = argparse.ArgumentParser()
    trace.add_parser(parser.add_subparsers(required=True))
    words = ["trace", "-c", str(config), ARRIVAL.id, "--reason", "ticket 12"]

    args = parser.parse_args(words)
    assert args.run(args) == 0

    with database.read() as work:
        (line,) = [one for one in work.journal.lines() if one.outcome == "trace"]
    database.close()
    assert (line.action, line.subject) == ("operator:read", ARRIVAL.id)
    assert line.detail == {"by": operator_name(), "reason": "ticket 12"}

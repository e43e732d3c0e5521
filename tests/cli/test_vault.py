"""`gateway vault`: entries as JSON, and exact bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import vault
from gateway.errors import NotFoundError
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from tests.builders_cda import HOSPITAL, SET, make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.builders_people import MATRICULE
from tests.cli.conftest import Run
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
    database = Database.open(read_settings(config))
    begun = Story.begin(database)
    for content in (LETTER, NEXT):
        begun.send(make_mail(as_xdm(pack(content))))
    database.close()
    return begun


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

"""`gateway directory`: an extraction imported from its file or ZIP, and looked up."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from gateway.cli import directory
from gateway.errors import (
    ConflictError,
    InvalidError,
    MisuseError,
    NotFoundError,
)
from tests.builders_directory import (
    ACTIVITIES,
    CLOSED,
    SKILLS,
    TWO_ACTIVITIES,
    as_file,
    person,
)
from tests.cli.conftest import Run

Out = pytest.CaptureFixture[str]


def write(folder: Path, *lines: str, day: str = "20261128") -> Path:
    file = folder / f"PS_LibreAcces_Personne_activite_{day}0800.txt"
    file.write_bytes(b"".join(as_file(lines)))
    return file


def pack(folder: Path, *files: Path) -> Path:
    with zipfile.ZipFile(folder / "PS_LibreAcces.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for file in files:
            z.write(file, file.name)
    return folder / "PS_LibreAcces.zip"


def test_an_extraction_is_imported_from_its_zip_and_a_second_time_changes_nothing(
    run: Run, tmp_path: Path, capsys: Out
) -> None:
    archive = str(pack(tmp_path, ACTIVITIES, SKILLS))

    assert run(directory, "import", archive) == 0
    assert run(directory, "import", archive) == 0

    said = capsys.readouterr().out.splitlines()
    assert said == [
        "14 lines, 13 persons: 13 added, 0 changed, 0 gone, 0 the same, "
        "0 lines refused",
        "14 lines, 13 persons: 0 added, 0 changed, 0 gone, 13 the same, "
        "0 lines refused",
        "nothing was changed",
    ]


def test_a_file_without_a_zip_is_imported_with_its_qualifications(
    run: Run, capsys: Out
) -> None:
    run(directory, "import", str(ACTIVITIES), "--skills", str(SKILLS), "--json")
    done = json.loads(capsys.readouterr().out)
    assert (done["added"], done["refused"]) == (13, 0)

    assert run(directory, "show", "899700000108", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["name"] == "Jeanne MARTIN"
    (practice,) = shown["practices"]
    assert practice["specialty"] == "SM26 Qualifié en médecine générale (SM)"
    assert practice["column"] == "medecin"


def test_broken_lines_are_told_by_number_and_the_rest_is_taken(
    run: Run, tmp_path: Path, capsys: Out
) -> None:
    broken = ["one cell"] * 102
    file = write(tmp_path, person(CLOSED, "SECRET"), *broken)

    assert run(directory, "import", str(file)) == 1

    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[0] == "line 3: 1 cells where there are 56"
    assert lines[-1] == "and 2 more"
    assert len(lines) == 101
    assert "1 added" in said.out
    assert "SECRET" not in said.err


def test_an_extraction_that_would_take_many_away_is_refused_unless_forced(
    run: Run, tmp_path: Path
) -> None:
    run(directory, "import", str(ACTIVITIES))
    file = write(tmp_path, person(CLOSED), day="20261129")

    with pytest.raises(ConflictError, match="12 of 13 persons"):
        run(directory, "import", str(file))
    assert run(directory, "show", TWO_ACTIVITIES) == 0

    assert run(directory, "import", str(file), "--force") == 0
    with pytest.raises(ConflictError, match="older"):
        run(directory, "import", str(ACTIVITIES))


def test_the_day_of_an_extraction_is_in_its_name_or_given(
    run: Run, tmp_path: Path, capsys: Out
) -> None:
    file = tmp_path / "extract.txt"
    file.write_bytes(ACTIVITIES.read_bytes())

    with pytest.raises(MisuseError, match="--date"):
        run(directory, "import", str(file))
    with pytest.raises(SystemExit):
        run(directory, "import", str(file), "--date", "yesterday")
    assert run(directory, "status") == 1
    assert run(directory, "import", str(file), "--date", "2020-01-02") == 0

    assert run(directory, "status") == 1
    said = capsys.readouterr().out
    assert "no extraction was imported" in said
    assert "extraction of 2020-01-02" in said
    assert "older than 30 days" in said
    assert run(directory, "status", "--json") == 1
    assert json.loads(capsys.readouterr().out)["old"] is True


def test_an_extraction_of_today_is_not_old(
    run: Run, tmp_path: Path, capsys: Out
) -> None:
    file = write(tmp_path, person(CLOSED), day="20991231")

    run(directory, "status", "--json")
    assert json.loads(capsys.readouterr().out) is None
    run(directory, "import", str(file))
    assert run(directory, "status") == 0


def test_people_are_shown_and_searched(run: Run, capsys: Out) -> None:
    run(directory, "import", str(ACTIVITIES))
    capsys.readouterr()

    assert run(directory, "show", TWO_ACTIVITIES) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{TWO_ACTIVITIES}  Zoé LEFÈVRE-MARTIN\n")
    assert "infirmier" in said
    assert "coordination_orientation" in said
    with pytest.raises(NotFoundError):
        run(directory, "show", "899799999999")

    assert run(directory, "search", "jeanne", "martin") == 0
    assert "899700000116" in capsys.readouterr().out
    assert run(directory, "search", "jeanne", "--profession", "10", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["identity"] for one in found] == ["899700000108"]
    assert run(directory, "search", "jeanne", "--town", "Montclair") == 1


def test_who_is_gone_is_shown_with_the_day(
    run: Run, tmp_path: Path, capsys: Out
) -> None:
    run(directory, "import", str(ACTIVITIES))
    lines = ACTIVITIES.read_text("utf-8").splitlines()[1:]
    file = write(tmp_path, *[one for one in lines if CLOSED not in one])
    run(directory, "import", str(file))
    capsys.readouterr()

    run(directory, "show", CLOSED)

    assert "Denise OLIVIER, gone since 20" in capsys.readouterr().out


def test_what_is_no_extraction_is_refused(
    run: Run, config: Path, tmp_path: Path
) -> None:
    with pytest.raises(MisuseError):
        run(directory, "import", str(tmp_path / "nothing.zip"))
    with pytest.raises(InvalidError):
        run(directory, "import", str(config), "--date", "2026-11-28")
    config.write_text(f"{config.read_text('utf-8')}\n[directory]\nmax_bytes = 100\n")
    with pytest.raises(InvalidError, match="more than 100 bytes"):
        run(directory, "import", str(pack(tmp_path, ACTIVITIES)))

"""`gateway rights import-matrix`, and what another version would open."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from gateway.cli import rights
from gateway.core.habilitation import MatrixColumn
from gateway.core.reading import ReadingWay
from gateway.core.vault import FiledDocument
from gateway.errors import ConflictError, InvalidError, MisuseError, NotFoundError
from gateway.evidence.arguments import Circumstances, viewing_part
from gateway.rights.professional_viewing_rules import (
    ProfessionalReader,
    ProfessionalSide,
    sight_of,
)
from gateway.rights.reading_rules import Relation
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.habilitation.matrices import Matrices
from gateway.store.journal import Action
from gateway.store.vault.documents import Documents
from tests.builders_cda import make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.cli.conftest import Run
from tests.dmp_bridge.filing.story import Story

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a matrix in which some columns read one type; return its path."""

    def call(type_code: str, *readers: MatrixColumn) -> str:
        head = ["category_code", "category", "type_code", "type_label", *MatrixColumn]
        cells = ["1" if column in readers else "0" for column in MatrixColumn]
        text = "\n".join(
            ",".join(row) for row in (head, ["10", "CR", type_code, "Lettre", *cells])
        )
        path = tmp_path / "matrix.csv"
        path.write_text(text, "utf-8")
        return str(path)

    return call


def load(run: Run, path: str, version: str = "v1", day: str = "2026-01-01") -> int:
    return run(rights, "import-matrix", path, "--version", version, "--date", day)


def versions(config: Path) -> list[str]:
    database = Database.open(read_settings(config))
    with database.read() as work:
        found = [one.version for one in Matrices(work).listed()]
    database.close()
    return found


def test_a_matrix_is_imported_whole(
    config: Path, run: Run, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(run, write("11490-0", MatrixColumn.NURSE)) == 0

    said = capsys.readouterr()
    assert said.out == "matrix v1: 1 types, from 2026-01-01 on\n"
    assert "no document has these types" not in said.err
    assert "types stand in no row, for doctors alone: 100967-9, " in said.err
    assert said.err.endswith(" more\n")
    assert versions(config) == ["v1"]


def test_a_type_that_is_mistyped_is_pointed_out(
    run: Run, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(run, write("11490-O", MatrixColumn.NURSE)) == 0

    said = capsys.readouterr().err.splitlines()
    assert said[0] == "no document has these types here: 11490-O"


def test_what_is_no_matrix_or_there_already_is_not_imported(
    config: Path, run: Run, write: Write, tmp_path: Path
) -> None:
    path = write("11490-0")
    load(run, path)

    with pytest.raises(ConflictError):
        load(run, path, day="2026-02-01")
    with pytest.raises(InvalidError):
        load(run, path, version="a b", day="2026-02-01")
    (tmp_path / "bad.csv").write_bytes(b"category_code,\xff")
    with pytest.raises(MisuseError):
        load(run, str(tmp_path / "bad.csv"), version="v2", day="2026-02-01")
    (tmp_path / "long.csv").write_text("x" * 5_000_000, "ascii")
    with pytest.raises(InvalidError, match="line 1: longer"):
        load(run, str(tmp_path / "long.csv"), version="v2", day="2026-02-01")
    with pytest.raises(SystemExit):
        load(run, path, version="v2", day="tomorrow")

    assert versions(config) == ["v1"]


def test_another_version_is_compared_over_the_documents_there_are(
    config: Path, run: Run, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database.open(read_settings(config))
    Story.begin(database).send(make_mail(as_xdm(pack(make_cda()))))
    database.close()
    doctor, nurse = MatrixColumn.DOCTOR, MatrixColumn.NURSE
    load(run, write("11490-0", doctor, nurse))
    load(run, write("11490-0", doctor, MatrixColumn.DENTIST), "v2", "2999-01-01")
    capsys.readouterr()

    assert run(rights, "what-if", "--matrix", "v2", "--json") == 0

    said = json.loads(capsys.readouterr().out)
    assert (said["inForce"], said["asked"]) == ("v1", "v2")
    assert (said["documents"], said["unreadable"]) == (1, 0)
    assert said["readingsReplayed"] == 0
    assert said["changes"] == [
        {
            "type": "11490-0",
            "column": "chirurgien_dentiste",
            "was": "may not read",
            "is": "may read",
            "documents": 1,
        },
        {
            "type": "11490-0",
            "column": "infirmier",
            "was": "may read",
            "is": "may not read",
            "documents": 1,
        },
    ]
    run(rights, "what-if", "--matrix", "v2")
    text = capsys.readouterr().out
    assert "matrix v2 beside v1, over 1 documents kept (0 cannot be read)" in text
    assert "0 readings replayed, 0 would be others, 0 cannot be read" in text
    assert "chirurgien_dentiste" in text


def keep_opening(
    database: Database, document: FiledDocument, column: MatrixColumn
) -> str:
    """Keep that a document was opened by the matrix in force; return the decision."""
    with database.write() as work:
        reader = ProfessionalReader(
            way=ReadingWay.TEAM,
            relation=Relation.NONE,
            column=column,
            identifiers=frozenset(),
        )
        matrix = Matrices(work).get("v1")
        side = ProfessionalSide(reader, matrix)
        part = viewing_part(
            side.facts(sight_of(document, work.now)), None, patient_settings="1"
        )
        said = EvidenceKeeper(work).keep(
            part,
            Circumstances(),
            subject=document.id,
            profile_id=document.profile_id,
        )
        work.note_patient(
            Action.DOCUMENT_CONSULTED, "TEAM", document.profile_id, **said
        )
    return said["decision"]


def test_documents_that_were_opened_are_asked_again_under_another_version(
    config: Path, run: Run, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor, nurse = MatrixColumn.DOCTOR, MatrixColumn.NURSE
    load(run, write("11490-0", doctor, nurse))
    load(run, write("11490-0", doctor, MatrixColumn.DENTIST), "v2", "2999-01-01")
    load(run, write("11490-0", doctor, nurse, MatrixColumn.DENTIST), "v3", "2999-01-02")
    database = Database.open(read_settings(config))
    story = Story.begin(database)
    story.send(make_mail(as_xdm(pack(make_cda()))))
    with database.read() as work:
        (document,) = Documents(work).listed(story.profile_id)
    by_nurse = keep_opening(database, document.facts, nurse)
    keep_opening(database, document.facts, doctor)
    keep_opening(database, evolve(document.facts, id="0" * 32), nurse)
    database.close()
    capsys.readouterr()

    assert run(rights, "what-if", "--matrix", "v2", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["readingsReplayed"], said["readingsUnreadable"]) == (2, 1)
    assert said["readings"] == [
        {
            "decision": by_nurse,
            "document": document.facts.id,
            "type": "11490-0",
            "column": "infirmier",
            "matrix": "v1",
            "was": "PERMITTED",
            "is": "NOT_BY_MATRIX",
        }
    ]
    assert run(rights, "what-if", "--matrix", "v2") == 0
    text = capsys.readouterr().out
    assert "2 readings replayed, 1 would be others, 1 cannot be read" in text
    assert by_nurse in text
    assert run(rights, "what-if", "--matrix", "v3") == 0
    assert "2 readings replayed, 0 would be others" in capsys.readouterr().out


def test_a_version_that_is_not_there_or_settings_beside_it_are_refused(
    run: Run,
) -> None:
    with pytest.raises(NotFoundError):
        run(rights, "what-if", "--matrix", "v9")
    with pytest.raises(MisuseError):
        run(rights, "what-if", "--matrix", "v9", "--set", "blocked_may_file=true")

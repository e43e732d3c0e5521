"""An export that is checked at home, by a bare Python, and what is noticed there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.checkpoints.notes import Note
from gateway.errors import InvalidError, NotFoundError
from gateway.store.base.work import Database
from gateway.store.checkpoints.exporting import JournalProofs
from tests.checkpoints.signer import make_signer
from tests.fakes import SetClock
from tests.store.checkpoints.journals import SealedDatabase

CHAIN = "patient:p1"


@pytest.fixture
def sealed(database: Database, clock: SetClock, tmp_path: Path) -> SealedDatabase:
    """A journal with a signed checkpoint."""
    made = SealedDatabase.make(database, clock, tmp_path)
    made.write(each=3)
    made.seal()
    made.sign()
    return made


def export(sealed: SealedDatabase, folder: Path) -> Path:
    with sealed.database.read() as work:
        keys = sealed.signer.keys.verification_keys
        assert JournalProofs(work).write(folder, CHAIN, keys)[0] == 3
    return folder


def later(sealed: SealedDatabase, folder: Path, file: Path) -> Path:
    """Write and sign more; return the proof that it goes on from the export."""
    sealed.write(each=200)
    sealed.seal()
    sealed.sign()
    earlier = Note.parse((folder / "checkpoint.txt").read_text("utf-8"))
    with sealed.database.read() as work:
        file.write_text(json.dumps(JournalProofs(work).since(earlier)), "utf-8")
    return file


def at_home(script: Path, *words: str | Path) -> tuple[int, str]:
    """Run the script that came with the export, by a bare Python."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_an_export_is_proved_at_home_and_against_a_later_checkpoint(
    sealed: SealedDatabase, tmp_path: Path
) -> None:
    folder = export(sealed, tmp_path / "export")
    proof = later(sealed, folder, tmp_path / "later.json")
    key = str(sealed.signer.keys.verification_keys[0])

    status, said = at_home(folder / "check.py", folder)
    assert (status, said.count("ok: ")) == (0, 3)
    status, said = at_home(folder / "check.py", folder, "--key", key, "--later", proof)
    assert status == 0
    assert "3 lines of patient:p1, each after the other" in said
    assert "over 18 lines, signed by gateway.example/journal/1" in said
    assert "and still in the checkpoint of" in said
    assert "over 1218 lines" in said


def change_line(folder: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    file = folder / "history.jsonl"
    lines = [json.loads(one) for one in file.read_text("utf-8").splitlines()]
    change(lines)
    file.write_text("".join(f"{json.dumps(one)}\n" for one in lines), "utf-8")


ATTACKS: list[tuple[Callable[[list[dict[str, Any]]], object], str]] = [
    (lambda lines: lines[1].update(outcome="no"), "follows another line"),
    (lambda lines: lines[-1].update(outcome="no"), "not in the tree"),
    (lambda lines: lines.pop(1), "line 2 of patient:p1 is missing"),
    (lambda lines: lines.pop(), "not in the tree"),
    (lambda lines: lines[0].update(chain="operator"), "line 1 of patient:p1"),
    (lambda lines: lines.insert(1, lines[0]), "line 2 of patient:p1"),
]


@pytest.mark.parametrize(("change", "said"), ATTACKS)
def test_an_altered_history_is_noticed_at_home(
    sealed: SealedDatabase,
    tmp_path: Path,
    change: Callable[[list[dict[str, Any]]], object],
    said: str,
) -> None:
    folder = export(sealed, tmp_path / "export")
    change_line(folder, change)

    status, words = at_home(folder / "check.py", folder)

    assert status == 1
    assert words.startswith("WRONG: ")
    assert said in words


def test_a_checkpoint_of_another_key_or_text_is_noticed_at_home(
    sealed: SealedDatabase, tmp_path: Path
) -> None:
    folder = export(sealed, tmp_path / "export")
    stranger = make_signer(tmp_path / "other", sealed.clock).keys.verification_keys[0]
    status, said = at_home(folder / "check.py", folder, "--key", str(stranger))
    assert (status, "no known key of" in said) == (1, True)

    file = folder / "checkpoint.txt"
    file.write_text(file.read_text("utf-8").replace("vault 0:", "vault 1:"), "utf-8")
    status, said = at_home(folder / "check.py", folder)
    assert status == 1
    assert "the signature of gateway.example/journal/1 is wrong" in said


def test_a_later_checkpoint_that_does_not_go_on_from_it_is_noticed(
    sealed: SealedDatabase, tmp_path: Path
) -> None:
    """The key signed a second future: its owner made a new memory for it."""
    folder = export(sealed, tmp_path / "export")
    sealed.signer.memory.make()
    for table in ("journal_leaves", "journal_nodes", "sealed_chains", "sealed_tree",
                  "checkpoints"):  # fmt: skip
        sealed.sql(f"DELETE FROM {table}")  # noqa: S608
    proof = later(sealed, folder, tmp_path / "later.json")

    status, said = at_home(folder / "check.py", folder, "--later", proof)

    assert status == 1
    assert "the earlier checkpoint is not the beginning of the later" in said


def test_one_line_is_proved_with_and_without_names(
    sealed: SealedDatabase, tmp_path: Path
) -> None:
    folder = export(sealed, tmp_path / "export")
    key = str(sealed.signer.keys.verification_keys[0])
    for names in (True, False):
        with sealed.database.read() as work:
            proof = JournalProofs(work).line("operator", 2, names=names)
        file = tmp_path / f"line-{names}.json"
        file.write_text(json.dumps(proof), "utf-8")

        status, said = at_home(folder / "check.py", file, "--key", key)

        assert (status, "ok: line 2 of operator" in said) == (0, True)
        assert ("root" in str(proof["line"])) is names


def test_what_no_checkpoint_has_is_not_handed_out_as_proved(
    sealed: SealedDatabase, tmp_path: Path
) -> None:
    sealed.write(each=1)
    sealed.seal()
    with sealed.database.read() as work:
        proofs = JournalProofs(work)
        with pytest.raises(NotFoundError, match="no checkpoint has it yet"):
            proofs.line(CHAIN, 4)
        with pytest.raises(NotFoundError, match="has no sealed line 5"):
            proofs.line(CHAIN, 5)
        assert proofs.write(tmp_path / "e", CHAIN, []) == (3, 1)
        with pytest.raises(NotFoundError, match="no line of nobody"):
            proofs.write(tmp_path / "f", "nobody", [])
        newest = sealed.sign()
    sealed.sql("DELETE FROM checkpoints WHERE hash = :hash", hash=newest.hash)
    with (
        sealed.database.read() as work,
        pytest.raises(InvalidError, match="more lines"),
    ):
        JournalProofs(work).since(newest)

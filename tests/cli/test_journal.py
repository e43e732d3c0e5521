"""`gateway journal` and what the doctor says of it, where there is no service."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.checkpoints.signing_keys import SigningKeys
from gateway.cli import journal
from gateway.cli.doctor_journal import signing
from gateway.cli.main import main
from gateway.errors import MisuseError, NotFoundError, UnavailableError
from gateway.node.signing import Signer, SignerDoor, SignerMemory
from gateway.settings.file import read_settings
from tests.cli.conftest import Run

NAME = "gateway.example/journal/1"


@contextmanager
def signed_for(config: Path, *, keys: bool = True) -> Iterator[SigningKeys]:
    """Give the settings a signer, that runs for the length of the block."""
    folder = config.parent / "signer"
    folder_keys = SigningKeys.from_file(folder / "signer.key")
    signer = Signer(folder_keys, SignerMemory(folder / "signed.json"), 100)
    door = SignerDoor(folder / "socket", signer.answer, [os.getuid()])
    named = [str(key) for key in folder_keys.verification_keys] if keys else []
    table = f'\n[journal]\norigin = "{NAME}"\nsigner = "signer/socket"\n'
    before = config.read_text("utf-8")
    config.write_text(f"{before}{table}keys = {json.dumps(named)}\n", "utf-8")
    thread = threading.Thread(target=door.run)
    thread.start()
    try:
        yield folder_keys
    finally:
        door.close()
        thread.join(10)
        config.write_text(before, "utf-8")


@pytest.fixture
def signer(config: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> Path:
    """A signer's folder beside the settings."""
    folder = config.parent / "signer"
    assert main(["journal", "key", str(folder), "--name", NAME]) == 0
    assert capsys.readouterr().out.count(f"{NAME}+") in {2, 3}
    return folder


def said_by_doctor(config: Path) -> list[tuple[str, str]]:
    settings = read_settings(config)
    return [(one.state, one.mend) for one in signing(settings)]


def test_without_a_signer_it_is_sealed_and_said_that_nothing_is_signed(
    config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(journal, "export") == 0  # leaves a line
    assert run(journal, "seal") == 0
    assert "1 lines sealed; no signer is set, nothing is signed" in (
        capsys.readouterr().out
    )
    assert run(journal, "verify") == 0
    assert capsys.readouterr().out == "1 chains, 1 lines sealed, 0 faults\n"
    assert run(journal, "checkpoint") == 1
    assert "no checkpoint was signed yet" in capsys.readouterr().err
    with pytest.raises(NotFoundError):
        run(journal, "prove", "operator/1")
    ((state, mend),) = said_by_doctor(config)
    assert ("no signer is set" in state, mend) == (True, "")


def test_the_doctor_says_what_a_signer_lacks(
    config: Path, run: Run, signer: Path
) -> None:
    with signed_for(config):
        assert said_by_doctor(config)[1] == (
            "none yet",
            "gateway journal seal says why",
        )
        run(journal, "export")
        assert run(journal, "seal") == 0
        (own, last) = said_by_doctor(config)
        assert own[1] == "give it an account of its own"
        assert (last[0].endswith(" over 1 lines"), last[1]) == (True, "")
        assert run(journal, "verify") == 0
    with signed_for(config, keys=False):
        assert said_by_doctor(config)[-1][0] == "no key verifies what the signer signs"
        signer_away = read_settings(config)
    ((state, mend),) = [(one.state, one.mend) for one in signing(signer_away)]
    assert state.startswith("the signer at ")
    assert mend == "start gateway journal signer, or correct [journal] signer"


def test_a_signer_that_is_away_is_no_verification(
    config: Path, run: Run, signer: Path
) -> None:
    """What only its memory can tell is not passed over in silence."""
    with signed_for(config):
        table = config.read_text("utf-8")
    config.write_text(table, "utf-8")

    with pytest.raises(UnavailableError, match="the signer at"):
        run(journal, "verify")


@pytest.mark.parametrize(
    "words",
    [
        ("prove",),
        ("prove", "operator"),
        ("prove", "operator/x"),
        ("export", "--proven", "somewhere"),
        ("verify", "--export", "a", "--checkpoint", "b", "--checkpoint", "c"),
    ],
)
def test_what_is_not_named_is_asked_for(run: Run, words: tuple[str, ...]) -> None:
    with pytest.raises(MisuseError):
        run(journal, *words)

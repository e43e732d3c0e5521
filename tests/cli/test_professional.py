"""`gateway professional`: an address for codes, and which is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli import professional
from gateway.errors import InvalidError, MisuseError
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from gateway.store.journal import Action
from gateway.store.professionals.accounts import ProfessionalAccounts
from tests.cli.conftest import Run

NUMBER = "899700000017"


def known(config: Path) -> tuple[str, list[str]]:
    """Return the address that is written down, and what the journal says of it."""
    database = Database.open(read_settings(config))
    with database.read() as work:
        account = ProfessionalAccounts(work).find(NUMBER)
        said = [
            one.outcome
            for one in work.journal.lines()
            if one.action == Action.PROFESSIONAL_CHANGED
        ]
    database.close()
    return ("" if account is None else account.email), said


def test_an_address_is_written_down_and_taken_away(run: Run, config: Path) -> None:
    assert run(professional, "address", NUMBER, "--email", "c@courriel.example") == 0
    before = known(config)
    assert run(professional, "address", NUMBER, "--none", "--reason", "left") == 0

    assert before == ("c@courriel.example", ["address set"])
    assert known(config) == ("", ["address set", "address taken away"])


@pytest.mark.parametrize(
    ("number", "email"),
    [
        (NUMBER, "dr.moreau@hopital.mssante.test"),
        (NUMBER, "279035121518989@PATIENT.mssante.test"),
        ("", "c@courriel.example"),
        ("8997/1", "c@courriel.example"),
    ],
)
def test_what_is_no_address_for_codes(run: Run, number: str, email: str) -> None:
    with pytest.raises(MisuseError):
        run(professional, "address", number, "--email", email)


def test_an_address_that_is_malformed(run: Run) -> None:
    with pytest.raises(InvalidError):
        run(professional, "address", NUMBER, "--email", "c")

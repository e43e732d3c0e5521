"""What is printed for a patient: the letter with a code, the proof of an objection"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import select

from gateway.cli import patient
from gateway.cli.operators import operator_name
from gateway.cli.patient_letters import letter_of, proof_of
from gateway.core.texts.letters import ANNOUNCEMENT, LABELS, OPPOSITION
from gateway.documents.printed_page import Block, Code, Pairs, Paragraph, print_page
from gateway.errors import ConflictError, NotFoundError
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from gateway.store.journal import chain_of
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.tables import provisional_codes
from tests.builders_people import MATRICULE, open_profile
from tests.builders_settings import make_settings
from tests.cli.conftest import Run
from tests.cli.test_patient import ADD, INS


def known(database: Database) -> Profile:
    profile_id = open_profile(database, state="ANNOUNCED")
    with database.read() as work:
        profile = Profiles(work).get(profile_id)
    assert profile is not None
    return profile


def said(blocks: tuple[Block, ...] | list[Block]) -> str:
    found = [one.text for one in blocks if isinstance(one, Paragraph | Code)]
    pairs = [one.pairs for one in blocks if isinstance(one, Pairs)]
    return "\n".join([*found, *(f"{a}: {b}" for each in pairs for a, b in each)])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_letter_has_the_code_and_the_address_and_nothing_of_health(
    database: Database, tmp_path: Path, language: str
) -> None:
    profile = evolve(known(database), language=language)

    page = letter_of(make_settings(tmp_path), profile, "7KQ2M9XA")

    text = said(list(page.blocks))
    assert "7KQ2 M9XA" in text
    assert make_settings(tmp_path).public_url in text
    assert page.address == ("DOMINIQUE PAT-TROIS",)
    assert MATRICULE not in text
    assert print_page(page).startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_proof_says_who_objected_and_since_when(
    database: Database, tmp_path: Path, language: str
) -> None:
    profile = evolve(known(database), language=language)

    page = proof_of(make_settings(tmp_path), profile, "29/11/2026")

    text = said(list(page.blocks))
    assert "29/11/2026" in text
    assert "PAT-TROIS DOMINIQUE MARIE-LOUISE" in text
    assert "28/03/1979" in text
    assert MATRICULE in text


def test_no_place_is_left_open_and_both_languages_say_as_much() -> None:
    for words in (ANNOUNCEMENT, OPPOSITION):
        french, english = words["fr"], words["en"]
        assert len(french.before) == len(english.before)
        assert len(french.after) == len(english.after)
        for each in (french, english):
            places = re.findall(r"{(\w*)}", " ".join((*each.before, *each.after)))
            assert set(places) <= {"url", "since"}
    assert set(LABELS) == {"fr", "en"}


def test_each_letter_makes_the_code_of_the_one_before_void(
    run: Run, config: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(patient, "add", *ADD, "--state", "ANNOUNCED") == 0
    capfdbinary.readouterr()

    assert run(patient, "letter", INS, "--reason", "asked at the counter") == 0

    assert capfdbinary.readouterr().out.startswith(b"%PDF-")
    with pytest.raises(ConflictError):
        run(patient, "letter", INS)  # within thirty seconds
    database = Database.open(read_settings(config))
    with database.read() as work:
        profile = Profiles(work).find(INS)
        assert profile is not None
        lines = list(work.journal.lines(chain_of(profile.id)))
        codes = work.connection.execute(select(provisional_codes)).all()
    database.close()
    assert len(codes) == 1
    assert (lines[-1].action, lines[-1].outcome) == ("letter:print", "letter")
    assert lines[-1].detail["by"] == operator_name()


def test_a_space_that_does_not_wait_has_no_letter_and_no_proof(run: Run) -> None:
    run(patient, "add", *ADD)

    for verb in ("letter", "proof"):
        with pytest.raises(ConflictError):
            run(patient, verb, INS)
        with pytest.raises(NotFoundError):
            run(patient, verb, "279035121518900")


def test_a_proof_is_printed_of_who_objected(
    run: Run, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run(patient, "add", *ADD, "--state", "ANNOUNCED")
    run(patient, "set", INS, "state=OPPOSED")
    capfdbinary.readouterr()

    assert run(patient, "proof", INS) == 0

    assert capfdbinary.readouterr().out.startswith(b"%PDF-")

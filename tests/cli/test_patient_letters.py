"""What is printed for a patient: the letter with a code, the proof of an objection"""

from __future__ import annotations

import re
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from pypdf import PdfReader
from sqlalchemy import select, update

from gateway.cli import operators, patient
from gateway.cli.operators import Operator, act_for, operator_name
from gateway.cli.patient_letters import MOST_LETTERS, letter_of
from gateway.core.actors import Means, Who
from gateway.core.texts.letters import ANNOUNCEMENT, COUNTER, LABELS, OPPOSITION
from gateway.documents.opposition_proof import ProvenOpposition, proof_of
from gateway.documents.printed_page import Block, Code, Pairs, Paragraph, print_page
from gateway.errors import ConflictError, MisuseError, NotFoundError
from gateway.rights.activation_rules import CODE_LIFE
from gateway.rights.operator_rules import OperatorRole
from gateway.settings.file import read_settings
from gateway.store.base.open_database import open_database
from gateway.store.base.work import Database
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.provisional_codes import CodeUse, ProvisionalCodes
from gateway.store.tables import provisional_codes
from tests.builders_people import MATRICULE, matricule, open_profile
from tests.builders_settings import make_settings
from tests.cli.conftest import Run
from tests.cli.test_patient import ADD, INS
from tests.documents.test_printed_page import sheets


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
    database: Database, language: str
) -> None:
    profile = known(database)
    proven = ProvenOpposition(
        traits=profile.traits,
        matricule=profile.ins.matricule,
        since=date(2026, 11, 29),
        made_on=date(2026, 12, 1),
        operator="Hôpital de Démo",
    )

    page = proof_of(proven, language)

    assert page.date.endswith("01/12/2026")
    assert page.sender == "Hôpital de Démo"
    assert page.language == language
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
    assert [OPPOSITION[one].made[-5:] for one in ("fr", "en")] == ["{day}", "{day}"]
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


def added(run: Run, *numbers: int) -> None:
    for number in numbers:
        said = list(ADD)
        said[said.index("--ins") + 1] = matricule(number)
        assert run(patient, "add", *said, "--state", "ANNOUNCED") == 0


def lapse(config: Path, *numbers: int) -> None:
    """Have the codes of some be as old as they get."""
    database = Database.open(read_settings(config))
    with database.write() as work:
        for number in numbers:
            profile = Profiles(work).find(matricule(number))
            assert profile is not None
            work.connection.execute(
                update(provisional_codes)
                .where(provisional_codes.c.profile_id == profile.id)
                .values(made_at=work.now - CODE_LIFE)
            )
    database.close()


def test_all_who_wait_have_their_letter_in_one_file_and_each_once(
    run: Run, config: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    added(run, 1, 2, 3)
    assert run(patient, "add", *ADD) == 0  # activated: it waits for nothing
    capfdbinary.readouterr()

    assert run(patient, "letters", "--most", "2", "--reason", "weekly post") == 0
    first = capfdbinary.readouterr()
    assert run(patient, "letters") == 0
    second = capfdbinary.readouterr()
    assert run(patient, "letters") == 0
    third = capfdbinary.readouterr()

    assert sheets(first.out) == 2
    assert first.err.decode().splitlines() == [
        f"letter 1: {matricule(1)}",
        f"letter 2: {matricule(2)}",
        "2 letters",
        "there are more: give the command again",
    ]
    assert sheets(second.out) == 1
    assert matricule(3).encode() in second.err
    assert (third.out, third.err) == (b"", b"0 letters\n")
    database = Database.open(read_settings(config))
    with database.read() as work:
        lines = [one for one in work.journal.lines() if one.action == "letter:print"]
    database.close()
    assert [one.outcome for one in lines] == ["letter"] * 3
    assert {one.detail["by"] for one in lines} == {operator_name()}
    assert sum(one.detail.get("reason") == "weekly post" for one in lines) == 2


def test_a_letter_is_printed_again_only_where_that_is_said(
    run: Run, config: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    added(run, 1, 2)
    assert run(patient, "letters") == 0
    lapse(config, 1)
    capfdbinary.readouterr()

    with pytest.raises(ConflictError, match=f"printed on .* by .*{operator_name()}"):
        run(patient, "letter", matricule(1))
    assert run(patient, "letters") == 0
    asked = capfdbinary.readouterr()
    assert (asked.out, b"--again" in asked.err) == (b"", True)
    assert run(patient, "letters", "--again") == 0
    again = capfdbinary.readouterr()
    assert sheets(again.out) == 1
    assert f"letter 1: {matricule(1)}" in again.err.decode()
    lapse(config, 2)
    assert run(patient, "letter", matricule(2), "--again") == 0
    assert capfdbinary.readouterr().out.startswith(b"%PDF-")


@pytest.mark.parametrize("most", ["0", str(MOST_LETTERS + 1)])
def test_no_more_letters_are_made_at_once_than_fit(run: Run, most: str) -> None:
    with pytest.raises(MisuseError, match="--most"):
        run(patient, "letters", "--most", most)


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


@pytest.mark.parametrize("zone", ["Etc/GMT-14", "Etc/GMT+12"])
def test_the_days_of_a_proof_are_those_of_where_the_patients_are(
    run: Run, config: Path, capfdbinary: pytest.CaptureFixture[bytes], zone: str
) -> None:
    run(patient, "add", *ADD, "--state", "ANNOUNCED")
    config.write_text(f'{config.read_text()}\n[web]\ntime_zone = "{zone}"\n')
    capfdbinary.readouterr()
    before = datetime.now(ZoneInfo(zone))
    run(patient, "set", INS, "state=OPPOSED")

    assert run(patient, "proof", INS) == 0

    days = {f"{one:%d/%m/%Y}" for one in (before, datetime.now(ZoneInfo(zone)))}
    (sheet,) = PdfReader(BytesIO(capfdbinary.readouterr().out)).pages
    text = " ".join(sheet.extract_text().split())
    assert any(f"Fait le {one}" in text for one in days)
    assert any(f"enregistré depuis le {one}" in text for one in days)


def test_at_a_counter_support_writes_down_what_the_patient_decides(
    config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(patient, "add", *ADD)
    database = open_database(read_settings(config))
    with database.write() as work:
        profile = Profiles(work).find(INS)
        assert profile is not None
        code = ProvisionalCodes(work).make(profile, CodeUse.COUNTER)
    decides = ("emergency.samu=deny", "block=1750000011", "--counter")

    with pytest.raises(MisuseError, match="not the code of the last letter"):
        run(patient, "set", INS, *decides, "AAAAAAAA")
    assert run(patient, "set", INS, *decides, f"{code[:4]} {code[4:]}".lower()) == 0
    with pytest.raises(MisuseError, match="not the code of the last letter"):
        run(patient, "set", INS, *decides, code)

    with database.read() as work:
        changed = Profiles(work).get(profile.id)
        assert changed is not None
        assert changed.emergency["samu"] == "deny"
        told = Profiles(work).changes(profile.id)[-2:]
        assert {(one.who, one.means) for one in told} == {(Who.OPERATOR, Means.COUNTER)}
        refused = [
            line.outcome
            for line in work.journal.lines(chain_of(profile.id))
            if line.action == Action.ACCOUNT_REFUSED
        ]
    assert refused == ["counter", "counter"]


def test_who_printed_the_letter_of_a_counter_decides_nothing_by_its_code(
    config: Path, run: Run, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    anne, ben = (
        Operator(number, number, frozenset({OperatorRole.SUPPORT}))
        for number in (1000001, 1000002)
    )
    run(patient, "add", *ADD)
    decides = ("set", INS, "emergency.samu=deny", "--counter")
    try:
        act_for(anne.named(OperatorRole.SUPPORT), anne)
        assert run(patient, "letter", INS, "--counter") == 0
        with pytest.raises(MisuseError, match="you printed this letter"):
            run(patient, *decides, "AAAAAAAA")
        database = open_database(read_settings(config))
        with database.write() as work:
            profile = Profiles(work).find(INS)
            assert profile is not None
            codes = ProvisionalCodes(work)
            codes.end(profile.id)
            code = codes.make(profile, CodeUse.COUNTER, by=anne.account)
        with pytest.raises(MisuseError, match="you printed this letter"):
            run(patient, *decides, code)
        act_for(ben.named(OperatorRole.SUPPORT), ben)
        assert run(patient, *decides, code) == 0
    finally:
        operators._ACTING.clear()


def test_a_letter_for_the_counter_activates_nothing_and_the_other_way_round(
    config: Path, run: Run, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run(patient, "add", *ADD)
    capfdbinary.readouterr()
    assert run(patient, "letter", INS, "--counter") == 0
    assert capfdbinary.readouterr().out.startswith(b"%PDF-")
    database = open_database(read_settings(config))
    with database.write() as work:
        profile = Profiles(work).find(INS)
        assert profile is not None
        codes = ProvisionalCodes(work)
        codes.end(profile.id)
        own = codes.make(profile, CodeUse.COUNTER)
        assert not codes.matches(profile, own)
        codes.end(profile.id)
        letters = codes.make(profile)
        assert codes.matches(profile, letters)
        assert not codes.matches(profile, letters, CodeUse.COUNTER)


@pytest.mark.parametrize("fact", ["oid=1.2.3", "secret=x", "card=12345678"])
def test_what_no_patient_decides_is_not_set_at_a_counter(run: Run, fact: str) -> None:
    run(patient, "add", *ADD)

    with pytest.raises(MisuseError, match="at a counter are set"):
        run(patient, "set", INS, fact, "--counter", "AAAAAAAA")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_letter_for_the_counter_has_its_code(
    database: Database, tmp_path: Path, language: str
) -> None:
    profile = evolve(known(database), language=language)

    page = letter_of(make_settings(tmp_path), profile, "7KQ2M9XA", COUNTER)

    assert "7KQ2 M9XA" in said(list(page.blocks))
    assert print_page(page).startswith(b"%PDF-")

"""Decisions are explained to whoever asks: filed, refused, set aside, blocked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.core.reasons import Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.store.journal import OPERATOR
from gateway.store.patients.profiles import Profiles
from tests.builders_cda import make_cda
from tests.journeys.clients import PATIENT, new_oid, patient_address
from tests.journeys.running import Gateway, eventually, running

pytestmark = pytest.mark.journey

WORDS = {
    "fr": {
        "yes": "oui",
        "objects": "s’oppose",
        "same": "    rejoué : même décision",
        "ok": "  journal: conforme à sa ligne",
        "program": "(celui d’aujourd’hui)",
    },
    "en": {
        "yes": "yes",
        "objects": "objects",
        "same": "    replayed: same decision",
        "ok": "  journal: as its line says",
        "program": "(that of today)",
    },
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for the whole story."""
    with running(tmp_path_factory.mktemp("explaining") / "gateway") as made:
        yield made


def letter(folder: Path, **changes: Any) -> str:
    file = folder / f"{new_oid()}.xml"
    file.write_bytes(make_cda(unique_id=(new_oid(), ""), set_id=new_oid(), **changes))
    return str(file)


def send(gateway: Gateway, document: str) -> str:
    words = ("--to", patient_address(), "--document", document)
    return gateway.send("--as", "hospital", *words)


def explained(gateway: Gateway, name: str, language: str) -> list[str]:
    """Return the lines about the filing or the refusal, every one of a known form."""
    said = gateway.run("explain", name, "--replay", "--language", language)
    assert PATIENT not in said
    assert "PAT-TROIS" not in said.upper()
    lines = said.splitlines()
    forms = [
        rf"{'Décision' if language == 'fr' else 'Decision'} [0-9a-f]{{32}} .*",
        r"  (liste de révocation n°|revocation list no\.) \d+",
        r" {2,8}[^:]+:( .+)?",
        re.escape(WORDS[language]["same"]),
    ]
    for line in lines:
        assert any(re.fullmatch(form, line) for form in forms), line
    return lines


def operator_decisions(gateway: Gateway, outcome: str) -> list[str]:
    with gateway.database() as database, database.read() as work:
        return [
            line.detail["decision"]
            for line in work.journal.lines(OPERATOR)
            if line.outcome == outcome and "decision" in line.detail
        ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_filed_letter_is_explained(
    gateway: Gateway, tmp_path: Path, language: str
) -> None:
    words = WORDS[language]
    message_id = send(gateway, letter(tmp_path))
    assert gateway.outcome(message_id) == "FILED"

    lines = explained(gateway, message_id, language)

    assert words["ok"] in lines
    assert any(line.endswith(words["program"]) for line in lines)
    assert not [line for line in lines if f": {words['objects']}, " in line]
    rules = [line.split()[0] for line in lines if line.endswith(f": {words['yes']}")]
    for number in (1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20):
        assert str(number) in rules
    text = REASON_TEXTS[Reason.FILED]
    said = text.fr if language == "fr" else text.en
    assert f"    FILED: {said}" in lines
    assert f"      source: {text.source}" in lines
    assert lines.count(words["same"]) == 2  # the filing, and the notice


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_message_set_aside_is_explained(
    gateway: Gateway, tmp_path: Path, language: str
) -> None:
    words = WORDS[language]
    message_id = send(gateway, letter(tmp_path, ins="277076322082910"))
    assert gateway.outcome(message_id) == "PATIENT_MISMATCH"

    lines = explained(gateway, message_id, language)

    (row,) = [one for one in lines if one.lstrip().startswith("11 ")]
    assert row.endswith(f"{words['objects']}, PATIENT_MISMATCH")
    persons = [one for one in lines if one.endswith((" 1", " 2")) and "INS" in one]
    assert len(persons) >= 3
    assert words["same"] in lines
    assert "277076322082910" not in "\n".join(lines)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_blocked_senders_message_is_explained_at_the_door_and_in_the_filing(
    gateway: Gateway, tmp_path: Path, language: str
) -> None:
    words, document = WORDS[language], letter(tmp_path)
    before = operator_decisions(gateway, "SENDER_BLOCKED")
    gateway.run("patient set", PATIENT, "block=1750000011")
    try:
        refused = ("--as", "hospital", "--to", patient_address())
        gateway.refused("send", *refused, "--document", document)
        found = eventually(
            lambda: operator_decisions(gateway, "SENDER_BLOCKED")[len(before) :]
        )
    finally:
        gateway.run("patient set", PATIENT, "unblock=1750000011")

    lines = explained(gateway, found[0], language)

    (row,) = [one for one in lines if one.lstrip().startswith("8 ")]
    assert row.endswith(f"{words['objects']}, SENDER_BLOCKED")
    assert words["same"] in lines
    said = gateway.run("rights what-if", "--set", "blocked_may_write=true", "--json")
    changes = json.loads(said)["changes"]
    assert found[0] in [one["decision"] for one in changes]
    assert {(one["was"], one["is"]) for one in changes} == {
        ("SENDER_BLOCKED", "PERMITTED")
    }


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_refusal_at_the_door_is_explained(
    gateway: Gateway, tmp_path: Path, language: str
) -> None:
    words, document = WORDS[language], letter(tmp_path)
    before = operator_decisions(gateway, "PROFILE_ABSENT")
    unknown = "277076322082910@patient.mssante.test"
    gateway.refused("send", "--as", "hospital", "--to", unknown, "--document", document)
    found = eventually(
        lambda: operator_decisions(gateway, "PROFILE_ABSENT")[len(before) :]
    )

    lines = explained(gateway, found[0], language)

    (row,) = [one for one in lines if one.lstrip().startswith("4 ")]
    assert row.endswith(f"{words['objects']}, PROFILE_ABSENT")
    text = REASON_TEXTS[Reason.PROFILE_ABSENT]
    assert f"      source: {text.source}" in lines
    assert words["same"] in lines


def test_each_explanation_is_a_reading_in_the_patients_history(
    gateway: Gateway, tmp_path: Path
) -> None:
    message_id = send(gateway, letter(tmp_path))
    assert gateway.outcome(message_id) == "FILED"

    def readings() -> int:
        with gateway.database() as database, database.read() as work:
            profile = Profiles(work).find(PATIENT)
            assert profile is not None
            lines = work.journal.lines(f"patient:{profile.id}")
            return sum(
                (one.action, one.outcome) == ("operator:read", "explain")
                for one in lines
            )

    before = readings()
    gateway.run("explain", message_id)
    assert readings() == before + 1
    assert gateway.run("journal verify").endswith(" 0 faults\n")

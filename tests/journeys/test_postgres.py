"""The letter's journey on PostgreSQL: the same program, another `database.url`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders_people import matricule
from tests.journeys.clients import (
    DOCTOR,
    HOSPITAL,
    PATIENT,
    mail_of,
    patient_address,
    report_type,
)
from tests.journeys.running import LETTER, Gateway, call, running
from tests.postgres import new_database

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory, postgres: str | None
) -> Iterator[Gateway]:
    if postgres is None:
        pytest.skip("PostgreSQL's server is not installed")
    folder = tmp_path_factory.mktemp("postgresql") / "folder"
    with running(folder, "--database", new_database(postgres)) as made:
        yield made


def test_nothing_is_kept_beside_the_server(gateway: Gateway) -> None:
    assert not (gateway.folder / "gateway.db").exists()
    assert gateway.settings.database.url.startswith("postgresql+psycopg://")
    gateway.run("doctor")


def test_the_letter_is_filed_and_told_of(gateway: Gateway) -> None:
    message_id = gateway.send(
        *("--as", "hospital", "--to", patient_address(), DOCTOR, "--dsn", "--mdn"),
        *("--document", str(LETTER)),
    )

    story = gateway.trace(message_id)
    gateway.settle()
    assert {one["address"]: one["outcome"] for one in story["recipients"]} == {
        patient_address(): "FILED",
        DOCTOR: "DELIVERED",
    }
    (entry,) = gateway.vault(PATIENT)
    assert gateway.run_bytes("vault get", entry["uniqueId"]) == LETTER.read_bytes()
    (copy,) = mail_of(gateway, DOCTOR)
    assert copy["Message-ID"] == f"<{message_id}>"
    assert sorted(report_type(one) for one in mail_of(gateway, HOSPITAL)) == [
        "delivery-status",
        "delivery-status",
        "disposition-notification",
    ]


def test_a_stranger_is_refused(gateway: Gateway) -> None:
    unknown = patient_address(matricule(998))

    said = gateway.refused("send", "--as", "hospital", "--to", unknown)

    assert said == "gateway: refused: 550 5.7.1 Refused by policy"


def test_all_of_it_survives_a_restart(gateway: Gateway) -> None:
    before = gateway.vault(PATIENT)
    gateway.kill()
    gateway.start()

    assert gateway.vault(PATIENT) == before
    assert gateway.run("journal verify").endswith(" 0 faults\n")


def test_a_server_that_is_away_is_named(tmp_path: Path) -> None:
    url = "postgresql+psycopg://gateway@localhost:1/gateway"
    gateway = Gateway.make(tmp_path / "gateway")
    gateway.configure(database={"url": url})

    for noun in ("serve", "queue list"):
        said = gateway.refused(noun)

        assert said.startswith("gateway: the database does not answer: check that it")
    done = call("init", str(tmp_path / "other"), "--database", url, status=1)
    assert b"the database does not answer" in done.stderr

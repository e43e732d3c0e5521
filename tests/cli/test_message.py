"""`gateway message`: what it takes back, and what it says of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import message as noun
from gateway.errors import ConflictError, InvalidError, MisuseError, NotFoundError
from gateway.settings.file import read_settings
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState
from gateway.store.base.open_database import open_database
from gateway.store.base.work import Database
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from tests.builders_arrivals import keep_arrival, make_arrival
from tests.builders_people import open_profile
from tests.cli.conftest import Run
from tests.web.mail import receive

WHY = ("--reason", "concerne une autre personne")


@pytest.fixture
def opened(config: Path) -> Database:
    return open_database(read_settings(config))


def test_it_tells_what_had_been_opened(
    opened: Database, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    patient = open_profile(opened)
    arrival_id = receive(opened, patient)
    with opened.write() as work:
        Arrivals(work).set_state(arrival_id, ArrivalState.ENDED)
        (conversation,) = InboxReader(work).conversations(patient)
        Inbox(work).open(patient, conversation.id)

    assert run(noun, "recall", arrival_id, *WHY, "--json") == 0

    assert json.loads(capsys.readouterr().out) == {
        "id": arrival_id,
        "patients": [
            {
                "recipient": 0,
                "outcome": "taken-back",
                "messageOpened": True,
                "documents": 0,
                "documentsOpened": 0,
                "copies": 0,
                "documentsConsulted": 0,
                "documentsSent": 0,
                "mayBeTakenAway": False,
            }
        ],
    }
    assert run(noun, "recall", arrival_id, *WHY) == 0
    assert "already" in capsys.readouterr().out


def test_a_message_that_nobody_got_is_not_taken_back(
    opened: Database, run: Run
) -> None:
    arrival = make_arrival()
    keep_arrival(opened, arrival)

    with pytest.raises(ConflictError, match="not delivered yet"):
        run(noun, "recall", arrival.id, *WHY)
    with opened.write() as work:
        Arrivals(work).set_state(arrival.id, ArrivalState.RETURNED)
    assert run(noun, "recall", arrival.id, *WHY) == 1
    with pytest.raises(NotFoundError, match="no message has the id"):
        run(noun, "recall", "0" * 32, *WHY)


def test_a_reason_names_no_patient(opened: Database, run: Run) -> None:
    patient = open_profile(opened)
    arrival_id = receive(opened, patient)

    with pytest.raises((InvalidError, MisuseError)):
        run(noun, "recall", arrival_id, "--reason", "2 79 03 51 215 189 89")

    with opened.read() as work:
        (conversation,) = InboxReader(work).conversations(patient)
        assert not conversation.last_is_recalled

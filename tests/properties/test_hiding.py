"""
A document about somebody else reaches nobody, wherever it hides (M04).

Either it is opened and whom it is about compared, or the patient is not given the
message as if it held nothing. The same messages with a document of the right patient
are filed, or their sender is told why not.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders_cda import make_cda
from tests.builders_database import database_at
from tests.builders_hiding import CLOSED, OPENED, Hidden, hidden
from tests.dmp_bridge.filing.story import Story
from tests.fakes import SetClock

MANY = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
OTHER = make_cda(ins="277076322082910", family="AUTRE")
NO_INS = make_cda(ins="", family="AUTRE", used_family="AUTRE", birth_date="19600101")
OWN = make_cda()


@pytest.fixture
def story(sqlite_model: Path, tmp_path: Path, clock: SetClock) -> Iterator[Story]:
    """One patient on SQLite: what is looked for does not depend on the database."""
    path = tmp_path / "gateway.db"
    shutil.copy(sqlite_model, path)
    database = database_at(f"sqlite:///{path}", tmp_path, clock)
    yield Story.begin(database)
    database.close()


@MANY
@given(case=st.sampled_from([OTHER, NO_INS]).flatmap(hidden))
def test_somebody_elses_document_is_found_wherever_it_hides(
    case: Hidden, story: Story
) -> None:
    told = story.send(case.mail)

    assert not told.deliver, case.how
    assert told.outcome in {"PATIENT_MISMATCH", "TRAITS_MISMATCH", "DOC_INVALID"}
    assert "acknowledge" in told.tasks
    assert story.entries() == []


@MANY
@given(case=hidden(OTHER, last=CLOSED, most=1))
def test_what_cannot_be_opened_is_not_given_as_if_it_held_nothing(
    case: Hidden, story: Story
) -> None:
    told = story.send(case.mail)

    assert not told.deliver, case.how
    assert told.outcome == "DOC_INVALID"
    assert all(one.detail for one in told.documents)
    assert "acknowledge" in told.tasks


@MANY
@given(case=hidden(OWN))
def test_the_patients_own_is_filed_or_its_sender_told_what_to_correct(
    case: Hidden, story: Story
) -> None:
    told = story.send(case.mail)

    assert told.kept.state != "quarantined", case.how
    for one in told.documents:
        # Told apart by its bytes: another form of a document filed is ID_REUSED.
        known = {"FILED", "DUPLICATE", "ID_REUSED", "DOC_INVALID"}
        assert one.outcome in known, case.how
        assert one.detail or one.outcome != "DOC_INVALID"
    assert told.documents, case.how


@MANY
@given(
    case=hidden(
        OWN,
        layers={
            name: OPENED[name] for name in ("forwarded", "zipped", "winmail", "signed")
        },
    )
)
def test_a_sound_document_is_filed_from_whatever_is_opened(
    case: Hidden, story: Story
) -> None:
    if not case.how.startswith(("package", "utf-8 > nothing")):
        return
    if "> 8bit >" in case.how:
        return  # its line ends are not those of a message, which is a fault

    told = story.send(case.mail)

    assert {one.outcome for one in told.documents} <= {"FILED", "DUPLICATE"}, case.how

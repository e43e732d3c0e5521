"""What was asked of authors goes on by itself: reminded, answered, with the service."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve

from gateway.core.document import Availability, Visibility
from gateway.dmp_bridge.asking_authors import AskingAuthors
from gateway.node.vaults import open_vaults
from gateway.rights.correction_rules import CorrectionState, Wish
from gateway.rights.inquiry_rules import InquiryEvent
from gateway.store.base.work import Database
from gateway.store.inbox.reading import InboxReader
from gateway.store.journal import chain_of
from gateway.store.patients.corrections import AskedOfAuthor, Correction, Corrections
from gateway.store.patients.inquiries import Inquiries
from gateway.store.patients.notice_centre import CentreReader, NoticeCentre
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import corrections, tasks
from gateway.store.tasks.tasks import TaskKind
from tests.builders_people import open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock
from tests.web.mail import PDF, carried, file, receive

DAYS = timedelta(days=1)


@define
class Asked:
    """A patient who asked the author of one document."""

    database: Database
    clock: SetClock
    asking: AskingAuthors
    profile_id: str
    document: str
    id: str = ""

    def ask(self, *, has_way: bool = True, document: str = "") -> None:
        with self.database.write() as work:
            profile = Profiles(work).hold(self.profile_id)
            assert profile is not None
            (talk, *_) = InboxReader(work).conversations(self.profile_id)
            asked = AskedOfAuthor(
                wish=Wish.CORRECT,
                title="Lettre",
                author="Dr MARTIN",
                reason="La date est fausse",
                conversation=talk.id if has_way else "",
                arrival="a" * 32 if has_way else "",
            )
            self.id = Corrections(work).ask(
                profile,
                document or self.document,
                asked,
                remind_at=work.now + 15 * DAYS,
                due_at=work.now + 30 * DAYS,
            )

    def state(self, **ahead: int) -> CorrectionState:
        """Let the rounds look at it, after some time; return where it stands."""
        self.clock.advance(**ahead)
        self.asking.run()
        return self.now().state

    def now(self) -> Correction:
        with self.database.read() as work:
            return Corrections(work).get(self.id)

    def reports(self) -> list[Any]:
        with self.database.read() as work:
            return Inquiries(work).of_patient(self.profile_id)


def reader(asked: Asked) -> CentreReader:
    return CentreReader(profile_id=asked.profile_id, account_id="a" * 32)


@pytest.fixture
def asked(database: Database, clock: SetClock, tmp_path: Path) -> Asked:
    profile_id = open_profile(database)
    receive(database, profile_id)
    clock.advance(minutes=1)
    document = file(database, profile_id, carried("application/pdf", PDF))
    vaults = open_vaults(database)
    asking = AskingAuthors(database, make_settings(tmp_path), vaults)
    return Asked(database, clock, asking, profile_id, document)


def test_the_author_is_reminded_once_and_then_the_service_is_told(asked: Asked) -> None:
    asked.ask()
    assert asked.state(days=14) is CorrectionState.ASKED
    assert asked.state(days=1) is CorrectionState.REMINDED
    assert asked.state(days=14) is CorrectionState.REMINDED
    with asked.database.read() as work:
        found = work.connection.execute(
            tasks.select().where(tasks.c.kind == TaskKind.REMIND.value)
        ).all()
    assert [one.subject for one in found] == [asked.id]
    assert asked.reports() == []

    assert asked.state(days=1) is CorrectionState.ESCALATED
    (report,) = asked.reports()
    assert report.reported.name == "Dr MARTIN"
    assert report.reported.text == "La date est fausse"
    assert asked.state(days=9) is CorrectionState.ESCALATED
    assert len(asked.reports()) == 1
    with asked.database.read() as work:
        lines = list(work.journal.lines(chain_of(asked.profile_id)))
        told = NoticeCentre(work).newest_unread(reader(asked), 10)
    assert [one.action for one in lines if one.action.startswith("correction:")] == [
        "correction:ask",
        "correction:remind",
        "correction:escalate",
    ]
    assert "inquiry:open" not in {one.action for one in lines}
    assert "correction" in {one.kind.value for one in told}


def test_what_the_service_closed_is_closed(asked: Asked) -> None:
    asked.ask(has_way=False)
    assert asked.state() is CorrectionState.ESCALATED
    (report,) = asked.reports()
    for event in (InquiryEvent.LOOK, InquiryEvent.CLOSE):
        with asked.database.write() as work:
            one = Inquiries(work).hold(report.id)
            Inquiries(work).move(one, event, "Vu")

    assert asked.state() is CorrectionState.CLOSED


def test_an_answer_in_its_conversation_ends_it_and_another_letter_does_not(
    asked: Asked,
) -> None:
    asked.ask()
    receive(asked.database, asked.profile_id, subject="Autre chose")
    assert asked.state(hours=1) is CorrectionState.ASKED

    receive(asked.database, asked.profile_id)
    assert asked.state() is CorrectionState.ANSWERED
    assert asked.state(days=40) is CorrectionState.ANSWERED
    assert asked.reports() == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (Availability.DEPRECATED, CorrectionState.CORRECTED),
        (Availability.DELETED, CorrectionState.WITHDRAWN),
    ],
)
def test_what_is_done_with_the_document_ends_it(
    asked: Asked, status: Availability, state: CorrectionState
) -> None:
    other = file(
        asked.database,
        asked.profile_id,
        carried("application/pdf", PDF),
        status=status,
    )
    asked.ask(document=other)
    assert asked.state() is state


def test_a_row_that_was_altered_is_left_and_its_neighbour_goes_on(asked: Asked) -> None:
    asked.ask()
    first = asked.id
    asked.ask()
    with asked.database.write() as work:
        work.connection.execute(
            corrections.update()
            .where(corrections.c.id == first)
            .values(due_at=work.now)
        )
    assert asked.state(days=15) is CorrectionState.REMINDED
    with asked.database.read() as work:
        row = work.connection.execute(
            corrections.select().where(corrections.c.id == first)
        ).one()
    assert row.state == "ASKED"


def test_of_a_secret_document_representatives_are_told_nothing(asked: Asked) -> None:
    secret = file(
        asked.database,
        asked.profile_id,
        carried("application/pdf", PDF),
        flags=frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES}),
    )
    asked.ask(has_way=False, document=secret)
    assert asked.state() is CorrectionState.ESCALATED
    with asked.database.read() as work:
        told = NoticeCentre(work).newest_unread(reader(asked), 10)
        (notice,) = [one for one in told if one.kind.value == "correction"]
        theirs = evolve(reader(asked), knows_secrets=False)
        shown = NoticeCentre(work).newest_unread(theirs, 10)
    assert notice.subject == secret
    assert "correction" not in {one.kind.value for one in shown}

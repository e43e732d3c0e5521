"""The author of a document is reminded by mail, once, of what a patient asked."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP

import pytest

from gateway.core.envelope import Arrival, Door, RecipientKind
from gateway.mssante.sending.reminding import RemindingAuthors
from gateway.rights.correction_rules import CorrectionState, Wish
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import Database
from gateway.store.patients.corrections import AskedOfAuthor, Corrections
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import arrivals
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_settings import make_settings
from tests.fakes import SetClock
from tests.mssante.post import DOCTOR, PATIENT, TABLES, Post, mail

ASKING = "f" * 32
REASON = "la date est fausse"


@pytest.fixture
def post(database: Database, clock: SetClock) -> Post:
    return Post.open(database, clock)


def ask(post: Post, state: CorrectionState = CorrectionState.REMINDED) -> str:
    """Keep what a patient asked of a mailbox here and of another operator's."""
    content = mail(sender=PATIENT, message_id="asked@patient.mssante.test", text=REASON)
    arrival = Arrival(
        id=ASKING,
        door=Door.WEB,
        sender=post.own,
        reverse_path=PATIENT,
        recipients=(post.mailbox(), post.remote()),
        content=content,
        message_id="asked@patient.mssante.test",
    )
    parcel = post.database.prepare(content)
    with post.database.write() as work:
        Arrivals(work).keep(arrival, parcel)
        profile = Profiles(work).hold(post.profile_id)
        assert profile is not None
        asked = AskedOfAuthor(
            wish=Wish.CORRECT,
            title="Lettre",
            author="Dr",
            reason=REASON,
            arrival=ASKING,
        )
        correction = Corrections(work).ask(
            profile,
            "d" * 32,
            asked,
            remind_at=work.now,
            due_at=work.now + timedelta(days=15),
        )
    with post.database.write() as work:
        Corrections(work).move(Corrections(work).get(correction), state)
    return correction


def remind(post: Post, correction: str) -> None:
    settings = make_settings(**TABLES)
    step = RemindingAuthors(post.database, settings)
    task = Task(1, TaskKind.REMIND, correction, 0, post.database.clock())
    job = step(task)
    with post.database.write() as work:
        job(work)


def test_each_recipient_is_reminded_in_the_thread_and_nobody_is_named(
    post: Post,
) -> None:
    remind(post, ask(post))

    with post.database.read() as work:
        relayed = [
            Arrivals(work).content(kept)
            for row in work.connection.execute(
                arrivals.select().where(
                    arrivals.c.door == Door.SYSTEM.value,
                    arrivals.c.blob_id.is_not(None),
                )
            )
            if (kept := Arrivals(work).get(row.id)) is not None
            and kept.recipients[0].recipient.kind is RecipientKind.REMOTE
        ]
    contents = [*post.box(DOCTOR), *relayed]
    assert len(contents) == 2
    for content in contents:
        told = message_from_bytes(content, policy=SMTP)
        assert told["In-Reply-To"] == "<asked@patient.mssante.test>"
        assert "Rappel" in told["Subject"]
        text = told.get_content()
        assert "corriger ou de retirer" in text
        assert REASON not in text
        assert PATIENT.partition("@")[0] not in text


@pytest.mark.parametrize(
    "state", [CorrectionState.ANSWERED, CorrectionState.TAKEN_BACK]
)
def test_who_answered_or_is_asked_no_more_is_not_reminded(
    post: Post, state: CorrectionState
) -> None:
    remind(post, ask(post, state))
    remind(post, "0" * 32)

    with post.database.read() as work:
        assert not work.connection.execute(
            arrivals.select().where(arrivals.c.door == Door.SYSTEM.value)
        ).all()

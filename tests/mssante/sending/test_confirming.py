"""What was relayed and never confirmed is told to its sender, once, past its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.core.copies import Copy, CopyReason
from gateway.mssante.sending.confirming import Confirming
from gateway.mssante.sending.relaying import Relaying
from gateway.store.base.housekeeping import Housekeeping
from gateway.store.inbox.sent_copies import Fate, SentCopies
from gateway.store.tasks.tasks import TaskKind
from tests.logged import warnings_logged
from tests.mssante.post import OPERATOR, PEER, SENT, SERVICE, WAITS, Post, mail
from tests.mssante.receipts.reports import parse
from tests.mssante.receipts.test_reports_in import WRITTEN, dsn, mdn, receive, written

HOURS = 72
PROMISES = evolve(SENT, told=True)
MDN_ASKED = f"Disposition-Notification-To: {SERVICE}"


@pytest.fixture
def waiting(post: Post) -> Post:
    """The post, where a copy is to be confirmed within three days."""
    relaying = Relaying(post.database, post.peer, evolve(WAITS, confirm_hours=HOURS))
    return evolve(post, steps={**post.steps, TaskKind.RELAY: relaying})


def look(post: Post) -> int:
    found = Confirming(post.database).run()["unconfirmed"]
    post.work()
    return found


def told(post: Post) -> list[tuple[str, str]]:
    return [
        (group["Action"], group["Final-Recipient"])
        for content in post.box()
        for group in parse(content).groups[1:]
    ]


RELAYED = [("relayed", f"rfc822;{PEER}")]


@pytest.mark.parametrize("answer", [SENT, PROMISES], ids=["no DSN", "DSN promised"])
def test_past_the_time_the_sender_is_told_once(waiting: Post, answer: Any) -> None:
    waiting.peer.answer = answer
    original = waiting.send(mail(), waiting.remote())

    waiting.clock.advance(hours=HOURS, seconds=-1)
    assert (look(waiting), told(waiting)) == (0, [])

    waiting.clock.advance(seconds=1)
    assert (look(waiting), told(waiting)) == (1, RELAYED)
    report = parse(waiting.box()[0])
    assert "Rien n’est revenu depuis" in report.text
    assert report.message["Subject"] == (
        "Message transmis, remise non confirmée / Message passed on, delivery not "
        "confirmed"
    )
    (line,) = waiting.lines("message:unconfirmed")
    assert (line.subject, line.outcome) == (original, "2.0.0")
    assert line.detail == {"recipient": 0, "host": "mx"}

    waiting.clock.advance(hours=10 * HOURS)
    assert (look(waiting), told(waiting)) == (0, RELAYED)
    assert waiting.said(original) == [("DSN", "relayed", "sent")]


@pytest.mark.parametrize(
    ("notify", "promised", "at_once", "later"),
    [
        ("SUCCESS", False, 1, 1),  # told of the relay already: not again
        ("SUCCESS,FAILURE", True, 0, 1),
        ("", True, 0, 1),
        ("FAILURE", True, 0, 0),
        ("FAILURE,DELAY", False, 0, 0),
        ("NEVER", True, 0, 0),
    ],
)
def test_who_asked_for_less_hears_less(
    waiting: Post, notify: str, promised: bool, at_once: int, later: int
) -> None:
    waiting.peer.answer = PROMISES if promised else SENT
    waiting.send(mail(), waiting.remote(notify=notify))
    assert len(waiting.box()) == at_once

    waiting.clock.advance(hours=HOURS)
    look(waiting)

    assert len(waiting.box()) == later


@pytest.mark.parametrize(("lines", "count"), [((), 0), ((MDN_ASKED,), 1)])
def test_where_nothing_is_reported_unasked_an_mdn_that_was_asked_for_is_a_question(
    database: Any, clock: Any, lines: tuple[str, ...], count: int
) -> None:
    post = Post.open(database, clock, receipts={"report_unconfirmed": False})
    relaying = Relaying(post.database, post.peer, evolve(WAITS, confirm_hours=HOURS))
    post = evolve(post, steps={**post.steps, TaskKind.RELAY: relaying})
    post.send(mail(*lines), post.remote())

    post.clock.advance(hours=HOURS)

    assert look(post) == 1
    assert len(post.box()) == count


@pytest.mark.parametrize(
    "report",
    [
        lambda: dsn("delivered"),
        lambda: dsn("failed"),
        lambda: dsn("relayed"),
        lambda: dsn("expanded"),
        lambda: mdn("manual-action/MDN-sent-manually; displayed", sender=PEER),
    ],
    ids=["delivered", "failed", "relayed", "expanded", "displayed"],
)
def test_what_was_heard_of_in_time_is_not_reported(
    waiting: Post, report: Callable[[], bytes]
) -> None:
    original = written(waiting)
    receive(waiting, report())

    waiting.clock.advance(hours=HOURS)

    assert look(waiting) == 0
    assert waiting.said(original) == []


def test_a_delay_is_no_confirmation(waiting: Post) -> None:
    written(waiting)
    receive(waiting, dsn("delayed"))

    waiting.clock.advance(hours=HOURS)

    assert look(waiting) == 1


def test_the_patient_reads_it_on_the_page_until_it_is_confirmed(waiting: Post) -> None:
    original = written(waiting)
    waiting.clock.advance(hours=HOURS)
    look(waiting)

    assert astray(waiting, original) == [Fate.UNCONFIRMED]
    assert waiting.said(original) == [("DSN", "relayed", "shown")]
    assert waiting.notices() == []

    receive(waiting, mdn("manual-action/MDN-sent-manually; displayed", sender=PEER))
    assert astray(waiting, original) == []
    assert waiting.outcomes(original) == [Copy.RELAYED]


def astray(post: Post, arrival_id: str) -> list[Fate]:
    found: list[Fate] = post.read(
        lambda work: [
            one.fate
            for copies in SentCopies(work, post.profile_id)
            .astray([arrival_id])
            .values()
            for one in copies
        ]
    )
    return found


@pytest.mark.parametrize(
    ("action", "outcome"), [("delivered", Copy.DELIVERED), ("failed", Copy.BOUNCED)]
)
def test_a_report_that_comes_later_corrects_the_trace(
    waiting: Post, action: str, outcome: Copy
) -> None:
    original = written(waiting)
    waiting.clock.advance(hours=HOURS)
    look(waiting)

    receive(waiting, dsn(action))

    (one,) = waiting.kept(original).recipients
    assert (one.outcome, one.reasons) == (outcome, (CopyReason.REPORTED_BY_PEER,))
    assert waiting.notices() == (["undelivered"] if outcome is Copy.BOUNCED else [])


def test_of_our_own_reports_nothing_is_waited_for(waiting: Post) -> None:
    waiting.send(
        mail(sender=PEER),
        waiting.patient(notify="SUCCESS"),
        sender=OPERATOR,
        reverse_path=PEER,
    )
    assert len(waiting.peer.parcels) == 1

    waiting.clock.advance(hours=10 * HOURS)

    assert look(waiting) == 0


def test_the_bytes_stay_until_it_is_told(waiting: Post) -> None:
    """A report gives the header back; the settings may keep messages for less."""
    original = waiting.send(mail(message_id=WRITTEN), waiting.remote())
    rounds = Housekeeping(waiting.database, transit=timedelta(hours=1))

    waiting.clock.advance(hours=HOURS)
    assert rounds.run()["messages"] == 0
    look(waiting)

    assert told(waiting) == RELAYED
    assert rounds.run()["messages"] >= 1
    assert waiting.kept(original).blob_id == ""


def test_the_operator_reads_one_line(waiting: Post) -> None:
    original = waiting.send(mail(), waiting.remote())
    waiting.clock.advance(hours=HOURS)

    with warnings_logged() as said:
        look(waiting)

    assert said == [
        f"message {original} to peer.mssante.test was relayed and never confirmed"
    ]


def test_a_time_of_zero_waits_for_nothing(post: Post) -> None:
    post.send(mail(), post.remote())
    post.clock.advance(hours=10_000)

    assert look(post) == 0

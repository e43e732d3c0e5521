"""The whole story of a message or a document, told by any of its names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from gateway.cli.trace import stories_in
from gateway.core.envelope import Recipient, RecipientKind
from gateway.mssante.receipts.acknowledging import Acknowledging
from gateway.mssante.sending.delivery import Delivering
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState, DocumentOutcome
from gateway.store.base.work import Database
from gateway.store.tables import tasks
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_cda import make_cda
from tests.builders_mail import as_xml, make_mail
from tests.builders_people import MATRICULE
from tests.builders_settings import make_settings
from tests.dmp_bridge.filing.story import Story
from tests.fakes import SetClock
from tests.mssante.post import ASKS, NEVER, PATIENT, PEER, SERVICE, Post, mail

STORY = {
    "id",
    "kind",
    "state",
    "received",
    "sender",
    "recipients",
    "documents",
    "receipts",
    "steps",
}


def tell(post: Post | Database, name: str) -> list[dict[str, Any]]:
    database = post.database if isinstance(post, Post) else post
    with database.read() as work:
        return stories_in(database, work).tell(name)


def test_a_story_has_exactly_the_keys_it_promises(post: Post) -> None:
    post.send(
        mail(ASKS),
        post.patient(),
        decided={
            "outcome": "FILED",
            "documents": [
                DocumentOutcome(
                    recipient=0, position=0, unique_id="1.2.3", outcome="FILED"
                )
            ],
        },
    )

    (story,) = tell(post, "one@hopital.mssante.test")

    assert set(story) == STORY
    assert set(story["recipients"][0]) == {"address", "outcome", "reasons"}
    assert set(story["documents"][0]) == {"uniqueId", "outcome", "reasons"}
    assert set(story["steps"][0]) == {"time", "action", "outcome", "detail"}
    assert (story["kind"], story["state"]) == ("message", "ended")
    assert story["sender"] == SERVICE
    assert story["recipients"][0]["address"] == PATIENT
    assert story["received"] == "2026-11-21T09:00:00+00:00"
    assert [one["kind"] for one in story["receipts"]] == ["MDN"]
    assert story["receipts"][0]["status"] == "processed"
    assert [one["action"] for one in story["steps"]] == [
        "message:accept",
        "message:deliver",
        "receipt:send",
    ]


def test_a_message_is_known_by_its_ids(post: Post) -> None:
    arrival_id = post.send(mail(), post.patient())

    names = (
        "one@hopital.mssante.test",
        "<one@hopital.mssante.test>",
        arrival_id,
        str(UUID(arrival_id)),
        f"urn:uuid:{UUID(arrival_id)}",
    )
    stories = [tell(post, name) for name in names]

    for (story,), name in zip(stories, names, strict=True):
        assert story["id"] == name
        assert f"arrival={arrival_id}" in story["steps"][0]["detail"]


def test_a_message_that_came_twice_has_two_stories_in_order(post: Post) -> None:
    post.send(mail(), post.patient())
    post.clock.advance(hours=1)
    post.send(mail(text="other"), post.patient())

    first, second = tell(post, "one@hopital.mssante.test")

    assert first["received"] < second["received"]


@pytest.mark.parametrize(
    "name", ["", "nothing@x.test", "1.2.3", "f" * 32, "é", "urn:uuid:"]
)
def test_an_unknown_name_has_no_story(post: Post, name: str) -> None:
    post.send(mail(), post.patient())

    assert tell(post, name) == []


def test_each_recipient_has_an_outcome_and_each_receipt_its_recipient(
    post: Post,
) -> None:
    post.peer.answer = NEVER

    post.send(mail(), post.patient(), post.mailbox(), post.remote())

    (story,) = tell(post, "one@hopital.mssante.test")
    assert [one["outcome"] for one in story["recipients"]] == [
        "MESSAGE_ONLY",
        "DELIVERED",
        "BOUNCED",
    ]
    (receipt,) = story["receipts"]
    assert (receipt["recipient"], receipt["status"]) == (PEER, "failed")
    returned = next(one for one in story["steps"] if one["action"] == "message:return")
    assert returned["outcome"] == "5.1.1"
    assert "host=mx" in returned["detail"]


def test_a_message_still_on_its_way_says_so(post: Post) -> None:
    post.keep(mail(), post.patient())

    (story,) = tell(post, "one@hopital.mssante.test")

    assert story["state"] == "received"
    assert story["recipients"][0]["outcome"] == ""


# With the filing step: documents by their own names.


def filed(database: Database, mail_: bytes) -> Story:
    """Send a message through filing, delivery and receipts."""
    story = Story.begin(database)
    task = story.keep(
        mail_,
        recipients=(
            Recipient(
                kind=RecipientKind.PATIENT,
                address=f"{MATRICULE}@patient.mssante.test",
                target_id=story.profile_id,
                notify="SUCCESS",
            ),
        ),
    )
    story.settle(task)
    settings = make_settings()
    for step in (Delivering(database, settings), Acknowledging(database, settings)):
        job = step(Task(0, TaskKind.DELIVER, task.subject, 0, database.clock()))
        with database.write() as work:
            job(work)
    return story


def test_a_document_is_known_by_its_unique_id_and_its_entry(
    database: Database, clock: SetClock
) -> None:
    story = filed(database, make_mail(as_xml(make_cda())))
    (entry,) = story.entries()

    by_unique_id = tell(database, entry.unique_id)
    by_entry = tell(database, entry.entry_uuid)

    (one,) = by_unique_id
    assert set(one) == STORY
    assert one["kind"] == "document"
    assert one["documents"] == [
        {"uniqueId": entry.unique_id, "outcome": "FILED", "reasons": ["FILED"]}
    ]
    assert [step["action"] for step in one["steps"]][:3] == [
        "message:accept",
        "document:decide",
        "document:file",
    ]
    assert "message:deliver" in [step["action"] for step in one["steps"]]
    (same,) = by_entry
    assert same | {"id": entry.unique_id} == one


def test_a_document_refused_is_known_by_its_unique_id_with_its_fault(
    database: Database, clock: SetClock
) -> None:
    filed(database, make_mail(as_xml(b"<not-a-cda/>")))

    (story,) = tell(database, "0@hopital.mssante.test")

    assert story["documents"][0]["outcome"] == "DOC_INVALID"
    decided = next(one for one in story["steps"] if one["action"] == "document:decide")
    assert "fault=" in decided["detail"]


def goes_on(post: Post, name: str) -> bool:
    with post.database.read() as work:
        return stories_in(post.database, work).goes_on(name)


def test_a_story_goes_on_until_the_sender_was_told(post: Post) -> None:
    arrival_id = post.keep(mail(ASKS), post.patient(notify="SUCCESS"))
    seen = [goes_on(post, arrival_id)]

    with post.database.write() as work:
        Arrivals(work).set_state(arrival_id, ArrivalState.ENDED)
    seen.append(goes_on(post, arrival_id))
    with post.database.write() as work:
        work.connection.execute(tasks.delete())
    seen.append(goes_on(post, arrival_id))

    assert seen == [True, True, False]


def test_a_task_that_was_given_up_brings_nothing_more(post: Post) -> None:
    arrival_id = post.keep(mail(), post.patient())
    with post.database.write() as work:
        Arrivals(work).set_state(arrival_id, ArrivalState.ENDED)
        for task in work.tasks.claim("test", [TaskKind.FILE], 5, timedelta(1)):
            work.tasks.bury(task, "hopeless")

    assert not goes_on(post, arrival_id)

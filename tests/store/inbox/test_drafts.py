"""What was begun is kept sealed, gone on with, and gone with its time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from gateway.core.ins import Ins
from gateway.rights.visibility_rules import PatientReader
from gateway.store.base.housekeeping import Housekeeping
from gateway.store.base.work import Database
from gateway.store.inbox.drafts import Begun, Draft, DraftReader, Drafts
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.tables import loose_drafts
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.fakes import SetClock
from tests.store.inbox.test_inbox import DOCTOR, only, receive

BEGUN = Begun(subject="Sujet", text="Commencé", documents=("d" * 32,))


def kept(database: Database, profile_id: str) -> list[Draft]:
    with database.read() as work:
        return DraftReader(InboxReader(work)).all(profile_id, 10)


def save(database: Database, profile_id: str, begun: Begun, draft: str = "") -> str:
    with database.write() as work:
        return Drafts(work).save_new(profile_id, begun, draft, most=2)


def test_an_answer_is_kept_sealed_and_replaced(database: Database) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id)
    talk = only(database, profile_id).id
    for begun in (BEGUN, Begun(text="Bonjour docteur")):
        with database.write() as work:
            Drafts(work).save_answer(profile_id, talk, begun)

    (draft,) = kept(database, profile_id)
    assert draft.begun == Begun(text="Bonjour docteur", to=talk)
    assert draft.is_answer
    assert draft.may_be_sent
    with database.read() as work:
        reader = DraftReader(InboxReader(work))
        assert reader.answer("someone", talk) is None
        assert reader.new(profile_id, talk) is None


def test_an_answer_to_an_ended_exchange_is_kept_and_cannot_be_sent(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id)
    talk = only(database, profile_id).id
    with database.write() as work:
        Drafts(work).save_answer(profile_id, talk, BEGUN)
        Inbox(work).end_conversations(profile_id, DOCTOR)

    (draft,) = kept(database, profile_id)
    assert not draft.may_be_sent


def test_a_draft_to_nobody_is_kept_sealed_gone_on_with_and_forgotten(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    first = save(database, profile_id, BEGUN)
    assert save(database, profile_id, Begun(text="Fini"), first) == first

    (draft,) = kept(database, profile_id)
    assert (draft.id, draft.begun.text, draft.conversation) == (first, "Fini", None)
    with database.write() as work:
        stored = work.connection.execute(select(loose_drafts.c.content)).scalar_one()
        assert b"Fini" not in stored
        Drafts(work).forget("someone", first)
        assert DraftReader(InboxReader(work)).new("someone", first) is None
    assert len(kept(database, profile_id)) == 1
    with database.write() as work:
        Drafts(work).forget(profile_id, first)
    assert kept(database, profile_id) == []


def test_beyond_the_limit_the_oldest_new_message_goes(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    for text in ("un", "deux", "trois"):
        save(database, profile_id, Begun(text=text))
        clock.advance(minutes=1)

    assert [one.begun.text for one in kept(database, profile_id)] == ["trois", "deux"]


def test_the_draft_of_another_is_never_written_over(database: Database) -> None:
    profile_id = open_profile(database)
    first = save(database, profile_id, BEGUN)
    other = open_profile(database, ins=Ins.of(matricule(2), TEST_RANGE))

    assert save(database, other, Begun(text="Autre"), first) != first
    assert [one.begun.text for one in kept(database, profile_id)] == ["Commencé"]


def test_what_nobody_goes_on_with_is_gone_with_its_time(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    receive(database, profile_id)
    talk = only(database, profile_id).id
    with database.write() as work:
        Drafts(work).save_answer(profile_id, talk, BEGUN)
    save(database, profile_id, BEGUN)
    tidy = Housekeeping(database, timedelta(days=7), drafts=timedelta(days=3))
    clock.advance(days=3)
    assert tidy.run()["drafts"] == 0

    clock.advance(seconds=1)
    assert tidy.run()["drafts"] == 2
    assert kept(database, profile_id) == []


def test_what_is_to_nobody_yet_is_known_to_representatives_who_wrote_it(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    own = save(database, profile_id, Begun(text="À qui demander ?"))
    theirs = save(database, profile_id, Begun(text="D’un parent", is_own=False))

    with database.read() as work:
        parent = DraftReader(InboxReader(work, PatientReader.REPRESENTATIVE))
        assert [one.id for one in parent.all(profile_id, 5)] == [theirs]
        assert parent.new(profile_id, own) is None
        holder = DraftReader(InboxReader(work))
        assert {one.id for one in holder.all(profile_id, 5)} == {own, theirs}

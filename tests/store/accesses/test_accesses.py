"""
An access to named documents: asked for, granted, opened, reviewed and told of.

Several modules together: what is kept of it, its lines, and the notices to the patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from gateway.core.accesses import Verdict
from gateway.errors import AlteredError, ConflictError, InvalidError, NotFoundError
from gateway.rights.access_rules import state_of
from gateway.store.accesses.accesses import Accesses, ReadingCommand
from gateway.store.accesses.reading import AccessReader, Walk
from gateway.store.accesses.telling import (
    TellingOfAccess,
    tell,
    tell_of_review,
    wake_tellings,
)
from gateway.store.accesses.values import Access, Named, Wanted
from gateway.store.altered import AlteredRows
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.journal import OPERATOR, Action, Entry, chain_of
from gateway.store.patients.deletion import delete_patient
from gateway.store.patients.notices import Notices
from gateway.store.tables import accesses, notices, tasks
from gateway.store.tasks.tasks import TaskKind
from tests.builders_accesses import ANNE, BEN, TERMS, VAULT_GET
from tests.builders_accesses import wanted as asked_for
from tests.builders_people import INS, MATRICULE, matricule, open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock

FIRST, SECOND = Named("d" * 32, "11490-0", "Hôpital"), Named("e" * 32, "34112-3", "CH")


@pytest.fixture
def patient(database: Database) -> str:
    CarryingOver(database, STEPS).nothing_to_do()
    return open_profile(database)


def names_nothing(work: UnitOfWork, access: Access) -> bool:
    """Tell that an access is about no secret; the rule is tested with the vault."""
    del work, access
    return False


def wanted(*patients: str, **changes: Any) -> Wanted:
    return asked_for(*patients, **{"named": (FIRST, SECOND), **changes})


def take(database: Database, *patients: str, **changes: Any) -> str:
    with database.write() as work:
        return Accesses(work, *ANNE).take(wanted(*patients, **changes), TERMS)


def ask(database: Database, *patients: str, **changes: Any) -> str:
    with database.write() as work:
        return Accesses(work, *ANNE).ask(wanted(*patients, **changes), TERMS)


def opens(database: Database, what: str, who: tuple[str, str] = ANNE) -> bool:
    with database.read() as work:
        return Accesses(work, *who).opening(what) is not None


def got(database: Database, access_id: str) -> Access:
    with database.read() as work:
        found = AccessReader(work).get(access_id)
    assert found is not None
    return found


def lines(database: Database, chain: str) -> list[Entry]:
    with database.read() as work:
        return [
            one for one in work.journal.lines(chain) if one.detail.get("access") or ""
        ]


def mails(database: Database) -> list[str]:
    with database.read() as work:
        query = select(notices.c.kind).order_by(notices.c.created_at, notices.c.id)
        return list(work.connection.execute(query).scalars())


def state(database: Database, access_id: str) -> str:
    with database.read() as work:
        access = AccessReader(work).get(access_id)
        assert access is not None
        return state_of(access.facts, work.now).value


def test_only_what_is_named_opens_for_who_took_it_and_for_half_an_hour(
    database: Database, patient: str, clock: SetClock
) -> None:
    access_id = take(database, patient)

    assert opens(database, FIRST.id)
    assert opens(database, SECOND.id)
    assert not opens(database, "f" * 32)
    assert not opens(database, FIRST.id, BEN)
    clock.advance(minutes=30, microseconds=-1)
    assert opens(database, FIRST.id)
    clock.advance(microseconds=1)
    assert not opens(database, FIRST.id)
    assert state(database, access_id) == "ended"


def test_what_was_asked_for_opens_once_a_second_person_grants_it(
    database: Database, patient: str, clock: SetClock
) -> None:
    access_id = ask(database, patient)
    assert not opens(database, FIRST.id)
    with database.write() as work, pytest.raises(ConflictError, match="yourself"):
        Accesses(work, "anne (auditor)", "anne").grant(access_id, TERMS)

    clock.advance(hours=23)
    with database.write() as work:
        granted = Accesses(work, *BEN).grant(access_id, TERMS)

    assert opens(database, FIRST.id)
    assert not opens(database, FIRST.id, BEN)
    assert granted.granted_by == "ben"
    assert granted.facts.review_by is None  # two persons have seen it
    assert granted.facts.ends_at == clock.now + timedelta(minutes=30)
    with database.write() as work, pytest.raises(ConflictError):
        Accesses(work, *BEN).grant(access_id, TERMS)


def test_what_nobody_grants_in_time_or_is_refused_opens_nothing(
    database: Database, patient: str, clock: SetClock
) -> None:
    late, refused = ask(database, patient), ask(database, patient)
    with database.write() as work:
        Accesses(work, *BEN).refuse(refused, "ask the patient first")
    clock.advance(hours=24)
    with database.write() as work, pytest.raises(ConflictError):
        Accesses(work, *BEN).grant(late, TERMS)

    assert (state(database, late), state(database, refused)) == ("lapsed", "refused")
    assert not opens(database, FIRST.id)
    last = lines(database, chain_of(patient))[-1]
    assert (last.action, last.detail["why"]) == (
        "access:refuse",
        "ask the patient first",
    )


def test_each_line_says_who_why_for_whom_and_what_in_both_chains(
    database: Database, patient: str
) -> None:
    access_id = take(database, patient)
    with database.write() as work:
        access = Accesses(work, *ANNE).opening(FIRST.id)
        assert access is not None
        Accesses(work, *ANNE).note_reading(access, VAULT_GET, FIRST.id)

    said = {
        "access": access_id,
        "by": "anne (privacy)",
        "who": "operator",
        "means": "admin-socket",
        "cause": "complaint",
        "why": "ticket 12",
        "request": "the patient's daughter",
    }
    both = {
        "document": [FIRST.id, SECOND.id],
        "categories": ["11490-0", "34112-3"],
        "structure": ["CH", "Hôpital"],
    }
    one = {
        "document": [FIRST.id],
        "categories": ["11490-0"],
        "structure": ["Hôpital"],
    }
    own, theirs = lines(database, chain_of(patient)), lines(database, OPERATOR)
    assert [(line.action, line.outcome, line.subject) for line in own] == [
        ("access:take", "complaint", access_id),
        ("document:download", "operator", FIRST.id),
    ]
    assert [(line.action, line.outcome, line.subject) for line in theirs] == [
        ("access:take", "complaint", access_id),
        ("operator:read", "vault get", access_id),
    ]
    for taken, read in (own, theirs):
        assert taken.detail == {**said, **both}
        assert read.detail == {**said, **one}
        assert "ticket 12" not in str(taken.kept)
        assert "11490-0" not in str(read.kept)
        assert "daughter" not in str(read.kept)


def test_another_account_reviews_it_once_it_is_over(
    database: Database, patient: str, clock: SetClock
) -> None:
    access_id = take(database, patient)
    with database.write() as work, pytest.raises(ConflictError, match="not over"):
        Accesses(work, *BEN).review(access_id, Verdict.FINE, "as asked")
    with database.write() as work:
        Accesses(work, *ANNE).end(access_id)
    assert not opens(database, FIRST.id)
    with database.write() as work, pytest.raises(ConflictError, match="yourself"):
        Accesses(work, *ANNE).review(access_id, Verdict.FINE, "as asked")

    with database.write() as work:
        found = Accesses(work, *BEN).review(access_id, Verdict.NOT_FINE, "not needed")

    assert (found.verdict, found.reviewed_by) == (Verdict.NOT_FINE, "ben")
    last = lines(database, chain_of(patient))[-1]
    assert (last.action, last.outcome) == ("access:review", "not-fine")
    assert (last.detail["by"], last.detail["why"]) == ("ben (auditor)", "not needed")
    with database.write() as work, pytest.raises(ConflictError):
        Accesses(work, *BEN).review(access_id, Verdict.FINE, "after all")


def test_nobody_elses_access_is_ended_and_what_is_not_there_is_not_found(
    database: Database, patient: str
) -> None:
    access_id = take(database, patient)

    with database.write() as work, pytest.raises(ConflictError, match="else's"):
        Accesses(work, *BEN).end(access_id)
    for step in (
        lambda one: one.end("x"),
        lambda one: one.grant("x", TERMS),
        lambda one: one.refuse("x", "y"),
        lambda one: one.review("x", Verdict.FINE, "y"),
    ):
        with database.write() as work, pytest.raises(NotFoundError):
            step(Accesses(work, *ANNE))


@pytest.mark.parametrize("where", ["why", "request", "delayed_why"])
def test_a_reason_names_no_patient(
    database: Database, patient: str, where: str
) -> None:
    with pytest.raises(InvalidError):
        take(database, patient, **{where: f"of {MATRICULE}"})
    with database.read() as work:
        assert AccessReader(work).listed(9) == ([], 0)


def test_what_waits_too_long_for_its_review_is_told_and_no_earlier(
    database: Database, patient: str, clock: SetClock
) -> None:
    start = clock.now
    first = take(database, patient)
    ask(database, patient)
    clock.advance(hours=24, microseconds=-1)
    assert unreviewed(database) == (0, None, 0)
    clock.advance(microseconds=1)
    assert unreviewed(database) == (1, start + timedelta(hours=24), 0)

    with database.write() as work:
        Accesses(work, *BEN).review(first, Verdict.FINE, "as asked")
    assert unreviewed(database) == (0, None, 0)


def unreviewed(database: Database) -> tuple[int, datetime | None, int]:
    with database.read() as work:
        found = AccessReader(work).unreviewed()
    return found.count, found.since, found.altered


@pytest.mark.parametrize(
    "change",
    [
        "review_by = NULL, reviewed_by = 'ben', verdict = 'fine'",
        "review_by = review_by + 99999999999",
        "ends_at = ends_at + 3600000000",
        "asked_by = 'ben'",
        "profile_id = NULL",
    ],
)
def test_who_has_the_database_alone_opens_nothing_and_hides_nothing(
    database: Database, patient: str, clock: SetClock, change: str
) -> None:
    take(database, patient)
    clock.advance(minutes=29)
    with database.engine.begin() as connection:
        connection.execute(text(f"UPDATE accesses SET {change}"))  # noqa: S608 (ours)
    for who in (ANNE, BEN):
        assert not opens_unaltered(database, who)
    clock.advance(minutes=2)
    for who in (ANNE, BEN):
        assert not opens_unaltered(database, who)
    clock.advance(hours=24)
    assert unreviewed(database)[2] == 1
    with database.read() as work:
        assert AlteredRows(work).find_of(accesses)


def test_two_cells_that_were_altered_hide_an_access_from_no_look(
    database: Database, patient: str, clock: SetClock
) -> None:
    access_id = take(database, patient)
    clock.advance(hours=25)
    with database.engine.begin() as connection:
        change = "review_by = NULL, ends_at = ends_at - 9999999999999"
        connection.execute(text(f"UPDATE accesses SET {change}"))  # noqa: S608 (ours)
    assert unreviewed(database) == (0, None, 1)
    with database.read() as work:
        assert AlteredRows(work).find_doors() == [f"accesses/{access_id}: was altered"]


def test_the_looks_of_a_process_come_through_all_accesses_in_turn(
    database: Database, patient: str, clock: SetClock
) -> None:
    made = sorted(take(database, patient) for _ in range(5))
    clock.advance(hours=25)
    with database.write() as work:
        for access_id in made:
            Accesses(work, *BEN).review(access_id, Verdict.FINE, "as asked")
    clock.advance(days=40)
    only = accesses.c.id == made[3]
    with database.engine.begin() as connection:
        (kept,) = connection.execute(select(accesses.c.cause).where(only)).scalars()
        connection.execute(update(accesses).where(only).values(cause="another"))
    walk, found = Walk(at_once=2), []
    for number in range(7):
        if number == 4:
            with database.engine.begin() as connection:
                connection.execute(update(accesses).where(only).values(cause=kept))
        with database.read() as work:
            found.append(AccessReader(work).unreviewed(walk).altered)

    assert found == [0, 1, 1, 1, 0, 0, 0]
    assert walk.altered == []


def opens_unaltered(database: Database, who: tuple[str, str]) -> bool:
    """Tell whether something opens; that it is refused as altered is no."""
    try:
        return opens(database, FIRST.id, who)
    except AlteredError:
        return False


def test_documents_that_are_put_into_an_access_open_nothing(
    database: Database, patient: str
) -> None:
    """What is named lies sealed; that of another access is bound to that one."""
    first = take(database, patient, named=(FIRST,))
    second = take(database, patient, named=(SECOND,))
    with database.engine.begin() as connection:
        of_first = select(accesses.c.said).where(accesses.c.id == first)
        said = connection.execute(of_first).scalar_one()
        moved = update(accesses).where(accesses.c.id == second).values(said=said)
        connection.execute(moved)

    with database.read() as work, pytest.raises(AlteredError):
        Accesses(work, *ANNE).opening(SECOND.id)
    with database.write() as work:
        work.connection.execute(delete(accesses).where(accesses.c.id == second))
    assert opens(database, FIRST.id)
    assert not opens(database, SECOND.id)
    with database.read() as work:
        assert AlteredRows(work).find_of(accesses) == [f"accesses/{second}: is gone"]


def test_an_access_that_was_ended_and_is_put_back_opens_nothing(
    database: Database, patient: str
) -> None:
    access_id = take(database, patient)
    of_it = select(accesses).where(accesses.c.id == access_id)
    with database.read() as work:
        before = dict(work.connection.execute(of_it).one()._mapping)
    with database.write() as work:
        Accesses(work, *ANNE).end(access_id)
    with database.engine.begin() as connection:
        connection.execute(update(accesses).values(before))

    with database.read() as work, pytest.raises(AlteredError, match="put back"):
        Accesses(work, *ANNE).opening(FIRST.id)
    another = take(database, patient)  # a sound one opens all the same
    with database.read() as work:
        found = Accesses(work, *ANNE).opening(FIRST.id)
    assert found is not None
    assert found.id == another


def test_one_that_was_altered_is_left_out_of_the_list_and_counted(
    database: Database, patient: str
) -> None:
    first, second = take(database, patient), take(database, patient)
    with database.engine.begin() as connection:
        change = update(accesses).where(accesses.c.id == first)
        connection.execute(change.values(cause="law"))

    with database.read() as work:
        found, altered = AccessReader(work).listed(9)
        assert ([one.id for one in found], altered) == ([second], 1)
        assert AlteredRows(work).find_doors() == [f"accesses/{first}: was altered"]


def test_the_patient_is_told_at_once_and_again_of_what_was_not_justified(
    database: Database, patient: str, clock: SetClock, tmp_path: Path
) -> None:
    settings = make_settings(tmp_path)
    access_id = take(database, patient)
    with database.write() as work:
        assert tell(
            work, Notices.of(work, settings), got(database, access_id), names_nothing
        )
    assert got(database, access_id).told_at == clock.now
    assert mails(database) == ["break-glass"]

    clock.advance(hours=1)
    with database.write() as work:
        found = Accesses(work, *BEN).review(access_id, Verdict.NOT_FINE, "no reason")
        assert tell_of_review(work, Notices.of(work, settings), found, names_nothing)
    assert mails(database) == ["break-glass", "unfounded"]


def test_a_review_that_finds_it_fine_is_a_line_and_no_mail(
    database: Database, patient: str, clock: SetClock, tmp_path: Path
) -> None:
    access_id = take(database, patient)
    clock.advance(hours=1)
    with database.write() as work:
        found = Accesses(work, *BEN).review(access_id, Verdict.FINE, "as asked")
        notices_of = Notices.of(work, make_settings(tmp_path))
        assert not tell_of_review(work, notices_of, found, names_nothing)

    assert mails(database) == []
    assert lines(database, chain_of(patient))[-1].outcome == "fine"


def test_who_has_no_address_is_not_said_to_be_told_by_mail(
    database: Database, tmp_path: Path
) -> None:
    patient = open_profile(database, email="")
    access_id = take(database, patient)
    with database.write() as work:
        service = Notices.of(work, make_settings(tmp_path))
        assert not tell(work, service, got(database, access_id), names_nothing)

    assert lines(database, OPERATOR)[-1].outcome == "no-address"
    assert mails(database) == []


def due(database: Database, folder: Path) -> int:
    """Wake what is due and do the tasks; return how many there were."""
    step = TellingOfAccess(make_settings(folder), names_nothing)
    with database.write() as work:
        wake_tellings(work, 100)
    with database.write() as work:
        wake_tellings(work, 100)  # a second look adds no second task
        claimed = work.tasks.claim("me", [TaskKind.TELL], 100, timedelta(minutes=1))
    for task in claimed:
        with database.write() as work:
            step(task)(work)
            work.tasks.finish(task, "me")
    return len(claimed)


def untold(database: Database, access_ids: Sequence[str]) -> set[str]:
    with database.read() as work:
        found = AccessReader(work).each(access_ids).values()
        return {one.id for one in found if not one.is_told(work.now)}


def test_who_is_to_be_told_later_is_told_on_that_day_once(
    database: Database, patient: str, clock: SetClock, tmp_path: Path
) -> None:
    day = clock.now + timedelta(days=3)
    later = {"tell_at": day, "delayed_why": "an inquiry"}
    access_id = take(database, patient, **later)
    ask(database, patient, **later)  # nobody grants it: there is nothing to tell
    now = take(database, patient)

    (begun, *_) = lines(database, chain_of(patient))
    assert begun.detail["tell"] == day.isoformat()
    assert begun.detail["delayed"] == "an inquiry"
    assert "inquiry" not in str(begun.kept)
    clock.now = day - timedelta(microseconds=1)
    assert due(database, tmp_path) == 0
    assert untold(database, [access_id, now]) == {access_id}
    clock.now = day
    assert due(database, tmp_path) == 1
    assert mails(database) == ["break-glass"]
    assert got(database, access_id).told_at == day
    assert untold(database, [access_id, now]) == set()
    assert due(database, tmp_path) == 0
    with database.read() as work:
        assert work.connection.execute(select(tasks.c.kind)).scalars().all() == [
            "notify"
        ]


def test_of_what_was_not_justified_they_are_told_before_that_day(
    database: Database, patient: str, clock: SetClock, tmp_path: Path
) -> None:
    day = clock.now + timedelta(days=3)
    access_id = take(database, patient, tell_at=day, delayed_why="an inquiry")
    clock.advance(hours=1)
    with database.write() as work:
        found = Accesses(work, *BEN).review(access_id, Verdict.NOT_FINE, "no inquiry")
        service = Notices.of(work, make_settings(tmp_path))
        tell_of_review(work, service, found, names_nothing)

    assert sorted(mails(database)) == ["break-glass", "unfounded"]
    assert untold(database, [access_id]) == set()
    clock.now = day
    assert due(database, tmp_path) == 0


def test_a_message_is_each_of_its_patients_and_nobodys_where_there_is_none(
    database: Database, patient: str, tmp_path: Path
) -> None:
    other = open_profile(database, ins=type(INS).of(matricule(3), INS.authority.value))
    held = Named("c" * 32, "", "1750000011")
    message = {"named": (held,), "is_message": True}
    access_id = take(database, patient, other, **message)
    with database.write() as work:
        found = Accesses(work, *ANNE).opening(held.id)
        assert found is not None
        place = ReadingCommand("quarantine get", Action.OPERATOR_READ, "quarantine get")
        Accesses(work, *ANNE).note_reading(found, place, held.id)
        service = Notices.of(work, make_settings(tmp_path))
        tell(work, service, found, names_nothing)
    assert found.patients == (patient, other)
    for one in (patient, other):
        assert [line.action for line in lines(database, chain_of(one))] == [
            "access:take",
            "operator:read",
        ]
    assert len(lines(database, OPERATOR)) == 3
    assert mails(database) == ["break-glass"] * 2
    assert got(database, access_id).profile_id == ""

    take(database, named=(Named("9" * 32),), is_message=True)
    assert opens(database, "9" * 32)


def test_a_space_that_is_deleted_takes_along_what_was_named_and_not_the_review(
    database: Database, patient: str, clock: SetClock, tmp_path: Path
) -> None:
    access_id, asked = take(database, patient), ask(database, patient)
    with database.write() as work:
        delete_patient(work, MATRICULE, cause="asked", by="root")

    assert got(database, access_id).said is None
    assert not opens(database, FIRST.id)
    with database.write() as work, pytest.raises(ConflictError, match="destroyed"):
        Accesses(work, *BEN).grant(asked, TERMS)
    clock.advance(hours=1)
    with database.write() as work:
        found = Accesses(work, *BEN).review(access_id, Verdict.NOT_FINE, "too late")
        service = Notices.of(work, make_settings(tmp_path))
        assert not tell_of_review(work, service, found, names_nothing)

    assert unreviewed(database) == (0, None, 0)
    own, theirs = lines(database, chain_of(patient)), lines(database, OPERATOR)
    assert own[-1].detail.keys() == {"access", "by", "who", "means"}
    assert "request" not in own[0].detail
    (reviewed,) = [one for one in theirs if one.action == "access:review"]
    assert reviewed.detail["why"] == "too late"


def test_the_newest_is_listed_first_and_no_more_than_asked(
    database: Database, patient: str, clock: SetClock
) -> None:
    other = open_profile(database, ins=type(INS).of(matricule(3), INS.authority.value))
    made = []
    for number in range(4):
        made.append(take(database, (patient, other)[number % 2]))
        clock.advance(minutes=1)
    with database.read() as work:
        reader = AccessReader(work)
        newest, _ = reader.listed(3)
        own, _ = reader.listed(9, profile_id=patient)
        waiting, altered = reader.listed(9, unreviewed=True)
    assert [one.id for one in newest] == made[:0:-1]
    assert [one.id for one in own] == [made[2], made[0]]
    assert (len(waiting), altered) == (4, 0)


def test_a_history_that_names_an_access_which_is_gone_is_not_shown(
    database: Database, patient: str
) -> None:
    access_id = take(database, patient)
    with database.write() as work:
        work.connection.execute(delete(accesses))

    with pytest.raises(AlteredError):
        untold(database, [access_id])
    assert untold(database, []) == set()

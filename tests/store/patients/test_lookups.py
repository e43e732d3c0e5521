"""Keys of digests turn over: all are found meanwhile, nothing by the old ones after."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from gateway.core.ins import Ins
from gateway.errors import ConflictError
from gateway.store.base.work import Database
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.deletion import delete_patient
from gateway.store.patients.devices import Devices
from gateway.store.patients.lookups import (
    DIGESTED_ANEW,
    begin_turn,
    carry_lookups,
    end_turn,
    settles_at,
    turn_under_way,
)
from gateway.store.patients.one_time_codes import NewCode, OneTimeCodes
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.provisional_codes import ProvisionalCodes
from gateway.store.patients.standing import find_standing
from gateway.store.patients.tries import Tries
from gateway.store.patients.web_sessions import SessionLife, Stage, WebSessions
from gateway.store.sealed import digest_turn
from gateway.store.sealed.destroying import clear_traces
from gateway.store.sealed.digest_keys import LOOKUP, Label
from gateway.store.sealed.keys import KeyRing
from gateway.store.tables import (
    accounts,
    data_keys,
    metadata,
    profiles,
    unknown_logins,
)
from gateway.web.site.visits import (
    form_token,
    form_tokens,
    is_among,
    upload_ticket,
    upload_tickets,
)
from tests.builders_people import INS, MATRICULE, matricule, open_profile
from tests.fakes import SetClock

LIFE = SessionLife(idle=timedelta(minutes=15), whole=timedelta(hours=8))
MINUTE = timedelta(minutes=1)
PASSWORD = "une-longue-phrase"  # noqa: S105
COOKIE = "c" * 64


@pytest.fixture
def mine(database: Database, clock: SetClock) -> Database:
    """A database whose keys of digests are its own, with a patient who signs in."""
    with database.write() as work:
        work.keys.establish(work.connection, work.now, new=True)
    profile_id = open_profile(database)
    with database.write() as work:
        Accounts(work).add("dominique", PASSWORD, profile_id)
    return database


@pytest.fixture
def other(mine: Database) -> Database:
    """The same database as another process has it: with a memory of its own."""
    opened = another(mine)
    opened.know_keys()
    assert is_known(opened)
    return opened


def another(database: Database) -> Database:
    keys = KeyRing(database.keys.source)
    keys.bind(database.engine)
    return Database(database.engine, keys, database.folder, database.clock)


def others(number: int, database: Database) -> list[str]:
    """Open profiles; return their matricules."""
    made = [matricule(one) for one in range(1, number + 1)]
    for one in made:
        open_profile(database, ins=Ins.of(one, INS.authority.value))
    return made


def is_known(database: Database, ins: str = MATRICULE) -> bool:
    """Tell whether a patient is found by each of the ways there are."""
    with database.read() as work:
        found = Profiles(work).find(ins)
    standing = find_standing(database, ins, names={"a@b.test"})
    assert (found is None) is (standing is None)
    return found is not None


def begin(database: Database) -> None:
    with database.write() as work:
        begin_turn(work, by="anne (keys)")


def carry(database: Database, most: int = 100) -> int:
    with database.write() as work:
        return carry_lookups(work, most)


def carry_all(database: Database) -> None:
    while carry(database):
        continue


def end(database: Database) -> int:
    with database.write() as work:
        return end_turn(work, by="anne (keys)")


def turn(database: Database) -> None:
    begin(database)
    carry_all(database)
    end(database)


def start(database: Database) -> tuple[str, NewCode]:
    """Return the cookie of a session of the patient, and a code under way."""
    with database.write() as work:
        account = Accounts(work).find("dominique").id
        cookie = WebSessions(work, LIFE).start(Stage.OPEN, account)
        return cookie, OneTimeCodes(work).make(account, timedelta(minutes=10), 5)


def opens(database: Database, cookie: str) -> bool:
    with database.read() as work:
        return WebSessions(work, LIFE).find(cookie) is not None


def works(database: Database, code: NewCode) -> bool:
    with database.write() as work:
        return OneTimeCodes(work).use(code.id, code.digits)


def test_while_they_turn_over_each_process_finds_what_either_wrote(
    mine: Database, other: Database, clock: SetClock
) -> None:
    before = start(mine)
    token, ticket = form_token(mine.keys, COOKIE), upload_ticket(mine.keys, COOKIE)
    begin(mine)
    new = open_profile(mine, ins=Ins.of(matricule(9), INS.authority.value))
    between = start(mine)

    for one in (other, mine, another(mine)):
        assert is_known(one)
        assert is_known(one, matricule(9))
        assert not is_known(one, matricule(8))
        assert opens(one, before[0])
        assert opens(one, between[0])
        with one.read() as work:
            assert Accounts(work).find("dominique").profile_id
            assert Accounts(work).find("nobody").unknown
        assert is_among(token, form_tokens(one.keys, COOKIE))
        assert is_among(ticket, upload_tickets(one.keys, COOKIE))
        assert len(form_tokens(one.keys, COOKIE)) == 2
    assert works(other, before[1])
    assert works(other, between[1])
    assert form_token(other.keys, COOKIE) == form_token(mine.keys, COOKIE) != token
    carry_all(other)
    for one in (other, mine):
        assert is_known(one)
        assert is_known(one, matricule(9))
    with mine.write() as work, pytest.raises(ConflictError):
        Profiles(work).add(INS, _traits(mine, new), state="ACTIVATED")
    with mine.write() as work, pytest.raises(ConflictError):
        Accounts(work).add("Dominique", PASSWORD, new)


def _traits(database: Database, profile_id: str) -> Any:
    with database.read() as work:
        profile = Profiles(work).get(profile_id)
    assert profile is not None
    return profile.traits


def test_a_turn_that_is_ended_anywhere_goes_on_and_carries_everybody(
    mine: Database, other: Database
) -> None:
    people = others(5, mine)
    begin(mine)
    assert [carry(mine, 2), carry(other, 1)] == [2, 1]
    people.append(matricule(6))
    open_profile(other, ins=Ins.of(matricule(6), INS.authority.value))
    resumed = another(mine)
    with resumed.read() as work:
        assert turn_under_way(work) is not None
    while carry(resumed, 2):
        assert all(is_known(other, one) for one in people)
    assert end(resumed) == len(LOOKUP)

    for one in (mine, other, another(mine)):
        assert all(is_known(one, each) for each in [MATRICULE, *people])
        with one.read() as work:
            assert turn_under_way(work) is None
            assert Accounts(work).find("dominique").profile_id
    assert end(mine) == 0


def test_at_its_end_who_was_signed_in_signs_in_again_and_codes_are_asked_for_anew(
    mine: Database, other: Database, clock: SetClock
) -> None:
    cookie, code = start(mine)
    begin(mine)
    carry_all(mine)
    clock.now += MINUTE
    later, new_code = start(other)
    end(other)

    for one in (mine, other):
        assert not opens(one, cookie)
        assert opens(one, later)
    assert not works(mine, code)
    assert works(other, new_code)
    with mine.read() as work:
        assert OneTimeCodes(work).tries_left(code.id) == 0


def test_a_code_in_a_letter_outlives_a_turn(mine: Database, clock: SetClock) -> None:
    with mine.write() as work:
        profile = Profiles(work).find(MATRICULE)
        assert profile is not None
        code = ProvisionalCodes(work).make(profile)
    turn(mine)

    with mine.read() as work:
        assert ProvisionalCodes(work).matches(profile, code)
        assert not ProvisionalCodes(work).matches(profile, "ABCDEFGH")


def test_a_browser_that_signs_in_meanwhile_is_known_again_after(
    mine: Database, other: Database
) -> None:
    def signs_in(database: Database) -> bool:
        with database.write() as work:
            profile = Profiles(work).find(MATRICULE)
            account = Accounts(work).find("dominique").id
            assert profile is not None
            sessions = WebSessions(work, LIFE)
            begun = sessions.digest_of(sessions.start(Stage.OPEN, account))
            devices = Devices(work, account, profile.key_id)
            return devices.signed_in(COOKIE, begun, "Firefox", "Linux")

    assert signs_in(mine)
    begin(mine)
    assert not signs_in(other)
    carry_all(mine)
    end(mine)

    assert not signs_in(other)


def test_pauses_are_forgotten_of_logins_that_somebody_has_and_of_others_alike(
    mine: Database,
) -> None:
    """Else the end of a turn would tell which is which."""

    def is_paused(database: Database, login: str) -> bool:
        with database.read() as work:
            return Accounts(work).find(login).is_paused(work.now)

    for login in ("dominique", "nobody-has-it"):
        for _ in range(2):
            with mine.write() as work:
                Accounts(work).failed(Accounts(work).find(login), 2, MINUTE)
        assert is_paused(mine, login)
    with mine.write() as work:
        assert Tries(work, "lost", MATRICULE).take(1, MINUTE) is None
    begin(mine)
    for login in ("dominique", "nobody-has-it"):
        assert is_paused(mine, login)
    with mine.write() as work:
        assert Tries(work, "lost", MATRICULE).take(1, MINUTE) is not None
    carry_all(mine)
    end(mine)

    for login in ("dominique", "nobody-has-it"):
        assert not is_paused(mine, login)
    with mine.read() as work:
        assert work.connection.execute(select(unknown_logins)).all() == []


def stolen_keys(database: Database) -> dict[Label, hmac.HMAC]:
    """Return the keys of digests as they lie in the memory of a process."""
    database.know_keys()
    database.keys.mac(Label.INS, b"")
    return {label: database.keys._digests.of(label)[0] for label in LOOKUP}


def by(keys: dict[Label, hmac.HMAC], label: Label, said: str) -> str:
    keyed = keys[label].copy()
    keyed.update(said.upper().encode())
    return keyed.digest().hex()


def cells(database: Database) -> Iterator[str]:
    """Yield each text that stands in the database, but what the journal says."""
    with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name != "journal":
                for row in connection.execute(select(table)):
                    yield from (one for one in row if isinstance(one, str))


def test_by_a_stolen_key_of_before_nobody_is_found_and_nothing_is_opened(
    mine: Database, other: Database, clock: SetClock
) -> None:
    people = [MATRICULE, *others(3, mine)]
    cookie, code = start(mine)
    stolen = stolen_keys(another(mine))
    digests = {
        *(by(stolen, Label.INS, one) for one in people),
        by(stolen, Label.LOGIN, "dominique"),
        by(stolen, Label.SESSION, cookie),
    }
    assert digests <= set(cells(mine))
    turn(mine)
    clear_traces(mine.engine, DIGESTED_ANEW)

    left = set(cells(mine))
    assert digests & left == set()
    token = by(stolen, Label.FORM, COOKIE)
    ticket = by(stolen, Label.UPLOAD, COOKIE)
    for one in (mine, other):
        one.know_keys()
        assert not is_among(token, form_tokens(one.keys, COOKIE))
        assert not is_among(ticket, upload_tickets(one.keys, COOKIE))
        assert not opens(one, cookie)
        assert not works(one, code)
    # What its digests are written into by hand is found by nothing either.
    with mine.engine.begin() as connection:
        connection.execute(
            update(profiles)
            .values(ins_digest=by(stolen, Label.INS, "x"))
            .where(profiles.c.id == select(profiles.c.id).limit(1).scalar_subquery())
        )
    assert sum(is_known(other, one) for one in people) == len(people) - 1
    with mine.read() as work:
        kept = work.connection.execute(
            select(data_keys.c.scope, data_keys.c.epoch, data_keys.c.wrapped).where(
                data_keys.c.scope.in_([one.scope for one in LOOKUP])
            )
        ).all()
        lines = [one for one in work.journal.lines() if one.action.startswith("key:")]
    assert {(one.epoch, one.wrapped is None) for one in kept} == {
        (1, True),
        (2, False),
    }
    assert [(one.action, one.outcome, one.subject) for one in lines] == [
        ("key:turn", "label", "lookup"),
        ("key:destroy", "label", "lookup"),
    ]


def test_other_digests_stay_as_they_are(mine: Database) -> None:
    rest = set(Label) - set(LOOKUP)
    before = {label: mine.keys.digest(label, "x") for label in Label}
    turn(mine)
    mine.know_keys()

    after = {label: mine.keys.digest(label, "x") for label in Label}
    assert {label for label in Label if before[label] == after[label]} == rest


def test_a_patient_whose_key_is_destroyed_stops_no_turn(mine: Database) -> None:
    (gone,) = others(1, mine)
    with mine.write() as work:
        delete_patient(work, gone, cause="asked for it", by="anne")
    turn(mine)

    assert is_known(mine)
    with mine.read() as work:
        assert Profiles(work).find_state(gone) is None


def test_a_row_that_was_altered_stops_a_turn_until_it_is_mended(
    mine: Database, other: Database
) -> None:
    people = others(3, mine)
    begin(mine)
    with mine.engine.begin() as connection:
        login = connection.execute(select(accounts.c.profile_id)).scalar_one()
        connection.execute(
            text("UPDATE profiles SET language = 'xx' WHERE id = :id"), {"id": login}
        )
    with pytest.raises(ConflictError, match=f"profiles/{login} was altered"):
        carry_all(mine)
    assert all(is_known(other, one) for one in people)
    with mine.engine.begin() as connection:
        connection.execute(
            text("UPDATE profiles SET language = 'fr' WHERE id = :id"), {"id": login}
        )
    carry_all(mine)
    end(mine)

    assert all(is_known(other, one) for one in [MATRICULE, *people])


def test_two_that_begin_or_carry_at_once_make_one_turn(
    mine: Database, other: Database
) -> None:
    begin(mine)
    with mine.read() as work:
        begun = turn_under_way(work)
        assert begun is not None
        assert settles_at(begun) == begun + MINUTE
    while carry(mine, 1) + carry(other, 1):
        continue
    assert [end(mine), end(other)] == [len(LOOKUP), 0]
    assert is_known(mine)


def test_who_begins_a_second_time_goes_on_with_the_first(
    mine: Database, other: Database
) -> None:
    with mine.write() as work:
        begun = begin_turn(work, by="anne (keys)")
    with other.write() as work:
        assert begin_turn(work, by="ben (keys)") == begun
    carry_all(other)
    assert end(mine) == len(LOOKUP)
    with mine.read() as work:
        lines = [one.action for one in work.journal.lines()]
    assert lines.count("key:turn") == 1


def test_two_that_take_one_number_or_login_while_a_turn_begins_are_told(
    mine: Database, other: Database
) -> None:
    """Where several write at once; on SQLite there is one writer."""
    if mine.engine.dialect.name != "postgresql":
        pytest.skip("one writer")
    new = Ins.of(matricule(9), INS.authority.value)
    second = open_profile(mine, ins=Ins.of(matricule(8), INS.authority.value))
    third = open_profile(mine, ins=Ins.of(matricule(7), INS.authority.value))
    traits = _traits(mine, second)
    with mine.write() as work:
        assert Profiles(work).find(new.matricule) is None  # by the keys of before
        begin(other)
        with other.write() as writing:
            Profiles(writing).add(new, traits, state="ACTIVATED")
            Accounts(writing).add("second-one", PASSWORD, second)
        with pytest.raises(ConflictError):
            Profiles(work).add(new, traits, state="ACTIVATED")
        with pytest.raises(ConflictError):
            Accounts(work).add("Second-One", PASSWORD, third)


def test_no_turn_begins_while_somebody_takes_a_number(mine: Database) -> None:
    if mine.engine.dialect.name != "postgresql":
        pytest.skip("one writer")
    try_it = text("SELECT pg_try_advisory_xact_lock(:number)")

    def may_begin() -> bool:
        with mine.engine.begin() as connection:
            got = connection.execute(try_it, {"number": digest_turn._LOCK})
            return bool(got.scalar_one())

    (one,) = others(1, mine)
    with mine.read() as work:
        found = Profiles(work).find(one)
        assert found is not None
    with mine.write() as work:
        assert may_begin()
        new = Ins.of(matricule(9), INS.authority.value)
        Profiles(work).add(new, found.traits, state="ACTIVATED")
        assert not may_begin()
    assert may_begin()

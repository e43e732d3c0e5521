"""Passkeys and trusted browsers as they are kept: bound, sealed, found, and ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import frozen
from sqlalchemy import delete, insert, select, update

from gateway.errors import AlteredError, ConflictError
from gateway.store.altered import AlteredRows
from gateway.store.base.housekeeping import Housekeeping
from gateway.store.base.work import Database
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.deletion import delete_patient
from gateway.store.patients.devices import Devices, sign_out_everywhere
from gateway.store.patients.lookups import begin_turn, carry_lookups, end_turn
from gateway.store.patients.passkeys import HANDLE_BYTES, NewPasskey, Passkeys
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.web_sessions import SessionLife, Stage, WebSessions
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import devices, passkeys, trusted_devices
from tests.builders_people import MATRICULE, open_profile
from tests.fakes import SetClock

LIFE = SessionLife(idle=timedelta(minutes=15), whole=timedelta(hours=8))
MONTH = timedelta(days=30)
COOKIE = "c" * 64
MADE = NewPasskey(credential=b"credential", public_key=b"key", counter=3)


@frozen
class Patient:
    """A patient with an account, in a database whose keys are its own."""

    database: Database
    account: str
    profile: Profile

    def add(self, made: NewPasskey = MADE, name: str = "Téléphone") -> None:
        with self.database.write() as work:
            Passkeys(work).add(
                self.account, self.profile.key_id, made, name=name, handle=b"h" * 32
            )

    def trust(self, cookie: str = COOKIE) -> str:
        """Sign in with a browser and trust it; return the cookie that says so."""
        with self.database.write() as work:
            sessions = WebSessions(work, LIFE)
            session = sessions.digest_of(sessions.start(Stage.OPEN, self.account))
            mine = Devices(work, self.account, self.profile.key_id)
            mine.signed_in(cookie, session, "Firefox", "Linux")
            return mine.trust(cookie, MONTH)

    def is_trusted(self, trusted: str, cookie: str = COOKIE) -> bool:
        with self.database.read() as work:
            mine = Devices(work, self.account, self.profile.key_id)
            return mine.is_trusted(cookie, trusted)

    def knows(self, credential: bytes = b"credential") -> bool:
        with self.database.read() as work:
            return Passkeys(work).find(credential) is not None

    def findings(self) -> list[str]:
        with self.database.read() as work:
            return AlteredRows(work).find()


@pytest.fixture
def patient(database: Database) -> Patient:
    with database.write() as work:
        work.keys.establish(work.connection, work.now, new=True)
    profile_id = open_profile(database)
    with database.write() as work:
        account = Accounts(work).add("dominique", "une-longue-phrase", profile_id)
        profile = Profiles(work).get(profile_id)
    assert profile is not None
    return Patient(database, account, profile)


def test_a_passkey_is_found_used_and_removed(patient: Patient) -> None:
    patient.add()
    with patient.database.read() as work:
        found = Passkeys(work).find(b"credential")
        assert Passkeys(work).handle_of(patient.account) == b"h" * 32
    assert found is not None
    assert (found.name, found.counter, found.used_at) == ("Téléphone", 3, None)

    with patient.database.write() as work:
        Passkeys(work).used(found, 0xFFFFFFFF)
        now = work.now
    with patient.database.write() as work:
        again = Passkeys(work).find(b"credential", hold=True)
        assert again is not None
        assert (again.counter, again.used_at) == (0xFFFFFFFF, now)
        assert Passkeys(work).remove(patient.account, found.id) == "Téléphone"
        assert Passkeys(work).remove(patient.account, found.id) is None
    assert not patient.knows()
    assert patient.findings() == []


def test_a_passkey_is_there_once_whoever_has_it(patient: Patient) -> None:
    patient.add()

    with pytest.raises(ConflictError):
        patient.add(name="Un autre")


def test_what_stands_for_an_account_is_by_chance(patient: Patient) -> None:
    with patient.database.read() as work:
        first, second = (Passkeys(work).handle_of(patient.account) for _ in range(2))

    assert len(first) == HANDLE_BYTES
    assert first != second


@pytest.mark.parametrize("column", ["credential", "said", "created_at"])
def test_a_passkey_that_was_altered_opens_nothing(
    patient: Patient, column: str
) -> None:
    patient.add()
    with patient.database.write() as work:
        digest = work.digest(Label.LOGIN, f"passkey:{b'other'.hex()}")
        values = {
            "credential": digest,
            "said": b"said",
            "created_at": work.now + MONTH,
        }
        work.connection.execute(update(passkeys).values(**{column: values[column]}))

    with pytest.raises(AlteredError), patient.database.read() as work:
        Passkeys(work).find(b"other" if column == "credential" else b"credential")
    assert patient.findings() != []


def test_a_passkey_that_somebody_took_or_put_back_is_missed(patient: Patient) -> None:
    patient.add()
    with patient.database.write() as work:
        before = work.connection.execute(select(passkeys)).one()._asdict()
        found = Passkeys(work).find(b"credential")
        assert found is not None
        Passkeys(work).used(found, 9)
    with patient.database.write() as work:
        after = work.connection.execute(select(passkeys)).one()._asdict()
        work.connection.execute(update(passkeys).values(**before))  # it counts 3 again
    assert patient.findings() != []
    with patient.database.write() as work:
        work.connection.execute(delete(passkeys))
    assert f"passkeys/{before['id']}: is gone" in " ".join(patient.findings())
    with patient.database.write() as work:
        work.connection.execute(insert(passkeys).values(**after))
    assert patient.findings() == []
    with patient.database.write() as work:
        Passkeys(work).remove(patient.account, after["id"])
    with patient.database.write() as work:
        work.connection.execute(insert(passkeys).values(**after))
    assert patient.findings() != []


def test_a_browser_is_trusted_until_its_day(patient: Patient, clock: SetClock) -> None:
    trusted = patient.trust()

    assert patient.is_trusted(trusted)
    assert not patient.is_trusted("0" * 64)
    assert not patient.is_trusted("")
    assert not patient.is_trusted(trusted, "d" * 64)  # in a browser not known
    clock.advance(days=30, seconds=-1)
    assert patient.is_trusted(trusted)
    clock.advance(seconds=1)
    assert not patient.is_trusted(trusted)
    with patient.database.read() as work:
        listed = Devices(work, patient.account, patient.profile.key_id).listed(COOKIE)
    assert [one.trusted_until for one in listed] == [None]
    clock.advance(days=2)
    Housekeeping(patient.database, timedelta(days=1)).run()
    with patient.database.read() as work:
        assert work.connection.execute(select(trusted_devices)).all() == []
    assert patient.findings() == []


def test_a_browser_that_is_trusted_again_has_another_cookie(patient: Patient) -> None:
    first = patient.trust()
    second = patient.trust()

    assert not patient.is_trusted(first)
    assert patient.is_trusted(second)


def test_a_browser_is_trusted_for_one_account(patient: Patient) -> None:
    trusted = patient.trust()
    with patient.database.read() as work:
        other = Devices(work, "0" * 32, patient.profile.key_id)
        assert not other.is_trusted(COOKIE, trusted)


def test_trust_that_somebody_lengthened_is_none(
    patient: Patient, clock: SetClock
) -> None:
    trusted = patient.trust()
    with patient.database.write() as work:
        later = work.now + 2 * MONTH
        work.connection.execute(update(trusted_devices).values(expires_at=later))

    with pytest.raises(AlteredError):
        patient.is_trusted(trusted)
    assert patient.findings() != []


@pytest.mark.parametrize(
    "end", ["forgotten", "distrusted", "everywhere", "password", "deleted"]
)
def test_trust_ends_with_what_it_rests_on(patient: Patient, end: str) -> None:
    trusted = patient.trust()
    patient.add()
    with patient.database.write() as work:
        device = work.connection.execute(select(devices)).one()
        mine = Devices(work, patient.account, patient.profile.key_id)
        if end == "forgotten":
            assert mine.end(device.id)
        elif end == "distrusted":
            assert mine.called(device.id) == {"browser": "Firefox", "system": "Linux"}
            assert mine.distrust(device.id)
            assert not mine.distrust(device.id)
        elif end == "everywhere":
            sign_out_everywhere(work, patient.account)
        elif end == "password":
            Accounts(work).set_password(
                patient.profile, "quatre gros cailloux", but=device.session
            )
        else:
            delete_patient(work, MATRICULE, cause="asked", by="anne")

    assert not patient.is_trusted(trusted)
    assert patient.knows() is (end != "deleted")
    assert patient.findings() == []


def test_this_browser_stays_trusted_where_the_others_are_signed_out(
    patient: Patient,
) -> None:
    here, there = patient.trust(), patient.trust("d" * 64)
    with patient.database.write() as work:
        mine = work.connection.execute(
            select(devices.c.session).order_by(devices.c.created_at)
        ).scalars()
        sign_out_everywhere(work, patient.account, but=next(iter(mine)))

    assert [patient.is_trusted(here), patient.is_trusted(there, "d" * 64)].count(
        True
    ) == 1


def test_a_lost_password_ends_every_passkey(patient: Patient) -> None:
    patient.add()
    with patient.database.write() as work:
        Accounts(work).set_password(patient.profile, "quatre gros cailloux")

    assert not patient.knows()
    assert patient.findings() == []


def test_passkeys_are_found_by_the_other_keys_and_trust_ends(
    patient: Patient, clock: SetClock
) -> None:
    patient.add()
    trusted = patient.trust()
    with patient.database.write() as work:
        begin_turn(work, by="anne (keys)")
    assert patient.knows()
    assert patient.is_trusted(trusted)
    with patient.database.write() as work:
        while carry_lookups(work):
            continue
        end_turn(work, by="anne (keys)")

    assert patient.knows()
    assert not patient.is_trusted(trusted)
    assert patient.findings() == []

"""Whether who represents a patient is told of an operator's access to documents."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from gateway.core.document import Availability, Visibility
from gateway.dmp_bridge.named_secrets import NamedSecrets
from gateway.node.vaults import open_vaults
from gateway.store.accesses.accesses import Accesses
from gateway.store.accesses.reading import AccessReader
from gateway.store.accesses.values import Named
from gateway.store.base.work import Database
from gateway.store.vault.documents import Documents
from tests.builders_accesses import ANNE, TERMS, wanted
from tests.builders_people import open_profile
from tests.fakes import SetClock
from tests.web.mail import file, narrative

SECRET = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})


def is_secret(database: Database, patient: str, *ids: str, message: str = "") -> bool:
    named = tuple(Named(one, "11490-0", "Hôpital") for one in ids)
    with database.write() as work:
        access_id = Accesses(work, *ANNE).take(wanted(patient, named=named), TERMS)
        access = AccessReader(work).get(access_id)
        assert access is not None
        access = evolve(access, arrival_id=message)
        return NamedSecrets(open_vaults(database))(work, access)


@pytest.fixture
def patient(database: Database) -> str:
    return open_profile(database)


def test_an_access_to_what_they_see_is_told(database: Database, patient: str) -> None:
    some = [file(database, patient, narrative("Vaccin")) for _ in range(2)]

    assert not is_secret(database, patient, *some)


def test_one_secret_among_what_is_named_is_enough(
    database: Database, patient: str
) -> None:
    plain = file(database, patient, narrative("Vaccin"))
    secret = file(database, patient, narrative("Secret"), flags=SECRET)

    assert is_secret(database, patient, plain, secret)


def test_an_old_version_of_what_is_secret_is_as_well(
    database: Database, patient: str
) -> None:
    old = file(database, patient, narrative("Ancien"), status=Availability.DEPRECATED)
    secret = file(database, patient, narrative("Secret"), flags=SECRET)
    with database.write() as work:
        vault = open_vaults(database).within(work)
        before = vault.get(old)
        assert before is not None
        Documents(work).mark_replaced(before, secret, before.body_level, deprecate=True)

    assert is_secret(database, patient, old)


def test_what_is_not_there_and_a_held_message_are_not_told(
    database: Database, patient: str, clock: SetClock
) -> None:
    plain = file(database, patient, narrative("Vaccin"))
    clock.advance(seconds=timedelta(hours=1).seconds)

    assert is_secret(database, patient, "f" * 32)
    assert is_secret(database, patient, plain, message="a" * 32)

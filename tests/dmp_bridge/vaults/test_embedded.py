"""The embedded vault keeps the contract on both databases, and its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.dmp_bridge.vaults.embedded import EmbeddedVaults
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.errors import ConflictError
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.patients.profiles import Profiles
from tests.dmp_bridge.vaults.contract import FIRST, House, VaultContract
from tests.fakes import SetClock

LARGE = b"x" * 200_000


def add_patient(work: UnitOfWork, matricule: str) -> str:
    ins = Ins.of(matricule, "1.2.250.1.213.1.4.10")
    return Profiles(work).add(ins, IdentityTraits(family="PAT"), state="ACTIVATED")


def files(database: Database) -> int:
    found = database.folder.folder.glob("??/*")
    return sum(one.stat().st_size > 0 for one in found)  # not those made ahead


class TestEmbeddedVault(VaultContract):
    @pytest.fixture
    def house(self, database: Database, clock: SetClock) -> House:
        vaults = EmbeddedVaults(database)

        @contextmanager
        def opened() -> Iterator[Vault]:
            with database.write() as work:
                yield vaults.within(work)

        with database.write() as work:
            patient = add_patient(work, "279035121518989")
            other = add_patient(work, "153078987658513")
        return House(
            open=opened,
            prepare=vaults.prepare,
            clock=clock,
            patient=patient,
            other=other,
        )

    def test_what_is_undone_is_not_filed(self, house: House) -> None:
        with pytest.raises(ConflictError), house.open() as vault:
            # The first is filed, the second refused: neither stays.
            _ = [vault.file(house.deposit(content=one)) for one in (b"1", b"2")]

        assert house.listed() == []

    def test_what_is_discarded_leaves_no_file_once_that_is_committed(
        self, house: House, database: Database
    ) -> None:
        prepared = house.prepare(LARGE)
        assert prepared is not None

        with house.open() as vault:
            vault.discard(prepared)
            assert files(database) == 1

        assert files(database) == 0

    def test_what_was_prepared_is_not_encrypted_again(
        self, house: House, database: Database
    ) -> None:
        prepared = house.prepare(LARGE)

        house.file(house.deposit(content=LARGE, prepared=prepared))

        assert files(database) == 1

    def test_a_document_found_in_one_transaction_is_read_in_the_next(
        self, house: House
    ) -> None:
        house.file(house.deposit())
        document = house.found(FIRST)

        with house.open() as vault:
            assert vault.content(document) == b"<letter/>"

"""The contract needs no database: a vault of dictionaries keeps it."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from tests.dmp_bridge.vaults.contract import House, VaultContract
from tests.dmp_bridge.vaults.in_memory import InMemoryVault
from tests.fakes import SetClock


class TestInMemoryVault(VaultContract):
    @pytest.fixture
    def house(self, clock: SetClock) -> House:
        vault = InMemoryVault(clock, frozenset({"patient", "other"}))
        return House(
            open=lambda: nullcontext(vault),
            prepare=lambda _: None,
            clock=clock,
            patient="patient",
            other="other",
        )

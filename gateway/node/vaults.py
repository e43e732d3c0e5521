"""Which vault the documents of this gateway are in; a second one is named here."""

from __future__ import annotations

from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.dmp_bridge.vaults.embedded import EmbeddedVaults
from gateway.store.base.work import Database


def open_vaults(database: Database) -> VaultAccess:
    """Return the way to the vault: the embedded one."""
    return EmbeddedVaults(database)

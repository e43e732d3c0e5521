"""How a step that has a transaction comes to a vault."""

from __future__ import annotations

from typing import Protocol

from gateway.dmp_bridge.vaults.vault import PreparedContent, Vault
from gateway.store.base.work import UnitOfWork


class VaultAccess(Protocol):
    """Given by the node to the steps, with the vault it chose behind it."""

    def prepare(self, content: bytes) -> PreparedContent | None:
        """
        Do the heavy part of keeping a content, outside of any transaction.

        None from a vault that has nothing to do ahead.

        Raises:
            UnavailableError: it cannot be kept now; nothing was.
        """

    def within(self, work: UnitOfWork) -> Vault:
        """Return the vault for one transaction: what is filed is filed with it."""

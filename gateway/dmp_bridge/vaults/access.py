"""How a step that has a transaction comes to a vault."""

from __future__ import annotations

from typing import Protocol

from gateway.dmp_bridge.vaults.vault import PreparedContent, Vault
from gateway.store.base.work import UnitOfWork


class VaultAccess(Protocol):
    """Given by the node to the steps, with the vault it chose behind it."""

    def prepare(
        self, content: bytes, *, sha256: str = "", deflated: bytes = b""
    ) -> PreparedContent | None:
        """
        Do the heavy part of keeping a content, outside of any transaction.

        None from a vault that has nothing to do ahead.

        Args:
            content: The exact bytes of the document.
            sha256: Their digest in hex, where it is known.
            deflated: The same as a raw deflate stream (RFC 1951), which a vault may
                keep instead; none where a stranger's text and a secret share it.

        Raises:
            UnavailableError: it cannot be kept now; nothing was.
        """

    def within(self, work: UnitOfWork) -> Vault:
        """Return the vault for one transaction: what is filed is filed with it."""

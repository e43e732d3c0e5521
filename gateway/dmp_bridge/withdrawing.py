"""Taking a document out of a vault, whoever asks for it."""

from __future__ import annotations

from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.store.base.work import UnitOfWork
from gateway.store.tasks.values import TaskKind


def withdraw(work: UnitOfWork, vault: Vault, stored: FiledDocument) -> bool:
    """
    Withdraw a document, of which a patient who could see it is told later.

    False when it was so already. Who did it, and its line, are for the caller.
    """
    if not vault.withdraw(stored):
        return False
    if stored.visible_at is None or stored.visible_at <= work.now:
        work.tasks.add(TaskKind.WITHDRAW, stored.id)
    return True

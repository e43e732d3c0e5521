"""The roles that the settings name, as a service that starts sees them."""

from __future__ import annotations

from twisted.logger import Logger

from gateway.rights.role_rules import GrantState
from gateway.settings.admin import AdminSettings
from gateway.store.base.work import Database
from gateway.store.operators.roles import named_roles, see_roles

log = Logger()


def take_over_roles(database: Database, admin: AdminSettings) -> None:
    """Take over whom the settings name for a role; the log says who waits for two."""
    if not admin.socket:
        return
    seen = see_roles(database, named_roles(admin))
    if waiting := sum(one is GrantState.WAITS for one in seen.values()):
        log.warn(
            "{count} roles of [admin] wait for two persons: gateway roles list",
            count=waiting,
        )

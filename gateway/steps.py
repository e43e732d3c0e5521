"""What a worker process is made of; the doors are not loaded into it."""

from __future__ import annotations

from gateway.clock import utc_now
from gateway.dmp_bridge.disclosing import Disclosing
from gateway.dmp_bridge.filing import Filing
from gateway.mssante.delivery import Delivering
from gateway.mssante.notifying import Notifying
from gateway.mssante.receipts import Acknowledging
from gateway.mssante.relaying import Relaying
from gateway.mssante.retry import Schedule
from gateway.mssante.smtp_out import HostCheck, SmtpOut, find_hosts
from gateway.mssante.tls import own_identity, smtp_client_context
from gateway.mssante.trust import TrustSpace
from gateway.settings import Settings
from gateway.store.steps import Steps
from gateway.store.tasks import TaskKind
from gateway.store.work import Database


def make_steps(database: Database, settings: Settings) -> Steps:
    """Return what a worker does for each kind of task."""
    trust = TrustSpace(settings.trust, utc_now)
    identity = own_identity(settings.trust)
    outgoing = settings.outgoing
    out = SmtpOut(
        trust=trust,
        context=smtp_client_context(identity),
        hosts=lambda domain: find_hosts(outgoing.routes, domain),
        hostname=settings.domains.hostname,
        timeout=settings.exchange_seconds,
        host_check=HostCheck(outgoing.mx_host_check),
    )
    schedule = Schedule(
        waits=outgoing.retry_minutes,
        expire_hours=outgoing.expire_hours,
        warn_hours=outgoing.warn_hours,
    )
    delivering = Delivering(database, settings)
    return {
        TaskKind.FILE: Filing.from_settings(database, settings, delivering.at_once),
        TaskKind.DISCLOSE: Disclosing(settings),
        TaskKind.DELIVER: delivering,
        TaskKind.ACKNOWLEDGE: Acknowledging(database, settings),
        TaskKind.RELAY: Relaying(database, out, schedule),
        TaskKind.NOTIFY: Notifying.from_settings(database, settings),
    }

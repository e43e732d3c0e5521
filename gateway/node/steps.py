"""What a worker process is made of; the doors are not loaded into it."""

from __future__ import annotations

from gateway.clock import utc_now
from gateway.dmp_bridge.downloads.packing import Packing
from gateway.dmp_bridge.filing.announcing import Disclosing, TellingWithdrawal
from gateway.dmp_bridge.filing.filing import Filing
from gateway.dmp_bridge.filing.paper_filing import PaperFiling
from gateway.dmp_bridge.filing.reviewing import Reviewing
from gateway.dmp_bridge.masking import MaskingVault
from gateway.dmp_bridge.named_secrets import NamedSecrets
from gateway.dmp_bridge.recalled import BroughtDocuments
from gateway.dmp_bridge.vaults.indexing import Indexing
from gateway.mssante.receipts.acknowledging import Acknowledging
from gateway.mssante.sending.appointing import TellingAdministrator
from gateway.mssante.sending.delivery import Delivering
from gateway.mssante.sending.mail_hosts import find_hosts
from gateway.mssante.sending.notifying import Notifying
from gateway.mssante.sending.out import HostCheck, SmtpOut
from gateway.mssante.sending.professional_codes import SendingCodes
from gateway.mssante.sending.recalling import Recalling, TakingBack
from gateway.mssante.sending.relaying import Relaying
from gateway.mssante.sending.reminding import RemindingAuthors
from gateway.mssante.sending.retry import Schedule
from gateway.mssante.sending.times import SmtpTimes
from gateway.mssante.sending.treating import TellingTreating
from gateway.mssante.sending.unread import TellingUnread
from gateway.node.texts import taking_texts
from gateway.node.vaults import open_vaults
from gateway.settings.file import Settings
from gateway.store.accesses.telling import TellingOfAccess
from gateway.store.base.work import Database
from gateway.store.patients.daily_email import Digesting
from gateway.store.patients.life import Living
from gateway.store.professionals.telling import TellingProfessional
from gateway.store.tasks.steps import LocalStep, Steps
from gateway.store.tasks.tasks import TaskKind
from gateway.trust.space import TrustSpace
from gateway.trust.tls import own_identity, smtp_client_context


def make_steps(database: Database, settings: Settings) -> Steps:
    """Return what a worker does for each kind of task."""
    trust = TrustSpace(settings.trust, utc_now, kept=settings.trust.kept)
    identity = own_identity(settings.trust)
    outgoing = settings.outgoing
    out = SmtpOut(
        trust=trust,
        context=smtp_client_context(identity),
        hosts=lambda domain: find_hosts(outgoing.routes, domain),
        hostname=settings.domains.hostname,
        times=SmtpTimes.from_settings(outgoing),
        host_check=HostCheck(outgoing.mx_host_check),
    )
    schedule = Schedule(
        waits=outgoing.retry_minutes,
        expire_hours=outgoing.expire_hours,
        warn_hours=outgoing.warn_hours,
        confirm_hours=outgoing.confirm_hours,
    )
    vaults = open_vaults(database)
    delivering = Delivering(database, settings, trust.answers_for)
    brought = BroughtDocuments(vaults)
    notifying = Notifying.from_settings(database, settings)
    coding = SendingCodes.from_settings(database, settings)
    return {
        TaskKind.FILE: Filing.from_settings(
            database, vaults, settings, delivering.at_once
        ),
        TaskKind.DISCLOSE: Disclosing(settings, vaults),
        TaskKind.WITHDRAW: TellingWithdrawal(settings, vaults),
        TaskKind.MASK: MaskingVault(vaults),
        TaskKind.PACK: Packing(database, settings, vaults),
        TaskKind.INDEX: Indexing(database),
        TaskKind.TEXT: taking_texts(database, settings),
        TaskKind.LIVE: Living(database, settings),
        TaskKind.REVIEW: Reviewing(
            PaperFiling.from_settings(vaults, settings, database.clock), settings
        ),
        TaskKind.DIGEST: Digesting(settings),
        TaskKind.DIGEST_PROFESSIONAL: TellingProfessional(settings),
        TaskKind.APPOINT: TellingAdministrator(database, settings),
        TaskKind.TELL: TellingOfAccess(settings, NamedSecrets(vaults)),
        TaskKind.DELIVER: delivering,
        TaskKind.RECALL: Recalling(TakingBack(database, settings, brought)),
        TaskKind.TELL_TREATING: TellingTreating(database, settings),
        TaskKind.REMIND: RemindingAuthors(database, settings),
        TaskKind.UNREAD: TellingUnread(database, settings, brought),
        TaskKind.ACKNOWLEDGE: Acknowledging(database, settings),
        TaskKind.RELAY: Relaying(database, out, schedule),
        TaskKind.CODE: coding if outgoing.smart_host else LocalStep(coding),
        TaskKind.NOTIFY: notifying if outgoing.smart_host else LocalStep(notifying),
    }

"""What `gateway.toml` may say: one frozen class per table, unknown keys refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from attrs import evolve, frozen

from gateway.errors import MisuseError
from gateway.settings.admin import AdminSettings
from gateway.settings.converting import ConvertingSettings
from gateway.settings.directory import DirectorySettings
from gateway.settings.doors import (
    DomainSettings,
    ImapSettings,
    ListenSettings,
    SmtpSettings,
    TrustSettings,
    WebSettings,
)
from gateway.settings.downloads import DownloadSettings
from gateway.settings.notices import NoticeSettings
from gateway.settings.outgoing import OutgoingSettings
from gateway.settings.professional import ProfessionalSettings
from gateway.settings.provider import ProviderSettings
from gateway.settings.reading import ReadingSettings
from gateway.settings.sms import SmsSettings
from gateway.settings.table import Table
from gateway.settings.work import (
    ArchiveSettings,
    BlobSettings,
    CdaSettings,
    DatabaseSettings,
    FilingSettings,
    JournalSettings,
    KeySettings,
    ReceiptSettings,
    TaskSettings,
)

__all__ = [
    "AdminSettings",
    "ArchiveSettings",
    "BlobSettings",
    "CdaSettings",
    "ConvertingSettings",
    "DatabaseSettings",
    "DirectorySettings",
    "DomainSettings",
    "DownloadSettings",
    "FilingSettings",
    "ImapSettings",
    "JournalSettings",
    "KeySettings",
    "ListenSettings",
    "OutgoingSettings",
    "ProfessionalSettings",
    "ProviderSettings",
    "ReadingSettings",
    "ReceiptSettings",
    "Settings",
    "SmtpSettings",
    "TABLES",
    "TaskSettings",
    "TrustSettings",
    "WebSettings",
    "read_settings",
    "settings_from",
]


_LEASE_MARGIN = 15.0
"""
Seconds that a lease lasts longer than an exchange: for the look-up in DNS and the
commit.
"""


@frozen(kw_only=True)
class Settings:
    """All tables, and the folder of the file they were read from."""

    folder: Path
    listen: ListenSettings
    domains: DomainSettings
    trust: TrustSettings
    database: DatabaseSettings
    blobs: BlobSettings
    keys: KeySettings
    journal: JournalSettings
    smtp: SmtpSettings
    imap: ImapSettings
    web: WebSettings
    professional: ProfessionalSettings
    provider: ProviderSettings
    cda: CdaSettings
    converting: ConvertingSettings
    directory: DirectorySettings
    downloads: DownloadSettings
    xdm: ArchiveSettings
    filing: FilingSettings
    reading: ReadingSettings
    tasks: TaskSettings
    receipts: ReceiptSettings
    notices: NoticeSettings
    sms: SmsSettings
    outgoing: OutgoingSettings
    admin: AdminSettings

    @property
    def database_url(self) -> str:
        """The database address, a relative SQLite path taken from the folder."""
        prefix = "sqlite:///"
        url = self.database.url
        if url.startswith(prefix) and not url.startswith("sqlite:////"):
            return f"{prefix}{self.folder.resolve() / url.removeprefix(prefix)}"
        return url

    @property
    def journal_origin(self) -> str:
        """The name of this journal: as set, or made of the name of this server."""
        return self.journal.origin or f"{self.domains.hostname}/journal/1"

    @property
    def signer_socket(self) -> Path | None:
        """Where the signer of checkpoints is asked; None where there is none."""
        return self.folder / self.journal.signer if self.journal.signer else None

    @property
    def public_url(self) -> str:
        """The address patients type: as set, or the one this machine listens on."""
        listen = self.listen
        return self.web.public_url or f"https://{listen.host}:{listen.patient_https}/"

    @property
    def professional_url(self) -> str:
        """The address professionals type, as `public_url` is that of the patients."""
        listen = self.listen
        default = f"https://{listen.host}:{listen.professional_https}/"
        return self.professional.public_url or default

    @property
    def exchange_seconds(self) -> float:
        """
        How long a notice may take to leave; the lease of its task lasts longer.
        """
        lease = self.tasks.lease_seconds
        return min(self.outgoing.timeout_seconds, lease - _LEASE_MARGIN)


TABLES: dict[str, type[Table]] = {
    table.table: table
    for table in (
        ListenSettings,
        DomainSettings,
        TrustSettings,
        DatabaseSettings,
        BlobSettings,
        KeySettings,
        JournalSettings,
        SmtpSettings,
        ImapSettings,
        WebSettings,
        ProfessionalSettings,
        ProviderSettings,
        CdaSettings,
        ConvertingSettings,
        DirectorySettings,
        DownloadSettings,
        ArchiveSettings,
        FilingSettings,
        ReadingSettings,
        TaskSettings,
        ReceiptSettings,
        NoticeSettings,
        SmsSettings,
        OutgoingSettings,
        AdminSettings,
    )
}


def read_settings(file: Path) -> Settings:
    """
    Read `gateway.toml`.

    Raises:
        MisuseError: the file is absent, is not TOML, or has an unknown table or key,
            or a value of the wrong type; the text says which.
    """
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise MisuseError(
            f"{file}: no such file; make one with: gateway init {file.parent}"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MisuseError(f"{file}: {error}") from error
    return settings_from(content, file.resolve().parent)


def settings_from(content: Mapping[str, Any], folder: Path) -> Settings:
    """Build from parsed TOML; paths are taken relative to ``folder``."""
    if unknown := content.keys() - TABLES.keys():
        raise MisuseError(f"unknown tables: {', '.join(sorted(unknown))}")
    built = {
        name: table.from_table(content.get(name, {}), folder)
        for name, table in TABLES.items()
    }
    for name, path_field in (
        ("blobs", "folder"),
        ("keys", "master"),
        ("keys", "pkcs11_pin"),
        ("trust", "kept"),
    ):
        built[name] = _absolute(built[name], path_field, folder)
    built["outgoing"] = _absolute(built["outgoing"], "outbox", folder)
    return Settings(folder=folder, **cast("Any", built))


def _absolute(table: Any, name: str, folder: Path) -> Any:
    return evolve(table, **{name: folder / getattr(table, name)})

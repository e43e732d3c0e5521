"""What `gateway.toml` may say: one frozen class per table, unknown keys refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from attrs import evolve, frozen

from gateway.errors import MisuseError
<<<<<<< HEAD

KIB = 1024
MIB = 1024 * KIB


class _Table:
    """A table of the file; subclasses are frozen classes of plain values."""

    table: ClassVar[str]

    @classmethod
    def from_table(cls, values: Mapping[str, Any], folder: Path) -> Self:
        """Build from TOML; paths are taken relative to the file's folder."""
        known = fields_dict(cast("Any", cls))
        if unknown := values.keys() - known.keys():
            names = ", ".join(sorted(unknown))
            raise MisuseError(f"[{cls.table}]: unknown keys: {names}")
        built: dict[str, Any] = {}
        for name, value in values.items():
            declared = str(known[name].type)
            if "Path" in declared and value != "":
                built[name] = folder / value
            elif "tuple" in declared and isinstance(value, list):
                built[name] = tuple(value)
            else:
                built[name] = value
            _check_type(cls.table, name, declared, built[name])
        try:
            return cls(**built)
        except TypeError as error:
            raise MisuseError(f"[{cls.table}]: {error}") from error


def _check_type(table: str, name: str, declared: str, value: object) -> None:
    expected: type | tuple[type, ...]
    if "dict" in declared:
        expected = dict
    elif "tuple" in declared:
        expected = tuple
    elif "Path" in declared:
        expected = (Path, str)
    elif "bool" in declared:
        expected = bool
    elif "float" in declared:
        expected = (int, float)
    elif "int" in declared:
        expected = int
    else:
        expected = str
    wrong = not isinstance(value, expected)
    if wrong or (expected is not bool and isinstance(value, bool)):
        raise MisuseError(f"[{table}]: {name} has a value of the wrong type")
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        raise MisuseError(f"[{table}]: {name} must not be negative")


@frozen(kw_only=True)
class ListenSettings(_Table):
    """``[listen]``: where each door listens; a door without a key is not opened."""

    table: ClassVar = "listen"

    host: Annotated[str, "Address to listen on."] = "127.0.0.1"
    smtp: Annotated[int, "Other operators, STARTTLS, mutual TLS; 25 in life."] = 0
    submission: Annotated[int, "Our users, STARTTLS; 587 in life."] = 0
    submissions: Annotated[int, "Our users, implicit TLS; 465 in life."] = 0
    imap: Annotated[int, "Mailboxes, STARTTLS; 143 in life."] = 0
    imaps: Annotated[int, "Mailboxes, implicit TLS; 993 in life."] = 0
    patient_https: Annotated[int, "The patients' web; 443 in life."] = 0
    metrics: Annotated[int, "Health and metrics, plain HTTP, for the operator."] = 0


@frozen(kw_only=True)
class DomainSettings(_Table):
    """``[domains]``: the mail domains hosted here."""

    table: ClassVar = "domains"

    professional: Annotated[str, "Domain of the professionals' mailboxes."]
    patient: Annotated[str, "Domain of the patients' addresses (INS@domain)."]
    hostname: Annotated[str, "Name this server gives itself in SMTP and IMAP."] = (
        "localhost"
    )
    operator_name: Annotated[str, "Who runs the service, as people read it."] = (
        "Messagerie sécurisée"
    )

    @property
    def hosted(self) -> frozenset[str]:
        """Both domains, in lower case."""
        return frozenset({self.professional.lower(), self.patient.lower()})


@frozen(kw_only=True)
class DatabaseSettings(_Table):
    """``[database]``: where facts are kept."""

    table: ClassVar = "database"

    url: Annotated[
        str, "SQLAlchemy address: sqlite:///gateway.db or postgresql+psycopg://…"
    ] = "sqlite:///gateway.db"
    commit_wait_ms: Annotated[
        int, "How long a commit may wait for others to share its fsync."
    ] = 0


@frozen(kw_only=True)
class BlobSettings(_Table):
    """``[blobs]``: where the encrypted bytes of messages and documents are kept."""

    table: ClassVar = "blobs"

    folder: Annotated[Path, "Folder of the blobs too large for the database."] = Path(
        "blobs"
    )
    inline_bytes: Annotated[
        int, "Up to this size a blob is kept in its row: one fsync for many."
    ] = 128 * KIB
    min_free_bytes: Annotated[
        int, "With less free disk than this, mail is answered 452."
    ] = 64 * MIB


@frozen(kw_only=True)
class KeySettings(_Table):
    """``[keys]``: the master key that wraps every data key."""

    table: ClassVar = "keys"

    master: Annotated[Path, "File of mode 0600 with 32 random bytes in hex."] = Path(
        "master.key"
    )


@frozen(kw_only=True)
class TrustSettings(_Table):
    """``[trust]``: the space of trust."""

    table: ClassVar = "trust"

    certificate: Annotated[Path, "PEM: our certificate, then its chain."]
    private_key: Annotated[Path, "PEM: its key, readable by us alone."]
    authorities: Annotated[Path, "PEM: the pinned root and its intermediates."]
    crl: Annotated[Path, "PEM or DER: revocation lists of those authorities."]
    allowlist: Annotated[Path, "The list of trusted domains (liste blanche)."]
    crl_grace_hours: Annotated[
        int, "Hours an expired revocation list may still serve; 0 refuses."
    ] = 0
    dn_match: Annotated[str, "How certificates match the list: cn_ou or strict."] = (
        "cn_ou"
    )
    allowlist_max_age_days: Annotated[
        int, "Older than this, the list is reported as stale."
    ] = 30
    crl_max_bytes: Annotated[int, "A larger file of revocation lists is not read."] = (
        32 * MIB
    )
    allowlist_max_bytes: Annotated[int, "A larger allow-list is not read."] = 25 * MIB

    def __attrs_post_init__(self) -> None:
        """Refuse a way of matching that does not exist."""
        if self.dn_match not in {"cn_ou", "strict"}:
            raise MisuseError("[trust]: dn_match is cn_ou or strict")


@frozen(kw_only=True)
class SmtpSettings(_Table):
    """``[smtp]``: limits of the mail doors."""

    table: ClassVar = "smtp"

    max_message_bytes: Annotated[
        int, "SIZE announced; bytes on the wire, larger gets 552."
    ] = 36_700_160
    max_decoded_bytes: Annotated[int, "Attachments and texts once decoded."] = 25 * MIB
    max_memory_bytes: Annotated[
        int, "Messages being received at once; beyond it, 452."
    ] = 512 * MIB
    max_line_bytes: Annotated[int, "Line of a message, CRLF included."] = 1000
    max_command_bytes: Annotated[int, "Command line, CRLF included."] = 512
    max_recipients: Annotated[int, "Recipients of one message."] = 100
    max_commands: Annotated[int, "Commands of one connection."] = 1000
    max_errors: Annotated[int, "Refused commands before the connection ends."] = 10
    max_connections: Annotated[int, "Connections at once, all peers."] = 500
    max_connections_per_peer: Annotated[
        int, "Connections at once from one address."
    ] = 50
    command_seconds: Annotated[float, "Time to the next whole command."] = 300.0
    handshake_seconds: Annotated[float, "Time for STARTTLS to finish."] = 30.0
    data_seconds: Annotated[float, "Time for a whole message."] = 600.0
    session_seconds: Annotated[float, "Time of a whole connection."] = 3600.0
    stop_seconds: Annotated[float, "Time to finish what runs when stopping."] = 10.0
    max_hops: Annotated[int, "Received fields of a message; more is a loop."] = 50


@frozen(kw_only=True)
class ImapSettings(_Table):
    """``[imap]``: limits of the mailboxes' door."""

    table: ClassVar = "imap"

    max_append_bytes: Annotated[int, "APPENDLIMIT (RFC 7889)."] = 36_700_160
    mailbox_quota_bytes: Annotated[int, "What one mailbox may hold."] = 2048 * MIB
    max_line_bytes: Annotated[int, "Command line without its literals."] = 16 * KIB
    max_errors: Annotated[int, "Refused commands before the connection ends."] = 10
    max_connections: Annotated[int, "Connections at once, all clients."] = 2000
    max_connections_per_peer: Annotated[int, "Connections at once, one address."] = 100
    max_folders: Annotated[int, "Folders of one mailbox."] = 500
    idle_seconds: Annotated[float, "Silence before the connection ends."] = 1800.0
    login_seconds: Annotated[float, "Time to authenticate."] = 60.0


@frozen(kw_only=True)
class WebSettings(_Table):
    """``[web]``: the patients' pages."""

    table: ClassVar = "web"

    public_url: Annotated[str, "Address patients type, as written in notices."] = ""
    hosts: Annotated[
        tuple[str, ...],
        "Names the pages answer to; others get 421. Empty: any of ours.",
    ] = ()
    session_idle_seconds: Annotated[int, "Silence before a session ends."] = 900
    session_seconds: Annotated[int, "A session's whole life."] = 8 * 3600
    code_seconds: Annotated[int, "Life of a one-time code."] = 600
    code_tries: Annotated[int, "Wrong codes before it is void."] = 5
    login_tries: Annotated[int, "Wrong passwords before a pause."] = 10
    login_pause_seconds: Annotated[int, "The pause."] = 900
    code_requests: Annotated[int, "Codes sent per account in an hour."] = 5
    max_upload_bytes: Annotated[int, "One attached file."] = 5 * MIB
    max_message_bytes: Annotated[int, "All files of one message."] = 20 * MIB
    max_files: Annotated[int, "Files of one message."] = 10
    request_seconds: Annotated[float, "Time for a whole request."] = 60.0
    max_connections: Annotated[int, "Connections at once."] = 1000
    max_connections_per_peer: Annotated[int, "Connections at once, one address."] = 100


@frozen(kw_only=True)
class CdaSettings(_Table):
    """``[cda]``: how documents are checked."""

    table: ClassVar = "cda"

    schema: Annotated[str, "Folder of the CI-SIS schema; empty: not checked."] = ""
    max_bytes: Annotated[int, "One document."] = 25 * MIB


@frozen(kw_only=True)
class ArchiveSettings(_Table):
    """``[xdm]``: limits on an IHE_XDM.ZIP."""

    table: ClassVar = "xdm"

    max_entries: Annotated[int, "Files in the archive."] = 100
    max_entry_bytes: Annotated[int, "One file once expanded."] = 25 * MIB
    max_total_bytes: Annotated[int, "All files once expanded."] = 50 * MIB
    max_ratio: Annotated[int, "Expansion of one file beyond its first MiB."] = 200


@frozen(kw_only=True)
class FilingSettings(_Table):
    """``[filing]``: the settled open questions of the filing decision."""

    table: ClassVar = "filing"

    blocked_may_file: Annotated[bool, "A blocked sender may still file."] = False
    blocked_may_write: Annotated[bool, "A blocked sender may still write."] = False
    refuse_wrong_test_key: Annotated[
        bool, "Refuse a wrong control key in the test ranges of INS."
    ] = False
    unknown_types: Annotated[
        str, "A type not in the list: refuse or file_as_other."
    ] = "refuse"
    allow_masked_and_invisible: Annotated[
        bool, "Accept MASQUE_PS with INVISIBLE_PATIENT."
    ] = False
    refuse_other_birth_place: Annotated[
        bool, "Refuse a document whose place of birth alone differs."
    ] = False
    source_id: Annotated[str, "OID of this system as XDS sourceId."] = (
        "1.2.250.1.999.1.1"
    )


@frozen(kw_only=True)
class TaskSettings(_Table):
    """``[tasks]``: the workers."""

    table: ClassVar = "tasks"

    workers: Annotated[int, "Worker processes of `gateway serve`."] = max(
        1, (os.cpu_count() or 2) - 1
    )
    batch: Annotated[int, "Tasks one worker claims at once."] = 8
    lease_seconds: Annotated[float, "A dead worker's tasks are taken after this."] = (
        60.0
    )
    max_attempts: Annotated[int, "Failures before a task waits for a person."] = 8
    retry_seconds: Annotated[float, "First wait after a failure; it doubles."] = 2.0
    transit_days: Annotated[
        int, "Days the operator can still read a message that has ended."
    ] = 7
    housekeeping_seconds: Annotated[int, "Time between two rounds of tidying."] = 3600


@frozen(kw_only=True)
class ReceiptSettings(_Table):
    """``[receipts]``: what senders are told."""

    table: ClassVar = "receipts"

    max_original_bytes: Annotated[
        int, "A larger message comes back as its header only."
    ] = MIB
    report_refused_documents: Annotated[
        bool, "Tell a sender that asked for nothing when a document was not filed."
    ] = True


@frozen(kw_only=True)
class OutgoingSettings(_Table):
    """``[outgoing]``: mail that leaves."""

    table: ClassVar = "outgoing"

    outbox: Annotated[Path, "Folder for notices while no smart host is set."] = Path(
        "outbox"
    )
    smart_host: Annotated[str, "host:port for notices to ordinary e-mail."] = ""
    notice_from: Annotated[str, "Sender of the notices and codes."] = (
        "ne-pas-repondre@localhost"
    )
    routes: Annotated[
        dict[str, str], "Domain = host:port, instead of its DNS MX records."
    ] = {}  # noqa: RUF012
    retry_minutes: Annotated[tuple[int, ...], "Waits between tries to a peer."] = (
        1,
        5,
        15,
        30,
        60,
        120,
        240,
    )
    expire_hours: Annotated[int, "A message not relayed by then is returned."] = 48
    warn_hours: Annotated[int, "The sender is told of the delay after this."] = 4
    timeout_seconds: Annotated[
        float, "Time for one exchange with a peer; less than the lease of a task."
    ] = 40.0
    mx_host_check: Annotated[
        str, "A peer's certificate that does not name its host: off, warn or enforce."
    ] = "warn"

    def __attrs_post_init__(self) -> None:
        """Refuse a way of checking that does not exist."""
        if self.mx_host_check not in {"off", "warn", "enforce"}:
            raise MisuseError("[outgoing]: mx_host_check is off, warn or enforce")
=======
from gateway.settings_doors import (
    DomainSettings,
    ImapSettings,
    ListenSettings,
    SmtpSettings,
    TrustSettings,
    WebSettings,
)
from gateway.settings_table import Table
from gateway.settings_work import (
    ArchiveSettings,
    BlobSettings,
    CdaSettings,
    DatabaseSettings,
    FilingSettings,
    KeySettings,
    OutgoingSettings,
    ReceiptSettings,
    TaskSettings,
)

__all__ = [
    "ArchiveSettings",
    "BlobSettings",
    "CdaSettings",
    "DatabaseSettings",
    "DomainSettings",
    "FilingSettings",
    "ImapSettings",
    "KeySettings",
    "ListenSettings",
    "OutgoingSettings",
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
>>>>>>> docs


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
    smtp: SmtpSettings
    imap: ImapSettings
    web: WebSettings
    cda: CdaSettings
    xdm: ArchiveSettings
    filing: FilingSettings
    tasks: TaskSettings
    receipts: ReceiptSettings
    outgoing: OutgoingSettings

    @property
    def database_url(self) -> str:
        """The database address, a relative SQLite path taken from the folder."""
        prefix = "sqlite:///"
        url = self.database.url
        if url.startswith(prefix) and not url.startswith("sqlite:////"):
            return f"{prefix}{self.folder.resolve() / url.removeprefix(prefix)}"
        return url


TABLES: dict[str, type[Table]] = {
    table.table: table
    for table in (
        ListenSettings,
        DomainSettings,
        TrustSettings,
        DatabaseSettings,
        BlobSettings,
        KeySettings,
        SmtpSettings,
        ImapSettings,
        WebSettings,
        CdaSettings,
        ArchiveSettings,
        FilingSettings,
        TaskSettings,
        ReceiptSettings,
        OutgoingSettings,
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
    for name, path_field in (("blobs", "folder"), ("keys", "master")):
        built[name] = _absolute(built[name], path_field, folder)
    built["outgoing"] = _absolute(built["outgoing"], "outbox", folder)
    return Settings(folder=folder, **cast("Any", built))


def _absolute(table: Any, name: str, folder: Path) -> Any:
    return evolve(table, **{name: folder / getattr(table, name)})

"""The settings of what is kept and done: storage, documents, tasks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, ClassVar

from attrs import frozen

from gateway.errors import MisuseError
from gateway.settings.machine import far_database_host
from gateway.settings.table import KIB, MIB, Table

_YEAR_DAYS, _YEAR_MONTHS = 366, 12
_SOURCES = ("file", "credential", "command", "pkcs11")
_MOST_COMMAND_SECONDS = 120


@frozen(kw_only=True)
class DatabaseSettings(Table):
    """``[database]``: where facts are kept."""

    table: ClassVar = "database"

    url: Annotated[
        str,
        "SQLAlchemy address: sqlite:///gateway.db or postgresql+psycopg://…; one of "
        "another machine says sslmode=verify-full.",
    ] = "sqlite:///gateway.db"
    answer_seconds: Annotated[
        float, "PostgreSQL: time for one answer; then it counts as away. 0: no limit."
    ] = 30.0

    def __attrs_post_init__(self) -> None:
        """
        Refuse a database across the network that does not prove who it is.

        Raises:
            MisuseError: saying what to add to the address.
        """
        if far := far_database_host(self.url):
            raise MisuseError(
                f"[database]: {far} is not this machine, and the address does not ask "
                "for its certificate: add ?sslmode=verify-full&sslrootcert=FILE, the "
                "file of its authority (or sslrootcert=system)"
            )


@frozen(kw_only=True)
class BlobSettings(Table):
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
    strays_after_days: Annotated[
        int, "A blob file that no row names is moved aside after so many days."
    ] = 3
    strays_kept_days: Annotated[
        int, "What was moved aside is removed after so many days more."
    ] = 60
    strays_most_files: Annotated[
        int, "So many files without a row are moved aside without asking a person."
    ] = 100
    strays_most_percent: Annotated[
        float, "Or this share of all blob files, where it is more; 10 at most."
    ] = 0.1

    def __attrs_post_init__(self) -> None:
        """
        Refuse what would take files away too early, or too many.

        Raises:
            MisuseError: a number is out of its range.
        """
        if self.strays_after_days < 1 or self.strays_kept_days < 1:
            raise MisuseError("[blobs]: strays_..._days are whole days, 1 or more")
        if self.strays_most_files < 0 or not 0 <= self.strays_most_percent <= 10:
            raise MisuseError(
                "[blobs]: strays_most_files is 0 or more, and strays_most_percent "
                "between 0 and 10"
            )


@frozen(kw_only=True)
class KeySettings(Table):
    """``[keys]``: where the master key is, which wraps every other key."""

    table: ClassVar = "keys"

    source: Annotated[str, "file, credential, command or pkcs11."] = "file"
    previous: Annotated[
        str, "Where older versions still are, while keys turn over to another source."
    ] = ""
    master: Annotated[
        Path, "file: of mode 0600 with 32 random bytes in hex; version 2 beside it: .2"
    ] = Path("master.key")
    credential: Annotated[
        str, "credential: its name in $CREDENTIALS_DIRECTORY; version 2: NAME.2"
    ] = "gateway-master"
    command: Annotated[
        tuple[str, ...],
        "command: a program, by its whole path, and its words; no shell. {version} is "
        "the version. It prints 64 hex digits.",
    ] = ()
    command_seconds: Annotated[float, "command: it is ended after this."] = 10.0
    pkcs11_module: Annotated[str, "pkcs11: the library of the token."] = ""
    pkcs11_token: Annotated[str, "pkcs11: the label of the token."] = ""
    pkcs11_key: Annotated[
        str, "pkcs11: the label of the key, AES of 256 bits; version 2: LABEL.2"
    ] = "gateway-master"
    pkcs11_pin: Annotated[
        Path, "pkcs11: file with the PIN, of mode 0600; relative to this one."
    ] = Path("pkcs11.pin")

    def __attrs_post_init__(self) -> None:
        """
        Refuse a source that does not exist, or of which something is missing.

        Raises:
            MisuseError: the text says which.
        """
        for name, source in (("source", self.source), ("previous", self.previous)):
            if source not in _SOURCES and (source or name == "source"):
                known = ", ".join(_SOURCES)
                raise MisuseError(f"[keys]: {name} is one of {known}")
            if source == "command" and not self.command:
                raise MisuseError("[keys]: command is not set")
            if source == "command" and not Path(self.command[0]).is_absolute():
                raise MisuseError("[keys]: command begins with the whole path")
            if source == "pkcs11" and not (self.pkcs11_module and self.pkcs11_token):
                raise MisuseError("[keys]: pkcs11_module and pkcs11_token are needed")
        if self.previous == self.source:
            raise MisuseError("[keys]: previous is another one than source")
        if not 0 < self.command_seconds <= _MOST_COMMAND_SECONDS:
            raise MisuseError("[keys]: command_seconds is more than 0, and 120 at most")


@frozen(kw_only=True)
class JournalSettings(Table):
    """``[journal]``: the tree over the journal, and who signs its checkpoints."""

    table: ClassVar = "journal"

    origin: Annotated[
        str, "Name this journal is signed under; empty: HOSTNAME/journal/1."
    ] = ""
    signer: Annotated[
        str, "Socket of `gateway journal signer`; empty: nothing is signed."
    ] = ""
    keys: Annotated[
        tuple[str, ...],
        "Verification keys of the signer and of witnesses, name+id+key; empty: "
        "signatures are not verified.",
    ] = ()
    seal_seconds: Annotated[int, "Between two checkpoints, 10 or more."] = 300
    seal_lines: Annotated[int, "Or after so many new lines, 1 or more."] = 1000
    late_seconds: Annotated[
        int, "A checkpoint older than this, and `/readyz` says so."
    ] = 1800

    def __attrs_post_init__(self) -> None:
        """Refuse what would seal without a pause, or be late at once."""
        if self.seal_seconds < 10 or self.seal_lines < 1:
            raise MisuseError(
                "[journal]: seal_seconds is 10 or more, and seal_lines 1 or more"
            )
        if self.late_seconds <= self.seal_seconds:
            raise MisuseError("[journal]: late_seconds is more than seal_seconds")


@frozen(kw_only=True)
class CdaSettings(Table):
    """``[cda]``: how documents are checked."""

    table: ClassVar = "cda"

    schema: Annotated[str, "Folder of the CI-SIS schema; empty: not checked."] = ""
    max_bytes: Annotated[int, "One document."] = 25 * MIB


@frozen(kw_only=True)
class ArchiveSettings(Table):
    """``[xdm]``: limits on an IHE_XDM.ZIP, and on what documents are in."""

    table: ClassVar = "xdm"

    max_entries: Annotated[int, "Files in the archive."] = 100
    max_entry_bytes: Annotated[int, "One file once expanded."] = 25 * MIB
    max_total_bytes: Annotated[int, "All files once expanded."] = 50 * MIB
    max_ratio: Annotated[int, "Expansion of one file beyond its first MiB."] = 200
    max_nesting: Annotated[
        int,
        "Messages, archives and the like within one another in which documents are "
        "looked for; what lies deeper is not given to the patient.",
    ] = 5
    max_opened_bytes: Annotated[
        int, "All that is opened of one message in the search for documents."
    ] = 200 * MIB


@frozen(kw_only=True)
class FilingSettings(Table):
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
    announcement_notice_days: Annotated[
        int,
        "A document hidden until a doctor announces it: days before the patient is "
        "told to see one. CSP R. 1111-53: 14.",
    ] = 14
    announcement_months: Annotated[
        int, "Months before such a document is shown. CSP R. 1111-53: 1."
    ] = 1
    quarantine_most: Annotated[
        int, "More messages than this in quarantine, and `/readyz` says so."
    ] = 20
    recall_days: Annotated[
        int,
        "Days after which a sender cannot take back, by mail, a message that went to "
        "the wrong patient.",
    ] = 30
    pdf_by_mail: Annotated[
        bool,
        "A professional's plain PDF, sent to a patient with the tag of "
        "docs/by-mail.md, is filed as a document of theirs.",
    ] = False
    pdf_by_mail_most: Annotated[int, "PDFs of one such message."] = 10
    pdf_by_mail_bytes: Annotated[int, "One such PDF."] = 10 * MIB
    source_id: Annotated[str, "OID of this system as XDS sourceId."] = (
        "1.2.250.1.999.1.1"
    )

    def __attrs_post_init__(self) -> None:
        """Refuse to hide a document, or to say nothing of it, for years."""
        if self.announcement_notice_days > _YEAR_DAYS:
            raise MisuseError("[filing]: announcement_notice_days is more than a year")
        if self.announcement_months > _YEAR_MONTHS:
            raise MisuseError("[filing]: announcement_months is more than a year")


@frozen(kw_only=True)
class TaskSettings(Table):
    """``[tasks]``: the workers."""

    table: ClassVar = "tasks"

    # Each takes some 50 MB, and on SQLite one writes at a time.
    workers: Annotated[int, "Worker processes of `gateway serve`."] = min(
        os.cpu_count() or 1, 3
    )
    batch: Annotated[int, "Tasks one worker claims at once, for one commit."] = 32
    batch_bytes: Annotated[
        int, "A commit waits for no more tasks once their messages exceed this."
    ] = 32 * MIB
    lease_seconds: Annotated[float, "A dead worker's tasks are taken after this."] = (
        60.0
    )
    max_attempts: Annotated[
        int,
        "Failures before a task waits for a person, if they may not pass, or workers "
        "that ended while they had it alone.",
    ] = 8
    retry_seconds: Annotated[float, "First wait after a failure; it doubles."] = 2.0
    retry_most_seconds: Annotated[float, "No wait between two tries is longer."] = 900.0
    give_up_hours: Annotated[
        int, "A full disk, a relay that is away: so long a task is tried again."
    ] = 120
    late_seconds: Annotated[
        int,
        "A task that nobody does for so long after it is due, and `/readyz` says so; "
        "not of those for other operators, which wait for these.",
    ] = 900
    transit_days: Annotated[
        int,
        "Days the operator can still read a message that has ended; then the key of "
        "its day goes, when nothing needs it.",
    ] = 7
    housekeeping_seconds: Annotated[int, "Time between two rounds of tidying."] = 3600


@frozen(kw_only=True)
class ReceiptSettings(Table):
    """``[receipts]``: what senders are told."""

    table: ClassVar = "receipts"

    max_original_bytes: Annotated[
        int, "A larger message comes back as its header only."
    ] = 10 * MIB
    report_refused_documents: Annotated[
        bool, "Tell a sender that asked for nothing when a document was not filed."
    ] = True
    report_unconfirmed: Annotated[
        bool,
        "Tell a sender that asked for nothing when another operator took its message "
        "and never confirmed it ([outgoing] confirm_hours).",
    ] = True

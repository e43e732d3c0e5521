"""The settings of the doors: where they listen, whom they believe, their limits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, ClassVar

from attrs import field, frozen

from gateway.errors import MisuseError
from gateway.settings.table import KIB, MIB, Table


@frozen(kw_only=True)
class ListenSettings(Table):
    """``[listen]``: where each door listens; a door without a key is not opened."""

    table: ClassVar = "listen"

    host: Annotated[str, "Address to listen on."] = "127.0.0.1"
    smtp: Annotated[int, "Other operators, STARTTLS, mutual TLS; 25 in life."] = 0
    submission: Annotated[int, "Our users, STARTTLS; 587 in life."] = 0
    submissions: Annotated[int, "Our users, implicit TLS; 465 in life."] = 0
    imap: Annotated[int, "Mailboxes, STARTTLS; 143 in life."] = 0
    imaps: Annotated[int, "Mailboxes, implicit TLS; 993 in life."] = 0
    patient_https: Annotated[int, "The patients' web; 443 in life."] = 0
    professional_https: Annotated[int, "The professionals' web, by card."] = 0
    metrics: Annotated[int, "Health and metrics, plain HTTP, for the operator."] = 0
    metrics_host: Annotated[
        str,
        "Address that health and metrics listen on, never that of host by default: "
        "this machine alone, or one of the operator's own network.",
    ] = "127.0.0.1"

    def host_of(self, door: str) -> str:
        """Return the address that a door, a key of this table, listens on."""
        return self.metrics_host if door == "metrics" else self.host


@frozen(kw_only=True)
class DomainSettings(Table):
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

    postmaster: Annotated[
        str,
        "Where mail to the postmaster goes: a mailbox here, or a trusted address. "
        "Empty: the mailbox postmaster@, opened at the start.",
    ] = ""

    def __attrs_post_init__(self) -> None:
        """Refuse what is no address."""
        local, at, domain = self.postmaster.rpartition("@")
        if self.postmaster and not (local and at and domain):
            raise MisuseError("[domains]: postmaster is an address, local@domain")

    @property
    def postmaster_address(self) -> str:
        """Where mail to the postmaster goes, in lower case."""
        return (self.postmaster or f"postmaster@{self.professional}").lower()

    @property
    def hosted(self) -> frozenset[str]:
        """Both domains, in lower case."""
        return frozenset({self.professional.lower(), self.patient.lower()})


@frozen(kw_only=True)
class TrustSettings(Table):
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
    certificate_warn_days: Annotated[
        int, "`/readyz` and the doctor say so when ours ends within so many days."
    ] = 30
    allowlist_most_lost_percent: Annotated[
        int,
        "A list without more of its domains than this waits for "
        "`gateway trust accept`.",
    ] = 10
    crl_max_bytes: Annotated[int, "A larger file of revocation lists is not read."] = (
        32 * MIB
    )
    allowlist_max_bytes: Annotated[int, "A larger allow-list is not read."] = 25 * MIB
    kept: Annotated[Path, "Folder where the newest lists taken are kept."] = Path(
        "trust"
    )
    operator_authorities: Annotated[
        tuple[str, ...],
        "Authorities (CN) that may name operators. Empty: those of ORGANISATIONS.",
    ] = ()
    structure_authorities: Annotated[
        tuple[str, ...],
        "Authorities (CN) that may name structures. Empty: those of ORGANISATIONS.",
    ] = ()
    person_authorities: Annotated[
        tuple[str, ...],
        "Authorities (CN) that may name professionals. Empty: those of PERSONNES.",
    ] = ()
    employee_authorities: Annotated[
        tuple[str, ...],
        "Authorities (CN) that may name employees. Empty: those of PERSONNES.",
    ] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse a way of matching that does not exist, and a share that is none."""
        if self.dn_match not in {"cn_ou", "strict"}:
            raise MisuseError("[trust]: dn_match is cn_ou or strict")
        if self.allowlist_most_lost_percent > 100:
            raise MisuseError("[trust]: allowlist_most_lost_percent is 100 or less")


@frozen(kw_only=True)
class SmtpSettings(Table):
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
    max_errors: Annotated[
        int,
        "Refused commands before the connection ends; refused recipients count within "
        "one message, and all is forgotten once one was accepted.",
    ] = 10
    refusals_kept_per_hour: Annotated[
        int,
        "Refusals of one door and process that are kept with what they rest on; of more"
        " the journal has the line alone, and says how many.",
    ] = 1000
    refusals_per_address_per_hour: Annotated[
        int,
        "Refused connections and sign-ins of one address, at the doors of one process, "
        "that get a line in the journal; of more the next line says how many.",
    ] = 100
    error_seconds: Annotated[float, "A refused command counts no longer than this."] = (
        300.0
    )
    max_connections: Annotated[int, "Connections at once at one door, all peers."] = 500
    max_connections_per_peer: Annotated[
        int, "Connections at once at one door, one address."
    ] = 50
    max_connections_unproven: Annotated[
        int,
        "Connections at once at one door whose certificate is not verified yet; beyond "
        "it the oldest is cut off.",
    ] = 200
    max_connections_per_certificate: Annotated[
        int, "Connections at once at one door, one certificate, from wherever."
    ] = 100
    prove_seconds: Annotated[
        float, "Time to change to TLS and be greeted, with a certificate that may send."
    ] = 60.0
    command_seconds: Annotated[float, "Time to the next whole command."] = 300.0
    handshake_seconds: Annotated[float, "Time for STARTTLS to finish."] = 30.0
    data_seconds: Annotated[float, "Time for a whole message."] = 600.0
    session_seconds: Annotated[float, "Time of a whole connection."] = 3600.0
    stop_seconds: Annotated[float, "Time to finish what runs when stopping."] = 10.0
    max_hops: Annotated[int, "Received fields of a message; more is a loop."] = 50
    # Some 45 MB for the second.
    processes: Annotated[
        int, "Processes that receive mail; each has its share of the limits above."
    ] = field()

    @processes.default
    def _as_many_as_serve(self) -> int:
        """Two where there are cores for them, if the limits can be shared by two."""
        cores = os.cpu_count() or 1
        return 2 if cores > 1 and self._limits_suffice(2) else 1

    def _limits_suffice(self, processes: int) -> bool:
        connections = min(self.max_connections, self.max_connections_per_peer)
        memory = self.max_memory_bytes // processes
        return connections >= processes and memory >= self.max_message_bytes

    def __attrs_post_init__(self) -> None:
        """Refuse more processes than the limits can be shared among."""
        least = min(self.max_connections, self.max_connections_per_peer)
        if not 1 <= self.processes <= max(1, least):
            raise MisuseError(
                "[smtp]: processes is 1 or more, and no more than max_connections "
                "and max_connections_per_peer, which they share"
            )
        if self.processes > 1 and self.share(self.max_memory_bytes) < (
            self.max_message_bytes
        ):
            raise MisuseError(
                "[smtp]: max_memory_bytes shared by so many processes does not hold "
                "a message of max_message_bytes"
            )

    def share(self, limit: int) -> int:
        """
        Return one process's share of a limit; processes know nothing of each other.
        """
        return limit // self.processes


@frozen(kw_only=True)
class ImapSettings(Table):
    """``[imap]``: limits of the mailboxes' door."""

    table: ClassVar = "imap"

    max_append_bytes: Annotated[int, "APPENDLIMIT (RFC 7889)."] = 36_700_160
    mailbox_quota_bytes: Annotated[int, "What one mailbox may hold."] = 2048 * MIB
    max_line_bytes: Annotated[int, "Command line without its literals."] = 16 * KIB
    max_errors: Annotated[int, "Refused commands before the connection ends."] = 10
    max_connections: Annotated[int, "Connections at once, all clients."] = 2000
    max_connections_per_peer: Annotated[int, "Connections at once, one address."] = 100
    max_connections_per_certificate: Annotated[
        int, "Connections at once, one certificate, from wherever."
    ] = 100
    max_connections_unproven: Annotated[
        int, "Connections at one door that have shown no certificate yet."
    ] = 200
    max_folders: Annotated[int, "Folders of one mailbox."] = 500
    max_vanished: Annotated[
        int,
        "Removals that are remembered of one folder, those of neighbours as one, for "
        "programs that come back (QRESYNC); of older ones they hear all that is gone.",
    ] = 1000
    idle_seconds: Annotated[float, "Silence before the connection ends."] = 1800.0
    handshake_seconds: Annotated[
        float, "Time to show a certificate; a card may ask for its code."
    ] = 45.0
    login_seconds: Annotated[float, "Time to authenticate."] = 60.0
    refusals_kept_per_hour: Annotated[
        int,
        "Refused certificates and sign-ins that are kept with what they rest on; of "
        "more the journal has the line alone, and says how many.",
    ] = 1000
    refusals_per_address_per_hour: Annotated[
        int,
        "Refused certificates and sign-ins of one address that get a line in the "
        "journal; of more the next line says how many.",
    ] = 100
    openings_kept_per_hour: Annotated[
        int,
        "Openings of mailboxes that are kept with what they rest on; of more the "
        "journal has the line alone, and says how many.",
    ] = 2000


@frozen(kw_only=True)
class WebSettings(Table):
    """``[web]``: the patients' pages."""

    table: ClassVar = "web"

    public_url: Annotated[
        str,
        "Address patients type, as written in notices; passkeys are made for its name, "
        "and another makes them worthless.",
    ] = ""
    hosts: Annotated[
        tuple[str, ...],
        "Names the pages answer to; others get 421. Empty: any of ours.",
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        "Addresses or networks of proxies whose X-Forwarded-For and Forwarded count.",
    ] = ()
    certificate: Annotated[
        Path | str, "PEM: certificate of the pages, then its chain. Empty: of [trust]."
    ] = ""
    private_key: Annotated[Path | str, "PEM: its key. Empty: that of [trust]."] = ""
    help_line: Annotated[
        str,
        "Where people are helped who cannot get in, as the pages say it: a telephone "
        "number with its hours, a counter. Empty: the service that opened the space.",
    ] = ""
    time_zone: Annotated[str, "Clock by which the pages say hours."] = "Europe/Paris"
    session_idle_seconds: Annotated[int, "Silence before a session ends."] = 900
    session_seconds: Annotated[int, "A session's whole life."] = 8 * 3600
    code_seconds: Annotated[int, "Life of a one-time code."] = 600
    code_tries: Annotated[int, "Wrong codes before it is void."] = 5
    login_tries: Annotated[int, "Wrong passwords before a pause."] = 10
    login_pause_seconds: Annotated[int, "The pause."] = 900
    address_tries: Annotated[
        int,
        "Requests to sign in from one address in five minutes: a hospital's patients "
        "may share one.",
    ] = 300
    code_requests: Annotated[int, "Codes sent per account in an hour."] = 5
    carer_days: Annotated[
        int, "Days that a patient lets a carer act at most, before it is renewed."
    ] = 730
    directives_review_days: Annotated[
        int,
        "Days after which the author of advance directives is reminded of them, since "
        "they were written or last confirmed.",
    ] = 365
    carer_requests: Annotated[int, "People a patient may ask to help in a day."] = 5
    max_administrators: Annotated[
        int, "Professionals who may be administrators of one profile at once."
    ] = 5
    max_blocks: Annotated[
        int, "People and places that a patient may block on the pages, at once."
    ] = 300
    max_inquiries: Annotated[
        int, "Reports of unknown persons of one patient that may be open at once."
    ] = 10
    draft_days: Annotated[
        int, "Days for which a message that was begun is kept, from its last change."
    ] = 90
    max_drafts: Annotated[
        int,
        "New messages of one patient that may be begun at once; of more the oldest "
        "goes. Answers are counted apart: one for each conversation.",
    ] = 50
    answer_messages: Annotated[
        int,
        "Messages that one correspondent takes from a patient within `answer_days`, "
        "counted anew from each of their own; holders of a mailbox may set another.",
    ] = 20
    answer_days: Annotated[int, "The days that count for it."] = 7
    max_corrections: Annotated[
        int, "Documents of a patient whose authors may be asked at once to change them."
    ] = 20
    max_oppositions: Annotated[
        int, "Oppositions of a patient on the pages that may stand at once."
    ] = 100
    proof_seconds: Annotated[
        int,
        "So long after the password and a code were given once more, the account may "
        "be changed.",
    ] = 600
    trusted_days: Annotated[
        int,
        "Days for which a patient may ask for no code in a browser. 0: a code is "
        "always asked.",
    ] = 30
    max_passkeys: Annotated[
        int, "Passkeys of one account. 0: none are offered, and none opens a space."
    ] = 10
    passkey_seconds: Annotated[
        int, "Time to use or to make a passkey, once its page is shown."
    ] = 300
    max_upload_bytes: Annotated[int, "One attached file."] = 5 * MIB
    max_message_bytes: Annotated[int, "All files of one message."] = 20 * MIB
    max_files: Annotated[int, "Files of one message."] = 10
    refusals_kept_per_hour: Annotated[
        int,
        "Messages of patients and administrators they name that are refused and kept "
        "with what that rests on; of more the journal has the line alone, and says how "
        "many.",
    ] = 1000
    refusals_per_patient_per_hour: Annotated[
        int,
        "Refused messages and names of one patient that get a line in the journal; of "
        "more the next line says how many.",
    ] = 20
    request_seconds: Annotated[float, "Time for a whole request."] = 60.0
    max_connections: Annotated[int, "Connections at once."] = 1000
    max_connections_per_peer: Annotated[int, "Connections at once, one address."] = 100

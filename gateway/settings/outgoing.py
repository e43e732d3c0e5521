"""The settings of the mail that leaves: notices, and copies for other operators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from attrs import frozen

from gateway.errors import MisuseError
from gateway.settings.machine import is_this_machine
from gateway.settings.table import Table

_MONTH_HOURS = 30 * 24
_MOST_LOCAL = 24
"""Of the 64 characters that an address has before its @ (RFC 5321 §4.5.3.1.1)."""


@frozen(kw_only=True)
class OutgoingSettings(Table):
    """``[outgoing]``: mail that leaves."""

    table: ClassVar = "outgoing"

    outbox: Annotated[Path, "Folder for notices while no smart host is set."] = Path(
        "outbox"
    )
    outbox_days: Annotated[int, "Days a notice stays in that folder; 1 or more."] = 7
    smart_host: Annotated[str, "host:port for notices to ordinary e-mail."] = ""
    smart_host_tls: Annotated[
        str,
        "How it is spoken to: starttls (nothing is sent without it), implicit, or off, "
        "for a relay on this machine alone.",
    ] = "starttls"
    smart_host_authorities: Annotated[
        Path | str,
        "PEM: authorities of its certificate, which names its host. Empty: the "
        "system's.",
    ] = ""
    smart_host_user: Annotated[str, "Name to sign in to it with; empty: none."] = ""
    smart_host_password_file: Annotated[
        Path | str, "File of mode 0600 that holds the password, and nothing else."
    ] = ""
    notice_from: Annotated[str, "Sender of the notices and codes."] = (
        "ne-pas-repondre@localhost"
    )
    bounces: Annotated[
        Path | str,
        "Maildir that the mail server of notice_from puts bounces in, for each "
        "address of notice_from with +…; empty: bounces are not seen.",
    ] = ""
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
    confirm_hours: Annotated[
        int,
        "The sender is told of a copy that a peer took and has not confirmed after "
        "this; 0: never. Between 0 and 720.",
    ] = 72
    timeout_seconds: Annotated[float, "Time for one exchange with the smart host."] = (
        60.0
    )
    connections: Annotated[
        int, "Connections to peers at once, of one worker; each hanging peer holds one."
    ] = 50
    connections_per_domain: Annotated[
        int, "Of these, to one domain: a peer that hangs never has more."
    ] = 2
    messages_per_connection: Annotated[
        int, "Copies sent to a peer before its connection is made anew."
    ] = 100
    keep_seconds: Annotated[
        float, "A connection waits so long for the next message to its domain."
    ] = 5.0
    command_seconds: Annotated[
        float, "Time for a peer's greeting and each answer. RFC 5321: 300."
    ] = 300.0
    data_seconds: Annotated[float, "Time for its answer to DATA. RFC 5321: 120."] = (
        120.0
    )
    block_seconds: Annotated[
        float, "Time for it to take 64 kB of a message. RFC 5321: 180."
    ] = 180.0
    transfer_seconds: Annotated[float, "Time for it to take a whole message."] = 3600.0
    end_seconds: Annotated[
        float,
        "Time for its answer once it has all of a message: to give up before sends it "
        "twice. RFC 5321: 600.",
    ] = 600.0
    mx_host_check: Annotated[
        str, "A peer's certificate that does not name its host: off, warn or enforce."
    ] = "warn"

    def __attrs_post_init__(self) -> None:
        """Refuse a way of checking that does not exist, and limits that let nothing."""
        if self.mx_host_check not in {"off", "warn", "enforce"}:
            raise MisuseError("[outgoing]: mx_host_check is off, warn or enforce")
        self._check_smart_host()
        if self.bounces and len(self.notice_from.rpartition("@")[0]) > _MOST_LOCAL:
            raise MisuseError(
                "[outgoing]: with bounces, notice_from has 24 characters at most "
                "before its @: 40 more stand there"
            )
        if not self.outbox_days:
            raise MisuseError("[outgoing]: outbox_days is 1 or more")
        if not 0 <= self.confirm_hours <= _MONTH_HOURS:
            raise MisuseError("[outgoing]: confirm_hours is between 0 and 720")
        if not 1 <= self.connections_per_domain <= self.connections:
            raise MisuseError(
                "[outgoing]: connections_per_domain is 1 or more, and no more than "
                "connections"
            )
        if not self.messages_per_connection:
            raise MisuseError("[outgoing]: messages_per_connection is 1 or more")

    def _check_smart_host(self) -> None:
        if self.smart_host_tls not in {"starttls", "implicit", "off"}:
            raise MisuseError("[outgoing]: smart_host_tls is starttls, implicit or off")
        if bool(self.smart_host_user) != bool(self.smart_host_password_file):
            raise MisuseError(
                "[outgoing]: smart_host_user and smart_host_password_file go together"
            )
        if not self.smart_host:
            return
        host, colon, port = self.smart_host.rpartition(":")
        if not (colon and host and port.isascii() and port.isdigit()):
            raise MisuseError("[outgoing]: smart_host is host:port")
        if self.smart_host_tls == "off" and not is_this_machine(host.strip("[]")):
            raise MisuseError(
                "[outgoing]: smart_host_tls is off only for a relay on this machine "
                "(localhost, 127.0.0.1, ::1): codes to sign in would cross the network "
                "for all to read"
            )

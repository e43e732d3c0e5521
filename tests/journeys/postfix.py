"""Postfix as another operator: an instance of its own, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import frozen

from tests.journeys.running import eventually
from tests.ports import free_ports

DOMAIN = "peer.mssante.test"
_SERVICES = """\
{port}    inet  n - n - -   smtpd
pickup    unix  n - n 1 1   pickup
cleanup   unix  n - n - 0   cleanup
qmgr      unix  n - n 1 1   qmgr
tlsmgr    unix  - - n - 1   tlsmgr
rewrite   unix  - - n - -   trivial-rewrite
bounce    unix  - - n - 0   bounce
defer     unix  - - n - 0   bounce
trace     unix  - - n - 0   bounce
verify    unix  - - n - 1   verify
proxymap  unix  - - n - -   proxymap
smtp      unix  - - n - -   smtp
error     unix  - - n - -   error
retry     unix  - - n - -   error
discard   unix  - - n - -   discard
virtual   unix  - n n - -   virtual
anvil     unix  - - n - 1   anvil
scache    unix  - - n - 1   scache
flush     unix  n - n 1000? 0 flush
showq     unix  n - n - -   showq
postlog   unix-dgram n - n - 1 postlogd
"""
_SETTINGS = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = smtp.{domain}
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
smtp_host_lookup = native
smtputf8_enable = no
minimal_backoff_time = 2s
queue_run_delay = 2s

virtual_mailbox_domains = {domain}
virtual_mailbox_maps = inline:{{ contact@{domain}=contact/, plein@{domain}=full }}
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1

# To us: nothing without TLS, our name checked against the pinned authorities.
transport_maps = inline:{{ {routes} }}
smtp_tls_security_level = secure
smtp_tls_secure_cert_match = hostname
smtp_tls_CAfile = {certs}/ca.pem
smtp_tls_cert_file = {certs}/peer.pem
smtp_tls_key_file = {certs}/peer.key
smtp_tls_loglevel = 1

# From us: a certificate of the pinned authorities, or nothing.
smtpd_tls_security_level = encrypt
smtpd_tls_CAfile = {certs}/ca.pem
smtpd_tls_cert_file = {certs}/peer.pem
smtpd_tls_key_file = {certs}/peer.key
smtpd_tls_ask_ccert = yes
smtpd_tls_req_ccert = yes
smtpd_tls_received_header = yes
smtpd_tls_loglevel = 1
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = permit_tls_all_clientcerts, reject
"""


_MORE_THAN_ITS_LIMIT = 60_000_000
"""Bytes; a mailbox in one file holds 51,200,000 unless it is told otherwise."""


@frozen
class Postfix:
    """
    A running instance that hosts `contact` of the peer's domain, and `plein`, whose
    mail it takes and cannot deliver. Its identity is the one it takes by itself: its
    reports come from MAILER-DAEMON of its host.
    """

    folder: Path
    port: int

    def send(self, content: bytes, to: str, *, notify: str = "") -> None:
        """Hand a message to its queue, from `contact`."""
        asked = ["-N", notify] if notify else []
        program = ["sendmail", "-C", str(self.folder / "etc"), *asked]
        subprocess.run(
            [*program, "-i", "-f", f"contact@{DOMAIN}", to],
            input=content,
            check=True,
            timeout=60,
        )

    def mail(self) -> list[EmailMessage]:
        """Return what `contact` has received, oldest first."""
        files = (self.folder / "mail" / "contact" / "new").glob("*")
        by_age = sorted(files, key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), policy=SMTP) for file in by_age]

    def wait_for_mail(self, count: int) -> list[EmailMessage]:
        """Return the mail once there are ``count`` messages."""
        eventually(lambda: len(self.mail()) >= count, seconds=60)
        return self.mail()

    def log(self) -> str:
        """Return its log."""
        file = self.folder / "log" / "mail.log"
        return file.read_text("utf-8", "replace") if file.exists() else ""


@contextmanager
def postfix(certs: Path, routes: dict[str, int]) -> Iterator[Postfix]:
    """
    Run an instance for the length of the block; skip without Postfix or root.

    ``routes`` are the domains it relays to, each with a port of this machine. It
    shows ``peer.pem`` and believes what ``ca.pem`` signed.
    """
    if shutil.which("postfix") is None:
        pytest.skip("Postfix is not installed")
    if os.geteuid() != 0:
        pytest.skip("Postfix needs root to start")
    (port,) = free_ports(1)
    owner = pwd.getpwnam("postfix")
    with TemporaryDirectory(prefix="gwpostfix", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)  # its daemons run as another user
        for part in ("etc", "queue", "log"):
            (folder / part).mkdir(mode=0o755)
        for part in ("data", "mail"):
            (folder / part).mkdir(mode=0o700)
            shutil.chown(folder / part, owner.pw_uid, owner.pw_gid)
        full = folder / "mail" / "full"
        with full.open("wb") as file:
            file.truncate(_MORE_THAN_ITS_LIMIT)
        full.chmod(0o600)
        shutil.chown(full, owner.pw_uid, owner.pw_gid)
        hops = ", ".join(
            f"{{ {domain} = smtp:[localhost]:{to} }}" for domain, to in routes.items()
        )
        settings = _SETTINGS.format(
            folder=folder,
            domain=DOMAIN,
            certs=certs,
            routes=hops,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
        )
        (folder / "etc" / "main.cf").write_text(settings, "utf-8")
        (folder / "etc" / "master.cf").write_text(_SERVICES.format(port=port), "utf-8")
        command = ["postfix", "-c", str(folder / "etc")]
        subprocess.run([*command, "start"], check=True, timeout=60, capture_output=True)
        try:
            yield Postfix(folder, port)
        finally:
            subprocess.run([*command, "stop"], check=False, timeout=60)

"""Exim as another operator: an instance of its own, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import frozen

from tests.journeys.running import eventually
from tests.ports import free_ports

DOMAIN = "peer.mssante.test"
_USER = "Debian-exim"
_UNPACKED = Path("/opt/exim4/usr/sbin/exim4")
"""Where `.ci/run` unpacks it: as a package it would take Postfix away."""
_SETTINGS = """\
primary_hostname = smtp.{domain}
exim_path = {program}
exim_user = {user}
exim_group = {user}
deliver_drop_privilege = true
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/spool/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
keep_environment =
domainlist ours = {domain}

tls_advertise_hosts = *
tls_certificate = {folder}/certs/peer.pem
tls_privatekey = {folder}/certs/peer.key
tls_verify_certificates = {folder}/certs/ca.pem
tls_verify_hosts = *
acl_smtp_rcpt = check_rcpt

begin acl

check_rcpt:
  accept domains = +ours
  deny

begin routers

away:
  driver = manualroute
  domains = ! +ours
  transport = to_us
  route_list = * localhost::{to} byname
  self = send

lost:
  driver = redirect
  local_parts = perdu
  allow_fail
  data = :fail: this mailbox is gone

begin transports

to_us:
  driver = smtp
  allow_localhost
  hosts_require_tls = *
  tls_certificate = {folder}/certs/peer.pem
  tls_privatekey = {folder}/certs/peer.key
  tls_verify_certificates = {folder}/certs/ca.pem
  tls_verify_hosts = *

begin retry

* * F,1h,2s
"""


@frozen
class Exim:
    """
    A running instance that takes mail for any name at the peer's domain, and has no
    mailbox. Its identity is the one it takes by itself: its reports come from
    Mailer-Daemon of its host.
    """

    folder: Path
    port: int

    def log(self) -> str:
        """Return its log."""
        file = self.folder / "log" / "mainlog"
        return file.read_text("utf-8", "replace") if file.exists() else ""


def _program() -> str:
    found = shutil.which("exim4") or (str(_UNPACKED) if _UNPACKED.exists() else None)
    if found is None:
        pytest.skip("Exim is not installed")
    return found


@contextmanager
def exim(certs: Path, to: int) -> Iterator[Exim]:
    """
    Run an instance for the length of the block; skip without Exim or root.

    All other domains are relayed to port ``to`` of this machine. It shows ``peer.pem``
    and believes what ``ca.pem`` signed.
    """
    program = _program()
    if os.geteuid() != 0:
        pytest.skip("Exim needs root to start")
    try:
        owner = pwd.getpwnam(_USER)
    except KeyError:
        pytest.skip(f"Exim needs a user {_USER}")
    (port,) = free_ports(1)
    with TemporaryDirectory(prefix="gwexim", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)  # it runs as another user
        for part in ("spool", "log", "certs"):
            (folder / part).mkdir(mode=0o750)
        for file in ("peer.pem", "peer.key", "ca.pem"):
            shutil.copy(certs / file, folder / "certs" / file)
        for path in folder.rglob("*"):
            shutil.chown(path, owner.pw_uid, owner.pw_gid)
        settings = folder / "exim.conf"
        settings.write_text(
            _SETTINGS.format(
                domain=DOMAIN,
                program=program,
                user=_USER,
                folder=folder,
                port=port,
                to=to,
            ),
            "utf-8",
        )
        running = subprocess.Popen(
            [program, "-C", str(settings), "-bdf", "-q2s"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            eventually(lambda: _answers(port), seconds=30)
            yield Exim(folder, port)
        finally:
            running.terminate()
            running.wait(timeout=30)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False

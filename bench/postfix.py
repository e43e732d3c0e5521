"""Postfix beside us: an instance of its own that accepts, keeps and discards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.errors import UnavailableError
from gateway.measuring.client import Plan
from gateway.measuring.processes import family

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"

# No throttle and no log: Postfix is measured at its best. The transport throws away
# what the queue has kept, as in the published figures.
_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.localhost
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
local_recipient_maps =
smtpd_recipient_restrictions = permit_mynetworks, reject
default_transport = discard:
relay_transport = discard:
in_flow_delay = 0
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
message_size_limit = 40000000
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certs}/gateway.pem
smtpd_tls_key_file = {certs}/gateway.key
smtpd_tls_CAfile = {certs}/ca.pem
smtpd_tls_ask_ccert = yes
smtpd_tls_loglevel = 0
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix  n - n 60  1 pickup
cleanup   unix  n - n -   0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -   - trivial-rewrite
bounce    unix  - - n -   0 bounce
defer     unix  - - n -   0 bounce
trace     unix  - - n -   0 bounce
verify    unix  - - n -   1 verify
proxymap  unix  - - n -   - proxymap
showq     unix  n - n -   - showq
error     unix  - - n -   - error
retry     unix  - - n -   - error
discard   unix  - - n -   - discard
anvil     unix  - - n -   1 anvil
scache    unix  - - n -   1 scache
"""


def why_not() -> str:
    """Return why Postfix cannot run here, or an empty text."""
    if shutil.which("postfix", path=_PATH) is None:
        return "Postfix is not installed (apt-get install postfix)"
    if os.geteuid() != 0:
        return "Postfix needs root to start"
    return ""


def version() -> str:
    """Return its version."""
    done = subprocess.run(
        ["postconf", "-d", "-h", "mail_version"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": _PATH},
    )
    return f"Postfix {done.stdout.strip()}"


class Postfix:
    """Runs while the block lasts; its queue and its settings are under the folder."""

    def __init__(self, folder: Path, certs: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o755)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        settings = folder / "etc"
        settings.mkdir(mode=0o755)
        for name in ("queue", "data"):
            (folder / name).mkdir(mode=0o755)
        shutil.chown(folder / "data", "postfix", "root")
        mine = folder / "certs"
        shutil.copytree(certs, mine)
        (settings / "main.cf").write_text(_MAIN.format(folder=folder, certs=mine))
        (settings / "master.cf").write_text(_MASTER.format(port=self._port))
        for file in settings.iterdir():
            file.chmod(0o644)
        self._certs = mine

    def __enter__(self) -> Self:
        """Start it; return once it answers."""
        self._run("start")
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self._port), 5) as one:
                    if one.recv(64).startswith(b"220"):
                        return self
            except OSError:
                time.sleep(0.1)
        self._run("stop")
        raise UnavailableError("Postfix did not start")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self._run("stop")

    def pids(self) -> list[int]:
        """Return its processes."""
        text = (self._folder / "queue" / "pid" / "master.pid").read_text("ascii")
        return family(int(text))

    def plan(self, ours: Plan, *, tls: bool) -> Plan:
        """Return the same load for Postfix, with TLS or without."""
        from attrs import evolve

        if tls:
            return evolve(ours, port=self._port, ca=str(self._certs / "ca.pem"))
        return evolve(ours, port=self._port, ca="", certificate="", key="")

    def _run(self, verb: str) -> None:
        done = subprocess.run(
            ["postfix", "-c", str(self._folder / "etc"), verb],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PATH": _PATH, "LC_ALL": "C"},
        )
        if done.returncode:
            raise UnavailableError(f"postfix {verb}: {done.stderr.strip()[-300:]}")

"""A refused handshake tells the peer why, and the operator who it was."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.evidence.replaying import decide_again
from gateway.metrics import HANDSHAKES_NOT_KEPT, REFUSALS_NOT_NOTED
from gateway.store.evidence.keeping import EvidenceReader
from gateway.store.journal import Action, Entry
from gateway.trust.certificate_rules import CertificateFault
from gateway.trust.tls import load_identity
from tests.evidence.lines import without_evidence
from tests.journeys.postfix import postfix
from tests.journeys.running import eventually
from tests.logged import lines_logged
from tests.mssante.smtp.doors import DOCTOR, MESSAGE, Node, running_node

ALERTS = {
    "bad/expired": (r"alert (certificate )?expired|certificate expired", "EXPIRED"),
    "bad/not-yet-valid": (r"alert bad certificate", "NOT_YET_VALID"),
    "bad/unknown-ca": (r"alert unknown ca", "UNKNOWN_AUTHORITY"),
    "bad/wrong-usage": (r"alert (unsupported certificate|internal)", "WRONG_USAGE"),
}


@pytest.fixture
def node(tmp_path: Path, pki_folder: Path) -> Iterator[Node]:
    with running_node(tmp_path, pki_folder) as running:
        yield running


def s_client(node: Node, door: str, name: str, *options: str) -> str:
    """Return all that ``openssl s_client`` prints; it says EHLO at once when it can."""
    tls = () if door == "submissions" else ("-starttls", "smtp")
    certs = node.certs
    shown = () if not name else ("-cert", f"{certs / name}.pem", "-key")
    key = () if not name else (f"{certs / name}.key",)
    done = subprocess.run(
        [
            *("openssl", "s_client", "-connect", f"127.0.0.1:{node.port(door)}"),
            *("-ign_eof", "-CAfile", str(certs / "ca.pem")),
            *(*tls, *shown, *key, *options),
        ],
        input="EHLO peer.test\r\n" * 200,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("door", ["smtp", "submission", "submissions"])
def test_the_peer_learns_what_is_wrong_and_the_log_who_it_was(
    node: Node, door: str, version: str
) -> None:
    with lines_logged() as told:
        said = {name: s_client(node, door, name, version) for name in ALERTS}

    for name, (alert, code) in ALERTS.items():
        assert re.search(alert, said[name], re.I), (name, said[name][-600:])
        (line,) = [
            line
            for line in told
            if f"TLS refused: TLS_CERT_{code}," in line
            or f"TLS refused: TLS_{code}," in line
        ]
        assert ", 127.0.0.1, subject: CN=smtp.peer.mssante.test,OU=3000" in line


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_the_log_says_who_it_was_after_our_certificate_was_renewed_too(
    node: Node, version: str
) -> None:
    trust = node.settings.trust
    identity = load_identity(trust.certificate, trust.private_key, trust.authorities)
    for door in node.doors.values():
        door.renew(identity)

    with lines_logged() as told:
        s_client(node, "smtp", "bad/expired", version)

    (line,) = [line for line in told if "TLS refused" in line]
    assert "TLS_CERT_EXPIRED, 127.0.0.1, subject: CN=smtp.peer.mssante.test" in line


@pytest.mark.parametrize(
    ("version", "alert"),
    [("-tls1_2", "handshake failure"), ("-tls1_3", "certificate required")],
)
def test_a_peer_without_a_certificate_learns_that_one_is_wanted(
    node: Node, version: str, alert: str
) -> None:
    with lines_logged() as told:
        said = s_client(node, "smtp", "", version)

    assert re.search(f"alert {alert}", said, re.I), said[-600:]
    assert [line for line in told if "TLS refused" in line] == [
        "info TLS refused: TLS_NO_CERTIFICATE, 127.0.0.1, subject: none shown"
    ]


def refused(node: Node, count: int) -> list[Entry]:
    """Return the lines of refused connections, once there are so many."""

    def found() -> list[Entry]:
        with node.database.read() as work:
            lines = work.journal.lines()
            return [one for one in lines if one.action == Action.CONNECTION_REFUSED]

    eventually(lambda: len(found()) >= count, seconds=20)
    return found()


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_what_a_handshake_refuses_is_kept_with_what_our_rules_say_of_it(
    node: Node, version: str
) -> None:
    asked = {
        "bad/expired": ("TLS_CERT_EXPIRED", CertificateFault.EXPIRED),
        "bad/not-yet-valid": ("TLS_CERT_NOT_YET_VALID", CertificateFault.NOT_YET_VALID),
        "bad/unknown-ca": ("TLS_UNKNOWN_AUTHORITY", CertificateFault.UNKNOWN_AUTHORITY),
    }
    for number, name in enumerate((*asked, ""), 1):
        s_client(node, "smtp", name, version)
        refused(node, number)

    *lines, without = refused(node, 4)

    assert (without.outcome, without.detail) == (
        "TLS_NO_CERTIFICATE",
        {"door": "smtp", "identity": ""},
    )
    for line, (name, (code, fault)) in zip(lines, asked.items(), strict=True):
        assert line.outcome == code
        assert without_evidence(line.detail) == {"door": "smtp", "identity": ""}
        with node.database.read() as work:
            kept = EvidenceReader(work).find(line.detail["decision"])
        assert kept is not None
        assert kept.digests == (line.detail["evidence"],)
        (part,) = kept.parts
        assert fault.value in part.reasons
        assert decide_again([part]) == (part.decided,)
        pem = (node.certs / f"{name}.pem").read_bytes()
        shown = x509.load_pem_x509_certificates(pem)[0]
        assert kept.circumstances.certificate == shown.fingerprint(SHA256()).hex()


def test_a_flood_of_refused_handshakes_leaves_what_the_settings_say(
    tmp_path: Path, pki_folder: Path
) -> None:
    before = REFUSALS_NOT_NOTED._value.get()
    with running_node(tmp_path, pki_folder, refusals_per_address_per_hour=2) as node:
        for _ in range(4):
            s_client(node, "smtp", "", "-tls1_2")
        s_client(node, "smtp", "bad/revoked", "-tls1_2")  # refused in words, after it

        lines = refused(node, 3)

        assert [one.outcome for one in lines] == [
            "TLS_NO_CERTIFICATE",
            "TLS_NO_CERTIFICATE",
            "CERT_REVOKED",
        ]
        assert node.reception.refused_handshakes.not_said() == {"not_noted_before": 2}
    assert REFUSALS_NOT_NOTED._value.get() == before + 2


def test_past_the_limit_of_all_a_refused_handshake_has_no_line(
    tmp_path: Path, pki_folder: Path
) -> None:
    before = HANDSHAKES_NOT_KEPT._value.get()
    with running_node(tmp_path, pki_folder, refusals_kept_per_hour=1) as node:
        for _ in range(3):
            s_client(node, "smtp", "", "-tls1_2")

        assert len(refused(node, 1)) == 1
        counted = node.reception.refused_handshakes
        assert counted.not_said() == {"handshakes_not_kept_before": 2}
    assert HANDSHAKES_NOT_KEPT._value.get() == before + 2


def test_the_door_goes_on_and_no_socket_is_left(node: Node) -> None:
    for _ in range(60):
        s_client(node, "submissions", "bad/expired", "-tls1_3")

    assert node.session("smtp", "peer").greeting.startswith("250")


@pytest.mark.journey
def test_postfix_learns_that_its_certificate_ended(
    node: Node, pki_folder: Path
) -> None:
    with TemporaryDirectory(prefix="gwcerts", dir="/tmp") as name:
        certs = Path(name)
        certs.chmod(0o755)  # its daemons run as another user
        shutil.copy(pki_folder / "ca.pem", certs)
        for end in ("pem", "key"):
            shutil.copy(pki_folder / f"bad/expired.{end}", certs / f"peer.{end}")
        routes = {"hopital.mssante.test": node.port("smtp")}
        with postfix(certs, routes) as theirs:
            theirs.send(MESSAGE.replace(b"\r\n", b"\n"), DOCTOR)

            eventually(lambda: "alert certificate expired" in theirs.log(), seconds=60)

    assert node.kept() == []

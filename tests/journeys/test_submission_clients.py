"""Real mail programs submit with their certificate: swaks, msmtp, curl."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mssante.doors import PATIENT, PEER, SERVICE, Node, running_node

pytestmark = pytest.mark.journey

LETTER = (
    f"From: Cardiologie <{SERVICE}>\r\nTo: <{PATIENT}>\r\nSubject: Lettre\r\n"
    "Message-ID: <clients@hopital.mssante.test>\r\n\r\nBonjour\r\n.\r\n..\r\nFin\r\n"
)


def program(name: str) -> str:
    """Return where a program is, or skip the test saying which one is absent."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture
def node(tmp_path: Path, pki_folder: Path) -> Iterator[Node]:
    with running_node(tmp_path, pki_folder) as running:
        yield running


def run(*command: str, letter: str = "") -> None:
    done = subprocess.run(
        command, input=letter, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_swaks_submits_by_starttls_with_its_certificate_alone(node: Node) -> None:
    certs = node.certs

    run(
        program("swaks"),
        f"--server=127.0.0.1:{node.port('submission')}",
        "--tls",
        f"--tls-cert={certs / 'hospital.pem'}",
        f"--tls-key={certs / 'hospital.key'}",
        f"--from={SERVICE}",
        f"--to={PATIENT}",
        f"--header=From: {SERVICE}",
        "--ehlo=client.test",
    )

    assert len(node.kept()) == 1


def test_swaks_pipelines_as_another_operator(node: Node) -> None:
    run(
        program("swaks"),
        f"--server=127.0.0.1:{node.port('smtp')}",
        "--tls",
        f"--tls-cert={node.certs / 'peer.pem'}",
        f"--tls-key={node.certs / 'peer.key'}",
        f"--from={PEER}",
        f"--to={PATIENT},dr.demo@hopital.mssante.test",
        f"--header=From: {PEER}",
        "--pipeline",
        "--ehlo=peer.test",
    )

    assert len(node.kept()[0][0].recipients) == 2


@pytest.mark.parametrize("door", ["submission", "submissions"])
def test_msmtp_submits_and_asks_for_a_report(node: Node, door: str) -> None:
    certs = node.certs

    run(
        program("msmtp"),
        "--host=127.0.0.1",
        f"--port={node.port(door)}",
        "--tls=on",
        f"--tls-starttls={'on' if door == 'submission' else 'off'}",
        f"--tls-trust-file={certs / 'ca.pem'}",
        f"--tls-cert-file={certs / 'hospital.pem'}",
        f"--tls-key-file={certs / 'hospital.key'}",
        "--tls-host-override=localhost",
        "--domain=client.test",
        f"--from={SERVICE}",
        "--dsn-notify=success,failure",
        "--dsn-return=headers",
        PATIENT,
        letter=LETTER.replace("\r\n", "\n"),
    )

    ((arrival, content),) = node.kept()
    assert arrival.ret == "HDRS"
    assert arrival.recipients[0].recipient.notify == "SUCCESS,FAILURE"
    assert content.endswith(b"Bonjour\r\n.\r\n..\r\nFin\r\n")


@pytest.mark.parametrize(
    ("door", "scheme"), [("submission", "smtp"), ("submissions", "smtps")]
)
def test_curl_submits_and_the_bytes_are_the_same(
    node: Node, door: str, scheme: str, tmp_path: Path
) -> None:
    certs, letter = node.certs, tmp_path / "letter.eml"
    letter.write_bytes(LETTER.encode())

    run(
        program("curl"),
        "--silent",
        "--show-error",
        "--url",
        f"{scheme}://localhost:{node.port(door)}/client.test",
        "--ssl-reqd",
        "--cacert",
        str(certs / "ca.pem"),
        "--cert",
        f"{certs / 'hospital.pem'}",
        "--key",
        f"{certs / 'hospital.key'}",
        "--mail-from",
        f"{SERVICE}",
        "--mail-rcpt",
        f"{PATIENT}",
        "--upload-file",
        f"{letter}",
    )

    assert [content for _, content in node.kept()] == [LETTER.encode()]

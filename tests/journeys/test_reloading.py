"""SIGHUP takes certificate, key and authorities from their files; sessions go on."""

from __future__ import annotations

import os
import shutil
import signal
import smtplib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from gateway.measuring.processes import listeners
from gateway.pki.folder import make_allowlist, write_pki
from tests.journeys.running import Gateway, eventually
from tests.journeys.test_failures import connected, hand_over, new_letter
from tests.pki import throwaway_pki

pytestmark = pytest.mark.journey


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway.make(tmp_path / "gateway")
    made.configure(smtp={"processes": 2}, tasks={"workers": 1})
    made.start()
    eventually(lambda: listeners(made.settings.listen.submission) == 2)
    eventually(lambda: len(list((made.folder / "run").iterdir())) == 2)  # the worker
    yield made
    if made.process is not None:
        made.kill()


def serial_shown(port: int, *, mail: bool = False) -> int:
    """Return the serial number of the certificate that a door shows."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("localhost", port), 20) as plain:
        if mail:
            smtp = smtplib.SMTP()
            smtp.sock = plain
            smtp.getreply()
            smtp.docmd("EHLO", "x.test")
            smtp.docmd("STARTTLS")
        with context.wrap_socket(plain) as shown:
            der = shown.getpeercert(binary_form=True)
    assert der
    return x509.load_der_x509_certificate(der).serial_number


def serials(gateway: Gateway) -> set[int]:
    """Return what all doors show; the mail door several times, for its processes."""
    listen = gateway.settings.listen
    shown = {serial_shown(listen.imaps), serial_shown(listen.patient_https)}
    return shown | {serial_shown(listen.submission, mail=True) for _ in range(8)}


def serial_of(file: Path) -> int:
    return x509.load_pem_x509_certificates(file.read_bytes())[0].serial_number


def tell(gateway: Gateway) -> None:
    assert gateway.process is not None
    os.kill(gateway.process.pid, signal.SIGHUP)


def test_a_new_certificate_and_new_authorities_are_shown_and_sessions_go_on(
    gateway: Gateway,
) -> None:
    before = serial_of(gateway.settings.trust.certificate)
    assert serials(gateway) == {before}
    with connected(gateway) as session:
        # As after a renewal: other authorities, other certificates, other lists.
        shutil.rmtree(gateway.certs)
        write_pki(throwaway_pki(), gateway.certs)
        allowlist = gateway.settings.trust.allowlist
        make_allowlist(allowlist, gateway.certs, throwaway_pki().made_at)
        after = serial_of(gateway.settings.trust.certificate)

        tell(gateway)

        eventually(lambda: serials(gateway) == {after})
        assert hand_over(session, new_letter())[0] in {250, 554}, "it was not dropped"
    with connected(gateway) as smtp:
        assert hand_over(smtp, new_letter())[0] == 250
    gateway.settle()
    eventually(lambda: gateway.log().count("are read again") == 3)  # of each process


def test_a_broken_certificate_is_not_taken_and_the_old_one_stays(
    gateway: Gateway,
) -> None:
    before = serial_of(gateway.settings.trust.certificate)
    gateway.settings.trust.certificate.write_text("no certificate")

    tell(gateway)

    eventually(lambda: "are not read again, those in use stay: " in gateway.log())
    assert serials(gateway) == {before}
    assert gateway.workers()

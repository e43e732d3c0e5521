"""Versions, suites, downgrade, renegotiation and resumption at the SMTP doors."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

import pytest

from gateway.trust.tls import (
    CIPHERS,
    Identity,
    smtp_server_context,
)
from gateway.trust.tls_failures import TlsFailure
from tests.trust.handshake import StdlibSide, shake
from tests.trust.tls_peers import (
    BAD,
    V12,
    V13,
    Listener,
    call,
    client,
    code,
    s_client,
)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_t05_old_versions_are_refused(
    smtp_door: ssl.SSLContext, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    outcome = call(smtp_door, client(pki_folder, pki_folder / "peer.pem", version))

    assert code(outcome) is TlsFailure.OLD_VERSION


WEAK = [
    "NULL-SHA256",
    "AES128-GCM-SHA256",
    "AES256-SHA",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-RSA-NULL-SHA",
    "DHE-RSA-AES256-GCM-SHA384",
    "ADH-AES256-GCM-SHA384",
    "AECDH-AES256-SHA",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "CAMELLIA256-SHA",
]


@pytest.mark.parametrize("suite", WEAK)
def test_t05_other_suites_are_refused(
    smtp_door: ssl.SSLContext, pki_folder: Path, suite: str
) -> None:
    caller = client(pki_folder, pki_folder / "peer.pem", V12, f"{suite}:@SECLEVEL=0")

    assert code(call(smtp_door, caller)) is TlsFailure.NO_SHARED_CIPHER


@pytest.mark.parametrize("suite", CIPHERS.split(":"))
def test_each_suite_of_the_referentiel_is_spoken(
    smtp_door: ssl.SSLContext, pki_folder: Path, suite: str
) -> None:
    ours = StdlibSide(smtp_door, server=True)
    caller = client(pki_folder, pki_folder / "peer.pem", V12, suite)

    assert shake(ours, StdlibSide(caller)).done

    chosen = ours.tls.cipher()
    assert chosen is not None
    assert chosen[0] == suite


def test_t05_compression_and_renegotiation_are_off(
    smtp_door: ssl.SSLContext, pki_folder: Path
) -> None:
    ours = StdlibSide(smtp_door, server=True)
    shake(ours, StdlibSide(client(pki_folder, pki_folder / "peer.pem", V12)))

    assert ours.tls.compression() is None
    start = smtp_door._start()  # type: ignore[attr-defined]
    assert start.options & ssl.OP_NO_RENEGOTIATION
    assert start.options & ssl.OP_NO_COMPRESSION


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_t06_openssl_cannot_resume_a_session(
    smtp_door: ssl.SSLContext, pki_folder: Path, version: str
) -> None:
    with Listener(smtp_door) as listener:
        said = s_client(listener.port, pki_folder, version, "-reconnect")

    assert "Verify return code: 0" in said
    assert re.findall(r"^(New|Reused), TLS", said, re.M).count("Reused") == 0
    assert len(re.findall(r"^New, TLS", said, re.M)) == 6
    assert "TLS session ticket:" not in said


def test_t05_openssl_cannot_renegotiate(
    smtp_door: ssl.SSLContext, pki_folder: Path
) -> None:
    with Listener(smtp_door) as listener:
        said = s_client(listener.port, pki_folder, "-tls1_2", said="R\nhello\n")

    assert "RENEGOTIATING" in said
    assert "no renegotiation" in said


def test_t05_a_downgrade_is_noticed_and_said(
    gateway_identity: Identity, pki_folder: Path
) -> None:
    refused: list[TlsFailure] = []
    with Listener(smtp_server_context(gateway_identity, refused.append)) as listener:
        said = s_client(listener.port, pki_folder, "-tls1_2", "-fallback_scsv")

    assert "Cipher is (NONE)" in said
    assert refused == [TlsFailure.DOWNGRADED]


@pytest.mark.parametrize(("name", "failure"), BAD.items())
def test_t01_each_refused_handshake_is_said_once(
    gateway_identity: Identity, pki_folder: Path, name: str, failure: TlsFailure
) -> None:
    refused: list[TlsFailure] = []
    door = smtp_server_context(gateway_identity, refused.append)

    call(door, client(pki_folder, pki_folder / "bad" / f"{name}.pem"))
    call(door, client(pki_folder, pki_folder / "peer.pem"))

    assert refused == [failure]


@pytest.mark.parametrize("version", [V12, V13])
def test_t06_an_offered_session_is_not_resumed(
    smtp_door: ssl.SSLContext, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    caller = client(pki_folder, pki_folder / "peer.pem", version)
    before, first = StdlibSide(smtp_door, server=True), StdlibSide(caller)
    assert shake(before, first).done
    ours = StdlibSide(smtp_door, server=True)
    second = StdlibSide(caller, session=first.tls.session)

    assert shake(ours, second).done

    assert not ours.tls.session_reused
    assert not second.tls.session_reused


def test_a_plain_context_would_have_resumed_it(
    gateway_identity: Identity, pki_folder: Path
) -> None:
    """The reason why each connection starts in a context of its own."""
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    plain.options |= ssl.OP_NO_TICKET
    plain.verify_mode = ssl.CERT_REQUIRED
    plain.load_verify_locations(pki_folder / "ca.pem")
    plain.load_cert_chain(gateway_identity.certificate, gateway_identity.private_key)
    caller = client(pki_folder, pki_folder / "peer.pem", V12)
    # Kept until the end: OpenSSL forgets the session of a connection that is
    # dropped without a goodbye, which would hide what this test is about.
    before, first = StdlibSide(plain, server=True), StdlibSide(caller)
    shake(before, first)
    second = StdlibSide(caller, session=first.tls.session)

    shake(StdlibSide(plain, server=True), second)

    assert second.tls.session_reused

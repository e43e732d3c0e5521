"""To which servers we deliver."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from gateway.pki import ThrowawayPki
from gateway.trust.tls import (
    Identity,
    smtp_client_context,
)
from gateway.trust.tls_failures import TlsFailure, failure_of
from tests.pki import mint_file
from tests.trust.handshake import StdlibSide, shake
from tests.trust.tls_peers import (
    BAD,
)


def peer_door(folder: Path, certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(folder / "ca.pem")
    return context


def test_we_deliver_to_a_good_peer_and_show_our_certificate(
    gateway_identity: Identity, pki: ThrowawayPki, pki_folder: Path
) -> None:
    theirs = StdlibSide(peer_door(pki_folder, pki_folder / "peer.pem"), server=True)

    assert shake(theirs, StdlibSide(smtp_client_context(gateway_identity))).done

    shown = theirs.tls.getpeercert(binary_form=True)
    assert shown is not None
    expected = pki.certificates["gateway"].certificate
    assert x509.load_der_x509_certificate(shown) == expected


@pytest.mark.parametrize(("name", "failure"), BAD.items())
def test_we_do_not_deliver_to_a_bad_peer(
    gateway_identity: Identity, pki_folder: Path, name: str, failure: TlsFailure
) -> None:
    theirs = peer_door(pki_folder, pki_folder / "bad" / f"{name}.pem")

    outcome = shake(
        StdlibSide(theirs, server=True),
        StdlibSide(smtp_client_context(gateway_identity)),
    )

    assert outcome.client is not None
    assert failure_of(outcome.client) is failure


@pytest.mark.parametrize(
    ("asked", "changes", "good"),
    [
        ("smtp.peer.mssante.test", {}, True),
        ("other.mssante.test", {}, False),
        ("smtp.peer.mssante.test", {"san": ()}, False),  # no falling back on CN
    ],
)
def test_the_host_name_is_compared_when_asked(
    gateway_identity: Identity,
    pki_folder: Path,
    tmp_path: Path,
    asked: str,
    changes: dict[str, Any],
    good: bool,
) -> None:
    theirs = peer_door(pki_folder, mint_file(tmp_path / "host", **changes))
    context = smtp_client_context(gateway_identity, check_hostname=True)

    outcome = shake(StdlibSide(theirs, server=True), StdlibSide(context, name=asked))

    assert outcome.done is good
    if not good:
        assert outcome.client is not None
        assert failure_of(outcome.client) is TlsFailure.WRONG_HOST

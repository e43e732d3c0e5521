"""The doors of IMAP keep the same policy."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface.verify import verifyObject

from gateway.trust.tls import (
    Identity,
)
from gateway.trust.tls_failures import TlsFailure
from gateway.trust.tls_twisted import mutual_connections
from tests.trust.handshake import PyopensslSide, StdlibSide, shake
from tests.trust.tls_peers import (
    BAD,
    V12,
    V13,
    client,
    code,
)


@pytest.mark.parametrize("version", [V12, V13])
def test_twisted_doors_let_a_good_chain_in(
    gateway_identity: Identity, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    refused: list[TlsFailure] = []
    made = mutual_connections(gateway_identity, refused.append)
    ours = PyopensslSide(made)
    caller = client(pki_folder, pki_folder / "doctor.pem", version)

    assert shake(ours, StdlibSide(caller)).done

    shown = ours.tls.get_peer_certificate()
    assert shown is not None
    assert "899700000017" in shown.to_cryptography().subject.rfc4514_string()
    assert refused == []


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize(("name", "failure"), BAD.items())
def test_t01_twisted_doors_keep_a_bad_chain_out_with_its_code(
    gateway_identity: Identity,
    pki_folder: Path,
    name: str,
    failure: TlsFailure,
    version: ssl.TLSVersion,
) -> None:
    refused: list[TlsFailure] = []
    made = mutual_connections(gateway_identity, refused.append)
    caller = client(pki_folder, pki_folder / "bad" / f"{name}.pem", version)

    outcome = shake(PyopensslSide(made), StdlibSide(caller))

    assert refused == [failure]
    assert code(outcome) is TlsFailure.OTHER_CERTIFICATE


def test_twisted_doors_want_a_certificate(
    gateway_identity: Identity, pki_folder: Path
) -> None:
    made = mutual_connections(gateway_identity, lambda _: None)

    outcome = shake(PyopensslSide(made), StdlibSide(client(pki_folder)))

    assert code(outcome) is TlsFailure.NO_CERTIFICATE


@pytest.mark.parametrize("version", [V12, V13])
def test_t06_twisted_doors_do_not_resume(
    gateway_identity: Identity, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    made = mutual_connections(gateway_identity, lambda _: None)
    caller = client(pki_folder, pki_folder / "doctor.pem", version)
    before, first = PyopensslSide(made), StdlibSide(caller)
    assert shake(before, first).done
    second = StdlibSide(caller, session=first.tls.session)

    assert shake(PyopensslSide(made), second).done

    assert not second.tls.session_reused


def test_t05_twisted_doors_refuse_old_versions_and_weak_suites(
    gateway_identity: Identity, pki_folder: Path
) -> None:
    made = mutual_connections(gateway_identity, lambda _: None)
    callers = {
        TlsFailure.OLD_VERSION: client(pki_folder, None, ssl.TLSVersion.TLSv1_1),
        TlsFailure.NO_SHARED_CIPHER: client(
            pki_folder, None, V12, "AES256-SHA:@SECLEVEL=0"
        ),
    }

    codes = [
        code(shake(PyopensslSide(made), StdlibSide(caller)))
        for caller in callers.values()
    ]

    assert codes == list(callers)


def test_twisted_takes_them_for_its_listeners(gateway_identity: Identity) -> None:
    made = mutual_connections(gateway_identity, lambda _: None)

    assert verifyObject(IOpenSSLServerConnectionCreator, made)
    assert TLSMemoryBIOFactory(made, False, Factory(), clock=Clock())

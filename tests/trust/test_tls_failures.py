"""Every failed handshake has its name, every bad file is noticed early."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from OpenSSL import SSL

from gateway.errors import InvalidError
from gateway.trust.tls import (
    load_identity,
)
from gateway.trust.tls_failures import (
    TlsFailure,
    failure_of,
    failure_of_code,
    failure_of_lost,
)
from tests.trust.handshake import StdlibSide


@pytest.mark.parametrize("broken", ["certificate", "key", "authorities", "another key"])
def test_a_bad_file_is_noticed_before_anything_listens(
    pki_folder: Path, tmp_path: Path, broken: str
) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_bytes(b"broken")
    files: dict[str, tuple[Path | str, ...]] = {
        "certificate": (bad, "gateway.key", "ca.pem"),
        "key": ("gateway.pem", bad, "ca.pem"),
        "authorities": ("gateway.pem", "gateway.key", bad),
        "another key": ("gateway.pem", "peer.key", "ca.pem"),
    }

    with pytest.raises(InvalidError):
        load_identity(*(pki_folder / name for name in files[broken]))


def test_a_missing_file_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(InvalidError):
        load_identity(tmp_path / "a", tmp_path / "b", tmp_path / "c")


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ConnectionResetError(), TlsFailure.LOST),
        (SSL.SysCallError(-1, "Unexpected EOF"), TlsFailure.LOST),
        (SSL.Error([("SSL routines", "", "http request")]), TlsFailure.NOT_TLS),
        (SSL.Error([]), TlsFailure.OTHER),
        (SSL.Error(), TlsFailure.OTHER),
        (ValueError(), TlsFailure.OTHER),
    ],
)
def test_every_failure_has_a_code(error: Exception, failure: TlsFailure) -> None:
    assert failure_of(error) is failure


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (
            SSL.Error([("SSL routines", "", "peer did not return a certificate")]),
            TlsFailure.NO_CERTIFICATE,
        ),
        (SSL.Error([("SSL routines", "", "certificate verify failed")]), None),
        (SSL.SysCallError(-1, "Unexpected EOF"), TlsFailure.LOST),
        (ConnectionResetError(), None),
        (None, None),
    ],
)
def test_a_lost_connection_says_whether_its_handshake_failed(
    error: Exception | None, failure: TlsFailure | None
) -> None:
    assert failure_of_lost(error) is failure


def test_an_unknown_number_is_still_a_refused_certificate() -> None:
    assert failure_of_code(9999) is TlsFailure.OTHER_CERTIFICATE


@pytest.mark.parametrize(
    "text", [b"GET / HTTP/1.1\r\n\r\n", b"EHLO x\r\nMAIL FROM:<>\r\n"]
)
def test_what_is_not_tls_is_named(smtp_door: ssl.SSLContext, text: bytes) -> None:
    ours = StdlibSide(smtp_door, server=True)
    ours.give(text)

    with pytest.raises(ssl.SSLError) as refused:
        ours.step()

    assert failure_of(refused.value) is TlsFailure.NOT_TLS

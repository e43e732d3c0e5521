"""TLS of the pages: which suites, and whose certificate."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.errors import MisuseError
from gateway.web.site.service import tls_of
from tests.builders_settings import make_settings
from tests.logged import lines_logged
from tests.web.browsing import Site, blocking, make_certificate

OPENSSL = shutil.which("openssl") or ""
TAKEN = [
    ("-tls1_3", "TLS_AES_256_GCM_SHA384"),
    ("-tls1_3", "TLS_AES_128_GCM_SHA256"),
    ("-tls1_3", "TLS_CHACHA20_POLY1305_SHA256"),
    ("-tls1_2", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    ("-tls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ("-tls1_2", "ECDHE-ECDSA-CHACHA20-POLY1305"),
]
REFUSED = [
    ("-tls1_2", "AES256-GCM-SHA384"),  # no forward secrecy
    ("-tls1_2", "AES128-SHA"),
    ("-tls1_2", "ECDHE-ECDSA-AES256-SHA384"),  # no AEAD
    ("-tls1_2", "ECDHE-ECDSA-AES128-SHA"),
    ("-tls1_2", "ECDHE-ECDSA-AES128-CCM8"),
    ("-tls1_2", "DHE-RSA-AES256-GCM-SHA384"),
    ("-tls1_1", "ALL:@SECLEVEL=0"),
]


def handshake(port: int, version: str, suite: str) -> str:
    """Return what openssl says of a handshake with one suite."""
    option = "-ciphersuites" if version == "-tls1_3" else "-cipher"
    if version == "-tls1_2":
        suite += ":@SECLEVEL=0"
    done = subprocess.run(
        [OPENSSL, "s_client", "-connect", f"127.0.0.1:{port}", version, option, suite],
        input="",
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.stdout


@pytest.mark.skipif(not OPENSSL, reason="openssl is not installed")
@blocking
def test_only_suites_that_keep_the_past_secret_and_prove_each_byte(
    site: Site,
) -> None:
    for version, suite in TAKEN:
        assert f"Cipher is {suite}" in handshake(site.port, version, suite), suite
    for version, suite in REFUSED:
        assert "Cipher is (NONE)" in handshake(site.port, version, suite), suite


@pytest.mark.skipif(not OPENSSL, reason="openssl is not installed")
@pytest.mark.parametrize(
    ("version", "suite", "code"),
    [
        ("-tls1_1", "ALL:@SECLEVEL=0", "TLS_OLD_VERSION"),
        ("-tls1_2", "AES128-SHA", "TLS_NO_SHARED_CIPHER"),
    ],
)
@blocking
def test_a_handshake_that_is_refused_leaves_a_line(
    site: Site, version: str, suite: str, code: str
) -> None:
    with lines_logged() as told:
        handshake(site.port, version, suite)
        site.browser().get("/sign-in")  # by then the loop has ended the other one

    assert [line for line in told if "handshake" in line] == [
        f"info web: handshake refused: {code}, 127.0.0.1"
    ]


def test_the_pages_may_have_a_certificate_of_their_own(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        make_certificate(folder)
    settings = make_settings(ours)
    own = {
        "certificate": theirs / settings.trust.certificate.name,
        "private_key": theirs / settings.trust.private_key.name,
    }

    assert tls_of(make_settings(ours, web=own)) is not None
    (theirs / settings.trust.private_key.name).write_bytes(
        (ours / settings.trust.private_key.name).read_bytes()
    )
    with pytest.raises(MisuseError, match="cannot be used"):
        tls_of(make_settings(ours, web=own))


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    make_certificate(tmp_path)
    settings = make_settings(tmp_path)

    with pytest.raises(MisuseError, match="or neither"):
        tls_of(make_settings(tmp_path, web={"certificate": settings.trust.certificate}))

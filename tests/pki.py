"""One throwaway PKI for the whole test session, and certificates minted to order."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPrivateKeyTypes as SigningKey,
)
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.pki import ThrowawayPki, build_pki, make_allowlist
from gateway.pki.folder import write_allowlist, write_issued, write_pki
from gateway.pki.throwaway import Issued, new_key


@cache
def throwaway_pki() -> ThrowawayPki:
    """Return the session's PKI, authorities' keys included."""
    return build_pki(datetime.now(UTC))


@cache
def spare_key() -> rsa.RSAPrivateKey:
    """Return the one key of the certificates minted by tests: making one is slow."""
    return new_key()


@pytest.fixture(scope="session")
def pki() -> ThrowawayPki:
    """The session's PKI, to mint from."""
    return throwaway_pki()


@pytest.fixture(scope="session")
def pki_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session's PKI as `gateway init` writes it, with ``allowlist.xml`` beside."""
    folder = tmp_path_factory.mktemp("pki") / "certs"
    write_pki(throwaway_pki(), folder)
    make_allowlist(folder / "allowlist.xml", folder, throwaway_pki().made_at)
    return folder


PEER_NAME = "CN=smtp.peer.mssante.test,OU=300000000000022,O=OPERATEUR VOISIN,C=FR"
"""The other operator as the allow-list names it."""


def relist(folder: Path, now: datetime, **entries: str) -> None:
    """Replace the folder's allow-list: a name for each domain (``peer_test=``)."""
    names = {key.replace("_", "."): name for key, name in entries.items()}
    fresh = folder / "fresh.xml"
    fresh.write_bytes(write_allowlist(names, now))
    fresh.replace(folder / "allowlist.xml")


def mint(name: str = "peer", key: SigningKey | None = None, **changes: Any) -> Issued:
    """
    Return a new certificate like ``name``, with fields of its profile changed.

    For example ``mint("peer", san=())``, ``mint("hospital", days=(-2, -1))``.
    """
    pki = throwaway_pki()
    profile = evolve(pki.profiles.certificates[name], **changes)
    return pki.issue(profile, key or spare_key())


def mint_file(stem: Path, name: str = "peer", **changes: Any) -> Path:
    """Mint and write ``<stem>.pem`` and ``<stem>.key``; return the former."""
    write_issued(mint(name, **changes), stem)
    return stem.with_name(f"{stem.name}.pem")


def der(issued: Issued) -> bytes:
    """Return the certificate in DER, as a TLS connection shows it."""
    return issued.certificate.public_bytes(Encoding.DER)


def der_of(name: str) -> bytes:
    """Return the named certificate of the session's PKI in DER."""
    return der(throwaway_pki().certificates[name])


_SHA256_WITH_RSA = bytes.fromhex("2a864886f70d01010b")
_SHA1_WITH_RSA = bytes.fromhex("2a864886f70d010105")


def signed_with_sha1(issued: Issued, issuer: Issued) -> bytes:
    """Return the certificate signed anew with SHA-1, which libraries no longer do."""
    body = issued.certificate.tbs_certificate_bytes
    assert isinstance(issuer.key, rsa.RSAPrivateKey)
    weak = body.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    signature = issuer.key.sign(weak, PKCS1v15(), SHA1())  # noqa: S303 (that is the point)
    whole = der(issued).replace(body, weak).replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    return whole.replace(issued.certificate.signature, signature)


def organisations() -> Issued:
    """Return the authority that signs servers and structures."""
    return throwaway_pki().authorities["organisations"]


def critical_unknown() -> x509.UnrecognizedExtension:
    """Return an extension nobody knows."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


def rebuilt(
    issued: Issued,
    *,
    without: type[x509.ExtensionType] | None = None,
    more: x509.ExtensionType | None = None,
    signer: str = "organisations",
) -> Issued:
    """Return the certificate without one extension, or with one more, critical."""
    authority = throwaway_pki().authorities[signer]
    model = issued.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(model.subject)
        .issuer_name(authority.certificate.subject)
        .public_key(issued.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(model.not_valid_before_utc)
        .not_valid_after(model.not_valid_after_utc)
    )
    for extension in model.extensions:
        if without is None or not isinstance(extension.value, without):
            builder = builder.add_extension(extension.value, extension.critical)
    if more is not None:
        builder = builder.add_extension(more, critical=True)
    certificate = builder.sign(authority.key, SHA256())
    return Issued(certificate, issued.key, issued.chain)

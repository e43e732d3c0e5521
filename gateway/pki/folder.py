"""Writes a throwaway PKI and its allow-list where `gateway init` wants them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from lxml import etree

from gateway.errors import ConflictError
from gateway.pki.profiles import Domains
from gateway.pki.throwaway import Issued, ThrowawayPki, build_pki

NAMESPACE = "https://listeblanche.mssante.fr/schema"
"""Namespace of the real list, the only one readers know."""


def make_pki(
    folder: Path, now: datetime, domains: Domains | None = None, *, crl_days: float = 30
) -> None:
    """
    Make a new PKI and write it into ``folder``, of mode 0700.

    Raises:
        ConflictError: the folder holds certificates already; nothing was written.
    """
    if (folder / "ca.pem").exists():
        raise ConflictError("the folder holds certificates already")
    write_pki(build_pki(now, domains), folder, crl_days=crl_days)


def write_pki(pki: ThrowawayPki, folder: Path, *, crl_days: float = 30) -> None:
    """Write the files named in `certs/README.md`; keys get mode 0600."""
    for directory in (folder, folder / "bad"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)  # it may have been there already
    for name, issued in pki.certificates.items():
        write_issued(issued, folder / name)
    write_crls(pki.revocation_lists(days=crl_days), folder / "crl.pem")
    # Last: its presence says that the folder is complete.
    (folder / "ca.pem").write_bytes(_pem(pki.pinned()))


def write_issued(issued: Issued, stem: Path) -> None:
    """Write ``<stem>.pem`` (the certificate, then its chain) and ``<stem>.key``."""
    stem.with_name(f"{stem.name}.pem").write_bytes(
        _pem((issued.certificate, *issued.chain))
    )
    key = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = stem.with_name(f"{stem.name}.key")
    # Created with its mode, so that no moment exists when others may read it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)


def write_crls(lists: Iterable[x509.CertificateRevocationList], path: Path) -> None:
    """Write the lists as one PEM file, put in place whole."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(b"".join(crl.public_bytes(Encoding.PEM) for crl in lists))
    fresh.replace(path)


def make_allowlist(
    path: Path, certificates: Path, now: datetime, domains: Domains | None = None
) -> None:
    """
    Write the demonstration's allow-list: our domains and the other operator's.

    ``certificates`` is the folder `make_pki` wrote; the names in the list are those
    of its ``gateway.pem`` and ``peer.pem``.
    """
    domains = domains or Domains()
    ours = _subject(certificates / "gateway.pem")
    entries = {
        domains.professional: ours,
        domains.patient: ours,
        domains.peer: _subject(certificates / "peer.pem"),
    }
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(write_allowlist(entries, now))
    fresh.replace(path)


def write_allowlist(entries: Mapping[str, str], now: datetime) -> bytes:
    """Return a list in the real format: each domain with an operator's name."""
    date = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    default = {None: NAMESPACE}
    root = etree.Element(
        f"{{{NAMESPACE}}}ListeBlancheMSSante",
        nsmap=default,  # type: ignore[arg-type]  # the stubs forget the default one
    )
    _add(root, "DateDeGeneration", date)
    listed = _add(root, "ListeDomaines")
    for domain, name in entries.items():
        entry = _add(listed, "Domaine")
        _add(entry, "Nom", domain)
        _add(entry, "Description", "Domaine de démonstration")
        _add(entry, "DNCertificatOperateur", name)
        _add(entry, "ResponsableContact", "0100000000, responsable@mssante.test")
        _add(entry, "SupportContact", "0100000000, support@mssante.test")
        _add(entry, "DateMAJ", date)
    return etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child


def _subject(path: Path) -> str:
    certificate = x509.load_pem_x509_certificates(path.read_bytes())[0]
    return certificate.subject.rfc4514_string()


def _pem(certificates: Iterable[x509.Certificate]) -> bytes:
    return b"".join(
        certificate.public_bytes(Encoding.PEM) for certificate in certificates
    )

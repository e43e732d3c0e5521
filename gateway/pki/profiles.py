"""Reads the profiles of the throwaway PKI (`certs/profiles.toml`); makes no key."""

from __future__ import annotations

import ipaddress
import tomllib
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import gateway

PROFILES = Path(gateway.__file__).parents[1] / "certs" / "profiles.toml"
"""Beside the package, in a clone and in an installation alike."""

_ATTRIBUTES = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "SN": NameOID.SURNAME,
    "GN": NameOID.GIVEN_NAME,
    "title": NameOID.TITLE,
}

_EXTENDED = {
    "serverAuth": ExtendedKeyUsageOID.SERVER_AUTH,
    "clientAuth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "emailProtection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
}

_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@frozen(kw_only=True)
class Domains:
    """The mail domains the certificates and the allow-list are made for."""

    professional: str = "hopital.mssante.test"
    patient: str = "patient.mssante.test"
    peer: str = "peer.mssante.test"


@frozen(kw_only=True)
class CertificateProfile:
    """
    What one certificate shall hold.

    ``days`` are the start and end counted from the making; ``issuer`` is the name of
    an authority, or empty for a certificate that signs itself; ``key_usage`` and
    ``extended`` are None for a certificate without that extension; ``san`` are its
    alternative names.
    """

    subject: x509.Name
    issuer: str
    days: tuple[float, float] = (-1, 1094)
    key_usage: x509.KeyUsage | None = None
    extended: x509.ExtendedKeyUsage | None = None
    san: tuple[x509.GeneralName, ...] = ()
    revoked: bool = False
    is_authority: bool = False
    path_length: int | None = None
    address: str = ""
    pinned: bool = True


@frozen(kw_only=True)
class CertificateProfiles:
    """The whole file: what all certificates share, and each of them by its name."""

    key_bits: int
    shared: tuple[x509.ExtensionType, ...]
    authorities: dict[str, CertificateProfile] = field(repr=False)
    certificates: dict[str, CertificateProfile] = field(repr=False)


def read_profiles(domains: Domains, path: Path = PROFILES) -> CertificateProfiles:
    """Return the profiles, their names filled in with the domains."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    names = {
        "professional": domains.professional,
        "patient": domains.patient,
        "peer": domains.peer,
    }
    entries: dict[str, dict[str, Any]] = table["certificate"]
    return CertificateProfiles(
        key_bits=table["key_bits"],
        shared=_shared(table),
        authorities={
            name: _authority(entry) for name, entry in table["authority"].items()
        },
        certificates={
            name: _certificate(
                entries.get(entry.get("like", ""), {}) | entry, table["usage"], names
            )
            for name, entry in entries.items()
        },
    )


def name_of(parts: list[str]) -> x509.Name:
    """Return the name of ``TYPE=value`` parts; ``+`` joins values of one part."""
    return x509.Name(
        x509.RelativeDistinguishedName(
            x509.NameAttribute(_ATTRIBUTES[kind], value)
            for kind, _, value in (piece.partition("=") for piece in part.split("+"))
        )
        for part in parts
    )


def key_usage(*wanted: str) -> x509.KeyUsage:
    """Return the extension with these bits set and no other."""
    return x509.KeyUsage(**{bit: bit in wanted for bit in _KEY_USAGES})


def extended_usage(*wanted: str) -> x509.ExtendedKeyUsage:
    """Return the extension with these purposes."""
    return x509.ExtendedKeyUsage([_EXTENDED[purpose] for purpose in wanted])


def _shared(table: dict[str, Any]) -> tuple[x509.ExtensionType, ...]:
    policy = x509.PolicyInformation(
        x509.ObjectIdentifier(table["policy"]), [table["practice"]]
    )
    private = table["private_extension"]
    return (
        x509.CertificatePolicies([policy]),
        x509.UnrecognizedExtension(
            x509.ObjectIdentifier(private["oid"]), bytes.fromhex(private["der"])
        ),
    )


def _authority(entry: dict[str, Any]) -> CertificateProfile:
    start, end = entry["days"]
    return CertificateProfile(
        subject=name_of(entry["subject"]),
        issuer=entry.get("issuer", ""),
        days=(start, end),
        key_usage=key_usage("key_cert_sign", "crl_sign"),
        is_authority=True,
        path_length=entry.get("path_length"),
        address=entry["address"],
        pinned=entry.get("pinned", True),
    )


def _certificate(
    entry: dict[str, Any], usages: dict[str, Any], names: dict[str, str]
) -> CertificateProfile:
    usage = usages[entry["usage"]]
    profile = CertificateProfile(
        subject=name_of([part.format_map(names) for part in entry["subject"]]),
        issuer=entry["issuer"],
        key_usage=key_usage(*usage["key"]),
        extended=extended_usage(*usage["extended"]),
        san=(
            *(x509.DNSName(name.format_map(names)) for name in entry.get("dns", ())),
            *(x509.IPAddress(ipaddress.ip_address(ip)) for ip in entry.get("ip", ())),
        ),
        revoked=entry.get("revoked", False),
    )
    if "days" in entry:
        start, end = entry["days"]
        return evolve(profile, days=(start, end))
    return profile

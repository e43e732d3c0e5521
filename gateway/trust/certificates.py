"""Reads what a peer's certificate says; believes nothing, decides nothing."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from attrs import frozen
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from gateway.errors import InvalidError
from gateway.trust.names import DistinguishedName

MAX_CERTIFICATE_BYTES = 16 * 1024
"""A real one has about 2 kB; a larger one is not looked into."""


SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH.dotted_string
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string


class CertificateKind(StrEnum):
    """Who a certificate stands for: by its subject, as far as its authority may say."""

    OPERATOR = "operator"  # SERV SSL: both roles of SMTP between operators
    ORGANISATION = "organisation"  # ORG AUTH_CLI
    EMPLOYEE = "employee"  # of a structure, by its card (CPE)
    PERSON = "person"  # a professional, by the national number (IDNPS)
    UNKNOWN = "unknown"


NAMEABLE = frozenset(CertificateKind) - {CertificateKind.UNKNOWN}
"""Whom an authority can have the right to name."""


class RevocationStatus(StrEnum):
    """What the revocation lists say of a certificate and of its authorities."""

    GOOD = "good"
    REVOKED = "revoked"
    MISSING = "missing"  # no list of that authority
    EXPIRED = "expired"  # the list is past its next update, and past any grace


@frozen(kw_only=True)
class SenderCertificate:
    """
    The facts of a certificate; nothing here is yet believed.

    ``key_usages`` and ``extended_usages`` are None when the certificate is without the
    extension. ``identity`` is what mailboxes are bound to: the structure's identifier
    (``1`` + FINESS, ``3`` + SIRET, ``4`` + practice), the person's IDNPS, or the
    employee's own (``3`` + FINESS + ``/`` + number), in capitals; empty when the
    subject names none, or more than one. ``structure`` is the employee's.
    ``profession`` is the code of TRE_G15 that a card of IGC-Santé carries, or empty.

    ``kind`` is UNKNOWN where the authority may not name such a holder; ``claimed`` is
    then what the subject says all the same.
    """

    fingerprint: str
    subject: DistinguishedName
    subject_text: str
    serial: int
    not_before: datetime
    not_after: datetime
    key_usages: frozenset[str] | None
    extended_usages: frozenset[str] | None
    dns_names: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    profession: str = ""
    kind: CertificateKind
    claimed: CertificateKind
    identity: str
    structure: str = ""
    is_authority: bool
    self_signed: bool
    strong_key: bool
    strong_signature: bool

    def names_host(self, host: str) -> bool:
        """
        Tell whether the certificate is for a host, by its alternative names; by its
        common name only where there is none (RFC 6125 §6.4.4). ``*`` stands for one
        label, the first (RFC 6125 §6.4.3).
        """
        named = {one.lower() for one in self.dns_names or self.subject.values("CN")}
        _, dot, parent = host.lower().partition(".")
        return host.lower() in named or bool(dot) and f"*.{parent}" in named


def read_certificate(
    der: bytes, may_name: frozenset[CertificateKind] = NAMEABLE
) -> SenderCertificate:
    """
    Return the facts of a certificate in DER, whose authority may name such holders.

    Raises:
        InvalidError: not a certificate, not wholly readable, or too large.
    """
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise InvalidError("certificate too large")
    try:
        return facts_of(x509.load_der_x509_certificate(der), may_name)
    except UNREADABLE as error:
        raise InvalidError("certificate that cannot be read") from error


UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises, early or late, for a malformed certificate or list."""


def facts_of(
    certificate: x509.Certificate, may_name: frozenset[CertificateKind] = NAMEABLE
) -> SenderCertificate:
    """Return the facts of a certificate that was parsed already."""
    extensions = {item.oid: item.value for item in certificate.extensions}
    subject = DistinguishedName.from_x509(certificate.subject)
    extended = _extended_usages(extensions)
    who = _who(subject, extended or frozenset(), may_name)
    named = who if who.kind in may_name else _NOBODY
    constraints = extensions.get(x509.BasicConstraints.oid)
    return SenderCertificate(
        fingerprint=certificate.fingerprint(SHA256()).hex(),
        subject=subject,
        subject_text=certificate.subject.rfc4514_string(),
        serial=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key_usages=_key_usages(extensions),
        extended_usages=extended,
        dns_names=_dns_names(extensions),
        addresses=_addresses(extensions),
        profession=_profession(extensions),
        kind=named.kind,
        claimed=who.kind,
        identity=named.identity,
        structure=named.structure,
        is_authority=isinstance(constraints, x509.BasicConstraints) and constraints.ca,
        self_signed=certificate.issuer == certificate.subject,
        strong_key=is_strong_key(certificate.public_key()),
        strong_signature=is_strong_signature(certificate),
    )


_STRUCTURE = re.compile(r"1[0-9A-Z]{9}|[34][0-9]{14}", re.I | re.ASCII)
"""Identifier of a structure in OU: ``1`` + FINESS, ``3`` + SIRET, ``4`` + practice."""

_IDNPS = re.compile(r"8[0-9]{11}")
"""National number of a professional: ``8`` + RPPS."""


_EMPLOYEE = re.compile(r"[0-9][0-9A-Z]{9,14}/\S{1,64}", re.I | re.ASCII)
"""An employee's number inside a structure (CPE card): ``3`` + FINESS + ``/`` …"""


@frozen
class _Named:
    kind: CertificateKind
    identity: str = ""
    structure: str = ""


_NOBODY = _Named(CertificateKind.UNKNOWN)


def _who(
    subject: DistinguishedName,
    extended: frozenset[str],
    may_name: frozenset[CertificateKind],
) -> _Named:
    """
    Return whom the subject names, the one identity it says, an employee's structure.

    A subject with a structure is never a professional, whatever its CN: a structure
    chooses its own CN and could choose a doctor's number. Whether it is the structure
    itself or somebody who works there is said by the authority, and only where that may
    name both by the form of the name.
    """
    names, units = subject.values("CN"), subject.values("OU")
    if len(names) != 1 or len(units) > 1:
        return _NOBODY
    unit, name = units[0].strip() if units else "", names[0].strip()
    structure = unit.upper() if _STRUCTURE.fullmatch(unit) else ""
    if SERVER_AUTH in extended:
        return _Named(CertificateKind.OPERATOR, structure)
    if CLIENT_AUTH not in extended:
        return _NOBODY
    if units:
        if not structure:
            return _NOBODY
        if _names_an_employee(subject, name, may_name):
            own = name.upper() if _EMPLOYEE.fullmatch(name) else f"{structure}/{name}"
            return _Named(CertificateKind.EMPLOYEE, own, structure)
        return _Named(CertificateKind.ORGANISATION, structure)
    if _IDNPS.fullmatch(name):
        return _Named(CertificateKind.PERSON, name)
    return _NOBODY


def _names_an_employee(
    subject: DistinguishedName, name: str, may_name: frozenset[CertificateKind]
) -> bool:
    if CertificateKind.ORGANISATION not in may_name:
        return True
    if CertificateKind.EMPLOYEE not in may_name:
        return False
    is_of_a_human = bool(subject.values("SN") or subject.values("GN"))
    return is_of_a_human or _EMPLOYEE.fullmatch(name) is not None


def is_strong_key(key: object) -> bool:
    """Tell whether a public key is RSA of 2048 bits, a curve of 256, or better."""
    match key:
        case rsa.RSAPublicKey():
            return key.key_size >= 2048
        case ec.EllipticCurvePublicKey():
            return key.curve.key_size >= 256
        case ed25519.Ed25519PublicKey():
            return True
        case _:
            return False


def is_strong_signature(
    signed: x509.Certificate | x509.CertificateRevocationList,
) -> bool:
    """Tell whether a signature uses SHA-2, or Ed25519."""
    if signed.signature_algorithm_oid == SignatureAlgorithmOID.ED25519:
        return True
    return isinstance(signed.signature_hash_algorithm, SHA256 | SHA384 | SHA512)


Extensions = dict[x509.ObjectIdentifier, x509.ExtensionType]


def _key_usages(extensions: Extensions) -> frozenset[str] | None:
    usage = extensions.get(x509.KeyUsage.oid)
    if not isinstance(usage, x509.KeyUsage):
        return None
    names = ("digital_signature", "content_commitment", "key_encipherment")
    return frozenset(name for name in names if getattr(usage, name))


def _extended_usages(extensions: Extensions) -> frozenset[str] | None:
    usage = extensions.get(x509.ExtendedKeyUsage.oid)
    if not isinstance(usage, x509.ExtendedKeyUsage):
        return None
    return frozenset(purpose.dotted_string for purpose in usage)


def _dns_names(extensions: Extensions) -> tuple[str, ...]:
    names = extensions.get(x509.SubjectAlternativeName.oid)
    if not isinstance(names, x509.SubjectAlternativeName):
        return ()
    return tuple(names.get_values_for_type(x509.DNSName))


_PROFESSION = x509.ObjectIdentifier("1.2.250.1.71.1.2.7")
"""Where cards of IGC-Santé have the profession: an INTEGER, in DER."""


def _profession(extensions: Extensions) -> str:
    value = extensions.get(_PROFESSION)
    if not isinstance(value, x509.UnrecognizedExtension):
        return ""
    head, size, number = value.value[:1], value.value[1:2], value.value[2:]
    is_small = head == b"\x02" and size == bytes([len(number)]) and 0 < len(number) < 3
    return f"{int.from_bytes(number, 'big'):02d}" if is_small else ""


def _addresses(extensions: Extensions) -> tuple[str, ...]:
    names = extensions.get(x509.SubjectAlternativeName.oid)
    if not isinstance(names, x509.SubjectAlternativeName):
        return ()
    return tuple(str(one) for one in names.get_values_for_type(x509.IPAddress))

"""Whom a certificate stands for, and what is not read at all."""

from __future__ import annotations

import pytest
from cryptography import x509

from gateway.errors import InvalidError
from gateway.pki.profiles import name_of
from gateway.trust.certificates import (
    MAX_CERTIFICATE_BYTES,
    CertificateKind,
    read_certificate,
)
from tests.pki import der, der_of, mint

WHO = [
    ("gateway", CertificateKind.OPERATOR, "300000000000011"),
    ("peer", CertificateKind.OPERATOR, "300000000000022"),
    ("hospital", CertificateKind.ORGANISATION, "1750000011"),
    ("doctor", CertificateKind.PERSON, "899700000017"),
    ("nurse", CertificateKind.PERSON, "899700000025"),
    ("pharmacist", CertificateKind.PERSON, "899700000033"),
    ("regulator", CertificateKind.PERSON, "899700000041"),
    ("bad/wrong-usage", CertificateKind.UNKNOWN, ""),
]


@pytest.mark.parametrize(("name", "kind", "identity"), WHO)
def test_a_certificate_says_who_it_stands_for(
    name: str, kind: CertificateKind, identity: str
) -> None:
    found = read_certificate(der_of(name))

    assert (found.kind, found.identity) == (kind, identity)


SUBJECTS = [
    ("1750000011", CertificateKind.ORGANISATION, "1750000011"),
    ("12a0000011", CertificateKind.ORGANISATION, "12A0000011"),
    ("10B0078671", CertificateKind.ORGANISATION, "10B0078671"),
    ("318751275100020", CertificateKind.ORGANISATION, "318751275100020"),
    ("499700367909006", CertificateKind.ORGANISATION, "499700367909006"),
    ("2123456789", CertificateKind.UNKNOWN, ""),
    ("SERVICE INFORMATIQUE", CertificateKind.UNKNOWN, ""),
]


@pytest.mark.parametrize(("unit", "kind", "identity"), SUBJECTS)
def test_a_structure_is_named_by_its_identifier(
    unit: str, kind: CertificateKind, identity: str
) -> None:
    made = mint("hospital", subject=name_of(["C=FR", "O=X", f"OU={unit}", "CN=x"]))

    found = read_certificate(der(made))

    assert (found.kind, found.identity) == (kind, identity)


def test_a_structure_that_takes_a_doctors_number_is_no_doctor() -> None:
    subject = name_of(["C=FR", "O=CHU", "OU=1750000011", "CN=899700000017"])

    found = read_certificate(der(mint("hospital", subject=subject)))

    assert (found.kind, found.identity) == (CertificateKind.ORGANISATION, "1750000011")


@pytest.mark.parametrize(
    "parts",
    [
        ["C=FR", "OU=1750000011", "OU=1750000029", "CN=x"],
        ["C=FR", "OU=1750000011", "CN=x", "CN=y"],
        ["C=FR", "CN=899700000017", "CN=899700000025"],
        ["C=FR", "OU=1750000011"],
        ["C=FR", "CN=89970000001"],
        ["C=FR", "CN=DUPONT"],
    ],
)
def test_a_subject_that_says_no_one_thing_has_no_identity(parts: list[str]) -> None:
    made = der(mint("hospital", subject=name_of(parts)))

    assert read_certificate(made).identity == ""


def test_t04_sixteen_kilobytes_of_names_are_not_read() -> None:
    many = tuple(x509.DNSName(f"smtp{n}.peer.mssante.test") for n in range(600))
    content = der(mint("peer", san=many))

    assert len(content) > MAX_CERTIFICATE_BYTES
    with pytest.raises(InvalidError):
        read_certificate(content)


@pytest.mark.parametrize("content", [b"", b"\x30\x00", b"certificate"])
def test_what_is_no_certificate_is_invalid(content: bytes) -> None:
    with pytest.raises(InvalidError):
        read_certificate(content)


@pytest.mark.parametrize(
    ("san", "host", "names"),
    [
        (("smtp.peer.test", "MX2.peer.test"), "mx2.PEER.test", True),
        (("smtp.peer.test",), "peer.test", False),
        (("smtp.peer.test",), "a.smtp.peer.test", False),
        (("*.peer.test",), "mx9.peer.test", True),
        (("*.peer.test",), "peer.test", False),
        (("*.peer.test",), "a.b.peer.test", False),
        (("smtp.peer.test",), "smtp.peer.mssante.test", False),  # its common name
        ((), "smtp.peer.mssante.test", True),
        ((), "peer.mssante.test", False),
        (("test",), "test", True),
        ((), "", False),
    ],
)
def test_a_certificate_names_hosts(
    san: tuple[str, ...], host: str, *, names: bool
) -> None:
    certificate = read_certificate(
        der(mint("peer", san=tuple(x509.DNSName(one) for one in san)))
    )

    assert certificate.names_host(host) is names

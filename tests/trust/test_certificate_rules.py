"""Each wrong certificate is refused with its own code, the right ones are not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPrivateKeyTypes as SigningKey,
)

from gateway.pki.profiles import extended_usage, key_usage, name_of
from gateway.trust.certificate_rules import (
    CertificateFault,
    CertificateRefused,
    CertificateVerdict,
    Role,
    Trusted,
    judge,
)
from gateway.trust.certificates import (
    CertificateKind,
    RevocationStatus,
    read_certificate,
)
from tests.pki import der, der_of, mint, organisations, signed_with_sha1

NOW = datetime.now(UTC)
WRONG_USAGE = CertificateRefused((CertificateFault.WRONG_USAGE,))


def verdict(
    content: bytes,
    revocation: RevocationStatus = RevocationStatus.GOOD,
    *,
    known: bool = True,
) -> CertificateVerdict:
    return judge(read_certificate(content), revocation, NOW, authority_known=known)


def names(*dns: str) -> tuple[x509.GeneralName, ...]:
    return tuple(x509.DNSName(name) for name in dns)


@pytest.mark.parametrize("name", ["gateway", "peer", "hospital", "doctor"])
def test_good_ones_are_trusted(name: str) -> None:
    assert verdict(der_of(name)) == Trusted()


def test_who_says_no_one_thing_has_no_identity_and_is_refused() -> None:
    subject = name_of(["C=FR", "CN=DUPONT"])

    found = verdict(der(mint("hospital", subject=subject)))

    assert found == CertificateRefused((CertificateFault.NO_IDENTITY,))


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("peer", {CertificateKind.PERSON}),
        ("hospital", {CertificateKind.PERSON}),
        ("doctor", {CertificateKind.ORGANISATION, CertificateKind.OPERATOR}),
    ],
)
def test_a_holder_its_authority_may_not_name_is_refused(
    name: str, allowed: set[CertificateKind]
) -> None:
    facts = read_certificate(der_of(name), frozenset(allowed))

    found = judge(facts, RevocationStatus.GOOD, NOW, authority_known=True)

    assert found == CertificateRefused((CertificateFault.WRONG_AUTHORITY,))
    assert (facts.kind, facts.identity, facts.structure) == (
        CertificateKind.UNKNOWN,
        "",
        "",
    )


@pytest.mark.parametrize(
    ("purposes", "role", "verdict"),
    [
        (("serverAuth",), Role.SERVER, Trusted()),
        (("serverAuth", "clientAuth"), Role.SERVER, Trusted()),
        (("serverAuth", "clientAuth"), Role.CLIENT, Trusted()),
        (("clientAuth",), Role.CLIENT, Trusted()),
        (("clientAuth",), Role.SERVER, WRONG_USAGE),
        (("serverAuth",), Role.CLIENT, WRONG_USAGE),
        (("emailProtection",), Role.SERVER, None),
        (("emailProtection",), Role.CLIENT, None),
    ],
)
def test_a_server_is_for_servers_and_a_client_for_clients(
    purposes: tuple[str, ...], role: Role, verdict: CertificateVerdict | None
) -> None:
    facts = read_certificate(der(mint("peer", extended=extended_usage(*purposes))))

    found = judge(facts, RevocationStatus.GOOD, NOW, authority_known=True, role=role)

    both = (CertificateFault.WRONG_USAGE, CertificateFault.NO_IDENTITY)
    assert found == (verdict or CertificateRefused(both))


@pytest.mark.parametrize(
    ("faults", "ours"),
    [
        ((CertificateFault.CRL_MISSING,), True),
        ((CertificateFault.CRL_EXPIRED,), True),
        ((CertificateFault.REVOKED,), False),
        ((CertificateFault.EXPIRED, CertificateFault.CRL_MISSING), False),
        ((CertificateFault.CRL_MISSING, CertificateFault.NO_SAN), False),
    ],
)
def test_only_what_we_lack_is_our_own_fault(
    faults: tuple[CertificateFault, ...], ours: bool
) -> None:
    assert CertificateRefused(faults).is_our_fault is ours


def _p192() -> SigningKey:
    return ec.generate_private_key(ec.SECP192R1())


def _rsa1024() -> SigningKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505


SERVER_ONLY = {"extended": extended_usage("serverAuth")}

REFUSED: dict[str, tuple[dict[str, Any], CertificateFault]] = {
    "expired": ({"days": (-9, -1)}, CertificateFault.EXPIRED),
    "not yet valid": ({"days": (1, 9)}, CertificateFault.NOT_YET_VALID),
    "self-signed": ({"issuer": ""}, CertificateFault.SELF_SIGNED),
    "server only": (SERVER_ONLY, CertificateFault.WRONG_USAGE),
    "SIGN": (
        {"extended": extended_usage("emailProtection")},
        CertificateFault.WRONG_USAGE,
    ),
    "no digital signature": (
        {"key_usage": key_usage("key_encipherment")},
        CertificateFault.WRONG_USAGE,
    ),
    "no key usage": ({"key_usage": None}, CertificateFault.NO_USAGE),
    "no extended usage": ({"extended": None}, CertificateFault.NO_USAGE),
    "wildcard": ({"san": names("*.a.test")}, CertificateFault.WILDCARD_NAME),
    "CN only": ({"san": ()}, CertificateFault.NO_SAN),
    "addresses only": (
        {"san": (x509.RFC822Name("a@a.test"),)},
        CertificateFault.NO_SAN,
    ),
    "NUL in an alternative name": (
        {"san": names("smtp.peer.mssante.test\x00.evil.test")},
        CertificateFault.NUL_IN_NAME,
    ),
    "RSA 1024": ({"key": _rsa1024}, CertificateFault.WEAK_KEY),
    "P-192": ({"key": _p192}, CertificateFault.WEAK_KEY),
    "an authority": ({"is_authority": True}, CertificateFault.IS_AUTHORITY),
}


@pytest.mark.parametrize(("changes", "code"), REFUSED.values(), ids=REFUSED)
def test_t01_each_wrong_certificate_has_its_own_code(
    changes: dict[str, Any], code: CertificateFault
) -> None:
    changes = {k: v() if k == "key" else v for k, v in changes.items()}

    found = verdict(der(mint("peer", **changes)))

    # An operator's that is not for clients says nothing of who it is, either.
    assert isinstance(found, CertificateRefused)
    assert found.code is code
    assert set(found.faults) <= {code, CertificateFault.NO_IDENTITY}


def test_t01_sha1_is_refused() -> None:
    weak = signed_with_sha1(mint("peer"), organisations())

    assert verdict(weak) == CertificateRefused((CertificateFault.WEAK_SIGNATURE,))


def test_t01_an_unknown_authority_is_refused() -> None:
    found = verdict(der_of("bad/unknown-ca"), RevocationStatus.MISSING, known=False)

    assert found == CertificateRefused((CertificateFault.UNKNOWN_AUTHORITY,))


def test_t04_nul_in_the_common_name_is_refused() -> None:
    subject = name_of(["C=FR", "OU=1750000011", "CN=smtp.peer.test\x00.evil.test"])

    found = verdict(der(mint("peer", subject=subject)))

    assert found == CertificateRefused((CertificateFault.NUL_IN_NAME,))


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (RevocationStatus.REVOKED, CertificateFault.REVOKED),
        (RevocationStatus.MISSING, CertificateFault.CRL_MISSING),
        (RevocationStatus.EXPIRED, CertificateFault.CRL_EXPIRED),
    ],
)
def test_t02_what_the_lists_say_refuses(
    status: RevocationStatus, code: CertificateFault
) -> None:
    assert verdict(der_of("peer"), status) == CertificateRefused((code,))


def test_all_that_is_wrong_is_said() -> None:
    found = verdict(
        der(mint("peer", days=(-9, -1), san=names("*.a.test"))),
        RevocationStatus.REVOKED,
    )

    assert found == CertificateRefused(
        (
            CertificateFault.EXPIRED,
            CertificateFault.REVOKED,
            CertificateFault.WILDCARD_NAME,
        )
    )


def test_the_days_of_validity_are_judged_at_the_moment_asked() -> None:
    facts = read_certificate(der_of("peer"))

    first = judge(facts, RevocationStatus.GOOD, facts.not_before, authority_known=True)
    last = judge(facts, RevocationStatus.GOOD, facts.not_after, authority_known=True)
    after = judge(
        evolve(facts, not_after=facts.not_before),
        RevocationStatus.GOOD,
        facts.not_after,
        authority_known=True,
    )

    assert (first, last) == (Trusted(), Trusted())
    assert after == CertificateRefused((CertificateFault.EXPIRED,))


def test_every_fault_of_a_readable_certificate_has_a_case() -> None:
    shown = {code for _, code in REFUSED.values()} | {
        CertificateFault.WEAK_SIGNATURE,
        CertificateFault.UNKNOWN_AUTHORITY,
        CertificateFault.REVOKED,
        CertificateFault.CRL_MISSING,
        CertificateFault.CRL_EXPIRED,
        CertificateFault.NO_IDENTITY,
        CertificateFault.WRONG_AUTHORITY,
    }

    assert shown == set(CertificateFault) - {CertificateFault.MALFORMED}

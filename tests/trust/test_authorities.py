"""Only whole, strong chains of authorities can be pinned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.errors import InvalidError
from gateway.pki import ThrowawayPki
from gateway.pki.throwaway import Issued, issue, new_key
from gateway.trust.authorities import Authorities, read_authorities
from tests.pki import mint, spare_key


def pem(*issued: Issued) -> bytes:
    return b"".join(item.certificate.public_bytes(Encoding.PEM) for item in issued)


def pinned(pki: ThrowawayPki) -> Authorities:
    return read_authorities(pem(*(pki.authorities[n] for n in _PINNED)))


_PINNED = ("root", "organisations", "persons")


def test_each_finds_its_place_under_the_root(pki: ThrowawayPki) -> None:
    names = ("persons", "organisations", "root", "root")  # any order, and twice

    found = read_authorities(pem(*(pki.authorities[name] for name in names)))

    root = found.members[0]
    assert root.issuer is None
    assert [authority.issuer for authority in found.members[1:]] == [root, root]


def test_the_signer_is_found_by_its_signature(pki: ThrowawayPki) -> None:
    authorities = pinned(pki)

    signers = {
        name: authorities.issuer_of(pki.certificates[name].certificate)
        for name in ("peer", "doctor", "bad/unknown-ca", "bad/self-signed")
    }

    assert signers["peer"] is authorities.members[1]
    assert signers["doctor"] is authorities.members[2]
    assert signers["bad/unknown-ca"] is signers["bad/self-signed"] is None


def test_a_forger_with_the_authoritys_name_is_not_the_signer(pki: ThrowawayPki) -> None:
    real = pki.authorities["organisations"]
    forger = Issued(real.certificate, new_key())
    forged = issue(pki.profiles.certificates["peer"], spare_key(), forger, pki)

    assert pinned(pki).issuer_of(forged.certificate) is None


def test_an_authority_out_of_date_takes_those_below_along(pki: ThrowawayPki) -> None:
    root, below, _ = pinned(pki).members

    assert below.in_date(pki.made_at)
    assert not below.in_date(pki.made_at + timedelta(days=3649, hours=1))
    assert root.in_date(pki.made_at + timedelta(days=3649, hours=1))


def authority(
    pki: ThrowawayPki, issuer: Issued | None = None, bits: int = 2048
) -> Issued:
    profile = pki.profiles.authorities["stranger"]
    if issuer is not None:
        profile = evolve(profile, issuer="organisations")
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return issue(profile, key, issuer, pki)


def test_an_authority_without_its_root_is_refused(pki: ThrowawayPki) -> None:
    with pytest.raises(InvalidError, match="root is not in the file"):
        read_authorities(pem(pki.authorities["organisations"]))


def test_a_certificate_that_is_no_authority_is_refused(pki: ThrowawayPki) -> None:
    with pytest.raises(InvalidError, match="not an authority"):
        read_authorities(pem(pki.authorities["root"], mint("peer")))


def test_a_weak_authority_is_refused(pki: ThrowawayPki) -> None:
    with pytest.raises(InvalidError, match="weak key"):
        read_authorities(pem(authority(pki, bits=1024)))


def test_t01_path_length_is_kept(pki: ThrowawayPki) -> None:
    below = authority(pki, pki.authorities["organisations"])
    everything = pem(*(pki.authorities[name] for name in _PINNED), below)

    with pytest.raises(InvalidError, match="deeper"):
        read_authorities(everything)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----", b"x" * 2**21])
def test_what_is_no_file_of_authorities_is_invalid(content: bytes) -> None:
    with pytest.raises(InvalidError):
        read_authorities(content)

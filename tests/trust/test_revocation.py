"""A list that is missing, old, forged or partial never lets anybody in."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.pki import ThrowawayPki
from gateway.pki.throwaway import Issued, make_crl, new_key
from gateway.trust.authorities import Authorities, Authority, read_authorities
from gateway.trust.certificates import RevocationStatus
from gateway.trust.revocation import (
    CrlFault,
    RevocationLists,
    read_revocation_lists,
)
from tests.pki import critical_unknown, throwaway_pki

NOW = datetime.now(UTC)
PEM = Encoding.PEM


@pytest.fixture(scope="module")
def authorities(pki: ThrowawayPki) -> Authorities:
    return read_authorities(
        b"".join(certificate.public_bytes(PEM) for certificate in pki.pinned())
    )


@pytest.fixture(scope="module")
def issuer(authorities: Authorities) -> Authority:
    """The authority of organisations."""
    return authorities.members[1]


def crl(
    name: str = "organisations",
    serials: tuple[int, ...] = (),
    days: tuple[float, float] = (-1, 30),
    **more: Any,
) -> bytes:
    """Return one list in PEM, of the session's authority."""
    signer = throwaway_pki().authorities[name]
    start, end = (NOW + timedelta(days=day) for day in days)
    return make_crl(signer, serials, start=start, end=end, **more).public_bytes(PEM)


def read(content: bytes, authorities: Authorities, **more: Any) -> RevocationLists:
    return read_revocation_lists(content, authorities, NOW, **more)


def test_what_init_writes_revokes_one_only(
    pki: ThrowawayPki, authorities: Authorities
) -> None:
    content = b"".join(found.public_bytes(PEM) for found in pki.revocation_lists())
    lists = read(content, authorities)

    said = {
        name: lists.check_chain(signer, issued.certificate.serial_number, NOW)
        for name, issued in pki.certificates.items()
        if (signer := authorities.issuer_of(issued.certificate))
    }

    assert lists.ignored == ()
    assert said.pop("bad/revoked") is RevocationStatus.REVOKED
    assert set(said.values()) == {RevocationStatus.GOOD}
    assert len(said) == 12


def test_one_list_in_der_is_read(pki: ThrowawayPki, authorities: Authorities) -> None:
    content = pki.revocation_lists()[1].public_bytes(Encoding.DER)

    assert len(read(content, authorities).lists) == 1


def test_t02_a_missing_list_is_said(
    authorities: Authorities, issuer: Authority
) -> None:
    lists = read(crl("persons"), authorities)

    assert lists.check(issuer, 1, NOW) is RevocationStatus.MISSING
    assert RevocationLists().check(issuer, 1, NOW) is RevocationStatus.MISSING


def test_t02_the_roots_list_counts_for_the_intermediate(
    pki: ThrowawayPki, authorities: Authorities, issuer: Authority
) -> None:
    serial = pki.authorities["organisations"].certificate.serial_number
    alone = read(crl(), authorities)
    whole = read(crl() + crl("root"), authorities)
    revoked = read(crl() + crl("root", (serial,)), authorities)

    assert alone.check_chain(issuer, 1, NOW) is RevocationStatus.MISSING
    assert whole.check_chain(issuer, 1, NOW) is RevocationStatus.GOOD
    assert revoked.check_chain(issuer, 1, NOW) is RevocationStatus.REVOKED


def test_t02_an_expired_list_refuses_but_within_the_grace(
    authorities: Authorities, issuer: Authority
) -> None:
    content = crl(serials=(7,), days=(-9, -1))
    strict = read(content, authorities)
    short = read(content, authorities, grace=timedelta(hours=23))
    long = read(content, authorities, grace=timedelta(hours=25))

    assert strict.check(issuer, 1, NOW) is RevocationStatus.EXPIRED
    assert short.check(issuer, 1, NOW) is RevocationStatus.EXPIRED
    assert long.check(issuer, 1, NOW) is RevocationStatus.GOOD
    assert strict.past_update(NOW)
    assert long.past_update(NOW)


def test_t02_grace_never_forgives_a_revocation_nor_a_missing_list(
    authorities: Authorities, issuer: Authority
) -> None:
    grace = timedelta(days=400)
    lists = read(crl(serials=(7,), days=(-9, -1)), authorities, grace=grace)

    assert lists.check(issuer, 7, NOW) is RevocationStatus.REVOKED
    assert lists.check_chain(issuer, 1, NOW) is RevocationStatus.MISSING


def _stranger() -> bytes:
    return crl("stranger")


def _forged() -> bytes:
    real = throwaway_pki().authorities["organisations"]
    forger = Issued(real.certificate, new_key())
    made = make_crl(forger, (), start=NOW, end=NOW + timedelta(days=1))
    return made.public_bytes(PEM)


def _point(**scope: Any) -> x509.IssuingDistributionPoint:
    whole: dict[str, Any] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**whole | scope)


def _with(extension: x509.ExtensionType) -> bytes:
    return crl(more=[(extension, True)])


LEFT_OUT = {
    "of a stranger": (_stranger, CrlFault.WRONG_ISSUER),
    "forged": (_forged, CrlFault.FORGED),
    "delta": (lambda: _with(x509.DeltaCRLIndicator(1)), CrlFault.DELTA),
    "indirect": (lambda: _with(_point(indirect_crl=True)), CrlFault.PARTIAL),
    "of authorities only": (
        lambda: _with(_point(only_contains_ca_certs=True)),
        CrlFault.PARTIAL,
    ),
    "of some reasons only": (
        lambda: _with(
            _point(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}))
        ),
        CrlFault.PARTIAL,
    ),
    "with a critical unknown": (lambda: _with(critical_unknown()), CrlFault.PARTIAL),
    "from the future": (lambda: crl(days=(1, 30)), CrlFault.NOT_YET_VALID),
    "cut": (lambda: crl()[:-40], CrlFault.MALFORMED),
    "garbled": (
        lambda: b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
        CrlFault.MALFORMED,
    ),
    "not DER": (lambda: b"\x30\x82nothing", CrlFault.MALFORMED),
    "empty": (lambda: b"", CrlFault.MALFORMED),
}


@pytest.mark.parametrize(("content", "fault"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_t02_a_bad_list_is_left_out_and_said(
    content: Any, fault: CrlFault, authorities: Authorities, issuer: Authority
) -> None:
    lists = read(content(), authorities)

    assert lists.ignored == (fault,)
    assert lists.check(issuer, 1, NOW) is RevocationStatus.MISSING


def test_a_bad_list_does_not_take_the_good_ones_along(
    authorities: Authorities, issuer: Authority
) -> None:
    lists = read(_forged() + crl(serials=(7,)) + _stranger(), authorities)

    assert lists.ignored == (CrlFault.FORGED, CrlFault.WRONG_ISSUER)
    assert lists.check(issuer, 7, NOW) is RevocationStatus.REVOKED


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_newest_of_two_lists_is_used(
    newest_first: bool, authorities: Authorities, issuer: Authority
) -> None:
    both = [crl(serials=(7,), days=(-1, 30)), crl(days=(-2, 30))]
    content = b"".join(both if newest_first else reversed(both))

    lists = read(content, authorities)

    assert lists.check(issuer, 7, NOW) is RevocationStatus.REVOKED


def test_a_replayed_older_list_does_not_hide_a_revocation(
    authorities: Authorities, issuer: Authority
) -> None:
    before = read(crl(serials=(7,), days=(-1, 30)), authorities)

    after = read(crl(days=(-2, 60)), authorities, before=before)

    assert after.check(issuer, 7, NOW) is RevocationStatus.REVOKED


def test_looking_up_a_serial_does_not_grow_with_the_list(
    authorities: Authorities, issuer: Authority
) -> None:
    lists = read(crl(serials=tuple(range(1, 20001))), authorities)

    start = time.perf_counter()
    for serial in range(20001, 30001):
        lists.check(issuer, serial, NOW)
    taken = time.perf_counter() - start

    assert taken < 1  # ten thousand look-ups; a walk through the list takes minutes

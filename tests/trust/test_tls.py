"""Who gets through the handshake of the SMTP doors, and who is kept out."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from cryptography import x509

from gateway.pki import ThrowawayPki
from gateway.pki.folder import write_issued
from gateway.pki.throwaway import Issued, issue
from gateway.trust.tls_failures import TlsFailure
from tests.pki import (
    critical_unknown,
    mint,
    mint_file,
    rebuilt,
    signed_with_sha1,
    spare_key,
)
from tests.trust.handshake import StdlibSide, shake
from tests.trust.tls_peers import (
    BAD,
    V12,
    V13,
    call,
    client,
    code,
)


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize("name", ["peer", "hospital", "doctor", "bad/not-listed"])
def test_a_good_chain_gets_in(
    smtp_door: ssl.SSLContext, pki_folder: Path, name: str, version: ssl.TLSVersion
) -> None:
    caller = client(pki_folder, pki_folder / f"{name}.pem", version)

    assert call(smtp_door, caller).done


def test_the_peers_certificate_can_be_read_after_it(
    smtp_door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path
) -> None:
    ours = StdlibSide(smtp_door, server=True)

    shake(ours, StdlibSide(client(pki_folder, pki_folder / "peer.pem")))

    shown = ours.tls.getpeercert(binary_form=True)
    assert shown is not None
    expected = pki.certificates["peer"].certificate
    assert x509.load_der_x509_certificate(shown) == expected


@pytest.mark.parametrize("version", [V12, V13])
def test_a_revoked_peer_gets_in_to_hear_why_it_is_refused(
    smtp_door: ssl.SSLContext, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    caller = client(pki_folder, pki_folder / "bad" / "revoked.pem", version)

    assert call(smtp_door, caller).done


def test_a_peer_that_sends_its_leaf_alone_gets_in(
    smtp_door: ssl.SSLContext, pki_folder: Path, tmp_path: Path
) -> None:
    issued = mint("peer")
    write_issued(Issued(issued.certificate, issued.key), tmp_path / "alone")

    caller = client(pki_folder, tmp_path / "alone.pem")

    assert call(smtp_door, caller).done


def test_extra_duplicate_and_looped_authorities_in_the_chain_do_no_harm(
    smtp_door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    issued = mint("peer")
    chain = [
        pki.authorities[n].certificate for n in ("organisations", "persons", "root")
    ]
    write_issued(
        Issued(issued.certificate, issued.key, (*chain, *chain)), tmp_path / "long"
    )

    assert call(smtp_door, client(pki_folder, tmp_path / "long.pem")).done


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize(("name", "failure"), BAD.items())
def test_t01_a_bad_chain_is_kept_out_with_its_code(
    smtp_door: ssl.SSLContext,
    pki_folder: Path,
    name: str,
    failure: TlsFailure,
    version: ssl.TLSVersion,
) -> None:
    caller = client(pki_folder, pki_folder / "bad" / f"{name}.pem", version)

    assert code(call(smtp_door, caller)) is failure


@pytest.mark.parametrize("version", [V12, V13])
def test_without_a_certificate_nobody_gets_in(
    smtp_door: ssl.SSLContext, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    outcome = call(smtp_door, client(pki_folder, None, version))

    assert code(outcome) is TlsFailure.NO_CERTIFICATE


def test_t01_a_weak_key_is_kept_out(
    smtp_door: ssl.SSLContext, pki_folder: Path, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    curve = ec.generate_private_key(ec.SECP192R1())
    weak = mint_file(tmp_path / "weak", key=small)
    curved = mint_file(tmp_path / "curved", key=curve)

    codes = {
        code(call(smtp_door, client(pki_folder, path, V12))) for path in (weak, curved)
    }

    assert codes == {TlsFailure.WEAK_KEY}


def test_t01_sha1_is_kept_out(
    smtp_door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    issued = mint("peer")
    weak = signed_with_sha1(issued, pki.authorities["organisations"])
    certificate = x509.load_der_x509_certificate(weak)
    write_issued(Issued(certificate, issued.key), tmp_path / "sha1")

    outcome = call(smtp_door, client(pki_folder, tmp_path / "sha1.pem"))

    assert code(outcome) is TlsFailure.WEAK_SIGNATURE


def _below(pki: ThrowawayPki, name: str, **changes: Any) -> Issued:
    """Return an authority nobody pins, signed by the named one."""
    profile = evolve(pki.profiles.authorities["stranger"], issuer=name, **changes)
    return issue(profile, spare_key(), pki.authorities[name], pki)


def _from(pki: ThrowawayPki, below: Issued, above: tuple[Issued, ...]) -> Issued:
    profile = pki.profiles.certificates["peer"]
    made = issue(profile, spare_key(), below, pki)
    return evolve(made, chain=tuple(i.certificate for i in (below, *above)))


def test_t01_path_length_is_kept(
    smtp_door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    below = _below(pki, "organisations")
    made = _from(pki, below, (pki.authorities["organisations"],))
    write_issued(made, tmp_path / "deep")

    outcome = call(smtp_door, client(pki_folder, tmp_path / "deep.pem"))

    assert code(outcome) is TlsFailure.PATH_LENGTH


def test_t01_name_constraints_are_kept(
    smtp_door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    permitted = x509.NameConstraints([x509.DNSName("other.test")], None)
    narrow = rebuilt(_below(pki, "root"), more=permitted, signer="root")
    made = _from(pki, narrow, ())
    write_issued(made, tmp_path / "narrow")
    outcome = call(smtp_door, client(pki_folder, tmp_path / "narrow.pem"))

    assert code(outcome) is TlsFailure.NAME_CONSTRAINT


def test_t04_a_chain_of_a_hundred_is_kept_out(
    smtp_door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    issued = mint("peer")
    many = tuple(_below(pki, "root").certificate for _ in range(100))
    write_issued(Issued(issued.certificate, issued.key, many), tmp_path / "hundred")

    outcome = call(smtp_door, client(pki_folder, tmp_path / "hundred.pem"))

    assert code(outcome) is TlsFailure.CHAIN_TOO_LONG


def test_strict_checking_is_on(
    smtp_door: ssl.SSLContext, pki_folder: Path, tmp_path: Path
) -> None:
    """RFC 5280 §4.2.1.1 wants the authority's key identifier; only strict asks."""
    made = rebuilt(mint("peer"), without=x509.AuthorityKeyIdentifier)
    write_issued(made, tmp_path / "loose")

    outcome = call(smtp_door, client(pki_folder, tmp_path / "loose.pem"))

    assert code(outcome) is TlsFailure.OTHER_CERTIFICATE


def test_a_critical_extension_nobody_knows_is_refused(
    smtp_door: ssl.SSLContext, pki_folder: Path, tmp_path: Path
) -> None:
    made = rebuilt(mint("peer"), more=critical_unknown())
    write_issued(made, tmp_path / "unknown")

    outcome = call(smtp_door, client(pki_folder, tmp_path / "unknown.pem"))

    assert code(outcome) is TlsFailure.OTHER_CERTIFICATE

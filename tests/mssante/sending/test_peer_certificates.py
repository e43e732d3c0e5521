"""Which certificate of a server is good for which host, and what is our own fault."""

from __future__ import annotations

import shutil
from ipaddress import ip_address
from pathlib import Path

import pytest
from attrs import evolve
from cryptography import x509

from gateway.clock import utc_now
from gateway.mssante.sending.attempts import Outcome
from gateway.mssante.sending.out import HostCheck
from gateway.pki.profiles import extended_usage, name_of
from gateway.trust.space import TrustSpace
from tests.builders_settings import make_settings
from tests.mssante.sending.peers_out import polite, running_peer
from tests.mssante.sending.test_out import PARCEL, make_out, send
from tests.pki import mint_file, relist

LISTED = "OU=300000000000022"


def named(*names: str) -> tuple[x509.GeneralName, ...]:
    return tuple(x509.DNSName(name) for name in names)


def of_addresses(*addresses: str) -> tuple[x509.GeneralName, ...]:
    return (
        x509.DNSName("other.test"),
        *(x509.IPAddress(ip_address(one)) for one in addresses),
    )


NAMES = [
    # the CN, the alternative names, where the route leads, what becomes of it
    ("smtp.peer.mssante.test", named("localhost"), "localhost", Outcome.SENT),
    ("smtp.peer.mssante.test", named("LOCALHOST"), "localhost", Outcome.SENT),
    ("localhost", named("other.test"), "localhost", Outcome.DEFERRED),
    ("smtp.peer.mssante.test", named("other.test"), "localhost", Outcome.DEFERRED),
    (
        "smtp.peer.mssante.test",
        of_addresses("127.0.0.1"),
        "127.0.0.1",
        Outcome.SENT,
    ),
    (
        "smtp.peer.mssante.test",
        of_addresses("127.0.0.2"),
        "127.0.0.1",
        Outcome.DEFERRED,
    ),
    ("127.0.0.1", named("other.test"), "127.0.0.1", Outcome.DEFERRED),
    ("smtp.peer.mssante.test", named("127.0.0.1"), "127.0.0.1", Outcome.DEFERRED),
]


@pytest.mark.parametrize(("cn", "san", "host", "outcome"), NAMES)
def test_a_server_is_named_by_its_alternative_names_alone(
    pki_folder: Path,
    tmp_path: Path,
    cn: str,
    san: tuple[x509.GeneralName, ...],
    host: str,
    outcome: Outcome,
) -> None:
    certs = tmp_path / "certs"
    shutil.copytree(pki_folder, certs)
    subject = name_of(["C=FR", "O=OPERATEUR VOISIN", LISTED, f"CN={cn}"])
    stem = mint_file(tmp_path / "server", san=san, subject=subject).with_suffix("")
    relist(certs, utc_now(), peer_mssante_test=f"CN={cn},{LISTED},C=FR")
    with running_peer(certs, polite(str(stem))) as peer:
        out = make_out(
            certs,
            hosts=lambda _: [(host, peer.port)],
            host_check=HostCheck.ENFORCE,
        )
        attempt = send(out)

    assert attempt.outcome is outcome


@pytest.mark.parametrize(
    ("purposes", "outcome"),
    [
        (("serverAuth",), Outcome.SENT),
        (("serverAuth", "clientAuth"), Outcome.SENT),
        (("clientAuth",), Outcome.DEFERRED),
    ],
)
def test_a_server_needs_a_certificate_for_servers_and_no_more(
    pki_folder: Path, tmp_path: Path, purposes: tuple[str, ...], outcome: Outcome
) -> None:
    extended = extended_usage(*purposes)
    stem = mint_file(tmp_path / "server", extended=extended).with_suffix("")
    with running_peer(pki_folder, polite(str(stem))) as peer:
        attempt = send(make_out(pki_folder, peer.port))

    assert attempt.outcome is outcome


def test_a_wildcard_is_refused(pki_folder: Path, tmp_path: Path) -> None:
    san = named("*.peer.mssante.test", "localhost")
    stem = mint_file(tmp_path / "server", san=san).with_suffix("")
    with running_peer(pki_folder, polite(str(stem))) as peer:
        attempt = send(make_out(pki_folder, peer.port))

    assert attempt.outcome is Outcome.DEFERRED
    assert "CERT_WILDCARD_NAME" in attempt.reply


@pytest.mark.parametrize("recipient", ["dr@unknown.test", PARCEL.recipient])
def test_mail_waits_while_our_own_list_is_not_current(
    pki_folder: Path, tmp_path: Path, recipient: str
) -> None:
    """The domain is not on it, or the server is not the one it has for the domain."""
    certs = tmp_path / "certs"
    shutil.copytree(pki_folder, certs)
    relist(certs, utc_now(), peer_mssante_test="CN=another.test,OU=1,C=FR")
    space = TrustSpace(make_settings(certs).trust, utc_now)
    parcel = evolve(PARCEL, recipient=recipient)
    with running_peer(pki_folder, polite()) as peer:
        out = make_out(certs, peer.port, trust=space)
        for_good = send(out, parcel)
        (certs / "allowlist.xml").write_bytes(b"<broken")
        for_now = send(out, parcel)

    assert for_good.outcome is Outcome.REFUSED
    assert (for_now.outcome, for_now.status) == (Outcome.DEFERRED, "4.3.5")

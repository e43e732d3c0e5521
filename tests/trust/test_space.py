"""Judging peers: on files as they are now, and on nothing older."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.errors import InvalidError
from gateway.pki.folder import write_allowlist, write_crls
from gateway.pki.profiles import extended_usage, name_of
from gateway.settings.file import TrustSettings
from gateway.trust.certificate_rules import CertificateFault, CertificateRefused
from gateway.trust.certificates import CertificateKind
from gateway.trust.space import WORD, Degraded, TrustSpace
from tests.fakes import SetClock
from tests.pki import PEER_NAME, der, der_of, mint, relist, throwaway_pki

DOMAIN = "peer.mssante.test"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime.now(UTC))


@pytest.fixture
def folder(pki_folder: Path, tmp_path: Path) -> Path:
    """A copy of the files, to change at will."""
    for name in ("ca.pem", "crl.pem", "allowlist.xml"):
        shutil.copy(pki_folder / name, tmp_path / name)
    return tmp_path


Opener = Callable[..., TrustSpace]


@pytest.fixture
def opened(folder: Path, clock: SetClock) -> Opener:
    """Opens the trust space on the folder, with settings changed."""

    def open_space(kept: Path | None = None, **changes: Any) -> TrustSpace:
        settings = TrustSettings(
            certificate=folder / "gateway.pem",
            private_key=folder / "gateway.key",
            authorities=folder / "ca.pem",
            crl=folder / "crl.pem",
            allowlist=folder / "allowlist.xml",
            **changes,
        )
        return TrustSpace(settings, clock, kept=kept)

    return open_space


@pytest.mark.parametrize(
    ("name", "kind", "identity", "listed"),
    [
        ("peer", CertificateKind.OPERATOR, "300000000000022", True),
        ("gateway", CertificateKind.OPERATOR, "300000000000011", True),
        ("bad/not-listed", CertificateKind.OPERATOR, "300000000000033", False),
        ("hospital", CertificateKind.ORGANISATION, "1750000011", False),
        ("doctor", CertificateKind.PERSON, "899700000017", False),
    ],
)
def test_good_peers_are_known_for_what_they_are(
    opened: Opener, name: str, kind: CertificateKind, identity: str, listed: bool
) -> None:
    found = opened().judge_peer(der_of(name))

    assert found.trusted
    assert (found.kind, found.identity, found.listed) == (kind, identity, listed)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("expired", CertificateFault.EXPIRED),
        ("not-yet-valid", CertificateFault.NOT_YET_VALID),
        ("revoked", CertificateFault.REVOKED),
        ("wrong-usage", CertificateFault.WRONG_USAGE),
        ("unknown-ca", CertificateFault.UNKNOWN_AUTHORITY),
        ("self-signed", CertificateFault.SELF_SIGNED),
    ],
)
def test_each_bad_one_is_refused_for_its_reason_though_its_name_is_listed(
    opened: Opener, name: str, code: CertificateFault
) -> None:
    space = opened()

    found = space.judge_peer(der_of(f"bad/{name}"))

    assert isinstance(found.verdict, CertificateRefused)
    assert found.verdict.code is code
    assert (found.kind, found.identity) == (CertificateKind.UNKNOWN, "")
    assert not space.may_send_for(found, DOMAIN)


def test_what_is_no_certificate_is_refused(opened: Opener) -> None:
    found = opened().judge_peer(b"\x30\x00")

    assert found.verdict == CertificateRefused((CertificateFault.MALFORMED,))
    assert found.certificate is None


def test_t08_an_operator_sends_for_its_own_domains_only(opened: Opener) -> None:
    space = opened()
    peer = space.judge_peer(der_of("peer"))

    assert space.may_send_for(peer, DOMAIN)
    assert space.may_send_for(peer, DOMAIN.upper())
    assert not space.may_send_for(peer, "hopital.mssante.test")
    assert not space.may_send_for(peer, "nowhere.test")


@pytest.mark.parametrize("name", ["hospital", "doctor", "bad/not-listed"])
def test_no_other_peer_sends_for_a_domain(opened: Opener, name: str) -> None:
    space = opened()

    assert not space.may_send_for(space.judge_peer(der_of(name)), DOMAIN)


def test_t06_a_revocation_is_seen_at_the_next_judgement(
    opened: Opener, folder: Path
) -> None:
    space = opened()
    before = space.judge_peer(der_of("peer"))
    serial = throwaway_pki().certificates["peer"].certificate.serial_number
    write_crls(throwaway_pki().revocation_lists(also=[serial]), folder / "crl.pem")

    after = space.judge_peer(der_of("peer"))

    assert before.trusted
    assert after.verdict == CertificateRefused((CertificateFault.REVOKED,))


def test_t06_a_change_of_the_allowlist_is_seen_even_by_an_open_session(
    opened: Opener, folder: Path, clock: SetClock
) -> None:
    space = opened()
    peer = space.judge_peer(der_of("peer"))
    assert space.may_send_for(peer, DOMAIN)

    relist(folder, clock.now, other_test=PEER_NAME)

    assert not space.may_send_for(peer, DOMAIN)
    assert space.may_send_for(peer, "other.test")


def test_t06_a_certificate_that_expires_meanwhile_is_refused(
    opened: Opener, folder: Path, clock: SetClock
) -> None:
    write_crls(throwaway_pki().revocation_lists(days=3000), folder / "crl.pem")
    space = opened()
    assert space.judge_peer(der_of("peer")).trusted

    clock.now += timedelta(days=1095)

    found = space.judge_peer(der_of("peer"))
    assert found.verdict == CertificateRefused((CertificateFault.EXPIRED,))


def test_nobody_is_trusted_once_the_authority_is_out_of_date(
    opened: Opener, folder: Path, clock: SetClock
) -> None:
    write_crls(throwaway_pki().revocation_lists(days=9000), folder / "crl.pem")
    space = opened()

    clock.now += timedelta(days=3650)

    found = space.judge_peer(der_of("peer"))
    assert isinstance(found.verdict, CertificateRefused)
    assert found.verdict.code is CertificateFault.UNKNOWN_AUTHORITY


def test_t02_without_lists_everybody_is_refused_and_it_is_said(
    opened: Opener, folder: Path
) -> None:
    (folder / "crl.pem").unlink()
    space = opened(crl_grace_hours=1000)

    found = space.judge_peer(der_of("peer"))

    assert found.verdict == CertificateRefused((CertificateFault.CRL_MISSING,))
    assert space.degraded == {Degraded.CRL_MISSING, Degraded.CRL_NOT_TAKEN}


def test_t02_lists_that_come_later_are_taken(
    opened: Opener, folder: Path, pki_folder: Path
) -> None:
    (folder / "crl.pem").unlink()
    space = opened()
    assert not space.judge_peer(der_of("peer")).trusted

    shutil.copy(pki_folder / "crl.pem", folder / "crl.pem")

    assert space.judge_peer(der_of("peer")).trusted
    assert space.degraded == frozenset()


@pytest.mark.parametrize(
    ("grace", "days", "trusted"),
    [(0, 29.9, True), (0, 30.1, False), (24, 30.9, True), (24, 31.1, False)],
)
def test_t02_grace_relaxes_an_expired_list_for_its_time_only(
    opened: Opener, clock: SetClock, grace: float, days: float, trusted: bool
) -> None:
    space = opened(crl_grace_hours=grace, allowlist_max_age_days=90)

    clock.now = throwaway_pki().made_at + timedelta(days=days)

    found = space.judge_peer(der_of("peer"))
    assert found.trusted is trusted
    assert space.degraded == ({Degraded.CRL_EXPIRED} if days > 30 else frozenset())


def test_t02_a_huge_file_of_lists_is_not_read(opened: Opener, folder: Path) -> None:
    size = (folder / "crl.pem").stat().st_size
    write_crls(throwaway_pki().revocation_lists(also=range(1, 100)), folder / "crl.pem")

    space = opened(crl_max_bytes=size)

    assert not space.judge_peer(der_of("peer")).trusted
    assert Degraded.CRL_NOT_TAKEN in space.degraded


def test_t02_a_broken_file_of_lists_leaves_the_good_ones_in_use(
    opened: Opener, folder: Path
) -> None:
    space = opened()
    revoked = space.judge_peer(der_of("bad/revoked"))
    (folder / "crl.pem").write_bytes(b"\x30\x82")

    assert space.judge_peer(der_of("peer")).trusted
    assert space.judge_peer(der_of("bad/revoked")).verdict == revoked.verdict
    assert space.degraded == {Degraded.CRL_LEFT_OUT}


def test_a_bad_allowlist_leaves_the_last_good_one_in_use(
    opened: Opener, folder: Path, clock: SetClock
) -> None:
    space = opened()
    (folder / "allowlist.xml").write_bytes(b"<broken")

    assert space.may_send_for(space.judge_peer(der_of("peer")), DOMAIN)
    assert space.degraded == {Degraded.ALLOWLIST_NOT_TAKEN}

    relist(folder, clock.now, other_test=PEER_NAME)
    assert space.lists("other.test")
    assert space.degraded == frozenset()


def test_an_older_allowlist_than_the_one_in_use_is_not_taken(
    opened: Opener, folder: Path, clock: SetClock
) -> None:
    space = opened()
    clock.now -= timedelta(days=2)
    relist(folder, clock.now, old_test=PEER_NAME)
    clock.now += timedelta(days=2)

    assert not space.lists("old.test")
    assert space.lists(DOMAIN)
    assert space.degraded == {Degraded.ALLOWLIST_NOT_TAKEN}


def test_an_allowlist_from_the_future_is_not_taken(
    opened: Opener, folder: Path, clock: SetClock
) -> None:
    space = opened()
    clock.now += timedelta(days=3)
    relist(folder, clock.now, future_test=PEER_NAME)
    clock.now -= timedelta(days=3)

    assert not space.lists("future.test")


def test_an_old_allowlist_is_used_and_said(opened: Opener, clock: SetClock) -> None:
    space = opened(allowlist_max_age_days=7)
    assert space.degraded == frozenset()

    clock.now += timedelta(days=7, seconds=1)

    assert space.lists(DOMAIN)
    assert space.degraded == {Degraded.ALLOWLIST_OLD}


@pytest.mark.parametrize("name", ["ca.pem", "allowlist.xml"])
@pytest.mark.parametrize("broken", [True, False])
def test_the_space_does_not_open_without_authorities_and_list(
    opened: Opener, folder: Path, name: str, broken: bool
) -> None:
    if broken:
        (folder / name).write_bytes(b"broken")
    else:
        (folder / name).unlink()

    with pytest.raises(InvalidError):
        opened()


def test_a_file_that_vanishes_and_comes_back_is_noticed(
    opened: Opener, folder: Path
) -> None:
    space = opened()
    (folder / "allowlist.xml").rename(folder / "away.xml")
    assert space.lists(DOMAIN)
    assert space.degraded == {Degraded.ALLOWLIST_NOT_TAKEN}

    (folder / "away.xml").rename(folder / "allowlist.xml")

    assert space.degraded == frozenset()


@pytest.mark.parametrize("case", ["expire", "revoque", "non-igc", "no-match"])
def test_the_audit_cases_are_refused_on_more_than_the_name(
    opened: Opener, case: str
) -> None:
    """The ANS's audit of operators shows listed names on wrong certificates."""
    name = {
        "expire": "bad/expired",
        "revoque": "bad/revoked",
        "non-igc": "bad/unknown-ca",
        "no-match": "bad/not-listed",
    }[case]
    space = opened()

    assert not space.may_send_for(space.judge_peer(der_of(name)), DOMAIN)


def test_a_peer_is_shown_without_surprise(opened: Opener) -> None:
    found = opened().judge_peer(der_of("peer"))

    assert found.certificate is not None
    assert found.certificate.subject_text.startswith("CN=smtp.peer.mssante.test,OU=")
    expected = throwaway_pki().certificates["peer"].certificate
    assert found.certificate.serial == expected.serial_number
    assert len(found.certificate.fingerprint) == 64
    assert expected.public_bytes(Encoding.DER) == der_of("peer")


@pytest.mark.parametrize(
    ("subject", "domain", "expected"),
    [
        (None, DOMAIN, True),
        (None, "hopital.mssante.test", False),
        (None, "elsewhere.test", False),
        ("CN=smtp.elsewhere.test,OU=300000000000022,O=X,C=FR", DOMAIN, False),
        ("", DOMAIN, False),
        ("no name", DOMAIN, False),
    ],
)
def test_an_operator_answers_for_the_domains_it_is_listed_for(
    opened: Opener, subject: str | None, domain: str, *, expected: bool
) -> None:
    space = opened()
    certificate = space.judge_peer(der_of("peer")).certificate
    assert certificate is not None

    asked = certificate.subject_text if subject is None else subject
    assert space.answers_for(asked, domain) is expected


# Which authority may name whom.

EMPLOYEE = ["C=FR", "O=X", "OU=1750000011", "CN=3750000011/CPET0002+SN=BLANC+GN=EVE"]
STRUCTURE = ["C=FR", "O=X", "OU=1750000011", "CN=DPI"]
PERSON = ["C=FR", "CN=899700000017+SN=MOREAU+GN=CAMILLE"]
PERSON_IN_IT = ["C=FR", "O=X", "OU=1750000011", "CN=899700000017"]
NOBODY = ["C=FR", "CN=MOREAU"]
CLIENT, BOTH = ("clientAuth",), ("serverAuth", "clientAuth")
OWN, INSIDE = "3750000011/CPET0002", "1750000011/899700000017"

NAMED = [
    # who signed, subject, purposes, the kind and identity it then has
    ("organisations", STRUCTURE, CLIENT, CertificateKind.ORGANISATION, "1750000011"),
    ("organisations", EMPLOYEE, CLIENT, CertificateKind.ORGANISATION, "1750000011"),
    ("organisations", PERSON, CLIENT, None, ""),
    ("organisations", PERSON_IN_IT, CLIENT, CertificateKind.ORGANISATION, "1750000011"),
    ("organisations", STRUCTURE, BOTH, CertificateKind.OPERATOR, "1750000011"),
    ("organisations", NOBODY, CLIENT, None, ""),
    ("persons", STRUCTURE, CLIENT, CertificateKind.EMPLOYEE, "1750000011/DPI"),
    ("persons", EMPLOYEE, CLIENT, CertificateKind.EMPLOYEE, OWN),
    ("persons", PERSON, CLIENT, CertificateKind.PERSON, "899700000017"),
    ("persons", PERSON_IN_IT, CLIENT, CertificateKind.EMPLOYEE, INSIDE),
    ("persons", STRUCTURE, BOTH, None, ""),
    ("persons", NOBODY, CLIENT, None, ""),
    ("root", STRUCTURE, CLIENT, None, ""),
    ("root", EMPLOYEE, CLIENT, None, ""),
    ("root", PERSON, CLIENT, None, ""),
    ("root", STRUCTURE, BOTH, None, ""),
    ("stranger", STRUCTURE, CLIENT, None, ""),
    ("stranger", PERSON, CLIENT, None, ""),
    ("stranger", EMPLOYEE, CLIENT, None, ""),
]


@pytest.mark.parametrize(("issuer", "subject", "purposes", "kind", "identity"), NAMED)
def test_t01_an_authority_names_only_those_it_may(
    opened: Opener,
    issuer: str,
    subject: list[str],
    purposes: tuple[str, ...],
    kind: CertificateKind | None,
    identity: str,
) -> None:
    shown = mint(
        "peer",
        issuer=issuer,
        subject=name_of(subject),
        extended=extended_usage(*purposes),
    )

    found = opened().judge_peer(der(shown))

    assert found.trusted is (kind is not None)
    assert found.kind is (kind or CertificateKind.UNKNOWN)
    assert found.identity == identity
    employee = kind is CertificateKind.EMPLOYEE
    assert found.structure == ("1750000011" if employee else "")


def test_settings_say_otherwise_which_authority_may_name_whom(opened: Opener) -> None:
    cards = "JETABLE AC FORT PERSONNES"
    space = opened(structure_authorities=(cards,), employee_authorities=(cards,))

    def kind(issuer: str, subject: list[str]) -> CertificateKind:
        shown = mint("hospital", issuer=issuer, subject=name_of(subject))
        return space.judge_peer(der(shown)).kind

    # An authority that may name both is taken by the form of the name.
    assert kind("persons", STRUCTURE) is CertificateKind.ORGANISATION
    assert kind("persons", EMPLOYEE) is CertificateKind.EMPLOYEE
    assert kind("organisations", STRUCTURE) is CertificateKind.UNKNOWN


def test_an_authority_that_is_not_there_cannot_be_set(opened: Opener) -> None:
    with pytest.raises(InvalidError, match="person_authorities"):
        opened(person_authorities=("AC IGC-SANTE FORT PERSONNES",))


def test_an_operators_certificate_may_be_for_clients_alone(opened: Opener) -> None:
    """ORG AUTH_CLI with the name that is listed; for its domains and no other."""
    space = opened()
    alone = der(mint("peer", extended=extended_usage("clientAuth"), san=()))
    by_card = der(mint("peer", issuer="persons", extended=extended_usage("clientAuth")))

    found, other = space.judge_peer(alone), space.judge_peer(by_card)

    assert (found.trusted, found.listed) == (True, True)
    assert space.may_send_for(found, DOMAIN)
    assert not space.may_send_for(found, "hopital.mssante.test")
    assert not other.listed
    assert not space.may_send_for(other, DOMAIN)


# A list that shrank, and what is kept for the next start.


def put_list(folder: Path, count: int, now: datetime) -> None:
    """Replace the allow-list: the peer, and so many domains beside."""
    entries = {f"d{number}.test": PEER_NAME for number in range(count)}
    fresh = folder / "fresh.xml"
    fresh.write_bytes(write_allowlist({DOMAIN: PEER_NAME, **entries}, now))
    fresh.replace(folder / "allowlist.xml")


def test_a_list_that_shrank_waits_for_the_operators_word(
    opened: Opener, folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    kept = tmp_path / "kept"
    put_list(folder, 99, clock.now)
    space = opened(kept=kept)
    put_list(folder, 20, clock.now + timedelta(hours=1))

    assert space.lists("d98.test")
    assert space.degraded == {Degraded.ALLOWLIST_SHRUNK}
    assert space.allowlist_fault == (
        "allow-list without 79 of the 100 domains of the one in use; "
        "if that is right: gateway trust accept"
    )
    assert not space.allowlist_is_current
    assert opened(kept=kept).lists("d98.test")  # a restart does not take it either

    digest = hashlib.sha256((folder / "allowlist.xml").read_bytes()).hexdigest()
    (kept / WORD).write_text(digest + "\n")

    assert not space.lists("d98.test")
    assert space.lists("d19.test")
    assert (space.degraded, space.allowlist_fault) == (frozenset(), "")
    assert space.allowlist_is_current


def test_a_word_is_for_one_file_only(
    opened: Opener, folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    kept = tmp_path / "kept"
    put_list(folder, 99, clock.now)
    space = opened(kept=kept)
    put_list(folder, 20, clock.now + timedelta(hours=1))
    (kept / WORD).write_text("0" * 64)

    assert space.lists("d98.test")
    assert space.degraded == {Degraded.ALLOWLIST_SHRUNK}


def test_an_older_allowlist_is_refused_after_a_restart_too(
    opened: Opener, folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    kept = tmp_path / "kept"
    opened(kept=kept)
    relist(folder, clock.now - timedelta(days=2), old_test=PEER_NAME)

    again = opened(kept=kept)

    assert again.lists(DOMAIN)
    assert not again.lists("old.test")
    assert again.degraded == {Degraded.ALLOWLIST_NOT_TAKEN}
    assert opened().lists("old.test")  # as it was, where nothing is kept


def test_t06_a_revocation_is_not_forgotten_by_a_restart_with_an_older_list(
    opened: Opener, folder: Path, tmp_path: Path, pki_folder: Path
) -> None:
    kept = tmp_path / "kept"
    pki = throwaway_pki()
    serial = pki.certificates["peer"].certificate.serial_number
    later = evolve(pki, made_at=pki.made_at + timedelta(minutes=1))
    write_crls(later.revocation_lists(also=[serial]), folder / "crl.pem")
    assert not opened(kept=kept).judge_peer(der_of("peer")).trusted
    shutil.copy(pki_folder / "crl.pem", folder / "crl.pem")  # of before

    again = opened(kept=kept)

    revoked = CertificateRefused((CertificateFault.REVOKED,))
    assert again.judge_peer(der_of("peer")).verdict == revoked
    assert again.judge_peer(der_of("gateway")).trusted


def test_what_was_kept_opens_the_space_when_the_files_are_gone(
    opened: Opener, folder: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    opened(kept=kept)
    (folder / "allowlist.xml").unlink()
    (folder / "crl.pem").unlink()

    again = opened(kept=kept)

    assert again.judge_peer(der_of("peer")).trusted
    assert again.lists(DOMAIN)
    assert again.degraded == {Degraded.ALLOWLIST_NOT_TAKEN, Degraded.CRL_NOT_TAKEN}
    assert not again.allowlist_is_current


def test_an_old_list_does_not_tell_who_is_not_listed(
    opened: Opener, clock: SetClock
) -> None:
    space = opened(allowlist_max_age_days=7)
    made = space.allowlist.generated_at

    clock.now = made + timedelta(days=7)
    assert space.allowlist_is_current
    clock.now = made + timedelta(days=7, seconds=1)
    assert not space.allowlist_is_current

"""The throwaway PKI has the shape of the real one, and its bad part is bad once."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.errors import ConflictError
from gateway.pki import ThrowawayPki, make_allowlist, make_pki
from gateway.pki.profiles import PROFILES, Domains
from tests.pki import organisations, throwaway_pki

GOOD = [
    *("gateway", "peer", "hospital"),
    *("doctor", "nurse", "pharmacist", "regulator", "secretary"),
]
BAD = {
    "expired": "certificate has expired",
    "not-yet-valid": "not yet valid",
    "revoked": "certificate revoked",
    "wrong-usage": "certificate purpose",
    "unknown-ca": "unable to get",
    "self-signed": "self-signed certificate",
}


def openssl_verify(folder: Path, name: str, *, crl: bool = True) -> str:
    lists = ["-crl_check_all", "-CRLfile", str(folder / "crl.pem")] if crl else []
    done = subprocess.run(
        [
            *("openssl", "verify", "-x509_strict", "-purpose", "sslclient"),
            *("-CAfile", str(folder / "ca.pem")),
            *lists,
            str(folder / f"{name}.pem"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", [*GOOD, "bad/not-listed"])
def test_openssl_trusts_the_good_ones_strictly(pki_folder: Path, name: str) -> None:
    assert openssl_verify(pki_folder, name).strip().endswith(": OK")


@pytest.mark.parametrize("name", BAD)
def test_openssl_refuses_each_bad_one_for_its_reason(
    pki_folder: Path, name: str
) -> None:
    crl = name == "revoked"

    said = openssl_verify(pki_folder, f"bad/{name}", crl=crl)

    assert BAD[name] in said


def test_the_folder_holds_what_the_manual_says(pki_folder: Path) -> None:
    stems = [*GOOD, *(f"bad/{name}" for name in [*BAD, "not-listed"])]

    found = {
        str(path.relative_to(pki_folder))
        for path in pki_folder.rglob("*")
        if path.is_file()
    }

    expected = {f"{stem}{end}" for stem in stems for end in (".pem", ".key")}
    assert found == expected | {"ca.pem", "crl.pem", "allowlist.xml"}


def test_keys_are_for_their_owner_alone(pki_folder: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in pki_folder.rglob("*.key")}
    folders = {pki_folder.stat().st_mode, (pki_folder / "bad").stat().st_mode}

    assert modes == {0o600}
    assert {mode & 0o777 for mode in folders} == {0o700}


def test_the_authorities_keys_are_written_nowhere(
    pki: ThrowawayPki, pki_folder: Path
) -> None:
    authorities = [issued.key.public_key() for issued in pki.authorities.values()]

    written = [
        load_pem_private_key(path.read_bytes(), None).public_key()
        for path in pki_folder.rglob("*.key")
    ]

    assert len(written) == len(GOOD) + len(BAD) + 1
    assert not any(key == authority for key in written for authority in authorities)


def test_subjects_have_the_real_order(pki: ThrowawayPki) -> None:
    orders = {
        name: [item.rfc4514_attribute_name for item in issued.certificate.subject]
        for name, issued in pki.certificates.items()
        if name in {"gateway", "peer", "hospital"}
    }

    assert set(map(tuple, orders.values())) == {("C", "ST", "O", "OU", "CN")}


@pytest.mark.parametrize(
    ("name", "unit"),
    [("hospital", "1750000011"), ("peer", "300000000000022")],
)
def test_the_unit_is_the_structure(pki: ThrowawayPki, name: str, unit: str) -> None:
    subject = pki.certificates[name].certificate.subject

    found = subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)

    assert [attribute.value for attribute in found] == [unit]


def test_the_doctor_is_named_by_the_national_number(pki: ThrowawayPki) -> None:
    subject = pki.certificates["doctor"].certificate.subject

    found = subject.get_attributes_for_oid(NameOID.COMMON_NAME)

    assert [attribute.value for attribute in found] == ["899700000017"]


def test_the_gateway_answers_to_its_names_on_loopback(pki: ThrowawayPki) -> None:
    names = pki.certificates["gateway"].certificate.extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )

    dns = names.value.get_values_for_type(x509.DNSName)
    addresses = names.value.get_values_for_type(x509.IPAddress)

    assert dns[0] == "smtp.hopital.mssante.test"
    assert {"localhost", "hopital.mssante.test", "patient.mssante.test"} <= set(dns)
    assert {str(address) for address in addresses} == {"127.0.0.1", "::1"}


def test_a_server_certificate_serves_both_roles(pki: ThrowawayPki) -> None:
    extensions = pki.certificates["gateway"].certificate.extensions

    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    keys = extensions.get_extension_for_class(x509.KeyUsage)

    assert set(usage) == {
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.CLIENT_AUTH,
    }
    assert keys.critical
    assert keys.value.digital_signature
    assert keys.value.key_encipherment
    assert not keys.value.content_commitment


def test_every_extension_of_the_real_profile_is_there(pki: ThrowawayPki) -> None:
    extensions = pki.certificates["peer"].certificate.extensions

    found = {extension.oid.dotted_string for extension in extensions}

    assert found >= {
        "2.5.29.14",  # subject key identifier
        "2.5.29.15",  # key usage
        "2.5.29.17",  # alternative names
        "2.5.29.19",  # basic constraints
        "2.5.29.31",  # revocation list address
        "2.5.29.32",  # policies
        "2.5.29.35",  # authority key identifier
        "2.5.29.37",  # extended key usage
        "1.3.6.1.5.5.7.1.1",  # where the authority is
        "1.2.250.1.71.1.2.5",  # private
    }


def test_a_bad_one_is_the_peers_but_for_one_thing(pki: ThrowawayPki) -> None:
    peer = pki.certificates["peer"].certificate.subject

    subjects = {
        name: issued.certificate.subject
        for name, issued in pki.certificates.items()
        if name.startswith("bad/")
    }

    assert subjects.pop("bad/not-listed") != peer
    assert set(subjects.values()) == {peer}


def test_the_intermediates_may_sign_no_authority(pki: ThrowawayPki) -> None:
    constraints = organisations().certificate.extensions.get_extension_for_class(
        x509.BasicConstraints
    )

    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)


def test_the_lists_last_as_long_as_asked(pki: ThrowawayPki) -> None:
    lists = pki.revocation_lists(days=7)

    ends = {crl.next_update_utc for crl in lists}

    assert len(lists) == 3
    assert ends == {pki.made_at.replace(microsecond=0) + timedelta(days=7)}


def test_making_everything_is_quick_and_never_overwrites(tmp_path: Path) -> None:
    start = time.perf_counter()
    make_pki(tmp_path / "certs", datetime.now(UTC), Domains(peer="autre.mssante.test"))
    taken = time.perf_counter() - start
    before = (tmp_path / "certs" / "gateway.key").read_bytes()

    with pytest.raises(ConflictError):
        make_pki(tmp_path / "certs", datetime.now(UTC))

    assert (tmp_path / "certs" / "gateway.key").read_bytes() == before
    assert taken < 15  # about one second on a free machine
    peer = x509.load_pem_x509_certificates(
        (tmp_path / "certs" / "peer.pem").read_bytes()
    )[0]
    assert "CN=smtp.autre.mssante.test" in peer.subject.rfc4514_string()


def test_the_allowlist_names_the_operators_as_their_certificates_do(
    pki_folder: Path, tmp_path: Path
) -> None:
    made = tmp_path / "allowlist.xml"

    make_allowlist(made, pki_folder, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))

    text = made.read_text(encoding="utf-8")
    assert "<DateDeGeneration>2026-01-02T03:04:05Z</DateDeGeneration>" in text
    assert text.count("CN=smtp.hopital.mssante.test,OU=300000000000011") == 2
    assert text.count("CN=smtp.peer.mssante.test,OU=300000000000022") == 1


def test_the_profiles_lie_beside_the_package() -> None:
    assert PROFILES.is_file()
    assert throwaway_pki().profiles.key_bits == 2048

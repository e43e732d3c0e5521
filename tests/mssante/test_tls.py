"""The TLS policy, tried by handshakes: what is let in, what is kept out, and why."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import subprocess
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from cryptography import x509
from OpenSSL import SSL

from gateway.errors import InvalidError
from gateway.mssante.tls import (
    CIPHERS,
    Identity,
    load_identity,
    smtp_client_context,
    smtp_server_context,
)
from gateway.mssante.tls_failures import TlsFailure, failure_of, failure_of_code
from gateway.mssante.tls_twisted import mutual_connections, plain_connections
from gateway.pki import ThrowawayPki
from gateway.pki.folder import write_issued
from gateway.pki.throwaway import Issued, issue
from tests.mssante.handshake import Outcome, PyopensslSide, StdlibSide, shake
from tests.pki import critical_unknown, mint, mint_file, signed_with_sha1, spare_key

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture(scope="module")
def identity(pki_folder: Path) -> Identity:
    return load_identity(
        pki_folder / "gateway.pem", pki_folder / "gateway.key", pki_folder / "ca.pem"
    )


@pytest.fixture(scope="module")
def door(identity: Identity) -> ssl.SSLContext:
    """The context of the SMTP doors."""
    return smtp_server_context(identity, refused=lambda _: None)


def client(
    folder: Path,
    certificate: Path | None = None,
    version: ssl.TLSVersion = V13,
    ciphers: str = "",
) -> ssl.SSLContext:
    """Return a client as lax as can be, of one version, trusting the PKI."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(folder / "ca.pem")
    context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the old versions
        context.minimum_version = context.maximum_version = version
    if certificate:
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


def call(door: ssl.SSLContext, caller: ssl.SSLContext) -> Outcome:
    return shake(StdlibSide(door, server=True), StdlibSide(caller))


def code(outcome: Outcome) -> TlsFailure:
    assert outcome.server is not None
    return failure_of(outcome.server)


# ------------------------------------------------------------- who gets in


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize("name", ["peer", "hospital", "doctor", "bad/not-listed"])
def test_a_good_chain_gets_in(
    door: ssl.SSLContext, pki_folder: Path, name: str, version: ssl.TLSVersion
) -> None:
    caller = client(pki_folder, pki_folder / f"{name}.pem", version)

    assert call(door, caller).done


def test_the_peers_certificate_can_be_read_after_it(
    door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path
) -> None:
    ours = StdlibSide(door, server=True)

    shake(ours, StdlibSide(client(pki_folder, pki_folder / "peer.pem")))

    shown = ours.tls.getpeercert(binary_form=True)
    assert shown is not None
    expected = pki.certificates["peer"].certificate
    assert x509.load_der_x509_certificate(shown) == expected


@pytest.mark.parametrize("version", [V12, V13])
def test_a_revoked_peer_gets_in_to_hear_why_it_is_refused(
    door: ssl.SSLContext, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    caller = client(pki_folder, pki_folder / "bad" / "revoked.pem", version)

    assert call(door, caller).done


def test_a_peer_that_sends_its_leaf_alone_gets_in(
    door: ssl.SSLContext, pki_folder: Path, tmp_path: Path
) -> None:
    issued = mint("peer")
    write_issued(Issued(issued.certificate, issued.key), tmp_path / "alone")

    caller = client(pki_folder, tmp_path / "alone.pem")

    assert call(door, caller).done


def test_extra_duplicate_and_looped_authorities_in_the_chain_do_no_harm(
    door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    issued = mint("peer")
    chain = [
        pki.authorities[n].certificate for n in ("organisations", "persons", "root")
    ]
    write_issued(
        Issued(issued.certificate, issued.key, (*chain, *chain)), tmp_path / "long"
    )

    assert call(door, client(pki_folder, tmp_path / "long.pem")).done


# --------------------------------------------------------- who is kept out

BAD = {
    "expired": TlsFailure.EXPIRED,
    "not-yet-valid": TlsFailure.NOT_YET_VALID,
    "unknown-ca": TlsFailure.UNKNOWN_AUTHORITY,
    "self-signed": TlsFailure.SELF_SIGNED,
    "wrong-usage": TlsFailure.WRONG_USAGE,
}


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize(("name", "failure"), BAD.items())
def test_t01_a_bad_chain_is_kept_out_with_its_code(
    door: ssl.SSLContext,
    pki_folder: Path,
    name: str,
    failure: TlsFailure,
    version: ssl.TLSVersion,
) -> None:
    caller = client(pki_folder, pki_folder / "bad" / f"{name}.pem", version)

    assert code(call(door, caller)) is failure


@pytest.mark.parametrize("version", [V12, V13])
def test_without_a_certificate_nobody_gets_in(
    door: ssl.SSLContext, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    outcome = call(door, client(pki_folder, None, version))

    assert code(outcome) is TlsFailure.NO_CERTIFICATE


def test_t01_a_weak_key_is_kept_out(
    door: ssl.SSLContext, pki_folder: Path, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    curve = ec.generate_private_key(ec.SECP192R1())
    weak = mint_file(tmp_path / "weak", key=small)
    curved = mint_file(tmp_path / "curved", key=curve)

    codes = {code(call(door, client(pki_folder, path, V12))) for path in (weak, curved)}

    assert codes == {TlsFailure.WEAK_KEY}


def test_t01_sha1_is_kept_out(
    door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    issued = mint("peer")
    weak = signed_with_sha1(issued, pki.authorities["organisations"])
    certificate = x509.load_der_x509_certificate(weak)
    write_issued(Issued(certificate, issued.key), tmp_path / "sha1")

    outcome = call(door, client(pki_folder, tmp_path / "sha1.pem"))

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
    door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    below = _below(pki, "organisations")
    made = _from(pki, below, (pki.authorities["organisations"],))
    write_issued(made, tmp_path / "deep")

    outcome = call(door, client(pki_folder, tmp_path / "deep.pem"))

    assert code(outcome) is TlsFailure.PATH_LENGTH


def test_t01_name_constraints_are_kept(
    door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    root = pki.authorities["root"]
    key = spare_key()
    below = (
        x509.CertificateBuilder()
        .subject_name(pki.profiles.authorities["stranger"].subject)
        .issuer_name(root.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(root.certificate.not_valid_before_utc)
        .not_valid_after(root.certificate.not_valid_after_utc)
    )
    model = _below(pki, "root").certificate
    for extension in model.extensions:
        below = below.add_extension(extension.value, extension.critical)
    permitted = x509.NameConstraints([x509.DNSName("other.test")], None)
    narrow = below.add_extension(permitted, critical=True).sign(
        root.key,  # an RSA key, with SHA-256
        model.signature_hash_algorithm,  # type: ignore[arg-type]
    )
    made = _from(pki, Issued(narrow, key), ())
    write_issued(made, tmp_path / "narrow")
    outcome = call(door, client(pki_folder, tmp_path / "narrow.pem"))

    assert code(outcome) is TlsFailure.NAME_CONSTRAINT


def test_t04_a_chain_of_a_hundred_is_kept_out(
    door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    issued = mint("peer")
    many = tuple(_below(pki, "root").certificate for _ in range(100))
    write_issued(Issued(issued.certificate, issued.key, many), tmp_path / "hundred")

    outcome = call(door, client(pki_folder, tmp_path / "hundred.pem"))

    assert code(outcome) is TlsFailure.CHAIN_TOO_LONG


def test_strict_checking_is_on(
    door: ssl.SSLContext, pki: ThrowawayPki, pki_folder: Path, tmp_path: Path
) -> None:
    """A critical extension nobody knows is refused (RFC 5280 §4.2)."""
    changed = evolve(pki, profiles=evolve(pki.profiles, shared=(critical_unknown(),)))
    made = changed.issue(
        evolve(pki.profiles.certificates["peer"], key_usage=None), spare_key()
    )
    write_issued(made, tmp_path / "usual")

    assert call(door, client(pki_folder, tmp_path / "usual.pem")).done
    assert door.full.verify_flags & ssl.VERIFY_X509_STRICT  # type: ignore[attr-defined]


# ------------------------------------------------- versions, suites, downgrade


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_t05_old_versions_are_refused(
    door: ssl.SSLContext, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    outcome = call(door, client(pki_folder, pki_folder / "peer.pem", version))

    assert code(outcome) is TlsFailure.OLD_VERSION


WEAK = [
    "NULL-SHA256",
    "AES128-GCM-SHA256",
    "AES256-SHA",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-RSA-NULL-SHA",
    "DHE-RSA-AES256-GCM-SHA384",
    "ADH-AES256-GCM-SHA384",
    "AECDH-AES256-SHA",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "CAMELLIA256-SHA",
]


@pytest.mark.parametrize("suite", WEAK)
def test_t05_other_suites_are_refused(
    door: ssl.SSLContext, pki_folder: Path, suite: str
) -> None:
    caller = client(pki_folder, pki_folder / "peer.pem", V12, f"{suite}:@SECLEVEL=0")

    assert code(call(door, caller)) is TlsFailure.NO_SHARED_CIPHER


@pytest.mark.parametrize("suite", CIPHERS.split(":"))
def test_each_suite_of_the_referentiel_is_spoken(
    door: ssl.SSLContext, pki_folder: Path, suite: str
) -> None:
    ours = StdlibSide(door, server=True)
    caller = client(pki_folder, pki_folder / "peer.pem", V12, suite)

    assert shake(ours, StdlibSide(caller)).done

    chosen = ours.tls.cipher()
    assert chosen is not None
    assert chosen[0] == suite


def test_t05_compression_and_renegotiation_are_off(
    door: ssl.SSLContext, pki_folder: Path
) -> None:
    ours = StdlibSide(door, server=True)
    shake(ours, StdlibSide(client(pki_folder, pki_folder / "peer.pem", V12)))

    assert ours.tls.compression() is None
    start = door._start()  # type: ignore[attr-defined]
    assert start.options & ssl.OP_NO_RENEGOTIATION
    assert start.options & ssl.OP_NO_COMPRESSION


# ------------------------------------------------------- sockets and openssl


class Listener:
    """Accepts TLS connections on loopback in a thread, and listens to each."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda *_: None)  # refused handshakes
        server = self._loop.run_until_complete(
            asyncio.start_server(_listen, sock=self._socket, ssl=self._context)
        )
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(server.wait_closed())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


async def _listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


def s_client(port: int, folder: Path, *options: str, said: str = "Q\n") -> str:
    done = subprocess.run(
        [
            *("openssl", "s_client", "-connect", f"127.0.0.1:{port}"),
            *("-cert", str(folder / "peer.pem"), "-key", str(folder / "peer.key")),
            *("-CAfile", str(folder / "ca.pem")),
            *options,
        ],
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_t06_openssl_cannot_resume_a_session(
    door: ssl.SSLContext, pki_folder: Path, version: str
) -> None:
    with Listener(door) as listener:
        said = s_client(listener.port, pki_folder, version, "-reconnect")

    assert "Verify return code: 0" in said
    assert re.findall(r"^(New|Reused), TLS", said, re.M).count("Reused") == 0
    assert len(re.findall(r"^New, TLS", said, re.M)) == 6
    assert "TLS session ticket:" not in said


def test_t05_openssl_cannot_renegotiate(door: ssl.SSLContext, pki_folder: Path) -> None:
    with Listener(door) as listener:
        said = s_client(listener.port, pki_folder, "-tls1_2", said="R\nhello\n")

    assert "RENEGOTIATING" in said
    assert "no renegotiation" in said


def test_t05_a_downgrade_is_noticed_and_said(
    identity: Identity, pki_folder: Path
) -> None:
    refused: list[TlsFailure] = []
    with Listener(smtp_server_context(identity, refused.append)) as listener:
        said = s_client(listener.port, pki_folder, "-tls1_2", "-fallback_scsv")

    assert "Cipher is (NONE)" in said
    assert refused == [TlsFailure.DOWNGRADED]


@pytest.mark.parametrize(("name", "failure"), BAD.items())
def test_t01_each_refused_handshake_is_said_once(
    identity: Identity, pki_folder: Path, name: str, failure: TlsFailure
) -> None:
    refused: list[TlsFailure] = []
    door = smtp_server_context(identity, refused.append)

    call(door, client(pki_folder, pki_folder / "bad" / f"{name}.pem"))
    call(door, client(pki_folder, pki_folder / "peer.pem"))

    assert refused == [failure]


@pytest.mark.parametrize("version", [V12, V13])
def test_t06_an_offered_session_is_not_resumed(
    door: ssl.SSLContext, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    caller = client(pki_folder, pki_folder / "peer.pem", version)
    before, first = StdlibSide(door, server=True), StdlibSide(caller)
    assert shake(before, first).done
    ours = StdlibSide(door, server=True)
    second = StdlibSide(caller, session=first.tls.session)

    assert shake(ours, second).done

    assert not ours.tls.session_reused
    assert not second.tls.session_reused


def test_a_plain_context_would_have_resumed_it(
    identity: Identity, pki_folder: Path
) -> None:
    """The reason why each connection starts in a context of its own."""
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    plain.options |= ssl.OP_NO_TICKET
    plain.verify_mode = ssl.CERT_REQUIRED
    plain.load_verify_locations(pki_folder / "ca.pem")
    plain.load_cert_chain(identity.certificate, identity.private_key)
    caller = client(pki_folder, pki_folder / "peer.pem", V12)
    # Kept until the end: OpenSSL forgets the session of a connection that is
    # dropped without a goodbye, which would hide what this test is about.
    before, first = StdlibSide(plain, server=True), StdlibSide(caller)
    shake(before, first)
    second = StdlibSide(caller, session=first.tls.session)

    shake(StdlibSide(plain, server=True), second)

    assert second.tls.session_reused


# -------------------------------------------------------------- outgoing


def peer_door(folder: Path, certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(folder / "ca.pem")
    return context


def test_we_deliver_to_a_good_peer_and_show_our_certificate(
    identity: Identity, pki: ThrowawayPki, pki_folder: Path
) -> None:
    theirs = StdlibSide(peer_door(pki_folder, pki_folder / "peer.pem"), server=True)

    assert shake(theirs, StdlibSide(smtp_client_context(identity))).done

    shown = theirs.tls.getpeercert(binary_form=True)
    assert shown is not None
    expected = pki.certificates["gateway"].certificate
    assert x509.load_der_x509_certificate(shown) == expected


@pytest.mark.parametrize(("name", "failure"), BAD.items())
def test_we_do_not_deliver_to_a_bad_peer(
    identity: Identity, pki_folder: Path, name: str, failure: TlsFailure
) -> None:
    theirs = peer_door(pki_folder, pki_folder / "bad" / f"{name}.pem")

    outcome = shake(
        StdlibSide(theirs, server=True), StdlibSide(smtp_client_context(identity))
    )

    assert outcome.client is not None
    assert failure_of(outcome.client) is failure


@pytest.mark.parametrize(
    ("asked", "changes", "good"),
    [
        ("smtp.peer.mssante.test", {}, True),
        ("other.mssante.test", {}, False),
        ("smtp.peer.mssante.test", {"san": ()}, False),  # no falling back on CN
    ],
)
def test_the_host_name_is_compared_when_asked(
    identity: Identity,
    pki_folder: Path,
    tmp_path: Path,
    asked: str,
    changes: dict[str, Any],
    good: bool,
) -> None:
    theirs = peer_door(pki_folder, mint_file(tmp_path / "host", **changes))
    context = smtp_client_context(identity, check_hostname=True)

    outcome = shake(StdlibSide(theirs, server=True), StdlibSide(context, name=asked))

    assert outcome.done is good
    if not good:
        assert outcome.client is not None
        assert failure_of(outcome.client) is TlsFailure.WRONG_HOST


# ---------------------------------------------------------------- Twisted


@pytest.mark.parametrize("version", [V12, V13])
def test_twisted_doors_let_a_good_chain_in(
    identity: Identity, pki_folder: Path, version: ssl.TLSVersion
) -> None:
    refused: list[TlsFailure] = []
    made = mutual_connections(identity, refused.append)
    ours = PyopensslSide(made)
    caller = client(pki_folder, pki_folder / "doctor.pem", version)

    assert shake(ours, StdlibSide(caller)).done

    shown = ours.tls.get_peer_certificate()
    assert shown is not None
    assert "899700000017" in shown.to_cryptography().subject.rfc4514_string()
    assert refused == []


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize(("name", "failure"), BAD.items())
def test_t01_twisted_doors_keep_a_bad_chain_out_with_its_code(
    identity: Identity,
    pki_folder: Path,
    name: str,
    failure: TlsFailure,
    version: ssl.TLSVersion,
) -> None:
    refused: list[TlsFailure] = []
    made = mutual_connections(identity, refused.append)
    caller = client(pki_folder, pki_folder / "bad" / f"{name}.pem", version)

    outcome = shake(PyopensslSide(made), StdlibSide(caller))

    assert refused == [failure]
    assert code(outcome) is TlsFailure.OTHER_CERTIFICATE


def test_twisted_doors_want_a_certificate(identity: Identity, pki_folder: Path) -> None:
    made = mutual_connections(identity, lambda _: None)

    outcome = shake(PyopensslSide(made), StdlibSide(client(pki_folder)))

    assert code(outcome) is TlsFailure.NO_CERTIFICATE


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize("mutual", [True, False])
def test_t06_twisted_doors_do_not_resume(
    identity: Identity, pki_folder: Path, mutual: bool, version: ssl.TLSVersion
) -> None:
    made = (
        mutual_connections(identity, lambda _: None)
        if mutual
        else plain_connections(identity)
    )
    caller = client(pki_folder, pki_folder / "doctor.pem", version)
    before, first = PyopensslSide(made), StdlibSide(caller)
    assert shake(before, first).done
    second = StdlibSide(caller, session=first.tls.session)

    assert shake(PyopensslSide(made), second).done

    assert not second.tls.session_reused


def test_t05_twisted_doors_refuse_old_versions_and_weak_suites(
    identity: Identity, pki_folder: Path
) -> None:
    made = plain_connections(identity)
    callers = {
        TlsFailure.OLD_VERSION: client(pki_folder, None, ssl.TLSVersion.TLSv1_1),
        TlsFailure.NO_SHARED_CIPHER: client(
            pki_folder, None, V12, "AES256-SHA:@SECLEVEL=0"
        ),
    }

    codes = [
        code(shake(PyopensslSide(made), StdlibSide(caller)))
        for caller in callers.values()
    ]

    assert codes == list(callers)


def test_the_web_asks_for_no_certificate_and_sends_its_chain(
    identity: Identity, pki_folder: Path, pki: ThrowawayPki, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    write_issued(pki.authorities["root"], root)
    browser = ssl.create_default_context(cafile=str(tmp_path / "root.pem"))

    outcome = shake(
        PyopensslSide(plain_connections(identity)),
        StdlibSide(browser, name="localhost"),
    )

    assert outcome.done


# ------------------------------------------------------------ files, codes


@pytest.mark.parametrize("broken", ["certificate", "key", "authorities", "another key"])
def test_a_bad_file_is_noticed_before_anything_listens(
    pki_folder: Path, tmp_path: Path, broken: str
) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_bytes(b"broken")
    files: dict[str, tuple[Path | str, ...]] = {
        "certificate": (bad, "gateway.key", "ca.pem"),
        "key": ("gateway.pem", bad, "ca.pem"),
        "authorities": ("gateway.pem", "gateway.key", bad),
        "another key": ("gateway.pem", "peer.key", "ca.pem"),
    }

    with pytest.raises(InvalidError):
        load_identity(*(pki_folder / name for name in files[broken]))


def test_a_missing_file_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(InvalidError):
        load_identity(tmp_path / "a", tmp_path / "b", tmp_path / "c")


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ConnectionResetError(), TlsFailure.LOST),
        (SSL.SysCallError(-1, "Unexpected EOF"), TlsFailure.LOST),
        (SSL.Error([("SSL routines", "", "http request")]), TlsFailure.NOT_TLS),
        (SSL.Error([]), TlsFailure.OTHER),
        (SSL.Error(), TlsFailure.OTHER),
        (ValueError(), TlsFailure.OTHER),
    ],
)
def test_every_failure_has_a_code(error: Exception, failure: TlsFailure) -> None:
    assert failure_of(error) is failure


def test_an_unknown_number_is_still_a_refused_certificate() -> None:
    assert failure_of_code(9999) is TlsFailure.OTHER_CERTIFICATE


@pytest.mark.parametrize(
    "text", [b"GET / HTTP/1.1\r\n\r\n", b"EHLO x\r\nMAIL FROM:<>\r\n"]
)
def test_what_is_not_tls_is_named(door: ssl.SSLContext, text: bytes) -> None:
    ours = StdlibSide(door, server=True)
    ours.give(text)

    with pytest.raises(ssl.SSLError) as refused:
        ours.step()

    assert failure_of(refused.value) is TlsFailure.NOT_TLS

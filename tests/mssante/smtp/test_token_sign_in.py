"""Users who show no certificate, and sign in to the SMTP doors by a token."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import frozen

from gateway.core.envelope import SenderKind
from gateway.store.professionals.ended_sign_ins import EndedSignIns
from tests.mssante.smtp.doors import (
    DOCTOR,
    PATIENT,
    SERVICE,
    Client,
    Node,
    running_node,
)
from tests.mssante.tokens import UGLY, Tokens, shown, token_sign_in, told
from tests.web.professional.oidc import ACCESS, NUMBER


def letter(subject: str) -> bytes:
    """Return a message that is no copy of another: those are kept once."""
    return (
        f"From: {DOCTOR}\r\nTo: {PATIENT}\r\nSubject: {subject}\r\n\r\nBonjour\r\n"
    ).encode()


@frozen
class Place:
    node: Node
    tokens: Tokens

    def client(self) -> Client:
        return self.node.session("submission", "nobody")

    def codes(self) -> list[str]:
        lines = self.node.journal()
        return [one.outcome for one in lines if one.action == "session:refuse"]


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, pki_folder: Path
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("tokens")
    with (
        token_sign_in(folder, pki_folder, mail_tries=100) as tokens,
        running_node(folder, pki_folder, tokens=tokens.sign_in, max_errors=4) as node,
    ):
        yield Place(node, tokens)


@pytest.fixture(autouse=True)
def as_it_was(place: Place) -> None:
    place.tokens.provider.introspected = {}
    place.tokens.provider.status = 200


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("door", ["submission", "submissions"])
def test_who_signs_in_by_a_token_sends_as_the_mailbox_they_hold(
    place: Place, mechanism: str, door: str
) -> None:
    client = place.node.session(door, "nobody")

    assert "AUTH OAUTHBEARER XOAUTH2" in client.greeting
    client.ask(f"MAIL FROM:<{DOCTOR}>", "530 5.7.0")
    client.ask(f"AUTH {mechanism} {shown(mechanism, DOCTOR)}", "235 2.7.0")
    client.ask(f"MAIL FROM:<{SERVICE}>", "550 5.7.1")
    sent = letter(f"{door} {mechanism}")
    reply = client.deliver(DOCTOR, PATIENT, sent)
    kept, content = place.node.kept()[-1]

    assert reply.startswith("250 2.0.0 Accepted")
    assert content == sent
    assert (kept.sender.kind, kept.sender.identity) == (SenderKind.PERSON, NUMBER)
    assert not kept.sender.fingerprint


def test_a_token_comes_when_it_is_asked_for_too(place: Place) -> None:
    client = place.client()

    client.ask("AUTH XOAUTH2", "334 ")
    client.ask("*", "501 5.7.0")
    client.ask("AUTH XOAUTH2", "334 ")
    client.ask(shown("XOAUTH2", ""), "235")
    client.ask("AUTH XOAUTH2", "503")
    client.ask(f"MAIL FROM:<{DOCTOR}>", "250")


def test_a_certificate_beside_a_token_is_still_judged_and_says_nothing_else(
    place: Place,
) -> None:
    client = place.node.session("submission", "hospital")

    assert "AUTH EXTERNAL OAUTHBEARER XOAUTH2" in client.greeting
    client.ask(f"AUTH XOAUTH2 {shown('XOAUTH2', DOCTOR)}", "235")
    client.ask(f"MAIL FROM:<{DOCTOR}>", "250")


def test_a_session_ends_with_its_next_message_after_a_logout_at_the_provider(
    place: Place,
) -> None:
    place.tokens.provider.introspected = {"session_state": "session-9"}
    client, by_card = place.client(), place.node.session("submission", "doctor")
    client.ask(f"AUTH XOAUTH2 {shown('XOAUTH2', DOCTOR)}", "235")
    assert client.deliver(DOCTOR, PATIENT, letter("before")).startswith("250")
    with place.node.database.write() as work:
        EndedSignIns(work).note("session-9", "", timedelta(minutes=40))

    client.send(f"MAIL FROM:<{DOCTOR}>\r\n".encode())

    assert client.closed().startswith("421 4.7.0 This sign-in is over, sign in again")
    by_card.ask(f"MAIL FROM:<{DOCTOR}>", "250")


def test_a_session_lasts_so_long_though_nobody_says_that_its_sign_in_is_over(
    tmp_path: Path, pki_folder: Path
) -> None:
    with (
        token_sign_in(tmp_path, pki_folder, mail_session_seconds=0) as tokens,
        running_node(tmp_path, pki_folder, tokens=tokens.sign_in) as node,
    ):
        client = node.session("submission", "nobody")
        client.ask(f"AUTH XOAUTH2 {shown('XOAUTH2', DOCTOR)}", "235")
        client.send(f"MAIL FROM:<{DOCTOR}>\r\n".encode())

        assert client.closed().startswith("421 4.7.0 This sign-in is over")


def test_operators_have_no_tokens(place: Place) -> None:
    client = place.node.session("smtp", "peer")

    assert "AUTH" not in client.greeting
    client.ask("AUTH XOAUTH2", "502")
    with pytest.raises((OSError, EOFError)):
        place.node.session("smtp", "nobody")


@pytest.mark.parametrize(("said", "token", "code"), UGLY)
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_token_that_signs_nobody_in(
    place: Place, said: dict[str, object], token: str, code: str, mechanism: str
) -> None:
    place.tokens.provider.introspected = said
    client = place.client()

    reply = client.ask(f"AUTH {mechanism} {shown(mechanism, DOCTOR, token)}", "334 ")
    client.ask("AQ==", "535 5.7.8")
    client.ask(f"MAIL FROM:<{DOCTOR}>", "530 5.7.0")

    assert told(reply.removeprefix("334 "))["status"] == "invalid_token"
    assert place.codes()[-1] == code


def test_what_is_no_token_at_all(place: Place) -> None:
    client = place.client()

    reply = client.ask("AUTH XOAUTH2 bm9ib2R5", "334 ")
    client.ask("", "535 5.7.8")

    assert told(reply.removeprefix("334 "))["status"] == "invalid_request"
    client.ask(f"AUTH XOAUTH2 {'A' * 13_000}", "500 5.5.6")
    client.ask("AUTH EXTERNAL =", "504 5.5.4")


@pytest.mark.parametrize("address", [SERVICE, "nobody@hopital.mssante.test", "no"])
def test_a_mailbox_of_somebody_else_or_of_nobody_is_refused_alike(
    place: Place, address: str
) -> None:
    client = place.client()

    reply = client.ask(f"AUTH XOAUTH2 {shown('XOAUTH2', address)}", "334 ")
    last = client.ask("AQ==", "535 5.7.8")

    assert told(reply.removeprefix("334 "))["status"] == "insufficient_scope"
    assert last == "535 5.7.8 This token signs nobody in here"


def test_whoever_holds_no_mailbox_is_let_in_nowhere(place: Place) -> None:
    place.tokens.provider.introspected = {"SubjectNameID": "899700000099"}
    client = place.client()

    client.ask(f"AUTH XOAUTH2 {shown('XOAUTH2', '')}", "334 ")
    client.ask("AQ==", "535 5.7.8")

    assert place.codes()[-1] == "CLIENT_WITHOUT_MAILBOX"


def test_a_provider_that_is_away_is_no_reason_against_anybody(place: Place) -> None:
    place.tokens.provider.status = 500
    client = place.client()

    client.ask(f"AUTH XOAUTH2 {shown('XOAUTH2', DOCTOR)}", "454 4.7.0")


def test_errors_end_the_connection(place: Place) -> None:
    client = place.client()
    for _ in range(4):
        client.ask("AUTH XOAUTH2 bm9ib2R5", "334 ")
        client.send(b"AQ==\r\n")
        assert client.reply().startswith("535")

    assert client.closed().startswith("421 4.7.0")


def test_i07_one_address_shows_so_many_tokens_and_no_more(
    tmp_path: Path, pki_folder: Path
) -> None:
    with (
        token_sign_in(tmp_path, pki_folder, mail_tries=1) as tokens,
        running_node(tmp_path, pki_folder, tokens=tokens.sign_in) as node,
    ):
        for answer in ("235", "454 4.7.0"):
            client = node.session("submission", "nobody")
            client.ask(f"AUTH XOAUTH2 {shown('XOAUTH2', DOCTOR)}", answer)

        assert tokens.provider.asked.count("/introspect") == 1


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_sends_by_a_token(place: Place, tmp_path: Path, mechanism: str) -> None:
    (tmp_path / "letter.eml").write_bytes(letter(f"curl {mechanism}"))
    before = len(place.node.kept())

    subprocess.run(
        [
            *("curl", "--silent", "--show-error", "--ssl-reqd", "--max-time", "20"),
            *("--cacert", str(pki_of(place)), "--oauth2-bearer", ACCESS),
            *("--user", f"{DOCTOR}:", "--login-options", f"AUTH={mechanism}"),
            *("--mail-from", DOCTOR, "--mail-rcpt", PATIENT),
            *("--upload-file", "letter.eml"),
            f"smtp://localhost:{place.node.port('submission')}/client.test",
        ],
        cwd=tmp_path,
        check=True,
        timeout=30,
    )

    assert len(place.node.kept()) == before + 1


def pki_of(place: Place) -> Path:
    return place.node.certs / "ca.pem"


@pytest.mark.skipif(shutil.which("msmtp") is None, reason="msmtp is not installed")
@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_msmtp_sends_by_a_token(place: Place, tmp_path: Path, mechanism: str) -> None:
    settings = tmp_path / "msmtprc"
    settings.write_text(
        f"account default\nhost localhost\nport {place.node.port('submissions')}\n"
        f"tls on\ntls_starttls off\ntls_trust_file {pki_of(place)}\n"
        f"auth {mechanism}\nuser {DOCTOR}\nfrom {DOCTOR}\ndomain client.test\n"
        f"passwordeval echo {ACCESS}\ntimeout 20\n"
    )
    settings.chmod(0o600)
    before = len(place.node.kept())

    done = subprocess.run(
        ["msmtp", "-C", str(settings), PATIENT],
        input=letter(f"msmtp {mechanism}").replace(b"\r\n", b"\n"),
        capture_output=True,
        check=False,
        timeout=30,
    )

    assert done.returncode == 0, done.stderr
    assert len(place.node.kept()) == before + 1


def test_who_shows_neither_certificate_nor_token_has_little_time(
    tmp_path: Path, pki_folder: Path
) -> None:
    with (
        token_sign_in(tmp_path, pki_folder) as tokens,
        running_node(
            tmp_path, pki_folder, tokens=tokens.sign_in, prove_seconds=0.7
        ) as node,
    ):
        signed_in = node.session("submission", "nobody")
        signed_in.ask(f"AUTH XOAUTH2 {shown('XOAUTH2', DOCTOR)}", "235")
        idle = node.session("submission", "nobody")

        assert idle.closed() == "421 4.4.2 Timeout\r\n"
        signed_in.ask("NOOP", "250")


def test_a_person_has_so_many_connections_from_wherever(
    tmp_path: Path, pki_folder: Path
) -> None:
    with (
        token_sign_in(tmp_path, pki_folder) as tokens,
        running_node(
            tmp_path,
            pki_folder,
            tokens=tokens.sign_in,
            max_connections_per_certificate=1,
        ) as node,
    ):
        first, second = (node.session("submission", "nobody") for _ in range(2))
        first.ask(f"AUTH XOAUTH2 {shown('XOAUTH2', DOCTOR)}", "235")

        second.ask(f"AUTH XOAUTH2 {shown('XOAUTH2', DOCTOR)}", "421 4.7.0")
        assert second.closed() == ""

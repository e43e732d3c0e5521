"""Programs nobody here wrote: swaks, msmtp and curl send, and are refused."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.store.arrivals.arrivals import Arrivals, KeptArrival
from tests.journeys.clients import (
    DOCTOR,
    HOSPITAL,
    PEER,
    client_context,
    letter,
    message_id_of,
    patient_address,
)
from tests.journeys.running import Gateway, eventually
from tests.mssante.smtp.doors import split_trace

pytestmark = pytest.mark.journey

Send = Callable[[Gateway, str, str, Path], "subprocess.CompletedProcess[str]"]
"""Sends the message in a file: the gateway, the certificate, the sender, the file."""


def run(program: str, *words: str | Path, stdin: Path | None = None) -> Done:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    content = stdin.read_text("utf-8") if stdin else ""
    return subprocess.run(
        [program, *map(str, words)],
        input=content,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


Done = subprocess.CompletedProcess[str]


def swaks(
    gateway: Gateway,
    name: str,
    sender: str,
    file: Path,
    *more: str,
    port: int,
    to: str = patient_address(),
) -> Done:
    # It shows the certificate alone, without the authorities that signed it.
    return run(
        "swaks",
        *("--server", "127.0.0.1", "--port", str(port)),
        *("--tls-cert", gateway.certs / f"{name}.pem"),
        *("--tls-key", gateway.certs / f"{name}.key"),
        *("--tls-verify", "--tls-ca-path", gateway.certs / "ca.pem"),
        *("--helo", "client.test", "--from", sender, "--to", to),
        *("--data", f"@{file}", *more),
    )


def swaks_submission(gateway: Gateway, name: str, sender: str, file: Path) -> Done:
    port = gateway.settings.listen.submission
    return swaks(gateway, name, sender, file, "--tls", port=port)


def swaks_submissions(gateway: Gateway, name: str, sender: str, file: Path) -> Done:
    port = gateway.settings.listen.submissions
    return swaks(gateway, name, sender, file, "--tls-on-connect", port=port)


def swaks_operator(
    gateway: Gateway,
    name: str,
    sender: str,
    file: Path,
    *more: str,
    to: str = patient_address(),
) -> Done:
    port = gateway.settings.listen.smtp
    return swaks(gateway, name, sender, file, "--tls", *more, port=port, to=to)


def msmtp(
    gateway: Gateway,
    name: str,
    sender: str,
    file: Path,
    *,
    port: int,
    starttls: str,
    auth: tuple[str, ...] = ("--auth=off",),
) -> Done:
    return run(
        "msmtp",
        *("--file=/dev/null", "--host=localhost", f"--port={port}", *auth),
        *("--domain=client.test", "--dsn-notify=success,failure", "--dsn-return=hdrs"),
        *("--tls=on", f"--tls-starttls={starttls}"),
        f"--tls-trust-file={gateway.certs / 'ca.pem'}",
        f"--tls-cert-file={gateway.certs / f'{name}.pem'}",
        f"--tls-key-file={gateway.certs / f'{name}.key'}",
        *(f"--from={sender}", patient_address()),
        stdin=file,
    )


def msmtp_submission(gateway: Gateway, name: str, sender: str, file: Path) -> Done:
    port = gateway.settings.listen.submission
    return msmtp(gateway, name, sender, file, port=port, starttls="on")


def msmtp_submissions(gateway: Gateway, name: str, sender: str, file: Path) -> Done:
    port = gateway.settings.listen.submissions
    return msmtp(gateway, name, sender, file, port=port, starttls="off")


def curl(
    gateway: Gateway,
    name: str,
    sender: str,
    file: Path,
    *,
    url: str,
    auth: tuple[str, ...] = (),
) -> Done:
    return run(
        "curl",
        *("--silent", "--show-error", "--ssl-reqd", "--url", url, "--crlf"),
        *("--cacert", gateway.certs / "ca.pem"),
        *("--cert", gateway.certs / f"{name}.pem"),
        *("--key", gateway.certs / f"{name}.key"),
        *("--mail-from", sender, "--mail-rcpt", patient_address(), *auth),
        *("--upload-file", file),
    )


def curl_submission(gateway: Gateway, name: str, sender: str, file: Path) -> Done:
    url = f"smtp://localhost:{gateway.settings.listen.submission}/client.test"
    return curl(gateway, name, sender, file, url=url)


def curl_submissions(gateway: Gateway, name: str, sender: str, file: Path) -> Done:
    url = f"smtps://localhost:{gateway.settings.listen.submissions}/client.test"
    return curl(gateway, name, sender, file, url=url)


def msmtp_external(gateway: Gateway, name: str, sender: str, file: Path) -> Done:
    port = gateway.settings.listen.submissions
    auth = ("--auth=external", f"--user={sender}")
    return msmtp(gateway, name, sender, file, port=port, starttls="off", auth=auth)


def curl_external(gateway: Gateway, name: str, sender: str, file: Path) -> Done:
    url = f"smtp://localhost:{gateway.settings.listen.submission}/client.test"
    auth = ("--login-options", "AUTH=EXTERNAL", "--user", f"{sender}:")
    return curl(gateway, name, sender, file, url=url, auth=auth)


EXTERNAL: list[Send] = [msmtp_external, curl_external]  # swaks has no EXTERNAL

SUBMITTING: list[Send] = [
    swaks_submission,
    swaks_submissions,
    msmtp_submission,
    msmtp_submissions,
    curl_submission,
    curl_submissions,
    *EXTERNAL,
]


BY_SWAKS = (swaks_submission, swaks_submissions)
OF_SWAKS = b"\r\n"
"""It ends whatever it sends with a line of its own."""


def write_message(folder: Path, sender: str) -> tuple[Path, bytes]:
    """Write a new letter as a file of the system; return it and what is to arrive."""
    text = "Bonjour\n.\n..\nFin\n"  # a client that does not double them would stop
    content = letter(1, sender, [patient_address()], text=text)
    file = folder / "message.eml"
    file.write_bytes(content.replace(b"\r\n", b"\n"))
    return file, content


def kept(gateway: Gateway, content: bytes, *, added: bytes = b"") -> KeptArrival:
    """Return what is known of a message that must be kept once, to the byte."""
    with gateway.database() as database, database.read() as work:
        arrivals = Arrivals(work)
        (name,) = arrivals.find(message_id_of(content))
        found = arrivals.get(name)
        assert found is not None
        assert split_trace(arrivals.content(found))[1] == content + added
        return found


@pytest.mark.parametrize("send", SUBMITTING, ids=lambda send: send.__name__)
@pytest.mark.parametrize(
    ("name", "sender"), [("hospital", HOSPITAL), ("doctor", DOCTOR)]
)
def test_a_real_client_delivers(
    gateway: Gateway, tmp_path: Path, send: Send, name: str, sender: str
) -> None:
    file, content = write_message(tmp_path, sender)

    done = send(gateway, name, sender, file)

    assert done.returncode == 0, done.stdout + done.stderr
    arrival = kept(gateway, content, added=OF_SWAKS if send in BY_SWAKS else b"")
    if send in (msmtp_submission, msmtp_submissions, msmtp_external):
        assert arrival.ret == "HDRS"
        assert arrival.recipients[0].recipient.notify == "SUCCESS,FAILURE"
    assert gateway.outcome(message_id_of(content)) == "FILED"


@pytest.mark.parametrize("send", EXTERNAL, ids=lambda send: send.__name__)
def test_nobody_signs_in_to_what_their_certificate_does_not_hold(
    gateway: Gateway, tmp_path: Path, send: Send
) -> None:
    file, content = write_message(tmp_path, HOSPITAL)

    done = send(gateway, "doctor", HOSPITAL, file)

    assert done.returncode != 0
    if send is not curl_external:  # which says no more than that it was denied
        assert "535 5.7.8" in done.stdout + done.stderr
    with gateway.database() as database, database.read() as work:
        assert Arrivals(work).find(message_id_of(content)) == []


def test_another_operator_delivers_to_two_at_once(
    gateway: Gateway, tmp_path: Path
) -> None:
    file, content = write_message(tmp_path, PEER)
    to = f"{patient_address()},{DOCTOR}"

    done = swaks_operator(gateway, "peer", PEER, file, "--pipeline", to=to)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "PIPELINING" in done.stdout
    kept(gateway, content, added=OF_SWAKS)
    recipients = gateway.story(message_id_of(content))["recipients"]
    assert [one["outcome"] for one in recipients] == ["FILED", "DELIVERED"]


IN_THE_HANDSHAKE = {
    "expired": "TLS_CERT_EXPIRED",
    "not-yet-valid": "TLS_CERT_NOT_YET_VALID",
    "unknown-ca": "TLS_UNKNOWN_AUTHORITY",
    "self-signed": "TLS_CERT_SELF_SIGNED",
    "wrong-usage": "TLS_CERT_WRONG_USAGE",
}
AFTER_IT = {"revoked": "CERT_REVOKED", "not-listed": "OPERATOR_NOT_LISTED"}


def logged_since(gateway: Gateway, length: int, code: str) -> None:
    """Return once the operator's log says so, after its first ``length`` characters."""
    eventually(lambda: code in gateway.log()[length:], seconds=10)


@pytest.mark.parametrize("name", IN_THE_HANDSHAKE)
def test_a_wrong_certificate_ends_the_handshake(
    gateway: Gateway, tmp_path: Path, name: str
) -> None:
    length = len(gateway.log())
    file, content = write_message(tmp_path, PEER)

    done = swaks_operator(gateway, f"bad/{name}", PEER, file)

    assert done.returncode != 0
    assert "<~" not in done.stdout, "something was said within TLS"
    logged_since(gateway, length, IN_THE_HANDSHAKE[name])
    with gateway.database() as database, database.read() as work:
        assert Arrivals(work).find(message_id_of(content)) == []


@pytest.mark.parametrize("name", AFTER_IT)
def test_a_good_chain_without_a_right_is_told_so(
    gateway: Gateway, tmp_path: Path, name: str
) -> None:
    length = len(gateway.log())
    file, _ = write_message(tmp_path, PEER)

    done = swaks_operator(gateway, f"bad/{name}", PEER, file)

    assert done.returncode != 0
    assert "554 5.7.1 This certificate is not entitled to send" in done.stdout
    logged_since(gateway, length, AFTER_IT[name])


@pytest.mark.parametrize(
    "send", [msmtp_submission, curl_submission], ids=lambda send: send.__name__
)
@pytest.mark.parametrize("name", ["expired", "revoked"])
def test_other_clients_are_refused_too(
    gateway: Gateway, tmp_path: Path, send: Send, name: str
) -> None:
    file, _ = write_message(tmp_path, PEER)

    done = send(gateway, f"bad/{name}", PEER, file)

    assert done.returncode != 0
    if name == "revoked":
        assert "554" in done.stdout + done.stderr


@pytest.mark.parametrize("name", [*IN_THE_HANDSHAKE, *AFTER_IT])
def test_our_own_client_says_what_stopped_it(gateway: Gateway, name: str) -> None:
    said = gateway.refused(
        *("send", "--as", f"bad/{name}", "--from", PEER, "--to", patient_address())
    )

    if name in AFTER_IT:
        entitled = "refused: 554 5.7.1 This certificate is not entitled to send"
        assert said == f"gateway: {entitled}"
    else:
        assert "not sent: the server ended the connection" in said
        assert f"does not accept a certificate (bad/{name})" in said


def test_where_tls_comes_first_no_byte_of_it_is_lost(gateway: Gateway) -> None:
    context = client_context(gateway.certs, "hospital")
    address = ("localhost", gateway.settings.listen.submissions)

    greetings = []
    for _ in range(40):
        with (
            socket.create_connection(address, timeout=20) as clear,
            context.wrap_socket(clear, server_hostname="localhost") as secure,
        ):
            greetings.append(secure.recv(4))

    assert greetings == [b"220 "] * 40

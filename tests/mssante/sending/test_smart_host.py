"""The relay of ordinary e-mail proves itself before it is told a code, or waits."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from attrs import define, evolve, field
from cryptography import x509

from gateway.errors import InvalidError, MisuseError, UnavailableError
from gateway.mssante.sending.email import Email
from gateway.mssante.sending.smart_host import RelayTls, SmartHost
from tests.builders_settings import make_settings
from tests.pki import mint_file

MESSAGE = Email(
    "service@sante.example", "d@courriel.example", b"Subject: x\r\n\r\n123456\r\n"
)


@define
class Relay:
    """What a relay is told, and what it answers to a recipient."""

    port: int = 0
    rcpt: str = ""
    told: list[bytes] = field(factory=list)
    users: list[bytes] = field(factory=list)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _s: Any, _n: Any, envelope: Any, address: str, _o: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt or "250 OK"

    async def handle_DATA(self, _s: Any, _n: Any, envelope: Any) -> str:  # noqa: N802
        self.told.append(envelope.content)
        return "250 OK"

    def sign_in(self, *args: Any) -> AuthResult:
        given = args[-1]
        assert isinstance(given, LoginPassword)
        self.users.append(given.login)
        return AuthResult(success=given.password == b"secret", handled=False)


@contextmanager
def running(
    certificate: Path | None,
    *,
    implicit: bool = False,
    rcpt: str = "",
    auth: bool = False,
) -> Iterator[Relay]:
    relay, context = Relay(rcpt=rcpt), None
    words: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    if auth:
        words = {"authenticator": relay.sign_in, "auth_required": True}
    loop = asyncio.new_event_loop()
    talks: list[SMTP] = []

    def talk() -> SMTP:
        starttls = None if implicit else context
        talks.append(
            SMTP(relay, hostname="relay", tls_context=starttls, loop=loop, **words)
        )
        return talks[-1]

    async def end_talks() -> None:
        for one in talks:
            if one.transport is not None:
                one.transport.close()
        await asyncio.sleep(0.02)  # what is closed is closed in the loop's next rounds

    def serve() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(
            loop.create_server(talk, "127.0.0.1", 0, ssl=context if implicit else None)
        )
        relay.port = server.sockets[0].getsockname()[1]
        up.set()
        loop.run_forever()
        server.close()
        loop.run_until_complete(end_talks())
        loop.run_until_complete(server.wait_closed())
        loop.close()

    up = threading.Event()
    thread = threading.Thread(target=serve)
    thread.start()
    up.wait(10)
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory, pki_folder: Path) -> Path:
    """A server's certificate for localhost, of the authorities of the tests."""
    stem = tmp_path_factory.mktemp("relay") / "relay"
    return mint_file(stem, san=(x509.DNSName("localhost"),))


Send = Callable[..., None]


@pytest.fixture
def send(pki_folder: Path) -> Iterator[Send]:
    """Send the e-mail to a relay, from a thread without a loop."""
    with ThreadPoolExecutor(1) as threads:

        def once(relay: Relay, host: str = "localhost", **changes: Any) -> None:
            carrier = SmartHost(
                address=f"{host}:{relay.port}",
                timeout=5.0,
                authorities=pki_folder / "ca.pem",
            )
            threads.submit(evolve(carrier, **changes), "id", MESSAGE).result()

        yield once


def test_a_relay_that_proves_its_name_is_told(certificate: Path, send: Send) -> None:
    with running(certificate) as relay:
        send(relay)

    assert relay.told == [MESSAGE.content]


def test_tls_from_the_first_byte(certificate: Path, send: Send) -> None:
    with running(certificate, implicit=True) as relay:
        send(relay, tls=RelayTls.IMPLICIT)

    assert relay.told == [MESSAGE.content]


def test_nothing_is_said_where_starttls_was_taken_away(send: Send) -> None:
    """Attack S06: who sits between strips the offer, and would read the code."""
    with (
        running(None) as relay,
        pytest.raises(UnavailableError, match="STARTTLS") as caught,
    ):
        send(relay)

    assert relay.told == []
    assert "courriel" not in str(caught.value)


def test_in_clear_only_where_it_was_asked_for(send: Send) -> None:
    with running(None) as relay:
        send(relay, tls=RelayTls.OFF)

    assert relay.told == [MESSAGE.content]


@pytest.mark.parametrize("implicit", [False, True])
def test_another_name_is_told_nothing(
    certificate: Path, send: Send, implicit: bool
) -> None:
    tls = RelayTls.IMPLICIT if implicit else RelayTls.STARTTLS
    with (
        running(certificate, implicit=implicit) as relay,
        pytest.raises(UnavailableError, match="not proven"),
    ):
        send(relay, host="127.0.0.1", tls=tls)

    assert relay.told == []


@pytest.mark.parametrize("implicit", [False, True])
def test_an_authority_that_is_not_believed_is_told_nothing(
    certificate: Path, send: Send, implicit: bool
) -> None:
    """Without a file of authorities those of the system count: ours is none."""
    tls = RelayTls.IMPLICIT if implicit else RelayTls.STARTTLS
    with (
        running(certificate, implicit=implicit) as relay,
        pytest.raises(UnavailableError, match="not proven"),
    ):
        send(relay, authorities=None, tls=tls)

    assert relay.told == []


def password_file(folder: Path, text: str = "secret\n", mode: int = 0o600) -> Path:
    file = folder / "password"
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return file


def test_it_signs_in_where_the_settings_say_so(
    certificate: Path, send: Send, tmp_path: Path
) -> None:
    with running(certificate, auth=True) as relay:
        send(relay, user="gateway", password_file=password_file(tmp_path))

    assert relay.users == [b"gateway"]
    assert relay.told == [MESSAGE.content]


def test_a_wrong_password_waits_for_the_operator(
    certificate: Path, send: Send, tmp_path: Path
) -> None:
    with running(certificate, auth=True) as relay:
        file = password_file(tmp_path, "other")
        with pytest.raises(UnavailableError, match="name and password") as caught:
            send(relay, user="gateway", password_file=file)

    assert relay.told == []
    assert "other" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [("secret", 0o640, "0600"), ("", 0o600, "no password"), ("x" * 501, 0o600, "no")],
)
def test_a_password_for_all_to_read_is_not_used(
    certificate: Path, send: Send, tmp_path: Path, text: str, mode: int, why: str
) -> None:
    file = password_file(tmp_path, text, mode)
    with running(certificate, auth=True) as relay:
        with pytest.raises(UnavailableError, match=why):
            send(relay, user="gateway", password_file=file)
        with pytest.raises(UnavailableError, match="FileNotFoundError"):
            send(relay, user="gateway", password_file=tmp_path / "none")

    assert relay.users == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("550 5.1.1 no such address", InvalidError),
        ("553 no such mailbox", InvalidError),
        ("450 4.2.1 later", UnavailableError),
        # Our own fault is not the patient's: an operator mends it meanwhile.
        ("554 5.7.1 no such address: Relay access denied", UnavailableError),
        ("550 5.7.1 blocked: no such", UnavailableError),
        ("554 no such luck", UnavailableError),
    ],
)
def test_only_a_refusal_for_good_is_for_good(
    certificate: Path, send: Send, reply: str, kind: type[Exception]
) -> None:
    with running(certificate, rcpt=reply) as relay, pytest.raises(kind) as caught:
        send(relay)

    assert "no such" not in str(caught.value)


def test_the_doctor_tries_it_without_an_e_mail(
    certificate: Path, pki_folder: Path
) -> None:
    with running(certificate) as relay, ThreadPoolExecutor(1) as threads:
        carrier = SmartHost(
            address=f"localhost:{relay.port}",
            timeout=5.0,
            authorities=pki_folder / "ca.pem",
        )
        threads.submit(carrier.try_out).result()

    assert relay.told == []


def test_the_settings_say_how_it_is_spoken_to(tmp_path: Path) -> None:
    given = make_settings(
        tmp_path,
        outgoing={
            "smart_host": "relay.example:587",
            "smart_host_authorities": "relay.pem",
            "smart_host_user": "gateway",
            "smart_host_password_file": "relay-password",
        },
    ).outgoing

    assert SmartHost.from_settings(given, 9.0) == SmartHost(
        address="relay.example:587",
        timeout=9.0,
        tls=RelayTls.STARTTLS,
        authorities=tmp_path / "relay.pem",
        user="gateway",
        password_file=tmp_path / "relay-password",
    )
    plain = make_settings(outgoing={"smart_host": "relay.example:25"}).outgoing
    assert SmartHost.from_settings(plain, 9.0).authorities is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"smart_host": "relay.example:25", "smart_host_tls": "off"}, "this machine"),
        ({"smart_host": "192.0.2.1:25", "smart_host_tls": "off"}, "this machine"),
        ({"smart_host_tls": "maybe"}, "starttls, implicit or off"),
        ({"smart_host": "relay.example"}, "host:port"),
        ({"smart_host": ":25"}, "host:port"),
        ({"smart_host_user": "gateway"}, "go together"),
        ({"smart_host_password_file": "file"}, "go together"),
    ],
)
def test_settings_that_would_tell_everybody_are_refused(
    given: dict[str, str], why: str
) -> None:
    with pytest.raises(MisuseError, match=why):
        make_settings(outgoing=given)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "127.8.8.8"])
def test_a_relay_of_this_machine_may_be_spoken_to_in_clear(host: str) -> None:
    given = {"smart_host": f"{host}:25", "smart_host_tls": "off"}

    assert make_settings(outgoing=given).outgoing.smart_host_tls == "off"

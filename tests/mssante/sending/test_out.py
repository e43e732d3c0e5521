"""Sending to other operators over real TLS: to good ones, and to all the others."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.clock import utc_now
from gateway.errors import NotFoundError, UnavailableError
from gateway.mssante.sending.attempts import Attempt, Outcome, OutgoingCopy, plain
from gateway.mssante.sending.out import HostCheck, SmtpOut
from gateway.mssante.sending.times import SmtpTimes
from gateway.trust.space import TrustSpace
from gateway.trust.tls import load_identity, smtp_client_context
from tests.builders_settings import make_settings
from tests.mssante.sending.peers_out import Manner, Peer, Talk, polite, running_peer
from tests.mssante.smtp.doors import (
    PATIENT,
    Node,
    running_node,
    split_trace,
)
from tests.pki import der_of, mint_file

SERVICE = "service@hopital.mssante.test"
DOCTOR = "dr.voisin@peer.mssante.test"
LETTER = (
    b"From: Service <service@hopital.mssante.test>\r\nSubject: Lettre\r\n"
    b"Message-ID: <one@hopital.mssante.test>\r\n\r\nBonjour\r\n"
)
PARCEL = OutgoingCopy(reverse_path=SERVICE, recipient=DOCTOR, content=LETTER)


def evenly(seconds: float) -> SmtpTimes:
    """Return the same wait for everything."""
    return SmtpTimes(
        command=seconds, data=seconds, block=seconds, transfer=seconds, end=seconds
    )


def make_out(
    certs: Path, *ports: int, name: str = "gateway", **changes: Any
) -> SmtpOut:
    """Return our side, sending to servers on loopback."""
    identity = load_identity(
        certs / f"{name}.pem", certs / f"{name}.key", certs / "ca.pem"
    )
    values = {
        "trust": TrustSpace(make_settings(certs).trust, utc_now),
        "context": smtp_client_context(identity),
        "hosts": lambda _: [("127.0.0.1", port) for port in ports],
        "hostname": "smtp.hopital.mssante.test",
        "times": evenly(10.0),
    }
    return SmtpOut(**{**values, **changes})


def send(out: SmtpOut, parcel: OutgoingCopy = PARCEL) -> Attempt:
    """Send on a loop of its own in a thread, as workers do."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: asyncio.run(out.send(parcel))).result(30)


def meet(
    certs: Path, manner: Manner, parcel: OutgoingCopy = PARCEL, **changes: Any
) -> tuple[Attempt, Peer]:
    """Send one parcel to one peer."""
    with running_peer(certs, manner) as peer:
        return send(make_out(certs, peer.port, **changes), parcel), peer


# To one who does everything right.


def test_a_message_is_handed_over_under_tls_with_our_certificate(
    pki_folder: Path,
) -> None:
    attempt, peer = meet(pki_folder, polite())

    assert attempt == Attempt(
        outcome=Outcome.SENT,
        status="2.0.0",
        reply="250 2.0.0 Kept",
        host="127.0.0.1",
        told=True,
    )
    assert peer.heard == [
        "EHLO smtp.hopital.mssante.test",
        "STARTTLS",
        "TLS EHLO smtp.hopital.mssante.test",
        f"TLS MAIL FROM:<{SERVICE}> SIZE={len(LETTER)}",
        f"TLS RCPT TO:<{DOCTOR}>",
        "TLS DATA",
        "TLS QUIT",
    ]
    assert peer.bodies == [LETTER]


def test_the_client_certificate_is_shown(pki_folder: Path) -> None:
    shown: list[bytes | None] = []

    def look(talk: Talk) -> None:
        try:
            polite()(talk)
        finally:
            shown.append(talk.client_certificate)

    meet(pki_folder, look)

    assert shown == [der_of("gateway")]


def test_the_null_path_is_sent_as_it_is(pki_folder: Path) -> None:
    _, peer = meet(pki_folder, polite(), evolve(PARCEL, reverse_path=""))

    assert f"TLS MAIL FROM:<> SIZE={len(LETTER)}" in peer.heard


ASKING = evolve(
    PARCEL,
    notify="SUCCESS,FAILURE",
    orcpt="rfc822;a+2Bb@x.test",
    ret="HDRS",
    envid="E+2B1",
)


def test_what_was_asked_is_passed_on_to_who_understands_it(pki_folder: Path) -> None:
    attempt, peer = meet(pki_folder, polite(), ASKING)

    assert attempt.told
    assert f"TLS MAIL FROM:<{SERVICE}> SIZE={len(LETTER)} RET=HDRS ENVID=E+2B1" in (
        peer.heard
    )
    assert (
        f"TLS RCPT TO:<{DOCTOR}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a+2Bb@x.test"
        in (peer.heard)
    )


def test_and_to_nobody_else(pki_folder: Path) -> None:
    attempt, peer = meet(pki_folder, polite(extensions=()), ASKING)

    assert attempt.outcome is Outcome.SENT
    assert not attempt.told
    assert f"TLS MAIL FROM:<{SERVICE}>" in peer.heard
    assert f"TLS RCPT TO:<{DOCTOR}>" in peer.heard


ACCENTS = evolve(PARCEL, content="Subject: é\r\n\r\nété\r\n".encode())


def test_eight_bit_text_goes_to_who_takes_it(pki_folder: Path) -> None:
    attempt, peer = meet(pki_folder, polite(), ACCENTS)

    assert attempt.outcome is Outcome.SENT
    assert any("BODY=8BITMIME" in line for line in peer.heard)
    assert peer.bodies == [ACCENTS.content]


def test_and_is_returned_where_nobody_does(pki_folder: Path) -> None:
    attempt, peer = meet(pki_folder, polite(extensions=("DSN",)), ACCENTS)

    assert (attempt.outcome, attempt.status) == (Outcome.REFUSED, "5.6.3")
    assert peer.bodies == []


def test_a_farewell_that_goes_wrong_does_not_send_twice(pki_folder: Path) -> None:
    attempt, _ = meet(pki_folder, polite(quit="500 no"))

    assert attempt.outcome is Outcome.SENT


# S10: bytes are the same after the hop.


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b".\r\n",
        b"..\r\n",
        b".\r\n.\r\n",
        b"a\r\n.\r\n.b\r\n..c\r\n",
        b"\r\n.\r\n\r\n",
        b"." * 998 + b"\r\n",
        (b"." * 70 + b"\r\n") * 3000,
    ],
)
def test_s10_dots_are_the_same_after_the_hop(pki_folder: Path, body: bytes) -> None:
    content = b"Subject: dots\r\n\r\n" + body

    _, peer = meet(pki_folder, polite(), evolve(PARCEL, content=content))

    assert peer.bodies == [content]


LINES = st.lists(
    st.one_of(
        st.sampled_from([b"", b".", b"..", b".a", b"...", b" .", b"QUIT", b"\t"]),
        st.binary(max_size=60).map(lambda some: some.translate(None, b"\r\n\x00")),
    ),
    max_size=30,
)


@given(lines=LINES)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_s10_any_lines_are_the_same_after_the_hop(
    relay: tuple[SmtpOut, Peer], lines: list[bytes]
) -> None:
    out, peer = relay
    content = b"".join(line + b"\r\n" for line in [b"Subject: x", b"", *lines])

    attempt = send(out, evolve(PARCEL, content=content))

    assert attempt.outcome is Outcome.SENT
    assert peer.bodies[-1] == content


@pytest.fixture(scope="module")
def relay(pki_folder: Path) -> Any:
    with running_peer(pki_folder, polite()) as peer:
        yield make_out(pki_folder, peer.port), peer


# To who cannot prove themselves: nothing is sent, not even who it is for.


def nothing_was_sent(peer: Peer) -> bool:
    return not peer.bodies and not any("RCPT" in line for line in peer.heard)


def test_s06_without_starttls_nothing_is_sent_in_clear(pki_folder: Path) -> None:
    def stripped(talk: Talk) -> None:
        talk.say("220 peer")
        talk.hear()
        talk.say("250-peer", "250 8BITMIME")
        talk.hear()

    attempt, peer = meet(pki_folder, stripped)

    assert (attempt.outcome, attempt.status) == (Outcome.DEFERRED, "4.7.4")
    assert peer.heard == ["EHLO smtp.hopital.mssante.test"]


@pytest.mark.parametrize(
    "behind",
    ["250-peer\r\n250 SIZE 1\r\n", "250 injected\r\n", "x", "535 5.7.8 no\r\n" * 50],
)
def test_s07_bytes_behind_the_answer_to_starttls_end_it(
    pki_folder: Path, behind: str
) -> None:
    def injecting(talk: Talk) -> None:
        talk.say("220 peer")
        talk.hear()
        talk.say("250-peer", "250 STARTTLS")
        talk.hear()
        talk.sock.sendall(f"220 go\r\n{behind}".encode())
        talk.secure()
        talk.hear()

    attempt, peer = meet(pki_folder, injecting)

    assert (attempt.outcome, attempt.status) == (Outcome.DEFERRED, "4.7.0")
    assert peer.heard == ["EHLO smtp.hopital.mssante.test", "STARTTLS"]


def test_s07_bytes_that_come_a_little_later_end_it_too(pki_folder: Path) -> None:
    def injecting(talk: Talk) -> None:
        talk.say("220 peer")
        talk.hear()
        talk.say("250-peer", "250 STARTTLS")
        talk.hear()
        talk.say("220 go")
        talk.sock.sendall(b"250-peer\r\n250 AUTH PLAIN\r\n")
        talk.secure()
        talk.hear()

    attempt, peer = meet(pki_folder, injecting)

    assert attempt.outcome is Outcome.DEFERRED
    assert nothing_was_sent(peer)


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        ("bad/expired", "TLS_CERT_EXPIRED"),
        ("bad/not-yet-valid", "TLS_CERT_NOT_YET_VALID"),
        ("bad/unknown-ca", "TLS_UNKNOWN_AUTHORITY"),
        ("bad/self-signed", "TLS_CERT_SELF_SIGNED"),
        ("bad/wrong-usage", "TLS_CERT_WRONG_USAGE"),
        ("bad/revoked", "CERT_REVOKED"),
    ],
)
def test_a_certificate_that_is_not_believed_is_tried_again_later(
    pki_folder: Path, certificate: str, why: str
) -> None:
    attempt, peer = meet(pki_folder, polite(certificate))

    assert (attempt.outcome, attempt.status) == (Outcome.DEFERRED, "4.7.5")
    assert why in attempt.reply
    assert nothing_was_sent(peer)


@pytest.mark.parametrize("certificate", ["bad/not-listed", "gateway"])
def test_a_certificate_listed_for_another_domain_is_refused_for_good(
    pki_folder: Path, certificate: str
) -> None:
    attempt, peer = meet(pki_folder, polite(certificate))

    assert (attempt.outcome, attempt.status) == (Outcome.REFUSED, "5.7.5")
    assert nothing_was_sent(peer)


def test_a_structures_certificate_is_no_servers(pki_folder: Path) -> None:
    attempt, peer = meet(pki_folder, polite("hospital"))

    assert attempt.outcome is not Outcome.SENT
    assert nothing_was_sent(peer)


@pytest.mark.parametrize("domain", ["gmail.test", "peer.mssante.test.evil.test", "x"])
def test_outside_of_the_space_of_trust_nobody_is_even_asked(
    pki_folder: Path, domain: str
) -> None:
    asked: list[str] = []

    def hosts(name: str) -> list[tuple[str, int]]:
        asked.append(name)
        return [("127.0.0.1", 9)]

    attempt = send(
        make_out(pki_folder, hosts=hosts), evolve(PARCEL, recipient=f"a@{domain}")
    )

    assert (attempt.outcome, attempt.status) == (Outcome.REFUSED, "5.7.1")
    assert asked == []


@pytest.mark.parametrize(
    ("check", "outcome"),
    [
        (HostCheck.OFF, Outcome.SENT),
        (HostCheck.WARN, Outcome.SENT),
        (HostCheck.ENFORCE, Outcome.DEFERRED),
    ],
)
def test_a_certificate_of_another_host_counts_as_the_setting_says(
    pki_folder: Path, tmp_path: Path, check: HostCheck, outcome: Outcome
) -> None:
    san = (x509.DNSName("other.mssante.test"),)
    certificate = mint_file(tmp_path / "other", san=san).with_suffix("")
    with running_peer(pki_folder, polite(str(certificate))) as peer:
        out = make_out(
            pki_folder,
            hosts=lambda _: [("localhost", peer.port)],
            host_check=check,
        )
        attempt = send(out)

    assert attempt.outcome is outcome


def test_the_name_in_the_certificate_satisfies_the_check(pki_folder: Path) -> None:
    with running_peer(pki_folder, polite()) as peer:
        out = make_out(
            pki_folder,
            hosts=lambda _: [("localhost", peer.port)],
            host_check=HostCheck.ENFORCE,
        )
        attempt = send(out)

    assert attempt.outcome is Outcome.SENT


# What peers answer.


def answering(at: str, reply: str) -> Manner:
    """Return a server that gives one reply of its own."""
    replies: dict[str, Any] = {at: reply}
    return polite(**replies)


@pytest.mark.parametrize("at", ["mail", "rcpt", "data", "end"])
@pytest.mark.parametrize(
    ("reply", "outcome", "status"),
    [
        ("550 5.1.1 no such user", Outcome.REFUSED, "5.1.1"),
        ("550 no such user", Outcome.REFUSED, "5.0.0"),
        ("554 4.7.1 confused", Outcome.REFUSED, "5.0.0"),
        ("552 5.3.4 too large", Outcome.REFUSED, "5.3.4"),
        ("450 4.2.1 later", Outcome.DEFERRED, "4.2.1"),
        ("451 later", Outcome.DEFERRED, "4.0.0"),
        ("421 4.3.2 closing", Outcome.DEFERRED, "4.3.2"),
    ],
)
def test_5xx_is_for_good_and_4xx_is_not(
    pki_folder: Path, at: str, reply: str, outcome: Outcome, status: str
) -> None:
    attempt, _ = meet(pki_folder, answering(at, reply))

    assert (attempt.outcome, attempt.status) == (outcome, status)
    assert attempt.reply == reply


@pytest.mark.parametrize(
    ("at", "reply", "status"),
    [
        ("greeting", "554 5.3.2 no service", "4.3.2"),
        ("greeting", "421 4.7.0 too many", "4.7.0"),
        ("starttls", "454 4.7.0 not now", "4.7.0"),
        ("starttls", "502 5.5.1 what?", "4.5.1"),
        ("ehlo", "554 5.7.1 This certificate is not entitled to send", "4.7.1"),
    ],
)
def test_a_host_that_will_not_talk_says_nothing_of_the_message(
    pki_folder: Path, at: str, reply: str, status: str
) -> None:
    attempt, peer = meet(pki_folder, answering(at, reply))

    assert (attempt.outcome, attempt.status) == (Outcome.DEFERRED, status)
    assert nothing_was_sent(peer)


def test_a_reply_is_kept_without_addresses_controls_or_end(pki_folder: Path) -> None:
    reply = f"550 5.1.1 <{DOCTOR.upper()}>: \x07no\x1b[31m {SERVICE} " + "x" * 900

    attempt, _ = meet(pki_folder, polite(rcpt=reply))

    assert attempt.reply.startswith("550 5.1.1 <...>: ?no?[31m ... xxx")
    assert len(attempt.reply) <= 400


@pytest.mark.parametrize(
    "manner",
    [
        pytest.param(lambda talk: talk.say("nonsense"), id="no SMTP"),
        pytest.param(lambda talk: talk.sock.sendall(b"\x16\x03\x01\x00"), id="TLS"),
        pytest.param(lambda talk: None, id="closed at once"),
        pytest.param(lambda talk: talk.sock.sendall(b"2" * 100_000), id="endless"),
        pytest.param(
            lambda talk: [talk.say("220 peer"), talk.hear()], id="closed after EHLO"
        ),
    ],
)
def test_a_server_that_is_none_is_tried_again_later(
    pki_folder: Path, manner: Manner
) -> None:
    attempt, _ = meet(pki_folder, manner)

    assert attempt.outcome is Outcome.DEFERRED
    assert attempt.status[:2] == "4."


def test_a_cut_in_the_middle_of_the_message_is_tried_again(pki_folder: Path) -> None:
    def cutting(talk: Talk) -> None:
        talk.say("220 peer")
        talk.hear()
        talk.say("250-peer", "250 STARTTLS")
        talk.hear()
        talk.say("220 go")
        talk.secure()
        talk.hear()
        talk.say("250 peer")
        for _ in range(2):
            talk.hear()
            talk.say("250 OK")
        talk.hear()
        talk.say("354 go on")
        talk.sock.recv(1000)
        talk.sock.close()

    attempt, _ = meet(
        pki_folder, cutting, evolve(PARCEL, content=LETTER + b"x\r\n" * 500_000)
    )

    assert (attempt.outcome, attempt.status) == (Outcome.DEFERRED, "4.4.2")


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_slow_server_does_not_hold_the_worker(pki_folder: Path, after: int) -> None:
    def slow(talk: Talk) -> None:
        for line in ["220 peer", "250-peer\r\n250 STARTTLS"][:after]:
            talk.say(line)
            talk.hear()
        talk.sock.recv(1)  # says nothing more

    begun = time.monotonic()

    attempt, _ = meet(pki_folder, slow, times=evenly(0.5))

    assert (attempt.outcome, attempt.status) == (Outcome.DEFERRED, "4.4.2")
    assert time.monotonic() - begun < 5


def test_replies_drop_by_drop_do_not_hold_it_either(pki_folder: Path) -> None:
    def dripping(talk: Talk) -> None:
        for _ in range(100):
            talk.sock.sendall(b"2")
            time.sleep(0.05)

    begun = time.monotonic()

    attempt, _ = meet(pki_folder, dripping, times=evenly(0.5))

    assert attempt.outcome is Outcome.DEFERRED
    assert time.monotonic() - begun < 10


def test_the_next_host_takes_what_the_first_will_not(pki_folder: Path) -> None:
    with (
        running_peer(pki_folder, polite(greeting="421 closing")) as first,
        running_peer(pki_folder, polite()) as second,
    ):
        attempt = send(make_out(pki_folder, 1, first.port, second.port))

    assert attempt.outcome is Outcome.SENT
    assert len(second.bodies) == 1


def test_a_refusal_for_good_is_not_carried_to_the_next_host(pki_folder: Path) -> None:
    with (
        running_peer(pki_folder, polite(rcpt="550 no")) as first,
        running_peer(pki_folder, polite()) as second,
    ):
        attempt = send(make_out(pki_folder, first.port, second.port))

    assert attempt.outcome is Outcome.REFUSED
    assert second.talks == []


def test_a_dead_first_host_leaves_time_for_the_second(pki_folder: Path) -> None:
    def silent(talk: Talk) -> None:
        talk.sock.recv(1)

    with (
        running_peer(pki_folder, silent) as first,
        running_peer(pki_folder, polite()) as second,
    ):
        attempt = send(make_out(pki_folder, first.port, second.port, times=evenly(1.0)))

    assert attempt.outcome is Outcome.SENT


@pytest.mark.parametrize(
    ("changes"),
    [
        {"recipient": f"{DOCTOR}>\r\nDATA\r\n<x@peer.mssante.test"},
        {"recipient": "a\x00b@peer.mssante.test"},
        {"recipient": f"{DOCTOR}> AUTH=<x"},
        {"reverse_path": f"{SERVICE}> SIZE=1 <x"},
        {"reverse_path": "a\r\nRSET\r\n@hopital.mssante.test"},
        {"envid": "x RET=FULL"},
        {"orcpt": "rfc822;x\r\nDATA"},
        {"notify": "SUCCESS ORCPT=x"},
        {"ret": "é"},
    ],
)
def test_s08_nothing_that_says_more_than_itself_is_ever_written(
    pki_folder: Path, changes: dict[str, Any]
) -> None:
    attempt, peer = meet(pki_folder, polite(), evolve(PARCEL, **changes))

    assert (attempt.outcome, attempt.status) == (Outcome.REFUSED, "5.1.3")
    assert peer.heard == []


@pytest.mark.parametrize(
    ("found", "outcome", "status"),
    [
        (NotFoundError("there is no such domain"), Outcome.REFUSED, "5.1.2"),
        (UnavailableError("the domain was not found"), Outcome.DEFERRED, "4.4.3"),
        ([], Outcome.REFUSED, "5.1.10"),
    ],
)
def test_a_domain_without_a_host_decides(
    pki_folder: Path,
    found: list[tuple[str, int]] | Exception,
    outcome: Outcome,
    status: str,
) -> None:
    def hosts(domain: str) -> list[tuple[str, int]]:
        if isinstance(found, Exception):
            raise found
        return found

    attempt = send(make_out(pki_folder, hosts=hosts))

    assert (attempt.outcome, attempt.status) == (outcome, status)


# To our own door, as another operator sees it.


@pytest.fixture
def node(tmp_path: Path, pki_folder: Path) -> Any:
    with running_node(tmp_path, pki_folder) as running:
        yield running


def from_peer(**changes: Any) -> OutgoingCopy:
    letter = LETTER.replace(b"service@hopital", b"dr.voisin@peer")
    return evolve(
        PARCEL,
        **{"reverse_path": DOCTOR, "recipient": PATIENT, "content": letter, **changes},
    )


def test_our_own_door_takes_what_we_send(node: Node, pki_folder: Path) -> None:
    out = make_out(pki_folder, node.port("smtp"), name="peer")
    parcel = from_peer(
        notify="SUCCESS,FAILURE", orcpt="rfc822;x@y.test", ret="FULL", envid="E1"
    )

    attempt = send(out, parcel)

    ((kept, content),) = node.kept()
    assert attempt.outcome is Outcome.SENT
    assert attempt.told
    assert content == parcel.content
    trace, _ = split_trace(node.stored()[0][1])
    assert b"from smtp.hopital.mssante.test ([127.0.0.1])" in trace
    assert b"with ESMTPS id " + kept.id.encode() in trace
    assert (kept.ret, kept.envid) == ("FULL", "E1")
    (one,) = kept.recipients
    assert (one.recipient.notify, one.recipient.orcpt) == (
        "SUCCESS,FAILURE",
        "rfc822;x@y.test",
    )


def test_our_own_door_takes_a_report(node: Node, pki_folder: Path) -> None:
    out = make_out(pki_folder, node.port("smtp"), name="peer")

    attempt = send(out, from_peer(reverse_path=""))

    assert attempt.outcome is Outcome.SENT
    assert node.kept()[0][0].reverse_path == ""


def test_our_own_door_refuses_an_operator_that_is_not_listed(
    node: Node, pki_folder: Path
) -> None:
    out = make_out(pki_folder, node.port("smtp"), name="bad/not-listed")

    attempt = send(out, from_peer())

    assert (attempt.outcome, attempt.status) == (Outcome.DEFERRED, "4.7.1")
    assert "not entitled" in attempt.reply
    assert node.kept() == []


def test_our_own_door_keeps_a_message_sent_twice_once(
    node: Node, pki_folder: Path
) -> None:
    out = make_out(pki_folder, node.port("smtp"), name="peer")

    attempts = [send(out, from_peer()) for _ in range(2)]

    assert {attempt.outcome for attempt in attempts} == {Outcome.SENT}
    assert len(node.kept()) == 1


@given(st.text())
def test_any_text_becomes_one_line_of_ascii(text: str) -> None:
    assert all(" " <= one <= "~" for one in plain(text))

"""One connection for the messages of a domain: kept, waited for, made anew."""

from __future__ import annotations

import asyncio
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from gateway.clock import utc_now
from gateway.mssante.sending.attempts import Attempt, Outcome, OutgoingCopy
from gateway.mssante.sending.out import SmtpOut
from gateway.mssante.sending.times import SmtpTimes
from gateway.settings.file import OutgoingSettings
from gateway.trust.space import TrustSpace
from tests.builders_settings import make_settings
from tests.mssante.sending.peers_out import Manner, Talk, polite, running_peer
from tests.mssante.sending.test_out import DOCTOR, LETTER, PARCEL, evenly, make_out
from tests.pki import relist

DOMAIN = "peer.mssante.test"
LARGE = evolve(PARCEL, content=LETTER + (b"x" * 70 + b"\r\n") * 150_000)


def send_all(out: SmtpOut, *parcels: OutgoingCopy) -> list[Attempt]:
    """Send them over one line, on a loop of its own in a thread, as workers do."""

    async def run() -> list[Attempt]:
        line = out.line(DOMAIN)
        try:
            return [await line.send(one) for one in parcels]
        finally:
            await line.leave()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: asyncio.run(run())).result(60)


def test_the_copies_of_a_domain_share_one_connection(pki_folder: Path) -> None:
    others = [evolve(PARCEL, recipient=f"dr-{n}@{DOMAIN}") for n in range(3)]
    with running_peer(pki_folder, polite()) as peer:
        attempts = send_all(make_out(pki_folder, peer.port), *others)

    assert [one.outcome for one in attempts] == [Outcome.SENT] * 3
    assert len(peer.talks) == 1
    assert [one for one in peer.heard if "RCPT" in one or "RSET" in one] == [
        f"TLS RCPT TO:<dr-0@{DOMAIN}>",
        "TLS RSET",
        f"TLS RCPT TO:<dr-1@{DOMAIN}>",
        "TLS RSET",
        f"TLS RCPT TO:<dr-2@{DOMAIN}>",
    ]
    assert peer.heard[-1] == "TLS QUIT"


@pytest.mark.parametrize("at", ["mail", "rcpt", "data", "end"])
@pytest.mark.parametrize("reply", ["550 5.1.1 no", "451 4.3.0 later"])
def test_an_answer_to_one_message_is_no_answer_to_the_next(
    pki_folder: Path, at: str, reply: str
) -> None:
    answers: dict[str, Any] = {at: reply}
    with running_peer(pki_folder, polite(**answers)) as peer:
        attempts = send_all(make_out(pki_folder, peer.port), PARCEL, PARCEL)

    assert [one.reply for one in attempts] == [reply, reply]
    assert [one.reached for one in attempts] == [True, True]
    assert len(peer.talks) == 1


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"rset": "421 4.4.2 idle too long"}, id="closing"),
        pytest.param({"rset": "500 what?"}, id="no RSET"),
        pytest.param({"rcpt": "421 4.3.2 closing"}, id="closing at RCPT"),
    ],
)
def test_a_connection_that_does_not_serve_any_more_is_made_anew(
    pki_folder: Path, answers: dict[str, Any]
) -> None:
    with running_peer(pki_folder, polite(**answers)) as peer:
        attempts = send_all(make_out(pki_folder, peer.port), PARCEL, PARCEL)

    assert len({one.outcome for one in attempts}) == 1
    assert len(peer.talks) == 2


def test_a_connection_the_peer_closed_meanwhile_is_made_anew(pki_folder: Path) -> None:
    def once(talk: Talk) -> None:
        talk.sock.settimeout(2)
        manner = polite()
        say = talk.say

        def close_after(*lines: str) -> None:
            say(*lines)
            if lines[0].startswith("250 2.0.0 Kept"):
                raise EOFError

        talk.say = close_after  # type: ignore[method-assign]
        manner(talk)

    with running_peer(pki_folder, once) as peer:
        attempts = send_all(make_out(pki_folder, peer.port), PARCEL, PARCEL)

    assert [one.outcome for one in attempts] == [Outcome.SENT] * 2
    assert len(peer.talks) == 2


def test_a_peer_that_is_no_longer_listed_is_sent_nothing_more(
    pki_folder: Path, tmp_path: Path
) -> None:
    certs = shutil.copytree(pki_folder, tmp_path / "certs")
    trust = TrustSpace(make_settings(certs).trust, utc_now)

    def taking(talk: Talk) -> None:
        polite()(talk)

    async def run(out: SmtpOut) -> list[Attempt]:
        line = out.line(DOMAIN)
        first = await line.send(PARCEL)
        relist(
            certs,
            utc_now() + timedelta(minutes=5),
            peer_mssante_test="CN=another,OU=300000000000099,O=X,C=FR",
        )
        second = await line.send(PARCEL)
        await line.leave()
        return [first, second]

    with running_peer(certs, taking) as peer, ThreadPoolExecutor(1) as threads:
        out = make_out(certs, peer.port, trust=trust)
        first, second = threads.submit(lambda: asyncio.run(run(out))).result(30)

    assert (first.outcome, second.outcome) == (Outcome.SENT, Outcome.REFUSED)
    assert second.status == "5.7.5"
    assert len(peer.bodies) == 1


def slow_at_the_end(seconds: float) -> Manner:
    """Return a peer that takes its time to answer the final dot."""

    def behave(talk: Talk) -> None:
        say = talk.say

        def late(*lines: str) -> None:
            if lines[0].startswith("250 2.0.0 Kept"):
                time.sleep(seconds)
            say(*lines)

        talk.say = late  # type: ignore[method-assign]
        polite()(talk)

    return behave


@pytest.mark.parametrize(
    ("end", "outcome"), [(5.0, Outcome.SENT), (0.5, Outcome.DEFERRED)]
)
def test_the_answer_to_the_final_dot_has_a_wait_of_its_own(
    pki_folder: Path, end: float, outcome: Outcome
) -> None:
    with running_peer(pki_folder, slow_at_the_end(1.5)) as peer:
        times = evolve(evenly(1.0), end=end)
        (attempt,) = send_all(make_out(pki_folder, peer.port, times=times), PARCEL)

    assert attempt.outcome is outcome
    assert attempt.reached


def test_a_large_message_may_take_longer_than_any_one_wait(pki_folder: Path) -> None:
    def slow_reader(talk: Talk) -> None:
        body = talk.body

        def read() -> bytes:
            while not talk._rest.endswith(b"\r\n.\r\n"):
                time.sleep(0.003)
                talk._rest += talk.sock.recv(16_384)
            return body()

        talk.body = read  # type: ignore[method-assign]
        polite()(talk)

    with running_peer(pki_folder, slow_reader) as peer:
        times = evolve(evenly(1.0), transfer=60.0, end=30.0)
        (attempt,) = send_all(make_out(pki_folder, peer.port, times=times), LARGE)

    assert attempt.outcome is Outcome.SENT
    assert peer.bodies == [LARGE.content]


@pytest.mark.parametrize("limit", ["block", "transfer"])
def test_a_peer_that_takes_nothing_of_a_message_is_left(
    pki_folder: Path, limit: str
) -> None:
    def deaf(talk: Talk) -> None:
        def read() -> bytes:
            time.sleep(3)
            return b""

        talk.body = read  # type: ignore[method-assign]
        polite()(talk)

    times = evolve(evenly(10.0), **{limit: 0.3})
    with running_peer(pki_folder, deaf) as peer:
        begun = time.monotonic()
        (attempt,) = send_all(make_out(pki_folder, peer.port, times=times), LARGE)
        took = time.monotonic() - begun

    assert (attempt.outcome, attempt.status) == (Outcome.DEFERRED, "4.4.2")
    assert took < 3


def test_an_answer_before_the_end_of_the_message_is_heard(pki_folder: Path) -> None:
    def early(talk: Talk) -> None:
        def refuse() -> bytes:
            talk.say("552 5.3.4 too large")
            while not talk._rest.endswith(b"\r\n.\r\n"):
                talk._rest += talk.sock.recv(1_000_000)
            return b""

        talk.body = refuse  # type: ignore[method-assign]
        polite(end="250 2.0.0 after all")(talk)

    with running_peer(pki_folder, early) as peer:
        (attempt,) = send_all(make_out(pki_folder, peer.port), LARGE)

    assert (attempt.outcome, attempt.reply) == (Outcome.REFUSED, "552 5.3.4 too large")


def test_a_host_that_cannot_be_reached_is_so_for_every_message(
    pki_folder: Path,
) -> None:
    (attempt,) = send_all(make_out(pki_folder, 1), PARCEL)

    assert (attempt.outcome, attempt.reached) == (Outcome.DEFERRED, False)


@pytest.mark.parametrize("recipient", [DOCTOR])
def test_a_message_that_breaks_the_connection_breaks_no_other(
    pki_folder: Path, recipient: str
) -> None:
    def poisoned(talk: Talk) -> None:
        body = talk.body

        def read() -> bytes:
            content = body()
            if b"poison" in content:
                raise EOFError
            return content

        talk.body = read  # type: ignore[method-assign]
        polite()(talk)

    poison = evolve(PARCEL, recipient=recipient, content=LETTER + b"poison\r\n")
    with running_peer(pki_folder, poisoned) as peer:
        attempts = send_all(make_out(pki_folder, peer.port), poison, PARCEL)

    assert [one.outcome for one in attempts] == [Outcome.DEFERRED, Outcome.SENT]
    assert attempts[0].reached


def test_the_waits_are_those_of_the_standard_and_of_the_settings() -> None:
    assert SmtpTimes.from_settings(OutgoingSettings()) == SmtpTimes(
        command=300.0, data=120.0, block=180.0, transfer=3600.0, end=600.0
    )
    changed = OutgoingSettings(
        command_seconds=1,
        data_seconds=2,
        block_seconds=3,
        transfer_seconds=4,
        end_seconds=5,
    )
    assert SmtpTimes.from_settings(changed) == SmtpTimes(
        command=1, data=2, block=3, transfer=4, end=5
    )

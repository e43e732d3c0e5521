"""Relaying with real peers: one that hangs, or is slow, costs the others nothing."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.clock import utc_now
from gateway.mssante.sending.out import SmtpOut
from gateway.mssante.sending.relaying import Relaying
from gateway.node.relay_line import RelayLine
from gateway.settings.file import OutgoingSettings, TaskSettings
from gateway.store.arrivals.deliveries import Deliveries
from gateway.store.base.writer import Writer
from gateway.store.tasks.tasks import TaskKind, TaskRow
from gateway.trust.space import TrustSpace
from tests.builders_database import new_sqlite
from tests.builders_settings import make_settings
from tests.mssante.post import WAITS, Post, mail
from tests.mssante.sending.peers_out import Manner, Peer, Talk, polite, running_peer
from tests.mssante.sending.test_out import evenly, make_out
from tests.mssante.sending.test_peer_line import slow_at_the_end
from tests.pki import PEER_NAME, relist

SECONDS = 30.0
GOOD = [f"good-{n}.mssante.test" for n in range(3)]
HANGING = "hanging.mssante.test"


def silent(talk: Talk) -> None:
    """Accept, and never say a word."""
    talk.sock.recv(1)


def hanging_after(*said: str) -> Manner:
    """Return a peer that stops in the middle of the talk."""

    def behave(talk: Talk) -> None:
        for line in said:
            talk.say(line)
            talk.hear()
        talk.sock.recv(1)

    return behave


@define
class Relay:
    """A queue of copies, the peers they are for, and workers to be started."""

    post: Post
    certs: Path
    ports: dict[str, int] = field(factory=dict)
    lines: list[tuple[RelayLine, threading.Thread]] = field(factory=list)
    writers: list[Writer] = field(factory=list)

    def out(self, **changes: Any) -> SmtpOut:
        trust = TrustSpace(make_settings(self.certs).trust, utc_now)
        values: dict[str, Any] = {
            "trust": trust,
            "hosts": lambda domain: [("127.0.0.1", self.ports[domain])],
            "times": evenly(20.0),
        }
        return make_out(self.certs, **{**values, **changes})

    def queue(self, *addresses: str) -> None:
        """Queue a message for each address, in that order."""
        for number, address in enumerate(addresses):
            content = mail(message_id=f"{number}-{address}")
            arrival_id = self.post.keep(
                content, self.post.remote(address), message_id=f"{number}"
            )
            self.post.decide(arrival_id)
        self.post.work(TaskKind.DELIVER)

    def start(
        self, tasks: TaskSettings | None = None, /, owner: str = "me", **outgoing: Any
    ) -> RelayLine:
        writer = Writer(self.post.database)
        writer.start()
        self.writers.append(writer)
        line = RelayLine(
            database=self.post.database,
            writer=writer,
            steps={
                TaskKind.RELAY: Relaying(
                    self.post.database, outgoing.pop("out", None) or self.out(), WAITS
                )
            },
            settings=tasks or TaskSettings(workers=0),
            outgoing=OutgoingSettings(**{"keep_seconds": 0.0, **outgoing}),
            kinds=(TaskKind.RELAY,),
            owner=owner,
            stopping=threading.Event(),
            concern=lambda *_: None,
        )
        thread = threading.Thread(target=line.run)
        thread.start()
        self.lines.append((line, thread))
        return line

    def stop(self) -> None:
        for line, _ in self.lines:
            line.stopping.set()
        for _, thread in self.lines:
            thread.join(SECONDS)
            assert not thread.is_alive()
        for writer in self.writers:
            writer.stop()
        self.lines.clear()
        self.writers.clear()

    def left(self) -> list[TaskRow]:
        with self.post.database.read() as work:
            return [
                one for one in work.tasks.listed() if one.kind == TaskKind.RELAY.value
            ]

    def domains_left(self) -> list[str]:
        left = self.left()
        with self.post.database.read() as work:
            found = Deliveries(work).domains([one.subject for one in left])
        return sorted(found.values())


def soon(enough: Callable[[], bool], seconds: float = SECONDS) -> bool:
    """Wait until it is so; tell whether it became so."""
    until = time.monotonic() + seconds
    while not enough() and time.monotonic() < until:
        time.sleep(0.02)
    return enough()


@contextmanager
def relaying(
    folder: Path, pki_folder: Path, peers: dict[str, Manner]
) -> Iterator[tuple[Relay, dict[str, Peer]]]:
    """Open a new database, and start the peers; stop all at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    certs = shutil.copytree(pki_folder, folder / "certs")
    names = {domain.replace(".", "_"): PEER_NAME for domain in peers}
    relist(certs, utc_now() + timedelta(minutes=1), **names)
    database = new_sqlite(folder, utc_now)
    clock: Any = utc_now
    with ExitStack() as stack:
        stack.callback(database.close)
        post = Post.open(database, clock)
        post.steps.pop(TaskKind.RELAY)
        relay = Relay(post, certs)
        found = {}
        for domain, manner in peers.items():
            found[domain] = stack.enter_context(running_peer(certs, manner))
            relay.ports[domain] = found[domain].port
        stack.callback(relay.stop)
        yield relay, found


@given(
    hanging=st.integers(8, 20),
    good=st.lists(st.sampled_from(GOOD), min_size=1, max_size=8),
    said=st.sampled_from(
        [(), ("220 peer",), ("220 peer", "250-peer\r\n250 STARTTLS", "220 go")]
    ),
    limit=st.sampled_from([1, 2]),
    batch=st.sampled_from([1, 4, 32]),
)
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_peer_that_hangs_holds_up_its_own_messages_alone(
    tmp_path_factory: pytest.TempPathFactory,
    pki_folder: Path,
    hanging: int,
    good: list[str],
    said: tuple[str, ...],
    limit: int,
    batch: int,
) -> None:
    folder = tmp_path_factory.mktemp("relay")
    peers: dict[str, Manner] = {one: polite() for one in GOOD}
    peers[HANGING] = hanging_after(*said)
    with relaying(folder, pki_folder, peers) as (relay, found):
        relay.queue(
            *(f"dr-{n}@{HANGING}" for n in range(hanging)),
            *(f"dr-{n}@{domain}" for n, domain in enumerate(good)),
        )

        relay.start(
            TaskSettings(workers=0, batch=batch),
            connections=4,
            connections_per_domain=limit,
        )

        assert soon(lambda: relay.domains_left() == [HANGING] * hanging, 15)
        assert sum(len(found[one].bodies) for one in GOOD) == len(good)
        relay.stop()
        assert [one.lease_owner for one in relay.left()] == [""] * hanging
        assert [one.attempts for one in relay.left()] == [0] * hanging


def test_messages_that_come_later_pass_by_a_peer_that_hangs(
    tmp_path: Path, pki_folder: Path
) -> None:
    peers = {HANGING: silent, GOOD[0]: polite()}
    with relaying(tmp_path / "r", pki_folder, peers) as (relay, found):
        relay.queue(*(f"dr-{n}@{HANGING}" for n in range(12)))
        relay.start(connections=3, connections_per_domain=2)
        assert soon(lambda: len(found[HANGING].talks) > 0)

        for number in range(3):
            relay.queue(f"dr@{GOOD[0]}")
            assert soon(lambda: relay.domains_left() == [HANGING] * 12, 10)
            assert len(found[GOOD[0]].bodies) == number + 1


def test_once_a_peer_cannot_be_reached_the_copies_behind_are_not_tried(
    tmp_path: Path, pki_folder: Path
) -> None:
    with relaying(tmp_path / "r", pki_folder, {HANGING: silent}) as (relay, found):
        relay.queue(*(f"dr-{n}@{HANGING}" for n in range(10)))

        relay.start(connections_per_domain=1, out=relay.out(times=evenly(1.0)))

        def all_later() -> bool:
            subjects = [one.subject for one in relay.left()]
            with relay.post.database.read() as work:
                tried = [Deliveries(work).get(one) for one in subjects]
            return all(one is not None and one.attempts == 1 for one in tried)

        assert soon(all_later, 15)
        assert len(found[HANGING].talks) == 1


def test_the_messages_of_a_domain_leave_over_one_connection(
    tmp_path: Path, pki_folder: Path
) -> None:
    with relaying(tmp_path / "r", pki_folder, {GOOD[0]: polite()}) as (relay, found):
        relay.queue(*(f"dr-{n}@{GOOD[0]}" for n in range(5)))
        relay.start(keep_seconds=SECONDS)
        assert soon(lambda: relay.left() == [])
        relay.queue(f"dr-5@{GOOD[0]}")  # while the connection waits for more
        assert soon(lambda: len(found[GOOD[0]].bodies) == 6)
        relay.stop()

    assert len(found[GOOD[0]].talks) == 1


@pytest.mark.parametrize(("most", "talks"), [(3, 2), (6, 1)])
def test_a_connection_is_made_anew_after_so_many_messages(
    tmp_path: Path, pki_folder: Path, most: int, talks: int
) -> None:
    with relaying(tmp_path / "r", pki_folder, {GOOD[0]: polite()}) as (relay, found):
        relay.queue(*(f"dr-{n}@{GOOD[0]}" for n in range(6)))

        relay.start(
            TaskSettings(workers=0, batch=3),
            messages_per_connection=most,
            connections_per_domain=1,
            keep_seconds=1.0,
        )

        assert soon(lambda: relay.left() == [])
        relay.stop()
    assert len(found[GOOD[0]].talks) == talks


def test_a_slow_answer_to_the_final_dot_brings_no_second_copy(
    tmp_path: Path, pki_folder: Path
) -> None:
    slow = slow_at_the_end(4.0)
    lease = TaskSettings(workers=0, lease_seconds=1.0)
    with relaying(tmp_path / "r", pki_folder, {GOOD[0]: slow}) as (relay, found):
        relay.queue(f"dr@{GOOD[0]}")

        relay.start(lease, owner="one")
        assert soon(lambda: len(found[GOOD[0]].bodies) == 1)
        relay.start(lease, owner="two")

        assert soon(lambda: relay.left() == [])
        relay.stop()
    assert len(found[GOOD[0]].bodies) == 1


@pytest.mark.parametrize(
    ("seconds", "state"), [(2.0, "sent"), (15.0, "pending")], ids=["soon", "late"]
)
def test_who_has_all_of_a_message_is_waited_for_a_moment_when_we_stop(
    tmp_path: Path, pki_folder: Path, seconds: float, state: str
) -> None:
    slow = slow_at_the_end(seconds)
    with relaying(tmp_path / "r", pki_folder, {GOOD[0]: slow}) as (relay, found):
        relay.queue(f"dr@{GOOD[0]}")
        (task,) = relay.left()
        line = relay.start()
        assert soon(lambda: len(found[GOOD[0]].bodies) == 1)
        begun = time.monotonic()
        line.stopping.set()
        relay.stop()

        assert time.monotonic() - begun < 7
        with relay.post.database.read() as work:
            copy = Deliveries(work).get(task.subject)
        assert copy is not None
        assert copy.state == state


def test_what_cannot_be_looked_up_goes_one_by_one(
    tmp_path: Path, pki_folder: Path
) -> None:
    with relaying(tmp_path / "r", pki_folder, {GOOD[0]: polite()}) as (relay, _):
        with relay.post.database.write() as work:
            work.tasks.add(TaskKind.RELAY, "no-such-copy")
        relay.queue(f"dr@{GOOD[0]}")

        relay.start()

        assert soon(lambda: [one.state for one in relay.left()] == ["dead"])

"""The connection under a session: when it reads, what it waits for, how it ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from gateway.mssante.imap.connection import ImapConnection
from gateway.mssante.imap.syntax import Reader
from gateway.settings.doors import ImapSettings

HALF_AN_HOUR = 1800.0


class Owner:
    """Runs a few commands of its own: WAIT, ASK, FAIL, LONG; others at once."""

    def __init__(self, connection: ImapConnection) -> None:
        self.connection = connection
        self.ran: list[bytes] = []
        self.told: list[str] = []
        self.waiting: Deferred[None] = Deferred()

    def connected(self) -> None:
        self.connection.untagged(b"OK hello")

    async def handshake_done(self) -> None:
        self.told.append("handshake")
        await self.waiting

    async def run(self, tag: bytes, name: bytes, reader: Reader) -> None:
        self.ran.append(name + reader.take_rest())
        match name:
            case b"WAIT":
                await self.waiting
            case b"ASK":
                self.connection.go_on(b"more")
                self.ran.append(await self.connection.next_line())
            case b"FAIL":
                raise RuntimeError("a defect")
            case b"LONG":
                await self.connection.stream(self._long())
            case _:
                pass
        if not self.connection.closed:
            self.connection.complete(tag, b"OK", name)

    async def _long(self) -> AsyncGenerator[list[bytes]]:
        yield [b"* first\r\n"]
        await self.waiting
        yield [b"* second\r\n"]
        yield [b"* third\r\n"]

    def literal_limit(self, parts: list[bytes], usual: int) -> int | None:
        return usual

    async def refuse_literal(self, parts: list[bytes], size: int) -> bytes | None:
        return b"NO not that one" if parts[0].startswith(b"t NO") else None

    def upload_ended(self) -> None:
        self.told.append("ended")

    def lost(self, why: BaseException | None) -> None:
        self.told.append("lost")


class Peer:
    """A connection, its owner, and a client that reads and writes by hand."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.transport = StringTransport(lenient=True)
        owners: list[Owner] = []

        def make_owner(connection: ImapConnection) -> Owner:
            owners.append(Owner(connection))
            return owners[0]

        self.connection = ImapConnection(ImapSettings(), self.clock, make_owner)
        [self.owner] = owners
        self.connection.makeConnection(self.transport)
        assert self.read() == [b"* OK hello"]

    def send(self, content: bytes) -> None:
        self.connection.dataReceived(content)

    def read(self) -> list[bytes]:
        written: bytes = self.transport.value()
        self.transport.clear()
        return written.split(b"\r\n")[:-1]

    @property
    def writer(self) -> IPushProducer:
        """What writes a long answer, as the transport knows it."""
        assert self.transport.producer is not None
        writer: IPushProducer = self.transport.producer
        return writer

    @property
    def is_read(self) -> bool:
        return self.transport.producerState == "producing"

    def leave(self) -> None:
        self.connection.connectionLost(Failure(ConnectionDone()))


@pytest.fixture
def peer() -> Peer:
    return Peer()


def test_what_is_sent_ahead_waits_for_the_command_before(peer: Peer) -> None:
    peer.send(b"a WAIT\r\nb NOOP\r\nc NO")

    assert (peer.owner.ran, peer.is_read, peer.read()) == ([b"WAIT"], False, [])

    peer.owner.waiting.callback(None)
    peer.send(b"OP\r\n")

    assert peer.read() == [b"a OK WAIT", b"b OK NOOP", b"c OK NOOP"]
    assert peer.is_read


def test_nothing_is_read_before_the_certificate_is_judged(peer: Peer) -> None:
    peer.connection.handshakeCompleted()
    peer.send(b"a NOOP\r\n")

    assert (peer.owner.told, peer.owner.ran, peer.is_read) == (["handshake"], [], False)

    peer.owner.waiting.callback(None)

    assert peer.read() == [b"a OK NOOP"]


def test_silence_between_commands_ends_the_connection(peer: Peer) -> None:
    peer.send(b"a NOOP\r\n")
    peer.clock.advance(HALF_AN_HOUR - 1)
    peer.send(b"b NOOP\r\n")
    peer.clock.advance(HALF_AN_HOUR - 1)
    assert peer.read() == [b"a OK NOOP", b"b OK NOOP"]

    peer.clock.advance(2)

    assert peer.read() == [b"* BYE too long without a command"]
    assert peer.transport.disconnecting


def test_no_clock_runs_while_a_command_does(peer: Peer) -> None:
    peer.send(b"a WAIT\r\n")

    peer.clock.advance(10 * HALF_AN_HOUR)

    assert not peer.connection.closed


def test_a_command_that_asks_for_a_line_waits_for_it_as_long(peer: Peer) -> None:
    peer.send(b"a ASK\r\n")
    peer.clock.advance(HALF_AN_HOUR - 1)
    peer.send(b"this\r\nb NOOP\r\n")

    assert peer.read() == [b"+ more", b"a OK ASK", b"b OK NOOP"]
    assert peer.owner.ran == [b"ASK", b"this", b"NOOP"]

    peer.send(b"c ASK\r\n")
    peer.clock.advance(HALF_AN_HOUR + 1)

    assert peer.read() == [b"+ more", b"* BYE too long without a command"]


def test_a_literal_that_does_not_come_ends_the_connection(peer: Peer) -> None:
    peer.send(b"a NOOP {5}\r\n")
    for _ in range(14):
        peer.clock.advance(60)
        peer.send(b"")
    assert peer.read() == [b"+ OK"]

    peer.clock.advance(61)

    assert peer.read() == [b"* BYE upload too slow"]


def test_a_literal_that_came_has_no_deadline_any_more(peer: Peer) -> None:
    peer.send(b"a NOOP {5}\r\n")
    peer.send(b"hel")
    peer.send(b"lo\r\n")

    peer.clock.advance(HALF_AN_HOUR - 1)

    assert peer.read() == [b"+ OK", b"a OK NOOP"]
    assert not peer.connection.closed


def test_a_literal_that_is_refused_is_not_read(peer: Peer) -> None:
    peer.send(b"t NO {5}\r\nu NOOP\r\n")

    assert peer.read() == [b"t NO not that one", b"u OK NOOP"]


def test_what_a_literal_was_let_come_for_ends_with_its_command(peer: Peer) -> None:
    peer.send(b"a NOOP {2+}\r\nhi\r\nb FAIL\r\n")

    assert peer.owner.told == ["ended", "ended"]


def test_a_defect_of_the_owner_ends_the_connection_with_a_word(peer: Peer) -> None:
    peer.send(b"a FAIL\r\nb NOOP\r\n")

    assert peer.read() == [b"* BYE [SERVERBUG] internal error"]
    assert peer.owner.ran == [b"FAIL"]


def test_a_peer_that_never_ends_is_cut_off(peer: Peer) -> None:
    peer.connection.bye(b"enough")
    peer.send(b"a NOOP\r\n")
    assert (peer.read(), peer.owner.ran) == ([b"* BYE enough"], [])
    assert not peer.transport.disconnected

    peer.clock.advance(11)

    assert peer.transport.disconnected


def test_a_client_that_goes_during_a_command_leaves_nothing_behind(peer: Peer) -> None:
    peer.send(b"a ASK\r\n")

    peer.leave()

    assert peer.connection.closed
    assert peer.owner.told == ["ended", "lost"]
    assert peer.clock.getDelayedCalls() == []


def test_a_long_answer_waits_for_the_client_that_reads(peer: Peer) -> None:
    peer.send(b"a LONG\r\n")
    peer.writer.pauseProducing()
    peer.owner.waiting.callback(None)
    assert peer.read() == [b"* first", b"* second"]

    peer.writer.resumeProducing()

    assert peer.read() == [b"* third", b"a OK LONG"]
    assert peer.transport.producer is None


def test_a_client_that_reads_nothing_is_given_up(peer: Peer) -> None:
    peer.send(b"a LONG\r\n")
    peer.writer.pauseProducing()
    peer.owner.waiting.callback(None)

    peer.clock.advance(121)

    assert peer.transport.disconnected
    assert peer.read() == [b"* first", b"* second"]


def test_what_came_behind_a_command_can_be_told_and_dropped(peer: Peer) -> None:
    peer.send(b"a WAIT\r\nb NOOP\r\n")

    assert peer.connection.forget_unread()
    assert not peer.connection.forget_unread()

    peer.owner.waiting.callback(None)
    assert peer.owner.ran == [b"WAIT"]

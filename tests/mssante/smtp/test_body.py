"""The end of a body: one sequence ends it, whatever the cuts and the look-alikes.

Attacks S01, S02, S11, S17 and T09.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mssante.smtp import replies
from gateway.mssante.smtp.body import (
    Body,
    BodyLimits,
    BodyLostError,
    find_fault,
    has_long_line,
    read_body,
)
from gateway.mssante.smtp.limits import Lease, Memory
from tests.mssante.smtp.doors import DOCTOR, PEER, Node, running_node

LIMITS = BodyLimits(max_bytes=10_000, max_line_bytes=1000)

APART = ThreadPoolExecutor(1)
"""Where the tests run a loop of their own: the reactor's has their thread."""

LOOK_ALIKES = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\n.\r",
    b"\r.\n",
    b"\n\n.\n\n",
    b"\r\r.\r\r",
    b"\r\n.\r\r\n",
    b"\n.\r\r\n",
    b"\r\n\x00.\r\n",
    b"\r\n.\x00\r\n",
    b"\r\x00\n.\r\n",
    b"\r\n.\r\x00\n",
    b"\r\n.\n\r\n",
]
"""Seventeen sequences that some program has taken for the end (SMTP smuggling)."""

SMUGGLED = (
    b"MAIL FROM:<evil@peer.mssante.test>\r\n"
    b"RCPT TO:<dr.demo@hopital.mssante.test>\r\nDATA\r\n"
)


def one_segment(content: bytes) -> Iterator[bytes]:
    yield content


def bytewise(content: bytes) -> Iterator[bytes]:
    for at in range(len(content)):
        yield content[at : at + 1]


def split_inside(content: bytes) -> Iterator[bytes]:
    """Cut before and after every CR, LF, NUL and dot."""
    yield from (piece for piece in re.split(rb"([\r\n\x00.])", content) if piece)


SEGMENTATIONS = [one_segment, bytewise, split_inside]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, pki_folder: Path) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("node"), pki_folder) as running:
        yield running


@pytest.mark.parametrize("segments", SEGMENTATIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("end", LOOK_ALIKES, ids=repr)
def test_no_look_alike_ends_a_body(
    node: Node, end: bytes, segments: Callable[[bytes], Iterator[bytes]]
) -> None:
    client = node.session("smtp", "peer")
    client.envelope(PEER, DOCTOR)
    head = f"From: {PEER}\r\n\r\n".encode()

    for segment in segments(head + b"x" + end + SMUGGLED + b"\r\n"):
        client.send(segment)
    client.send(b".\r\n")

    reply = client.expect("554 5.6.0")
    assert "bare" in reply or "NUL" in reply
    client.ask("NOOP", "250 2.0.0 OK")
    client.ask("QUIT", "221")
    assert node.kept() == []


def read(segments: Iterable[bytes], limits: BodyLimits = LIMITS) -> tuple[Body, bytes]:
    """Read a body from segments; return it, and what is left in the reader."""

    async def run() -> tuple[Body, bytes]:
        reader = asyncio.StreamReader(limit=100)
        waiting = asyncio.ensure_future(read_body(reader, limits, lease))
        for segment in segments:
            if segment:
                reader.feed_data(segment)
                await asyncio.sleep(0)
        reader.feed_eof()
        body = await waiting
        return body, await reader.read()

    memory = Memory(10 * limits.max_bytes)
    lease = Lease(memory)
    try:
        return APART.submit(asyncio.run, run()).result()
    finally:
        lease.end()
        assert memory.taken == 0


@pytest.mark.parametrize(("most", "fits"), [(2_000, True), (1_999, False)])
def test_a_body_that_comes_in_one_piece_takes_its_share_of_the_memory(
    most: int, fits: bool
) -> None:
    content = (b"x" * 98 + b"\r\n") * 20
    memory = Memory(most)

    async def run() -> tuple[Body, bytes, int]:
        reader = asyncio.StreamReader(limit=100)
        reader.feed_data(content + b".\r\nNOOP\r\n")
        reader.feed_eof()
        body = await read_body(reader, LIMITS, Lease(memory))
        return body, await reader.read(), memory.taken

    body, rest, taken = APART.submit(asyncio.run, run()).result()

    assert rest == b"NOOP\r\n"
    if fits:
        assert (body, taken) == (Body(content), 2_000)
    else:
        assert (body, taken) == (Body(b"", replies.STORAGE_FULL), 0)


line = st.binary(max_size=60).map(
    lambda text: bytes(byte for byte in text if byte not in b"\r\n\x00")
)
dotted = st.builds(lambda dots, text: b"." * dots + text, st.integers(0, 3), line)


def cut(content: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({at % (len(content) + 1) for at in cuts} | {0, len(content)})
    return [content[a:b] for a, b in zip(places, places[1:], strict=False)]


@given(lines=st.lists(dotted), cuts=st.lists(st.integers(0, 10_000)), rest=line)
def test_any_cut_gives_the_same_body_and_leaves_what_follows(
    lines: list[bytes], cuts: list[int], rest: bytes
) -> None:
    content = b"".join(one + b"\r\n" for one in lines)
    stuffed = b"".join(
        (b"." + one if one.startswith(b".") else one) + b"\r\n" for one in lines
    )
    after = rest + b"\r\n"

    body, left = read(cut(stuffed + b".\r\n" + after, cuts))

    assert body == Body(content)
    assert left == after


@given(content=st.binary(max_size=300), cuts=st.lists(st.integers(0, 1000)))
def test_any_bytes_are_a_body_or_a_fault_and_never_more(
    content: bytes, cuts: list[int]
) -> None:
    whole = content + b"\r\n.\r\n"

    body, left = read(cut(whole, cuts))

    end = (b"\r\n" + whole).index(b"\r\n.\r\n") + 3
    assert left == whole[end:]
    if body.fault is None:
        assert b"\x00" not in body.content
        assert body.content.count(b"\r") == body.content.count(b"\r\n")
        assert body.content.count(b"\n") == body.content.count(b"\r\n")


def test_a_message_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    lines = (b"x" * 98 + b"\r\n") * 100

    assert read([lines + b".\r\n"])[0] == Body(lines)
    assert read([b"x" + lines + b".\r\n"])[0] == Body(b"", replies.TOO_LARGE)


def test_stuffing_does_not_count_as_size() -> None:
    lines = b".\r\n" * 3333

    assert read([lines.replace(b".", b"..") + b".\r\n"])[0] == Body(lines)


def test_a_line_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    longest = b"." + b"x" * 997 + b"\r\n"

    assert read([b"." + longest + b".\r\n"])[0] == Body(longest)
    too_long = read([b".x" + longest + b".\r\n"])[0]
    assert too_long == Body(b"", replies.BODY_LINE_TOO_LONG)


def test_bytes_beyond_the_limit_are_let_go_until_the_end() -> None:
    body, left = read([b"y" * 700 + b"\r\n"] * 30 + [b".\r\nNOOP\r\n"])

    assert body == Body(b"", replies.TOO_LARGE)
    assert left == b"NOOP\r\n"


def test_a_body_without_end_is_left_at_twice_the_limit() -> None:
    with pytest.raises(BodyLostError):
        read([b"y" * 1000] * 60)


def test_a_body_larger_than_declared_is_refused() -> None:
    declared = BodyLimits(max_bytes=10_000, max_line_bytes=1000, declared=1000)
    lines = b"x" * 78 + b"\r\n"

    assert read([lines * 20 + b".\r\n"], declared)[0].fault is None
    assert read([lines * 30 + b".\r\n"], declared)[0].fault is replies.TOO_LARGE


def test_a_peer_that_closes_before_the_end_leaves_nothing() -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        read([b"From: a@b.test\r\n\r\nhalf\r\n."])


@given(lines=st.lists(st.integers(0, 30)), most=st.integers(3, 25))
def test_long_lines_are_found_as_a_plain_reading_finds_them(
    lines: list[int], most: int
) -> None:
    content = b"".join(b"x" * length + b"\r\n" for length in lines)

    assert has_long_line(content, most) == any(length + 2 > most for length in lines)


@given(text=st.text("\r\nx.\x00"), before=st.integers(256 * 1024 - 3, 256 * 1024))
def test_faults_are_found_as_a_plain_counting_finds_them(
    text: str, before: int
) -> None:
    content = b"y" * before + text.encode()  # wherever one looks piece by piece
    pairs = content.count(b"\r\n")
    expected = None
    if b"\x00" in content:
        expected = replies.NUL_FOUND
    if content.count(b"\r") > pairs:
        expected = replies.BARE_CR
    if content.count(b"\n") > pairs:
        expected = replies.BARE_LF

    assert find_fault(content) is expected


@given(
    dots=st.lists(st.sampled_from([b".", b"a.", b"\r.", b"\n.", b"\r\n\r", b".."])),
    repeated=st.sampled_from([0, 62, 63, 64, 65, 1000]),
    cuts=st.lists(st.integers(0, 5000)),
)
def test_a_body_with_more_dots_than_are_looked_at_singly_ends_where_it_ends(
    dots: list[bytes], repeated: int, cuts: list[int]
) -> None:
    whole = b"".join(dots) + b"x." * repeated + b"\r\n.y\r\n.\r\n"

    limits = BodyLimits(max_bytes=10_000, max_line_bytes=5000)

    body, left = read(cut(whole + b"NOOP\r\n", cuts), limits)

    end = (b"\r\n" + whole).index(b"\r\n.\r\n") + 3
    assert left == whole[end:] + b"NOOP\r\n"
    if not dots:
        assert body == Body(b"x." * repeated + b"\r\ny\r\n")

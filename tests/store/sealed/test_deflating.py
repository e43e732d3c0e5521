"""Deflated bytes: what was deflated comes back, and nothing larger ever does."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UnavailableError
from gateway.store.sealed.deflating import deflate, inflate, pack, unpacked


@given(st.binary(max_size=3000))
def test_what_was_deflated_comes_back(content: bytes) -> None:
    assert inflate(deflate(content), len(content)) == content


@given(st.binary(min_size=1, max_size=3000), st.integers(-3000, 3000))
def test_another_size_than_is_known_is_refused(content: bytes, wrong: int) -> None:
    size = max(0, len(content) + wrong)
    if size == len(content):
        return

    with pytest.raises(UnavailableError):
        inflate(deflate(content), size)


def test_a_bomb_gives_no_more_than_is_known_of_it() -> None:
    bomb = deflate(bytes(50_000_000))

    tracemalloc.start()
    try:
        with pytest.raises(UnavailableError):
            inflate(bomb, 1000)
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=200))
def test_bytes_that_are_no_stream_are_refused(content: bytes) -> None:
    try:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        found = stream.decompress(content)
        if stream.eof and not stream.unused_data and len(found) == 5:
            return
    except zlib.error:
        pass

    with pytest.raises(UnavailableError):
        inflate(content, 5)


def test_a_stream_with_bytes_behind_it_is_refused() -> None:
    with pytest.raises(UnavailableError):
        inflate(deflate(b"hello") + b"x", 5)


@given(st.binary(max_size=3000))
def test_a_text_that_was_packed_comes_back(text: bytes) -> None:
    assert unpacked(pack(text)) == text


def test_a_text_of_before_is_no_packed_one() -> None:
    assert unpacked(b'{"title":"Lettre"}') == b'{"title":"Lettre"}'


def test_a_packed_text_that_was_cut_or_goes_on_is_refused() -> None:
    packed = pack(b'{"title":"Lettre de liaison"}')

    for wrong in (packed[:-1], packed[:1], packed + b"x", b"\x00\xff\xff"):
        with pytest.raises(UnavailableError):
            unpacked(wrong)


def test_a_packed_bomb_is_refused_before_it_is_large() -> None:
    bomb = pack(bytes(50_000_000))

    tracemalloc.start()
    try:
        with pytest.raises(UnavailableError):
            unpacked(bomb)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()

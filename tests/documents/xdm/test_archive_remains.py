"""What a ZIP that is refused still gives, to be looked at within limits (Z01, Z03)."""

from __future__ import annotations

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents.xdm.archive import ArchiveLimits
from gateway.documents.xdm.archive_remains import Remains, read_remains
from tests.zips import Part, deflate, make_zip, streamed

ONE, TWO = Part(name=b"A", content=b"one" * 50), Part(name=b"B", content=b"two")


def test_every_file_is_found_whatever_the_directory_says() -> None:
    whole = make_zip([ONE, evolve(TWO, method=0)])
    expected = Remains((ONE.content, TWO.content), whole=True)

    assert read_remains(whole) == expected
    assert read_remains(whole[: whole.rindex(b"PK\x01\x02")]) == expected
    assert read_remains(make_zip([ONE, TWO], prefix=b"MZ", count=1)) == expected
    assert read_remains(make_zip([ONE, TWO], directory_order=[1, 0])) == expected


def test_a_file_whose_sizes_come_later_is_read() -> None:
    assert read_remains(make_zip([streamed(ONE)])).files == (ONE.content,)
    stored = streamed(evolve(ONE, method=0, packed=ONE.content))

    assert read_remains(make_zip([stored])).files == (ONE.content,)


def test_a_file_whose_sizes_lie_is_read_to_the_directory() -> None:
    lying = evolve(ONE, method=0, local_size=7, local_packed_size=9)

    assert read_remains(make_zip([lying])).files[0].startswith(ONE.content)


def test_sizes_of_zip64_are_not_believed() -> None:
    part = evolve(ONE, method=0, local_size=0xFFFFFFFF, local_packed_size=0xFFFFFFFF)

    assert read_remains(make_zip([part])) == Remains((ONE.content,), whole=True)


def half(part: Part) -> bool:
    """Tell whether the other file is found, and the archive said not to be whole."""
    found = read_remains(make_zip([TWO, part]))
    assert not found.whole
    return found.files == (TWO.content,)


def test_what_stays_closed_is_said() -> None:
    assert half(evolve(ONE, flags=1))
    assert half(evolve(ONE, method=12, packed=b"x"))
    assert half(evolve(ONE, packed=b"\xff" * 9))
    assert half(evolve(ONE, packed=deflate(ONE.content)[:-3]))
    assert half(evolve(ONE, method=0, local_crc=7))
    assert half(evolve(ONE, method=0, local_size=9**6, local_packed_size=9**6))


def test_no_file_at_all_is_not_whole() -> None:
    assert read_remains(b"") == Remains((), whole=False)
    assert read_remains(b"PK\x03\x04photos") == Remains((), whole=False)
    assert read_remains(make_zip([])) == Remains((), whole=False)


def test_past_a_limit_the_rest_stays_closed() -> None:
    content = make_zip([ONE, TWO])
    both, one = (ONE.content, TWO.content), (ONE.content,)

    def read(**limits: int) -> Remains:
        return read_remains(content, ArchiveLimits(**limits))

    assert read(entries=2) == Remains(both, whole=True)
    assert read(entries=1) == Remains(one, whole=False)
    assert read(entry_bytes=150) == Remains(both, whole=True)
    assert read(entry_bytes=149) == Remains((TWO.content,), whole=False)
    assert read(total_bytes=153) == Remains(both, whole=True)
    assert read(total_bytes=152) == Remains(one, whole=False)


def test_a_stored_file_past_the_limit_stays_closed() -> None:
    content = make_zip([evolve(ONE, method=0)])

    assert read_remains(content, ArchiveLimits(entry_bytes=150)).whole
    assert not read_remains(content, ArchiveLimits(entry_bytes=149)).whole


def test_what_unpacks_far_too_large_is_stopped() -> None:
    content = make_zip([Part(content=bytes(3_000_000))])

    assert not read_remains(content).whole
    assert read_remains(content, ArchiveLimits(ratio=2000)).whole


@given(st.binary(max_size=200), st.integers(0, 400))
def test_any_bytes_give_what_they_give(extra: bytes, cut: int) -> None:
    read_remains(make_zip([ONE, TWO])[:cut] + extra)

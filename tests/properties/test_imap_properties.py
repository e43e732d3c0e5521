"""Parsers of IMAP and of the outline: any bytes give a value or `InvalidError`."""

from __future__ import annotations

import json
from array import array
from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.message.addresses import read_addresses
from gateway.message.header_block import read_fields, read_parameters, split_fields
from gateway.message.outline import from_plain, read_outline, to_plain
from gateway.mssante.imap.dates import read_date, read_date_time
from gateway.mssante.imap.fetch_items import read_fetch
from gateway.mssante.imap.folder_names import (
    decode_name,
    encode_name,
    read_name,
    read_new_name,
)
from gateway.mssante.imap.format import envelope, string, structure, uid_set
from gateway.mssante.imap.listing import matches
from gateway.mssante.imap.search_keys import bound, read_search
from gateway.mssante.imap.sets import NumberSet, read_set
from gateway.mssante.imap.syntax import Reader, split_command
from gateway.mssante.imap.uploads import expected_upload

WORDS = st.sampled_from(
    [
        b"(",
        b")",
        b" ",
        b'"',
        b"NOT",
        b"OR",
        b"ALL",
        b"SEEN",
        b"1:*",
        b"FROM",
        b"x",
        b"UID",
        b"BODY[",
        b"]",
        b"HEADER",
        b".FIELDS",
        b"<0.5>",
        b"1",
        b".",
        b"PEEK",
        b"FLAGS",
        b"*",
        b",",
        b"\\",
        b"5-Jan-2026",
        b"SINCE",
        b"{3}",
        b"&",
        b"-",
        b"\xe9",
    ]
)
COMMANDS = st.lists(WORDS, max_size=30).map(b"".join) | st.binary(max_size=200)
NAMES = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=60
)
NUMBERS = st.integers(1, 60)
RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1)


@given(COMMANDS)
@settings(max_examples=300)
def test_no_command_breaks_its_reader(text: bytes) -> None:
    for read in (read_search, read_fetch, read_set, read_date, read_date_time):
        with suppress(InvalidError):
            read(Reader([text]))
    for take in (split_command, decode_name, read_name, read_new_name):
        with suppress(InvalidError):
            take(text)
    expected_upload([b"t APPEND " + text])


@given(NAMES)
@example("&")
@example("é&-é")
@example("\U0001f600/a")
def test_a_name_survives_its_modified_utf7(name: str) -> None:
    assert decode_name(encode_name(name)) == name


@given(st.binary(max_size=40))
def test_a_name_has_one_spelling(raw: bytes) -> None:
    try:
        name = decode_name(raw)
    except InvalidError:
        return
    assert encode_name(name) == raw


def slow_match(name: str, pattern: str) -> bool:
    """The definition, word for word; exponential."""
    if not pattern:
        return not name
    if pattern[0] in "*%":
        if slow_match(name, pattern[1:]):
            return True
        free = name and (pattern[0] == "*" or name[0] != "/")
        return bool(free) and slow_match(name[1:], pattern)
    return name[:1] == pattern[0] and slow_match(name[1:], pattern[1:])


@given(st.text("ab/", max_size=8), st.text("ab/%*", max_size=6))
@settings(max_examples=500)
def test_patterns_match_what_their_definition_says(name: str, pattern: str) -> None:
    assert matches(name, pattern) == slow_match(name, pattern)


@given(RANGES, st.integers(1, 60))
def test_a_set_holds_just_the_numbers_it_names(
    ranges: list[tuple[int, int]], last: int
) -> None:
    settled = NumberSet(tuple(ranges)).resolved(last)

    named = {
        number
        for low, high in ranges
        for number in range(
            min(low or last, high or last), max(low or last, high or last) + 1
        )
    }
    assert named == {n for low, high in settled for n in range(low, high + 1)}
    assert sorted(settled) == settled


@given(st.sets(NUMBERS), RANGES)
def test_uids_in_a_set_are_found_by_place(
    present: set[int], ranges: list[tuple[int, int]]
) -> None:
    uids = array("I", sorted(present))

    places = NumberSet(tuple(ranges)).positions_of_uids(uids)

    settled = NumberSet(tuple(ranges)).resolved(uids[-1] if uids else 1)
    expected = [
        place
        for place, uid in enumerate(uids)
        if any(low <= uid <= high for low, high in settled)
    ]
    assert places == expected


@given(st.sets(st.integers(1, 200)))
def test_a_set_of_uids_reads_back(uids: set[int]) -> None:
    if uids:
        ranges = read_set(Reader([uid_set(sorted(uids))])).resolved(1)
        assert {n for low, high in ranges for n in range(low, high + 1)} == uids


@given(COMMANDS)
def test_a_search_can_be_bound_whatever_it_holds(text: bytes) -> None:
    try:
        key = read_search(Reader([text]))
    except InvalidError:
        return
    bound(key, 5, 9)


PIECES = st.lists(
    st.sampled_from(
        [
            b"Content-Type: multipart/mixed; boundary=b\r\n",
            b'Content-Type: multipart/digest; boundary="c"\r\n',
            b"Content-Type: message/rfc822\r\n",
            b'Content-Type: text/plain; charset="utf-8\r\n',
            b"Content-Disposition: attachment; filename*0*=x\r\n",
            b'To: a@b, "c" <d@e>, f: g@h;\r\n',
            b"From: (x) y\r\n",
            b"Subject: \xe9\r\n",
            b"\r\n",
            b"--b\r\n",
            b"--b--\r\n",
            b"--c\r\n",
            b"\n",
            b"text",
            b"\x00",
            b" fold\r\n",
        ]
    ),
    max_size=25,
).map(b"".join)


@given(PIECES | st.binary(max_size=300))
@settings(max_examples=300)
def test_any_message_has_an_outline_inside_its_bytes(content: bytes) -> None:
    outline = read_outline(content)

    waiting = [outline.root]
    while waiting:
        part = waiting.pop()
        assert 0 <= part.header <= part.body <= part.end <= len(content)
        for child in part.parts:
            assert part.body <= child.header
            assert child.end <= part.end
        waiting.extend(part.parts)
    assert outline.headers == content[: outline.root.body]
    assert from_plain(json.loads(json.dumps(to_plain(outline.root)))) == outline.root
    assert outline.root.envelope is not None
    for text in (
        structure(outline.root, extended=True),
        structure(outline.root, extended=False),
        envelope(outline.root.envelope),
    ):
        assert text.count(b"(") >= 1


@given(st.binary(max_size=200))
def test_header_blocks_are_split_without_losing_a_byte(block: bytes) -> None:
    read_fields(block)

    kept = b"".join(text for _, text in split_fields(block))
    lines = block.splitlines(keepends=True)
    assert len(kept) <= len(block)
    assert len(kept) >= sum(len(line) for line in lines if line.strip())


@given(st.text(max_size=200))
def test_addresses_and_parameters_read_any_text(text: str) -> None:
    for address in read_addresses(text):
        assert len(address) == 4
    read_parameters(text)


@given(st.binary(max_size=100))
def test_a_string_reads_back(value: bytes) -> None:
    written = string(value)
    if written.startswith(b'"'):
        assert Reader([written]).astring() == value
    else:
        size, _, text = written.partition(b"\r\n")
        assert size == b"{%d}" % len(text)
        assert text == value.replace(b"\x00", b"")

"""Encoded words, read in every form that mail has, and written to be folded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.message.encoded_words import (
    clean_line,
    decode_text,
    decode_words,
    encode_words,
)

WORDS = [
    ("plain", "plain"),
    ("=?iso-8859-1?Q?=E9t=E9?=", "été"),
    ("=?UTF-8?B?w6l0w6k=?=", "été"),
    ("=?utf-8?b?w6l0w6k?=", "été"),
    ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
    ("=?utf-8?b?w6k=?= x =?utf-8?q?b?=", "é x b"),
    ("=?utf-8?b?ww==?= =?utf-8?b?qQ==?=", "é"),
    ("=?utf-7?q?+AOk-?=", "+AOk-"),
    ("=?utf-8?q?a=0D=0Ab?=", "a\ufffd\ufffdb"),
    ("=?utf-8?b?***?=", "=?utf-8?b?***?="),
    ("=?nope?q?=E9?=", "é"),
    ("=?utf-8*fr?q?a?=", "a"),
    ("=?utf-8?q?a_b?=", "a b"),
    ("=?utf-8?q?a?= b", "a b"),
    ("b =?utf-8?q?a?=", "b a"),
    ("=?utf-8?q?a?=\t=?utf-8?q?b?=", "ab"),
    ("=?utf-8?q?=C3=A9?= =?iso-8859-1?q?=E9?=", "éé"),
    ("=?utf-8?q?a?= =?utf-8?b?*?= =?utf-8?q?b?=", "a=?utf-8?b?*?=b"),
    ("=?utf-8?q?a b?=", "=?utf-8?q?a b?="),
    ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
    ("a\tb", "a b"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "read"), WORDS)
def test_encoded_words_are_read_on_one_line(text: str, read: str) -> None:
    assert decode_words(text) == read


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        (b"\xc3\xa9", "utf-8", "é"),
        (b"\xc3\xa9", "UTF8", "é"),
        (b"\xe9", "iso-8859-15", "é"),
        (b"\xe9", "Windows-1252", "é"),
        (b"\x82", "cp850", "é"),
        (b"a\xe9", "us-ascii", "aé"),
        (b"a\xff\xc3\xa9", "utf-8", "a\ufffdé"),
        (b"a\xe9\x80", "utf-8", "aé€"),
        (b"a\xc3\xa9\xe2\x82\xac", "iso-8859-1", "aé€"),
        (b"a\xc3\xa9", "Windows-1252", "aé"),
        (b"a\xc3\xa9", "iso-8859-15", "aé"),
        (b"a\xc3\xa9", "cp850", "aé"),
        (b"a\xc3\xa9\xe9", "windows-1252", "aÃ©é"),
        (b"a\x8e", "macintosh", "aé"),
        (b"a\x8e", "x-mac-roman", "aé"),
        (b"\x82", "IBM850", "é"),
        (b"+AOk-", "utf-7", "+AOk-"),
        (b"a", "iso-8859-99", "a"),
        (b"a\xe9", "", "aé"),
        (b"a\xc3\xa9", "unknown-8bit", "aé"),
        (b"a\xe9", "unknown-8bit", "aé"),
        (b"a\xe9", "windows1252", "aé"),
        (b"a\xe9", "ISO_8859_1", "aé"),
        (b"a\xc3\xa9", " 'utf_8' ", "aé"),
        (b"\xa4", "Latin-9", "€"),
        (b"a\xe9", "utf-16le", "a\ufffd"),
        (b"a\xe9", "iso-2022-jp", "a\ufffd"),
        (b"a\xc3\xa9", "", "aé"),
        (b"\x92\x80\x85", "iso-8859-1", "’€…"),
        (b"\x92", "Latin1", "’"),
        (b"a\x81", "iso-8859-1", "a\ufffd"),
        (b"\xa4", "iso-8859-15", "€"),
    ],
)
def test_text_is_read_in_the_charsets_of_french_mail_by_any_of_their_names(
    content: bytes, charset: str, text: str
) -> None:
    assert decode_text(content, charset) == text


@pytest.mark.parametrize("control", ["\n", "\r", "\0", "\x7f", "\x85", "\u2028"])
def test_a_control_does_not_end_a_line(control: str) -> None:
    assert clean_line(f"a{control}b\tc") == "a\ufffdb c"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))))
def test_what_is_written_in_words_reads_back(text: str) -> None:
    words = encode_words(text)

    assert decode_words(" ".join(words)) == text
    assert all(len(word) <= 75 for word in words)


def test_a_word_is_full_before_the_next_begins() -> None:
    assert len(encode_words("a" * 45)) == 1
    assert len(encode_words("a" * 46)) == 2
    assert encode_words("") == []

"""Files that stand in a text are found, and forms that are not opened recognised."""

from __future__ import annotations

import base64
import binascii
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.message.pasted import closed_in, find_pasted
from tests.builders_hiding import File, pasted, uuencoded

CONTENT = bytes(range(256))


def test_a_uuencoded_file_is_decoded() -> None:
    assert list(find_pasted(uuencoded(File(CONTENT)).content)) == [CONTENT]


def test_two_uuencoded_files_and_one_without_an_end_are_all_found() -> None:
    one = uuencoded(File(b"one")).content

    assert list(find_pasted(one + one[: one.index(b"end")])) == [b"one", b"one"]


def test_base64_is_decoded_with_its_lines_joined() -> None:
    assert list(find_pasted(pasted(File(CONTENT)).content)) == [CONTENT]


def test_base64_that_is_quoted_by_an_answer_is_joined_too() -> None:
    coded = base64.encodebytes(CONTENT).replace(b"\n", b"\r\n> ")

    (found,) = find_pasted(b"> " + coded)

    assert found.startswith(CONTENT)


@pytest.mark.parametrize("width", [16, 20, 40, 47])
@pytest.mark.parametrize("before", [b"", b"> ", b"\t"])
def test_base64_in_short_lines_is_joined_too(width: int, before: bytes) -> None:
    coded = base64.b64encode(CONTENT)
    lines = [coded[at : at + width] for at in range(0, len(coded), width)]
    text = b"Bonjour,\r\n" + b"".join(before + line + b"\r\n" for line in lines)

    assert list(find_pasted(text)) == [CONTENT]


def test_short_lines_of_words_are_no_file() -> None:
    names = b"anticonstitutionnellement\r\n" * 5

    assert list(find_pasted(names)) == []
    assert list(find_pasted(b"Un mot par ligne :\r\n" + b"court\r\n" * 400)) == []


@pytest.mark.parametrize(("length", "found"), [(189, 0), (192, 1)])
def test_what_is_too_short_to_be_a_document_is_left(length: int, found: int) -> None:
    text = base64.b64encode(bytes(length))

    assert len(list(find_pasted(text))) == found


def test_a_damaged_uuencoded_file_is_said() -> None:
    with pytest.raises(InvalidError):
        list(find_pasted(b"begin 644 a\r\nM\x80\x80\r\nend\r\n"))


def test_a_line_that_begins_like_uuencode_is_only_a_line() -> None:
    assert list(find_pasted(b"begin with the letter\r\nbegin 64 a\r\n")) == []


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (b"Bonjour\r\n-----BEGIN PGP MESSAGE-----\r\n", "OpenPGP"),
        (b"-----BEGIN PKCS7-----\r\n", "CMS (PEM)"),
        (b"-----BEGIN CMS-----\r\n", "CMS (PEM)"),
        (b"(This file must be converted with BinHex 4.0)\r\n", "BinHex"),
        (b"=ybegin line=128 size=3 name=a\r\n", "yEnc"),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n", ""),
        (b"-----BEGIN CERTIFICATE-----\r\n", ""),
        (b"je parle de -----BEGIN PGP MESSAGE-----\r\n", ""),
        (b"", ""),
    ],
)
def test_forms_that_are_not_opened_are_recognised(text: bytes, form: str) -> None:
    assert closed_in(text) == form


@given(st.binary(max_size=300))
def test_any_text_ends_in_files_or_an_error(text: bytes) -> None:
    with contextlib.suppress(InvalidError):
        list(find_pasted(b"begin 644 a\n" + text))


@pytest.mark.parametrize("first", [1, 21, 47])
def test_base64_of_which_the_first_line_is_short_is_joined_too(first: int) -> None:
    coded = base64.b64encode(CONTENT)
    folded = b"ATTACH;VALUE=BINARY:" + coded[:first] + b"\r\n " + coded[first:]

    assert CONTENT in list(find_pasted(folded))


def test_a_word_before_base64_does_not_hide_it() -> None:
    coded = base64.b64encode(CONTENT)

    assert CONTENT in list(find_pasted(b"Source\r\n" + coded))


def test_base64_for_addresses_is_decoded() -> None:
    content = b"\xff\xef\xbe" * 100 + b"fin"

    assert content in list(find_pasted(base64.urlsafe_b64encode(content)))


def test_a_sentence_that_begins_with_begin_is_no_damaged_file() -> None:
    text = b"begin 644 the treatment tomorrow\r\nand then\r\nend\r\n"

    assert list(find_pasted(text)) == []


def test_a_damaged_file_is_said_whatever_its_first_line_is() -> None:
    line = binascii.b2a_uu(bytes(30)).rstrip(b"\n")
    short = binascii.b2a_uu(bytes(29)).rstrip(b"\n")

    with pytest.raises(InvalidError):
        list(find_pasted(b"begin 644 a\r\nsome words\r\n" + line + b"\r\nend\r\n"))
    assert (
        list(find_pasted(b"begin 644 a\r\nsome words\r\n" + short + b"\r\nend\r\n"))
        == []
    )

"""For any bytes: a value or `InvalidError`, and never anything else."""

from __future__ import annotations

import contextlib

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.message.address import read_address, read_mailboxes
from gateway.message.encoded_words import decode_words, encode_words
from gateway.message.parameters import read_disposition, read_media_type, safe_name
from tests.fuzz.mime import one

PIECES = [
    b"\r\n",
    b"--b",
    b"--b--",
    b"Content-Type: multipart/mixed; boundary=b",
    b"Content-Type: text/plain; charset=utf-8",
    b"Content-Type: text/html",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Disposition: attachment; filename*0*=utf-8''a%; filename*1=b",
    b"From: =?utf-8?b?w6k=?= <a@b.test>",
    b"To: a (b (c)) <d@e.test>, f@g.test",
    b"Subject: =?utf-8?q?=C3?= =?utf-8?q?=A9?=",
    b"UEsDBBQ=",
    b"=E9=\r\n",
    b" folded",
    b"\x00",
    b"\n",
    b"<p>x",
]

pieces = st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=40)


@given(st.builds(b"\r\n".join, pieces) | st.builds(b"".join, pieces) | st.binary())
def test_any_bytes_are_a_message_or_refused(content: bytes) -> None:
    one(content)


@given(st.text())
@example("=?utf-8?b?" * 50)
@example('"\\')
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_address, read_mailboxes, read_media_type, read_disposition):
        with contextlib.suppress(InvalidError):
            read(text)
    assert "\n" not in decode_words(text)
    assert "/" not in safe_name(text)


@given(st.text())
def test_encoded_words_read_back(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    words = encode_words(text)

    assert all(len(word) <= 75 and word.isascii() for word in words)
    assert decode_words(" ".join(words)) == decode_words(text) or "=?" in text


@given(st.text(alphabet="aA1.@-+_%!\"' ()<>\\,;:é", max_size=40))
def test_an_address_that_is_read_writes_back_the_same(text: str) -> None:
    with contextlib.suppress(InvalidError):
        address = read_address(text)
        assert str(address).lower() == text.lower()
        assert read_address(str(address)) == address

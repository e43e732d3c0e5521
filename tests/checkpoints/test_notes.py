"""Signed notes and checkpoints: what is written is read, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gateway.checkpoints.checkpoint import Checkpoint, VaultCount
from gateway.checkpoints.notes import (
    MOST_BYTES,
    Note,
    NoteAlgorithm,
    NoteSignature,
    VerificationKey,
)
from gateway.checkpoints.signing_keys import SigningKeys, make_signing_keys
from gateway.errors import InvalidError, MisuseError

PUBLISHED = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore \
NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""
"""The example of C2SP signed-note."""

SAID = Checkpoint(
    origin="gateway.example/journal/1",
    size=7,
    root=b"r" * 32,
    time=datetime(2026, 11, 28, 16, 0, tzinfo=UTC),
    program="a",
    rules="b",
    settings="c",
    trust=("allowlist:1", "crl:i:2"),
    keys="1:d",
    vault=VaultCount(3, b"v" * 32),
    previous="e",
)


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    make_signing_keys(tmp_path / "k", SAID.origin)
    return SigningKeys.from_file(tmp_path / "k")


def test_the_published_example_is_read_and_written_as_it_is() -> None:
    note = Note.parse(PUBLISHED)

    assert str(note) == PUBLISHED
    assert note.text.endswith("sera.\n")
    assert note.signatures[0].name == "quasimodo.example/salvatore"
    assert note.signatures[0].key.hex() == "367ba04b"
    assert len(note.signatures[0].signature) == 64


def test_a_checkpoint_has_the_lines_it_was_designed_with() -> None:
    assert SAID.text() == (
        "gateway.example/journal/1\n7\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n"
        "time 2026-11-28T16:00:00Z\nprogram a\nrules b\nsettings c\n"
        "trust allowlist:1 crl:i:2\nkeys 1:d\n"
        "vault 3:dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnY=\nprevious e\n"
    )
    assert Checkpoint.parse(SAID.text()) == SAID
    bare = evolve(SAID, program="", trust=(), keys="", previous="")
    assert Checkpoint.parse(bare.text()) == bare
    assert Checkpoint.parse(SAID.text() + "later words\n") == SAID


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "o\n7\n",
        SAID.text().rstrip("\n"),
        SAID.text().replace("\n7\n", "\n07\n"),
        SAID.text().replace("\n7\n", "\n-7\n"),
        SAID.text().replace("cnJy", "c?Jy"),
        SAID.text().replace("cnJycn", ""),
        SAID.text().replace("time 2026", "time x"),
        SAID.text().replace("vault 3", "vault x"),
        SAID.text().replace("rules b\n", "rules b\n\n"),
    ],
)
def test_what_is_no_checkpoint_is_refused(broken: str) -> None:
    with pytest.raises(InvalidError):
        Checkpoint.parse(broken)


def test_a_note_is_signed_by_each_key_and_verified_by_their_published_form(
    keys: SigningKeys,
) -> None:
    note = Note(SAID.text()).with_signatures(keys.sign(SAID.text()))
    published = [VerificationKey.parse(str(key)) for key in keys.verification_keys]

    assert published == keys.verification_keys
    assert Note.parse(str(note)) == note
    assert note.verified_by(published) == published
    assert len(keys.sign(SAID.text(), lasting=False)) == 1
    other = evolve(note, text=note.text.replace("keys 1", "keys 2"))
    for key in published:
        with pytest.raises(InvalidError, match="is wrong"):
            other.verified_by([key])


def test_a_cosignature_says_its_time_and_is_of_no_other(keys: SigningKeys) -> None:
    cosigned = keys.cosign(SAID.text(), 1_700_000_000)
    key = VerificationKey.parse(str(keys.witness_key))

    assert key.algorithm is NoteAlgorithm.COSIGNATURE
    assert cosigned.moment == 1_700_000_000
    assert key.signed(SAID.text(), cosigned.signature)
    later = (1_700_000_001).to_bytes(8, "big") + cosigned.signature[8:]
    assert not key.signed(SAID.text(), later)
    assert not key.signed(SAID.text(), b"short")
    assert not keys.verification_keys[0].signed(SAID.text(), cosigned.signature[8:])


def test_one_signature_of_each_key_stays_the_newest(keys: SigningKeys) -> None:
    note = Note(SAID.text(), (keys.cosign(SAID.text(), 1),))

    whole = note.with_signatures([keys.cosign(SAID.text(), 2)])

    assert [one.moment for one in whole.signatures] == [2]
    assert whole.hash == note.hash


@given(st.text(max_size=200))
def test_any_text_is_a_note_or_is_refused(text: str) -> None:
    try:
        note = Note.parse(text)
    except InvalidError:
        return
    assert str(note) == text


@pytest.mark.parametrize(
    "broken",
    [
        "no signatures\n",
        "t\n\n- a AAAAAAA=\n",
        "t\n\n— a b AAAAAAA=\n",
        "t\n\n— a AAAA\n",
        "t\n\n— a AAAAAAA=",
        "t\r\n\n— a AAAAAAA=\n",
        "t" * MOST_BYTES + "\n\n— a AAAAAAA=\n",
    ],
)
def test_what_is_no_note_is_refused(broken: str) -> None:
    with pytest.raises(InvalidError):
        Note.parse(broken)


def test_a_key_with_the_id_of_another_is_refused(keys: SigningKeys) -> None:
    text = str(keys.verification_keys[0])
    for broken in (
        text.replace(SAID.origin, "other.example"),
        text.replace("+", "-"),
        "",
        "a+00000000+AAAA",
    ):
        with pytest.raises(InvalidError):
            VerificationKey.parse(broken)


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path, keys: SigningKeys) -> None:
    file = tmp_path / "k"
    assert "ed25519" not in repr(keys).replace("Ed25519", "")
    with pytest.raises(FileExistsError):
        make_signing_keys(file, "again")
    file.chmod(0o640)
    with pytest.raises(MisuseError, match="must be of mode 0600, is 640"):
        SigningKeys.from_file(file)
    file.chmod(0o600)
    file.write_text("{}", "ascii")
    with pytest.raises(MisuseError, match="holds none"):
        SigningKeys.from_file(file)
    with pytest.raises(MisuseError, match="No such file"):
        SigningKeys.from_file(tmp_path / "none")


def test_a_signature_line_is_written_as_c2sp_has_it() -> None:
    assert str(NoteSignature("a", b"\x00\x01\x02\x03", b"\x04")) == "— a AAECAwQ=\n"

"""A witness cosigns one past of a journal, and no other."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from gateway.checkpoints.notes import Note
from gateway.checkpoints.offline import hash_leaf
from gateway.checkpoints.signing_keys import SigningKeys, make_signing_keys
from gateway.checkpoints.tree import Tree
from gateway.errors import MisuseError, UnavailableError
from gateway.node.witnessing import (
    MOST_BODY,
    MOST_PROOF,
    Witness,
    WitnessClient,
    WitnessDoor,
    WitnessRefusedError,
    WitnessRequest,
    cosignatures_of,
    witness_at,
)
from tests.checkpoints.signer import ORIGIN, make_signer
from tests.checkpoints.test_signing_rules import Leaves, checkpoint
from tests.fakes import SetClock


class Journal:
    """A journal that signs whatever it likes."""

    def __init__(self, folder: Path, clock: SetClock) -> None:
        self.keys = make_signer(folder / "journal", clock).keys
        self.leaves = [hash_leaf(str(n).encode()) for n in range(20)]

    @property
    def tree(self) -> Tree:
        return Tree(Leaves(self.leaves), len(self.leaves))

    def signed(self, size: int) -> Note:
        text = checkpoint(self.tree, size).text()
        return Note(text).with_signatures(self.keys.sign(text, lasting=False))

    def proof(self, size: int, old: int) -> list[bytes]:
        return self.tree.consistency(old, size)

    def request(self, old: int, size: int) -> bytes:
        proof = tuple(self.tree.consistency(old, size)) if old <= size else ()
        return str(WitnessRequest(old, proof, self.signed(size))).encode()


@pytest.fixture
def journal(tmp_path: Path, clock: SetClock) -> Journal:
    return Journal(tmp_path, clock)


@pytest.fixture
def witness(tmp_path: Path, journal: Journal, clock: SetClock) -> Witness:
    make_signing_keys(tmp_path / "w.key", "witness.example")
    keys = SigningKeys.from_file(tmp_path / "w.key")
    journals = [str(key) for key in journal.keys.verification_keys]
    made = witness_at(keys, tmp_path / "witnessed", journals)
    return Witness(made.keys, made.folder, made.journals, clock)


def test_it_cosigns_what_goes_on_and_says_how_far_it_is(
    witness: Witness, journal: Journal
) -> None:
    first = witness.answer(journal.request(0, 3))
    assert first.status == 200
    whole = Note.parse(str(journal.signed(3)) + first.body)
    assert whole.verified_by([witness.keys.witness_key]) == [witness.keys.witness_key]

    late = witness.answer(journal.request(0, 12))
    assert (late.status, late.body, late.content_type) == (
        409,
        "3\n",
        "text/x.tlog.size",
    )
    assert witness.answer(journal.request(3, 12)).status == 200
    assert witness.answer(journal.request(12, 12)).status == 200
    assert witness.answer(journal.request(3, 12)).body == "12\n"


def test_it_cosigns_no_fork_whatever_is_proved(
    witness: Witness, journal: Journal
) -> None:
    assert witness.answer(journal.request(0, 12)).status == 200
    journal.leaves[5] = hash_leaf(b"another")

    assert witness.answer(journal.request(12, 15)).status == 422
    assert witness.answer(journal.request(12, 12)).status == 409
    assert witness.answer(journal.request(0, 5)).status == 409
    assert witness.answer(journal.request(15, 12)).status == 400


def test_it_cosigns_nothing_of_strangers(
    witness: Witness, journal: Journal, tmp_path: Path, clock: SetClock
) -> None:
    (tmp_path / "b").mkdir()
    stranger = Journal(tmp_path / "b", clock)

    assert witness.answer(stranger.request(0, 3)).status == 403
    other = journal.request(0, 3).replace(ORIGIN.encode(), b"other.example/journal")
    assert witness.answer(other).status == 404
    text = journal.request(0, 3).decode()
    for broken in (
        "",
        text.replace("old 0", "old 00"),
        text.replace("old 0", "old -1"),
        text.replace("old 0", "new 0"),
        text.replace("old 0\n", "old 0\n" + "AAAA\n" * (MOST_PROOF + 1)),
        text.replace("old 0\n", "old 0\n?\n"),
    ):
        assert witness.answer(broken.encode()).status == 400
    assert witness.answer(b"\xff").status == 400


@pytest.fixture
def door(witness: Witness) -> Iterator[WitnessDoor]:
    made = WitnessDoor("127.0.0.1", 0, witness, None)
    made.start()
    yield made
    made.close()


def client(door: WitnessDoor) -> WitnessClient:
    return WitnessClient(f"http://127.0.0.1:{door.port}", ssl.create_default_context())


def test_a_witness_is_asked_over_the_network(
    door: WitnessDoor, witness: Witness, journal: Journal
) -> None:
    for size in (4, 9, 9):
        note = journal.signed(size)
        signatures = client(door).cosign(note, partial(journal.proof, size))
        assert cosignatures_of(signatures, note, [witness.keys.witness_key])
    with pytest.raises(WitnessRefusedError, match="no signature of a witness"):
        cosignatures_of(signatures, note, journal.keys.verification_keys)

    journal.leaves[5] = hash_leaf(b"another")
    with pytest.raises(WitnessRefusedError, match="another past"):
        client(door).cosign(
            journal.signed(15), lambda old: journal.tree.consistency(old, 15)
        )


def test_a_request_beyond_the_limit_is_not_read(door: WitnessDoor) -> None:
    url = f"http://127.0.0.1:{door.port}"
    for path, size, status in (
        ("/add-checkpoint", MOST_BODY, 400),
        ("/add-checkpoint", MOST_BODY + 1, 400),
        ("/elsewhere", 1, 404),
    ):
        request = urllib.request.Request(url + path, b"x" * size, method="POST")
        with pytest.raises((urllib.error.HTTPError, urllib.error.URLError)) as failed:
            urllib.request.urlopen(request, timeout=10)
        if isinstance(failed.value, urllib.error.HTTPError):
            with failed.value as answer:
                assert answer.code == status


def test_a_witness_far_away_is_asked_by_https_alone(journal: Journal) -> None:
    context = ssl.create_default_context()
    with pytest.raises(MisuseError, match="by https"):
        WitnessClient("http://witness.example", context).cosign(
            journal.signed(3), lambda _: []
        )
    with pytest.raises(UnavailableError):
        WitnessClient("http://127.0.0.1:1", context).cosign(
            journal.signed(3), lambda _: []
        )


def test_what_was_cosigned_is_remembered_by_the_next_process(
    witness: Witness, journal: Journal
) -> None:
    witness.answer(journal.request(0, 12))
    (file,) = witness.folder.iterdir()

    assert json.loads(file.read_text("ascii"))["size"] == 12
    again = Witness(witness.keys, witness.folder, witness.journals, witness.clock)
    assert again.answer(journal.request(0, 15)).body == "12\n"

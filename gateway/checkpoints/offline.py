#!/usr/bin/env python3
"""
Checks what a gateway handed out of its journal, at home: ``python3 -I check.py WHAT``.

WHAT is a folder of ``gateway journal export --proven``, or a file of ``gateway journal
prove``. With ``--later FILE`` (``gateway journal prove --since checkpoint.txt``) it is
checked against a later checkpoint too. It needs Python's standard library alone, no
network, and nothing of the gateway's.

What it proves: these lines are those that were sealed before the checkpoint was signed,
none altered, removed or inserted; and whoever holds the keys signed it. Not: that all
that was done was written.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

KINDS = ("by", "reason")


class WrongError(Exception):
    """What was handed out is not what was vouched for."""


# ------------------------------------------------------------ Ed25519 (RFC 8032 §5.1)

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _add(found, point)
        point = _add(point, point)
        number >>= 1
    return found


def _is_same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (
        one[1] * other[2] - other[1] * one[2]
    ) % P == 0


def _point(content: bytes) -> Point | None:
    number = int.from_bytes(content, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if len(content) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _base() -> Point:
    found = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert found is not None
    return found


BASE = _base()


def is_signed(public: bytes, content: bytes, signature: bytes) -> bool:
    """Tell whether a key made a signature (RFC 8032 §5.1.7)."""
    if len(signature) != 64:
        return False
    key, start = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or start is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + content).digest()
    times = int.from_bytes(digest, "little") % ORDER
    return _is_same(_times(scalar, BASE), _add(start, _times(times, key)))


# ------------------------------------------------ signed notes (C2SP) and checkpoints


class NoteText:
    """A signed note: its text, and its signatures by name and key id."""

    def __init__(self, content: str) -> None:
        text, blank, lines = content.rpartition("\n\n")
        if not blank:
            raise WrongError("the checkpoint is no signed note")
        self.text = text + "\n"
        self.signatures: list[tuple[str, bytes, bytes]] = []
        for line in lines.splitlines():
            name, _, encoded = line.removeprefix("— ").partition(" ")
            signature = base64.b64decode(encoded, validate=True)
            self.signatures.append((name, signature[:4], signature[4:]))
        said = self.text.splitlines()
        if len(said) < 3:
            raise WrongError("the checkpoint is too short")
        self.origin, self.size = said[0], int(said[1])
        self.root = base64.b64decode(said[2], validate=True)
        words = dict(line.partition(" ")[::2] for line in said[3:])
        self.time = words.get("time", "at a time it does not say")

    def signers(self, keys: list[str]) -> list[str]:
        """Return who signed; a wrong signature of a known key is an error."""
        found = []
        for key in keys:
            name, number, encoded = key.strip().split("+", 2)
            kind, public = split_key(base64.b64decode(encoded, validate=True))
            for signer, identifier, signature in self.signatures:
                if signer != name or identifier.hex() != number.lower():
                    continue
                content, proof = self.text.encode(), signature
                if kind == 4:
                    moment = int.from_bytes(signature[:8], "big")
                    head = f"cosignature/v1\ntime {moment}\n"
                    content, proof = head.encode() + content, signature[8:]
                if kind in (1, 4):
                    if not is_signed(public, content, proof):
                        raise WrongError(f"the signature of {name} is wrong")
                    found.append(name + (" (witness)" if kind == 4 else ""))
        return found


def split_key(content: bytes) -> tuple[int, bytes]:
    """Return the kind of a key, and the key; others than Ed25519 are passed over."""
    return content[0], content[1:]


# ------------------------------------------------------------------ the tree, RFC 9162


def hash_leaf(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def hash_pair(left: bytes, right: bytes) -> bytes:
    """Return the hash above two."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that a path leads to (RFC 9162 §2.1.3.2)."""
    here, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            raise WrongError("the path is too long")
        if here % 2 or here == last:
            found = hash_pair(one, found)
            while here % 2 == 0 and here:
                here, last = here >> 1, last >> 1
        else:
            found = hash_pair(found, one)
        here, last = here >> 1, last >> 1
    if last or not 0 <= index < size:
        raise WrongError("the path is too short")
    return found


def roots_from(old: int, old_root: bytes, size: int, path: Sequence[bytes]) -> bytes:
    """Return the later root, once the path leads to the earlier (§2.1.4.2)."""
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes or not 0 < old < size:
        raise WrongError("the proof is too short")
    here, last = old - 1, size - 1
    while here % 2:
        here, last = here >> 1, last >> 1
    before = after = hashes[0]
    for one in hashes[1:]:
        if last == 0:
            raise WrongError("the proof is too long")
        if here % 2 or here == last:
            before, after = hash_pair(one, before), hash_pair(one, after)
            while here % 2 == 0 and here:
                here, last = here >> 1, last >> 1
        else:
            after = hash_pair(after, one)
        here, last = here >> 1, last >> 1
    if last or before != old_root:
        raise WrongError("the earlier checkpoint is not the beginning of the later")
    return after


# -------------------------------------------------------------------- lines and files


def to_text(value: Any) -> str:
    """Return a value as the gateway hashes it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def leaf_of(line: dict[str, Any]) -> bytes:
    """Return the hash of a line as it was handed out."""
    commitments = []
    for kind in KINDS:
        said = line["committed"].get(kind, {"commitment": ""})
        if "key" in said:
            value = to_text(said["value"]).encode("ascii")
            made = hmac.digest(bytes.fromhex(said["key"]), value, "sha256").hex()
            if made != said["commitment"]:
                raise WrongError(f"line {line['seq']}: {kind} is not what was sealed")
        commitments.append(said["commitment"])
    content = [
        f"gateway journal line {line['version']}",
        line["key"],
        line["chain"],
        line["seq"],
        line["before"],
        line["time"],
        line["action"],
        line["outcome"],
        line["subject"],
        line["detail"],
        commitments,
    ]
    return hash_leaf(to_text(content).encode("ascii"))


def check_history(lines: list[dict[str, Any]], chain: str, note: NoteText) -> bytes:
    """
    Return the leaf of the last line, once each follows the one before.

    A closed line does not show which line it follows: one before it has a proof of its
    own that it is in the tree.
    """
    before = b""
    for number, line in enumerate(lines, 1):
        if line["chain"] != chain or line["seq"] != number:
            raise WrongError(f"line {number} of {chain} is missing")
        if number > 1 and "leaf" in line and "leaf" not in lines[number - 2]:
            own = lines[number - 2].get("proof")
            if own is None:
                raise WrongError(f"line {number - 1} of {chain} has no proof")
            path = hashes(own["inclusion"])
            if root_from(before, own["index"], note.size, path) != note.root:
                raise WrongError(f"line {number - 1} of {chain} was altered")
        if "leaf" in line:  # closed: what it says was not handed out, its place was
            before = bytes.fromhex(line["leaf"])
            continue
        if line["before"] != before.hex():
            raise WrongError(f"line {number} of {chain} follows another line")
        before = leaf_of(line)
    return before


def hashes(texts: list[str]) -> list[bytes]:
    """Return the hashes of a proof."""
    return [base64.b64decode(one, validate=True) for one in texts]


def check(what: Path, keys: list[str], later: Path | None) -> list[str]:
    """Return what was proved, a sentence each; raise where something is wrong."""
    said = []
    if what.is_dir():
        proof = json.loads((what / "proof.json").read_text("utf-8"))
        note = NoteText((what / "checkpoint.txt").read_text("utf-8"))
        text = (what / "history.jsonl").read_text("utf-8")
        lines = [json.loads(line) for line in text.splitlines()]
        leaf = check_history(lines, proof["chain"], note)
        said.append(f"{len(lines)} lines of {proof['chain']}, each after the other")
        if closed := sum("leaf" in line for line in lines):
            said.append(f"{closed} of them closed: their place is proved, not shown")
        if not keys:
            keys = json.loads((what / "keys.json").read_text("utf-8"))
            said.append("keys: as they came with it; compare them with published ones")
    else:
        proof = json.loads(what.read_text("utf-8"))
        note = NoteText(proof["checkpoint"])
        leaf = leaf_of(proof["line"])
        said.append(f"line {proof['line']['seq']} of {proof['line']['chain']}")
    path = hashes(proof["inclusion"])
    if root_from(leaf, proof["index"], note.size, path) != note.root:
        raise WrongError("the lines are not in the tree of the checkpoint")
    said.append(_vouched(note, keys))
    if later is not None:
        said.append(_followed(note, keys, json.loads(later.read_text("utf-8"))))
    return said


def _vouched(note: NoteText, keys: list[str]) -> str:
    signers = note.signers(keys)
    if note.origin not in signers:
        raise WrongError(f"no known key of {note.origin} signed the checkpoint")
    by = ", ".join(sorted(set(signers)))
    return f"in the checkpoint of {note.time} over {note.size} lines, signed by {by}"


def _followed(note: NoteText, keys: list[str], proof: dict[str, Any]) -> str:
    newer = NoteText(proof["checkpoint"])
    path = hashes(proof["consistency"])
    if newer.origin != note.origin or newer.size < note.size:
        raise WrongError("the later checkpoint is not of this journal, or not later")
    if newer.size == note.size:
        root = note.root
    else:
        root = roots_from(note.size, note.root, newer.size, path)
    if root != newer.root:
        raise WrongError("the later checkpoint does not go on from this one")
    return f"and still {_vouched(newer, keys)}"


def main() -> int:
    """Return 0 when all is as it was vouched for, 1 when it is not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("what", type=Path, help="a folder, or a file with one line")
    parser.add_argument("--key", action="append", default=[], help="a published key")
    parser.add_argument("--later", type=Path, help="a later checkpoint, with its proof")
    args = parser.parse_args()
    try:
        said = check(args.what, args.key, args.later)
    except WrongError as error:
        print(f"WRONG: {error}")
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"WRONG: it cannot be read: {type(error).__name__}: {error}")
        return 1
    for one in said:
        print(f"ok: {one}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What is checked at home: by Python alone, and against keys of the library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.checkpoints import offline


@settings(max_examples=20, deadline=None)
@given(
    st.binary(min_size=32, max_size=32),
    st.binary(max_size=80),
    st.integers(0, 511),
)
def test_signatures_are_judged_as_by_the_library(
    seed: bytes, content: bytes, bit: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(content)
    other = bytearray(signature)
    other[bit // 8] ^= 1 << bit % 8

    assert offline.is_signed(public, content, signature)
    assert not offline.is_signed(public, content + b"x", signature)
    assert not offline.is_signed(public, content, bytes(other))
    assert not offline.is_signed(public, content, signature[:-1])


@pytest.mark.parametrize(
    ("public", "content", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ],
)
def test_the_vectors_of_the_standard(public: str, content: str, signature: str) -> None:
    """RFC 8032 §7.1, tests 1 and 2."""
    parts = [bytes.fromhex(one) for one in (public, content, signature)]

    assert offline.is_signed(*parts)


def test_a_scalar_beyond_the_order_is_refused_as_by_the_library() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"m")
    scalar = int.from_bytes(signature[32:], "little") + offline.ORDER
    other = signature[:32] + scalar.to_bytes(32, "little")

    assert not offline.is_signed(public, b"m", other)
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public).verify(other, b"m")


def test_it_runs_by_a_bare_python_and_imports_nothing_of_ours() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", Path(offline.__file__), "/nowhere"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("WRONG: it cannot be read")
    source = Path(offline.__file__).read_text("utf-8")
    assert "import gateway" not in source
    assert "from gateway" not in source

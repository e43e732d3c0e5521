"""What a browser carries opens here alone, for what it was made, and while keys turn"""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.store.sealed.cookies import opened_cookie, sealed_cookie
from gateway.store.sealed.keys import KeyRing
from tests.builders_database import new_sqlite
from tests.fakes import SetClock


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return new_sqlite(tmp_path, SetClock()).keys


def test_what_was_sealed_is_opened(keys: KeyRing) -> None:
    text = sealed_cookie(keys, "call", b"a patient's number")

    assert opened_cookie(keys, "call", text) == b"a patient's number"
    assert text != sealed_cookie(keys, "call", b"a patient's number")
    assert text.isascii()
    assert "number" not in text


def test_it_opens_for_nothing_else_and_not_when_it_was_changed(keys: KeyRing) -> None:
    text = sealed_cookie(keys, "call", b"a patient's number")
    chance, sealed = text.split(".")
    flipped = "B" if sealed[30] == "A" else "A"
    changed = (
        "",
        "x",
        chance,
        f"{'0' * 64}.{sealed}",
        f"{chance}.{sealed[:30]}{flipped}{sealed[31:]}",
        f"{chance}.{sealed}AAAA",
        f"{chance}.{'=' * 60}",
    )

    assert opened_cookie(keys, "other", text) is None
    assert [opened_cookie(keys, "call", one) for one in changed] == [None] * 7

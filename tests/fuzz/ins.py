"""Any text is an INS in one of its forms, or is refused; nothing else."""

from __future__ import annotations

import contextlib

from gateway.core.ins import Ins, InsAuthority, has_valid_key
from gateway.errors import InvalidError


def one(data: bytes) -> None:
    """Read the bytes as a matricule of each authority, and as a CX."""
    text = data.decode("utf-8", "replace")
    for authority in InsAuthority:
        with contextlib.suppress(InvalidError):
            ins = Ins.of(text, authority.value)
            assert len(ins.matricule) == 15
            assert ins.matricule.isascii()
            assert authority.is_test or has_valid_key(ins.matricule)
            assert Ins.from_cx(ins.to_cx()) == ins
    with contextlib.suppress(InvalidError):
        ins = Ins.from_cx(text)
        assert Ins.from_cx(ins.to_cx()) == ins

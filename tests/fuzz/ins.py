"""Any text is an INS in one of its forms, or is refused; nothing else."""

from __future__ import annotations

import contextlib

from gateway.core.ins import Ins, InsAuthority, has_valid_key, read_mailbox_matricule
from gateway.errors import InvalidError


def one(data: bytes) -> None:
    """Read the bytes as a mailbox, as a matricule of each authority, and as a CX."""
    text = data.decode("utf-8", "replace")
    with contextlib.suppress(InvalidError):
        matricule = read_mailbox_matricule(text)
        assert len(matricule) == 15
        assert matricule.isascii()
    for authority in InsAuthority:
        with contextlib.suppress(InvalidError):
            ins = Ins.of(text, authority.value)
            assert authority.is_test or has_valid_key(ins.matricule)
            assert Ins.from_cx(ins.to_cx()) == ins
    with contextlib.suppress(InvalidError):
        ins = Ins.from_cx(text)
        assert Ins.from_cx(ins.to_cx()) == ins

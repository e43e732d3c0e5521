"""JSON in one form: what is hashed or vouched for is one text wherever it is made."""

from __future__ import annotations

from typing import Any

from gateway.json_text import json_writer

_write = json_writer(in_order=True)


def canonical(value: Any) -> bytes:
    """
    Return the one text of a JSON value: keys in order, no space, ASCII.

    Journals, MACs and evidence are made over it: nothing of it may ever change.
    """
    return _write(value).encode("ascii")

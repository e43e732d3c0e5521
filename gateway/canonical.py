"""JSON in one form: what is hashed or vouched for is one text wherever it is made."""

from __future__ import annotations

import json
from typing import Any

_write = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def canonical(value: Any) -> bytes:
    """
    Return the one text of a JSON value: keys in order, no space, ASCII.

    Journals, MACs and evidence are made over it: nothing of it may ever change.
    """
    return _write(value).encode("ascii")

"""
What a line of the journal says of somebody, sealed within the line.

A line is about an arrival or a document, which name their patient by an opaque id: who
sent it, from where, and which document it was must not stand beside. They are sealed
with the key of the patient whose chain it is, or with the operator's journal key; the
hash of the line is taken over what is kept, so it proves the same.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from gateway.errors import UnavailableError
from gateway.json_text import json_writer
from gateway.store.sealed.keys import KeyRing

SCOPE: Final = "journal:operator"
"""Of the key of what the operator's own lines say."""

PRIVATE: Final = frozenset(
    {
        "categories",
        "certificate",
        "delayed",
        "document",
        "host",
        "identity",
        "person",
        "practice",
        "request",
        "responsible",
        "structure",
        "why",
    }
)
"""The names in a line's detail that are never in clear."""

_SEALED, _KEY = "sealed", "key"
_to_text = json_writer(ascii_only=False, in_order=True)


def scope_of(chain: str) -> str:
    """Return the scope of the key for the lines of a chain."""
    return chain if chain.startswith("patient:") else SCOPE


def is_private(detail: Mapping[str, Any]) -> bool:
    """Tell whether something of a line's detail is to be sealed."""
    return any(detail[name] for name in PRIVATE & detail.keys())


def seal_detail(
    keys: KeyRing,
    connection: Connection,
    key_id: str,
    place: str,
    whole: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the detail of a line as it is kept; ``place`` is its action and subject"""
    private = {name: whole[name] for name in sorted(PRIVATE & whole.keys())}
    text = _to_text(private).encode()
    sealed = keys.seal(connection, key_id, text, f"journal.detail:{place}")
    public = {name: one for name, one in whole.items() if name not in private}
    return {**public, _SEALED: b64encode(sealed).decode("ascii"), _KEY: key_id}


def open_detail(
    keys: KeyRing, connection: Connection, place: str, kept: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Return what a line says; without what is sealed once its key is destroyed.

    Lines of an earlier version say it in clear, as their hash demands.
    """
    said = dict(kept)
    if _SEALED not in said or _KEY not in said:
        return said
    sealed, key_id = b64decode(said.pop(_SEALED)), str(said.pop(_KEY))
    try:
        text = keys.unseal(connection, key_id, sealed, f"journal.detail:{place}")
    except UnavailableError:
        return said
    return {**said, **json.loads(text)}

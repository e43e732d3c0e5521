"""
What stands in a column that is searched, in place of what it would say.

A name, a type or an identifier is sealed under the key of whom it is about. Where it is
compared too, a digest stands beside it: keyed, so that whoever has the tables and no
key cannot try candidates, and with its place and its owner in it, so that one doctor
has another digest with each patient, and another again in each table.
"""

from __future__ import annotations

from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.keys import KeyRing


def column_digest(keys: KeyRing, place: str, text: str, *, owner: str = "") -> str:
    """
    Return the digest of what a column says, 64 hex digits; of nothing, nothing.

    Args:
        keys: Of this service.
        place: Its ``table.column``.
        text: What it says, in the form in which it is compared.
        owner: The id of whom it is about; empty where it is looked up among all, for
            that it must not be there twice.
    """
    if not text:
        return ""
    named = "\0".join((place, owner, text))
    return keys.mac(Label.COLUMN, named.encode("utf-8", "replace")).hex()

"""What stands for a correspondent, a subject and a Message-ID in what is searched."""

from __future__ import annotations

from gateway.message.subjects import thread_subject
from gateway.store.sealed.column_digests import column_digest
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.keys import KeyRing


def correspondent_digests(
    keys: KeyRing, profile_id: str, address: str
) -> tuple[str, str]:
    """Return what stands for a correspondent, and what an earlier version wrote."""
    return _digest(keys, profile_id, address), keys.digest(Label.INS, address)


def secret_digests(keys: KeyRing, profile_id: str, address: str) -> tuple[str, str]:
    """Return what stands for a correspondent in what representatives do not see."""
    # No address begins so: RFC 5322 §3.4.1.
    digest = _digest(keys, profile_id, f"secret:<{address}>")
    return digest, digest


def thread_digest(keys: KeyRing, profile_id: str, address: str, subject: str) -> str:
    """Return what stands for a subject of the letters with one correspondent."""
    said = f"{address}\0{thread_subject(subject)}"
    return column_digest(keys, "conversations.thread", said, owner=profile_id)


def message_digest(keys: KeyRing, profile_id: str, message_id: str) -> str | None:
    """Return what stands for a Message-ID; None for a message that has none."""
    said = message_id.strip().strip("<>")
    digest = column_digest(keys, "inbox_messages.named", said, owner=profile_id)
    return digest or None


def _digest(keys: KeyRing, profile_id: str, said: str) -> str:
    place = "conversations.correspondent"
    return f"~{column_digest(keys, place, said, owner=profile_id)[:63]}"

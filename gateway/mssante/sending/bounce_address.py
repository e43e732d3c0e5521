"""
The sender of a notice, by which a bounce says which notice it is of.

Each notice leaves from an address of its own (variable envelope return path),
``local+TAG@domain``, the tag its id and a MAC in base 32. Nobody who has not seen it
can say that it bounced.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32decode, b32encode
from typing import Final

from gateway.message.address import MailAddress, read_address
from gateway.store.sealed.column_digests import column_digest
from gateway.store.sealed.keys import KeyRing

_TAG: Final = re.compile(r"\+([a-z2-7]{39})@", re.IGNORECASE)
_ID_BYTES, _MAC_BYTES = 16, 8


def bounce_address(keys: KeyRing, sender: str, notice_id: str) -> str:
    """
    Return where bounces of a notice come back to.

    Raises:
        InvalidError: the sender is no address.
    """
    address = read_address(sender)
    content = bytes.fromhex(notice_id) + _mac(keys, notice_id)
    tag = b32encode(content).decode().rstrip("=").lower()
    return str(MailAddress(f"{address.local}+{tag}", address.domain))


def bounced_notice(keys: KeyRing, text: str) -> str:
    """Return the id of the notice whose sender a text names, or an empty text."""
    for found in _TAG.finditer(text):
        content = b32decode(found[1].upper() + "=")
        notice_id = content[:_ID_BYTES].hex()
        if hmac.compare_digest(content[_ID_BYTES:], _mac(keys, notice_id)):
            return notice_id
    return ""


def _mac(keys: KeyRing, notice_id: str) -> bytes:
    whole = column_digest(keys, "notices.bounce", notice_id)
    return bytes.fromhex(whole)[:_MAC_BYTES]

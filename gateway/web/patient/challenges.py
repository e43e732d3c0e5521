"""What a passkey has to sign: made for one visitor and one purpose, and taken once."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from gateway.store.base.work import UnitOfWork
from gateway.store.patients.tries import LONGEST, Tries
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.keys import KeyRing
from gateway.web.site.visits import is_among

_TIME: Final = 8
_CHANCE: Final = 16


class Purpose(StrEnum):
    """What is to be signed for."""

    MAKE = "make"
    USE = "use"


@frozen
class Challenges:
    """
    Challenges that nothing is kept of until they are answered (WebAuthn §13.4.3).

    Each has the time, some bytes by chance, and a MAC over both, the purpose and the
    cookie of the visitor: nobody fills a table by asking for a page, and what was asked
    of one browser is answered by no other.
    """

    keys: KeyRing = field(repr=False)
    life: timedelta

    def make(self, purpose: Purpose, cookie: str, now: datetime) -> bytes:
        """Return a challenge for a visitor, good from now on."""
        moment = int(now.timestamp()).to_bytes(_TIME, "big")
        head = moment + secrets.token_bytes(_CHANCE)
        return head + bytes.fromhex(self._macs(purpose, cookie, head)[0])

    def is_own(
        self, purpose: Purpose, cookie: str, challenge: bytes, now: datetime
    ) -> bool:
        """Tell whether it was made for this visitor and purpose, not too long ago."""
        head = challenge[: _TIME + _CHANCE]
        mac = challenge[_TIME + _CHANCE :].hex()
        if not is_among(mac, self._macs(purpose, cookie, head)):
            return False
        made = datetime.fromtimestamp(int.from_bytes(head[:_TIME], "big"), UTC)
        return made <= now < made + self.life

    def take(self, work: UnitOfWork, challenge: bytes) -> bool:
        """Tell whether it was not answered yet; from then on it was."""
        span = min(self.life, LONGEST)
        return Tries(work, "passkey", challenge.hex()).take(1, span) is None

    def _macs(self, purpose: Purpose, cookie: str, head: bytes) -> tuple[str, ...]:
        text = f"passkey:{purpose.value}:{cookie}:{head.hex()}"
        return self.keys.digests(Label.FORM, text)

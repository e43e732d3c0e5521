"""The code of a letter or an e-mail: a space is activated with it, or it is a proof."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import frozen
from sqlalchemy import delete, insert, select

from gateway.rights.activation_rules import (
    BETWEEN_CODES,
    CODE_LETTERS,
    CODE_LIFE,
    CODE_SIZE,
    plain_code,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profile
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import profiles, provisional_codes


class CodeUse(StrEnum):
    """What a code is for; kept sealed with it, so never renamed."""

    ACTIVATION = "activation"
    COUNTER = "counter"
    """Whoever has the letter stands at a counter, and has somebody act for them."""


@frozen
class ProvisionalCodes:
    """
    Provisional codes within one transaction: one for a profile, the last that was made.

    Sealed with its end with the patient's key: who writes the database alone makes none
    and lengthens none.
    """

    work: UnitOfWork

    def make(
        self, profile: Profile, use: CodeUse = CodeUse.ACTIVATION, *, by: str = ""
    ) -> str:
        """
        Make a code in place of the last; an empty text where that is too young.

        ``by`` is the account that prints it, where somebody does.
        """
        columns, now = provisional_codes.c, self.work.now
        mine = columns.profile_id == profile.id
        made_at = self.work.connection.execute(
            select(columns.made_at).where(mine)
        ).scalar()
        if made_at is not None and now < made_at + BETWEEN_CODES:
            return ""
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_SIZE))
        salt = secrets.token_hex(16)
        said = {
            "salt": salt,
            "digest": _salted(salt, profile.id, code),
            "until": (now + CODE_LIFE).isoformat(),
            "use": use.value,
            "by": by,
        }
        self.end(profile.id)
        self.work.connection.execute(
            insert(provisional_codes).values(
                profile_id=profile.id,
                key_id=profile.key_id,
                said=self.work.seal(profile.key_id, said, self._place(profile.id)),
                made_at=now,
            )
        )
        return code

    def without(self, states: Iterable[str], most: int, *, lapsed: bool) -> list[str]:
        """
        Return whose spaces are in some states and who were made no code, so many at
        most, the oldest first; or, where ``lapsed``, whose last one is too old.
        """
        theirs = provisional_codes.c.profile_id == profiles.c.id
        missing = provisional_codes.c.profile_id.is_(None)
        too_old = provisional_codes.c.made_at <= self.work.now - CODE_LIFE
        found = self.work.connection.execute(
            select(profiles.c.id)
            .outerjoin(provisional_codes, theirs)
            .where(profiles.c.state.in_(list(states)), too_old if lapsed else missing)
            .order_by(profiles.c.created_at, profiles.c.id)
            .limit(most)
        )
        return list(found.scalars())

    def was_made(self, profile_id: str) -> bool:
        """Tell whether a profile has a code, good or too old, that was not used."""
        mine = provisional_codes.c.profile_id == profile_id
        found = self.work.connection.execute(
            select(provisional_codes.c.made_at).where(mine)
        ).first()
        return found is not None

    def printed_by(self, profile: Profile) -> str:
        """Return the account that printed the last code; empty where none is known."""
        said = self._said(profile)
        return "" if said is None else str(said.get("by", ""))

    def matches(
        self, profile: Profile, code: str, use: CodeUse = CodeUse.ACTIVATION
    ) -> bool:
        """Tell whether a code is the last that was made, for that, and still good."""
        said = self._said(profile)
        if said is None:
            return False
        # One of an earlier version says nothing: it is for the activation.
        if said.get("use", CodeUse.ACTIVATION) != use:
            return False
        given = self._digests(profile.id, plain_code(code), said.get("salt", ""))
        is_same = any(hmac.compare_digest(one, said["digest"]) for one in given)
        return is_same and self.work.now < datetime.fromisoformat(said["until"])

    def _said(self, profile: Profile) -> Mapping[str, Any] | None:
        mine = provisional_codes.c.profile_id == profile.id
        row = self.work.connection.execute(
            select(provisional_codes).where(mine)
        ).first()
        if row is None:
            return None
        said: Mapping[str, Any] = self.work.unseal(
            row.key_id, row.said, self._place(profile.id)
        )
        return said

    def end(self, profile_id: str) -> None:
        """Take the code of a profile away: it was used, or another follows."""
        self.work.connection.execute(
            delete(provisional_codes).where(
                provisional_codes.c.profile_id == profile_id
            )
        )

    def _digests(self, profile_id: str, code: str, salt: str) -> tuple[str, ...]:
        if salt:
            return (_salted(salt, profile_id, code),)
        # Of an earlier version, which had no salt beside it.
        return self.work.digests(Label.CODE, f"provisional:{profile_id}:{code}")

    def _place(self, profile_id: str) -> str:
        return f"provisional_codes.said:{profile_id}"


def _salted(salt: str, profile_id: str, code: str) -> str:
    """
    Return the digest of a code, which lies sealed with its salt.

    Under no key of the service: a code in a letter is good for weeks, and outlives a
    turn of these keys.
    """
    named = f"provisional:{profile_id}:{code}".encode("utf-8", "replace")
    return hmac.new(bytes.fromhex(salt), named, hashlib.sha256).hexdigest()

"""The browsers a patient signed in with: what they call themselves, and since when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import delete, insert, select, update

from gateway.store.base.work import UnitOfWork
from gateway.store.patients.passkeys import remove_passkeys
from gateway.store.patients.trusted_devices import TrustedDevices, end_trust
from gateway.store.patients.web_sessions import Stage, end_sessions, end_sessions_of
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import (
    accounts,
    devices,
    passkeys,
    trusted_devices,
    web_sessions,
)

MOST: Final = 20
"""Browsers remembered of one account; one more forgets the one unseen for longest."""

REMEMBERED: Final = timedelta(days=365)
"""So long after it was seen last a browser is known again."""


@frozen(kw_only=True)
class Device:
    """
    A browser, or several with the same cookie; ``browser`` and ``system`` may be empty.

    ``is_open``: a session goes on with it. ``is_this``: the one that asks.
    ``trusted_until``: no code is asked in it until then, None where one is.
    """

    id: str
    browser: str
    system: str
    since: datetime
    seen_at: datetime
    is_open: bool
    is_this: bool
    trusted_until: datetime | None


@frozen
class Devices:
    """The browsers of one account, within one transaction."""

    work: UnitOfWork
    account_id: str
    key_id: str = field(repr=False)
    """That of the patient, for what browsers call themselves."""

    def signed_in(self, cookie: str, session: str, browser: str, system: str) -> bool:
        """
        Note that a session began in the browser with a cookie; True where it is new.

        ``session`` is the digest of the session. An earlier one of the same browser,
        which has lost its cookie, ends.
        """
        self._forget()
        now, known = self.work.now, self._row(cookie)
        called = {"browser": browser, "system": system}
        if known is None:
            device_id = uuid4().hex
            self.work.connection.execute(
                insert(devices).values(
                    id=device_id,
                    account_id=self.account_id,
                    digest=self._digests(cookie)[0],
                    session=session,
                    key_id=self.key_id,
                    called=self._sealed(device_id, called),
                    created_at=now,
                    seen_at=now,
                )
            )
            return True
        if known.session != session:
            end_sessions(self.work, [known.session])
        self.work.connection.execute(
            update(devices)
            .where(devices.c.id == known.id)
            .values(
                digest=self._digests(cookie)[0],  # another one since it was seen last?
                session=session,
                key_id=self.key_id,
                called=self._sealed(known.id, called),
                seen_at=now,
            )
        )
        return False

    def listed(self, cookie: str) -> list[Device]:
        """Return them, the one seen last first; ``cookie`` is of the one that asks."""
        columns, sessions = devices.c, web_sessions.c
        rows = self.work.connection.execute(
            select(
                devices,
                sessions.seen_at.label("session_seen_at"),
                sessions.expires_at,
            )
            .outerjoin(
                web_sessions,
                (sessions.digest == columns.session)
                & (sessions.account_id == columns.account_id)
                & (sessions.stage == Stage.OPEN.value),
            )
            .where(columns.account_id == self.account_id)
        )
        mine = self._digests(cookie)
        trusted = self._trusted.until()
        found = [
            self._device(row, row.digest in mine, trusted.get(row.id)) for row in rows
        ]
        return sorted(found, key=lambda one: (one.seen_at, one.id), reverse=True)

    @property
    def _trusted(self) -> TrustedDevices:
        return TrustedDevices(self.work, self.account_id)

    def _device(
        self, row: Any, is_this: bool, trusted_until: datetime | None
    ) -> Device:
        called, seen = self._called(row), row.session_seen_at
        return Device(
            id=row.id,
            browser=called["browser"],
            system=called["system"],
            since=row.created_at,
            seen_at=max(row.seen_at, seen) if seen is not None else row.seen_at,
            is_open=seen is not None and row.expires_at > self.work.now,
            is_this=is_this,
            trusted_until=trusted_until,
        )

    def _called(self, row: Any) -> dict[str, str]:
        place = f"devices.called:{row.id}"
        called: dict[str, str] = self.work.unseal(row.key_id, row.called, place)
        return called

    def end(self, device_id: str) -> bool:
        """End the session of a browser and forget it; False where it is not there."""
        row = self.work.connection.execute(
            select(devices).where(
                devices.c.id == device_id, devices.c.account_id == self.account_id
            )
        ).first()
        if row is None:
            return False
        end_sessions(self.work, [row.session])
        self._take([row.id])
        return True

    def trust(self, cookie: str, life: timedelta) -> str:
        """
        Ask for no code for so long in the browser with a cookie, which is known.

        Return the other cookie, which it shows for that.
        """
        return self._trusted.trust(self._row(cookie).id, life)

    def is_trusted(self, cookie: str, trusted: str) -> bool:
        """Tell whether no code is asked in the browser that shows both cookies."""
        row = self._row(cookie)
        return row is not None and self._trusted.is_trusted(row.id, trusted)

    def distrust(self, device_id: str) -> bool:
        """Ask for a code again in a browser; False where one is asked already."""
        return self._trusted.end(trusted_devices.c.device_id == device_id)

    def called(self, device_id: str) -> dict[str, str]:
        """Return what a browser that is known calls itself: browser and system."""
        row = self.work.connection.execute(
            select(devices).where(
                devices.c.id == device_id, devices.c.account_id == self.account_id
            )
        ).first()
        return {} if row is None else self._called(row)

    def _forget(self) -> None:
        """Forget browsers that were not seen for long, and room for one is made."""
        rows = self.work.connection.execute(
            select(devices.c.id, devices.c.seen_at)
            .where(devices.c.account_id == self.account_id)
            .order_by(devices.c.seen_at.desc(), devices.c.id)
        ).all()
        oldest = self.work.now - REMEMBERED
        self._take(
            [
                row.id
                for place, row in enumerate(rows)
                if place >= MOST - 1 or row.seen_at <= oldest
            ]
        )

    def _take(self, ids: list[str]) -> None:
        if ids:
            end_trust(self.work, trusted_devices.c.device_id.in_(ids))
            self.work.connection.execute(delete(devices).where(devices.c.id.in_(ids)))

    def _row(self, cookie: str) -> Any:
        return self.work.connection.execute(
            select(devices).where(devices.c.digest.in_(self._digests(cookie)))
        ).first()

    def _digests(self, cookie: str) -> tuple[str, ...]:
        # With the account in it: one account's browser is known to no other's.
        text = f"device:{self.account_id}:{cookie}"
        return self.work.digests(Label.SESSION, text)

    def _sealed(self, device_id: str, called: dict[str, str]) -> bytes:
        return self.work.seal(self.key_id, called, f"devices.called:{device_id}")


def sign_out_everywhere(work: UnitOfWork, account_id: str, but: str = "") -> None:
    """
    End every session of an account and forget its browsers, each new the next time;
    ``but`` is the digest of the session that goes on, with its browser.
    """
    end_sessions_of(work, account_id, but=but)
    forgotten = (devices.c.account_id == account_id) & (devices.c.session != but)
    ids = select(devices.c.id).where(forgotten)
    end_trust(work, trusted_devices.c.device_id.in_(ids))
    work.connection.execute(delete(devices).where(forgotten))


def end_ways_in(work: UnitOfWork, profile_id: str) -> None:
    """
    End what a patient's space is opened with beside the password: every session,
    passkey and trusted browser. Of one without an account there is none.
    """
    theirs = select(accounts.c.id).where(accounts.c.profile_id == profile_id)
    for account_id in list(work.connection.execute(theirs).scalars()):
        end_sessions_of(work, account_id)
        end_trust(work, trusted_devices.c.account_id == account_id)
        remove_passkeys(work, passkeys.c.account_id == account_id)

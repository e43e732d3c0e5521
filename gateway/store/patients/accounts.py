"""Patients' sign-in accounts: login and password; see also one_time_codes, sessions."""

from __future__ import annotations

import os
import unicodedata
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from attrs import field, frozen
from sqlalchemy import ColumnElement, and_, case, insert, or_, select, update

from gateway.errors import ConflictError, NotFoundError
from gateway.rights.login_rules import LONGEST as LONGEST_LOGIN
from gateway.rights.password_rules import LONGEST
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.devices import sign_out_everywhere
from gateway.store.patients.logins import check_login
from gateway.store.patients.one_time_codes import void_codes_of
from gateway.store.patients.passkeys import remove_passkeys
from gateway.store.patients.passwords import check_password
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.trusted_devices import end_trust
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import accounts, passkeys, trusted_devices, unknown_logins

_FORGOTTEN = timedelta(days=1)
"""A wrong password counts no longer: the same for logins that nobody has."""
# Above the least that OWASP asks of argon2id (19 MiB, two passes); 32 MiB keeps two
# at once far from the memory target, and about 40 ms each.
HASHER = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)


def _hash_of_nothing() -> str:
    """Return a hash that costs as much to compare and that no password matches."""
    salt, digest = (
        b64encode(os.urandom(size)).decode("ascii").rstrip("=")
        for size in (HASHER.salt_len, HASHER.hash_len)
    )
    cost = f"m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}"
    return (
        f"$argon2{HASHER.type.name.lower()}$v={ARGON2_VERSION}${cost}${salt}${digest}"
    )


_NOBODY = _hash_of_nothing()
"""Made up, not computed: each start of the program would pay for that."""


@frozen(kw_only=True)
class Account:
    """
    What signing in needs of an account, read before the slow work of the password.

    For an unknown login ``id`` and ``profile_id`` are empty, and ``hash`` is one that
    no password matches, so that the same work follows; ``unknown`` is its digest, by
    which it is paused like any other.
    """

    id: str = ""
    profile_id: str = ""
    hash: str = field(repr=False)
    failures: int = 0
    paused_until: datetime | None = None
    unknown: str = field(default="", repr=False)

    def is_paused(self, now: datetime) -> bool:
        """Tell whether too many wrong passwords make even the right one wait."""
        return self.paused_until is not None and now < self.paused_until


@frozen
class Accounts:
    """Accounts within one transaction."""

    work: UnitOfWork

    def add(self, login: str, password: str, profile_id: str, *, by: str = "") -> str:
        """
        Open the account of a profile, which must exist; return its id.

        Raises:
            InvalidError: the login or the password breaks the rules of `check_login`
                or `check_password`; the text says which.
            ConflictError: the login is taken, or the profile has an account already.
        """
        login = check_login(login)
        profile = Profiles(self.work).get(profile_id)
        if profile is None:
            raise NotFoundError("no such patient")
        check_password(password, login, profile)
        self.work.hold_digests()
        digests = self.work.digests(Label.LOGIN, login)
        taken = self.work.connection.execute(
            select(accounts.c.id).where(
                accounts.c.login.in_([*digests, login])
                | (accounts.c.profile_id == profile_id)
            )
        ).first()
        if taken is not None:
            raise ConflictError("this login is taken, or the profile has an account")
        account_id = uuid4().hex
        self.work.add_now(
            accounts,
            id=account_id,
            login=digests[0],
            called=self._called(account_id, profile.key_id, login),
            profile_id=profile_id,
            password=HASHER.hash(_normal(password)),
            failures=0,
            created_at=self.work.now,
        )
        Profiles(self.work, by).change(profile_id, "account")
        return account_id

    def find(self, login: str) -> Account:
        """Return the account of a login in any case, or one nobody can open."""
        login = login.strip().lower()[:LONGEST_LOGIN]
        digests = self.work.digests(Label.LOGIN, login)
        columns = accounts.c
        row = self.work.connection.execute(
            select(accounts).where(
                or_(
                    and_(columns.login.in_(digests), columns.called.is_not(None)),
                    and_(columns.login == login, columns.called.is_(None)),
                )
            )
        ).first()
        if row is None:
            return self._nobody(digests)
        self.work.rows.check(accounts, row)
        return _account(row)

    def _called(self, account_id: str, key_id: str, login: str) -> bytes:
        return self.work.seal(key_id, login, f"accounts.called:{account_id}")

    def _login(self, row: Any, profile: Profile) -> str:
        if row.called is None:  # of an earlier version
            return str(row.login)
        place = f"accounts.called:{row.id}"
        return str(self.work.unseal(profile.key_id, row.called, place))

    def _row_of(self, profile: Profile) -> Any:
        mine = accounts.c.profile_id == profile.id
        return self.work.connection.execute(select(accounts).where(mine)).first()

    def _row_to_change(self, profile: Profile) -> Any:
        row = self._row_of(profile)
        if row is None:
            raise NotFoundError("this profile has no account to sign in with")
        return row

    def login_of(self, profile: Profile) -> str:
        """Return what a patient signs in with; an empty text where there is none."""
        row = self._row_of(profile)
        return "" if row is None else self._login(row, profile)

    def of_profile(self, profile: Profile) -> Account | None:
        """Return the account of a patient, for its password to be asked again."""
        row = self._row_of(profile)
        if row is None:
            return None
        self.work.rows.check(accounts, row)
        return _account(row)

    def set_login(self, profile: Profile, login: str) -> None:
        """
        Change what a patient signs in with; what is open goes on.

        Raises:
            NotFoundError: the profile has no account.
            InvalidError: it is no login, as `check_login` says.
            ConflictError: somebody has it.
        """
        login = check_login(login)
        columns = accounts.c
        row = self._row_to_change(profile)
        self.work.hold_digests()
        digests = self.work.digests(Label.LOGIN, login)
        taken = self.work.connection.execute(
            select(columns.id).where(
                columns.login.in_([*digests, login]), columns.id != row.id
            )
        ).first()
        if taken is not None:
            raise ConflictError("this login is taken")
        self.work.change(
            accounts,
            columns.id == row.id,
            login=digests[0],
            called=self._called(row.id, profile.key_id, login),
        )
        Profiles(self.work).change(profile.id, "login")

    def move_to(self, profile: Profile, key_id: str) -> None:
        """Seal a patient's login under another of the patient's own keys."""
        row = self._row_of(profile)
        if row is not None and row.called is not None:
            called = self._called(row.id, key_id, self._login(row, profile))
            self.work.change(accounts, accounts.c.id == row.id, called=called)

    def carry_login(self, profile: Profile) -> bool:
        """Find a patient's login by the keys of now; False where that is so already."""
        row = self._row_of(profile)
        if row is None or row.called is None:
            return False
        digest = self.work.digest(Label.LOGIN, self._login(row, profile))
        if digest == row.login:
            return False
        self.work.change(accounts, accounts.c.id == row.id, login=digest)
        return True

    def login_columns(self, row: Any) -> dict[str, Any]:
        """Return the columns of a login that an earlier version wrote in clear."""
        profile = Profiles(self.work).get(row.profile_id)
        if profile is None:
            return {}
        return {
            "login": self.work.digest(Label.LOGIN, row.login),
            "called": self._called(row.id, profile.key_id, row.login),
        }

    def _nobody(self, digests: Sequence[str]) -> Account:
        row = self.work.connection.execute(
            select(unknown_logins).where(unknown_logins.c.digest.in_(digests))
        ).first()
        return Account(
            hash=_NOBODY,
            failures=row.failures if row else 0,
            paused_until=row.paused_until if row else None,
            unknown=row.digest if row else digests[0],
        )

    def profile_of(self, account_id: str) -> str:
        """
        Return the profile an account opens.

        Raises:
            AlteredError: its row is not as the gateway wrote it.
        """
        row = self.work.connection.execute(
            select(accounts).where(accounts.c.id == account_id)
        ).one()
        self.work.rows.check(accounts, row)
        return str(row.profile_id)

    def failed(self, account: Account, tries: int, pause: timedelta) -> None:
        """Count a wrong password; after ``tries`` of them the account waits."""
        if account.unknown:
            self._failed_for_nobody(account, tries, pause)
            return
        row = self.work.connection.execute(
            update(accounts)
            .where(accounts.c.id == account.id)
            .values(
                failures=_one_more(accounts.c, accounts.c.failed_at, self.work.now),
                failed_at=self.work.now,
            )
            .returning(accounts.c.failures)
        ).first()
        if row is not None and row.failures >= tries:
            self.work.connection.execute(
                update(accounts)
                .where(accounts.c.id == account.id)
                .values(failures=0, paused_until=self.work.now + pause)
            )
        self.work.note_patient(Action.SIGN_IN_REFUSED, "password", account.profile_id)

    def _failed_for_nobody(
        self, account: Account, tries: int, pause: timedelta
    ) -> None:
        now, columns = self.work.now, unknown_logins.c
        row = self.work.connection.execute(
            update(unknown_logins)
            .where(columns.digest == account.unknown)
            .values(failures=_one_more(columns, columns.tried_at, now), tried_at=now)
            .returning(columns.failures)
        ).first()
        if row is None:
            self.work.connection.execute(
                insert(unknown_logins).values(
                    digest=account.unknown, failures=1, tried_at=now
                )
            )
        failures = 1 if row is None else row.failures
        if failures >= tries:
            self.work.connection.execute(
                update(unknown_logins)
                .where(columns.digest == account.unknown)
                .values(failures=0, paused_until=now + pause)
            )

    def set_password(
        self,
        profile: Profile,
        password: str,
        *,
        by: str = "",
        why: str = "",
        but: str = "",
    ) -> None:
        """
        Change the password of a patient; their sessions and codes end, and no browser
        is trusted any more.

        ``but`` is the digest of the session that asks for it, which goes on: whoever is
        in it has their passkeys before them. Where there is none the access was lost,
        and the passkeys end as well. ``by`` and ``why`` are kept sealed, and ``by`` is
        journalled.

        Raises:
            NotFoundError: the profile has no account.
            InvalidError: the password breaks the rules of `check_password`.
        """
        row = self._row_to_change(profile)
        check_password(password, self._login(row, profile), profile)
        self.work.change(
            accounts,
            accounts.c.id == row.id,
            password=HASHER.hash(_normal(password)),
            failures=0,
            paused_until=None,
        )
        sign_out_everywhere(self.work, row.id, but=but)
        end_trust(self.work, trusted_devices.c.account_id == row.id)
        if not but:
            remove_passkeys(self.work, passkeys.c.account_id == row.id)
        void_codes_of(self.work, row.id)
        Profiles(self.work, by, why).change(profile.id, "password")

    def rehash(self, account: Account, stronger: str) -> None:
        """Keep the hash of `stronger_hash`, unless the password changed meanwhile."""
        self.work.change(
            accounts,
            accounts.c.id == account.id,
            accounts.c.password == account.hash,
            password=stronger,
        )

    def succeeded(self, account: Account) -> None:
        """Forget the wrong passwords: the right one came, and its code too."""
        if account.failures or account.paused_until is not None:
            self.work.connection.execute(
                update(accounts)
                .where(accounts.c.id == account.id)
                .values(failures=0, paused_until=None)
            )


def _account(row: Any) -> Account:
    return Account(
        id=row.id,
        profile_id=row.profile_id,
        hash=row.password,
        failures=row.failures,
        paused_until=row.paused_until,
    )


def forget_failures(work: UnitOfWork) -> None:
    """Forget every wrong password that is counted, and each pause for it."""
    columns = accounts.c
    work.connection.execute(
        update(accounts)
        .where((columns.failures > 0) | columns.paused_until.is_not(None))
        .values(failures=0, paused_until=None)
    )


def password_matches(account: Account, password: str) -> bool:
    """
    Tell whether a password opens an account; slow on purpose, so never on the loop.

    As slow for an account that does not exist: the answer's delay tells nothing.
    """
    try:
        HASHER.verify(account.hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(account.id)


def stronger_hash(account: Account, password: str) -> str:
    """
    Return a new hash of the right password where the one kept was made with other
    parameters than those of now; else an empty text. Slow, as `password_matches`.
    """
    if not HASHER.check_needs_rehash(account.hash):
        return ""
    return HASHER.hash(_normal(password))


def _one_more(columns: Any, since: ColumnElement[Any], now: datetime) -> Any:
    """Return the count after another wrong password; what is a day old is forgotten."""
    return case((since < now - _FORGOTTEN, 1), else_=columns.failures + 1)


def _normal(password: str) -> str:
    """Return one form of what different keyboards send (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password[:LONGEST])

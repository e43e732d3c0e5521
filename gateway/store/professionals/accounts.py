"""The accounts of professionals: a national number, and where their codes go."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import select

from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.tables import professional_accounts


@frozen(kw_only=True)
class ProfessionalAccount:
    """
    A professional by the national number; ``email`` is where their codes go.

    It is their own ordinary address, never a mailbox here: that one opens by the same
    certificate that the code is to second. ``unreached_since``: since then it is known
    that an e-mail to it did not arrive; ``changed_at``: of what is known of it.
    """

    id: str
    national_id: str
    key_id: str
    email: str = field(default="", repr=False)
    unreached_since: datetime | None = None
    changed_at: datetime | None = None


@frozen
class ProfessionalAccounts:
    """The accounts of professionals within one transaction."""

    work: UnitOfWork

    def find(self, national_id: str) -> ProfessionalAccount | None:
        """
        Return the account of a national number, or None.

        Raises:
            AlteredError: it is not as it was written.
        """
        where = professional_accounts.c.national_id == national_id
        return self._one(where)

    def get(self, account_id: str) -> ProfessionalAccount | None:
        """Return an account by its id, or None; it raises as `find` does."""
        return self._one(professional_accounts.c.id == account_id)

    def _one(self, where: Any) -> ProfessionalAccount | None:
        row = self.work.connection.execute(
            select(professional_accounts).where(where)
        ).first()
        if row is None:
            return None
        self.work.rows.check(professional_accounts, row)
        said = {"email": ""}
        if row.contact is not None:
            said = self.work.unseal(row.key_id, row.contact, _place(row.id))
        since = said.get("unreached")
        return ProfessionalAccount(
            id=row.id,
            national_id=row.national_id,
            key_id=row.key_id,
            email=said["email"],
            unreached_since=datetime.fromisoformat(since) if since else None,
            changed_at=row.changed_at,
        )

    def open(self, national_id: str) -> ProfessionalAccount:
        """Return the account of a national number, made where there was none."""
        known = self.find(national_id)
        if known is not None:
            return known
        account_id = uuid4().hex
        key_id = self.work.key_for(f"professional:{account_id}")
        self.work.add_now(
            professional_accounts,
            id=account_id,
            national_id=national_id,
            key_id=key_id,
            created_at=self.work.now,
            changed_at=self.work.now,
        )
        return ProfessionalAccount(
            id=account_id, national_id=national_id, key_id=key_id
        )

    def set_email(
        self, national_id: str, email: str, *, by: str, reason: str = ""
    ) -> None:
        """Have the codes of a professional go to an address; empty: to none."""
        account = self.open(national_id)
        self._set_contact(account, {"email": email} if email else None)
        outcome = "address set" if email else "address taken away"
        said = {"by": by} | ({"reason": reason} if reason else {})
        self.work.note(Action.PROFESSIONAL_CHANGED, outcome, account.id, **said)

    def failed(self, account_id: str, sent_at: datetime) -> bool:
        """
        Keep that an e-mail did not arrive; False where that says nothing new, or
        nothing of the address that is known now.
        """
        account = self.get(account_id)
        if account is None or not account.email or account.unreached_since:
            return False
        if account.changed_at is not None and sent_at < account.changed_at:
            return False
        said = {"email": account.email, "unreached": self.work.now.isoformat()}
        self._set_contact(account, said)
        self.work.note(Action.PROFESSIONAL_CHANGED, "address unreached", account.id)
        return True

    def works(self, account_id: str, *, by: str) -> None:
        """Keep that they say the address is right; none was doubted is no error."""
        account = self.get(account_id)
        if account is None or account.unreached_since is None:
            return
        self._set_contact(account, {"email": account.email})
        outcome = "address said to work"
        self.work.note(Action.PROFESSIONAL_CHANGED, outcome, account.id, identity=by)

    def _set_contact(
        self, account: ProfessionalAccount, said: dict[str, str] | None
    ) -> None:
        sealed = None
        if said is not None:
            sealed = self.work.seal(account.key_id, said, _place(account.id))
        self.work.change(
            professional_accounts,
            professional_accounts.c.id == account.id,
            contact=sealed,
            changed_at=self.work.now,
        )


def _place(account_id: str) -> str:
    return f"professional_accounts.contact:{account_id}"

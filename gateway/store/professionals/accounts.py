"""The accounts of professionals: a national number, and where their codes go."""

from __future__ import annotations

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
    certificate that the code is to second.
    """

    id: str
    national_id: str
    key_id: str
    email: str = field(default="", repr=False)


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
        email = ""
        if row.contact is not None:
            email = self.work.unseal(row.key_id, row.contact, _place(row.id))["email"]
        return ProfessionalAccount(
            id=row.id, national_id=row.national_id, key_id=row.key_id, email=email
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
        sealed = None
        if email:
            place = _place(account.id)
            sealed = self.work.seal(account.key_id, {"email": email}, place)
        self.work.change(
            professional_accounts,
            professional_accounts.c.id == account.id,
            contact=sealed,
            changed_at=self.work.now,
        )
        outcome = "address set" if email else "address taken away"
        said = {"by": by} | ({"reason": reason} if reason else {})
        self.work.note(Action.PROFESSIONAL_CHANGED, outcome, account.id, **said)


def _place(account_id: str) -> str:
    return f"professional_accounts.contact:{account_id}"

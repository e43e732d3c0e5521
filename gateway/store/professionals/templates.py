"""Texts that a professional begins messages with, each under a name."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import ColumnElement, delete, func, insert, select, update

from gateway.errors import ConflictError
from gateway.store.base.work import UnitOfWork
from gateway.store.professionals.accounts import ProfessionalAccount
from gateway.store.tables import message_templates

MOST_NAME: Final = 80
MOST_TEXT: Final = 5000
"""Characters of a template's name, and of its text."""


@frozen(kw_only=True)
class MessageTemplate:
    """A text with its name."""

    id: str
    name: str = field(repr=False)
    text: str = field(repr=False)


@frozen
class MessageTemplates:
    """The templates of one professional, sealed with their key, in one transaction."""

    work: UnitOfWork
    account: ProfessionalAccount

    def listed(self) -> list[MessageTemplate]:
        """Return all of them, by name."""
        return self._some()

    def _some(self, *conditions: ColumnElement[bool]) -> list[MessageTemplate]:
        rows = self.work.connection.execute(
            select(message_templates).where(self._own(), *conditions)
        )
        found = []
        for row in rows:
            said = self.work.unseal(row.key_id, row.content, _place(row.id))
            found.append(
                MessageTemplate(id=row.id, name=said["name"], text=said["text"])
            )
        return sorted(found, key=lambda one: (one.name.casefold(), one.id))

    def find(self, template_id: str) -> MessageTemplate | None:
        """Return one of them, or None: another's is not there."""
        return next(iter(self._some(message_templates.c.id == template_id)), None)

    def add(self, name: str, text: str, *, most: int) -> str:
        """
        Keep a new one; return its id.

        Raises:
            ConflictError: there would be more than ``most``.
        """
        there = select(func.count()).select_from(message_templates).where(self._own())
        if self.work.connection.execute(there).scalar_one() >= most:
            raise ConflictError("too many templates")
        template_id = uuid4().hex
        self.work.connection.execute(
            insert(message_templates).values(
                id=template_id,
                professional_id=self.account.id,
                content=self._sealed(template_id, name, text),
                key_id=self.account.key_id,
                created_at=self.work.now,
            )
        )
        return template_id

    def change(self, template_id: str, name: str, text: str) -> bool:
        """Keep another name and text; False: there is none of theirs by that id."""
        changed = self.work.connection.execute(
            update(message_templates)
            .where(self._own(), message_templates.c.id == template_id)
            .values(
                content=self._sealed(template_id, name, text),
                key_id=self.account.key_id,
            )
        )
        return changed.rowcount > 0

    def remove(self, template_id: str) -> bool:
        """Delete one; False: there is none of theirs by that id."""
        gone = self.work.connection.execute(
            delete(message_templates).where(
                self._own(), message_templates.c.id == template_id
            )
        )
        return gone.rowcount > 0

    def _own(self) -> ColumnElement[bool]:
        return message_templates.c.professional_id == self.account.id

    def _sealed(self, template_id: str, name: str, text: str) -> bytes:
        said = {"name": name, "text": text}
        return self.work.seal(self.account.key_id, said, _place(template_id))


def _place(template_id: str) -> str:
    return f"message_templates.content:{template_id}"

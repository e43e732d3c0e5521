"""
What a patient looks for among their messages, as an address says it.

As of documents (`document_search`): what is typed lies sealed in the address, and whose
messages are looked for stands in it as a digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve, frozen

from gateway.web.patient.document_search import asked_of_any, paged
from gateway.web.site.answers import with_query

PATH: Final = "/inbox"

UNREAD, SENT, FILES = "unread", "sent", "files"
SHOWN: Final = (UNREAD, SENT, FILES)
"""What may be shown alone: not read yet, the patient's own, with files."""


@frozen(kw_only=True)
class AskedMessages:
    """What an address asks for: each empty where it says nothing of it."""

    show: str = ""
    by: str = ""
    """A digest of a correspondent's address."""
    when: str = ""
    """Three months, ``3m``, or a year."""
    sealed: str = ""
    """What was typed, sealed."""

    @classmethod
    def read(cls, said: Mapping[str, str]) -> AskedMessages:
        """Read what an address or a form says; what is odd is not asked for."""
        show, (by, when, sealed) = said.get("show", ""), asked_of_any(said)
        return cls(show=show if show in SHOWN else "", by=by, when=when, sealed=sealed)

    def said(self) -> dict[str, str]:
        """Return it as the query of an address."""
        named = {"show": self.show, "by": self.by, "when": self.when, "q": self.sealed}
        return {name: value for name, value in named.items() if value}

    def address(self, **changes: Any) -> str:
        """Return the address of a list that differs from this one so far."""
        return with_query(PATH, evolve(self, **changes).said())

    def page(self, number: int | str = "") -> str:
        """Return the address of a page of this list; without a number, up to it."""
        return paged(PATH, self.said(), number)

    @property
    def looks_within(self) -> bool:
        """Whether messages are looked for, and not whole conversations."""
        return bool(self.said()) and self != AskedMessages(show=UNREAD)

"""Somebody whom a patient names: a form with their number, their names and birth."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Self

from attrs import field, frozen

from gateway.core.ins import has_valid_key
from gateway.store.patients.delegations import NamedPerson
from gateway.web.patient.identifying import day_of, number_of
from gateway.web.site.forms import Form

_MOST_NAME: Final = 100
_FIELDS: Final = ("family", "given", "born", "number")


@frozen(kw_only=True)
class NamingForm:
    """Who is named; ``problems`` are names of fields, and why."""

    number: str = field(default="", repr=False)
    family: str = field(default="", repr=False)
    given: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    problems: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, form: Form, **more: Any) -> Self:
        """Return the fields as they were written, cut where too long; and ``more``."""
        return cls(
            number=form.line("number")[:30],
            family=form.line("family")[:_MOST_NAME],
            given=form.line("given")[:_MOST_NAME],
            born=form.line("born")[:10],
            **more,
        )

    def problem(self, name: str) -> str:
        """Return what is wrong with a field, or an empty text."""
        return dict(self.problems).get(name, "")

    def named(self, born: date) -> NamedPerson:
        """Return who that is, where nothing is wrong."""
        return NamedPerson(
            matricule=number_of(self.number),
            family=self.family,
            given=self.given,
            birth_date=f"{born:%Y%m%d}",
        )


def naming_problems(form: NamingForm) -> list[tuple[str, str]]:
    """Return which of the fields are missing, and which are odd."""
    problems = [(name, "missing") for name in _FIELDS if not getattr(form, name)]
    if form.number and not has_valid_key(number_of(form.number)):
        problems.append(("number", "odd"))
    if form.born and day_of(form.born) is None:
        problems.append(("born", "odd"))
    return problems

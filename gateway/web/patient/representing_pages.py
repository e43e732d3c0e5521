"""The pages of those who represent a child by law: its space, and the other parent."""

from __future__ import annotations

from datetime import date
from typing import Final

from attrs import evolve, field, frozen

from gateway.core.ins import has_valid_key
from gateway.errors import NotFoundError
from gateway.rights.delegation_rules import LASTING, REPRESENTING, Worth
from gateway.rights.representation_rules import MOST_REPRESENTATIVES
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.delegations import Delegation, Delegations, NamedPerson
from gateway.web.patient.changing_pages import ChangingPages
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.identifying import day_of, number_of
from gateway.web.patient.representing import RepresentFault, Representing
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import Visit, person_name

_MOST_NAME: Final = 100


@frozen(kw_only=True)
class NamingForm:
    """Who is named, and certified; ``problems`` are names of fields, and why."""

    number: str = field(default="", repr=False)
    family: str = field(default="", repr=False)
    given: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    certifies: bool = False
    problems: tuple[tuple[str, str], ...] = ()

    def problem(self, name: str) -> str:
        """Return what is wrong with a field, or an empty text."""
        return dict(self.problems).get(name, "")


@frozen(kw_only=True)
class OtherParent:
    """Somebody who represents the child, or is asked to; ``is_own``: who looks."""

    id: str
    name: str = field(repr=False)
    standing: Worth
    is_own: bool


@frozen
class RepresentingPages:
    """A child's space is opened, and the other representative asked."""

    desk: PatientDesk

    def child_form(self, visit: Visit) -> Answer:
        """Ask for which child; behind the password and a code once more."""
        return ChangingPages(self.desk).to_prove(visit) or self._child(
            visit, NamingForm()
        )

    def _child(self, visit: Visit, form: NamingForm, status: int = 200) -> Answer:
        return self.desk.page(visit, "child.html", status=status, form=form)

    def child(self, visit: Visit) -> Answer:
        """Open the space of a child who is attached to the patient."""
        if (proof := ChangingPages(self.desk).to_prove(visit)) is not None:
            return proof
        form, named = _read(visit)
        if named is None:
            return self._child(visit, form, 422)
        fault = Representing(self.desk).begin(visit, named)
        if fault is not None:
            return self._child(visit, _with_fault(form, fault), 422)
        return redirect("/people?done=child")

    def others_form(self, visit: Visit, delegation_id: str) -> Answer:
        """Say who represents a child, and ask for another."""
        return ChangingPages(self.desk).to_prove(visit) or self._others(
            visit, delegation_id, NamingForm()
        )

    def _others(
        self, visit: Visit, delegation_id: str, form: NamingForm, status: int = 200
    ) -> Answer:
        today = self.desk.day(visit.now)
        with self.desk.database.read() as work:
            one = Representing(self.desk).of_child(work, visit, delegation_id)
            others = self._representatives(work, one, today)
            child = Delegations(work).holder(one)
        if child is None:
            raise NotFoundError("no such delegation")
        return self.desk.page(
            visit,
            "others.html",
            status=status,
            form=form,
            id=delegation_id,
            child=person_name(child),
            last=one.term.last,
            others=others,
            may_ask=len(others) < MOST_REPRESENTATIVES,
        )

    def _representatives(
        self, work: UnitOfWork, mine: Delegation, today: date
    ) -> list[OtherParent]:
        return [
            OtherParent(
                id=one.id,
                name=one.named.name if one.named else "?",
                standing=one.standing(today),
                is_own=one.id == mine.id,
            )
            for one in Delegations(work).of_holder(mine.holder_id)
            if one.capacity in REPRESENTING and one.standing(today) in LASTING
        ]

    def invite(self, visit: Visit, delegation_id: str) -> Answer:
        """Ask the other; the page says the same whether they were found or not."""
        if (proof := ChangingPages(self.desk).to_prove(visit)) is not None:
            return proof
        form, named = _read(visit)
        if named is None:
            return self._others(visit, delegation_id, form, 422)
        fault = Representing(self.desk).invite(visit, delegation_id, named)
        if fault is not None:
            return self._others(visit, delegation_id, _with_fault(form, fault), 422)
        return redirect("/people?done=asked")

    def take_back(self, visit: Visit, delegation_id: str) -> Answer:
        """Take a request back."""
        asked = visit.form.line("asked")
        Representing(self.desk).take_back(visit, delegation_id, asked)
        return redirect(f"/people/{delegation_id}/others")


def _read(visit: Visit) -> tuple[NamingForm, NamedPerson | None]:
    """Return the form with what is missing or odd in it, and who is named if nothing"""
    line = visit.form.line
    form = NamingForm(
        number=line("number")[:30],
        family=line("family")[:_MOST_NAME],
        given=line("given")[:_MOST_NAME],
        born=line("born")[:10],
        certifies=line("certifies") == "1",
    )
    born = day_of(form.born)
    problems = [
        (name, "missing")
        for name in ("family", "given", "born", "number")
        if not line(name)
    ]
    if form.number and not has_valid_key(number_of(form.number)):
        problems.append(("number", "odd"))
    if form.born and born is None:
        problems.append(("born", "odd"))
    if not form.certifies:
        problems.append(("certifies", "missing"))
    if problems or born is None:
        return evolve(form, problems=tuple(problems)), None
    return form, NamedPerson(
        matricule=number_of(form.number),
        family=form.family,
        given=form.given,
        birth_date=f"{born:%Y%m%d}",
    )


def _with_fault(form: NamingForm, fault: RepresentFault) -> NamingForm:
    return evolve(form, problems=(("person", fault.value),))

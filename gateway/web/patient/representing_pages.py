"""The pages of those who represent a child by law: its space, and the other parent."""

from __future__ import annotations

from datetime import date

from attrs import evolve, field, frozen

from gateway.errors import NotFoundError
from gateway.rights.delegation_rules import LASTING, REPRESENTING, Worth
from gateway.rights.representation_rules import MOST_REPRESENTATIVES
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.delegations import Delegation, Delegations, NamedPerson
from gateway.web.patient.changing_pages import ChangingPages
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.identifying import day_of
from gateway.web.patient.person_forms import NamingForm, naming_problems
from gateway.web.patient.representing import RepresentFault, Representing
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import Visit, person_name


@frozen(kw_only=True)
class CertifiedForm(NamingForm):
    """Who is named as a child or its other parent, and certified to be that."""

    certifies: bool = False


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
            visit, CertifiedForm()
        )

    def _child(self, visit: Visit, form: CertifiedForm, status: int = 200) -> Answer:
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
            visit, delegation_id, CertifiedForm()
        )

    def _others(
        self, visit: Visit, delegation_id: str, form: CertifiedForm, status: int = 200
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


def _read(visit: Visit) -> tuple[CertifiedForm, NamedPerson | None]:
    """Return the form with what is missing or odd in it, and who is named if nothing"""
    certifies = visit.form.line("certifies") == "1"
    form = CertifiedForm.of(visit.form, certifies=certifies)
    born, problems = day_of(form.born), naming_problems(form)
    if not form.certifies:
        problems.append(("certifies", "missing"))
    if problems or born is None:
        return evolve(form, problems=tuple(problems)), None
    return form, form.named(born)


def _with_fault(form: CertifiedForm, fault: RepresentFault) -> CertifiedForm:
    return evolve(form, problems=(("person", fault.value),))

"""The pages of those who act for a patient, and of whom the patient acts for."""

from __future__ import annotations

from datetime import date

from attrs import evolve, field, frozen

from gateway.core.texts.attestations import TITLE
from gateway.errors import NotFoundError
from gateway.rights.delegation_rules import (
    GRANTED,
    LASTING,
    REPRESENTING,
    Capacity,
    Term,
    Worth,
)
from gateway.rights.majority_rules import is_adult
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.delegations import Delegation, Delegations, NamedPerson
from gateway.web.patient.attesting import Attested, attestation_of
from gateway.web.patient.changing_pages import ChangingPages
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.helping import HelpFault, Helping
from gateway.web.patient.identifying import day_of
from gateway.web.patient.person_forms import NamingForm, naming_problems
from gateway.web.site.answers import Answer, inline, redirect, with_query
from gateway.web.site.visits import Visit, person_name

_SOON_DAYS = 30


@frozen(kw_only=True)
class Person:
    """Somebody on the page, by the name that the page may show."""

    id: str
    name: str = field(repr=False)
    standing: Worth
    term: Term
    ends_soon: bool
    by_law: bool
    """A legal representative, by no choice of the one who is represented."""
    is_child: bool
    is_attested: bool = False
    """A carer who answered: there is an attestation."""
    is_suspended: bool = False
    """The space that one acts in is not open now; the help is not over for that."""


@frozen(kw_only=True)
class AskingForm(NamingForm):
    """Who is asked to act for the patient, and until when."""

    last: str = ""
    agrees: bool = False


@frozen
class PeoplePages:
    """ "People close to me" (Mes proches)."""

    desk: PatientDesk

    def people(self, visit: Visit) -> Answer:
        """List for whom the patient acts, who acts for the patient, and who asks."""
        profile, today = visit.profile, self.desk.day(visit.now)
        with self.desk.database.read() as work:
            mine = Delegations(work).of_holder(profile.id)
            others = Delegations(work).of_helper(profile.id)
            helpers = [self._named(one, today) for one in mine]
            helped = [
                (self._holder(work, one, today), one.standing(today)) for one in others
            ]
            closed = [
                one for each in others if (one := self._closed(work, each, today))
            ]
            past = [one for each in others if (one := self._past(work, each, today))]
        return self.desk.page(
            visit,
            "people.html",
            helpers=[
                one for one in helpers if one.standing in LASTING and not one.by_law
            ],
            past=[one for one in helpers if one.standing not in LASTING],
            by_law=[one for one in helpers if one.standing in GRANTED and one.by_law],
            helped=[
                one for one, worth in helped if one is not None and worth in GRANTED
            ],
            requests=[
                one
                for one, worth in helped
                if one is not None and worth is Worth.WAITING and not one.is_suspended
            ],
            past_helped=past,
            closed=closed,
            is_adult=is_adult(profile.traits.birth_date, today),
            over="over" in visit.query,
            done=visit.query.get("done", ""),
            problem=visit.query.get("problem", ""),
        )

    def _named(self, one: Delegation, today: date) -> Person:
        """Return a helper as the patient named them: what is behind is not told."""
        return self._person(one, one.named.name if one.named else "?", today)

    def _holder(self, work: UnitOfWork, one: Delegation, today: date) -> Person | None:
        """
        Return whom the patient acts for, None where that space is closed or gone.

        One that is suspended stays: what they may in it goes on once that is lifted,
        and they may end it.
        """
        holder = Delegations(work).holder(one)
        if holder is None:
            return None
        state = ProfileState(holder.state)
        is_suspended = state is ProfileState.SUSPENDED
        if not is_suspended and not may_sign_in(state):
            return None
        person = self._person(one, person_name(holder), today)
        return evolve(person, is_suspended=is_suspended)

    def _past(self, work: UnitOfWork, one: Delegation, today: date) -> Person | None:
        """Return whom the patient acted for, by what they agreed to, and no longer."""
        if one.answered_at is None or one.standing(today) is not Worth.OVER:
            return None
        holder = Delegations(work).holder(one)
        if holder is None:
            return None
        last = one.term.last
        if one.ended_at is not None:
            last = min(last, self.desk.day(one.ended_at))
        person = self._person(one, person_name(holder), today)
        return evolve(person, term=evolve(one.term, last=max(last, one.term.first)))

    def _closed(self, work: UnitOfWork, one: Delegation, today: date) -> Person | None:
        """Return a child whom the patient represents and whose space is closed."""
        if one.capacity is not Capacity.REPRESENTATIVE:
            return None
        holder = Delegations(work).holder(one)
        is_closed = holder is not None and holder.state == ProfileState.CLOSED
        if holder is None or not is_closed or one.standing(today) not in GRANTED:
            return None
        return self._person(one, person_name(holder), today)

    def _person(self, one: Delegation, name: str, today: date) -> Person:
        standing = one.standing(today)
        left = (one.term.last - today).days
        return Person(
            id=one.id,
            name=name,
            standing=standing,
            term=one.term,
            ends_soon=standing is Worth.IN_FORCE and left < _SOON_DAYS,
            by_law=one.capacity in REPRESENTING,
            is_child=one.capacity is Capacity.REPRESENTATIVE,
            is_attested=one.capacity is Capacity.CARER and one.answered_at is not None,
        )

    def new_form(self, visit: Visit) -> Answer:
        """Ask whom, and until when; behind the password and a code once more."""
        return ChangingPages(self.desk).to_prove(visit) or self._form(
            visit, AskingForm()
        )

    def _form(self, visit: Visit, form: AskingForm, status: int = 200) -> Answer:
        return self.desk.page(
            visit,
            "ask_carer.html",
            status=status,
            form=form,
            most_days=self.desk.settings.web.carer_days,
            today=self.desk.day(visit.now),
        )

    def new(self, visit: Visit) -> Answer:
        """Ask that person; the page says the same whether they were found or not."""
        if (proof := ChangingPages(self.desk).to_prove(visit)) is not None:
            return proof
        form = _read(visit)
        born, last = day_of(form.born), day_of(form.last)
        if form.problems or born is None or last is None:
            return self._form(visit, form, 422)
        term = Term(first=self.desk.day(visit.now), last=last)
        fault = Helping(self.desk).ask(visit, form.named(born), term)
        if fault is not None:
            return self._form(visit, _with_fault(form, fault), 422)
        return redirect("/people?done=asked")

    def accept(self, visit: Visit, delegation_id: str) -> Answer:
        """Agree to act for somebody."""
        return self._answered(visit, delegation_id, accepts=True)

    def refuse(self, visit: Visit, delegation_id: str) -> Answer:
        """Refuse to act for somebody."""
        return self._answered(visit, delegation_id, accepts=False)

    def _answered(self, visit: Visit, delegation_id: str, *, accepts: bool) -> Answer:
        fault = Helping(self.desk).answer(visit, delegation_id, accepts=accepts)
        if fault is not None:
            word = fault.value.replace(" ", "-")
            return redirect(with_query("/people", {"problem": word}))
        return redirect(f"/people?done={'accepted' if accepts else 'refused'}")

    def ask_end(self, visit: Visit, delegation_id: str) -> Answer:
        """Ask whether it shall end, or how long it shall last."""
        return self._change(visit, delegation_id)

    def _change(
        self, visit: Visit, delegation_id: str, problem: str = "", status: int = 200
    ) -> Answer:
        own, today = visit.profile.id, self.desk.day(visit.now)
        with self.desk.database.read() as work:
            one = Delegations(work).get(delegation_id)
            if one is None or own not in {one.holder_id, one.helper_id}:
                raise NotFoundError("no such delegation")
            if one.standing(today) not in LASTING:
                return redirect("/people?over=1")
            is_holders = one.holder_id == own
            if is_holders and one.capacity in REPRESENTING:
                raise NotFoundError("no such delegation")
            person = (
                self._named(one, today)
                if is_holders
                else self._holder(work, one, today)
            )
        if person is None:
            raise NotFoundError("no such delegation")
        return self.desk.page(
            visit,
            "carer.html",
            status=status,
            person=person,
            is_holders=is_holders,
            most_days=self.desk.settings.web.carer_days,
            today=today,
            problem=problem,
        )

    def attestation(self, visit: Visit, delegation_id: str) -> Answer:
        """Give either of the two the attestation of what was answered, as a PDF."""
        own, today = visit.profile.id, self.desk.day(visit.now)
        with self.desk.database.read() as work:
            one = Delegations(work).get(delegation_id)
            if one is None or own not in {one.holder_id, one.helper_id}:
                raise NotFoundError("no such delegation")
            holder = Delegations(work).holder(one)
        # Of a request that nobody answered it is not told whether anybody was found.
        is_answered = one.capacity is Capacity.CARER and one.answered_at is not None
        if not is_answered or one.named is None or holder is None:
            raise NotFoundError("no such delegation")
        said = Attested(
            one=one,
            holder=NamedPerson.of(holder),
            helper=one.named,
            service=self.desk.settings.domains.operator_name,
            today=today,
            day_of=self.desk.day,
        )
        content = attestation_of(said, visit.language)
        return inline(f"{TITLE.fr}.pdf", "application/pdf", content)

    def end(self, visit: Visit, delegation_id: str) -> Answer:
        """End it."""
        Helping(self.desk).end(visit, delegation_id)
        return redirect("/people?done=ended")

    def prolong(self, visit: Visit, delegation_id: str) -> Answer:
        """Let it last until another day."""
        last = day_of(visit.form.line("last"))
        if last is None:
            return self._change(visit, delegation_id, "missing", 422)
        fault = Helping(self.desk).prolong(visit, delegation_id, last)
        if fault is not None:
            return self._change(visit, delegation_id, fault.value, 422)
        return redirect("/people?done=prolonged")

    def open(self, visit: Visit, delegation_id: str) -> Answer:
        """Go to the space of somebody whom the patient acts for."""
        assert visit.own is not None, "the route needs an open session"
        with self.desk.database.read() as work:
            one = Delegations(work).get(delegation_id)
        if one is None or one.helper_id != visit.own.id:
            raise NotFoundError("no such delegation")
        # A child has no sign-in of its own that would ask for it.
        self.desk.have_index_made(one.holder_id)
        return redirect("/").with_cookie("acting", delegation_id)

    def leave(self, visit: Visit) -> Answer:
        """Go back to one's own space."""
        return redirect("/").without_cookie("acting")


def _read(visit: Visit) -> AskingForm:
    """Return the form, with what is missing or odd in it."""
    form = AskingForm.of(
        visit.form,
        last=visit.form.line("last")[:10],
        agrees=visit.form.line("agrees") == "1",
    )
    problems = naming_problems(form)
    if not form.last:
        problems.append(("last", "missing"))
    elif day_of(form.last) is None:
        problems.append(("last", "odd"))
    if not form.agrees:
        problems.append(("agrees", "missing"))
    return evolve(form, problems=tuple(problems))


def _with_fault(form: AskingForm, fault: HelpFault) -> AskingForm:
    of_days = {"past", "backwards", "long"}
    name = "last" if fault.value in of_days else "person"
    return evolve(form, problems=((name, fault.value),))

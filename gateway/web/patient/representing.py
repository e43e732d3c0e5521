"""Representing a child: opening the space, asking the other parent, their answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from attrs import frozen

from gateway.core.actors import Actor, Means, Who
from gateway.core.person import IdentityTraits
from gateway.core.texts.notices import NoticeKind
from gateway.errors import NotFoundError
from gateway.rights.delegation_rules import (
    REPRESENTING,
    Capacity,
    OpeningFacts,
    Term,
    Worth,
    capacity_on,
    is_same_person,
)
from gateway.rights.majority_rules import majority_of
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.rights.representation_rules import (
    AttachmentFacts,
    Basis,
    RepresentationFault,
    SecondFacts,
    judge_attachment,
    judge_second,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.delegations import (
    ATTACHED,
    Delegation,
    Delegations,
    NamedPerson,
    matricules,
)
from gateway.store.patients.life import go_on
from gateway.store.patients.majority import keep_majority
from gateway.store.patients.profiles import Profile, Profiles
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.helping import TooMany
from gateway.web.site.visits import Visit, person_name

_DAY: Final = timedelta(days=1)

RepresentFault = RepresentationFault | TooMany


@frozen
class Representing:
    """What a patient does as the legal representative of a child; each in one commit"""

    desk: PatientDesk

    def begin(self, visit: Visit, named: NamedPerson) -> RepresentFault | None:
        """
        Open the space of a child who is attached to the patient; return why not.

        The insurer's feed says who is attached to whom. Of a child who is not, nothing
        is told, not even whether there is one.
        """
        today = self.desk.day(visit.now)

        def job(work: UnitOfWork) -> RepresentFault | None:
            own = self._held(work, visit.profile.id)
            child = self._child(work, named)
            state = ProfileState(child.state) if child else ProfileState.ABSENT
            fault = judge_attachment(
                AttachmentFacts(
                    own=own.ins.matricule,
                    own_born=own.traits.birth_date,
                    attached_to=self._attached_to(work, child),
                    child=state,
                    child_born=child.traits.birth_date if child else "",
                    represented_by=self._represented_by(work, child, today),
                    today=today,
                )
            )
            if fault is not None or child is None:
                return fault
            by = Actor(Who.REPRESENTATIVE, Means.WEB, person_name(own))
            notices = self.desk.notices(work)
            # Before it is so: those who represent the child already.
            notices.tell_representatives(child, NoticeKind.PEOPLE)
            Delegations(work).represent(
                child,
                own,
                _until_majority(child, today),
                capacity=Capacity.REPRESENTATIVE,
                by=by,
                basis=Basis.INSURER.value,
            )
            go_on(work, notices, child, ProfileState.ACTIVATED, by=by)
            keep_majority(work, child, self.desk.zone)
            notices.make(own, NoticeKind.PEOPLE)
            return None

        return self.desk.write(job)

    def _child(self, work: UnitOfWork, named: NamedPerson) -> Profile | None:
        found = Profiles(work).find(named.matricule)
        return found if found is not None and _is_named(found, named) else None

    def _attached_to(self, work: UnitOfWork, child: Profile | None) -> str:
        if child is None:
            return ""
        return str(Profiles(work).standing(child.id).get(ATTACHED) or "")

    def _represented_by(
        self, work: UnitOfWork, child: Profile | None, today: date
    ) -> tuple[str, ...]:
        if child is None:
            return ()
        some = Delegations(work).of_holder(child.id)
        return matricules(some, today, REPRESENTING)

    def of_child(
        self, work: UnitOfWork, visit: Visit, delegation_id: str
    ) -> Delegation:
        """
        Return by what the patient represents a child today.

        Raises:
            NotFoundError: by nothing of that id.
        """
        one = Delegations(work).get(delegation_id)
        if one is None or one.helper_id != visit.profile.id:
            raise NotFoundError("no such delegation")
        holder = Delegations(work).holder(one)
        state = ProfileState(holder.state) if holder else ProfileState.DELETED
        facts = OpeningFacts(
            capacity=one.capacity,
            state=one.state,
            term=one.term,
            holder=state,
            born=holder.traits.birth_date if holder else "",
            day=self.desk.day(visit.now),
        )
        if capacity_on(facts) is not Capacity.REPRESENTATIVE:
            raise NotFoundError("no such delegation")
        return one

    def invite(
        self, visit: Visit, delegation_id: str, named: NamedPerson
    ) -> RepresentFault | None:
        """
        Ask somebody to represent the child too; return why that cannot be, or None.

        Whether there is such a person is not told, as with carers.

        Raises:
            NotFoundError: the patient does not represent that child.
        """
        today, most = self.desk.day(visit.now), self.desk.settings.web.carer_requests

        def job(work: UnitOfWork) -> RepresentFault | None:
            mine = self.of_child(work, visit, delegation_id)
            child = self._held(work, mine.holder_id)
            own = self._held(work, visit.profile.id)
            asked = Delegations(work).of_holder(child.id)
            fault = judge_second(
                SecondFacts(
                    own=own.ins.matricule,
                    asked=named.matricule,
                    child=ProfileState(child.state),
                    child_born=child.traits.birth_date,
                    represented_by=matricules(asked, today, REPRESENTING),
                    today=today,
                )
            )
            if fault is not None:
                return fault
            recent = [one for one in asked if one.created_at > work.now - _DAY]
            if len(recent) >= most:
                return TooMany.TODAY
            found = Profiles(work).find(named.matricule)
            is_there = found is not None and may_sign_in(ProfileState(found.state))
            helper = found if is_there and found and _is_named(found, named) else None
            by = Actor(Who.REPRESENTATIVE, Means.WEB, person_name(own))
            Delegations(work).ask(
                child,
                helper,
                named,
                _until_majority(child, today),
                capacity=Capacity.REPRESENTATIVE,
                by=by,
            )
            if helper is not None:
                self.desk.notices(work).make(helper, NoticeKind.PEOPLE)
            return None

        return self.desk.write(job)

    def take_back(self, visit: Visit, delegation_id: str, asked_id: str) -> None:
        """
        Take a request back that nobody answered.

        Raises:
            NotFoundError: it is none of a child whom the patient represents.
        """
        today = self.desk.day(visit.now)

        def job(work: UnitOfWork) -> None:
            mine = self.of_child(work, visit, delegation_id)
            asked = Delegations(work).get(asked_id)
            if asked is None or asked.holder_id != mine.holder_id:
                raise NotFoundError("no such delegation")
            if asked.capacity not in REPRESENTING:
                raise NotFoundError("no such delegation")
            if asked.standing(today) is not Worth.WAITING:
                return
            Delegations(work).end(asked, by_holder=True)
            helper = Profiles(work).get(asked.helper_id) if asked.helper_id else None
            if helper is not None:
                self.desk.notices(work).make(helper, NoticeKind.PEOPLE)

        self.desk.write(job)

    def _held(self, work: UnitOfWork, profile_id: str) -> Profile:
        found = Profiles(work).hold(profile_id)
        if found is None:
            raise NotFoundError("no such patient")
        return found


def _is_named(found: Profile, named: NamedPerson) -> bool:
    return is_same_person(
        found.traits,
        IdentityTraits(
            family=named.family, first_given=named.given, birth_date=named.birth_date
        ),
    )


def _until_majority(child: Profile, today: date) -> Term:
    majority = majority_of(child.traits.birth_date)
    assert majority is not None, "judged to be a minor"
    return Term(first=today, last=majority - _DAY)

"""Asking somebody to act in one's place, answering that, and ending it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum

from attrs import evolve, frozen

from gateway.core.actors import Actor, Means, Who
from gateway.core.keeping import (
    MAX_TITLE,
    AddedFile,
    Category,
    FileToKeep,
    KeptDocument,
)
from gateway.core.notices import Happened
from gateway.core.person import IdentityTraits
from gateway.core.texts.attestations import TITLE
from gateway.core.texts.notices import NoticeKind
from gateway.errors import NotFoundError
from gateway.rights.delegation_rules import (
    GRANTED,
    LASTING,
    REPRESENTING,
    AcceptanceFacts,
    AnswerFault,
    Capacity,
    DelegationState,
    InvitationFacts,
    InvitationFault,
    Term,
    TermFault,
    Worth,
    ends_help,
    is_same_person,
    judge_acceptance,
    judge_invitation,
    judge_term,
)
from gateway.rights.profile import ProfileState, accepts_filing, may_sign_in
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.delegations import (
    Delegation,
    Delegations,
    NamedPerson,
    matricules,
)
from gateway.store.patients.majority import keep_majority
from gateway.store.patients.profiles import Profile, Profiles
from gateway.web.patient.attesting import Attested, attestation_of
from gateway.web.patient.desk import PatientDesk
from gateway.web.site.visits import Visit, person_name

_DAY = timedelta(days=1)


class TooMany(StrEnum):
    """Why nobody more can be asked today."""

    TODAY = "today"


HelpFault = InvitationFault | TermFault | AnswerFault | TooMany


@frozen
class Helping:
    """What a patient does about those who act for others; each in one transaction."""

    desk: PatientDesk

    def ask(self, visit: Visit, named: NamedPerson, term: Term) -> HelpFault | None:
        """
        Ask somebody to act; return why that cannot be, or None.

        Whether there is such a person is not told: who names others would learn who
        has a space. A person who is found sees the request in theirs.
        """
        today, web = self.desk.day(visit.now), self.desk.settings.web

        def job(work: UnitOfWork) -> HelpFault | None:
            holder = self._held(work, visit.profile.id)
            asked = Delegations(work).of_holder(holder.id)
            fault = judge_invitation(
                InvitationFacts(
                    own=holder.ins.matricule,
                    asked=named.matricule,
                    helpers=matricules(asked, today),
                    born=holder.traits.birth_date,
                    today=today,
                )
            ) or judge_term(term, today, web.carer_days)
            if fault is not None:
                return fault
            recent = [one for one in asked if one.created_at > work.now - _DAY]
            if len(recent) >= web.carer_requests:
                return TooMany.TODAY
            helper = self._found(work, named)
            Delegations(work).ask(holder, helper, named, term)
            if helper is not None:
                self._tell(work, helper, visit)
            return None

        return self.desk.write(job)

    def _found(self, work: UnitOfWork, named: NamedPerson) -> Profile | None:
        found = Profiles(work).find(named.matricule)
        traits = IdentityTraits(
            family=named.family, first_given=named.given, birth_date=named.birth_date
        )
        if found is None or not may_sign_in(ProfileState(found.state)):
            return None
        return found if is_same_person(found.traits, traits) else None

    def answer(
        self, visit: Visit, delegation_id: str, *, accepts: bool
    ) -> AnswerFault | None:
        """
        Accept or refuse to act for somebody; return why that cannot be, or None.

        Raises:
            NotFoundError: nobody asked that of this patient.
        """
        today = self.desk.day(visit.now)
        attest = self._attestation(visit, delegation_id) if accepts else None

        def job(work: UnitOfWork) -> AnswerFault | None:
            own = visit.profile.id
            self._held(work, own)
            one = self._one(work, delegation_id, own)
            if one.helper_id != own:
                raise NotFoundError("no such delegation")
            holder = Delegations(work).holder(one)
            mine = Delegations(work).of_helper(own)
            state = ProfileState(holder.state) if holder else ProfileState.DELETED
            facts = AcceptanceFacts(
                capacity=one.capacity,
                standing=one.standing(today),
                holder=state,
                holder_born=holder.traits.birth_date if holder else "",
                own_born=visit.profile.traits.birth_date,
                today=today,
                helped=sum(
                    each.standing(today) in GRANTED and self._goes_on(work, each)
                    for each in mine
                    if each.capacity is Capacity.CARER
                ),
            )
            fault = judge_acceptance(facts)
            if accepts and fault is not None:
                return fault
            if facts.standing is not Worth.WAITING:
                return AnswerFault.NOT_WAITING
            if accepts:
                Delegations(work).accept(one)
            else:
                Delegations(work).refuse(one)
            if holder is not None and one.capacity in REPRESENTING:
                if accepts:
                    keep_majority(work, holder, self.desk.zone)
                self._tell_representatives(work, holder, own)
            elif holder is not None:
                if attest is not None:
                    with work.acting_by({"who": Who.SYSTEM.value}):
                        attest(work)
                self._tell(work, holder, visit)
            return None

        return self.desk.write(job)

    def _attestation(
        self, visit: Visit, delegation_id: str
    ) -> Callable[[UnitOfWork], KeptDocument] | None:
        """
        Return what files a carer's attestation among the holder's documents.

        It is made before the transaction, as it is once the carer has agreed; None
        where there is nothing to attest.
        """
        with self.desk.database.read() as work:
            one = Delegations(work).get(delegation_id)
            holder = Delegations(work).holder(one) if one is not None else None
        if one is None or holder is None or one.named is None:
            return None
        if one.capacity is not Capacity.CARER or one.helper_id != visit.profile.id:
            return None
        if not accepts_filing(ProfileState(holder.state)):
            return None
        agreed = evolve(one, state=DelegationState.ACCEPTED, answered_at=visit.now)
        said = Attested(
            one=agreed,
            holder=NamedPerson.of(holder),
            helper=one.named,
            service=self.desk.settings.domains.operator_name,
            today=self.desk.day(visit.now),
            day_of=self.desk.day,
        )
        file = FileToKeep(
            source=AddedFile(holder.id, f"attestation:{one.id}"),
            title=f"{TITLE.fr} : {one.named.name}"[:MAX_TITLE],
            category=Category.ADMINISTRATIVE,
            media_type="application/pdf",
            content=attestation_of(said, "fr"),
            day=said.today,
        )
        return self.desk.own_documents.prepare(holder, file)

    def _tell_representatives(
        self, work: UnitOfWork, holder: Profile, own: str
    ) -> None:
        notices = self.desk.notices(work)
        notices.tell_representatives(holder, NoticeKind.PEOPLE, but=own)

    def end(self, visit: Visit, delegation_id: str) -> None:
        """
        End it, as who asked or as who acts; the other is told. Twice is once.

        Raises:
            NotFoundError: it is neither of this patient's.
        """
        today = self.desk.day(visit.now)

        def job(work: UnitOfWork) -> None:
            own = visit.profile.id
            one = self._one(work, delegation_id, own)
            if one.standing(today) not in LASTING:
                return
            is_holders = one.holder_id == own
            if one.capacity in REPRESENTING:
                if is_holders:  # by law: the patient ends none
                    raise NotFoundError("no such delegation")
                by = Actor(Who.REPRESENTATIVE, Means.WEB, person_name(visit.profile))
                Delegations(work).end_representation(one, by, "by-helper")
                holder = Delegations(work).holder(one)
                if holder is not None:
                    self._tell_representatives(work, holder, own)
                    keep_majority(work, holder, self.desk.zone)
                return
            Delegations(work).end(one, by_holder=is_holders)
            other = one.helper_id if is_holders else one.holder_id
            profile = Profiles(work).get(other) if other else None
            if profile is not None:
                self._tell(work, profile, visit)

        self.desk.write(job)

    def prolong(self, visit: Visit, delegation_id: str, last: date) -> HelpFault | None:
        """
        Let somebody act until another day; return why that cannot be, or None.

        Raises:
            NotFoundError: it is no delegation of this patient's that lasts.
        """
        today, most = self.desk.day(visit.now), self.desk.settings.web.carer_days

        def job(work: UnitOfWork) -> HelpFault | None:
            holder = self._held(work, visit.profile.id)
            one = self._one(work, delegation_id, holder.id)
            is_theirs = one.holder_id == holder.id and one.capacity is Capacity.CARER
            if not is_theirs or one.standing(today) not in GRANTED:
                raise NotFoundError("no such delegation")
            term = Term(first=max(today, one.term.first), last=last)
            if (fault := judge_term(term, today, most)) is not None:
                return fault
            Delegations(work).prolong(one, last)
            helper = Profiles(work).get(one.helper_id)
            if helper is not None:
                self._tell(work, helper, visit)
            return None

        return self.desk.write(job)

    def _tell(self, work: UnitOfWork, other: Profile, visit: Visit) -> None:
        """Tell the other of the two; in their space, by whom."""
        happened = Happened(by=person_name(visit.profile))
        self.desk.notices(work).make(other, NoticeKind.PEOPLE, happened)

    def _goes_on(self, work: UnitOfWork, one: Delegation) -> bool:
        """Tell whether there is a space that somebody may act in, now or again."""
        holder = Delegations(work).holder(one)
        return holder is not None and not ends_help(ProfileState(holder.state))

    def _held(self, work: UnitOfWork, profile_id: str) -> Profile:
        """Return a patient, held until the commit: two who count take turns."""
        found = Profiles(work).hold(profile_id)
        if found is None:
            raise NotFoundError("no such patient")
        return found

    def _one(self, work: UnitOfWork, delegation_id: str, own: str) -> Delegation:
        one = Delegations(work).get(delegation_id)
        if one is None or own not in {one.holder_id, one.helper_id}:
            raise NotFoundError("no such delegation")
        return one

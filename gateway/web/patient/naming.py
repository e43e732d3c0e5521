"""Whom a patient may name administrator of the profile, and the naming itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import evolve, field, frozen

from gateway.core.notices import Happened
from gateway.core.texts.notices import NoticeKind
from gateway.errors import NotFoundError
from gateway.evidence.acts import naming_arguments
from gateway.evidence.arguments import TakenDecision, answered_part
from gateway.rights.administrator_rules import NamingFacts, NamingFault, judge_naming
from gateway.rights.author_rules import is_professional_id
from gateway.rights.majority_rules import is_minor
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.quota import RoomLeft
from gateway.store.journal import Action
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.administrators import Administrator, Administrators
from gateway.store.patients.kept_off import names_kept_off
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.treating import treating_doctor
from gateway.store.tasks.values import TaskKind
from gateway.web.patient.correspondents import Blockable, blockable, kept_from
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.patient.writing_evidence import keep_decision
from gateway.web.site.asked_names import MOST_FOUND
from gateway.web.site.desk import who_acts
from gateway.web.site.visits import Visit


@frozen(kw_only=True)
class Nameable:
    """A professional who may be named: the national number, and a name."""

    identity: str = field(repr=False)
    name: str = field(repr=False)
    about: str = ""
    """What tells those of one name apart, as a directory says it."""


@frozen
class Naming:
    """Naming a professional, and ending it; each in one commit, and told."""

    desk: PatientDesk

    def candidates(
        self, work: UnitOfWork, seen: SeenDocuments, name: str
    ) -> list[Nameable]:
        """
        Return who has a name, of the directory; without one, who wrote or signed.

        The treating doctor is the first then. A place is nobody who could be named, nor
        is an address that no person holds.
        """
        if name:
            listed = self.desk.directory.search(work, name, MOST_FOUND)
            persons = [
                evolve(each, about=one.about)
                for one in listed
                if not one.is_place
                for each in _persons(work, one.identity, one.name)
            ]
        else:
            met = blockable(work, seen, document="", conversation="")
            persons = [
                each
                for one in (*_treating(work, seen), *met)
                if not one.is_structure
                for each in _persons(work, one.identity, one.name)
            ]
        return list({one.identity: one for one in reversed(persons)}.values())[::-1]

    def name(self, visit: Visit, who: Nameable) -> NamingFault | None:
        """Name somebody; return why that cannot be, or None. Again is no fault."""
        most = self.desk.settings.web.max_administrators

        def job(work: UnitOfWork) -> NamingFault | None:
            profile = _held(work, visit)
            administrators = Administrators(work, profile.id)
            facts = NamingFacts(
                identity=who.identity,
                blocked=names_kept_off(work, profile.id),
                administrators=frozenset(one.identity for one in administrators.all),
                most=most,
            )
            fault = judge_naming(facts)
            part = answered_part(
                naming_arguments(facts),
                *(() if fault is None else (fault.value,)),
                patient_settings=str(profile.settings_version),
            )
            if fault is not None:
                self._note_refused(work, profile, part)
            elif administrators.among({who.identity}) is None:
                with work.resting_on(keep_decision(work, profile, part)):
                    administrators.name(who.identity, who.name)
                self._tell(work, profile, who.identity, who.name)
            return fault

        return self.desk.write(job)

    def end(self, visit: Visit, identity: str) -> None:
        """
        End what an administrator may.

        Raises:
            NotFoundError: nobody of that number is one.
        """

        def job(work: UnitOfWork) -> Administrator | None:
            profile = _held(work, visit)
            ended = Administrators(work, profile.id).end(identity)
            if ended is not None:
                self._tell(work, profile, identity, ended.name)
            return ended

        if self.desk.write(job) is None:
            raise NotFoundError("not found")

    def _note_refused(
        self, work: UnitOfWork, profile: Profile, part: TakenDecision
    ) -> None:
        """Note that somebody was not named; no more of one patient than is set."""
        quota = self.desk.refusals
        room = quota.take(work.now, profile.id)
        if room is RoomLeft.NOTHING:
            return
        kept: dict[str, Any] = {}
        if room is RoomLeft.WHOLE:
            kept = {**keep_decision(work, profile, part), **quota.not_said()}
        work.note_patient(
            Action.ACT_REFUSED, part.outcome, profile.id, act="name", **kept
        )

    def _tell(
        self, work: UnitOfWork, profile: Profile, identity: str, name: str
    ) -> None:
        """Tell the patient, who represents them, and the professional."""
        today = self.desk.day(work.now)
        # Whom a minor trusts may be known from a secret alone.
        own = who_acts() is None and is_minor(profile.traits.birth_date, today)
        happened = Happened(by=name, is_secret=own)
        self.desk.notices(work).make(profile, NoticeKind.ADMINISTRATOR, happened)
        work.tasks.ask(TaskKind.APPOINT, f"{profile.id}:{identity}")


def _treating(work: UnitOfWork, seen: SeenDocuments) -> Iterator[Blockable]:
    found = treating_doctor(work, seen.profile_id)
    if found is not None and not kept_from(work, seen, {found.identity}):
        yield Blockable(identity=found.identity, name=found.name)


def _persons(work: UnitOfWork, identity: str, name: str) -> Iterator[Nameable]:
    """Yield the professional behind a name: by number, or by their own mailbox."""
    if is_professional_id(identity):
        yield Nameable(identity=identity, name=name)
    for holder in Mailboxes(work).persons(identity):
        if is_professional_id(holder):
            yield Nameable(identity=holder, name=name)


def _held(work: UnitOfWork, visit: Visit) -> Profile:
    profile = Profiles(work).hold(visit.profile.id)
    if profile is None:
        raise NotFoundError("not found")
    return profile

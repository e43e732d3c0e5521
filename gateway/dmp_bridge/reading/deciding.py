"""
What is asked of an act in an open record, and what is kept of the answer.

The rules are asked on facts as everything stands now. What is done is kept with its
line in the patient's history; of what is refused a line is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar

from attrs import evolve, frozen

from gateway.core.reading import IN_EMERGENCY
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.reading.asking import keep_decided, settings_of
from gateway.dmp_bridge.reading.gathering import names_of
from gateway.dmp_bridge.reading.seeing import HeldReading, act_facts
from gateway.evidence.acts import (
    ActArguments,
    BlockArguments,
    FollowUpArguments,
    block_arguments,
)
from gateway.evidence.arguments import answered_part
from gateway.rights.administrator_rules import (
    AdministeringFacts,
    AdministratorFault,
    judge_administering,
)
from gateway.rights.follow_up_rules import (
    FollowUpAct,
    FollowUpFacts,
    NoFollowUp,
    refuse_follow_up,
)
from gateway.rights.profile import ProfileState
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.record_act_rules import NoAct, RecordAct, refuse_act
from gateway.settings.reading import ReadingSettings
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.consultations import Consultations
from gateway.store.evidence.quota import HourlyQuota, RoomLeft
from gateway.store.journal import Action
from gateway.store.patients.administrators import Administrators

Why_co = TypeVar("Why_co", bound=StrEnum, covariant=True)
"""By which list of reasons something is not done."""


@frozen(kw_only=True)
class Doing(Generic[Why_co]):
    """
    What somebody does in an open record, and what was decided of it.

    ``act`` is its word in the journal, ``subject`` the document it is about, or the
    consultation in which it is done. ``why`` it is not done; None: it is.
    """

    who: ReadingProfessional
    held: HeldReading
    act: str
    subject: str
    asked: ActArguments | BlockArguments | FollowUpArguments
    why: Why_co | None

    def keep(self, work: UnitOfWork) -> dict[str, str]:
        """
        Keep what was decided, and on what; return what its lines say of that.

        They say in which consultation as well, for the traces of who did it.
        """
        profile = self.held.standing.profile
        reasons = () if self.why is None else (self.why.value,)
        part = answered_part(
            self.asked, *reasons, patient_settings=settings_of(profile)
        )
        kept = keep_decided(work, self.who, profile, part, self.subject)
        return {**kept, "consultation": self.held.consultation.id}


def doing_act(
    work: UnitOfWork,
    who: ReadingProfessional,
    held: HeldReading,
    document: FiledDocument,
    act: RecordAct,
    *,
    asked: bool,
) -> Doing[NoAct]:
    """Ask whether something may be done with a document that was opened."""
    facts = evolve(act_facts(held, document, act, work.now), asked=asked)
    return Doing(
        who=who,
        held=held,
        act=act.value,
        subject=document.id,
        asked=ActArguments(done=facts),
        why=refuse_act(facts),
    )


def doing_follow_up(
    who: ReadingProfessional, held: HeldReading, act: FollowUpAct
) -> Doing[NoFollowUp]:
    """Ask whether a follow-up may begin or end."""
    is_open = held.standing.episode is not None
    facts = FollowUpFacts(act=act, way=held.consultation.way, is_open=is_open)
    return Doing(
        who=who,
        held=held,
        act=f"follow-up-{act.value}",
        subject=held.consultation.id,
        asked=FollowUpArguments(follow_up=facts),
        why=refuse_follow_up(facts),
    )


def doing_block(
    work: UnitOfWork,
    who: ReadingProfessional,
    held: HeldReading,
    identity: str,
    *,
    asked: bool,
    most: int,
) -> Doing[AdministratorFault]:
    """Ask whether somebody may be blocked; ``most`` is how many a patient blocks."""
    facts = AdministeringFacts(
        identity=who.national_id,
        names=names_of(work, who),
        blocked=held.standing.rights.blocked,
        administrators=_administrators(work, held),
        profile=ProfileState(held.standing.profile.state),
        asked=asked,
        blocks=identity.lower(),
        most=most,
    )
    return Doing(
        who=who,
        held=held,
        act="block",
        subject=held.consultation.id,
        asked=block_arguments(facts),
        why=judge_administering(facts),
    )


def _administrators(work: UnitOfWork, held: HeldReading) -> frozenset[str]:
    """Return who administers; in an emergency nobody does, whoever reads."""
    if held.consultation.way in IN_EMERGENCY:
        return frozenset()
    named = Administrators(work, held.consultation.profile_id).all
    return frozenset(one.identity for one in named)


def refusals_of(settings: ReadingSettings) -> HourlyQuota:
    """Return what counts the refused acts of one process."""
    return HourlyQuota(
        settings.refusals_kept_per_hour, settings.refusals_per_professional_per_hour
    )


def note_refused(
    work: UnitOfWork, doing: Doing[StrEnum], refusals: HourlyQuota
) -> None:
    """
    Note in the patient's chain that something was not done, and on what that rests.

    Of one professional no more lines are written than the settings say.
    """
    assert doing.why is not None, "it was refused"
    room = refusals.take(work.now, doing.who.national_id)
    if room is RoomLeft.NOTHING:
        return
    kept: Mapping[str, Any] = {}
    if room is RoomLeft.WHOLE:
        kept = {**doing.keep(work), **refusals.not_said()}
    with work.resting_on(kept):
        Consultations(work).note(
            doing.held.consultation,
            Action.ACT_REFUSED,
            doing.why.value,
            doing.subject,
            act=doing.act,
        )

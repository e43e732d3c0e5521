"""What a patient's message, or another act of theirs, rested on: kept with its line."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from gateway.core.envelope import SenderKind
from gateway.evidence.arguments import Circumstances, TakenDecision, answered_part
from gateway.evidence.program import rules_hash
from gateway.evidence.writing import FilesAsked, writing_arguments, writing_refusals
from gateway.rights.messaging_rules import AnswerFacts
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.evidence.quota import RoomLeft
from gateway.store.inbox.values import Conversation
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profile
from gateway.web.patient.desk import PatientDesk
from gateway.web.site.desk import Desk


def writing_part(
    facts: AnswerFacts, files: FilesAsked, profile: Profile
) -> TakenDecision:
    """Return the decision on a message: whether it is answered, and with what files."""
    asked = writing_arguments(facts, files)
    return answered_part(
        asked, *writing_refusals(asked), patient_settings=str(profile.settings_version)
    )


@frozen
class RefusedWriting:
    """Notes what a patient could not send; blocking."""

    desk: PatientDesk

    def note(
        self, profile: Profile, conversation: Conversation, part: TakenDecision
    ) -> None:
        """
        Write in the patient's chain that a message was refused, and keep why.

        Nothing where nothing of it is for a rule, and no more of one patient than the
        settings say.
        """
        if not part.reasons:
            return
        quota = self.desk.refusals
        room = quota.take(self.desk.database.clock(), profile.id)
        if room is RoomLeft.NOTHING:
            return
        is_whole = room is RoomLeft.WHOLE
        before = quota.not_said() if is_whole else {}

        def job(work: UnitOfWork) -> None:
            kept: dict[str, Any] = {}
            if is_whole:
                kept = {**keep_decision(work, profile, part), **before}
            work.note(
                Action.WRITING_REFUSED,
                part.outcome,
                conversation.id,
                chain=chain_of(profile.id),
                **kept,
            )

        # Nothing was done for the holder of which they had to be told.
        Desk.write(self.desk, job)


def keep_decision(
    work: UnitOfWork, profile: Profile, part: TakenDecision, arrival_id: str = ""
) -> dict[str, str]:
    """
    Keep the decision on what a patient does; on a message sent, as its arrival is kept.

    Returns what its line says of that.
    """
    around = Circumstances(sender=SenderKind.PATIENT.value, program=rules_hash())
    return EvidenceKeeper(work).keep(
        part, around, subject=arrival_id, profile_id=profile.id
    )

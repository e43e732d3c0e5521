"""Asking whether somebody may read, and keeping what was answered and on what."""

from __future__ import annotations

from uuid import uuid4

from attrs import frozen
from twisted.logger import Logger

from gateway.core.reading import IN_EMERGENCY, ReadingRefusal
from gateway.dmp_bridge.reading.gathering import party_of
from gateway.dmp_bridge.reading.telling import ReadingNotices
from gateway.evidence.arguments import (
    Circumstances,
    TakenDecision,
    answered_part,
    reading_part,
)
from gateway.evidence.policies import reading_policy_of
from gateway.evidence.program import rules_hash
from gateway.evidence.readings import search_arguments
from gateway.metrics import READINGS_REFUSED, READINGS_UNUSUAL
from gateway.rights.attempt_rules import (
    AttemptCounts,
    AttemptLimits,
    is_too_often,
    unusual,
)
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_rules import ReadingFacts, refuse_reading, refuse_search
from gateway.settings.reading import ReadingSettings
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.answers import NotRead
from gateway.store.consultations.attempts import Attempts
from gateway.store.consultations.places import said_of_party
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.journal import Action, chain_of
from gateway.store.patients.values import Profile

log = Logger()

LOOKED, OPENED = "looked", "opened"
"""How an attempt ended that nothing refused."""


def limits_of(settings: ReadingSettings) -> AttemptLimits:
    """Return the limits and thresholds of ``[reading]`` as the rules take them."""
    return AttemptLimits(
        attempts=settings.attempts_per_hour,
        searches=settings.searches_per_hour,
        refused=settings.alarm_refused,
        patients=settings.alarm_patients,
        emergencies=settings.alarm_emergencies,
    )


def settings_of(profile: Profile | None) -> str:
    """Return the version of what a patient had set; empty where nobody is asked of."""
    return str(profile.settings_version) if profile else ""


def keep_decided(
    work: UnitOfWork,
    who: ReadingProfessional,
    profile: Profile | None,
    part: TakenDecision,
    subject: str = "",
) -> dict[str, str]:
    """Keep what was decided of who reads; return what the line of it says of that."""
    read = Circumstances(
        sender=who.signed_in_by.value,
        identity=who.national_id,
        structure=who.structure,
        program=rules_hash(),
    )
    profile_id = profile.id if profile else ""
    return EvidenceKeeper(work).keep(part, read, subject=subject, profile_id=profile_id)


@frozen(kw_only=True)
class Asking:
    """One professional who asks, within one transaction."""

    work: UnitOfWork
    who: ReadingProfessional
    settings: ReadingSettings
    notices: ReadingNotices

    def too_often(self, *, by_names: bool) -> NotRead | None:
        """Refuse who tried too often, without looking anything up."""
        counts = self._counts()
        if not is_too_often(counts, limits_of(self.settings), by_names=by_names):
            return None
        why = ReadingRefusal.TOO_MANY
        READINGS_REFUSED.labels(why.value).inc()
        self._alarm(counts)
        return NotRead(why)

    def note(self, outcome: str, profile: Profile | None, *, by_names: bool) -> None:
        """Count an attempt, and look whether the last hour is unusual."""
        Attempts(self.work).add(
            self.who.national_id,
            outcome,
            profile_id=profile.id if profile else "",
            by_names=by_names,
        )
        self._alarm(self._counts())

    def decide(
        self, facts: ReadingFacts, profile: Profile | None, subject: str = ""
    ) -> tuple[ReadingRefusal | None, dict[str, str]]:
        """
        Ask the five conditions, and keep on what they answered.

        Returns why somebody does not read, or None, and what the line of it says.
        """
        policy = reading_policy_of(self.settings)
        why = refuse_reading(facts, policy)
        part = reading_part(facts, policy, why, patient_settings=settings_of(profile))
        return why, keep_decided(self.work, self.who, profile, part, subject)

    def refuse_search(
        self, facts: ReadingFacts, profile: Profile | None, *, by_names: bool
    ) -> NotRead | None:
        """
        Ask whether somebody is looked for, or told of; None: nothing is against it.

        That it is refused is kept, and on what that rests.
        """
        policy = reading_policy_of(self.settings)
        why = refuse_search(facts, policy, by_names=by_names)
        if why is None:
            return None
        part = answered_part(
            search_arguments(facts, policy, by_names=by_names),
            why.value,
            patient_settings=settings_of(profile),
        )
        kept = keep_decided(self.work, self.who, profile, part)
        return self.refuse(why, facts, profile, by_names=by_names, **kept)

    def refuse(
        self,
        why: ReadingRefusal,
        facts: ReadingFacts,
        profile: Profile | None,
        *,
        by_names: bool,
        **kept: str,
    ) -> NotRead:
        """Keep that a reading was refused: counted, in the history, and told."""
        READINGS_REFUSED.labels(why.value).inc()
        self.note(why.value, profile, by_names=by_names)
        reason = facts.declared.reason if facts.declared else ""
        self.work.note(
            Action.CONSULTATION_REFUSED,
            why.value,
            uuid4().hex,
            **({"chain": chain_of(profile.id)} if profile else {}),
            **said_of_party(party_of(self.who)),
            **({"why": reason} if reason and profile else {}),
            way=facts.way.value,
            practice=str(self.who.column),
            **kept,
        )
        if profile is not None and facts.way in IN_EMERGENCY:
            self.notices.tell_refused(self.work, self.who, profile)
        return NotRead(why)

    def _counts(self) -> AttemptCounts:
        return Attempts(self.work).counts(self.who.national_id)

    def _alarm(self, counts: AttemptCounts) -> None:
        """Tell the operator once of each thing that is unusual in an hour."""
        limits = limits_of(self.settings)
        for what in sorted(unusual(counts, limits)):
            if not Attempts(self.work).is_news(self.who.national_id, what):
                continue
            READINGS_UNUSUAL.labels(what.value).inc()
            log.warn(
                "reading: {what} of one professional in an hour; the operator's chain "
                "of the journal says of whom",
                what=what.value,
            )
            self.work.note(
                Action.READING_UNUSUAL,
                what.value,
                uuid4().hex,
                identity=self.who.national_id,
                structure=self.who.structure,
                attempts=counts.attempts,
                refused=counts.refused,
                patients=counts.patients,
                emergencies=counts.emergencies,
            )

"""Who sees a document of a patient, now and after a change, as the rules answer."""

from __future__ import annotations

from attrs import evolve, field, frozen

from gateway.core.habilitation import Matrix
from gateway.core.vault import FiledDocument
from gateway.evidence.policies import reading_policy_of
from gateway.rights.professional_viewing_rules import sight_of
from gateway.rights.profile import ProfileState
from gateway.rights.viewing_rules import ViewFacts, WhoSees, who_sees
from gateway.settings.reading import ReadingSettings
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.kept_off import names_kept_off
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.treating import NamedDoctor, treating_doctor
from gateway.web.patient.confidentiality import AccessChoice, ChoicesNow
from gateway.web.patient.correspondents import kept_from
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import SeenDocuments


@frozen(kw_only=True)
class Viewing:
    """
    What decides who sees a document; whom who looks must not know of is left out.

    ``administrators`` are those whom the patient named, by their numbers.
    """

    facts: ViewFacts
    treating: NamedDoctor | None
    administrators: frozenset[str] = field(repr=False)

    def masked(self, *, masked: bool) -> Viewing:
        """Return the same of the document masked, or shown."""
        return evolve(self, facts=self.facts.with_mask(masked=masked))

    def opposed(self, *, opposed: bool) -> Viewing:
        """Return the same where the patient objects to any reading, or does not."""
        return evolve(self, facts=evolve(self.facts, reading_opposed=opposed))

    def who_sees(self, matrix: Matrix, settings: ReadingSettings) -> WhoSees:
        """Return who sees it, by a matrix."""
        return who_sees(
            matrix,
            self.facts,
            reading_policy_of(settings),
            treating=self.treating.identity if self.treating else "",
            administrators=self.administrators,
        )


def viewing_of(
    work: UnitOfWork,
    desk: PatientDesk,
    seen: SeenDocuments,
    document: FiledDocument,
    standing: ChoicesNow,
) -> Viewing:
    """Return what decides who sees a document, as everything stands now."""
    profile = Profiles(work).get(seen.profile_id)
    assert profile is not None, "signed in just now"
    treating = treating_doctor(work, profile.id)
    named = frozenset(one.identity for one in Administrators(work, profile.id).all)
    known = named | ({treating.identity} if treating else frozenset())
    hidden = kept_from(work, seen, known)
    return Viewing(
        facts=ViewFacts(
            sight=sight_of(document, work.now),
            now=work.now,
            profile=ProfileState(profile.state),
            reading_opposed=not standing.open[AccessChoice.READING],
            regulator_permitted=standing.open[AccessChoice.REGULATOR],
            others_permitted=standing.open[AccessChoice.OTHERS],
            masked_in_emergency=standing.open[AccessChoice.MASKED],
            treating_sees_masked=desk.settings.reading.treating_sees_masked,
            activities_are_open=desk.settings.professional.activities_are_open,
            blocked=names_kept_off(work, profile.id),
        ),
        treating=None if treating and treating.identity in hidden else treating,
        administrators=named - hidden,
    )

"""What an administrator changes of a patient's profile, at the patient's request."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from attrs import field, frozen

from gateway.core.actors import Who
from gateway.core.habilitation import Matrix
from gateway.core.notices import Happened
from gateway.core.texts.notices import NoticeKind
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.masking import MaskingVault
from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.errors import NotFoundError
from gateway.rights.administrator_rules import (
    AdministeringFacts,
    AdministratorFault,
    judge_administering,
)
from gateway.rights.professional_viewing_rules import (
    ProfessionalReader,
    professional_sees,
)
from gateway.rights.profile import ProfileState
from gateway.settings.file import Settings
from gateway.store.base.work import UnitOfWork
from gateway.store.habilitation.matrices import Matrices
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile, Profiles


@frozen(kw_only=True)
class ActingProfessional:
    """
    A professional who reads, and acts for a patient who named them.

    ``identity`` is the national number, ``name`` as the patient is to read it.
    ``asked`` is what they tick: the patient asks for it.
    """

    identity: str = field(repr=False)
    name: str = field(repr=False)
    reader: ProfessionalReader = field(repr=False)
    asked: bool


@frozen
class Administering:
    """
    Each change is the professional's in the history, and the patient is told of it.

    The patient takes it back as if they had made it.
    """

    vaults: VaultAccess
    settings: Settings

    def mask(
        self,
        work: UnitOfWork,
        profile_id: str,
        who: ActingProfessional,
        document_ids: Collection[str],
    ) -> AdministratorFault | None:
        """
        Mask documents, whoever wrote them, with their versions; return why not.

        Raises:
            NotFoundError: one is not in that vault, or not for this professional.
        """
        profile = _held(work, profile_id)
        fault = self._judge(work, profile, who)
        if fault is not None:
            return fault
        matrix = Matrices(work).in_force(work.now.date())
        found = self.vaults.within(work).get_each(document_ids)
        seen = [
            one
            for one in found.values()
            if one.profile_id == profile_id and _sees(who, one, matrix, work.now)
        ]
        if len(seen) < len(set(document_ids)):
            raise NotFoundError("not found")
        with _acting(work, who):
            masking = MaskingVault(self.vaults)
            changed = masking.change(work, profile_id, document_ids, masks=True)
            if changed:
                self._tell(work, profile, who)
        return None

    def block(
        self,
        work: UnitOfWork,
        profile_id: str,
        who: ActingProfessional,
        identity: str,
        called: str = "",
    ) -> AdministratorFault | None:
        """Block somebody by what identifies them; return why not, or None."""
        profile = _held(work, profile_id)
        fault = self._judge(work, profile, who, blocks=identity)
        if fault is not None:
            return fault
        if identity.lower() in Profiles(work).rights(profile_id).blocked:
            return None
        with _acting(work, who):
            Decisions(work).block(profile_id, identity, called)
            self._tell(work, profile, who)
        return None

    def _judge(
        self,
        work: UnitOfWork,
        profile: Profile,
        who: ActingProfessional,
        blocks: str = "",
    ) -> AdministratorFault | None:
        administrators = Administrators(work, profile.id).all
        return judge_administering(
            AdministeringFacts(
                identity=who.identity,
                blocked=Profiles(work).rights(profile.id).blocked,
                administrators=frozenset(one.identity for one in administrators),
                profile=ProfileState(profile.state),
                asked=who.asked,
                blocks=blocks,
            )
        )

    def _tell(
        self, work: UnitOfWork, profile: Profile, who: ActingProfessional
    ) -> None:
        # Who represents a minor is told that there was a change, never of what.
        happened = Happened(by=who.name)
        notices = Notices.of(work, self.settings)
        notices.make(profile, NoticeKind.ADMINISTERED, happened)


def _held(work: UnitOfWork, profile_id: str) -> Profile:
    profile = Profiles(work).hold(profile_id)
    if profile is None:
        raise NotFoundError("no patient has that id")
    return profile


def _sees(
    who: ActingProfessional, document: FiledDocument, matrix: Matrix, now: datetime
) -> bool:
    return professional_sees(document, who.reader, matrix, now, on_request=True)


@contextmanager
def _acting(work: UnitOfWork, who: ActingProfessional) -> Iterator[None]:
    said = {"who": Who.PROFESSIONAL.value, "person": who.name}
    with work.acting_by(said):
        yield

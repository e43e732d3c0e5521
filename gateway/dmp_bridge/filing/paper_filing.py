"""Filing one's own papers: a version replaces the one before, or all are taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import uuid4

from attrs import field, frozen

from gateway.clock import Clock, utc_now
from gateway.core.actors import Who
from gateway.core.document import Availability, ClinicalDocument, Visibility
from gateway.core.papers import PaperKind, PaperToWrite, PaperVersion
from gateway.core.reasons import Reason
from gateway.core.vault import FiledDocument, MaskedBy
from gateway.dmp_bridge.filing.depositing import oid_of
from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.dmp_bridge.vaults.vault import Deposit, PreparedContent, Vault
from gateway.documents.cda.header import read_cda
from gateway.documents.cda.paper_document import make_paper, read_paper
from gateway.documents.xds.entry import document_entry, submission_set
from gateway.errors import ConflictError
from gateway.rights.masking_rules import mask
from gateway.rights.paper_rules import review_after
from gateway.rights.profile import ProfileState, accepts_filing
from gateway.settings.file import Settings
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.tasks.tasks import TaskKind

CONFIRMED: Final = "directives-confirm"
"""The fact that directives were confirmed; the last one stands."""


@frozen(kw_only=True)
class StandingPaper:
    """
    A paper as it stands: the current version, None where there is none.

    ``last_number`` is that of the last version there was, 0 of none. ``confirmed_at``
    is when the patient last said that it still holds, ``review_at`` when they are
    reminded; both of directives alone.
    """

    document: FiledDocument | None
    last_number: int
    confirmed_at: datetime | None = None
    review_at: datetime | None = None


@frozen
class PaperFiling:
    """
    Files papers of patients; ``source_id`` is the OID of this gateway.

    ``review`` is after how long the author of directives is reminded of them.
    """

    vaults: VaultAccess = field(repr=False)
    source_id: str
    review: timedelta
    clock: Clock = utc_now

    @classmethod
    def from_settings(
        cls, vaults: VaultAccess, settings: Settings, clock: Clock = utc_now
    ) -> PaperFiling:
        """Build from the settings."""
        review = timedelta(days=settings.web.directives_review_days)
        return cls(vaults, settings.filing.source_id, review, clock)

    def now(self, work: UnitOfWork, profile_id: str, kind: PaperKind) -> StandingPaper:
        """Return a paper as it stands."""
        versions = self._versions(work, profile_id, kind)
        current = _current(versions)
        number = max((one.version or 0 for one in versions), default=0)
        if current is None or kind is not PaperKind.DIRECTIVES:
            return StandingPaper(document=current, last_number=number)
        confirmed = self._confirmed(work, current)
        return StandingPaper(
            document=current,
            last_number=number,
            confirmed_at=confirmed,
            review_at=review_after(current.filed_at, confirmed, self.review),
        )

    def _confirmed(self, work: UnitOfWork, current: FiledDocument) -> datetime | None:
        said = Profiles(work).standing(current.profile_id).get(CONFIRMED)
        if said is None or said["document"] != current.id:
            return None
        return datetime.fromisoformat(said["at"])

    def said(
        self, work: UnitOfWork, document: FiledDocument, kind: PaperKind
    ) -> Mapping[str, str]:
        """Return what the form of a version said; nothing of one that is a file."""
        return read_paper(self.vaults.within(work).content(document), kind)

    def prepare(
        self, profile: Profile, paper: PaperToWrite, *, masks: bool
    ) -> Callable[[UnitOfWork], str]:
        """
        Write and prepare a version; return the job that files it and returns its id.

        The job files it, masked from professionals where the patient wants it so, in
        the place of the version before. It raises `ConflictError` when the profile
        takes no documents any more, or when the paper is not what it was when the form
        was opened.

        Raises:
            InvalidError: as `make_paper`.
            UnavailableError: the disk refused.
        """
        content = make_paper(
            paper, ins=profile.ins, traits=profile.traits, written_at=self.clock()
        )
        sha256 = hashlib.sha256(content).hexdigest()
        prepared = self.vaults.prepare(content, sha256=sha256)
        made = _MadePaper(paper, read_cda(content), content, sha256, prepared, masks)
        return partial(self._file, profile.id, made)

    def _file(self, profile_id: str, made: _MadePaper, work: UnitOfWork) -> str:
        profile = Profiles(work).hold(profile_id)  # a second click waits here
        if profile is None or not accepts_filing(ProfileState(profile.state)):
            raise ConflictError("this profile takes no documents")
        vault, paper = self.vaults.within(work), made.paper
        kind = paper.version.kind
        before = self.now(work, profile_id, kind)
        replaced = before.document.unique_id if before.document else ""
        expected = PaperVersion(profile_id, kind, before.last_number + 1)
        if (paper.version, paper.replaces) != (expected, replaced):
            if made.prepared is not None:
                vault.discard(made.prepared)
            raise ConflictError("the paper was changed meanwhile")
        if made.masks:
            self._mask_old(work, vault, self._versions(work, profile_id, kind))
        deposit = self._deposit(work, vault, profile_id, made)
        vault.file(deposit)
        vault.mark_read(deposit.entry_id)
        self._note(work, profile_id, made, deposit.entry_id, before.document)
        if kind is PaperKind.DIRECTIVES:
            work.tasks.add(TaskKind.REVIEW, deposit.entry_id, delay=self.review)
        return deposit.entry_id

    def _mask_old(
        self, work: UnitOfWork, vault: Vault, versions: Sequence[FiledDocument]
    ) -> None:
        """Mask the versions before as well: what is hidden is not read in an old one"""
        for one in versions:
            masking = mask(one, work.now, MaskedBy.PATIENT)
            if masking is None or one.erased_at is not None:
                continue
            vault.change_visibility(
                one,
                masking.flags,
                visible_at=one.visible_at,
                flags_then=masking.flags_then,
                masked_by=masking.masked_by,
            )
            work.note(
                Action.DOCUMENT_MASKED,
                "patient",
                one.id,
                chain=chain_of(one.profile_id),
            )

    def _deposit(
        self, work: UnitOfWork, vault: Vault, profile_id: str, made: _MadePaper
    ) -> Deposit:
        unique, document = uuid4(), made.document
        submission = submission_set(
            document,
            unique_id=oid_of(unique),
            entry_uuid=unique.urn,
            source_id=self.source_id,
            submission_time=work.now,
        )
        replaces = made.paper.replaces
        return Deposit(
            profile_id=profile_id,
            submission_id=vault.submit(profile_id, submission),
            entry=document_entry(
                document,
                made.content,
                entry_uuid=uuid4().urn,
                visibility={Visibility.MASKED} if made.masks else (),
            ),
            content=made.content,
            prepared=made.prepared,
            sha256=made.sha256,
            set_id=document.set_id,
            version=document.version,
            body_level=document.body_level,
            deprecates=(replaces,) if replaces else (),
            names=replaces,
            masked_by=MaskedBy.PATIENT if made.masks else MaskedBy.NOBODY,
        )

    def _note(
        self,
        work: UnitOfWork,
        profile_id: str,
        made: _MadePaper,
        entry_id: str,
        before: FiledDocument | None,
    ) -> None:
        version = made.paper.version
        work.note(
            Action.DOCUMENT_KEPT,
            (Reason.FILED_MASKED if made.masks else Reason.FILED).value,
            entry_id,
            chain=chain_of(profile_id),
            document=version.unique_id,
        )
        if before is not None:
            work.note(
                Action.DOCUMENT_DEPRECATED,
                Reason.REPLACED.value,
                before.id,
                chain=chain_of(profile_id),
                by=entry_id,
                **_own(work),
            )
        what = "write" if before is None else "replace"
        Profiles(work).record(
            profile_id,
            f"{version.kind}-{what}",
            _said_of(before),
            {
                "document": entry_id,
                "version": version.number,
                "form": made.paper.file is None,
                "hidden": made.masks,
            },
        )

    def confirm(self, work: UnitOfWork, profile_id: str) -> bool:
        """Keep that a patient's directives still hold; False where there are none."""
        Profiles(work).hold(profile_id)
        now = self.now(work, profile_id, PaperKind.DIRECTIVES)
        if now.document is None:
            return False
        said = {"document": now.document.id, "at": work.now.isoformat()}
        before = now.confirmed_at.isoformat() if now.confirmed_at else None
        Profiles(work).record(profile_id, CONFIRMED, before, said, stands=True)
        return True

    def take_back(self, work: UnitOfWork, profile_id: str, kind: PaperKind) -> bool:
        """
        Delete a paper for good, its old versions too; False of none.

        It may be written anew.
        """
        Profiles(work).hold(profile_id)
        vault = self.vaults.within(work)
        versions = self._versions(work, profile_id, kind)
        left = [one for one in versions if one.erased_at is None]
        if not left:
            return False
        for one in left:
            vault.erase(one)
            work.note(
                Action.DOCUMENT_ERASED, "patient", one.id, chain=chain_of(profile_id)
            )
        before = _said_of(_current(left))
        Profiles(work).record(profile_id, f"{kind}-take-back", before, None)
        return True

    def _versions(
        self, work: UnitOfWork, profile_id: str, kind: PaperKind
    ) -> Sequence[FiledDocument]:
        set_id = PaperVersion(profile_id, kind, 1).set_id
        return self.vaults.within(work).versions(profile_id, set_id)


@frozen
class _MadePaper:
    """A version made, read back and prepared for the vault."""

    paper: PaperToWrite = field(repr=False)
    document: ClinicalDocument = field(repr=False)
    content: bytes = field(repr=False)
    sha256: str
    prepared: PreparedContent | None
    masks: bool


def _own(work: UnitOfWork) -> dict[str, str]:
    """Say that it is the patient's own deed, of a line that is else an author's."""
    return {} if work.acts_for_another else {"who": Who.PATIENT.value}


def _current(versions: Sequence[FiledDocument]) -> FiledDocument | None:
    current = [one for one in versions if one.status is Availability.APPROVED]
    return current[-1] if current else None


def _said_of(document: FiledDocument | None) -> dict[str, Any] | None:
    if document is None:
        return None
    return {"document": document.id, "version": document.version}

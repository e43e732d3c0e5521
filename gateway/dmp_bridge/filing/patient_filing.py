"""Filing what patients keep: their own document, once, in their own vault."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from functools import partial
from uuid import uuid4

from attrs import evolve, field, frozen

from gateway.clock import Clock, utc_now
from gateway.core.document import ClinicalDocument, Visibility
from gateway.core.keeping import FileToKeep, KeptDocument, Source
from gateway.core.reasons import Reason
from gateway.core.vault import MaskedBy
from gateway.dmp_bridge.filing.depositing import oid_of
from gateway.dmp_bridge.filing.sender_names import people_of, structures_of
from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.dmp_bridge.vaults.vault import Deposit, PreparedContent, Vault
from gateway.documents.cda.header import read_cda
from gateway.documents.cda.patient_document import make_patient_document
from gateway.documents.xds.entry import document_entry, submission_set
from gateway.errors import ConflictError
from gateway.rights.own_document_rules import decide_erasure, erasure_facts
from gateway.rights.profile import ProfileState, accepts_filing
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profile, Profiles


@frozen
class _Made:
    """A document made, read back and prepared for the vault."""

    document: ClinicalDocument = field(repr=False)
    content: bytes = field(repr=False)
    sha256: str
    prepared: PreparedContent | None
    flags: frozenset[Visibility]


@frozen
class PatientFiling:
    """Files the documents of patients; ``source_id`` is the OID of this gateway."""

    vaults: VaultAccess = field(repr=False)
    source_id: str
    clock: Clock = utc_now

    def find_each(
        self, work: UnitOfWork, profile_id: str, sources: Collection[Source]
    ) -> Mapping[Source, str]:
        """Return the ids of the documents that files were kept as, by the files."""
        followed = self._follow(work, profile_id, sources)
        return {asked: found for asked, (_, found) in followed.items() if found}

    def next_of(self, work: UnitOfWork, profile_id: str, source: Source) -> Source:
        """Return what a file is kept as now: its document may have been deleted."""
        return self._follow(work, profile_id, [source])[source][0]

    def _follow(
        self, work: UnitOfWork, profile_id: str, sources: Collection[Source]
    ) -> dict[Source, tuple[Source, str]]:
        """
        Return, by each file, what it is kept as now and the id of that document.

        The id is empty where there is none. A deleted document stays what it was: the
        same file kept again is another one, and so on.
        """
        vault = self.vaults.within(work)
        now: dict[Source, tuple[Source, str]] = {}
        left: dict[Source, Source] = {one: one for one in sources}
        while left:
            found = vault.find_each([one.unique_id for one in left])
            further: dict[Source, Source] = {}
            for source, asked in left.items():
                document = found.get(source.unique_id)
                if document is None or document.profile_id != profile_id:
                    now[asked] = (source, "")
                elif document.erased_at is None:
                    now[asked] = (source, document.id)
                else:
                    further[evolve(source, again=source.again + 1)] = asked
            left = further
        return now

    def erase(
        self, work: UnitOfWork, profile_id: str, document_ids: Collection[str]
    ) -> int:
        """
        Delete documents that the patient added, for good; return how many there were.

        Each is a line of the patient's chain.

        Raises:
            ConflictError: one is not the patient's own, or they are too many; nothing
                is deleted.
        """
        Profiles(work).hold(profile_id)  # one change at a time
        vault = self.vaults.within(work)
        found = vault.get_each(document_ids)
        known = [found.get(one) for one in dict.fromkeys(document_ids)]
        refusal = decide_erasure(
            [
                erasure_facts(one, vault.entry(one) if one else None, profile_id)
                for one in known
            ]
        )
        if refusal is not None:
            raise ConflictError(f"nothing is deleted: {refusal}")
        documents = [one for one in known if one is not None]
        for document in documents:
            vault.erase(document)
            work.note(
                Action.DOCUMENT_ERASED,
                "patient",
                document.id,
                chain=chain_of(profile_id),
            )
        return len(documents)

    def prepare(
        self, profile: Profile, file: FileToKeep
    ) -> Callable[[UnitOfWork], KeptDocument]:
        """
        Write and prepare the document; return the job that files it.

        The job files it Approved, masked where the patient masks by default, and
        notes it in the patient's chain; a file kept before is found instead. It
        raises `ConflictError` when the profile takes no documents any more.

        Raises:
            InvalidError: as `make_patient_document`.
            UnavailableError: the disk refused.
        """
        content = make_patient_document(
            file,
            ins=profile.ins,
            traits=profile.traits,
            written_at=self.clock(),
        )
        hidden = Visibility.HIDDEN_FROM_REPRESENTATIVES
        flags = frozenset({hidden} if file.is_secret else ())
        sha256 = hashlib.sha256(content).hexdigest()
        prepared = self.vaults.prepare(content, sha256=sha256)
        made = _Made(read_cda(content), content, sha256, prepared, flags)
        return partial(self._file, profile.id, file.source, made)

    def _file(
        self, profile_id: str, source: Source, made: _Made, work: UnitOfWork
    ) -> KeptDocument:
        profile = Profiles(work).hold(profile_id)  # a second click waits here
        if profile is None or not accepts_filing(ProfileState(profile.state)):
            raise ConflictError("this profile takes no documents")
        vault = self.vaults.within(work)
        kept = self.find_each(work, profile.id, [source])
        if source in kept:
            if made.prepared is not None:
                vault.discard(made.prepared)
            return KeptDocument(kept[source], was_there=True)
        deposit = self._deposit(work, vault, profile, made)
        vault.file(deposit)
        masked = deposit.masked_by is not MaskedBy.NOBODY
        outcome = Reason.FILED_MASKED_BY_DEFAULT if masked else Reason.FILED
        work.note(
            Action.DOCUMENT_KEPT,
            outcome.value,
            deposit.entry_id,
            chain=chain_of(profile.id),
            **source.said,
            document=source.unique_id,
        )
        return KeptDocument(deposit.entry_id, was_there=False)

    def _deposit(
        self, work: UnitOfWork, vault: Vault, profile: Profile, made: _Made
    ) -> Deposit:
        unique = uuid4()
        submission = submission_set(
            made.document,
            unique_id=oid_of(unique),
            entry_uuid=unique.urn,
            source_id=self.source_id,
            submission_time=work.now,
        )
        masks = profile.mask_by_default
        return Deposit(
            profile_id=profile.id,
            submission_id=vault.submit(profile.id, submission),
            entry=document_entry(
                made.document,
                made.content,
                entry_uuid=uuid4().urn,
                visibility=made.flags | ({Visibility.MASKED} if masks else frozenset()),
            ),
            content=made.content,
            prepared=made.prepared,
            sha256=made.sha256,
            set_id=made.document.set_id,
            version=made.document.version,
            body_level=made.document.body_level,
            people=people_of(made.document.authors),
            structures=structures_of(made.document.authors),
            masked_by=MaskedBy.PATIENT if masks else MaskedBy.NOBODY,
        )

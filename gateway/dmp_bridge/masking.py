"""Hiding a patient's documents from professionals: some, or all, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from operator import attrgetter
from typing import Final

from attrs import frozen

from gateway.core.vault import FiledDocument, MaskedBy
from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.errors import NotFoundError
from gateway.rights.masking_rules import mask, show
from gateway.store.base.work import Job, UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.mask_runs import MaskRun, MaskRuns
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import Task, TaskKind

BATCH: Final = 100
"""Documents in one transaction: some fifty milliseconds of the writer."""


@frozen
class MaskingVault:
    """What a patient's pages ask to be masked, and the step of `TaskKind.MASK`."""

    vaults: VaultAccess

    def __call__(self, task: Task) -> Job:
        """Return the job that masks the next documents; the subject is a run."""
        return partial(self._go_on, task.subject)

    def change(
        self,
        work: UnitOfWork,
        profile_id: str,
        document_ids: Collection[str],
        *,
        masks: bool,
    ) -> int:
        """
        Mask documents, or show them again, each with all its versions.

        Returns how many became others, the versions counted.

        Raises:
            NotFoundError: one is not in this patient's vault; nothing is changed.
        """
        Profiles(work).hold(profile_id)  # one filing, one change at a time
        vault = self.vaults.within(work)
        asked = vault.get_each(document_ids)
        mine = [one for one in asked.values() if one.profile_id == profile_id]
        if len(mine) < len(set(document_ids)):
            raise NotFoundError("not found")
        found = {one.id: one for document in mine for one in family(vault, document)}
        versions = sorted(found.values(), key=attrgetter("filed_at", "id"))
        changed = self._changed(work, vault, versions, masks, MaskedBy.PATIENT)
        action = Action.DOCUMENT_MASKED if masks else Action.DOCUMENT_UNMASKED
        for document in changed:
            work.note(action, "patient", document.id, chain=chain_of(profile_id))
        if changed:
            named = sorted(one.id for one in changed)
            Profiles(work).record(
                profile_id,
                "mask" if masks else "unmask",
                None,
                {"documents": named},
            )
        return len(changed)

    def begin(self, work: UnitOfWork, profile_id: str, *, masks: bool) -> MaskRun:
        """
        Mask all documents there are, or undo that; the first are done at once.

        What was masked before stays as it was, so that undoing gives back exactly that.
        """
        Profiles(work).hold(profile_id)
        runs = MaskRuns(work)
        before = runs.last(profile_id)
        run = runs.begin(profile_id, masks=masks)
        was = None if before is None else before.masks
        what = "mask-all" if masks else "unmask-all"
        Profiles(work).record(profile_id, what, {"all": bool(was)}, {"all": masks})
        self._go_on(run.id, work)
        found = runs.get(run.id)
        assert found is not None, "begun just now"
        return found

    def last(self, work: UnitOfWork, profile_id: str) -> MaskRun | None:
        """Return the last time that all were masked, or shown again, or None."""
        return MaskRuns(work).last(profile_id)

    def _go_on(self, run_id: str, work: UnitOfWork) -> None:
        runs = MaskRuns(work)
        run = runs.get(run_id)
        if run is None or run.ended_at is not None:
            return
        Profiles(work).hold(run.profile_id)
        last = runs.last(run.profile_id)
        if last is None or last.id != run.id:
            runs.move(run, "", 0, 0)  # the patient changed their mind meanwhile
            return
        vault = self.vaults.within(work)
        walked = vault.walk(run.profile_id, run.place, BATCH)
        changed = self._changed(
            work, vault, walked.documents, run.masks, MaskedBy.EVERYTHING
        )
        runs.move(run, walked.place, len(walked.documents), len(changed))
        work.note(
            Action.DOCUMENT_MASKED if run.masks else Action.DOCUMENT_UNMASKED,
            "all",
            run.id,
            chain=chain_of(run.profile_id),
            documents=len(changed),
        )
        if walked.place:
            work.tasks.add(TaskKind.MASK, run.id)

    def _changed(
        self,
        work: UnitOfWork,
        vault: Vault,
        documents: Iterable[FiledDocument],
        masks: bool,  # noqa: FBT001
        by: MaskedBy,
    ) -> list[FiledDocument]:
        changed = []
        for document in documents:
            masking = (
                mask(document, work.now, by)
                if masks
                else show(
                    document,
                    work.now,
                    only_of_everything=by is MaskedBy.EVERYTHING,
                )
            )
            if masking is None:
                continue
            vault.change_visibility(
                document,
                masking.flags,
                visible_at=document.visible_at,
                flags_then=masking.flags_then,
                masked_by=masking.masked_by,
            )
            changed.append(document)
        return changed


def family(vault: Vault, document: FiledDocument) -> list[FiledDocument]:
    """Return a document with all it replaced, and all that replaced it."""
    found: dict[str, FiledDocument] = {}
    left = [document]
    while left:
        one = left.pop()
        if one.id in found:
            continue
        found[one.id] = one
        left += vault.versions(one.profile_id, one.set_id)
        left += vault.naming(one.profile_id, one.unique_id)
        replaced = vault.entry(one).replaces
        parent = vault.find(replaced) if replaced else None
        if parent is not None and parent.profile_id == one.profile_id:
            left.append(parent)
    return list(found.values())

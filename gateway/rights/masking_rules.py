"""What becomes of a document's flags when its patient hides it from professionals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from gateway.core.document import Visibility
from gateway.core.vault import FiledDocument, MaskedBy

_MASKED = frozenset({Visibility.MASKED})


@frozen(kw_only=True)
class Masking:
    """The flags that a document is to have, now and once its delay is over."""

    flags: frozenset[Visibility]
    flags_then: frozenset[Visibility]
    masked_by: MaskedBy


def is_masked(document: FiledDocument, now: datetime) -> bool:
    """
    Tell whether professionals do not see a document, or will not once it is announced.

    One that waits for its announcement is hidden from the patient: no document may be
    hidden from both (SEL-MP-037 EX_2.1-1050), so its mask waits with it.
    """
    return Visibility.MASKED in document.visibility(now) | document.flags_then


def mask(document: FiledDocument, now: datetime, by: MaskedBy) -> Masking | None:
    """
    Return what masking makes of a document; None where nothing changes.

    Masking everything leaves what is masked already as it is, so that undoing it gives
    back what was. A document masked on its own stays so when everything is undone.
    """
    if is_masked(document, now):
        alone = by is MaskedBy.PATIENT and document.masked_by is MaskedBy.EVERYTHING
        return _as_it_is(document, by) if alone else None
    flags = document.visibility(now)
    if Visibility.HIDDEN_FROM_PATIENT not in flags:
        then = document.flags_then | _MASKED if document.visible_at else frozenset()
        return Masking(flags=flags | _MASKED, flags_then=then, masked_by=by)
    if document.visible_at is None:
        return None  # hidden from the patient for good: from nobody else as well
    return Masking(flags=flags, flags_then=document.flags_then | _MASKED, masked_by=by)


def _as_it_is(document: FiledDocument, by: MaskedBy) -> Masking:
    return Masking(flags=document.flags, flags_then=document.flags_then, masked_by=by)


def show(
    document: FiledDocument, now: datetime, *, only_of_everything: bool = False
) -> Masking | None:
    """
    Return what showing a document again makes of it; None where nothing changes.

    ``only_of_everything``: it undoes what masking everything did, and nothing else.
    """
    if not is_masked(document, now):
        return None
    if only_of_everything and document.masked_by is not MaskedBy.EVERYTHING:
        return None
    return Masking(
        flags=document.flags - _MASKED,
        flags_then=document.flags_then - _MASKED,
        masked_by=MaskedBy.NOBODY,
    )


def mask_kept(before: Iterable[FiledDocument]) -> MaskedBy:
    """
    Return who masked a version that is masked for the sake of those it belongs to.

    Where masking everything masked them all, undoing that shows the new version too.
    """
    maskers = {one.masked_by for one in before} - {MaskedBy.NOBODY}
    if maskers == {MaskedBy.EVERYTHING}:
        return MaskedBy.EVERYTHING
    return MaskedBy.PATIENT

"""What becomes of the flags of a document that its patient masks, or shows again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.core.document import Visibility
from gateway.core.vault import FiledDocument, MaskedBy
from gateway.rights.masking_rules import Masking, is_masked, mask, mask_kept, show
from tests.rights.facts import FILED

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
LATER, BEFORE = NOW + timedelta(days=3), NOW - timedelta(days=3)
M, H = Visibility.MASKED, Visibility.HIDDEN_FROM_PATIENT
R = Visibility.HIDDEN_FROM_REPRESENTATIVES
NOBODY, PATIENT = MaskedBy.NOBODY, MaskedBy.PATIENT
SENDER, ALL = MaskedBy.SENDER, MaskedBy.EVERYTHING


def document(*flags: Visibility, **changes: Any) -> FiledDocument:
    return evolve(FILED, flags=frozenset(flags), **changes)


def waiting(*then: Visibility, **changes: Any) -> FiledDocument:
    return document(H, visible_at=LATER, flags_then=frozenset(then), **changes)


@pytest.mark.parametrize("by", [PATIENT, ALL])
@pytest.mark.parametrize(
    ("before", "flags", "then"),
    [
        (document(), {M}, set()),
        (document(R), {M, R}, set()),
        (waiting(), {H}, {M}),
        (waiting(R), {H}, {M, R}),
        (document(H, visible_at=BEFORE), {M}, {M}),
        (document(H, visible_at=BEFORE, flags_then=frozenset({R})), {M, R}, {M, R}),
    ],
)
def test_masking_hides_from_professionals_or_waits_for_the_announcement(
    before: FiledDocument, flags: set[Visibility], then: set[Visibility], by: MaskedBy
) -> None:
    made = mask(before, NOW, by)

    assert made == Masking(
        flags=frozenset(flags), flags_then=frozenset(then), masked_by=by
    )
    assert made is not None
    after = evolve(before, flags=made.flags, flags_then=made.flags_then)
    assert not is_masked(before, NOW)
    assert is_masked(after, NOW)


def test_a_document_hidden_from_its_patient_for_good_is_hidden_from_nobody_else() -> (
    None
):
    assert mask(document(H), NOW, PATIENT) is None


@pytest.mark.parametrize("before", [document(M), waiting(M), document(M, R)])
@pytest.mark.parametrize("masked_by", [PATIENT, SENDER, ALL])
def test_masking_everything_leaves_what_is_masked(
    before: FiledDocument, masked_by: MaskedBy
) -> None:
    assert mask(evolve(before, masked_by=masked_by), NOW, ALL) is None


@pytest.mark.parametrize("masked_by", [PATIENT, SENDER])
def test_masking_what_is_masked_changes_nothing(masked_by: MaskedBy) -> None:
    assert mask(document(M, masked_by=masked_by), NOW, PATIENT) is None


def test_masked_with_all_and_then_alone_it_stays_when_all_is_undone() -> None:
    before = document(M, R, masked_by=ALL, visible_at=BEFORE, flags_then=frozenset({M}))

    made = mask(before, NOW, PATIENT)

    assert made == Masking(
        flags=before.flags, flags_then=before.flags_then, masked_by=PATIENT
    )
    assert show(evolve(before, masked_by=PATIENT), NOW, only_of_everything=True) is None


@pytest.mark.parametrize("masked_by", [PATIENT, SENDER, ALL])
def test_whoever_masked_it_the_patient_shows_it_again(masked_by: MaskedBy) -> None:
    made = show(document(M, R, masked_by=masked_by), NOW)

    assert made == Masking(
        flags=frozenset({R}), flags_then=frozenset(), masked_by=NOBODY
    )


def test_a_mask_that_waits_is_taken_away_before_its_day() -> None:
    made = show(waiting(M, R, masked_by=PATIENT), NOW)

    assert made == Masking(
        flags=frozenset({H}), flags_then=frozenset({R}), masked_by=NOBODY
    )


def test_what_is_not_masked_need_not_be_shown() -> None:
    assert show(document(), NOW) is None
    assert show(waiting(), NOW) is None
    assert show(document(), NOW, only_of_everything=True) is None


@pytest.mark.parametrize("before", [document(), document(R), waiting(), waiting(R)])
def test_undoing_gives_back_exactly_what_was(before: FiledDocument) -> None:
    made = mask(before, NOW, ALL)
    assert made is not None
    after = evolve(
        before,
        flags=made.flags,
        flags_then=made.flags_then,
        masked_by=made.masked_by,
    )

    undone = show(after, NOW, only_of_everything=True)

    assert undone == Masking(
        flags=before.flags, flags_then=before.flags_then, masked_by=NOBODY
    )


@pytest.mark.parametrize(
    ("maskers", "kept"),
    [
        ([], PATIENT),
        ([NOBODY], PATIENT),
        ([ALL], ALL),
        ([ALL, NOBODY], ALL),
        ([ALL, PATIENT], PATIENT),
        ([PATIENT], PATIENT),
        ([SENDER], PATIENT),
    ],
)
def test_a_new_version_is_masked_as_its_versions_are(
    maskers: list[MaskedBy], kept: MaskedBy
) -> None:
    assert mask_kept([document(M, masked_by=one) for one in maskers]) is kept

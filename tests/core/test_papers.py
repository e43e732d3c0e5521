"""One's own papers: their forms have words for all they ask, and ids that follow."""

from __future__ import annotations

import pytest

from gateway.core.papers import GROUPS, AskedAs, PaperKind, PaperVersion, fields_of
from gateway.core.texts.papers import (
    CHOICE_WORDS,
    FIELD_HINTS,
    FIELD_LABELS,
    GROUP_TITLES,
    SIGNATURES,
    SIGNING,
    TITLES,
)


def test_everything_that_is_asked_has_words() -> None:
    fields = [one for kind in PaperKind for one in fields_of(kind)]
    keys = [one.key for one in fields]

    assert len(keys) == len(set(keys))
    assert set(FIELD_LABELS) == set(keys)
    assert set(FIELD_HINTS) <= set(keys)
    assert set(GROUP_TITLES) == {
        group.key for kind in PaperKind for group in GROUPS[kind]
    }
    for one in fields:
        is_choice = one.entry is AskedAs.CHOICE
        assert set(CHOICE_WORDS.get(one.key, {})) == set(one.choices)
        assert (one.choices[:1] == ("",)) is is_choice
    for words in (TITLES, SIGNING, SIGNATURES):
        assert set(words) == set(PaperKind)


@pytest.mark.parametrize(
    ("kind", "code"),
    [(PaperKind.DIRECTIVES, "EXPPAT_3"), (PaperKind.ENTOURAGE, "EXPPAT_1")],
)
def test_each_has_a_type_of_its_own(kind: PaperKind, code: str) -> None:
    assert kind.document_type.code == code


def test_the_versions_of_one_patient_share_a_set_and_nothing_else() -> None:
    first = PaperVersion("p", PaperKind.DIRECTIVES, 1)
    others = [
        PaperVersion("p", PaperKind.DIRECTIVES, 2),
        PaperVersion("q", PaperKind.DIRECTIVES, 1),
        PaperVersion("p", PaperKind.ENTOURAGE, 1),
    ]

    assert first.unique_id not in {one.unique_id for one in others}
    assert [one.set_id == first.set_id for one in others] == [True, False, False]

"""Columns of a list say what its entries do, in every order and selection."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.listed_columns import ListColumns, ListedDocuments, found_in_texts
from gateway.core.listing import ListEntry, TextsFound

_FEW = st.integers(0, 3)
_NAMES = st.sampled_from(["", "Dr Claire MARTIN", "Bio-Estuaire"])


@st.composite
def entries(draw: Any, first: int = 0) -> list[ListEntry]:
    """Draw entries, of which many are alike, or of one moment."""
    return [
        ListEntry(
            id=f"{number:032x}",
            care_at=draw(_FEW),
            filed_at=draw(_FEW),
            visible_at=draw(_FEW),
            flags=draw(st.integers(0, 7)),
            flags_then=draw(st.integers(0, 7)),
            status=draw(st.sampled_from(["Approved", "Deprecated"])),
            is_read=draw(st.booleans()),
            kind=draw(st.sampled_from(["bio", "cr"])),
            type_code="11488-4",
            words=draw(st.sampled_from(["prise de sang", "radio"])),
            people=tuple(draw(st.lists(_NAMES, max_size=2))),
            structure=draw(_NAMES),
            replaced_by=draw(st.sampled_from(["", "1".zfill(32), "9".zfill(32)])),
            owners=tuple(draw(st.lists(_NAMES, max_size=1))),
            is_imaging_object=draw(st.booleans()),
        )
        for number in range(first, first + draw(st.integers(0, 6)))
    ]


FILED = attrgetter("filed_at", "care_at", "id")
CARED = attrgetter("care_at", "filed_at", "id")


@given(entries())
def test_entries_come_out_as_they_went_in(some: list[ListEntry]) -> None:
    every = ListedDocuments.of(some)

    assert list(every) == sorted(some, key=FILED)
    assert list(every.by_filing()) == sorted(some, key=FILED, reverse=True)
    assert list(every.by_care()) == sorted(some, key=CARED, reverse=True)
    assert list(every.by_filing().by_care()) == list(every.by_care())
    assert every[1:3] == list(every)[1:3]
    assert every.ids() == [one.id for one in every]
    assert every.moments() == [one.care_at for one in every]
    assert every.moments(by_filing=True) == [one.filed_at for one in every]


@given(entries(), st.data())
def test_some_are_chosen_by_what_they_have(
    some: list[ListEntry], data: st.DataObject
) -> None:
    every = ListedDocuments.of(some)
    ids = data.draw(st.sets(st.sampled_from(every.ids()))) if some else set()

    lab = every.having(lambda one: one.kind == "bio")

    assert list(lab) == [one for one in every if one.kind == "bio"]
    assert list(lab.unread()) == [one for one in lab if not one.is_read]
    assert list(lab.among(ids)) == [one for one in lab if one.id in ids]
    counted: Counter[str] = Counter()
    for alike, count in lab.counted():
        counted[alike.structure] += count
    assert counted == Counter(one.structure for one in lab)


@given(entries(), st.integers(0, 4))
def test_a_sort_says_which_flags_apply_at_a_moment(
    some: list[ListEntry], now: int
) -> None:
    columns = ListColumns.of(some)

    found = [
        (columns.alike_of(sort).kind, columns.flags_of(sort))
        for sort in columns.sorts(now)
    ]

    assert found == [
        (one.kind, one.flags_at(now)) for one in ListedDocuments.all(columns)
    ]


@given(entries(), entries(first=8), st.data())
def test_what_is_kept_and_what_is_read_stand_together_in_order(
    before: list[ListEntry], others: list[ListEntry], data: st.DataObject
) -> None:
    columns = ListColumns.of(before)
    keeps = [data.draw(st.booleans()) for _ in range(len(columns))]
    kept = [
        one
        for one, stays in zip(ListedDocuments.all(columns), keeps, strict=True)
        if stays
    ]

    together = ListedDocuments.all(columns.with_others(keeps, others))

    assert list(together) == sorted([*kept, *others], key=FILED)
    assert list(together.by_care()) == sorted([*kept, *others], key=CARED, reverse=True)


def test_texts_are_searched_of_the_last_filed_first_and_of_no_other() -> None:
    asked: list[tuple[str, ...]] = []

    class Vault:
        def find_in_texts(self, _profile_id: str, words: Any, among: Any) -> TextsFound:
            asked.append((*words, *among))
            return TextsFound({})

    some = ListedDocuments.of([entry_at(3), entry_at(1), entry_at(2)])

    found_in_texts(Vault(), "p", some[1:], ["mot"])
    found_in_texts(Vault(), "p", some, [])

    assert asked == [("mot", "3".zfill(32), "2".zfill(32))]


def entry_at(moment: int) -> ListEntry:
    return ListEntry(
        f"{moment:032x}", moment, moment, 0, 0, 0, "", False, "", "", "", (), "", ""
    )

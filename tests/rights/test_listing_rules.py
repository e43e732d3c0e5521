"""What is listed, found and counted, and that a reader is asked of each, by tables."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core.document import Availability, Visibility
from gateway.core.folding import fold
from gateway.core.listing import BIT_OF, ListEntry
from gateway.rights.listing_rules import (
    WantedDocuments,
    find,
    is_fresh_since,
    seen_by,
    shown_since,
)
from gateway.rights.reader_rules import PatientSide, Sight
from gateway.rights.visibility_rules import PatientReader

HOLDER = PatientSide(PatientReader.HOLDER)
PARENT = PatientSide(PatientReader.REPRESENTATIVE)
MASKED = BIT_OF[Visibility.MASKED]
HIDDEN = BIT_OF[Visibility.HIDDEN_FROM_PATIENT]
SECRET = BIT_OF[Visibility.HIDDEN_FROM_REPRESENTATIVES]
NOW = 1_000


def entry(name: str, **changes: Any) -> ListEntry:
    """Return an entry whose moments are its name, where that is a number."""
    at = int(name) if name.isdigit() else 0
    made = ListEntry(
        id=name,
        care_at=at,
        filed_at=at,
        visible_at=0,
        flags=0,
        flags_then=0,
        status=Availability.APPROVED.value,
        is_read=False,
        kind="cr",
        type_code="11488-4",
        words="",
        people=(),
        structure="",
        replaced_by="",
    )
    return made._replace(**changes)


OLD = Availability.DEPRECATED.value


def test_versions_stand_behind_the_newest_that_is_seen() -> None:
    chain = [
        entry("1", status=OLD, replaced_by="2"),
        entry("2", status=OLD, replaced_by="3"),
        entry("3"),
    ]

    seen = seen_by(HOLDER, chain, NOW)

    assert [one.id for one in seen.entries] == ["3"]
    assert [one.id for one in seen.older["3"]] == ["2", "1"]
    assert seen.apart == 2


def test_a_hidden_version_in_between_leaves_no_gap() -> None:
    chain = [
        entry("1", status=OLD, replaced_by="2"),
        entry("2", status=OLD, replaced_by="3", flags=HIDDEN),
        entry("3"),
    ]

    seen = seen_by(HOLDER, chain, NOW)

    assert [one.id for one in seen.older["3"]] == ["1"]
    assert seen.apart == 1


def test_old_versions_stand_in_the_order_of_their_filing() -> None:
    chain = [
        entry("1", status=OLD, replaced_by="3", filed_at=9),
        entry("2", status=OLD, replaced_by="3", filed_at=8),
        entry("3"),
    ]

    assert [one.id for one in seen_by(HOLDER, chain, NOW).older["3"]] == ["1", "2"]


def test_an_old_version_does_not_tell_of_a_newer_that_is_hidden() -> None:
    shown = {"flags": SECRET, "visible_at": 500, "flags_then": MASKED}
    some = [
        entry("1", status=OLD, replaced_by="2"),
        entry("2", flags=SECRET),
        entry("3", status=OLD, replaced_by="4"),
        entry("4", **shown),
    ]

    for_parent = seen_by(PARENT, some, NOW)
    before = seen_by(PARENT, some, 499, old=True)
    assert [one.id for one in for_parent.entries] == ["4"]
    assert [one.id for one in for_parent.older["4"]] == ["3"]
    assert for_parent.apart == 1
    assert list(before.entries) == []
    assert [one.id for one in seen_by(HOLDER, some, NOW, old=True).entries] == [
        "1",
        "2",
        "3",
        "4",
    ]


def test_a_reader_is_asked_of_what_is_known_once_for_all_alike() -> None:
    asked: list[tuple[Sight, bool]] = []

    class Reader:
        def sees(self, sight: Sight, *, on_request: bool = False) -> bool:
            asked.append((sight, on_request))
            return False

    some = [
        entry("1", type_code="a", status=OLD, replaced_by="2", flags=MASKED),
        entry("2", type_code="a", flags=SECRET),
        entry("3", type_code="b", flags=SECRET),
        entry("4", type_code="b", flags=SECRET),
        entry("5", type_code="b", flags=SECRET, owners=("801",)),
        entry("6", type_code="b", flags=SECRET, is_imaging_object=True),
    ]
    secret, masked = (
        frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES}),
        frozenset({Visibility.MASKED}),
    )

    seen = seen_by(Reader(), some, NOW)

    assert (list(seen.entries), seen.apart) == ([], 0)
    assert asked == [
        (sight, on_request)
        for sight in (
            Sight(masked, Availability.DEPRECATED, "a", secret),
            Sight(secret, Availability.APPROVED, "a"),
            Sight(secret, Availability.APPROVED, "b"),
            Sight(secret, Availability.APPROVED, "b", owners=("801",)),
            Sight(secret, Availability.APPROVED, "b", is_imaging_object=True),
        )
        for on_request in (False, True)
    ]


def test_what_replaced_itself_or_nothing_that_is_there_is_shown_on_request() -> None:
    odd = [
        entry("1", status=OLD, replaced_by="1"),
        entry("2", status=OLD, replaced_by="3"),
        entry("3", status=OLD, replaced_by="2"),
        entry("4", status=OLD, replaced_by="gone"),
        entry("5", status=OLD),
        entry("6", status=OLD, replaced_by="2"),
    ]

    seen = seen_by(HOLDER, odd, NOW)
    assert (list(seen.entries), seen.older, seen.apart) == ([], {}, 6)
    assert len(seen_by(HOLDER, odd, NOW, old=True).entries) == 6


def test_withdrawn_ones_are_never_there() -> None:
    gone = [entry("1", status=Availability.DELETED.value)]

    for old in (False, True):
        assert list(seen_by(HOLDER, gone, NOW, old=old).entries) == []


def test_what_a_reader_may_not_know_of_is_not_counted() -> None:
    some = [
        entry("1", flags=SECRET, people=("Dr A",), structure="Clinique"),
        entry("2", flags=MASKED),
        entry("3", flags=HIDDEN, visible_at=NOW + 1),
        entry("4", flags=HIDDEN, visible_at=NOW),
    ]

    holder = find(seen_by(HOLDER, some, NOW), WantedDocuments(), NOW)
    parent = find(seen_by(PARENT, some, NOW), WantedDocuments(words=("clinique",)), NOW)

    assert [one.id for one in holder.entries] == ["4", "2", "1"]
    assert (holder.counts.all, holder.counts.masked) == (3, 1)
    assert holder.counts.people == {"Dr A": 1}
    assert list(parent.entries) == []
    assert parent.counts.all == 2
    assert not parent.counts.people
    assert not parent.counts.structures


def test_what_was_announced_is_new_from_that_day() -> None:
    late = entry("5", flags=HIDDEN, visible_at=500)

    assert shown_since(late, NOW) == 500
    assert shown_since(late, 500) == 500
    assert shown_since(late, 499) == 5
    assert shown_since(late._replace(flags=0), NOW) == 5
    assert shown_since(late._replace(filed_at=0, visible_at=1), NOW) == 1
    assert is_fresh_since(late, 400, NOW)
    assert not is_fresh_since(late, 500, NOW)
    assert is_fresh_since(late, None, NOW)


def test_each_choice_counts_what_it_would_give() -> None:
    some = [
        entry("1", kind="bio", is_read=True),
        entry("2", kind="bio", flags=MASKED),
        entry("3", kind="img"),
    ]

    found = find(
        seen_by(HOLDER, some, NOW), WantedDocuments(kind="bio", fresh_since=1), NOW
    )

    assert [one.id for one in found.entries] == ["2", "1"]
    assert found.counts.kinds == {"bio": 2, "img": 1}
    assert (found.counts.masked, found.counts.unread, found.counts.fresh) == (1, 1, 1)


READ = entry("6", is_read=True)
ANNOUNCED = entry("5", flags=HIDDEN, flags_then=MASKED, visible_at=500)
CHOICES = [READ, ANNOUNCED, entry("4", flags=MASKED, flags_then=MASKED), entry("3")]


@pytest.mark.parametrize(
    ("wanted", "ids", "masked", "unread", "fresh"),
    [
        ({}, "6543", 2, 3, 1),
        ({"masked": True}, "54", 2, 2, 1),
        ({"unread": True}, "543", 2, 3, 1),
        ({"fresh": True}, "5", 1, 1, 1),
        ({"masked": True, "fresh": True}, "5", 1, 1, 1),
        ({"masked": True, "unread": True}, "54", 2, 2, 1),
    ],
)
def test_what_is_chosen_is_shown_alone_and_counted_of_what_is_left(
    wanted: dict[str, Any], ids: str, masked: int, unread: int, fresh: int
) -> None:
    seen = seen_by(HOLDER, CHOICES, NOW)

    found = find(seen, WantedDocuments(fresh_since=100, **wanted), NOW)

    assert "".join(one.id for one in found.entries) == ids
    counts = found.counts
    assert (counts.masked, counts.unread, counts.fresh) == (masked, unread, fresh)
    assert counts.kinds == {"cr": len(ids)}
    assert counts.all == 4


def test_old_versions_are_found_behind_what_fits_alone() -> None:
    some = [
        entry("1", status=OLD, replaced_by="2"),
        entry("2", is_read=True),
        entry("3", status=OLD, replaced_by="4"),
        entry("4"),
    ]

    found = find(seen_by(HOLDER, some, NOW), WantedDocuments(unread=True), NOW)

    assert found.older == {"4": [some[2]]}


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"by": "Dr A"}, "21"),
        ({"by": "Clinique"}, "31"),
        ({"by": "Dr"}, ""),
        ({"begin": 2}, "432"),
        ({"end": 3}, "21"),
        ({"begin": 2, "end": 3}, "2"),
        ({"by": "Dr A", "begin": 2, "end": 4}, "2"),
        ({"by": "Dr A", "words": ("clinique",)}, "1"),
    ],
)
def test_an_author_a_structure_and_a_time_are_looked_for(
    wanted: dict[str, Any], ids: str
) -> None:
    some = [
        entry("1", people=("Dr B", "Dr A"), structure="Clinique"),
        entry("2", people=("Dr A",)),
        entry("3", structure="Clinique"),
        entry("4"),
    ]

    found = find(seen_by(HOLDER, some, NOW), WantedDocuments(**wanted), NOW)

    assert "".join(one.id for one in found.entries) == ids
    assert found.counts.people == {"Dr A": 2, "Dr B": 1}
    assert found.counts.structures == {"Clinique": 2}


def test_the_order_is_of_the_care_or_of_the_filing() -> None:
    some = [entry("1", care_at=30), entry("2", care_at=20), entry("3", care_at=30)]
    seen = seen_by(HOLDER, some, NOW)

    by_care = find(seen, WantedDocuments(), NOW).entries
    by_filing = find(seen, WantedDocuments(by_filing=True), NOW).entries

    assert [one.id for one in by_care] == ["3", "1", "2"]
    assert [one.id for one in by_filing] == ["3", "2", "1"]


def test_every_word_is_somewhere_in_the_document() -> None:
    some = [
        entry("1", words=fold("Prise de sang"), people=("Dr Claire VASSEUR",)),
        entry("2", words=fold("Prise de sang"), structure="Bio-Estuaire"),
        entry("3"),
    ]
    seen = seen_by(HOLDER, some, NOW)

    def ids(*words: str, **in_texts: frozenset[str]) -> list[str]:
        wanted = WantedDocuments(words=words, in_texts=in_texts)
        return [one.id for one in find(seen, wanted, NOW).entries]

    assert ids("sang") == ["2", "1"]
    assert ids("sang", "vass") == ["1"]
    assert ids("estuaire", "sang") == ["2"]
    assert ids("sang", "inr", inr=frozenset({"1", "3"})) == ["1"]
    assert ids("ang") == []

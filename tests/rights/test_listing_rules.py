"""What is listed and counted, by tables; that it is the plain rule, by properties."""

from __future__ import annotations

from typing import Any

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
from gateway.rights.reader_rules import PatientSide
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


def test_what_replaced_itself_or_nothing_that_is_there_is_shown_on_request() -> None:
    odd = [
        entry("1", status=OLD, replaced_by="1"),
        entry("2", status=OLD, replaced_by="3"),
        entry("3", status=OLD, replaced_by="2"),
        entry("4", status=OLD, replaced_by="gone"),
        entry("5", status=OLD),
    ]

    assert list(seen_by(HOLDER, odd, NOW).entries) == []
    assert len(seen_by(HOLDER, odd, NOW, old=True).entries) == 5


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
    assert shown_since(late._replace(flags=0), NOW) == 5
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

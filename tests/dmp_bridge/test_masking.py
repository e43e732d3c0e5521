"""Masking documents: one with its versions, all in batches, and exactly undone."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest
from attrs import evolve

from gateway.core.document import Visibility
from gateway.core.ins import Ins
from gateway.core.vault import MaskedBy
from gateway.dmp_bridge import masking
from gateway.dmp_bridge.masking import MaskingVault
from gateway.errors import NotFoundError
from gateway.node.vaults import open_vaults
from gateway.store.base.work import Database
from gateway.store.journal import Action, chain_of
from gateway.store.patients.mask_runs import MaskRun
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import Task, TaskKind, new_owner
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.dmp_bridge.filing.story import Story
from tests.fakes import SetClock
from tests.web.mail import file

M, H = Visibility.MASKED, Visibility.HIDDEN_FROM_PATIENT


@pytest.fixture
def patient(database: Database) -> str:
    return open_profile(database)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two documents in a batch."""
    monkeypatch.setattr(masking, "BATCH", 2)


def mask(database: Database, patient: str, *ids: str, masks: bool = True) -> int:
    later(database)
    with database.write() as work:
        step = MaskingVault(open_vaults(database))
        return step.change(work, patient, ids, masks=masks)


def later(database: Database) -> None:
    """Let a moment pass: what is asked at once has no order."""
    cast("SetClock", database.clock).advance(seconds=1)


def several(database: Database, patient: str, count: int) -> list[str]:
    """File some documents, one after the other; return their ids."""
    ids = []
    for _ in range(count):
        later(database)
        ids.append(file(database, patient, b"<a/>"))
    return ids


def begin(database: Database, patient: str, *, masks: bool = True) -> MaskRun:
    later(database)
    with database.write() as work:
        return MaskingVault(open_vaults(database)).begin(work, patient, masks=masks)


def last(database: Database, patient: str) -> MaskRun:
    with database.read() as work:
        found = MaskingVault(open_vaults(database)).last(work, patient)
    assert found is not None
    return found


def go_on(database: Database) -> int:
    """Do what tasks there are, as a worker does; return how many there were."""
    step, owner, count = MaskingVault(open_vaults(database)), new_owner(), 0
    while True:
        with database.write() as work:
            kinds, lease = [TaskKind.MASK], timedelta(minutes=1)
            tasks = work.tasks.claim(owner, kinds, 1, lease)
        if not tasks:
            return count
        with database.write() as work:
            work.tasks.finish(tasks[0], owner)
            step(tasks[0])(work)
        count += 1


def masks(database: Database, patient: str) -> dict[str, tuple[bool, MaskedBy]]:
    with database.read() as work:
        found = open_vaults(database).within(work).listed(patient)
        return {
            one.id: (M in one.visibility(work.now) | one.flags_then, one.masked_by)
            for one in found
        }


def test_some_are_masked_and_shown_again_and_it_is_written_down(
    database: Database, patient: str
) -> None:
    first, second, third = several(database, patient, 3)

    assert mask(database, patient, first, second) == 2
    assert mask(database, patient, first) == 0
    assert mask(database, patient, second, masks=False) == 1

    assert masks(database, patient) == {
        first: (True, MaskedBy.PATIENT),
        second: (False, MaskedBy.NOBODY),
        third: (False, MaskedBy.NOBODY),
    }
    with database.read() as work:
        lines = [
            (one.action, one.subject)
            for one in work.journal.lines(chain_of(patient))
            if one.action.startswith("document:")
        ]
        changes = Profiles(work).changes(patient)
    assert lines == [
        (Action.DOCUMENT_MASKED.value, first),
        (Action.DOCUMENT_MASKED.value, second),
        (Action.DOCUMENT_UNMASKED.value, second),
    ]
    assert [(one.what, one.after["documents"]) for one in changes] == [
        ("mask", sorted([first, second])),
        ("unmask", [second]),
    ]


def test_another_patients_document_is_not_found_and_nothing_is_masked(
    database: Database, patient: str
) -> None:
    other = open_profile(database, ins=Ins.of(matricule(7), TEST_RANGE))
    mine, foreign = file(database, patient, b"<a/>"), file(database, other, b"<b/>")

    for ids in ([mine, foreign], [foreign], [mine, "0" * 32]):
        with pytest.raises(NotFoundError):
            mask(database, patient, *ids)

    assert not masks(database, patient)[mine][0]
    assert not masks(database, other)[foreign][0]


def test_the_versions_of_a_document_follow_it(database: Database) -> None:
    story = Story.begin(database)
    letters = [make_cda()]
    letters += [
        make_cda(
            unique_id=(f"{SET}.{number}", ""),
            version=number,
            replaces=f"{SET}.{number - 1}",
        )
        for number in (2, 3)
    ]
    for letter in letters:
        story.send(make_mail(as_xdm(pack(letter))))
    patient = story.profile_id
    ids = list(masks(database, patient))
    assert len(ids) == 3

    for one in ids:
        assert mask(database, patient, one) == 3
        assert all(is_so for is_so, _ in masks(database, patient).values())
        assert mask(database, patient, one, masks=False) == 3
        assert not any(is_so for is_so, _ in masks(database, patient).values())


@pytest.mark.parametrize("alone", [False, True])
def test_a_version_that_comes_later_is_shown_with_those_that_all_masked(
    database: Database,
    alone: bool,  # noqa: FBT001
) -> None:
    story = Story.begin(database)
    story.send(make_mail(as_xdm(pack(make_cda()))))
    patient = story.profile_id
    (first,) = masks(database, patient)
    if alone:
        mask(database, patient, first)
    begin(database, patient)
    second = make_cda(unique_id=(f"{SET}.2", ""), version=2, replaces=f"{SET}.1")
    story.send(make_mail(as_xdm(pack(second))))

    assert all(is_so for is_so, _ in masks(database, patient).values())
    begin(database, patient, masks=False)

    assert {is_so for is_so, _ in masks(database, patient).values()} == {alone}


@pytest.mark.usefixtures("small")
def test_all_are_masked_in_batches_and_undone_exactly(
    database: Database, patient: str, clock: SetClock
) -> None:
    day = clock() + timedelta(days=30)
    ids = several(database, patient, 5)
    mask(database, patient, ids[1])
    later(database)
    hidden = file(
        database, patient, b"<h/>", flags=frozenset({H}), visible_at=day
    )  # fmt: skip
    before = masks(database, patient)

    asked = begin(database, patient)

    assert (asked.masks, asked.ended_at, asked.seen) == (True, None, 2)
    assert sum(is_so for is_so, _ in masks(database, patient).values()) == 2
    assert go_on(database) == 3
    done = last(database, patient)
    assert done.ended_at is not None
    assert (done.seen, done.changed) == (6, 5)
    assert all(is_so for is_so, _ in masks(database, patient).values())
    assert masks(database, patient)[hidden] == (True, MaskedBy.EVERYTHING)
    begin(database, patient, masks=False)
    go_on(database)
    assert masks(database, patient) == before


@pytest.mark.usefixtures("small")
def test_who_changes_their_mind_meanwhile_is_obeyed(
    database: Database, patient: str
) -> None:
    several(database, patient, 6)
    begin(database, patient)

    begin(database, patient, masks=False)
    go_on(database)

    assert not any(is_so for is_so, _ in masks(database, patient).values())
    assert last(database, patient).ended_at is not None
    with database.read() as work:
        assert work.tasks.listed() == []


@pytest.mark.usefixtures("small")
def test_a_batch_that_is_done_twice_changes_nothing_more(
    database: Database, patient: str
) -> None:
    ids = several(database, patient, 3)
    begin(database, patient)
    step = MaskingVault(open_vaults(database))
    with database.read() as work:
        (row,) = work.tasks.listed()
    task = Task(row.id, TaskKind.MASK, row.subject, 0, database.clock())

    for _ in range(3):
        with database.write() as work:
            step(task)(work)

    assert last(database, patient).changed == len(ids)
    with database.write() as work:
        step(evolve(task, subject="0" * 32))(work)


def test_only_this_patients_documents_are_walked(
    database: Database, patient: str
) -> None:
    other = open_profile(database, ins=Ins.of(matricule(7), TEST_RANGE))
    foreign = file(database, other, b"<b/>")

    asked = begin(database, patient)

    assert (asked.seen, asked.ended_at is not None) == (0, True)
    assert not masks(database, other)[foreign][0]

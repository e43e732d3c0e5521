"""Filing one's own papers: versions, what hides them, what is kept, taking back."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.core.document import Availability, BodyLevel, Visibility
from gateway.core.papers import PaperFile, PaperKind, PaperVersion
from gateway.core.vault import MaskedBy
from gateway.dmp_bridge.filing.paper_filing import CONFIRMED, PaperFiling
from gateway.documents.cda.header import read_cda
from gateway.errors import ConflictError
from gateway.node.vaults import open_vaults
from gateway.store.base.work import Database
from gateway.store.journal import chain_of
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import TaskKind
from gateway.store.vault.submissions import Submissions
from tests.builders_cda import PDF
from tests.builders_papers import REVIEW, SAID, PaperAuthor
from tests.builders_settings import make_settings
from tests.fakes import SetClock

DIRECTIVES, ENTOURAGE = PaperKind.DIRECTIVES, PaperKind.ENTOURAGE
KINDS = pytest.mark.parametrize("kind", PaperKind)


@pytest.fixture
def author(database: Database) -> PaperAuthor:
    return PaperAuthor(database)


def lines(author: PaperAuthor) -> list[tuple[str, str, str, Any]]:
    """Return what the patient's chain says of documents, the oldest line first."""
    with author.database.read() as work:
        return [
            (line.action, line.outcome, line.subject, line.detail)
            for line in work.journal.lines(chain_of(author.id))
            if line.action.startswith("document:")
        ]


def facts(author: PaperAuthor) -> list[tuple[str, Any, Any]]:
    """Return what was recorded of the patient's papers."""
    with author.database.read() as work:
        changes = Profiles(work).changes(author.id)
    return [(one.what, one.before, one.after) for one in changes]


def said(document_id: str, version: int, **changes: Any) -> dict[str, Any]:
    """Return the fact of a version that was written in the form, for all to read."""
    return {
        "document": document_id,
        "version": version,
        "form": True,
        "hidden": False,
        **changes,
    }


def in_vault(author: PaperAuthor) -> int:
    with author.database.read() as work:
        return len(author.papers.vaults.within(work).listed(author.id))


def reminders(author: PaperAuthor) -> list[tuple[str, datetime]]:
    with author.database.read() as work:
        tasks = work.tasks.listed()
    return [(one.subject, one.due_at) for one in tasks if one.kind == TaskKind.REVIEW]


@KINDS
def test_before_the_first_there_is_none(author: PaperAuthor, kind: PaperKind) -> None:
    now = author.now(kind)

    assert (now.document, now.last_number) == (None, 0)
    assert (now.confirmed_at, now.review_at) == (None, None)


@KINDS
def test_the_first_version_is_filed_as_the_patients_own_and_read(
    author: PaperAuthor, kind: PaperKind
) -> None:
    document_id = author.write(1, kind)

    filed, version = author.filed(document_id), author.version(1, kind)
    with author.database.read() as work:
        vault = author.papers.vaults.within(work)
        entry, content = vault.entry(filed), vault.content(filed)
        submission = Submissions(work).get(filed.submission_id, author.profile.key_id)
        assert author.papers.said(work, filed, kind) == SAID[kind]
    document, moment = read_cda(content), author.database.clock()
    assert (filed.unique_id, filed.set_id) == (version.unique_id, version.set_id)
    assert (filed.version, filed.status) == (1, Availability.APPROVED)
    assert filed.body_level is BodyLevel.N3
    assert filed.sha256 == hashlib.sha256(content).hexdigest()
    assert (filed.arrival_id, filed.masked_by) == ("", MaskedBy.NOBODY)
    assert filed.visibility(moment) == entry.visibility == frozenset()
    assert filed.read_at == moment
    assert entry.size == len(content)
    assert entry.type_code.code == kind.document_type.code
    assert document.patient.ins == author.profile.ins
    assert document.patient.traits.family == author.profile.traits.family
    assert document.effective_time == moment
    assert submission is not None
    assert submission["contentTypeCode"]["code"] == "EXP_PATIENT"
    assert submission["sourceId"] == make_settings().filing.source_id
    assert submission["submissionTime"] == f"{moment:%Y%m%d%H%M%S}"
    assert submission["uniqueId"].startswith("2.25.")
    assert author.now(kind).document == filed
    assert author.now(kind).last_number == 1
    assert facts(author) == [(f"{kind}-write", None, said(document_id, 1))]
    detail = {"document": version.unique_id}
    assert lines(author) == [("document:keep", "FILED", document_id, detail)]


@KINDS
def test_another_version_takes_the_place_of_the_one_before(
    author: PaperAuthor, kind: PaperKind, clock: SetClock
) -> None:
    first = author.write(1, kind)
    clock.advance(hours=1)

    second = author.write(2, kind)

    old, new = author.filed(first), author.filed(second)
    with author.database.read() as work:
        vault = author.papers.vaults.within(work)
        entry = vault.entry(new)
        assert list(vault.naming(author.id, old.unique_id)) == [new]
    assert (old.status, old.replaced_by) == (Availability.DEPRECATED, second)
    assert (new.status, new.version) == (Availability.APPROVED, 2)
    assert entry.replaces == old.unique_id
    assert (author.now(kind).document, author.now(kind).last_number) == (new, 2)
    assert facts(author)[1:] == [
        (
            f"{kind}-replace",
            {"document": first, "version": 1},
            said(second, 2),
        )
    ]
    assert lines(author)[1:] == [
        ("document:keep", "FILED", second, {"document": new.unique_id}),
        ("document:deprecate", "REPLACED", first, {"by": second, "who": "patient"}),
    ]


def test_a_line_says_who_replaced_it_in_the_patients_place(author: PaperAuthor) -> None:
    first = author.write(1, ENTOURAGE)
    acting = {"who": "representative", "person": "MARTIN Anne", "means": "web"}
    job = author.papers.prepare(author.profile, author.paper(2, ENTOURAGE), masks=False)

    with author.database.write() as work, work.acting_by(acting):
        second = job(work)

    _, kept, replaced = lines(author)
    assert kept[3] == {**acting, "document": author.version(2, ENTOURAGE).unique_id}
    assert replaced[2:] == (first, {**acting, "by": second})


def test_a_file_is_filed_as_it_is_and_its_form_says_nothing(
    author: PaperAuthor,
) -> None:
    file = PaperFile(media_type="application/pdf", content=PDF)

    document_id = author.write(said={}, file=file)

    with author.database.read() as work:
        assert author.papers.said(work, author.filed(document_id), DIRECTIVES) == {}
    assert author.filed(document_id).body_level is BodyLevel.N1
    assert facts(author) == [
        ("directives-write", None, said(document_id, 1, form=False))
    ]


def test_what_is_hidden_is_hidden_in_every_version(
    author: PaperAuthor, clock: SetClock
) -> None:
    first = author.write(1)
    clock.advance(hours=1)
    second = author.write(2)
    clock.advance(hours=1)

    third = author.write(3, masks=True)

    for document_id in (first, second, third):
        filed = author.filed(document_id)
        assert filed.visibility(clock()) == {Visibility.MASKED}
        assert filed.masked_by is MaskedBy.PATIENT
    with author.database.read() as work:
        vault = author.papers.vaults.within(work)
        assert vault.entry(author.filed(third)).visibility == {Visibility.MASKED}
    assert [one[:3] for one in lines(author)[3:]] == [
        ("document:mask", "patient", first),
        ("document:mask", "patient", second),
        ("document:keep", "FILED_MASKED", third),
        ("document:deprecate", "REPLACED", second),
    ]
    assert facts(author)[-1] == (
        "directives-replace",
        {"document": second, "version": 2},
        said(third, 3, hidden=True),
    )


def test_what_was_masked_or_deleted_before_stays_as_it_is(
    author: PaperAuthor, clock: SetClock
) -> None:
    gone = author.write(1)
    with author.database.write() as work:
        assert author.papers.take_back(work, author.id, DIRECTIVES)
    masked = author.write(2, replaces="", masks=True)
    shown = author.write(3)
    before = author.filed(gone)

    author.write(4, masks=True)

    masks = [one[2] for one in lines(author) if one[0] == "document:mask"]
    assert masks == [shown]
    assert author.filed(gone) == before
    assert author.filed(masked).visibility(clock()) == {Visibility.MASKED}


def test_a_version_that_was_masked_alone_keeps_no_other_from_being_masked(
    author: PaperAuthor, clock: SetClock
) -> None:
    first, second = author.write(1), author.write(2)
    masked = frozenset({Visibility.MASKED})
    with author.database.write() as work:
        vault = author.papers.vaults.within(work)
        filed = vault.get(first)
        assert filed is not None
        vault.change_visibility(filed, masked, visible_at=None)

    author.write(3, masks=True)

    assert author.filed(second).visibility(clock()) == masked


def test_what_waits_for_its_day_is_masked_from_that_day(
    author: PaperAuthor, clock: SetClock
) -> None:
    first, day = author.write(1), clock() + timedelta(days=3)
    hidden = frozenset({Visibility.HIDDEN_FROM_PATIENT})
    with author.database.write() as work:
        vault = author.papers.vaults.within(work)
        filed = vault.get(first)
        assert filed is not None
        vault.change_visibility(filed, hidden, visible_at=day)

    author.write(2, masks=True)

    waits = author.filed(first)
    assert (waits.flags, waits.visible_at) == (hidden, day)
    assert waits.flags_then == {Visibility.MASKED}


def files_of(author: PaperAuthor) -> int:
    """Count the files that hold something; those made ahead are empty."""
    paths = author.database.folder.folder.glob("*/*")
    return sum(path.stat().st_size > 0 for path in paths)


def test_the_same_version_written_twice_is_filed_once_and_leaves_one_file(
    author: PaperAuthor,
) -> None:
    file = PaperFile(media_type="application/pdf", content=PDF + b"%" * 200_000)
    paper = author.paper(said={}, file=file)
    first, second = (
        author.papers.prepare(author.profile, paper, masks=False) for _ in range(2)
    )
    with author.database.write() as work:
        first(work)
    assert files_of(author) == 2

    with (
        author.database.write() as work,
        pytest.raises(ConflictError, match="^the paper was changed meanwhile$"),
    ):
        second(work)

    assert files_of(author) == 1
    assert in_vault(author) == 1


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (2, {}),
        (3, {}),
        (4, {}),
        (3, {"replaces": ""}),
        (3, {"replaces": "1.2.3"}),
    ],
    ids=["an old number", "of one gone", "a number too far", "no place", "another"],
)
def test_a_form_of_another_day_files_nothing(
    author: PaperAuthor, number: int, changes: dict[str, Any]
) -> None:
    author.write(1)
    author.write(2)
    with author.database.write() as work:
        if not changes:
            author.papers.take_back(work, author.id, DIRECTIVES)
    there = lines(author)
    job = author.papers.prepare(
        author.profile, author.paper(number, **changes), masks=False
    )

    with pytest.raises(ConflictError), author.database.write() as work:
        job(work)

    assert lines(author) == there


def test_a_version_is_of_one_patient(author: PaperAuthor) -> None:
    foreign = evolve(author.paper(), version=PaperVersion("f" * 32, DIRECTIVES, 1))
    job = author.papers.prepare(author.profile, foreign, masks=False)

    with pytest.raises(ConflictError), author.database.write() as work:
        job(work)

    assert in_vault(author) == 0


@pytest.mark.parametrize("state", ["CLOSED", "SUSPENDED"])
def test_a_space_that_closed_meanwhile_takes_none(
    author: PaperAuthor, state: str
) -> None:
    job = author.papers.prepare(author.profile, author.paper(), masks=False)
    with author.database.write() as work:
        Profiles(work).change(author.id, "state", state=state)

    with (
        pytest.raises(ConflictError, match="^this profile takes no documents$"),
        author.database.write() as work,
    ):
        job(work)

    assert in_vault(author) == 0


def test_directives_are_reviewed_from_their_last_word(
    author: PaperAuthor, clock: SetClock
) -> None:
    written = clock()
    first = author.write()
    author.write(1, ENTOURAGE)
    assert author.now().review_at == written + REVIEW
    assert author.now(ENTOURAGE).review_at is None
    assert reminders(author) == [(first, written + REVIEW)]

    clock.advance(hours=24)
    confirmed = clock()
    with author.database.write() as work:
        assert author.papers.confirm(work, author.id)

    assert author.now().confirmed_at == confirmed
    assert author.now().review_at == confirmed + REVIEW
    assert author.now(ENTOURAGE).confirmed_at is None


def test_a_confirmation_stands_for_its_version_and_says_the_one_before(
    author: PaperAuthor, clock: SetClock
) -> None:
    first = author.write()
    for _ in range(2):
        clock.advance(hours=24)
        with author.database.write() as work:
            assert author.papers.confirm(work, author.id)
    day, before = clock().isoformat(), (clock() - timedelta(days=1)).isoformat()

    assert facts(author)[1:] == [
        (CONFIRMED, None, {"document": first, "at": before}),
        (CONFIRMED, before, {"document": first, "at": day}),
    ]
    author.write(2)
    assert author.now().confirmed_at is None
    assert author.now().review_at == clock() + REVIEW


def test_nothing_is_confirmed_or_taken_back_where_there_is_none(
    author: PaperAuthor,
) -> None:
    author.write(1, ENTOURAGE)

    with author.database.write() as work:
        assert not author.papers.confirm(work, author.id)
        assert not author.papers.take_back(work, author.id, DIRECTIVES)

    assert author.now(ENTOURAGE).document is not None
    assert len(facts(author)) == 1


@KINDS
def test_a_paper_is_taken_back_with_its_old_versions_and_written_anew(
    author: PaperAuthor, kind: PaperKind, clock: SetClock
) -> None:
    first = author.write(1, kind)
    clock.advance(hours=1)
    second = author.write(2, kind)
    clock.advance(hours=1)
    there = lines(author)

    with author.database.write() as work:
        assert author.papers.take_back(work, author.id, kind)

    for document_id in (first, second):
        assert author.filed(document_id).erased_at is not None
    assert (author.now(kind).document, author.now(kind).last_number) == (None, 2)
    assert lines(author)[len(there) :] == [
        ("document:erase", "patient", first, {}),
        ("document:erase", "patient", second, {}),
    ]
    before = {"document": second, "version": 2}
    assert facts(author)[-1] == (f"{kind}-take-back", before, None)

    third = author.write(3, kind, replaces="")
    with author.database.write() as work:
        assert author.papers.take_back(work, author.id, kind)
        assert not author.papers.take_back(work, author.id, kind)
    erased = [one[2] for one in lines(author) if one[0] == "document:erase"]
    assert erased == [first, second, third]


def test_the_settings_say_when_directives_are_reviewed(database: Database) -> None:
    settings = make_settings(web={"directives_review_days": 30})
    vaults = open_vaults(database)

    papers = PaperFiling.from_settings(vaults, settings)

    assert papers.review == timedelta(days=30)
    assert papers.source_id == settings.filing.source_id
    assert papers.vaults is vaults

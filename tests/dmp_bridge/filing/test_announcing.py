"""Hidden until announced: the two notices, once each, and when there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import select

from gateway.core.document import Availability
from gateway.dmp_bridge.filing.announcing import Disclosing, TellingWithdrawal
from gateway.dmp_bridge.filing.filing import Filing
from gateway.documents.xds.values import EntryAction
from gateway.errors import MisuseError
from gateway.node.vaults import open_vaults
from gateway.store.base.work import Database
from gateway.store.patients.notices import Notice, NoticeEnd, end_notice, get_notice
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import documents, evidence
from gateway.store.tasks.steps import Step
from gateway.store.tasks.tasks import TaskKind
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.builders_settings import make_settings
from tests.evidence.lines import without_evidence
from tests.fakes import SetClock
from tests.logged import warnings_logged
from tests.mssante.post import SERVICE, TABLES, Post

HIDDEN = ("INVISIBLE_PATIENT",)
LETTER = make_cda()
FILED_AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TOLD_AT = FILED_AT + timedelta(days=14)
SHOWN_AT = datetime(2026, 12, 21, 9, 0, tzinfo=UTC)


def open_post(database: Database, clock: SetClock, **filing: Any) -> Post:
    """Return a post office that files; ``filing`` is that table of the settings."""
    settings = make_settings(**TABLES, filing=filing)
    post, vaults = Post.open(database, clock), open_vaults(database)
    own: dict[TaskKind, Step] = {
        TaskKind.FILE: Filing.from_settings(database, vaults, settings),
        TaskKind.DISCLOSE: Disclosing(settings, vaults),
        TaskKind.WITHDRAW: TellingWithdrawal(settings, vaults),
    }
    return evolve(post, steps={**post.steps, **own})


@pytest.fixture
def post(database: Database, clock: SetClock) -> Post:
    return open_post(database, clock)


def receive(
    post: Post, content: bytes = LETTER, flags: tuple[str, ...] = HIDDEN
) -> str:
    """Let a letter come in, be filed and delivered; return the arrival's id."""
    mail = make_mail(as_xdm(pack(content, flags=flags)), sender=SERVICE)
    arrival_id = post.keep(mail, post.patient())
    post.work()
    return arrival_id


def second(**changes: Any) -> bytes:
    """Return the version that replaces the letter."""
    return make_cda(
        unique_id=(f"{SET}.2", ""), version=2, replaces=f"{SET}.1", **changes
    )


def told(post: Post) -> list[Notice]:
    """Return the notices that wait, and let them leave."""
    subjects = post.tasks(TaskKind.NOTIFY)
    with post.database.write() as work:
        found = [get_notice(work, subject) for subject in subjects]
        for task in work.tasks.claim("out", [TaskKind.NOTIFY], 50, timedelta(1)):
            work.tasks.finish(task, "out")
        known = [one for one in found if one is not None]
        for one in known:
            end_notice(work, one, NoticeEnd.SENT)
    return known


def kinds(post: Post) -> list[str]:
    return [one.kind.value for one in told(post)]


def at(post: Post, moment: datetime) -> list[str]:
    """Return what the patient is told once it is that moment."""
    post.clock.now = moment
    post.work()
    return kinds(post)


def test_b7_15_two_notices_on_their_days_once_each_and_nothing_between(
    post: Post,
) -> None:
    receive(post)
    assert kinds(post) == []

    assert at(post, TOLD_AT - timedelta(seconds=1)) == []
    assert at(post, TOLD_AT) == ["update"]
    assert at(post, SHOWN_AT - timedelta(seconds=1)) == []
    assert post.inbox() == []
    assert at(post, SHOWN_AT) == ["shown"]
    assert len(post.inbox()) == 1
    assert at(post, SHOWN_AT + timedelta(days=400)) == []
    assert post.tasks(TaskKind.DISCLOSE) == []


def test_the_notices_say_nothing_of_the_document(post: Post) -> None:
    receive(post)
    post.clock.now = TOLD_AT
    post.work()
    first = told(post)
    post.clock.now = SHOWN_AT
    post.work()

    for notice in [*first, *told(post)]:
        said = (notice.subject + notice.text).lower()
        for word in ("lettre", "liaison", "document", "hôpital", "service@", "sortie"):
            assert word not in said
    assert "médecin traitant" in first[0].text


def test_both_are_in_the_story_of_the_document(post: Post) -> None:
    receive(post)
    at(post, TOLD_AT)
    at(post, SHOWN_AT)

    lines = post.lines("notice:make", own=True)

    assert [line.outcome for line in lines] == ["update", "shown"]
    assert {line.subject for line in lines} == {entry_of(post)}
    with post.database.read() as work:
        decisions = work.connection.execute(
            select(evidence.c.subject).where(
                evidence.c.id.in_([line.detail["decision"] for line in lines])
            )
        )
        assert [row.subject for row in decisions] == [entry_of(post)] * 2


def entry_of(post: Post, unique_id: str = f"{SET}.1") -> str:
    with post.database.read() as work:
        found = open_vaults(post.database).within(work).find(unique_id)
    assert found is not None
    return found.id


def change_row(post: Post, unique_id: str, **values: str) -> None:
    """Change a document in the vault as no step of ours does."""
    entry = entry_of(post, unique_id)
    with post.database.write() as work:
        work.change(documents, documents.c.id == entry, **values)


def test_a_task_that_comes_twice_is_one_notice(post: Post) -> None:
    receive(post)
    post.clock.now = SHOWN_AT
    tasks = post.due(TaskKind.DISCLOSE)
    jobs = [post.begin(TaskKind.DISCLOSE, task) for task in tasks * 2]
    for job in jobs:
        with post.database.write() as work:
            if work.tasks.finish(tasks[0], "test"):
                job(work)

    # Two weeks and the month went by while nothing ran: only the end is news.
    assert kinds(post) == ["shown"]


def test_a_document_nobody_hides_has_no_such_notice(post: Post) -> None:
    receive(post, flags=())

    assert kinds(post) == ["message"]
    assert post.tasks(TaskKind.DISCLOSE) == []


def test_a_document_that_came_without_a_message_is_told_of_as_one(post: Post) -> None:
    receive(post, flags=())
    document = entry_of(post)
    with post.database.write() as work:
        work.tasks.add(TaskKind.DISCLOSE, document)

    post.work()

    (line,) = [
        one for one in post.lines("notice:make", own=True) if one.subject == document
    ]
    assert line.outcome == "document"


def test_an_announcement_by_a_visible_version_spares_the_first_notice(
    post: Post,
) -> None:
    receive(post)
    post.clock.advance(days=5)

    receive(post, second(), flags=())

    assert kinds(post) == ["message"]
    assert at(post, TOLD_AT) == []
    assert at(post, SHOWN_AT) == ["shown"]


def test_who_is_told_by_mail_needs_nobodys_help(post: Post) -> None:
    receive(post)

    with warnings_logged() as told:
        assert at(post, TOLD_AT) == ["update"]

    assert told == []


def test_a_version_that_was_replaced_by_a_hidden_one_announces_all_the_same(
    post: Post,
) -> None:
    receive(post)
    receive(post, second(), flags=())
    third = make_cda(unique_id=(f"{SET}.3", ""), version=3, replaces=f"{SET}.2")
    receive(post, third)
    assert kinds(post) == ["message"]

    # The second was seen, and may be asked for still: it announces the first.
    assert at(post, TOLD_AT) == ["update"]
    lines = post.lines("notice:make", own=True)
    assert [(line.outcome, line.subject) for line in lines] == [
        ("update", entry_of(post, f"{SET}.3"))
    ]


def test_a_version_that_was_withdrawn_since_announces_nothing(post: Post) -> None:
    receive(post)
    receive(post, second(), flags=())
    change_row(post, f"{SET}.2", status=Availability.DELETED.value)
    told(post)

    assert at(post, TOLD_AT) == ["update"]


def test_a_version_that_is_not_there_any_more_announces_nothing(post: Post) -> None:
    receive(post)
    change_row(post, f"{SET}.1", replaced_by="f" * 32)

    assert at(post, TOLD_AT) == ["update"]


def test_a_hidden_version_that_came_late_does_not_wait(post: Post) -> None:
    receive(post, second(), flags=())
    receive(post)
    assert kinds(post) == ["message"]

    assert at(post, TOLD_AT) == []
    assert at(post, SHOWN_AT) == ["shown"]


def test_a_late_version_is_told_of_no_more_by_its_number_alone(post: Post) -> None:
    """Its successor names no document that it replaces: the set and the numbers do."""
    receive(post, make_cda(unique_id=(f"{SET}.2", ""), version=2), flags=())
    receive(post)
    assert kinds(post) == ["message"]

    assert at(post, TOLD_AT) == []
    assert at(post, SHOWN_AT) == ["shown"]


def test_a_version_as_hidden_as_the_first_stops_no_clock(post: Post) -> None:
    receive(post)
    post.clock.advance(days=10)

    receive(post, second())

    assert at(post, TOLD_AT) == ["update"]
    assert at(post, TOLD_AT + timedelta(days=10)) == ["update"]
    assert at(post, SHOWN_AT) == ["shown"]


def test_the_same_letter_again_has_no_clock_of_its_own(post: Post) -> None:
    receive(post)
    post.clock.advance(days=3)
    receive(post)

    assert at(post, TOLD_AT) == ["update"]
    assert at(post, SHOWN_AT) == ["shown"]
    assert len(post.inbox()) == 2


def test_the_letter_again_after_its_month_is_a_message_like_any_other(
    post: Post,
) -> None:
    receive(post)
    at(post, TOLD_AT)
    at(post, SHOWN_AT)
    post.clock.advance(days=1)

    receive(post)

    assert kinds(post) == ["message"]


def test_a_document_that_was_deleted_is_told_of_no_more(post: Post) -> None:
    receive(post)
    change_row(post, f"{SET}.1", status=Availability.DELETED.value)

    assert at(post, SHOWN_AT) == []
    assert post.tasks(TaskKind.DISCLOSE) == []


def test_a_document_that_is_not_there_is_nothing_to_do(post: Post) -> None:
    post.again(TaskKind.DISCLOSE, "0" * 32)

    assert kinds(post) == []


@pytest.mark.parametrize(
    ("email", "state", "why"),
    [
        ("", "ACTIVATED", "no-address"),
        ("d@mail.test", "OPEN_NOT_ACTIVATED", "not-activated"),
    ],
)
def test_who_cannot_be_told_by_mail_is_noted(
    post: Post, email: str, state: str, why: str
) -> None:
    with post.database.write() as work:
        profile = Profiles(work).get(post.profile_id)
        assert profile is not None
        Profiles(work).set_email(profile, email)
        Profiles(work).change(post.profile_id, "state", state=state)
    receive(post)

    with warnings_logged() as told:
        assert at(post, TOLD_AT) == []

    document = entry_of(post)
    assert told == [
        f"the patient of hidden document {document} cannot be told by e-mail: {why}"
    ]
    (line,) = post.lines("notice:withhold", own=True)
    assert (line.outcome, line.subject) == (why, entry_of(post))
    assert without_evidence(line.detail) == {"kind": "update"}


def withdraw(post: Post) -> None:
    """Have the letter's sender withdraw it."""
    mail = make_mail(as_xdm(pack(LETTER, action=EntryAction.DELETE)), sender=SERVICE)
    post.keep(mail, post.patient())
    post.work()


def test_who_saw_a_document_is_told_that_it_was_withdrawn(post: Post) -> None:
    receive(post, flags=())

    withdraw(post)

    (line,) = [
        one for one in post.lines("notice:make", own=True) if one.outcome == "withdrawn"
    ]
    assert line.subject == entry_of(post)
    assert without_evidence(line.detail) == {"kind": "withdrawn"}
    assert post.tasks(TaskKind.WITHDRAW) == []


def test_a_secret_that_was_withdrawn_is_not_mailed(post: Post) -> None:
    receive(post, flags=("INVISIBLE_REPRESENTANTS_LEGAUX",))

    withdraw(post)

    lines = post.lines("notice:withhold", own=True)
    assert [one.outcome for one in lines if one.subject == entry_of(post)] == [
        "representatives"
    ]


def test_of_a_withdrawn_document_that_is_not_there_nothing_is_told(post: Post) -> None:
    post.again(TaskKind.WITHDRAW, "0" * 32)

    assert post.notices() == []


def test_what_representatives_may_not_know_is_not_mailed(post: Post) -> None:
    receive(post, flags=(*HIDDEN, "INVISIBLE_REPRESENTANTS_LEGAUX"))

    assert at(post, TOLD_AT) == []
    with warnings_logged() as told:
        assert at(post, SHOWN_AT) == []

    assert told == []  # it can be read now: nobody has to find another way
    outcomes = [line.outcome for line in post.lines("notice:withhold", own=True)]
    assert outcomes == ["representatives"] * 2


def test_both_delays_are_settings(database: Database, clock: SetClock) -> None:
    post = open_post(database, clock, announcement_notice_days=3, announcement_months=2)
    receive(post)

    assert at(post, FILED_AT + timedelta(days=3)) == ["update"]
    assert at(post, SHOWN_AT) == []
    assert at(post, datetime(2027, 1, 21, 9, 0, tzinfo=UTC)) == ["shown"]


def test_a_notice_after_the_end_is_none(database: Database, clock: SetClock) -> None:
    post = open_post(database, clock, announcement_notice_days=90)
    receive(post)

    assert at(post, SHOWN_AT) == ["shown"]
    assert at(post, FILED_AT + timedelta(days=90)) == []


@pytest.mark.parametrize(
    "filing", [{"announcement_notice_days": 367}, {"announcement_months": 13}]
)
def test_no_setting_hides_for_years(filing: dict[str, int]) -> None:
    with pytest.raises(MisuseError, match="more than a year"):
        make_settings(**TABLES, filing=filing)


def test_the_task_waits_for_its_day_among_the_others(post: Post) -> None:
    receive(post)

    with post.database.read() as work:
        (row,) = [one for one in work.tasks.listed() if one.kind == "disclose"]
        assert not work.tasks.anything_due(TaskKind)

    assert row.due_at == TOLD_AT
    assert row.subject == entry_of(post)

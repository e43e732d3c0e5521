"""
Nobody is left in silence: every cell of the table is filled, and is what happens.

Outcomes × what the sender asked × kinds of senders. Each cell is played with the steps
of the program on a database; what was queued and shown has to be what the row says, and
nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field
from sqlalchemy import delete, update

from gateway.core.copies import Copy, CopyReason
from gateway.core.document import Visibility
from gateway.core.envelope import Recipient, RecipientKind, SenderKind, SubmissionForm
from gateway.core.ins import Ins
from gateway.core.reasons import Reason
from gateway.core.texts import senders
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.mssante.receipts.dsn import DsnAction
from gateway.mssante.receipts.facts import MdnRequest
from gateway.mssante.receipts.telling import (
    ASKED,
    By,
    Cell,
    Quiet,
    ReceiptsAsked,
    Row,
    Telling,
    WriterKind,
    cell,
)
from gateway.mssante.receipts.telling_rows import ROWS
from gateway.mssante.sending.confirming import Confirming
from gateway.mssante.sending.relaying import Relaying
from gateway.node.concerns import tell_of_holding
from gateway.rights.profile import ProfileState
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState, DocumentOutcome
from gateway.store.arrivals.giving_up import give_up
from gateway.store.base.work import Database
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.sent_copies import SentCopies
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tables import inbox_messages, notices, tasks
from gateway.store.tasks.tasks import TaskKind, TaskState
from tests.builders_database import database_at
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.fakes import SetClock
from tests.mssante.post import (
    DOCTOR,
    HOSPITAL,
    LATER,
    NEVER,
    OPERATOR,
    PATIENT,
    PEER,
    SENT,
    SERVICE,
    WAITS,
    Post,
    mail,
)
from tests.mssante.receipts.reports import ReadReport, parse
from tests.mssante.receipts.test_reports_in import dsn, mdn, receive

NEIGHBOUR = "service@peer.mssante.test"
HOURS = 72
NAMES = [f"{row.to.value}-{row.name}" for row in ROWS]
BAD_NEWS = {DsnAction.FAILED, DsnAction.DELAYED}


def test_every_outcome_has_a_row() -> None:
    names = {(row.to, row.name) for row in ROWS}

    assert len(names) == len(ROWS)
    assert {reason.value for reason in Reason} <= {
        name for to, name in names if to is RecipientKind.PATIENT
    }
    for kind in (RecipientKind.MAILBOX, RecipientKind.REMOTE):
        words = {word for to, name in names if to is kind for word in name.split()}
        expected = set(Copy) - (
            {Copy.RELAYED, Copy.EXPIRED} if kind is RecipientKind.MAILBOX else set()
        )
        assert expected <= words
    everything = {word for _, name in names for word in name.split()}
    assert set(CopyReason) <= everything


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_no_cell_is_empty(row: Row) -> None:
    """Bad news reaches its sender, unless it asked not to hear or nobody is there."""
    right_for_bad = {
        Quiet.NOT_WANTED,
        Quiet.NOBODY_THERE,
        Quiet.PEER_TOLD,
        Quiet.CANNOT_BE,
    }
    for asked, writer in product(ASKED, WriterKind):
        found = cell(row, asked, writer)
        assert bool(found.sender) is (found.quiet is None)
        assert found.operator
        is_bad = row.action in BAD_NEWS or row.error is not None
        if is_bad and not found.sender:
            assert found.quiet in right_for_bad, (asked, writer)
        if found.quiet is Quiet.NOT_WANTED:
            assert asked.notify
        for told in found.sender:
            is_news = told.by in {By.DSN, By.MDN, By.ERROR_REPORT}
            if is_bad and is_news and told.word != DsnAction.DELIVERED:
                assert told.words, (asked, writer)


def test_who_asked_for_nothing_hears_of_every_failure() -> None:
    for row in ROWS:
        found = cell(row, ReceiptsAsked(), WriterKind.USER)
        if row.action is DsnAction.FAILED or row.error:
            assert found.sender or row.peer_told


@define
class Stage:
    """The program's steps, played through one cell after another."""

    post: Post
    waiting: str
    """The profile of a patient who has not activated the space yet."""
    _number: int = 0
    _seen: int = 0
    message_id: str = field(init=False, default="")

    @property
    def clock(self) -> SetClock:
        return self.post.clock

    def recipient(self, row: Row, asked: ReceiptsAsked) -> Recipient:
        match row.to:
            case RecipientKind.MAILBOX:
                return self.post.mailbox(DOCTOR, notify=asked.notify)
            case RecipientKind.REMOTE:
                return self.post.remote(PEER, notify=asked.notify)
            case _ if row.name == Reason.FILED_NOT_ACTIVATED:
                address = f"{matricule(1)}@patient.mssante.test"
                return evolve(
                    self.post.patient(notify=asked.notify),
                    address=address,
                    target_id=self.waiting,
                )
            case _:
                return self.post.patient(notify=asked.notify)

    def keep(self, row: Row, asked: ReceiptsAsked, writer: WriterKind) -> str:
        """Keep a message of such a sender that asks so; return the arrival's id."""
        self._number += 1
        self.message_id = f"m{self._number}@x.test"
        path, sender = {
            WriterKind.PEER: (NEIGHBOUR, OPERATOR),
            WriterKind.USER: (SERVICE, HOSPITAL),
            WriterKind.PATIENT: (PATIENT, self.post.own),
            WriterKind.AUTOMATIC: (
                "",
                HOSPITAL if row.to is RecipientKind.REMOTE else OPERATOR,
            ),
            WriterKind.NO_MAIL: ("", HOSPITAL),
        }[writer]
        to = {
            MdnRequest.ABSENT: "",
            MdnRequest.MATCHES: path or SERVICE,
            MdnRequest.DIFFERS: "other@peer.mssante.test",
        }[asked.mdn]
        lines = (f"Disposition-Notification-To: {to}",) if to else ()
        form = SubmissionForm.MESSAGE
        if writer is WriterKind.NO_MAIL:
            form = SubmissionForm.DOCUMENTS
        return self.post.keep(
            mail(*lines, sender=path or SERVICE, message_id=self.message_id),
            self.recipient(row, asked),
            sender=sender,
            reverse_path=path,
            message_id=self.message_id,
            form=form,
        )

    def clean(self) -> None:
        """Forget what waits, so that the next cell starts like the first."""
        with self.post.database.write() as work:
            work.connection.execute(delete(notices))
            work.connection.execute(delete(tasks))
        self.post.peer.parcels.clear()
        self._seen = len(self.post.box())

    # What was told.

    def received(self, writer: WriterKind) -> list[ReadReport]:
        """Return the receipts that reached the sender's mailbox or operator."""
        if writer is WriterKind.PEER:
            contents = [
                one.content
                for one in self.post.peer.parcels
                if one.recipient == NEIGHBOUR and not one.reverse_path
            ]
        else:
            contents = self.post.box()[self._seen :]
        own = [one for one in contents if b"report@peer.mssante.test" not in one]
        return [parse(one) for one in own]

    def in_inbox(self, arrival_id: str) -> bool:
        """Tell whether the patient can see the message."""
        with self.post.database.read() as work:
            reader = InboxReader(work)
            return any(
                message.arrival_id == arrival_id
                for profile_id in (self.post.profile_id, self.waiting)
                for conversation in reader.conversations(profile_id)
                for message in reader.messages(profile_id, conversation.id)
            )


Play = Callable[[Stage, str, Row], None]


def filed(stage: Stage, arrival_id: str, row: Row) -> None:
    """Decide as the filing does."""
    reason = Reason(row.name.partition(",")[0])
    text = REASON_TEXTS[reason]
    documents = [] if reason is Reason.MESSAGE_ONLY else [document(reason)]
    options: dict[str, Any] = {}
    if reason is Reason.FILED_SECRET:
        options["hidden"] = [Visibility.HIDDEN_FROM_REPRESENTATIVES]
    if reason is Reason.FILED_INVISIBLE:
        options["hidden"] = [Visibility.HIDDEN_FROM_PATIENT]
        options["hidden_until"] = stage.clock() + timedelta(days=30)
    no_mail = stage.post.kept(arrival_id).form is SubmissionForm.DOCUMENTS
    state = ArrivalState.DECIDED
    if row.quarantined:
        state = ArrivalState.QUARANTINED
    elif no_mail or not text.delivers:
        state = ArrivalState.ENDED
    stage.post.decide(
        arrival_id,
        reason.value,
        documents=documents,
        deliver=text.delivers,
        state=state,
        **options,
    )
    stage.post.work()
    if "read" in row.name and not no_mail:
        with stage.post.database.write() as work:
            work.connection.execute(
                update(inbox_messages)
                .where(inbox_messages.c.arrival_id == arrival_id)
                .values(read_at=work.now)
            )
            work.tasks.add(TaskKind.ACKNOWLEDGE, arrival_id)
        stage.post.work()


def document(reason: Reason) -> DocumentOutcome:
    error = REASON_TEXTS[reason].error
    return DocumentOutcome(
        recipient=0,
        position=0,
        unique_id="1.2.3^4",
        outcome=reason.value,
        error=error.value if error else "",
    )


def held_up(stage: Stage, arrival_id: str, row: Row) -> None:
    """Let the filing fail for hours, or for good, or until an operator ends it."""
    (task,) = stage.post.due(TaskKind.FILE)
    with stage.post.database.write() as work:
        if row.name == "LATE":
            work.tasks.postpone(task, "no room", timedelta(hours=1))
        else:
            work.tasks.bury(task, "no room")
        work.tasks.add(TaskKind.ACKNOWLEDGE, arrival_id)
    if row.name == "GIVEN_UP":
        with stage.post.database.write() as work:
            (dead,) = work.tasks.listed(TaskState.DEAD)
            give_up(work, dead)
            work.tasks.drop(dead.id)
    stage.clock.advance(hours=4)
    stage.post.work(TaskKind.ACKNOWLEDGE, TaskKind.RELAY)


def masked(stage: Stage, arrival_id: str, _: Row) -> None:
    stage.post.due(TaskKind.FILE)
    with stage.post.database.write() as work:
        Arrivals(work).decide_recipient(
            arrival_id, 0, Copy.BOUNCED, [CopyReason.MASKED_DOCUMENT], deliver=False
        )
        Arrivals(work).set_state(arrival_id, ArrivalState.ENDED)
        work.tasks.add(TaskKind.ACKNOWLEDGE, arrival_id)
    stage.post.work()


def set_aside(stage: Stage, arrival_id: str, _: Row) -> None:
    stage.post.due(TaskKind.FILE)
    with stage.post.database.write() as work:
        Arrivals(work).decide_recipient(
            arrival_id, 0, Copy.BOUNCED, [Reason.PATIENT_MISMATCH], deliver=False
        )
        Arrivals(work).set_state(arrival_id, ArrivalState.QUARANTINED)
        work.tasks.add(TaskKind.ACKNOWLEDGE, arrival_id)
    stage.post.work()


def delivered(stage: Stage, arrival_id: str, row: Row) -> None:
    closed = "CLOSED" in row.name
    with stage.post.database.write() as work:
        boxes, box = Mailboxes(work), stage.post.mailboxes[DOCTOR]
        boxes.set_state(box, "closed" if closed else "open")
    stage.post.decide(arrival_id)
    stage.post.work()


def held(stage: Stage, arrival_id: str, _: Row) -> None:
    """Let an operator hold the copy before it has left."""
    stage.post.decide(arrival_id)
    stage.post.work(TaskKind.DELIVER)
    with stage.post.database.write() as work:
        (row,) = [one for one in work.tasks.listed() if one.kind == TaskKind.RELAY]
        work.tasks.move([row.id], TaskState.READY, TaskState.HELD)
        tell_of_holding(work, row, timedelta(hours=4))
    stage.clock.advance(hours=4)
    stage.post.work()


def relayed(stage: Stage, arrival_id: str, row: Row) -> None:
    post, name = stage.post, row.name
    promises = name.startswith(("RELAYED DSN", "RELAYED UNC")) or row.peer_told
    post.peer.answer = evolve(SENT, told=promises)
    if name == "BOUNCED":
        post.peer.answer = NEVER
    if name in {"pending, late", "EXPIRED"}:
        post.peer.answer = LATER
    post.decide(arrival_id)
    post.work()
    if name in {"pending, late", "EXPIRED"}:
        stage.clock.advance(hours=48 if name == "EXPIRED" else 4)
        post.work()
    post.peer.answer = SENT
    if "UNCONFIRMED" in name:
        stage.clock.advance(hours=HOURS)
        Confirming(post.database).run()
        post.work()
    path = post.kept(arrival_id).reverse_path
    if not path:
        return
    to = post.patient() if path == PATIENT else post.mailbox(SERVICE)
    if row.peer_told:
        action = name.partition(" ")[0].lower().replace("bounced", "failed")
        receive(post, dsn(action, about=stage.message_id), to)
    if "READER" in name:
        opened = "manual-action/MDN-sent-manually; displayed"
        receive(post, mdn(opened, sender=PEER, about=stage.message_id), to)


def play(row: Row) -> Play:
    if row.held or row.name == "GIVEN_UP":
        return held_up
    if row.to is RecipientKind.PATIENT:
        return filed
    if "MASKED_DOCUMENT" in row.name:
        return masked
    if "held" in row.name:
        return held
    if row.quarantined:
        return set_aside
    return delivered if row.to is RecipientKind.MAILBOX else relayed


@pytest.fixture
def stage(tmp_path: Path, sqlite_model: Path, clock: SetClock) -> Iterator[Stage]:
    path = tmp_path / "gateway.db"
    path.write_bytes(sqlite_model.read_bytes())
    database: Database = database_at(f"sqlite:///{path}", tmp_path, clock)
    post = Post.open(database, clock)
    relaying = Relaying(database, post.peer, evolve(WAITS, confirm_hours=HOURS))
    waiting = open_profile(
        database,
        ins=Ins.of(matricule(1), TEST_RANGE),
        state=ProfileState.OPEN_NOT_ACTIVATED.value,
        email="autre@mail.test",
    )
    yield Stage(evolve(post, steps={**post.steps, TaskKind.RELAY: relaying}), waiting)
    database.close()


EVERYTHING = ReceiptsAsked("SUCCESS,FAILURE,DELAY", MdnRequest.MATCHES)
NO_NEWS = ReceiptsAsked("NEVER", MdnRequest.ABSENT)


def cells() -> Iterator[tuple[WriterKind, ReceiptsAsked]]:
    """
    Yield all that one of our users can ask; of the others, for whom it leads to the
    same or to nothing, the ends of it.
    """
    yield from ((WriterKind.USER, asked) for asked in ASKED)
    yield from (
        (WriterKind.PEER, asked) for asked in (ReceiptsAsked(), EVERYTHING, NO_NEWS)
    )
    yield from (
        (WriterKind.AUTOMATIC, asked) for asked in (ReceiptsAsked(), EVERYTHING)
    )
    yield from ((WriterKind.NO_MAIL, asked) for asked in (ReceiptsAsked(), EVERYTHING))
    yield WriterKind.PATIENT, ReceiptsAsked()  # the page asks for nothing


_KINDS = {By.DSN: "DSN", By.MDN: "MDN", By.ERROR_REPORT: "ERR"}


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_what_the_table_says_is_what_happens_and_nothing_else(
    stage: Stage, row: Row
) -> None:
    for writer, asked in cells():
        expected = cell(row, asked, writer)
        if expected.quiet is Quiet.CANNOT_BE:
            continue
        where = f"{asked} {writer}"
        arrival_id = stage.keep(row, asked, writer)
        play(row)(stage, arrival_id, row)

        receipts_are(stage, arrival_id, expected, writer, where)
        patient_sees(stage, arrival_id, expected, writer, where)
        kept = stage.post.kept(arrival_id)
        is_held = kept.state == ArrivalState.QUARANTINED
        assert is_held is any(one.by is By.QUARANTINE for one in expected.operator)
        if row.status and row.processed != "displayed" and not row.held:
            outcome = kept.recipients[0].outcome
            pending = row.name.startswith("pending")
            no_news = writer is WriterKind.AUTOMATIC and row.to is RecipientKind.REMOTE
            if not no_news:
                assert outcome == ("" if pending else row.name.split()[0]), where
        stage.clean()


def receipts_are(
    stage: Stage, arrival_id: str, expected: Cell, writer: WriterKind, where: str
) -> None:
    mailed = [one for one in expected.sender if one.by in _KINDS]
    said = [
        (one.kind, one.status)
        for one in stage.post.receipts(arrival_id)
        if one.state == "sent"
    ]
    assert sorted(said) == sorted((_KINDS[one.by], one.word) for one in mailed), where
    reports = stage.received(writer)
    assert len(reports) == len(mailed), where
    for one in mailed:
        replies = (NEVER.reply, LATER.reply) if "{reply}" in one.words else ("",)
        words = [one.words.replace("{reply}", reply) for reply in replies]
        texts = [report.text for report in reports]
        assert any(
            all(half in text for half in word.split(" / "))
            for word in words
            for text in texts
        ), (where, one)
    for told in expected.sender:
        if told.by is By.ANSWER:
            outcomes = stage.post.read(lambda work: Arrivals(work).get(arrival_id))
            assert outcomes.recipients[0].outcome == told.word.partition(",")[0] or (
                told.word in {"LATE", "STOPPED"}
            )


def patient_sees(
    stage: Stage, arrival_id: str, expected: Cell, writer: WriterKind, where: str
) -> None:
    pages = [one.word for one in expected.sender if one.by is By.PAGE]
    if writer is WriterKind.PATIENT:
        found = stage.post.read(
            lambda work: SentCopies(work, stage.post.profile_id).astray([arrival_id])
        )
        astray = found.get(arrival_id, [])
        assert [one.fate for one in astray] == pages, where
    shown = any(one.by is By.PAGE for one in expected.patient)
    assert stage.in_inbox(arrival_id) == shown, where
    told = [one.word for one in expected.sender if one.by is By.NOTICE]
    told += ["message" for one in expected.patient if one.by is By.NOTICE]
    assert stage.post.notices() == told, where


def test_a_receipt_that_a_program_may_not_send_is_recorded_as_withheld(
    stage: Stage,
) -> None:
    """The address asked for is not the return path: nobody here can agree to it."""
    row = next(one for one in ROWS if one.name == "FILED")
    arrival_id = stage.keep(row, ReceiptsAsked(mdn=MdnRequest.DIFFERS), WriterKind.USER)

    filed(stage, arrival_id, row)

    assert stage.post.said(arrival_id) == [("MDN", "withheld", "withheld")]


def test_the_words_of_the_table_are_those_of_the_texts() -> None:
    late = next(one for one in ROWS if one.name == "LATE")

    assert cell(late, ReceiptsAsked(), WriterKind.USER).sender == (
        Telling(By.DSN, "delayed", senders.LATE),
    )
    assert OPERATOR.kind is SenderKind.OPERATOR

"""What nobody opened for days is told to both sides: once, and only where it is so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import pytest
from attrs import define, field

from gateway.core.copies import Copy
from gateway.core.envelope import Arrival, Door, Recipient
from gateway.core.ins import Ins
from gateway.core.recalls import BroughtBefore
from gateway.dmp_bridge.recalled import BroughtDocuments
from gateway.errors import InvalidError
from gateway.mssante.sending.unread import BATCH, TellingUnread
from gateway.node.vaults import open_vaults
from gateway.rights.profile import ProfileState
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.recalls import Recalls
from gateway.store.inbox.unopened import Spot, Unopened, wake_unread
from gateway.store.inbox.values import Direction
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.openings import Openings
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.notice_centre import CentreReader, NoticeCentre
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.values import MAIL_TO_ME, Opposition
from gateway.store.tables import inbox_messages, mail_items
from gateway.store.tasks.tasks import TaskKind
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.builders_settings import make_settings
from tests.mssante.post import (
    DOCTOR,
    HOSPITAL,
    OPERATOR,
    PATIENT,
    PEER,
    SERVICE,
    TABLES,
    Post,
    mail,
)

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
ONCE = "Cet avis est envoyé une seule fois."


@define
class Ground:
    """A post office with the daily look at what nobody opened."""

    post: Post
    _number: int = field(default=0)

    def received(self, content: bytes = b"", *more: Recipient, **options: Any) -> str:
        """Let the hospital write to the patient; return the arrival's id."""
        to = options.pop("to", self.post.patient())
        return self.post.send(content or mail(), to, *more, **options)

    def answered(self, *recipients: Recipient) -> str:
        """Let the patient answer, as the page does; return the arrival's id."""
        post = self.post
        self._number += 1
        arrival_id = f"f{self._number:031x}"
        content = mail(sender=PATIENT, message_id=f"{self._number}@patient")
        arrival = Arrival(
            id=arrival_id,
            door=Door.WEB,
            sender=post.own,
            reverse_path=PATIENT,
            recipients=recipients or (post.mailbox(),),
            content=content,
            message_id=f"{self._number}@patient",
        )
        parcel = post.database.prepare(content)
        with post.database.write() as work:
            (talk, *_) = InboxReader(work).conversations(post.profile_id)
            Arrivals(work).keep(arrival, parcel)
            Inbox(work).send(
                talk.id,
                post.profile_id,
                arrival_id,
                subject="Réponse",
                text="Je vais mieux",
                parcel=parcel,
                message_id=arrival.message_id,
            )
        post.decide(arrival_id)
        post.work()
        return arrival_id

    def wait(self, how_long: timedelta = WEEK) -> None:
        self.post.clock.advance(days=how_long / DAY)

    def sweep(self) -> None:
        """Look through all messages once, as the task of the day does."""
        with self.post.database.write() as work:
            wake_unread(work, 7)
        self.post.work(TaskKind.UNREAD)
        self.post.work()

    def change(self, run: Callable[[UnitOfWork], Any]) -> None:
        with self.post.database.write() as work:
            run(work)

    @property
    def mails(self) -> list[str]:
        found = []
        for content in self.post.box():
            message = message_from_bytes(content, policy=SMTP)
            body = message.get_body(("plain",))
            assert body is not None
            found.append(" ".join(body.get_content().split()))
        return [one for one in found if ONCE in one]

    @property
    def centre(self) -> list[str]:
        """What stands in the notices of the space, of this."""
        with self.post.database.read() as work:
            reader = CentreReader(profile_id=self.post.profile_id, account_id="a" * 32)
            listed = NoticeCentre(work).listed(reader, 60)
        return [one.subject for one in listed if one.kind == "unread"]

    def still_said(self) -> list[str]:
        """What the page of the conversation says nobody has opened yet."""
        with self.post.database.read() as work:
            return sorted(Unopened(work).among(self.post.inbox()))

    def open(self) -> None:
        (message,) = self.post.inbox()
        self.change(
            lambda work: Inbox(work).open(self.post.profile_id, message.conversation_id)
        )

    def in_mailbox(self, run: Callable[[UnitOfWork, Any, list[int]], Any]) -> None:
        """Do something with all that is in the doctor's INBOX."""
        with self.post.database.write() as work:
            box = Mail(work)
            folder = box.folders.find(self.post.mailboxes[DOCTOR], "INBOX")
            assert folder is not None
            run(work, folder, [one.uid for one in box.items(folder.id)])


def step(post: Post, documents: Any = None, **tables: Any) -> TellingUnread:
    vaults = BroughtDocuments(open_vaults(post.database))
    return TellingUnread(
        post.database, make_settings(**{**TABLES, **tables}), documents or vaults
    )


@pytest.fixture
def ground(post: Post) -> Ground:
    post.steps[TaskKind.UNREAD] = step(post)
    return Ground(post)


def test_a_sender_here_is_told_once(ground: Ground) -> None:
    arrival_id = ground.received()
    ground.wait(WEEK - timedelta(seconds=1))
    ground.sweep()
    assert ground.mails == []

    ground.wait(DAY)
    for _ in range(3):
        ground.sweep()
        ground.wait(DAY)

    (told,) = ground.mails
    assert "n’était pas encore ouvert dans l’espace du patient" in told
    assert "had not been opened yet in the patient's space" in told
    assert f"Pour : {PATIENT}" in told
    assert "Votre sortie" not in told, "not a word of the message"
    assert "Bonjour" not in told
    written = message_from_bytes(ground.post.box()[-1], policy=SMTP)
    assert written["In-Reply-To"] == "<one@hopital.mssante.test>"
    assert written["Return-Path"] == "<>"
    assert ground.post.said(arrival_id)[-1] == ("UNR", "unopened", "sent")
    assert [one.outcome for one in ground.post.lines("receipt:send")][-1] == "UNR"


def test_a_sender_of_another_operator_is_told(ground: Ground) -> None:
    ground.received(mail(sender=PEER), sender=OPERATOR, reverse_path=PEER)
    ground.wait()

    ground.sweep()

    (told,) = ground.post.peer.parcels
    assert ONCE.encode() in told.content or b"not opened" in told.content
    assert told.reverse_path == ""


def test_each_patient_of_a_message_is_told_of_alone(ground: Ground) -> None:
    other = Ins.of(matricule(2), TEST_RANGE)
    profile_id = open_profile(ground.post.database, ins=other, email="")
    second = Recipient(
        kind=ground.post.patient().kind,
        address=f"{other.matricule}@patient.mssante.test",
        target_id=profile_id,
    )
    arrival_id = ground.received(b"", second)
    ground.open()
    ground.wait()

    ground.sweep()

    (told,) = ground.mails
    assert other.matricule in told
    assert PATIENT not in told
    assert [one.recipient for one in ground.post.receipts(arrival_id)] == [1]


def opened(ground: Ground) -> None:
    ground.open()


def deleted(ground: Ground) -> None:
    (message,) = ground.post.inbox()
    ground.change(
        lambda work: Inbox(work).delete_conversation(
            ground.post.profile_id, message.conversation_id
        )
    )


def recalled(ground: Ground) -> None:
    (message,) = ground.post.inbox()
    ground.change(lambda work: Recalls(work).take_back(ground.post.profile_id, message))


def blocked_by_address(ground: Ground) -> None:
    ground.change(lambda work: Decisions(work).block(ground.post.profile_id, SERVICE))


def blocked_by_number(ground: Ground) -> None:
    ground.change(
        lambda work: Decisions(work).block(ground.post.profile_id, HOSPITAL.identity)
    )


def takes_no_mail(ground: Ground) -> None:
    opposition = Opposition(kind=MAIL_TO_ME)
    ground.change(
        lambda work: Decisions(work).oppose(ground.post.profile_id, opposition)
    )


def hidden(ground: Ground) -> None:
    until = ground.post.clock() + timedelta(days=30)
    ground.change(
        lambda work: work.connection.execute(
            inbox_messages.update().values(hidden_until=until)
        )
    )


def closed(ground: Ground) -> None:
    def close(work: UnitOfWork) -> None:
        profile = Profiles(work).get(ground.post.profile_id)
        assert profile is not None
        Profiles(work).set_state(profile, ProfileState.SUSPENDED)

    ground.change(close)


@pytest.mark.parametrize(
    "happens",
    [
        opened,
        deleted,
        recalled,
        hidden,
        blocked_by_address,
        blocked_by_number,
        takes_no_mail,
        closed,
    ],
)
def test_nothing_is_said_of_what_is_otherwise_meanwhile(
    ground: Ground, happens: Callable[[Ground], None]
) -> None:
    arrival_id = ground.received()
    happens(ground)
    ground.wait()

    ground.sweep()

    assert ground.mails == []
    assert ("UNR", "unopened", "sent") not in ground.post.said(arrival_id)


def test_what_was_hidden_counts_since_it_is_shown(ground: Ground) -> None:
    ground.received()
    hidden(ground)
    ground.wait(timedelta(days=30) + WEEK)

    ground.sweep()

    assert len(ground.mails) == 1


def test_a_document_that_was_opened_is_the_message_opened(ground: Ground) -> None:
    class Opened:
        def look(self, *_: Any) -> BroughtBefore:
            return BroughtBefore(documents=1, opened=1, copies=0)

    ground.post.steps[TaskKind.UNREAD] = step(ground.post, Opened())
    ground.received()
    ground.wait()

    ground.sweep()

    assert ground.mails == []


@pytest.mark.parametrize(
    "options",
    [
        {"reverse_path": ""},
        {"reverse_path": "gone@hopital.mssante.test"},
        {"to": "never"},
    ],
)
def test_who_reads_no_answer_or_wants_none_is_not_told(
    ground: Ground, options: dict[str, Any]
) -> None:
    if options.get("to"):
        options = {"to": ground.post.patient(notify="NEVER")}
    ground.received(**options)
    ground.wait()

    ground.sweep()

    assert ground.mails == []


def test_a_patient_reads_that_nobody_opened_an_answer(ground: Ground) -> None:
    ground.received()
    ground.open()
    arrival_id = ground.answered()
    ground.wait()
    for _ in range(2):
        ground.sweep()
        ground.wait(DAY)

    assert ground.post.said(arrival_id) == [("UNR", "unopened", "shown")]
    assert ground.centre == [arrival_id]
    assert ground.still_said() == [arrival_id]
    assert [one.outcome for one in ground.post.lines("receipt:send", own=True)] == [
        "UNR"
    ]


@pytest.mark.parametrize("how", ["opened", "flagged", "removed"])
def test_a_page_says_it_only_as_long_as_it_is_so(ground: Ground, how: str) -> None:
    ground.received()
    ground.open()
    ground.answered()
    ground.wait()
    ground.sweep()
    assert len(ground.still_said()) == 1

    deal_with(ground, how)

    assert ground.still_said() == []


def deal_with(ground: Ground, how: str) -> None:
    def run(work: UnitOfWork, folder: Any, uids: list[int]) -> None:
        if how == "opened":
            Openings(work).keep(folder.id, uids, "899700000017")
            return
        flags = "\\Seen" if how == "flagged" else "\\Deleted"
        work.connection.execute(mail_items.update().values(flags=flags))
        if how == "removed":
            Mail(work).expunge(folder, uids)

    ground.in_mailbox(run)


@pytest.mark.parametrize("how", ["opened", "flagged", "removed"])
def test_a_patient_is_not_told_of_what_was_dealt_with(ground: Ground, how: str) -> None:
    ground.received()
    ground.open()
    arrival_id = ground.answered()
    deal_with(ground, how)
    ground.wait()

    ground.sweep()

    assert ground.post.said(arrival_id) == []
    assert ground.centre == []


def test_of_a_mailbox_elsewhere_nothing_is_known(ground: Ground) -> None:
    ground.received()
    ground.open()
    for recipients in (
        (ground.post.remote(),),
        (ground.post.mailbox(), ground.post.remote()),
    ):
        ground.answered(*recipients)
    ground.wait()

    ground.sweep()

    assert ground.centre == []


def test_one_of_two_mailboxes_is_enough(ground: Ground) -> None:
    ground.received()
    ground.open()
    arrival_id = ground.answered(ground.post.mailbox(), ground.post.mailbox(SERVICE))
    assert ground.post.outcomes(arrival_id) == [Copy.DELIVERED, Copy.DELIVERED]
    deal_with(ground, "opened")
    ground.wait()

    ground.sweep()

    assert ground.centre == []


def test_switched_off_nobody_is_told_and_the_task_ends(ground: Ground) -> None:
    ground.received()
    ground.wait()
    ground.post.steps[TaskKind.UNREAD] = step(ground.post, notices={"unread_days": 0})

    ground.sweep()

    assert ground.mails == []
    assert ground.post.tasks(TaskKind.UNREAD) == []
    with ground.post.database.write() as work:
        assert wake_unread(work, 0) == 0


def test_there_is_one_task_whoever_asks(ground: Ground) -> None:
    with ground.post.database.write() as work:
        assert wake_unread(work, 7) == 1
    with ground.post.database.write() as work:
        assert wake_unread(work, 7) == 0
        work.tasks.add(TaskKind.UNREAD, "")  # by another node, at the same moment

    ground.post.work(TaskKind.UNREAD)

    assert ground.post.tasks(TaskKind.UNREAD) == [""]
    assert ground.post.due(TaskKind.UNREAD) == [], "it waits for the next day"


def test_what_is_too_old_as_nothing_ran_is_told_no_more(ground: Ground) -> None:
    ground.received()
    ground.wait(WEEK + timedelta(days=14, seconds=1))

    ground.sweep()

    assert ground.mails == []


def test_a_place_that_is_none_is_refused() -> None:
    for text in ("in", "in::x", "up:a:1", "in:a:1:2"):
        with pytest.raises(InvalidError):
            Spot.read(text)
    place = Spot(Direction.OUT, "a" * 32, 1_796_000_000_000_000)
    assert Spot.read(place.text) == place
    assert len(place.text) <= 80, "a task's subject has room for it"


def test_two_thousand_are_told_in_batches_that_go_on_where_they_were(
    ground: Ground,
) -> None:
    many, post = 2000, ground.post
    ground.received()
    with post.database.write() as work:
        row = work.connection.execute(inbox_messages.select()).one()._asdict()
        work.connection.execute(
            inbox_messages.insert(),
            [
                {
                    **row,
                    "id": f"e{number:031x}",
                    "arrival_id": f"e{number:031x}",
                    "serial": row["serial"] + number,
                }
                for number in range(1, many)
            ],
        )
    ground.wait(WEEK + DAY)

    with post.database.read() as work:
        place, seen = Spot(), set[str]()
        rounds = 0
        while found := Unopened(work).after(place, 7, BATCH):
            rounds += 1
            seen |= {one.id for one in found}
            last = found[-1]
            place = Spot(Direction.IN, last.conversation_id, last.serial)
    assert (len(seen), rounds) == (many, many // BATCH)

    tasks = 0
    with post.database.write() as work:
        wake_unread(work, 7)
    while claimed := post.due(TaskKind.UNREAD):
        for task in claimed:
            post.do(task)
            tasks += 1
    assert tasks == many // BATCH + 2, "the last of those received, and those sent"
    assert len(ground.mails) == 1, "of the others nothing is known, which stops nobody"

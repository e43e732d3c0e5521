"""From the door to the inbox: filed and delivered by one task, or by two."""

from __future__ import annotations

from typing import NoReturn

import pytest
from attrs import evolve, frozen

from gateway.core.envelope import Recipient, RecipientKind
from gateway.core.ins import Ins
from gateway.dmp_bridge.filing.filing import Deliver, Filing
from gateway.errors import InvalidError, UnavailableError
from gateway.message.reading import MessageParts
from gateway.mssante.sending.delivery import Delivering
from gateway.node.vaults import open_vaults
from gateway.rights.profile import ProfileState
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState, KeptArrival
from gateway.store.base.work import UnitOfWork
from gateway.store.tasks.steps import Step
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_cda import make_cda
from tests.builders_mail import as_xdm, as_xml, make_mail, pack
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.builders_settings import make_settings
from tests.mssante.post import ASKS, DOCTOR, SERVICE, TABLES, Post
from tests.mssante.receipts.reports import parse

LETTER = make_mail(as_xdm(pack(make_cda())), sender=SERVICE)


@frozen
class Way:
    """Takes a message through filing, with or without the copies in the same task."""

    post: Post
    at_once: bool

    def keep(self, content: bytes) -> str:
        return self.post.keep(content, self.post.patient(notify="SUCCESS,FAILURE"))

    def go(self, content: bytes) -> str:
        """Keep a message, let it be filed, and do all that follows."""
        arrival_id = self.keep(content)
        with_filing(self.post, at_once=self.at_once).work()
        return arrival_id


def with_filing(post: Post, *, at_once: bool = True) -> Post:
    """Return the post with the filing step in front."""
    settings = make_settings(**TABLES)
    delivering = Delivering(post.database, settings)
    steps: dict[TaskKind, Step] = dict(post.steps)
    steps[TaskKind.FILE] = Filing.from_settings(
        post.database,
        open_vaults(post.database),
        settings,
        delivering.at_once if at_once else None,
    )
    return evolve(post, steps=steps)


@pytest.fixture(params=[True, False], ids=["at once", "in two tasks"])
def way(post: Post, request: pytest.FixtureRequest) -> Way:
    return Way(post, request.param)


def notices(post: Post) -> int:
    return len(post.tasks(TaskKind.NOTIFY))


def test_b7_04_a_letter_is_filed_shown_and_acknowledged(way: Way) -> None:
    arrival_id = way.go(f"{ASKS}\r\n".encode() + LETTER)

    post = way.post
    assert post.outcomes(arrival_id) == ["FILED"]
    assert len(post.inbox()) == 1
    assert post.said(arrival_id) == [
        ("DSN", "delivered", "sent"),
        ("MDN", "processed", "sent"),
    ]
    assert post.kept(arrival_id).state == ArrivalState.ENDED
    assert post.tasks() == post.tasks(TaskKind.NOTIFY)


def test_a_hidden_letter_hides_its_message_for_a_month(way: Way) -> None:
    letter = pack(make_cda(), flags=("INVISIBLE_PATIENT",))

    arrival_id = way.go(make_mail(as_xdm(letter), sender=SERVICE))

    post = way.post
    assert post.outcomes(arrival_id) == ["FILED_INVISIBLE"]
    assert post.inbox() == []
    assert notices(post) == 0
    post.clock.advance(days=29)
    assert post.inbox() == []
    post.clock.advance(days=2)
    assert len(post.inbox()) == 1


ODD = {
    "Subject": "Premier sujet",
    "To": "autre@peer.mssante.test",
    "Date": "Thu, 19 Nov 2026 09:00:00 +0000",
    "Message-ID": "<deux@hopital.mssante.test>",
    "In-Reply-To": "<trois@hopital.mssante.test>",
}


def test_fields_for_people_that_stand_again_cost_nobody_the_letter(way: Way) -> None:
    """Nothing is decided by them: the letter is filed, the first subject is shown."""
    again = "".join(f"{name}: {value}\r\n" * 3 for name, value in ODD.items())

    arrival_id = way.go(again.encode() + LETTER)

    assert way.post.outcomes(arrival_id) == ["FILED"]
    (message,) = way.post.inbox()
    assert message.subject == "Premier sujet"
    assert message.text.strip() == "Bonjour, voici votre document."


TYPES = {
    "that of a text": ("Content-Type: text/plain\r\n", make_mail(sender=SERVICE)),
    "that of the whole": ("Content-Type: multipart/alternative\r\n", LETTER),
    "another of a text": ("Content-Type: text/html\r\n", make_mail(sender=SERVICE)),
}


@pytest.mark.parametrize("which", TYPES)
def test_a_type_that_stands_twice_refuses_documents_and_not_the_message(
    way: Way, which: str
) -> None:
    """
    What is read by the one type is not what is read by the other: no document of it is
    filed, and its sender is told. What holds none is there to be read.
    """
    again, mail = TYPES[which]

    arrival_id = way.go(ASKS.encode() + b"\r\n" + again.encode() + mail)

    post = way.post
    with post.database.read() as work:
        told = [one.detail for one in Arrivals(work).documents(arrival_id)]
    if mail is LETTER:
        assert post.outcomes(arrival_id) == ["DOC_INVALID"]
        assert ("MDN", "error", "sent") in post.said(arrival_id)
        assert "Content-Type : le champ est écrit deux fois" in told[0]
    else:
        assert post.outcomes(arrival_id) == ["MESSAGE_ONLY"]
        assert len(post.inbox()) == 1
        assert told == []


def test_b7_19_a_letter_for_somebody_else_is_given_to_nobody(way: Way) -> None:
    letter = make_cda(ins="277076322082910", family="AUTRE")

    arrival_id = way.go(make_mail(as_xml(letter), sender=SERVICE))

    post = way.post
    assert post.kept(arrival_id).state == ArrivalState.QUARANTINED
    assert post.inbox() == []
    assert post.said(arrival_id) == [("DSN", "failed", "sent")]


CLOSED_SINCE = {
    ProfileState.DELETED: ("PROFILE_ABSENT", "Aucun espace n’est ouvert"),
    ProfileState.OPPOSED: ("PROFILE_OPPOSED", "s’est opposé"),
    ProfileState.CLOSED: ("PROFILE_CLOSED", "est fermé"),
}
"""What became of the space after the door took a letter, and what its sender reads."""


def test_b7_24_three_spaces_that_are_not_open_any_more_give_three_bounces(
    way: Way,
) -> None:
    """The door says nothing of a space; a sender that was let in reads why."""
    post, told = way.post, []
    for number, (state, (code, words)) in enumerate(CLOSED_SINCE.items(), 1):
        other = matricule(number)
        ins = Ins.of(other, TEST_RANGE)
        whose = Recipient(
            kind=RecipientKind.PATIENT,
            address=f"{other}@patient.mssante.test",
            target_id=open_profile(post.database, ins=ins, state=state.value),
        )
        letter = make_mail(as_xml(make_cda(ins=other)), sender=SERVICE)
        arrival_id = post.keep(letter, whose)
        before = len(post.box(SERVICE))

        with_filing(post, at_once=way.at_once).work()

        (content,) = post.box(SERVICE)[before:]
        bounce = parse(content)
        (group,) = (one for one in bounce.groups if "Final-Recipient" in one)
        assert post.outcomes(arrival_id) == [code]
        assert post.said(arrival_id) == [("DSN", "failed", "sent")]
        assert group["Action"] == "failed"
        assert group["Status"].startswith("5.")
        assert words in " ".join(bounce.text.split())
        told.append(bounce.text.replace(other, ""))

    assert len(set(told)) == 3


def test_b7_04_a_doctor_in_copy_has_the_same_message(way: Way) -> None:
    post = way.post
    arrival_id = post.keep(LETTER, post.patient(), post.mailbox())

    with_filing(post, at_once=way.at_once).work()

    assert post.outcomes(arrival_id) == ["FILED", "DELIVERED"]
    assert len(post.inbox()) == 1
    assert len(post.box(DOCTOR)) == 1


def test_what_is_delivered_at_once_leaves_no_second_task(post: Post) -> None:
    post.keep(LETTER, post.patient())
    filing = with_filing(post)

    (task,) = filing.due(TaskKind.FILE)
    filing.do(task)

    assert len(post.inbox()) == 1
    assert post.tasks(TaskKind.DELIVER) == []


def refused(_: KeptArrival, __: bytes, ___: MessageParts) -> NoReturn:
    raise InvalidError("not to be delivered")


def failing(error: Exception) -> Deliver:
    """Return what takes the message, and then cannot make its copies."""

    def fail(_: KeptArrival, __: UnitOfWork) -> None:
        raise error

    return lambda *_: fail


def filing_with(post: Post, deliver: Deliver) -> Filing:
    settings = make_settings(**TABLES)
    return Filing.from_settings(
        post.database, open_vaults(post.database), settings, deliver
    )


def test_a_message_that_cannot_be_delivered_is_filed_all_the_same(post: Post) -> None:
    arrival_id = post.keep(LETTER, post.patient())

    evolve(post, steps={TaskKind.FILE: filing_with(post, refused)}).work()

    assert post.outcomes(arrival_id) == ["FILED"]
    assert post.tasks(TaskKind.DELIVER) == [arrival_id]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("a defect"), RuntimeError),
        (InvalidError("hopeless"), UnavailableError),  # to be tried again, thus
    ],
)
def test_a_delivery_that_failed_once_is_left_to_a_task_of_its_own(
    post: Post, error: Exception, told: type[Exception]
) -> None:
    arrival_id = post.keep(LETTER, post.patient())
    filing = filing_with(post, failing(error))

    def settle(attempts: int) -> None:
        job = filing(Task(0, TaskKind.FILE, arrival_id, attempts, post.clock()))
        with post.database.write() as work:
            job(work)

    with pytest.raises(told, match=str(error)):
        settle(attempts=0)
    assert post.outcomes(arrival_id) == [""]
    settle(attempts=1)

    assert post.outcomes(arrival_id) == ["FILED"]
    assert post.tasks(TaskKind.DELIVER) == [arrival_id]


def test_a_masked_letter_goes_to_the_patient_and_to_no_professional(way: Way) -> None:
    post = way.post
    masked = make_mail(as_xdm(pack(make_cda(), flags=("MASQUE_PS",))), sender=SERVICE)
    arrival_id = post.keep(masked, post.patient(), post.mailbox(), post.remote())

    with_filing(post, at_once=way.at_once).work()

    assert post.outcomes(arrival_id) == ["FILED_MASKED", "BOUNCED", "BOUNCED"]
    assert len(post.inbox()) == 1
    assert post.box(DOCTOR) == []
    assert post.peer.parcels == []
    assert post.said(arrival_id) == [
        ("DSN", "failed", "sent"),
        ("DSN", "failed", "sent"),
    ]
    assert post.kept(arrival_id).state == ArrivalState.ENDED


def test_who_sends_a_masked_letter_may_have_a_copy(way: Way) -> None:
    post = way.post
    masked = make_mail(as_xml(make_cda(confidentiality="MASQUE_PS")), sender=SERVICE)
    arrival_id = post.keep(masked, post.patient(), post.mailbox(SERVICE))

    with_filing(post, at_once=way.at_once).work()

    assert post.outcomes(arrival_id) == ["FILED_MASKED", "DELIVERED"]
    assert len(post.box(SERVICE)) == 1


def test_a_masked_letter_that_is_given_to_nobody_is_told_for_each(way: Way) -> None:
    post = way.post
    closed = ("lettre.7z", "application/x-7z-compressed", b"7z\xbc\xaf\x27\x1c...")
    masked = make_mail(
        as_xdm(pack(make_cda(), flags=("MASQUE_PS",))), closed, sender=SERVICE
    )
    arrival_id = post.keep(masked, post.patient(), post.mailbox())

    with_filing(post, at_once=way.at_once).work()

    assert post.outcomes(arrival_id) == ["DOC_INVALID", "BOUNCED"]
    assert post.inbox() == []
    assert post.said(arrival_id) == [
        ("DSN", "failed", "sent"),
        ("DSN", "failed", "sent"),
    ]


def test_what_stays_closed_keeps_the_message_from_the_patient_alone(way: Way) -> None:
    post = way.post
    closed = ("lettre.7z", "application/x-7z-compressed", b"7z\xbc\xaf\x27\x1c...")
    mail = make_mail(as_xdm(pack(make_cda())), closed, sender=SERVICE)
    arrival_id = post.keep(mail, post.patient(), post.mailbox())

    with_filing(post, at_once=way.at_once).work()

    assert post.outcomes(arrival_id) == ["DOC_INVALID", "DELIVERED"]
    assert post.inbox() == []
    assert len(post.box(DOCTOR)) == 1
    assert post.said(arrival_id) == [("DSN", "failed", "sent")]


def test_who_is_set_aside_by_traits_is_set_aside_for_all(way: Way) -> None:
    post = way.post
    letter = make_cda(ins="", family="AUTRE", used_family="AUTRE")
    arrival_id = post.keep(
        make_mail(as_xml(letter), sender=SERVICE), post.patient(), post.mailbox()
    )

    with_filing(post, at_once=way.at_once).work()

    assert post.kept(arrival_id).state == ArrivalState.QUARANTINED
    assert post.outcomes(arrival_id) == ["TRAITS_MISMATCH", "BOUNCED"]
    assert post.inbox() == []
    assert post.box(DOCTOR) == []

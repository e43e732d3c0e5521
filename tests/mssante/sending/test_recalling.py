"""A message that went to the wrong patient is taken back, and the truth is told."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from gateway.core.document import Availability
from gateway.core.envelope import Sender, SenderKind
from gateway.core.ins import Ins
from gateway.dmp_bridge.recalled import BroughtDocuments
from gateway.errors import UnavailableError
from gateway.mssante.sending.recalling import Recalling, TakingBack
from gateway.node.vaults import open_vaults
from gateway.rights.recall_rules import Recall
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.downloads.downloads import Downloads
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.values import InboxMessage
from gateway.store.journal import Action, Entry, chain_of
from gateway.store.tasks.steps import Step
from gateway.store.tasks.tasks import TaskKind
from tests.builders_cda import make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.builders_settings import make_settings
from tests.dmp_bridge.downloads.packed import ask, work_off
from tests.fakes import SetClock
from tests.mssante.post import (
    HOSPITAL,
    OPERATOR,
    PEER,
    SERVICE,
    TABLES,
    Post,
    mail,
)
from tests.mssante.test_filing_and_delivery import with_filing

LETTER = make_mail(as_xdm(pack(make_cda())), sender=SERVICE)
ASKED = "rappel@hopital.mssante.test"
OTHER = Sender(kind=SenderKind.ORGANISATION, identity="1750000022")


@frozen
class Ground:
    """A post office with a vault, where messages are sent and taken back."""

    post: Post

    def send(self, content: bytes = LETTER, **options: Any) -> str:
        arrival_id = self.post.keep(content, self.post.patient(), **options)
        self.post.work()
        return arrival_id

    def ask_back(
        self,
        *lines: str,
        text: str = "",
        sender: Sender = HOSPITAL,
        reverse_path: str = SERVICE,
    ) -> str:
        lines = lines or ("In-Reply-To: <one@hopital.mssante.test>",)
        content = mail(*lines, subject="[RAPPEL]", text=text, message_id=ASKED)
        arrival_id = self.post.keep(
            content,
            self.post.patient(),
            sender=sender,
            reverse_path=reverse_path,
            message_id=ASKED,
        )
        self.post.work()
        return arrival_id

    @property
    def answers(self) -> list[str]:
        """What the sender's mailbox was told, the last one last."""
        texts = []
        for content in self.post.box():
            found = message_from_bytes(content, policy=SMTP)
            body = found.get_body(("plain",))
            assert body is not None
            texts.append(f"{found['Subject']}\n{body.get_content()}")
        return texts

    @property
    def message(self) -> InboxMessage:
        (only,) = self.post.inbox()
        return only

    def statuses(self, arrival_id: str) -> list[Availability]:
        with self.post.database.read() as work:
            vault = open_vaults(self.post.database).within(work)
            found = vault.brought_by(self.post.profile_id, [arrival_id])
            return [one.status for one in found]

    def open(self) -> None:
        with self.post.database.write() as work:
            Inbox(work).open(self.post.profile_id, self.message.conversation_id)

    def taking(self) -> TakingBack:
        database = self.post.database
        documents = BroughtDocuments(open_vaults(database))
        return TakingBack(database, make_settings(**TABLES), documents)

    def by_operator(self, arrival_id: str) -> list[Recall]:
        with self.post.database.write() as work:
            sent = Arrivals(work).get(arrival_id)
            assert sent is not None
            taken = self.taking().by_operator(
                work, sent, by="op", reason="concerne une autre personne"
            )
        self.post.work()
        return [one.outcome for one in taken]


@pytest.fixture
def ground(post: Post) -> Ground:
    steps: dict[TaskKind, Step] = dict(with_filing(post).steps)
    found = Ground(evolve(post, steps=steps))
    steps[TaskKind.RECALL] = Recalling(found.taking())
    return found


def test_what_nobody_opened_is_taken_back_whole(ground: Ground) -> None:
    arrival_id = ground.send()
    blob_id = ground.message.blob_id

    asked_id = ground.ask_back()

    message = ground.message
    assert message.recalled_at is not None
    assert (message.text, message.subject, message.files) == ("", "", ())
    assert message.blob_id == ""
    assert ground.statuses(arrival_id) == [Availability.DELETED]
    (line,) = ground.post.lines(Action.MESSAGE_RECALLED, own=True)
    assert (line.subject, line.outcome) == (arrival_id, "unopened")
    assert line.detail["asked"] == asked_id
    assert [one.detail["identity"] for one in withdrawn(ground)] == [HOSPITAL.identity]
    (told,) = ground.answers
    assert told.startswith("Message rappelé / Message taken back\n")
    assert "Ni le patient ni personne pour lui ne l’avait ouvert." in told
    assert "Neither the patient nor anybody for them had" in told
    with ground.post.database.read() as work:
        key_id = work.key_for(f"patient:{ground.post.profile_id}")
        assert not work.blobs.release_all([blob_id], key_id), "the bytes are gone"


def withdrawn(ground: Ground) -> list[Entry]:
    return ground.post.lines(Action.DOCUMENT_WITHDRAWN, own=True)


def test_what_asks_back_is_not_shown_itself(ground: Ground) -> None:
    ground.send()

    ground.ask_back(text="Erreur de destinataire, dossier de M. Dupont")

    assert len(ground.post.inbox()) == 1
    (line,) = [
        one
        for one in ground.post.lines(Action.MESSAGE_DELIVERED, own=True)
        if one.outcome == "recall"
    ]
    assert line.outcome == "recall"


def test_what_was_opened_stays_until_the_operator_takes_it(ground: Ground) -> None:
    arrival_id = ground.send()
    ground.open()

    ground.ask_back()

    assert ground.message.recalled_at is None
    assert ground.statuses(arrival_id) == [Availability.APPROVED]
    (told,) = ground.answers
    assert told.startswith("Message non rappelé / Message not taken back\n")
    assert "a déjà été ouvert" in told

    assert ground.by_operator(arrival_id) == [Recall.TAKEN_BACK]

    assert ground.message.recalled_at is not None
    assert ground.statuses(arrival_id) == [Availability.DELETED]
    (line,) = ground.post.lines(Action.MESSAGE_RECALLED, own=True)
    assert (line.outcome, line.detail["by"]) == ("opened", "op")
    assert line.detail["reason"] == "concerne une autre personne"
    assert "ce qui a été lu ne peut pas être repris" in ground.answers[-1]
    assert ground.by_operator(arrival_id) == [Recall.ALREADY]
    assert len(ground.answers) == 2


def test_a_document_that_was_opened_is_counted(ground: Ground) -> None:
    arrival_id = ground.send()
    with ground.post.database.write() as work:
        vault = open_vaults(ground.post.database).within(work)
        (document,) = vault.brought_by(ground.post.profile_id, [arrival_id])
        vault.mark_read(document.id)

    ground.ask_back()

    assert ground.statuses(arrival_id) == [Availability.APPROVED]
    assert (
        "Documents déjà ouverts par le patient ou pour lui : 1." in ground.answers[-1]
    )


def test_what_professionals_read_and_the_patient_took_away_is_said(
    ground: Ground, tmp_path: Path
) -> None:
    arrival_id = ground.send()
    database, profile_id = ground.post.database, ground.post.profile_id
    ask(database, profile_id)
    work_off(database, make_settings(tmp_path))
    with database.write() as work:
        vault = open_vaults(database).within(work)
        (document,) = vault.brought_by(profile_id, [arrival_id])
        downloads = Downloads(work)
        made = downloads.last(profile_id)
        assert made is not None
        before = BroughtDocuments(open_vaults(database)).look(
            work, profile_id, arrival_id, ""
        )
        downloads.note_taken(made)
        work.note(
            Action.DOCUMENT_CONSULTED, "TEAM", document.id, chain=chain_of(profile_id)
        )
        for _ in range(2):  # twice is one document still
            work.note(
                Action.DOCUMENT_SENT,
                "message",
                document.id,
                chain=chain_of(profile_id),
            )

    ground.ask_back()

    assert (before.consulted, before.sent, before.may_be_taken_away) == (0, 0, False)
    assert ground.statuses(arrival_id) == [Availability.DELETED]
    told = " ".join(ground.answers[-1].split())
    assert "Ni le patient ni personne pour lui ne l’avait ouvert." in told
    assert "lus par des professionnels de santé dans cet espace : 1." in told
    assert "qui ne peuvent pas être repris à qui les a reçus : 1." in told
    assert "a téléchargé tout son dossier depuis leur arrivée" in told
    assert "le message et ses documents peuvent être dans ce fichier" in told


def test_a_file_that_was_made_before_says_nothing(
    ground: Ground, tmp_path: Path, clock: SetClock
) -> None:
    database, profile_id = ground.post.database, ground.post.profile_id
    ask(database, profile_id)
    work_off(database, make_settings(tmp_path))
    with database.write() as work:
        made = Downloads(work).last(profile_id)
        assert made is not None
        Downloads(work).note_taken(made)
    clock.advance(hours=1)
    ground.send()

    ground.ask_back()

    assert "téléchargé tout son dossier" not in ground.answers[-1]


@pytest.mark.parametrize(
    ("sender", "path"),
    [(OTHER, SERVICE), (OPERATOR, SERVICE), (OPERATOR, PEER)],
    ids=["another structure", "an operator for it", "an operator's user"],
)
def test_nobody_takes_back_what_another_sent(
    ground: Ground, sender: Sender, path: str
) -> None:
    arrival_id = ground.send()

    ground.ask_back(sender=sender, reverse_path=path)

    assert ground.message.recalled_at is None
    assert ground.statuses(arrival_id) == [Availability.APPROVED]
    assert ground.post.lines(Action.MESSAGE_RECALLED, own=True) == []


def test_another_operators_user_takes_back_their_own(ground: Ground) -> None:
    plain = mail(sender=PEER, message_id="deux@peer.mssante.test")
    ground.send(
        plain,
        sender=OPERATOR,
        reverse_path=PEER,
        message_id="deux@peer.mssante.test",
    )

    ground.ask_back(
        "In-Reply-To: <deux@peer.mssante.test>", sender=OPERATOR, reverse_path=PEER
    )

    assert ground.message.recalled_at is not None
    (told,) = [one.content for one in ground.post.peer.parcels]
    assert b"Neither the patient nor anybody for them had" in told


@pytest.mark.parametrize(
    "lines",
    [
        ("X-Nothing: 1",),
        ("In-Reply-To: <trois@hopital.mssante.test>",),
        ("In-Reply-To: <rappel@hopital.mssante.test>",),
        ("In-Reply-To: one@hopital <",),
    ],
)
def test_what_names_no_message_of_theirs_is_said(
    ground: Ground, lines: tuple[str, ...]
) -> None:
    ground.send()

    ground.ask_back(*lines)

    assert ground.message.recalled_at is None
    assert "In-Reply-To porte son Message-ID" in " ".join(ground.answers[-1].split())


def test_a_message_to_another_patient_is_not_taken_for_this_ones(
    ground: Ground,
) -> None:
    ins = Ins.of(matricule(2), TEST_RANGE)
    other = open_profile(ground.post.database, ins=ins)
    arrival_id = ground.post.keep(
        LETTER, evolve(ground.post.patient(), target_id=other)
    )
    ground.post.work()

    ground.ask_back()

    assert "Aucun message" in ground.answers[-1]
    assert ground.post.kept(arrival_id).recipients[0].recipient.target_id == other


def test_it_waits_for_what_is_not_delivered_yet(ground: Ground) -> None:
    ground.post.keep(LETTER, ground.post.patient())
    asked = ground.post.keep(
        mail(
            "In-Reply-To: <one@hopital.mssante.test>",
            subject="[RAPPEL]",
            text="",
            message_id=ASKED,
        ),
        ground.post.patient(),
        message_id=ASKED,
    )

    with pytest.raises(UnavailableError, match="not delivered yet"):
        ground.post.again(TaskKind.RECALL, asked)


def test_it_is_asked_back_once(ground: Ground) -> None:
    ground.send()
    asked = ground.ask_back()

    ground.post.again(TaskKind.RECALL, asked)

    assert "avait déjà été retiré" in ground.answers[-1]
    assert len(ground.post.lines(Action.MESSAGE_RECALLED, own=True)) == 1


def test_after_thirty_days_a_sender_asks_the_operator(ground: Ground) -> None:
    ground.send(mail())
    ground.post.clock.advance(days=30, seconds=1)

    ground.ask_back()

    assert ground.message.recalled_at is None
    assert "trop ancien" in ground.answers[-1]


def test_what_the_patient_deleted_is_withdrawn_all_the_same(ground: Ground) -> None:
    arrival_id = ground.send()
    ground.open()
    with ground.post.database.write() as work:
        Inbox(work).delete_conversation(
            ground.post.profile_id, ground.message.conversation_id
        )

    assert ground.by_operator(arrival_id) == [Recall.TAKEN_BACK]

    assert ground.post.inbox() == []
    assert ground.statuses(arrival_id) == [Availability.DELETED]


def test_what_was_taken_back_can_be_deleted(ground: Ground) -> None:
    ground.send()
    ground.ask_back()

    with ground.post.database.write() as work:
        Inbox(work).delete_conversation(
            ground.post.profile_id, ground.message.conversation_id
        )

    assert ground.post.inbox() == []


def test_a_message_with_a_file_is_mail_whatever_its_subject(ground: Ground) -> None:
    ground.send(mail())
    attached = make_mail(
        ("a.pdf", "application/pdf", b"%PDF-1.4 %%EOF"), sender=SERVICE
    )
    renamed = attached.replace(b"XDM/1.0/DDM+Document", b"[RAPPEL]")
    ground.send(renamed, message_id=ASKED)

    assert len(ground.post.inbox()) == 2


def test_what_the_patient_is_still_not_to_see_is_taken_back_too(
    ground: Ground,
) -> None:
    hidden = make_mail(
        as_xdm(pack(make_cda(), flags=("INVISIBLE_PATIENT",))), sender=SERVICE
    )
    arrival_id = ground.send(hidden)

    ground.ask_back()

    assert ground.statuses(arrival_id) == [Availability.DELETED]
    assert "Message rappelé" in ground.answers[-1]

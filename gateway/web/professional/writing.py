"""A professional writes to a patient: may they, and the message that results."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import uuid4

from attrs import evolve, field, frozen

from gateway.core.envelope import (
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.core.ins import has_valid_key
from gateway.core.texts.writing import WRITTEN_IN_TEAM
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart, build_message
from gateway.message.flags import SEEN
from gateway.message.outline import read_outline
from gateway.reception.submission import Message, Submission
from gateway.rights.mailbox_rules import MailboxFacts
from gateway.rights.messaging_rules import END_HEADER, END_SUBJECT
from gateway.rights.page_writing_rules import (
    NoPageWriting,
    PageWritingFacts,
    can_be_written_to,
    refuse_page_writing,
)
from gateway.rights.profile import ProfileState
from gateway.rights.recall_rules import RECALL_SUBJECT
from gateway.rights.recipient_rules import AddressFact, Brings, PatientFacts
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import PERSONAL, Mailbox, Mailboxes
from gateway.store.mailbox.terms import MailboxTerms
from gateway.store.mailbox.with_patients import MailWithPatients
from gateway.store.patients.profiles import Profile
from gateway.store.patients.standing import find_standing
from gateway.store.sealed.blobs import Parcel
from gateway.trust.names import person_name as subject_of
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.own_mailboxes import is_shared
from gateway.web.professional.visits import ProfessionalVisit, name_of
from gateway.web.site.uploads import AcceptedFile

_REFERENCES: Final = 20


class Answers(StrEnum):
    """Whether the patient may answer what is written."""

    TAKEN = "taken"
    UNTIL = "until"
    NONE = "none"


@frozen(kw_only=True)
class ProfessionalWriting:
    """
    What is written; ``once`` tells a second click from a second message.

    ``until`` is when the last answer is taken, for `Answers.UNTIL`. ``in_reply_to`` is
    the Message-ID of the patient's message it answers, ``references`` those before.
    ``to_name`` is the patient's name where who writes knows it.
    """

    subject: str = field(repr=False)
    text: str = field(repr=False)
    files: tuple[AcceptedFile, ...] = field(default=(), repr=False)
    take: Answers = Answers.TAKEN
    until: datetime | None = None
    in_reply_to: str = field(default="", repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)
    to_name: str = field(default="", repr=False)
    once: str = field(factory=lambda: uuid4().hex)

    @property
    def ends(self) -> bool:
        """Whether it ends the exchange."""
        return self.subject == END_SUBJECT

    @property
    def asks_back(self) -> bool:
        """Whether it takes another message back, and is none for the patient."""
        return self.subject == RECALL_SUBJECT

    @property
    def said_as(self) -> str:
        """What the journal says of it."""
        if self.ends:
            return "end"
        return "recall" if self.asks_back else "page"


@frozen
class WritingToPatients:
    """Messages to patients, kept as any door keeps them; blocking."""

    desk: ProfessionalDesk

    def reaches(self, visit: ProfessionalVisit, profile: Profile) -> bool:
        """Tell whether a message to a patient would be taken now, from who asks."""
        return can_be_written_to(self._patient(visit, profile, None))

    def refusal(
        self, visit: ProfessionalVisit, profile: Profile, mailbox: Mailbox
    ) -> NoPageWriting | None:
        """Return why somebody may not write to a patient from a mailbox, or None."""
        return refuse_page_writing(
            PageWritingFacts(
                holds_mailbox=visit.professional.national_id in mailbox.holders,
                mailbox=MailboxFacts(
                    exists=True,
                    is_open=mailbox.state == "open",
                    used_bytes=mailbox.used_bytes,
                    quota_bytes=self.desk.settings.imap.mailbox_quota_bytes,
                ),
                patient=self._patient(visit, profile, mailbox),
            )
        )

    def _patient(
        self, visit: ProfessionalVisit, profile: Profile, mailbox: Mailbox | None
    ) -> PatientFacts:
        """Ask as a door of mail does, and for the place one signed in to work at."""
        matricule, filing = profile.ins.matricule, self.desk.settings.filing
        names = {visit.professional.national_id, visit.practice.structure}
        if mailbox is not None:
            names.add(mailbox.address)
        with self.desk.database.read() as work:
            names |= Mailboxes(work).names_of_sender(*names)
        found = find_standing(self.desk.database, matricule, names=names)
        return PatientFacts(
            address=(
                AddressFact.INS if has_valid_key(matricule) else AddressFact.WRONG_KEY
            ),
            state=ProfileState(found.state) if found else ProfileState.ABSENT,
            blocked=found is not None and found.blocked,
            brings=Brings.NOTHING_TO_FILE,
            refuse_wrong_key=filing.refuse_wrong_test_key,
            blocked_may_file=filing.blocked_may_file,
            blocked_may_write=filing.blocked_may_write,
        )

    def address(self, profile: Profile) -> str:
        """Return the secure address of a patient."""
        return f"{profile.ins.matricule}@{self.desk.settings.domains.patient}"

    def send(
        self,
        visit: ProfessionalVisit,
        profile: Profile,
        mailbox: Mailbox,
        writing: ProfessionalWriting,
    ) -> None:
        """
        Keep a message for its patient, with its copy in the mailbox, at once.

        Until when an answer is taken is set in the same commit. Sent twice, it is kept
        once.

        Raises:
            UnavailableError: nothing could be kept now.
        """
        submission, content = self._submission(visit, profile, mailbox, writing)
        outline, identity = read_outline(content), visit.professional.national_id

        def also(work: UnitOfWork, parcel: Parcel) -> None:
            work.flush()  # the bytes are shared with the mailbox from what is written
            Mail(work).deliver(
                mailbox.id,
                parcel.id,
                Arrivals(work).transit_key(),
                outline,
                folder=MailWithPatients(work).sent_folder(mailbox.id),
                flags=[SEEN],
                arrival_id=submission.id,
            )
            is_letter = not (writing.ends or writing.asks_back)
            if is_letter and writing.take is not Answers.NONE:
                MailboxTerms(work).set_until(
                    mailbox.id, profile.id, writing.until, by=identity
                )
            work.note(
                Action.MESSAGE_SENT,
                writing.said_as,
                submission.id,
                identity=identity,
                mailbox=mailbox.id,
            )

        self.desk.keep(submission, also)

    def _submission(
        self,
        visit: ProfessionalVisit,
        profile: Profile,
        mailbox: Mailbox,
        writing: ProfessionalWriting,
    ) -> tuple[Submission, bytes]:
        account, person = visit.held_session.account, visit.professional
        name = f"{account.id}:{mailbox.id}:{profile.id}:{writing.once}"
        arrival_id = hashlib.sha256(name.encode()).hexdigest()[:32]
        own, to = read_address(mailbox.address), read_address(self.address(profile))
        message_id = f"{arrival_id}@{own.domain}"
        writing = _signed(visit, mailbox, writing)
        content = build_message(
            sender=NamedAddress(own, sender_name(visit, mailbox)),
            to=[NamedAddress(to, writing.to_name)],
            subject=writing.subject,
            text=writing.text,
            date=visit.now,
            message_id=message_id,
            in_reply_to=writing.in_reply_to,
            references=writing.references[-_REFERENCES:],
            parts=[
                OutgoingPart(
                    media_type=one.media_type, content=one.content, name=one.name
                )
                for one in writing.files
            ],
            headers={"X-MSS-MES": END_HEADER} if writing.take is Answers.NONE else {},
        )
        certificate = visit.held_session.sign_in.certificate
        submission = Submission(
            id=arrival_id,
            id_is_derived=True,
            door=Door.PROFESSIONAL,
            sender=Sender(
                kind=SenderKind.PERSON,
                identity=person.national_id,
                # Said of a certificate that was shown, never where there was none.
                subject=(
                    subject_of(person.national_id, person.family, person.given)
                    if certificate
                    else ""
                ),
                fingerprint=certificate,
            ),
            recipients=(
                Recipient(
                    kind=RecipientKind.PATIENT, address=str(to), target_id=profile.id
                ),
            ),
            brings=Message(
                content=content, message_id=message_id, reverse_path=str(own)
            ),
        )
        return submission, content


def sender_name(visit: ProfessionalVisit, mailbox: Mailbox) -> str:
    """
    Return how a mailbox is called in From.

    Always alike for one mailbox: a patient is warned when an address writes under
    another name.
    """
    if mailbox.display_name or mailbox.kind != PERSONAL:
        return mailbox.display_name
    return name_of(visit.professional)


def _signed(
    visit: ProfessionalVisit, mailbox: Mailbox, writing: ProfessionalWriting
) -> ProfessionalWriting:
    """Return a message as it leaves: from a shared mailbox it says who wrote it."""
    if writing.ends or writing.asks_back or not is_shared(mailbox):
        return writing
    line = WRITTEN_IN_TEAM.format(name=name_of(visit.professional))
    return evolve(writing, text=f"{writing.text.rstrip()}\n\n{line}\n")

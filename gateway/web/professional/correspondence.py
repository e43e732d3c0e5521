"""What a mailbox exchanged with each patient, by subject, as its holder reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from gateway.core.shown_text import mailbox_name
from gateway.errors import InvalidError, NotFoundError
from gateway.message.address import NamedAddress
from gateway.message.flags import SEEN
from gateway.message.headers import Headers, read_headers
from gateway.message.reading import read_parts
from gateway.message.subjects import said_subject, shown_subject, thread_subject
from gateway.message.threading import Threaded, gather
from gateway.rights.messaging_rules import (
    END_SUBJECT,
    CorrespondentKind,
    ReceivedMessage,
    forbids_answer,
    open_messages,
)
from gateway.rights.recall_rules import RECALL_SUBJECT
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mailboxes import Mailbox
from gateway.store.mailbox.openings import Openings
from gateway.store.mailbox.with_patients import KeptMail, MailWithPatients
from gateway.store.sealed.column_digests import column_digest
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import name_of
from gateway.web.site.uploads import can_be_viewed

_NAMES = 32


class Stand(StrEnum):
    """Whether the patient may answer, by what was sent to them from the mailbox."""

    OPEN = "open"
    ENDED = "ended"
    NO_ANSWER = "no answer"


@frozen(kw_only=True)
class ExchangedLetter:
    """One message between a mailbox and a patient; ``is_own``: the mailbox sent it."""

    kept: KeptMail
    headers: Headers = field(repr=False)
    address: str = field(repr=False)
    name: str = field(repr=False)
    is_own: bool

    @property
    def id(self) -> str:
        """What names it among the messages of its mailbox."""
        return f"{self.kept.item.folder_id}-{self.kept.item.uid}"

    @property
    def at(self) -> datetime:
        """When it came, or was sent."""
        return self.kept.item.internal_date

    @property
    def subject(self) -> str:
        """As people read it."""
        return shown_subject(self.headers.subject)

    @property
    def is_end(self) -> bool:
        """Whether the mailbox ended the whole exchange by it."""
        return self.is_own and self.headers.subject == END_SUBJECT

    @property
    def asks_back(self) -> bool:
        """
        Whether it takes another one back, and is none to be read itself.

        With files it is mail like any other; a multipart that is mixed has some.
        """
        media = self.headers.get("content-type").strip().lower()
        is_mixed = media.startswith("multipart/mixed")
        subject = self.headers.subject.strip()
        return self.is_own and subject == RECALL_SUBJECT and not is_mixed

    @property
    def is_new(self) -> bool:
        """Whether it came and nobody marked it as read."""
        flags = self.kept.item.flags.lower().split()
        return not self.is_own and SEEN.lower() not in flags


@frozen(kw_only=True)
class PatientThread:
    """What a mailbox and a patient wrote to each other on a subject, newest first."""

    id: str
    address: str = field(repr=False)
    name: str = field(repr=False)
    letters: tuple[ExchangedLetter, ...] = field(repr=False)
    stand: Stand
    asked_back: tuple[ExchangedLetter, ...] = field(default=(), repr=False)
    """What was sent to that patient to take letters back, the oldest first."""

    @property
    def known_name(self) -> str:
        """The patient's name as the messages have it, or an empty text."""
        return self.name if self.name != self.address else ""

    @property
    def subject(self) -> str:
        """What it is about, as its newest message says it; empty: none does."""
        return said_subject(one.subject for one in self.letters if not one.is_end)

    @property
    def last(self) -> ExchangedLetter:
        """The newest of all."""
        return self.letters[0]

    @property
    def unread(self) -> int:
        """How many of the patient's are marked as read by nobody."""
        return sum(one.is_new for one in self.letters)

    @property
    def newest_received(self) -> ExchangedLetter | None:
        """The patient's last, which an answer answers."""
        return next((one for one in self.letters if not one.is_own), None)


@frozen
class LetterFile:
    """A file of a message by its place."""

    place: int
    name: str = field(repr=False)
    size: int
    viewable: bool


@frozen
class NamedOpening:
    """Who opened a message first, by name, and when."""

    name: str
    at: datetime


@frozen(kw_only=True)
class ShownLetter:
    """A message as a page shows it: its text, its files, and who opened it."""

    letter: ExchangedLetter
    text: str = field(repr=False)
    files: tuple[LetterFile, ...] = field(repr=False)
    opened: tuple[NamedOpening, ...] = ()


@frozen
class Correspondence:
    """The exchanges of one mailbox, within one transaction that reads."""

    desk: ProfessionalDesk
    work: UnitOfWork
    mailbox: Mailbox

    def threads(self) -> list[PatientThread]:
        """Return the conversations, that with the newest message first."""
        found: dict[str, list[ExchangedLetter]] = {}
        asked: dict[str, list[ExchangedLetter]] = {}
        for one in sorted(self._letters(), key=_in_time):
            there = asked if one.asks_back else found
            there.setdefault(one.address.lower(), []).append(one)
        threads = [
            one
            for address, letters in found.items()
            for one in self._of_patient(letters, asked.get(address, ()))
        ]
        return sorted(threads, key=lambda one: _in_time(one.last), reverse=True)

    def thread(self, thread_id: str) -> PatientThread:
        """
        Return one conversation.

        Raises:
            NotFoundError: the mailbox has none by that id.
        """
        for one in self.threads():
            if one.id == thread_id:
                return one
        raise NotFoundError("not found")

    def shown(
        self, letters: Sequence[ExchangedLetter], *, openings: bool
    ) -> list[ShownLetter]:
        """Return messages whole; with who opened them, where others may have."""
        subjects = [one.kept.subject for one in letters if not one.is_own]
        opened = self._opened(subjects) if openings else {}
        return [self._shown(one, opened.get(one.kept.subject, ())) for one in letters]

    def _opened(self, subjects: Sequence[str]) -> dict[str, tuple[NamedOpening, ...]]:
        found = Openings(self.work).by_whom(self.mailbox.id, subjects)
        names = {
            identity: self._name(identity)
            for some in found.values()
            for identity in {one.identity for one in some}
        }
        return {
            subject: tuple(NamedOpening(names[one.identity], one.at) for one in some)
            for subject, some in found.items()
        }

    def _name(self, identity: str) -> str:
        person = self.desk.known(self.work, identity)
        return identity if person is None else name_of(person)

    def content(self, letter: ExchangedLetter) -> bytes:
        """Return the exact bytes of a message."""
        return self._mail.content(letter.kept.item)

    @property
    def _mail(self) -> MailWithPatients:
        return MailWithPatients(self.work)

    def _letters(self) -> Iterable[ExchangedLetter]:
        most = self.desk.settings.professional.messages_shown
        for one in self._mail.received(self.mailbox.id, most):
            yield from self._read(one, is_own=False)
        for one in self._mail.sent(self.mailbox.id, most):
            yield from self._read(one, is_own=True)

    def _read(self, kept: KeptMail, *, is_own: bool) -> Iterable[ExchangedLetter]:
        """Yield a message once for each patient it is of; what is unreadable is not."""
        try:
            headers = read_headers(kept.item.headers or b"")
            others = headers.mailboxes("to" if is_own else "from")
        except InvalidError:
            return
        for other in others:
            if self._is_patient(other):
                yield ExchangedLetter(
                    kept=kept,
                    headers=headers,
                    address=str(other.address),
                    name=mailbox_name(other.name),
                    is_own=is_own,
                )

    def _is_patient(self, other: NamedAddress) -> bool:
        return other.address.domain == self.desk.settings.domains.patient.lower()

    def _of_patient(
        self, letters: Sequence[ExchangedLetter], asked: Sequence[ExchangedLetter]
    ) -> Iterable[PatientThread]:
        """Return the conversations with one patient; of all letters, oldest first."""
        address = letters[-1].address
        names = [one.name for one in letters if one.name and one.name != one.address]
        for thread in gather(letters, _threaded):
            yield PatientThread(
                id=thread_id(self.work, self.mailbox, address, thread[0].subject),
                address=address,
                name=names[-1] if names else address,
                letters=tuple(reversed(thread)),
                stand=_stand(self.mailbox, thread, letters),
                asked_back=tuple(asked),
            )

    def _shown(
        self, letter: ExchangedLetter, opened: Sequence[NamedOpening]
    ) -> ShownLetter:
        parts = read_parts(self.content(letter))
        return ShownLetter(
            letter=letter,
            text=parts.text,
            files=tuple(
                LetterFile(
                    place, one.name or "document", one.size, can_be_viewed(one.name)
                )
                for place, one in enumerate(parts.attachments)
            ),
            opened=tuple(opened),
        )


def thread_id(work: UnitOfWork, mailbox: Mailbox, address: str, subject: str) -> str:
    """
    Return what names a conversation in an address of a page, by what it began with.

    Keyed, and another in each mailbox: no number of a patient stands in an address of a
    page, and none can be tried by one.
    """
    said = f"{address.lower()}\0{thread_subject(subject)}"
    named = column_digest(work.keys, "mail_items.patient", said, owner=mailbox.id)
    return named[:_NAMES]


def _threaded(letter: ExchangedLetter) -> Threaded:
    headers = letter.headers
    return Threaded(
        message_id=headers.message_id,
        references=headers.references,
        subject=letter.subject,
        is_of_all=letter.is_end,
    )


def _stand(
    mailbox: Mailbox,
    thread: Sequence[ExchangedLetter],
    letters: Sequence[ExchangedLetter],
) -> Stand:
    """
    Return where a conversation stands, by what the folder of sent messages has.

    ``letters``: all with that patient, oldest first. An end is of all of them; what
    comes later opens its own conversation again. In one where the mailbox wrote
    nothing, the patient answers to what it wrote in others. What a mail program sent
    and kept no copy of is not known here.
    """
    ends = [place for place, one in enumerate(letters) if one.is_end]
    here = {one.id for one in thread if not one.is_end}
    newest = max((at for at, one in enumerate(letters) if one.id in here), default=-1)
    if ends and ends[-1] > newest:
        return Stand.ENDED
    sent = [one for one in letters if one.is_own and not one.is_end]
    own = [one for one in sent if one.id in here] or sent
    is_open = not own or open_messages([_as_received(mailbox, one) for one in own])
    return Stand.OPEN if is_open else Stand.NO_ANSWER


def _as_received(mailbox: Mailbox, one: ExchangedLetter) -> ReceivedMessage:
    """Return a letter of the mailbox as the rules of its patient see it."""
    return ReceivedMessage(
        message_id=one.headers.message_id,
        sender=mailbox.address,
        kind=CorrespondentKind.UNKNOWN,
        subject=one.headers.subject,
        forbids_answer=forbids_answer(one.headers.get("x-mss-mes")),
    )


def _in_time(letter: ExchangedLetter) -> tuple[datetime, int]:
    return letter.at, letter.kept.item.uid

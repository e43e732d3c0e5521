"""The messages of a file that is taken away: what its holder sees, and no more."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from gateway.core.envelope import RecipientKind
from gateway.core.texts.downloads import INDEX_TEXTS
from gateway.dmp_bridge.downloads.listing import TakenMessage
from gateway.dmp_bridge.downloads.naming import file_stem
from gateway.dmp_bridge.downloads.zipping import ZipPiece
from gateway.errors import (
    DamagedError,
    DestroyedError,
    InvalidError,
    NotFoundError,
)
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart, build_message
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.attached import offered_places, read_file
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import Direction, InboxMessage, WalkedMessage
from gateway.store.patients.profiles import Profile

_UNREADABLE: Final = (DamagedError, DestroyedError, InvalidError, NotFoundError)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\s]+")


@frozen
class TakenMessages:
    """
    The messages of one patient, within one transaction.

    The file is the holder's alone, so they are read as the holder reads them
    (`InboxReader`): what waits for its announcement, was taken back or deleted is not
    there.
    """

    work: UnitOfWork
    profile: Profile
    domain: str
    zone: ZoneInfo
    language: str

    _reader: InboxReader = field(init=False, repr=False)

    @_reader.default
    def _of_the_holder(self) -> InboxReader:
        return InboxReader(self.work)

    def after(self, place: str, most: int) -> list[WalkedMessage]:
        """Return so many messages after a place, oldest first."""
        return self._reader.walk(self.profile.id, place, most)

    def take(
        self, piece: ZipPiece, message_id: str, at: datetime, number: int
    ) -> TakenMessage:
        """
        Add a message as the file of that number, and return what the list says of it.

        One that cannot be read is listed, and not added: the others go on.
        """
        local = at.astimezone(self.zone)
        day = local.date().isoformat()
        message = None
        subject = party = ""
        is_sent = is_copy = False
        files: tuple[str, ...] = ()
        try:
            message = self._reader.message(self.profile.id, message_id)
            if message is not None:
                subject = message.subject
                is_sent = message.direction is Direction.OUT
                party = self._party(message)
                had_documents = self._had_documents(message)
                is_copy = had_documents or self._names_others(message)
                places = offered_places(message, had_documents=had_documents)
                files = tuple(message.files[one].name for one in places)
                content = self._reader.content(message)
                if is_copy:
                    content = self._as_shown(message, content, places)
        except _UNREADABLE:
            message = None
        path = ""
        if message is not None:
            path = f"messages/{file_stem(number, day, subject or 'message')}.eml"
            piece.add(path, [content], local)
        return TakenMessage(
            id=message_id,
            day=day,
            subject=subject,
            party=party,
            files=files,
            path=path,
            is_sent=is_sent,
            is_copy=is_copy,
        )

    def _party(self, message: InboxMessage) -> str:
        """Return who wrote a message, or to whom the patient did."""
        if message.direction is Direction.IN:
            name, address = message.name, message.sender
        else:
            talk = self._reader.conversation(self.profile.id, message.conversation_id)
            name, address = (talk.name, talk.address) if talk else ("", "")
        return f"{name} <{address}>" if name and name != address else address

    def _had_documents(self, message: InboxMessage) -> bool:
        """
        Tell whether a message came with documents, for whomever they were.

        Its bytes have them all: those that the patient may not see yet, that were
        withdrawn, or refused because they are about somebody else.
        """
        if message.direction is Direction.OUT:
            return False
        return bool(Arrivals(self.work).documents(message.arrival_id))

    def _names_others(self, message: InboxMessage) -> bool:
        """
        Tell whether other patients received a message too, or nobody knows.

        Their addresses, which are their health numbers, may stand in its bytes, and are
        on no page.
        """
        if message.direction is Direction.OUT:
            return False
        arrival = Arrivals(self.work).get(message.arrival_id)
        return arrival is None or any(
            one.recipient.kind is RecipientKind.PATIENT
            and one.recipient.target_id != self.profile.id
            for one in arrival.recipients
        )

    def _as_shown(
        self, message: InboxMessage, content: bytes, places: Collection[int]
    ) -> bytes:
        """Return a message with the text and the files that its page has."""
        said = INDEX_TEXTS[self.language]
        parts = []
        notes = [said["copied"]]
        for place in places:
            file = message.files[place]
            try:
                found = read_file(message, content, place)
            except NotFoundError:
                notes.append(said["file_damaged"].format(name=file.name))
                continue
            name = _line(file.name) or "document"
            parts.append(_part(found, name))
        own = f"{self.profile.ins.matricule}@{self.domain}"
        return build_message(
            sender=NamedAddress(read_address(message.sender), _line(message.name)),
            to=[NamedAddress(read_address(own))],
            subject=_line(message.subject),
            text="\n".join([message.text, "", *(f"[{one}]" for one in notes)]),
            date=message.at,
            message_id=f"{message.id}@{self.domain}",
            parts=parts,
        )


def _part(content: bytes, name: str) -> OutgoingPart:
    media_type = "application/octet-stream"  # none that was written is relied on
    return OutgoingPart(media_type=media_type, content=content, name=name)


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()

"""The files of a message: which are offered, and their bytes."""

from __future__ import annotations

from attrs import field, frozen

from gateway.errors import NotFoundError
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.attached import offered_places, read_file
from gateway.store.inbox.values import InboxMessage
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.site.uploads import can_be_viewed


@frozen
class ListedFile:
    """A file of a message by its place; ``viewable`` in the browser, by its name."""

    place: int
    name: str = field(repr=False)
    size: int
    viewable: bool


def offered(message: InboxMessage, *, had_documents: bool) -> list[ListedFile]:
    """Return the files the patient is offered: see `offered_places`."""
    return [
        ListedFile(place, file.name or "document", file.size, can_be_viewed(file.name))
        for place in offered_places(message, had_documents=had_documents)
        for file in [message.files[place]]
    ]


@frozen
class OpenedFile:
    """A file of a message with its bytes; ``name`` is never empty."""

    message: InboxMessage
    name: str = field(repr=False)
    content: bytes = field(repr=False)


def open_file(
    work: UnitOfWork, profile_id: str, message_id: str, place: int
) -> OpenedFile:
    """
    Return one of the files a patient is offered.

    Raises:
        NotFoundError: the message is not this patient's, or offers none there.
    """
    reader = inbox_of(work)
    message = reader.message(profile_id, message_id)
    if message is None:
        raise NotFoundError("not found")
    came = Arrivals(work).documents(message.arrival_id, profile_id)
    if place not in offered_places(message, had_documents=bool(came)):
        raise NotFoundError("not found")
    content = read_file(message, reader.content(message), place)
    return OpenedFile(message, message.files[place].name or "document", content)

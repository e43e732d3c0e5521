"""The files of a message: which are offered, and their bytes."""

from __future__ import annotations

from attrs import field, frozen

from gateway.errors import InvalidError, NotFoundError
from gateway.message.reading import read_parts
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.values import AttachedFile, InboxMessage
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.site.uploads import can_be_viewed

_PACKAGES = frozenset(
    {
        "application/zip",
        "application/x-zip-compressed",
        "text/xml",
        "application/xml",
        "message/rfc822",
        "message/global",
        "application/ms-tnef",
        "application/vnd.ms-tnef",
        "application/pkcs7-mime",
    }
)
_PACKAGE_NAMES = (".zip", ".xml", ".cda", ".eml", ".p7m", "winmail.dat")


@frozen
class ListedFile:
    """A file of a message by its place; ``viewable`` in the browser, by its name."""

    place: int
    name: str = field(repr=False)
    size: int
    viewable: bool


def offered(message: InboxMessage, *, had_documents: bool) -> list[ListedFile]:
    """
    Return the files the patient is offered.

    The packages that brought documents are left out: their documents are in the
    vault, under its rules of visibility, and the package would go around them.
    """
    return [
        ListedFile(place, file.name or "document", file.size, can_be_viewed(file.name))
        for place, file in enumerate(message.files)
        if not (had_documents and is_package(file))
    ]


def is_package(file: AttachedFile) -> bool:
    """Tell whether a file may be what the documents came in."""
    return file.media_type in _PACKAGES or file.name.lower().endswith(_PACKAGE_NAMES)


def read_file(message: InboxMessage, content: bytes, place: int) -> bytes:
    """
    Return the bytes of one file of a message.

    Raises:
        NotFoundError: the message has none at that place, or it is damaged.
    """
    if not 0 <= place < len(message.files):
        raise NotFoundError("not found")
    attachments = read_parts(content).attachments
    wanted = message.files[place].name
    if place < len(attachments) and attachments[place].name == wanted:
        found = attachments[place]
    else:
        named = [one for one in attachments if one.name == wanted]
        if len(named) != 1:
            raise NotFoundError("not found")
        found = named[0]
    try:
        return found.content()
    except InvalidError as error:
        raise NotFoundError("not found", detail="damaged attachment") from error


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
    places = {one.place for one in offered(message, had_documents=bool(came))}
    if place not in places:
        raise NotFoundError("not found")
    content = read_file(message, reader.content(message), place)
    return OpenedFile(message, message.files[place].name or "document", content)

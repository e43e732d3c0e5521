"""The files of a message: which their patient may have, and their bytes."""

from __future__ import annotations

from typing import Final

from gateway.errors import InvalidError, NotFoundError
from gateway.message.reading import read_parts
from gateway.store.inbox.values import AttachedFile, InboxMessage

_PACKAGES: Final = frozenset(
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
_PACKAGE_NAMES: Final = (".zip", ".xml", ".cda", ".eml", ".p7m", "winmail.dat")


def offered_places(message: InboxMessage, *, had_documents: bool) -> list[int]:
    """
    Return the places of the files that the patient is offered.

    The packages that brought documents are left out: their documents are in the
    vault, under its rules of visibility, and the package would go around them.
    """
    return [
        place
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

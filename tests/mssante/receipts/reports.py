"""Reads our reports with Python's own parser, as a sender's software would."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP

from attrs import define


@define
class ReadReport:
    """A report taken apart by the standard library."""

    message: EmailMessage
    groups: list[Message]

    @property
    def text(self) -> str:
        """The part for people."""
        first = next(self.message.iter_parts())
        assert isinstance(first, EmailMessage)
        text: str = first.get_content()
        return text.replace("\r\n", "\n")

    @property
    def types(self) -> list[str]:
        """The types of the parts, in order."""
        return [part.get_content_type() for part in self.message.iter_parts()]

    @property
    def files(self) -> list[str | None]:
        """The file names of the parts, in order."""
        return [part.get_filename() for part in self.message.iter_parts()]


def parse(content: bytes) -> ReadReport:
    """Return a report whose every part could be parsed without a defect."""
    message = message_from_bytes(content, policy=SMTP)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert not part.defects, (part.get_content_type(), part.defects)
    groups: list[Message] = []
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            groups = list(part.get_payload())  # type: ignore[arg-type]
        if part.get_content_type() == "message/disposition-notification":
            groups = list(part.get_payload())  # type: ignore[arg-type]
    return ReadReport(message, groups)

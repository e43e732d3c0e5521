"""Clients of the journeys: fast senders that never stop at an error."""

from __future__ import annotations

import imaplib
import random
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from uuid import uuid4

from attrs import define, field, frozen

from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart, build_message
from tests.builders_cda import make_cda
from tests.journeys.running import Gateway

PATIENT = "279035121518989"


HOSPITAL, DOCTOR, PEER = (
    "hospital@hopital.mssante.test",
    "doctor@hopital.mssante.test",
    "contact@peer.mssante.test",
)


def patient_address(matricule: str = PATIENT) -> str:
    """Return the mail address of a patient."""
    return f"{matricule}@patient.mssante.test"


def add_patient(gateway: Gateway, ins: str, state: str = "ACTIVATED") -> None:
    """Open a profile for a fictional patient."""
    gateway.run(
        "patient add",
        *("--ins", ins, "--oid", "1.2.250.1.213.1.4.10", "--state", state),
        *("--family", "PAT-TEST", "--given", "CAMILLE", "--birth-date", "1979-03-28"),
        *("--sex", "F", "--birth-place", "63220"),
    )


@contextmanager
def opened_mailbox(gateway: Gateway, address: str) -> Iterator[imaplib.IMAP4]:
    """Open a mailbox with the certificate of its holder, which has its name."""
    context = client_context(gateway.certs, address.partition("@")[0])
    imap = imaplib.IMAP4_SSL(
        "localhost", gateway.settings.listen.imaps, ssl_context=context, timeout=30
    )
    with imap:
        imap.authenticate("EXTERNAL", lambda _: b"")
        yield imap


def mail_of(gateway: Gateway, address: str) -> list[EmailMessage]:
    """Return the messages in a professional's INBOX, oldest first."""
    with opened_mailbox(gateway, address) as imap:
        imap.select("INBOX", readonly=True)
        _, answer = imap.uid("FETCH", "1:*", "(BODY.PEEK[])")
    contents = [part[1] for part in answer if isinstance(part, tuple)]
    return [message_from_bytes(content, policy=SMTP) for content in contents]


def report_type(message: EmailMessage) -> str:
    """Return what kind of report a message is (RFC 6522), empty for none."""
    return str(message.get_param("report-type") or "")


def client_context(certs: Path, name: str) -> ssl.SSLContext:
    """Return a TLS context that shows a certificate of the PKI and checks ours."""
    context = ssl.create_default_context(cafile=str(certs / "ca.pem"))
    context.load_cert_chain(certs / f"{name}.pem", certs / f"{name}.key")
    return context


def new_oid() -> str:
    """Return an OID nobody has (made of a UUID, ISO/IEC 9834-8)."""
    return f"2.25.{uuid4().int}"


def letter(
    number: int,
    sender: str,
    to: list[str],
    *,
    padding: int = 0,
    text: str = "Bonjour.",
) -> bytes:
    """Compose a message with a CDA of its own identity attached as XML."""
    document = make_cda(
        unique_id=(new_oid(), ""), set_id=new_oid(), title=f"Lettre {number}"
    )
    parts = [OutgoingPart(media_type="text/xml", content=document, name="DOC0001.XML")]
    if padding:
        filler = random.randbytes(padding)
        parts.append(
            OutgoingPart(
                media_type="application/octet-stream", content=filler, name="x.bin"
            )
        )
    return build_message(
        sender=NamedAddress(read_address(sender)),
        to=[NamedAddress(read_address(one)) for one in to],
        subject=f"Lettre {number}",
        text=text,
        date=datetime.now(UTC),
        message_id=f"{uuid4().hex}@{sender.partition('@')[2]}",
        parts=parts,
    )


def message_id_of(content: bytes) -> str:
    """Return the Message-ID of a composed message, without its brackets."""
    start = content.index(b"Message-ID: <") + 13
    return content[start : content.index(b">", start)].decode("ascii")


@frozen
class Answer:
    """A 250: for which message, when it was read, and at which of our ports."""

    message_id: str
    at: int
    """Nanoseconds since 1970."""
    port: int


@define
class Sender:
    """
    Sends letters in a thread until told to stop; remembers what was acknowledged.

    What was under way when the server died is sent again later, as a real peer
    would: the bytes are the same, so it must be kept once.
    """

    gateway: Gateway
    name: str
    address: str
    to: list[str]
    compose: Callable[[int], bytes]
    acknowledged: set[str] = field(factory=set)
    sent: dict[str, bytes] = field(factory=dict)
    answers: list[Answer] = field(factory=list)
    stopping: threading.Event = field(factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self.stopping.clear()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the message under way."""
        self.stopping.set()
        assert self._thread is not None
        self._thread.join()

    def send_rest(self) -> None:
        """Send again whatever was not acknowledged."""
        with self._connected() as smtp:
            for message_id, content in self.sent.items():
                if message_id not in self.acknowledged:
                    self._send(smtp, message_id, content)

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                with self._connected() as smtp:
                    while not self.stopping.is_set():
                        content = self.compose(len(self.sent))
                        message_id = message_id_of(content)
                        self.sent[message_id] = content
                        self._send(smtp, message_id, content)
            except (OSError, smtplib.SMTPException):
                # The server was killed: come back when it is there again.
                self.stopping.wait(0.05)

    def _send(self, smtp: smtplib.SMTP, message_id: str, content: bytes) -> None:
        refused = smtp.sendmail(self.address, self.to, content)
        assert refused == {}
        self.acknowledged.add(message_id)
        assert smtp.sock is not None
        port: int = smtp.sock.getsockname()[1]
        self.answers.append(Answer(message_id, time.time_ns(), port))

    def _connected(self) -> smtplib.SMTP:
        listen = self.gateway.settings.listen
        smtp = smtplib.SMTP("localhost", listen.submission, timeout=30)
        smtp.starttls(context=client_context(self.gateway.folder / "certs", self.name))
        smtp.ehlo()
        return smtp

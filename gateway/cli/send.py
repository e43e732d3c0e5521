"""`gateway send`: packs documents into XDM and sends them like a client would."""

from __future__ import annotations

import argparse
import asyncio
import ssl
import sys
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import aiosmtplib
from attrs import frozen
from cryptography import x509

from gateway.cli.options import Subparsers, add_command
from gateway.cli.packing import pack
from gateway.clock import utc_now
from gateway.core.document import Visibility
from gateway.core.informing import InformedBy, PatientInformed
from gateway.documents.xds.values import EntryAction
from gateway.errors import GatewayError, InvalidError, MisuseError
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart, build_message
from gateway.rights.recall_rules import RECALL_SUBJECT
from gateway.settings.file import Settings, read_settings
from gateway.store.base.open_database import open_database
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.trust.allowlist import read_allowlist
from gateway.trust.certificates import SenderCertificate, facts_of
from gateway.trust.tls import load_identity, smtp_client_context


class RefusedError(GatewayError):
    """The server did not take the message; the text is what it said."""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(commands, "send", send, "send a message as a client would")
    parser.add_argument(
        "--as",
        dest="name",
        required=True,
        metavar="NAME",
        help="certificate of the PKI: hospital, doctor, peer, bad/expired, ...",
    )
    parser.add_argument(
        "--from",
        dest="sender",
        type=_address,
        metavar="ADDRESS",
        help="default: the mailbox the certificate holds",
    )
    parser.add_argument(
        "--to",
        required=True,
        nargs="+",
        type=_address,
        metavar="ADDRESS",
        help="recipients: patients (INS@domain), mailboxes, other operators' users",
    )
    parser.add_argument(
        "--document",
        nargs="+",
        default=[],
        type=Path,
        metavar="CDA.xml",
        help="documents to pack in IHE_XDM.ZIP",
    )
    parser.add_argument(
        "--xml", action="store_true", help="attach the documents as XML instead"
    )
    parser.add_argument(
        "--withdraw", action="store_true", help="have the documents withdrawn"
    )
    parser.add_argument(
        "--recall",
        default="",
        metavar="MESSAGE-ID",
        help="take back what was sent to the same patient, while it is not opened",
    )
    parser.add_argument(
        "--attach", nargs="+", default=[], type=Path, metavar="FILE", help="other files"
    )
    parser.add_argument(
        "--subject", default="", metavar="TEXT", help="default: from the first document"
    )
    parser.add_argument("--text", default="", metavar="TEXT", help="the message itself")
    parser.add_argument(
        "--reply-to",
        type=_address,
        metavar="ADDRESS",
        help="where answers go instead of to the sender",
    )
    parser.add_argument(
        "--visibility",
        nargs="+",
        default=[],
        choices=[flag.value for flag in Visibility],
        metavar="FLAG",
        help="MASQUE_PS, INVISIBLE_PATIENT, INVISIBLE_REPRESENTANTS_LEGAUX",
    )
    parser.add_argument(
        "--informed",
        type=_informed,
        metavar="CHANNEL[,DAY[,WHO]]",
        help="how the patient was told of the filing: "
        + ", ".join(InformedBy)
        + "; the day as 2026-11-20",
    )
    parser.add_argument(
        "--mdn", action="store_true", help="ask what became of the documents"
    )
    parser.add_argument("--dsn", action="store_true", help="ask for a delivery report")
    parser.add_argument(
        "--no-reply", action="store_true", help="the patient may not answer"
    )


def _address(text: str) -> str:
    """Return the address; argparse turns the error into a misuse."""
    try:
        return str(read_address(text))
    except InvalidError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from error


def _informed(text: str) -> PatientInformed:
    """Return how the patient was informed; argparse turns the error into a misuse."""
    channel, _, rest = text.partition(",")
    on, _, teller = rest.partition(",")
    try:
        day = date.fromisoformat(on) if on else None
        return PatientInformed(by=InformedBy(channel), on=day, teller=teller.strip())
    except (ValueError, InvalidError) as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from error


@frozen(kw_only=True)
class Client:
    """A certificate of the PKI with what it may say."""

    name: str
    certificate: SenderCertificate
    folder: Path

    @classmethod
    def named(cls, settings: Settings, name: str) -> Client:
        """
        Find a certificate by its name.

        Raises:
            MisuseError: the PKI has none of that name.
        """
        folder = settings.trust.authorities.parent
        try:
            pem = (folder / f"{name}.pem").read_bytes()
            certificate = x509.load_pem_x509_certificates(pem)[0]
        except (OSError, ValueError) as error:
            raise MisuseError(f"no certificate {name} in {folder}") from error
        return cls(name=name, certificate=facts_of(certificate), folder=folder)

    @property
    def is_operator(self) -> bool:
        """True when it speaks at the door of the other operators."""
        return bool(self.certificate.dns_names)

    def context(self, settings: Settings) -> ssl.SSLContext:
        """Return the TLS context that shows this certificate and checks the server."""
        identity = load_identity(
            self.folder / f"{self.name}.pem",
            self.folder / f"{self.name}.key",
            settings.trust.authorities,
        )
        return smtp_client_context(identity)


def send(args: argparse.Namespace) -> int:
    """
    Send; print the Message-ID as the last line.

    Raises:
        RefusedError: the server refused; nothing was taken.
    """
    settings = read_settings(args.config)
    client = Client.named(settings, args.name)
    sender = args.sender or _default_sender(settings, client)
    now = utc_now()
    message_id = f"{uuid4().hex}@{sender.rpartition('@')[2]}"
    content = _compose(args, settings, sender, message_id, now)
    asyncio.run(_deliver(args, settings, client, sender, content))
    print(message_id)
    return 0


def _default_sender(settings: Settings, client: Client) -> str:
    if client.is_operator:
        listed = read_allowlist(settings.trust.allowlist.read_bytes())
        for domain in sorted(listed.domains):
            if domain not in settings.domains.hosted and listed.allows(
                client.certificate.subject, domain
            ):
                return f"contact@{domain}"
    else:
        database = open_database(settings)
        with database.read() as work:
            held = Mailboxes(work).held_by(client.certificate.identity)
        database.close()
        if held:
            return held[0].address
    raise MisuseError(f"{client.name} holds no address here: say which with --from")


def _compose(
    args: argparse.Namespace,
    settings: Settings,
    sender: str,
    message_id: str,
    now: datetime,
) -> bytes:
    contents = [_read(path) for path in args.document]
    packed = pack(
        contents,
        visibility=[Visibility(flag) for flag in args.visibility],
        sender=sender,
        source_id=settings.filing.source_id,
        now=now,
        as_xml=args.xml,
        action=EntryAction.DELETE if args.withdraw else EntryAction.FILE,
        informed=args.informed,
    )
    for warning in packed.warnings:
        print(f"gateway: {warning}", file=sys.stderr)
    parts = list(packed.parts)
    parts += [
        OutgoingPart(
            media_type="application/octet-stream", content=_read(path), name=path.name
        )
        for path in args.attach
    ]
    headers = dict(packed.headers)
    if args.mdn:
        headers["Disposition-Notification-To"] = f"<{sender}>"
    if args.no_reply:
        headers["X-MSS-MES"] = "FIN"
    reply_to = NamedAddress(read_address(args.reply_to)) if args.reply_to else None
    return build_message(
        sender=NamedAddress(read_address(sender), _display_name(settings, sender)),
        to=[NamedAddress(read_address(address)) for address in args.to],
        subject=RECALL_SUBJECT
        if args.recall
        else args.subject or packed.subject or "Message",
        text=args.text or "Bonjour,\n\nVeuillez trouver ce message.\n",
        date=now,
        message_id=message_id,
        reply_to=reply_to,
        in_reply_to=args.recall.strip("<>"),
        parts=parts,
        headers=headers,
    )


def _display_name(settings: Settings, sender: str) -> str:
    if sender.rpartition("@")[2].lower() not in settings.domains.hosted:
        return ""
    database = open_database(settings)
    with database.read() as work:
        mailbox = Mailboxes(work).find(sender)
    database.close()
    return mailbox.display_name if mailbox else ""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MisuseError(f"{path}: {error.strerror}") from error


async def _deliver(
    args: argparse.Namespace,
    settings: Settings,
    client: Client,
    sender: str,
    content: bytes,
) -> None:
    listen = settings.listen
    smtp = aiosmtplib.SMTP(
        hostname=listen.host,
        port=listen.smtp if client.is_operator else listen.submission,
        start_tls=False,
        local_hostname="client.localhost",
        timeout=60,
    )
    connection: asyncio.BaseTransport | None = None
    try:
        await smtp.connect()
        await smtp.starttls(
            server_hostname="localhost", tls_context=client.context(settings)
        )
        connection = smtp.transport
        await smtp.ehlo()
        options = ["RET=HDRS"] if args.dsn else []
        await smtp.mail(sender, options=[f"SIZE={len(content)}", *options])
        for address in args.to:
            await smtp.rcpt(
                address, options=["NOTIFY=SUCCESS,FAILURE"] if args.dsn else []
            )
        await smtp.data(content)
        await smtp.quit()
    except aiosmtplib.SMTPResponseException as error:
        raise RefusedError(f"refused: {error.code} {error.message}") from error
    except aiosmtplib.SMTPConnectError as error:
        raise RefusedError(
            f"not sent: nobody answers at {smtp.hostname}:{smtp.port}; "
            "is `gateway serve` running?"
        ) from error
    except (aiosmtplib.SMTPServerDisconnected, ConnectionError) as error:
        # In TLS 1.3 a refused certificate is seen as a connection lost.
        raise RefusedError(
            "not sent: the server ended the connection, as it does when it does not "
            f"accept a certificate ({client.name}); its log says why"
        ) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise RefusedError(f"not sent: {error}") from error
    finally:
        smtp.close()
        if isinstance(connection, asyncio.WriteTransport):
            connection.abort()  # the loop ends here: nobody would finish closing it

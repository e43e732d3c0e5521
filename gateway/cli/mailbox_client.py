"""`gateway mailbox client`: what a mail program needs for a mailbox, as files."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    serialize_key_and_certificates,
)
from lxml import etree

from gateway.cli.options import Subparsers, add_command, opened
from gateway.clock import utc_now
from gateway.core.texts.mail_clients import SETUP_WORDS, SetupWords
from gateway.errors import ConflictError, MisuseError, NotFoundError
from gateway.message.client_setup import (
    MailDoor,
    MailService,
    MailUse,
    ProfileOwner,
    apple_profile,
    autoconfig,
    srv_lines,
)
from gateway.store.mailbox.mailboxes import Mailbox, Mailboxes
from gateway.trust.certificates import facts_of
from gateway.trust.provider import Provider
from gateway.web.site.mail_setup import mail_service_of, mail_tokens_of

_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 5, 4
_STYLE: Final = (
    "body{font:12pt/1.5 sans-serif;max-width:42em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #666;padding:.3em .6em;text-align:left}"
    "h1{font-size:1.5em}h2{font-size:1.15em;break-after:avoid}"
    "h2,p{overflow-wrap:anywhere}"
)


def add_verb(verbs: Subparsers) -> None:
    """Add the verb to those of `gateway mailbox`."""
    client = add_command(
        verbs, "client", write_client, "write what a mail program needs for a mailbox"
    )
    client.add_argument("address", metavar="ADDRESS", help="of the mailbox")
    client.add_argument(
        "--out", type=Path, metavar="DIR", help="default: a folder named ADDRESS"
    )
    client.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="PEM: the holder's certificate, then its chain, for a PKCS#12",
    )
    client.add_argument("--private-key", type=Path, metavar="FILE", help="PEM: its key")
    client.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="its first line protects the PKCS#12; without, one is made and shown once",
    )


def write_client(args: argparse.Namespace) -> int:
    """
    Write the files for a mailbox into a new folder, readable by its owner alone.

    Raises:
        NotFoundError: no mailbox has that address.
        MisuseError: no door for mail programs is open; the certificate and its key do
            not match, or do not hold that mailbox.
        ConflictError: a file is there already.
        UnavailableError: tokens sign in, and the provider cannot be asked where they
            are to be had.
    """
    with opened(args) as (settings, database), database.read() as work:
        mailbox = Mailboxes(work).find(args.address)
        if mailbox is None:
            raise NotFoundError("no mailbox has this address")
    provider = Provider.of(settings.provider, utc_now)
    service = mail_service_of(settings, mail_tokens_of(provider))
    if service.best(MailUse.READ) is None or service.best(MailUse.SEND) is None:
        raise MisuseError("[listen] opens no door to read mailboxes, or to send")
    passphrase, shown = _passphrase(args.passphrase_file)
    key = _pkcs12(args, mailbox, passphrase)
    folder = args.out or Path(mailbox.address)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in _files(service, mailbox, key):
        _write(folder / name, content)
        print(folder / name)
    if key and shown:
        print(f"passphrase of {mailbox.address}.p12, shown once: {passphrase}")
    if not key:
        print("no PKCS#12: --certificate and --private-key were not given")
    return 0


def _files(
    service: MailService, mailbox: Mailbox, key: bytes
) -> Iterator[tuple[str, bytes]]:
    address = mailbox.address
    name = mailbox.display_name or address
    owner = ProfileOwner(address=address, name=name, pkcs12=key)
    profile = apple_profile(service, owner)
    assert profile is not None, "the doors were looked at"
    yield "config-v1.1.xml", autoconfig(service)
    yield f"{address}.mobileconfig", profile
    yield "srv.txt", srv_lines(service).encode("ascii")
    if key:
        yield f"{address}.p12", key
    for language, words in SETUP_WORDS.items():
        page = _page(service, words, language, address, with_key=bool(key))
        yield f"instructions.{language}.html", page


def _write(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600; the key may be in it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConflictError(f"{path} is there already") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _passphrase(file: Path | None) -> tuple[str, bool]:
    """Return a passphrase, and whether it was made here and is to be shown."""
    if file is None:
        groups = (
            "".join(secrets.choice(_LETTERS) for _ in range(_GROUP))
            for _ in range(_GROUPS)
        )
        return "-".join(groups), True
    try:
        first = file.read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        raise MisuseError("the file of the passphrase cannot be read") from None
    if not first:
        raise MisuseError("the file of the passphrase is empty")
    return first, False


@frozen
class _Held:
    """A certificate, its chain and its key."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    certificates: tuple[x509.Certificate, ...]


def _pkcs12(args: argparse.Namespace, mailbox: Mailbox, passphrase: str) -> bytes:
    """Return the PKCS#12 (RFC 7292) of who holds the mailbox; empty without a key."""
    if args.certificate is None and args.private_key is None:
        return b""
    if args.certificate is None or args.private_key is None:
        raise MisuseError("--certificate and --private-key go together")
    held = _read(args.certificate, args.private_key)
    own, *chain = held.certificates
    if held.key.public_key() != own.public_key():
        raise MisuseError("the key is not that of the certificate")
    if facts_of(own).identity not in mailbox.holders:
        raise MisuseError("the certificate does not hold this mailbox")
    return serialize_key_and_certificates(
        mailbox.address.encode(),
        held.key,
        own,
        chain,
        BestAvailableEncryption(passphrase.encode()),
    )


def _read(certificate: Path, private_key: Path) -> _Held:
    try:
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())
        key = load_pem_private_key(private_key.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        raise MisuseError("the certificate or its key cannot be read") from None
    if not isinstance(
        key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    ):
        raise MisuseError("a key of a kind that signs in nowhere")
    return _Held(key, tuple(chain))


def _page(
    service: MailService,
    words: SetupWords,
    language: str,
    address: str,
    *,
    with_key: bool,
) -> bytes:
    """Return the instructions as a page that stands alone, to be printed."""
    root = etree.Element("html", lang=language)
    head = _say(root, "head")
    etree.SubElement(head, "meta", charset="utf-8")
    etree.SubElement(
        head, "meta", name="viewport", content="width=device-width, initial-scale=1"
    )
    _say(head, "title", words.title)
    _say(head, "style", _STYLE)
    body = _say(_say(root, "body"), "main")
    _say(body, "h1", words.title)
    _say(body, "p", words.intro.format(address=address))
    _say(body, "h2", words.table.format(host=service.doors[0].host))
    table = _say(body, "table")
    line = _say(_say(table, "thead"), "tr")
    for text in words.heads:
        _say(line, "th", text).set("scope", "col")
    rows = _say(table, "tbody")
    for door in service.doors:
        line = _say(rows, "tr")
        for text in _cells(door, words):
            _say(line, "td", text)
    first = words.with_key if with_key else words.without_key
    steps = [first, *words.steps]
    names = {"address": address}
    if service.tokens is not None:
        steps.insert(-1, words.by_token)  # what is checked stays last
        names["provider"] = service.tokens.name
    for number, (heading, text) in enumerate(steps, 1):
        _say(body, "h2", f"{number}. {heading.format(**names)}")
        _say(body, "p", text.format(**names))
    return etree.tostring(
        root, method="html", encoding="UTF-8", doctype="<!DOCTYPE html>"
    )


def _cells(door: MailDoor, words: SetupWords) -> tuple[str, str, str]:
    use = words.reads if door.use is MailUse.READ else words.sends
    how = words.tls_first if door.tls_first else words.start_tls
    return use, str(door.port), how


def _say(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    made = etree.SubElement(parent, name)
    made.text = text
    return made

"""A new folder to run from: settings, throwaway PKI, keys, database, demo people."""

from __future__ import annotations

import os
import secrets
import socket
from importlib.resources import files
from pathlib import Path

from attrs import fields, frozen

from gateway.clock import utc_now
from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.documents.times import PARIS
from gateway.errors import MisuseError
from gateway.node.private_paths import make_private
from gateway.pki.folder import make_allowlist, make_pki
from gateway.pki.profiles import Domains
from gateway.settings.file import (
    DatabaseSettings,
    ListenSettings,
    Settings,
    read_settings,
)
from gateway.store.base.open_database import check_new_database, create_database
from gateway.store.base.work import Database
from gateway.store.directory.importing import DirectoryImport
from gateway.store.directory.staging import Staging
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.profiles import Profiles
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.sealed.sources import make_master_key

PORTS = {
    "smtp": 2525,
    "submission": 2587,
    "submissions": 2465,
    "imap": 2143,
    "imaps": 2993,
    "patient_https": 8443,
    "professional_https": 8444,
    "metrics": 9464,
}
PROFESSIONAL, PATIENT, PEER = (
    "hopital.mssante.test",
    "patient.mssante.test",
    "peer.mssante.test",
)
DEMO_LOGIN = "patient-demo"
SIGN_IN_FILE = "demo-password"


@frozen
class DemoMailbox:
    """A mailbox of the demo: the name of its certificate is its local part."""

    name: str
    kind: str
    holder: str
    display_name: str


# Identities as in certs/profiles.toml; what they do and where, in this extraction.
DEMO_DIRECTORY = "demo_files/directory.txt"
DEMO_MAILBOXES = (
    DemoMailbox("hospital", "ORG", "1750000011", "Service de médecine interne"),
    DemoMailbox("doctor", "PER", "899700000017", "Dr Camille MOREAU"),
    DemoMailbox("nurse", "PER", "899700000025", "Alex PETIT"),
    DemoMailbox("pharmacist", "PER", "899700000033", "Dr Sacha LEROY"),
    DemoMailbox("regulator", "PER", "899700000041", "Dr Lou GIRARD"),
    DemoMailbox("secretary", "PER", "3750000011/CPET0002", "Ève BLANC, secrétariat"),
)


def make_folder(folder: Path, *, free: bool = False, url: str = "") -> Settings:
    """
    Make everything `gateway serve` needs, in a new folder; return its settings.

    Args:
        folder: Where; it may be there, without a gateway.toml in it.
        free: Ask the system for ports that nobody uses.
        url: An empty PostgreSQL database; empty for SQLite in the folder.

    Raises:
        MisuseError: there is a gateway.toml in it already, or the database holds
            something.
    """
    file = folder / "gateway.toml"
    if file.exists():
        raise MisuseError(f"{file} exists already; choose another folder")
    if url:
        DatabaseSettings(url=url)  # refused before anything is said to it
        check_new_database(url)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ports = _free_ports() if free else PORTS
    domains = Domains(professional=PROFESSIONAL, patient=PATIENT, peer=PEER)
    make_pki(folder / "certs", utc_now(), domains)
    make_allowlist(folder / "allowlist.xml", folder / "certs", utc_now(), domains)
    make_master_key(folder / "master.key")
    file.write_text(_toml(ports, url), "utf-8")
    settings = read_settings(file)
    settings.outgoing.outbox.mkdir(mode=0o700, exist_ok=True)
    database = create_database(settings)
    try:
        password = secrets.token_urlsafe(12) + "-Aa1"
        _add_people(database, password)
        _fill_directory(database)
    finally:
        database.close()
    sign_in = folder / SIGN_IN_FILE
    sign_in.touch(mode=0o600)
    sign_in.write_text(password + "\n", "utf-8")
    make_private(settings)
    _make_durable(folder)
    return settings


def _make_durable(folder: Path) -> None:
    """
    Write all of it to the disk, names included: what is acknowledged later cannot be
    read without the key that lies here.
    """
    for path in (folder.parent, folder, *folder.rglob("*")):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _add_people(database: Database, password: str) -> None:
    traits = IdentityTraits(
        family="PAT-TROIS",
        given_names="DOMINIQUE",
        first_given="DOMINIQUE",
        birth_date="19790328",
        sex="F",
        birth_place="63220",
    )
    with database.write() as work:
        profile_id = Profiles(work).add(
            Ins.of("279035121518989", "1.2.250.1.213.1.4.10"),
            traits,
            state="ACTIVATED",
            email="dominique.pat-trois@courriel.example",
        )
        Accounts(work).add(DEMO_LOGIN, password, profile_id)
        for one in DEMO_MAILBOXES:
            Mailboxes(work).add(
                f"{one.name}@{PROFESSIONAL}",
                kind=one.kind,
                holders=[one.holder],
                display_name=one.display_name,
            )
        for one in DEMO_MAILBOXES:
            if one.kind == "PER" and "/" not in one.holder:
                ProfessionalAccounts(work).set_email(
                    one.holder, f"{one.name}@courriel.example", by="gateway init"
                )


def _fill_directory(database: Database) -> None:
    """Take the demo's professionals over, as an extraction of a few people."""
    lines = files("gateway").joinpath(DEMO_DIRECTORY).read_bytes().splitlines()
    with Staging() as staging:
        taking = DirectoryImport(database, staging)
        broken = list(taking.read(lines))
        assert not broken, "it ships, and is whole"
        today = utc_now().astimezone(PARIS).date()
        taking.apply(today, by="gateway init", most_gone_percent=0)


def _free_ports() -> dict[str, int]:
    held = []
    for _ in PORTS:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        held.append(listener)
    ports = [listener.getsockname()[1] for listener in held]
    for listener in held:
        listener.close()
    return dict(zip(PORTS, ports, strict=True))


def _toml(ports: dict[str, int], url: str) -> str:
    known = {field.name for field in fields(ListenSettings)}
    listen = "\n".join(f"{name} = {ports[name]}" for name in PORTS if name in known)
    database = url or "sqlite:///gateway.db"
    return f"""\
# Settings of a gateway made by `gateway init`. Every key, its default and what it
# changes: docs/settings.md. Paths are relative to this file.

[listen]
host = "127.0.0.1"
{listen}

[domains]
professional = "{PROFESSIONAL}"
patient = "{PATIENT}"
hostname = "mail.{PROFESSIONAL}"
postmaster = "{DEMO_MAILBOXES[0].name}@{PROFESSIONAL}"

[trust]
certificate = "certs/gateway.pem"
private_key = "certs/gateway.key"
authorities = "certs/ca.pem"
crl = "certs/crl.pem"
allowlist = "allowlist.xml"

[database]
url = "{database}"

[blobs]
folder = "blobs"

[keys]
master = "master.key"

[outgoing]
outbox = "outbox"
notice_from = "ne-pas-repondre@{PATIENT}"

[web]
public_url = "https://localhost:{ports["patient_https"]}/"

[professional]
public_url = "https://localhost:{ports["professional_https"]}/"
"""

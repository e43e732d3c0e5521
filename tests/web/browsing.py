"""A real listener of the patients' pages, with one patient and some mail."""

from __future__ import annotations

import asyncio
import functools
import http.client
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_twisted
from attrs import define, field, frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from twisted.internet.threads import deferToThread

from gateway.converting.converter import Converter
from gateway.core.ins import Ins
from gateway.dmp_bridge.filing.paper_filing import PaperFiling
from gateway.dmp_bridge.filing.patient_filing import PatientFiling
from gateway.dmp_bridge.masking import MaskingVault
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.documents.showing.rendering import CdaPages
from gateway.loop import Threads
from gateway.node.pages import patient_pages
from gateway.node.vaults import open_vaults
from gateway.reception.keeping import Reception
from gateway.settings.file import Settings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.directory.everybody import EverybodyDirectory
from gateway.store.mailbox.directory import LocalDirectory
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.notices import get_notice
from gateway.store.patients.web_sessions import SessionLife, Stage, WebSessions
from gateway.store.tables import notices
from gateway.store.tasks.tasks import TaskKind
from gateway.web.patient.desk import PatientDesk
from gateway.web.site.service import WebService
from tests.builders_database import new_sqlite
from tests.builders_people import MATRICULE, TEST_RANGE, open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock
from tests.ports import free_ports

LOGIN, PASSWORD = "dominique", "Coquelicot-1979"
DOCTOR = "dr.martin@hopital.mssante.test"
HOUSE = "service.cardio@hopital.mssante.test"


def blocking(test: Callable[..., None]) -> Callable[..., Any]:
    """Run a test that waits on sockets in a thread; the reactor runs the server."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> Any:
        yield deferToThread(test, *args, **kwargs)

    awaited: Callable[..., Any] = pytest_twisted.inlineCallbacks(run)
    return awaited


def make_certificate(folder: Path) -> None:
    """Write a self-signed server certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
    (folder / "gateway.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "gateway.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


def add_patient(
    database: Database,
    *,
    ins: str = MATRICULE,
    login: str = LOGIN,
    state: str = "ACTIVATED",
) -> str:
    """Open a profile with an account; return the profile's id."""
    profile_id = open_profile(
        database,
        ins=Ins.of(ins, TEST_RANGE),
        state=state,
        email="dominique@courriel.example",
    )
    with database.write() as work:
        Accounts(work).add(login, PASSWORD, profile_id)
    return profile_id


def add_mailboxes(database: Database) -> None:
    """Open the professionals' mailboxes answers go to."""
    with database.write() as work:
        for address, kind in ((DOCTOR, "PER"), (HOUSE, "ORG")):
            Mailboxes(work).add(address, kind=kind, holders=["1750000011"])


@frozen
class Reply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


@define
class Browser:
    """A small client that keeps cookies and reads tokens, and does nothing else."""

    port: int
    cookies: dict[str, str] = field(factory=dict)
    certificate: Path | None = None
    """Shown where the site asks for one; its key lies beside it."""

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=self._context(), timeout=30
        )
        sent = {"Accept-Language": "fr", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        cookies = [v for k, v in answer.getheaders() if k.lower() == "set-cookie"]
        for cookie in cookies:
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0]
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        found = {k.lower(): v for k, v in answer.getheaders()}
        return Reply(answer.status, found, cookies, content)

    def _context(self) -> ssl.SSLContext:
        context = trusting()
        if self.certificate is not None:
            key = self.certificate.with_suffix(".key")
            context.load_cert_chain(self.certificate, key)
        return context

    def get(self, path: str, **headers: str) -> Reply:
        return self.request("GET", path, headers=headers)

    def post(
        self,
        path: str,
        fields: dict[str, str] | list[tuple[str, str]],
        **headers: str,
    ) -> Reply:
        from urllib.parse import urlencode

        body = urlencode(fields).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.request("POST", path, body, {**kind, **headers})

    def send_form(
        self,
        path: str,
        fields: list[tuple[str, str]],
        files: list[tuple[str, bytes]] | None = None,
    ) -> Reply:
        """Send a form with files, as browsers do."""
        mark = "----x7f3"
        head = f"--{mark}\r\nContent-Disposition: form-data; name="
        parts = [
            f'{head}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields
        ]
        parts += [
            f'--{mark}\r\nContent-Disposition: form-data; name="files"; '
            f'filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n'.encode()
            + content
            + b"\r\n"
            for name, content in files or []
        ]
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self.request("POST", path, body, kind)


def trusting() -> ssl.SSLContext:
    """Return a client context that takes any certificate: tests talk to loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def token_of(page: Reply) -> str:
    """Return the form token of a page."""
    return page.text.split('name="token" value="')[1].split('"')[0]


@define
class Site:
    """The site under test, with what stands behind it."""

    settings: Settings
    database: Database
    clock: SetClock
    writer: Writer
    service: WebService
    patient: str
    desk: PatientDesk

    @property
    def port(self) -> int:
        return self.service.port

    def browser(self) -> Browser:
        return Browser(self.port)

    def last_code(self) -> str:
        """Return the digits of the last code that was to be sent, or an empty text."""
        with self.database.read() as work:
            ids = work.connection.execute(
                notices.select()
                .where(notices.c.kind == "code")
                .order_by(notices.c.created_at.desc(), notices.c.id)
            ).all()
            found = [get_notice(work, row.id) for row in ids]
            subjects = [
                task.subject
                for task in work.tasks.listed()
                if task.kind == TaskKind.NOTIFY.value
            ]
        last = [one for one in found if one is not None and one.id in subjects]
        if not last:
            return ""
        order = {subject: place for place, subject in enumerate(subjects)}
        newest = max(last, key=lambda one: order[one.id])
        return newest.text.split(" : ")[1][:6]

    def give_password(self, browser: Browser, password: str = PASSWORD) -> Reply:
        page = browser.get("/sign-in")
        fields = {"token": token_of(page), "login": LOGIN, "password": password}
        return browser.post("/sign-in", fields)

    def give_code(self, browser: Browser, code: str) -> Reply:
        page = browser.get("/sign-in/code")
        return browser.post("/sign-in/code", {"token": token_of(page), "code": code})

    def vault(self, work: UnitOfWork) -> Vault:
        """Return the vault of the documents that are shown."""
        return open_vaults(self.database).within(work)

    def sign_in(self) -> Browser:
        """Go the whole way in."""
        browser = self.browser()
        self.give_password(browser)
        opened = self.give_code(browser, self.last_code())
        assert opened.location in {"/home", "/inbox"}  # there, where messages wait
        return browser

    def signed_in(self) -> Browser:
        """Return a browser with an open session, made without the way in."""
        life = SessionLife(idle=timedelta(minutes=15), whole=timedelta(hours=8))
        with self.database.write() as work:
            account = Accounts(work).find(LOGIN)
            cookie = WebSessions(work, life).start(Stage.OPEN, account.id)
        return Browser(self.port, {"__Host-session": cookie})


def _trusts(domain: str) -> bool:
    return domain == "peer.mssante.test"


@contextmanager
def running_site(
    folder: Path,
    *,
    sms: dict[str, Any] | None = None,
    public_host: str = "",
    **web: Any,
) -> Iterator[Site]:
    """
    Start the site; to be entered on the reactor's thread.

    ``public_host``: the name that patients type, with the port there is.
    """
    from twisted.internet import reactor

    clock = SetClock()
    make_certificate(folder)
    (port,) = free_ports(1)
    if public_host:
        web["public_url"] = f"https://{public_host}:{port}/"
    settings = make_settings(
        folder,
        # The doors of the mailboxes are told, and not opened.
        listen={"patient_https": port, "imaps": 993, "submissions": 465},
        domains={"operator_name": "Hôpital de démonstration"},
        web=web,
        sms=sms or {},
    )
    database = new_sqlite(folder, clock)
    patient = add_patient(database)
    add_mailboxes(database)
    writer = Writer(database)
    writer.start()
    loop = asyncio.get_event_loop()
    threads = ThreadPoolExecutor(2)
    vaults = open_vaults(database)
    desk = PatientDesk(
        database=database,
        writer=writer,
        reception=Reception(database, writer, Threads(loop, threads)),
        settings=settings,
        documents=CdaPages(Converter()),
        open_vault=vaults.within,
        own_documents=PatientFiling(vaults, settings.filing.source_id, database.clock),
        papers=PaperFiling.from_settings(vaults, settings, database.clock),
        masks=MaskingVault(vaults),
        trusts=_trusts,
        directory=EverybodyDirectory(LocalDirectory(_trusts)),
    )
    service = patient_pages(desk, loop, reactor)
    service.startService()
    try:
        yield Site(settings, database, clock, writer, service, patient, desk)
    finally:
        pytest_twisted.blockon(service.stopService())
        writer.stop()
        threads.shutdown()
        database.close()

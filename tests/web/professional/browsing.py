"""A real listener of the professionals' pages, and browsers that hold certificates."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest_twisted
from attrs import define, frozen

from gateway.converting.converter import Converter
from gateway.core.practice import Practice, Professional
from gateway.dmp_bridge.reading.acting import RecordActing
from gateway.dmp_bridge.reading.reading import VaultReading
from gateway.documents.showing.rendering import CdaPages
from gateway.loop import Threads
from gateway.node.pages import limits_of
from gateway.node.professional_pages import professional_pages
from gateway.node.vaults import open_vaults
from gateway.reception.keeping import Reception
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer
from gateway.store.directory.everybody import EverybodyDirectory
from gateway.store.mailbox.directory import LocalDirectory
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.professionals.mails import ProfessionalMails
from gateway.store.tables import professional_mails
from gateway.trust.provider import Provider
from gateway.trust.space import TrustSpace
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.site.service import WebService
from tests.builders_database import new_sqlite
from tests.builders_settings import make_settings
from tests.fakes import SetClock
from tests.pki import throwaway_pki
from tests.ports import free_ports
from tests.web.browsing import Browser, Reply, token_of

DOCTOR = "899700000017"
EMAIL = "camille.moreau@courriel.example"
CARE = Practice(
    profession="10",
    category="C",
    activity="GENR01",
    structure="1750000011",
    place="CHU de démonstration",
    town="Paris",
)
COORDINATION = Practice(
    profession="10", category="C", activity="GENR08", place="Maison de santé"
)


@define
class ProSite:
    """The site under test, with what stands behind it."""

    settings: Settings
    database: Database
    clock: SetClock
    writer: Writer
    service: WebService
    desk: ProfessionalDesk
    people: dict[str, Professional]
    certs: Path

    @property
    def port(self) -> int:
        return self.service.port

    def browser(self, name: str = "doctor") -> Browser:
        """Return a browser that shows a certificate of the PKI; empty: none."""
        certificate = self.certs / f"{name}.pem" if name else None
        return Browser(self.port, certificate=certificate)

    def knows(self, *practices: Practice, national_id: str = DOCTOR) -> None:
        """Have the directory know a professional with some situations."""
        self.people[national_id] = Professional(
            national_id=national_id,
            family="MOREAU",
            given="CAMILLE",
            practices=practices,
        )

    def has_address(self, email: str = EMAIL, national_id: str = DOCTOR) -> None:
        """Write down where the codes of a professional go."""
        with self.database.write() as work:
            ProfessionalAccounts(work).set_email(national_id, email, by="a test")

    def last_code(self) -> str:
        """Return the digits of the last code that was to be sent, or an empty text."""
        with self.database.read() as work:
            columns = professional_mails.c
            ids = work.connection.execute(
                professional_mails.select().order_by(columns.created_at.desc())
            ).all()
            if not ids:
                return ""
            mail = ProfessionalMails(work).get(ids[0].id)
        assert mail is not None
        return mail.text.split(" : ")[1][:6]

    def give_card(self, browser: Browser, **fields: str) -> Reply:
        page = browser.get("/sign-in")
        return browser.post("/sign-in/card", {"token": token_of(page), **fields})

    def give_code(self, browser: Browser, code: str) -> Reply:
        page = browser.get("/sign-in/code")
        return browser.post("/sign-in/code", {"token": token_of(page), "code": code})

    def choose(self, browser: Browser, number: str) -> Reply:
        page = browser.get("/sign-in/situation")
        fields = {"token": token_of(page), "situation": number}
        return browser.post("/sign-in/situation", fields)

    def sign_in(self, *practices: Practice) -> Browser:
        """Go the whole way in, in the first of some situations."""
        self.knows(*(practices or (CARE,)))
        self.has_address()
        browser = self.browser()
        self.give_card(browser)
        reply = self.give_code(browser, self.last_code())
        if reply.location == "/sign-in/situation":
            reply = self.choose(browser, "0")
        assert reply.location == "/home"
        return browser


@frozen
class KnownPeople:
    """The directory of the tests."""

    people: dict[str, Professional]

    def find(self, national_id: str) -> Professional | None:
        return self.people.get(national_id)


@contextmanager
def running_pages(
    folder: Path,
    certs: Path,
    clock: SetClock | None = None,
    *,
    provider: dict[str, Any] | None = None,
    limits: dict[str, Any] | None = None,
    filing: dict[str, Any] | None = None,
    **professional: Any,
) -> Iterator[ProSite]:
    """Start the site; to be entered on the reactor's thread."""
    from twisted.internet import reactor

    # The certificates are of today, and the clock of the tests begins with them.
    clock = clock or SetClock(throwaway_pki().made_at)
    settings = make_settings(
        folder,
        certs,
        listen={"professional_https": free_ports(1)[0]},
        domains={"operator_name": "Hôpital de démonstration"},
        trust={"kept": str(folder / "trust")},
        professional=professional,
        provider=provider or {},
        reading=limits or {},
        filing=filing or {},
    )
    database = new_sqlite(folder, clock)
    writer = Writer(database)
    writer.start()
    people: dict[str, Professional] = {}
    threads = ThreadPoolExecutor(1)
    vaults = open_vaults(database)
    reader = VaultReading(vaults=vaults, settings=settings)
    desk = ProfessionalDesk(
        database=database,
        writer=writer,
        settings=settings,
        judge=TrustSpace(settings.trust, clock).judge_peer,
        open_people=lambda _: KnownPeople(people),
        reception=Reception(
            database, writer, Threads(asyncio.get_event_loop(), threads)
        ),
        reading=reader,
        acts=RecordActing(reader),
        directory=EverybodyDirectory(LocalDirectory(lambda _: True)),
        open_vault=vaults.within,
        documents=CdaPages(Converter(limits_of(settings.converting))),
        provider=Provider.of(settings.provider, clock),
    )
    service = professional_pages(desk, asyncio.get_event_loop(), reactor)
    service.startService()
    try:
        yield ProSite(settings, database, clock, writer, service, desk, people, certs)
    finally:
        pytest_twisted.blockon(service.stopService())
        threads.shutdown()
        writer.stop()
        database.close()

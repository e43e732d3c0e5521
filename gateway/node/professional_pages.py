"""The professionals' pages put together: their desk, and where they are served."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from OpenSSL import SSL

from gateway.converting.converter import Converter
from gateway.dmp_bridge.reading.acting import RecordActing
from gateway.dmp_bridge.reading.reading import VaultReading
from gateway.documents.showing.rendering import CdaPages
from gateway.errors import InvalidError, MisuseError
from gateway.node.pages import limits_of
from gateway.node.vaults import open_vaults
from gateway.reception.keeping import Reception
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer
from gateway.store.directory.directory import Directory
from gateway.store.directory.everybody import EverybodyDirectory
from gateway.store.mailbox.directory import LocalDirectory
from gateway.trust.provider import Provider
from gateway.trust.space import TrustSpace
from gateway.trust.tls import load_identity
from gateway.trust.tls_twisted import asking_context
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.routes import make_professional_routes
from gateway.web.professional.serving import ProfessionalServing
from gateway.web.site.service import SUITES, SitePlace, WebService


def make_professional_desk(
    settings: Settings,
    database: Database,
    writer: Writer,
    reception: Reception,
    *,
    trust: TrustSpace,
    provider: Provider | None,
) -> ProfessionalDesk:
    """Return the desk of the professionals' pages; ``provider`` may sign them in."""
    vaults = open_vaults(database)
    reading = VaultReading(vaults=vaults, settings=settings)
    return ProfessionalDesk(
        database=database,
        writer=writer,
        settings=settings,
        judge=trust.judge_peer,
        open_people=Directory,
        reception=reception,
        reading=reading,
        acts=RecordActing(reading),
        directory=EverybodyDirectory(LocalDirectory(trust.lists)),
        open_vault=vaults.within,
        documents=CdaPages(Converter(limits_of(settings.converting))),
        provider=provider,
    )


def professional_pages(
    desk: ProfessionalDesk, loop: asyncio.AbstractEventLoop, reactor: Any
) -> WebService:
    """Return the service of the professionals' pages."""
    settings, database = desk.settings, desk.database
    return WebService(
        settings,
        database,
        place=professionals_place(settings),
        routes=make_professional_routes(desk),
        audience=ProfessionalServing(database.keys, desk),
        loop=loop,
        reactor=reactor,
    )


def professionals_place(settings: Settings) -> SitePlace:
    """Return where the professionals' pages are."""
    return SitePlace(
        port=settings.listen.professional_https,
        public_url=settings.professional_url,
        settings=settings.professional,
        context=lambda: _context(settings),
    )


def _context(settings: Settings) -> SSL.Context:
    """
    Return the TLS of the pages, which ask for a certificate of the space of trust.

    Raises:
        MisuseError: certificate, key or authorities cannot be used.
    """
    professional, trust = settings.professional, settings.trust
    if bool(professional.certificate) != bool(professional.private_key):
        raise MisuseError(
            "[professional] needs certificate and private_key, or neither"
        )
    try:
        identity = load_identity(
            Path(professional.certificate or trust.certificate),
            Path(professional.private_key or trust.private_key),
            trust.authorities,
        )
    except InvalidError as error:
        raise MisuseError(
            "the certificate or key of the professionals' pages cannot be used"
        ) from error
    return asking_context(identity, SUITES)

"""The patients' pages put together: what their desk is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from gateway.converting.converter import Converter, ConverterLimits
from gateway.dmp_bridge.filing.paper_filing import PaperFiling
from gateway.dmp_bridge.filing.patient_filing import PatientFiling
from gateway.dmp_bridge.masking import MaskingVault
from gateway.documents.showing.rendering import CdaPages
from gateway.node.vaults import open_vaults
from gateway.reception.keeping import Reception
from gateway.settings.file import ConvertingSettings, Settings
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer
from gateway.store.directory.everybody import EverybodyDirectory
from gateway.store.mailbox.directory import LocalDirectory
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.routes import make_routes
from gateway.web.patient.signing_in import SigningIn
from gateway.web.site.service import WebService, patients_place
from gateway.web.site.serving import Serving


def make_desk(
    settings: Settings,
    database: Database,
    writer: Writer,
    reception: Reception,
    trusts: Callable[[str], bool],
) -> PatientDesk:
    """Return the desk of the patients' pages, with the vault that is chosen."""
    vaults = open_vaults(database)
    return PatientDesk(
        database=database,
        writer=writer,
        reception=reception,
        settings=settings,
        documents=CdaPages(Converter(limits_of(settings.converting))),
        open_vault=vaults.within,
        own_documents=PatientFiling(vaults, settings.filing.source_id, database.clock),
        papers=PaperFiling.from_settings(vaults, settings, database.clock),
        masks=MaskingVault(vaults),
        trusts=trusts,
        directory=EverybodyDirectory(LocalDirectory(trusts)),
    )


def patient_pages(
    desk: PatientDesk, loop: asyncio.AbstractEventLoop, reactor: Any
) -> WebService:
    """Return the service of the patients' pages."""
    settings, database = desk.settings, desk.database
    return WebService(
        settings,
        database,
        place=patients_place(settings),
        routes=make_routes(desk),
        audience=Serving(database.keys, SigningIn(desk)),
        loop=loop,
        reactor=reactor,
    )


def limits_of(converting: ConvertingSettings) -> ConverterLimits:
    """Return what the settings let a conversion take."""
    return ConverterLimits(
        seconds=converting.seconds,
        memory_bytes=converting.memory_bytes,
        pixels=converting.pixels,
        pages=converting.pages,
        at_once=converting.at_once,
        kept_bytes=converting.kept_bytes,
    )

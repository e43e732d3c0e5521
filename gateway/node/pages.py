"""The patients' pages put together: what their desk is given."""

from __future__ import annotations

from collections.abc import Callable

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

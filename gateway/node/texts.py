"""What takes texts out of documents, with the limits that the settings give."""

from __future__ import annotations

from functools import partial

from gateway.converting.texts import TakerLimits, TextTaker
from gateway.dmp_bridge.vaults.text_taking import TakingTexts
from gateway.settings.file import Settings
from gateway.store.base.work import Database


def taking_texts(database: Database, settings: Settings) -> TakingTexts:
    """
    Return the step that takes them.

    What it begins ends within a lease of its task: a third of it for one file, and a
    sixth before the last one is begun.
    """
    converting, lease = settings.converting, settings.tasks.lease_seconds
    limits = TakerLimits(
        seconds=min(converting.seconds, lease / 3),
        memory_bytes=converting.memory_bytes,
        file_bytes=converting.text_bytes,
        unpacked_bytes=converting.text_unpacked_bytes,
        pages=converting.text_pages,
        characters=converting.text_characters,
    )
    return TakingTexts(
        database=database,
        open_taker=partial(TextTaker, limits),
        tries=converting.text_tries,
        seconds=lease / 6,
        characters=converting.text_characters,
    )

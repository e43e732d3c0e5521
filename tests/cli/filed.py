"""A vault with letters, for commands that read one."""

from __future__ import annotations

from pathlib import Path

from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from tests.builders_mail import as_xdm, make_mail, pack
from tests.dmp_bridge.filing.story import Story


def filed_letters(config: Path, *letters: bytes) -> Story:
    """File letters by mail in the vault of a patient; return their story."""
    database = Database.open(read_settings(config))
    begun = Story.begin(database)
    for content in letters:
        begun.send(make_mail(as_xdm(pack(content))))
    database.close()
    return begun

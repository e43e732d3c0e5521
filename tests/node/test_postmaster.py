"""The postmaster's mailbox is there from the start, once, where it is to be here."""

from __future__ import annotations

import pytest

from gateway.node.postmaster import open_postmaster_mailbox
from gateway.settings.file import DomainSettings
from gateway.store.base.work import Database
from gateway.store.mailbox.mailboxes import Mailboxes
from tests.builders_settings import DOMAINS


def settings(postmaster: str = "") -> DomainSettings:
    return DomainSettings(**DOMAINS, postmaster=postmaster)


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("", "postmaster@hopital.mssante.test"),
        ("Courrier@Hopital.mssante.test", "courrier@hopital.mssante.test"),
    ],
)
def test_the_mailbox_of_the_postmaster_is_opened_once(
    database: Database, named: str, address: str
) -> None:
    assert open_postmaster_mailbox(database, settings(named)) is True
    assert open_postmaster_mailbox(database, settings(named)) is False

    with database.read() as work:
        (mailbox,) = Mailboxes(work).listed()
    assert (mailbox.address, mailbox.state) == (address, "open")
    assert (mailbox.kind, mailbox.holders) == ("ORG", frozenset())


def test_a_postmaster_elsewhere_needs_no_mailbox(database: Database) -> None:
    elsewhere = settings("admin@peer.mssante.test")

    assert open_postmaster_mailbox(database, elsewhere) is False
    with database.read() as work:
        assert Mailboxes(work).listed() == []

"""An answer that nobody opened for days: said in its thread and in the notices."""

from __future__ import annotations

from gateway.dmp_bridge.recalled import BroughtDocuments
from gateway.mssante.sending.unread import TellingUnread
from gateway.node.vaults import open_vaults
from gateway.store.inbox.unopened import wake_unread
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.mailbox.openings import Openings
from gateway.store.tasks.tasks import Task, TaskKind
from tests.mssante.post import RecordingPeer
from tests.web.browsing import Site, blocking, token_of
from tests.web.mail import DOCTOR, receive
from tests.web.patient.test_messages import answer, conversation_of
from tests.web.patient.test_undelivered import Workers

SAID = "D’après ce que voit ce service, personne n’a encore ouvert ce message."
LINE = "avait encore ouvert votre message"


def sweep(site: Site) -> None:
    """Look through the messages once, as the task of the day does."""
    step = TellingUnread(
        site.database, site.settings, BroughtDocuments(open_vaults(site.database))
    )
    with site.database.write() as work:
        wake_unread(work, 7)
    for subject in ("", "out::0"):
        job = step(Task(1, TaskKind.UNREAD, subject, 0, site.clock()))
        with site.database.write() as work:
            job(work)


@blocking
def test_it_is_said_while_it_is_so_and_a_notice_stays_true(site: Site) -> None:
    with site.database.read() as work:
        box = Mailboxes(work).find(DOCTOR)
    assert box is not None
    receive(site.database, site.patient)
    workers = Workers(site, RecordingPeer())
    workers.work()
    browser, path = site.signed_in(), conversation_of(site)
    site.clock.advance(minutes=1)
    answer(browser, path, "Je vais mieux.")
    workers.work()
    sweep(site)
    assert SAID not in browser.get(path).text

    site.clock.advance(days=7)
    sweep(site)

    browser = site.signed_in()
    page = browser.get(path).text
    assert SAID in page
    assert "Pas encore ouvert" in page
    assert "Si c’est urgent, téléphonez." in page
    assert LINE in browser.get("/notices").text
    fields = {"token": token_of(browser.get(path)), "language": "en", "back": path}
    browser.post("/language", fields)
    english = browser.get(path).text
    assert "Nobody has opened this message yet, as far as this service sees." in english

    with site.database.write() as work:
        folder = Mail(work).folders.find(box.id, "INBOX")
        assert folder is not None
        uids = [one.uid for one in Mail(work).items(folder.id)]
        Openings(work).keep(folder.id, uids, "899700000017")

    assert "Not opened yet" not in browser.get(path).text
    assert "On that day, nobody had opened your message yet" in (
        browser.get("/notices").text
    )

"""An answer that did not arrive: said on its page, with what to do, and in the list."""

from __future__ import annotations

from datetime import timedelta

from attrs import define, evolve

from gateway.dmp_bridge.filing.filing import Filing
from gateway.mssante.receipts.acknowledging import Acknowledging
from gateway.mssante.sending.confirming import Confirming
from gateway.mssante.sending.delivery import Delivering
from gateway.mssante.sending.relaying import Relaying
from gateway.mssante.sending.retry import Schedule
from gateway.node.vaults import open_vaults
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tasks.steps import Step
from gateway.store.tasks.tasks import TaskKind
from tests.mssante.post import LATER, NEVER, SENT, WAITS, RecordingPeer
from tests.web.browsing import HOUSE, Browser, Site, blocking, token_of
from tests.web.mail import DOCTOR, receive
from tests.web.patient.test_messages import answer, conversation_of

AFAR = "dr@peer.mssante.test"
REFUSED = "Ce message n’a pas pu être remis à Dr Loin."


@define
class Workers:
    """The workers of a site, run by hand; ``peer`` is the other operator."""

    site: Site
    peer: RecordingPeer
    schedule: Schedule = WAITS

    def work(self) -> None:
        """Do what is due, and what follows from it, until nothing is."""
        database, settings = self.site.database, self.site.settings
        steps: dict[TaskKind, Step] = {
            TaskKind.FILE: Filing.from_settings(
                database, open_vaults(database), settings
            ),
            TaskKind.DELIVER: Delivering(database, settings),
            TaskKind.RELAY: Relaying(database, self.peer, self.schedule),
            TaskKind.ACKNOWLEDGE: Acknowledging(database, settings),
        }
        lease = timedelta(minutes=1)
        while True:
            with database.write() as work:
                tasks = work.tasks.claim("test", steps, 50, lease)
            if not tasks:
                return
            for task in tasks:
                job = steps[task.kind](task)
                with database.write() as work:
                    assert work.tasks.finish(task, "test")
                    job(work)


def written_to_afar(site: Site) -> tuple[Browser, str, Workers]:
    """Let the patient answer a doctor of another operator; nothing is sent yet."""
    receive(site.database, site.patient, sender=AFAR, name="Dr Loin")
    workers = Workers(site, RecordingPeer())
    workers.work()
    browser = site.signed_in()
    path = conversation_of(site)
    site.clock.advance(minutes=1)
    answer(browser, path, "Je vais mieux.")
    return browser, path, workers


@blocking
def test_an_answer_the_other_operator_refused_is_said_plainly(site: Site) -> None:
    browser, path, workers = written_to_afar(site)
    workers.peer.answer = NEVER

    workers.work()

    page = browser.get(f"{path}?sent=1").text
    assert REFUSED in page
    assert "Sa messagerie ne l’a pas accepté." in page
    assert "Téléphonez à son cabinet ou à son service" in page
    assert "Votre message est envoyé." not in page
    assert "Message non remis" in browser.get("/inbox").text


@blocking
def test_it_is_said_in_english_too(site: Site) -> None:
    browser, path, workers = written_to_afar(site)
    workers.peer.answer = NEVER
    workers.work()

    fields = {"token": token_of(browser.get(path)), "language": "en", "back": path}
    browser.post("/language", fields)
    page = browser.get(path).text

    assert "This message could not be delivered to Dr Loin." in page
    assert "Telephone their practice or department" in page
    assert "Message not delivered" in browser.get("/inbox").text


@blocking
def test_a_silent_operator_is_a_delay_then_a_loss(site: Site) -> None:
    browser, path, workers = written_to_afar(site)
    workers.peer.answer = LATER
    workers.work()
    assert "Dr Loin. Nous essayons" not in browser.get(path).text

    site.clock.advance(hours=5)
    workers.work()
    browser = site.signed_in()
    page = browser.get(path).text
    assert "Ce message n’est pas encore arrivé à Dr Loin." in page
    assert "Message non remis" not in browser.get("/inbox").text

    site.clock.advance(hours=48)
    workers.work()
    browser = site.signed_in()
    page = browser.get(path).text
    assert REFUSED in page
    assert "Sa messagerie n’a pas répondu." in page
    assert "Écrivez-le de nouveau ci-dessous" in page


@blocking
def test_once_an_answer_arrives_the_list_is_calm_again(site: Site) -> None:
    browser, path, workers = written_to_afar(site)
    workers.peer.answer = NEVER
    workers.work()
    workers.peer.answer = SENT
    site.clock.advance(minutes=1)

    answer(browser, path, "Second essai.")
    workers.work()

    assert "Message non remis" not in browser.get("/inbox").text
    assert browser.get(path).text.count(REFUSED) == 1


@blocking
def test_a_mailbox_closed_here_is_named_by_its_address_where_it_is_not_the_writers(
    site: Site,
) -> None:
    receive(site.database, site.patient, name="Dr Martin", reply_to=[HOUSE, DOCTOR])
    workers = Workers(site, RecordingPeer())
    workers.work()
    browser = site.signed_in()
    path = conversation_of(site)
    answer(browser, path)
    with site.database.write() as work:
        box = Mailboxes(work).find(HOUSE)
        assert box is not None
        Mailboxes(work).set_state(box.id, "closed")

    workers.work()

    page = browser.get(path).text
    assert f"remis à {HOUSE}." in page
    assert "remis à Dr Martin" not in page
    # The form is not there any more: the address cannot be written to.
    assert "demandez qu’on vous écrive de nouveau" in page


@blocking
def test_an_answer_that_nobody_confirmed_is_said_to_be_so(site: Site) -> None:
    browser, path, workers = written_to_afar(site)
    workers.schedule = evolve(WAITS, confirm_hours=72)
    workers.work()
    assert "n’a pas confirmé" not in browser.get(path).text

    site.clock.advance(hours=72)
    Confirming(site.database).run()
    workers.work()
    page = site.signed_in().get(path).text

    assert "Ce message a été transmis à la messagerie de Dr Loin" in page
    assert "qui n’a pas confirmé son arrivée" in page
    assert "n’a pas pu être remis" not in page


@blocking
def test_an_answer_that_a_fault_of_ours_stops_is_said_to_wait(site: Site) -> None:
    browser, path, workers = written_to_afar(site)
    with site.database.write() as work:
        (task,) = work.tasks.claim("test", [TaskKind.FILE], 1, timedelta(minutes=1))
        work.tasks.bury(task, "no room")
        work.tasks.add(TaskKind.ACKNOWLEDGE, task.subject)
    assert "panne" not in browser.get(path).text

    workers.work()

    page = browser.get(path).text
    assert "Ce message n’est pas encore arrivé à Dr Loin, à cause d’une panne" in page
    assert "Inutile de l’envoyer de nouveau." in page

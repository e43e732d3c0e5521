"""Who writes to somebody they blocked is told before that no answer will come."""

from __future__ import annotations

import pytest

from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.decisions import Decisions
from tests.web.browsing import HOUSE, Site, blocking
from tests.web.mail import DOCTOR, receive
from tests.web.patient.test_messages import answer, conversation_of

NUMBER, PLACE = "899700000017", "1750000011"
SAID = "sa réponse ne vous parviendra pas"


@pytest.mark.parametrize("blocked", [DOCTOR, NUMBER])
@blocking
def test_it_is_said_where_they_write_and_whom_they_may_write_to(
    site: Site, blocked: str
) -> None:
    receive(site.database, site.patient)
    with site.database.write() as work:
        mailbox = Mailboxes(work).find(DOCTOR)
        assert mailbox is not None
        Mailboxes(work).add_holder(mailbox.id, NUMBER)
    path, browser = conversation_of(site), site.signed_in()
    before = browser.get(path).text, browser.get("/inbox/new").text

    with site.database.write() as work:
        Decisions(work).block(site.patient, blocked)
    within, new = browser.get(path).text, browser.get("/inbox/new").text

    assert not any(SAID in one for one in before)
    assert SAID in within
    assert 'href="/confidentiality#blocked"' in within
    assert "le compte repart à zéro" in before[0]
    assert "le compte repart à zéro" not in within
    assert "Bloquer cet expéditeur" in before[0]
    assert "Bloquer cet expéditeur" not in within
    assert SAID in new
    assert "(bloqué)</option>" in new
    assert 'id="blocked"' in browser.get("/confidentiality").text


@blocking
def test_the_mailbox_of_a_blocked_place_is_known_as_its(site: Site) -> None:
    receive(site.database, site.patient, sender=HOUSE, name="Cardiologie")
    with site.database.write() as work:
        mailbox = Mailboxes(work).find(HOUSE)
        assert mailbox is not None
        Mailboxes(work).add_holder(mailbox.id, PLACE)
        Decisions(work).block(site.patient, PLACE)
    browser = site.signed_in()

    assert SAID in browser.get(conversation_of(site)).text
    assert "(bloqué)</option>" in browser.get("/inbox/new").text


@pytest.mark.parametrize("site", [{"answer_messages": 1}], indirect=True)
@blocking
def test_when_they_may_write_again_is_not_when_the_blocked_write(site: Site) -> None:
    receive(site.database, site.patient)
    path, browser = conversation_of(site), site.signed_in()
    site.clock.advance(minutes=1)
    assert answer(browser, path, "Bonjour").status == 303
    before = browser.get(path).text

    with site.database.write() as work:
        Decisions(work).block(site.patient, DOCTOR)
    after = browser.get(path).text

    assert "ou dès que ce professionnel vous écrira" in before
    assert "Vous pourrez écrire à nouveau" in after
    assert "ou dès que" not in after

"""A patient writes first to a pharmacy they have been to, and to nobody else."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

from attrs import evolve

from gateway.core.envelope import RecipientKind
from gateway.core.habilitation import MatrixColumn
from gateway.core.practice import Practice
from gateway.store.inbox.reading import InboxReader
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.decisions import Decisions
from tests.dmp_bridge.reading.readers import DOCTOR, EMERGENCY, ONCE, Ward
from tests.web.browsing import Site, blocking, token_of
from tests.web.mail import PDF
from tests.web.patient.test_messages import answer, sent

SHOP = "2750000029"
ADDRESS = "pharmacie.port@hopital.mssante.test"
PHARMACIST = evolve(
    DOCTOR,
    national_id="899700000066",
    name="Sacha LEROY",
    column=MatrixColumn.PHARMACIST,
    practice=Practice(
        profession="21", section="A", structure=SHOP, place="Pharmacie du Port"
    ),
)
OFFERED = "Pharmacies où vous êtes déjà allé"


def opens(
    site: Site, address: str = ADDRESS, kind: str = "ORG", holder: str = SHOP
) -> str:
    with site.database.write() as work:
        return Mailboxes(work).add(address, kind=kind, holders=[holder])


def ward_of(site: Site) -> Ward:
    return Ward.of(site.database, site.patient)


@blocking
def test_b7_27_a_known_pharmacy_is_written_to_first_with_a_prescription(
    site: Site,
) -> None:
    contact = opens(site)
    ward_of(site).opened(PHARMACIST, ONCE)
    browser = site.signed_in()
    assert "/inbox/new" in browser.get("/inbox").text
    page = browser.get("/inbox/new").text
    assert OFFERED in page
    assert f'<option value="{contact}">Pharmacie du Port</option>' in page
    assert "Gardez l’original d’une ordonnance" in page

    done = answer(
        browser,
        "/inbox/new",
        "Voici mon ordonnance.",
        contact=contact,
        subject="Ordonnance",
        files=[("ordonnance.pdf", PDF)],
    )

    assert done.location.endswith("?sent=1#last")
    ((kept, content),) = sent(site)
    message = message_from_bytes(content, policy=default)
    assert message["To"].addresses[0].addr_spec == ADDRESS
    assert next(message.iter_attachments()).get_content() == PDF
    assert kept.recipients[0].recipient.kind is RecipientKind.MAILBOX
    # It has not answered: the exchange goes on all the same, and is offered once.
    path = done.location.partition("?")[0]
    assert answer(browser, path, "Encore moi.").location.endswith("?sent=1#last")
    again = browser.get("/inbox/new").text
    assert OFFERED not in again
    assert again.count("Pharmacie du Port</option>") == 1


@blocking
def test_b7_27_a_pharmacy_that_is_blocked_is_written_to_no_more(
    site: Site,
) -> None:
    contact = opens(site)
    ward_of(site).opened(PHARMACIST, ONCE)
    browser = site.signed_in()
    done = answer(browser, "/inbox/new", contact=contact, subject="Bonjour")
    path = done.location.partition("?")[0]
    with site.database.write() as work:
        Decisions(work).block(site.patient, SHOP)

    assert "<textarea" not in browser.get(path).text
    assert OFFERED not in browser.get("/inbox/new").text


@blocking
def test_b7_27_nobody_else_is_written_to_first(site: Site) -> None:
    """Never visited, a person's mailbox, a hospital's, an emergency, blocked."""
    ward, browser = ward_of(site), site.signed_in()
    hospital = evolve(PHARMACIST.practice, section="H", structure="1750000011")
    refused = [
        opens(site, "jamais.vue@hopital.mssante.test", holder="2750000037"),
        opens(site, "s.leroy@hopital.mssante.test", "PER", PHARMACIST.national_id),
        opens(site, "perso@hopital.mssante.test", "PER", SHOP),
        opens(site, "pui@hopital.mssante.test", holder="1750000011"),
        opens(site, "urgence@hopital.mssante.test", holder="2750000045"),
    ]
    ward.opened(PHARMACIST, ONCE)
    ward.opened(evolve(PHARMACIST, practice=hospital), ONCE)
    ward.opened(DOCTOR, ONCE)
    there = evolve(PHARMACIST.practice, structure="2750000045")
    ward.opened(
        evolve(PHARMACIST, national_id="899700000074", practice=there), EMERGENCY
    )
    blocked = opens(site)
    with site.database.write() as work:
        Decisions(work).block(site.patient, ADDRESS)

    assert OFFERED not in browser.get("/inbox/new").text
    assert "<textarea" not in browser.get("/inbox/new").text
    with site.database.write() as work:
        Decisions(work).unblock(site.patient, ADDRESS)
    assert OFFERED in browser.get("/inbox/new").text
    with site.database.write() as work:
        Decisions(work).block(site.patient, ADDRESS)
    for contact in (*refused, blocked):
        reply = browser.post(
            "/inbox/new",
            {
                "token": token_of(browser.get("/inbox")),
                "contact": contact,
                "subject": "Bonjour",
                "text": "Bonjour",
                "action": "send",
            },
        )
        assert reply.status == 404, contact
    assert sent(site) == []
    with site.database.read() as work:
        assert InboxReader(work).conversations(site.patient) == []

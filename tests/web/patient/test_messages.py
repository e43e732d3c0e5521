"""Messages: read, answered, ended, deleted, by the rules of the messaging (B4)."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

from gateway.core.envelope import Door, RecipientKind, SenderKind
from gateway.message.building import OutgoingPart
from gateway.store.arrivals.arrivals import Arrivals, KeptArrival
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.recalls import Recalls
from gateway.store.inbox.values import MayReply
from gateway.store.journal import chain_of
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.mailbox.terms import MailboxTerms
from gateway.store.tables import arrivals
from tests.builders_people import matricule
from tests.web.browsing import (
    HOUSE,
    Browser,
    Reply,
    Site,
    add_patient,
    blocking,
    token_of,
)
from tests.web.mail import DOCTOR, PDF, carried, receive
from tests.web.mail import file as put

PART = OutgoingPart(media_type="application/pdf", content=PDF, name="a.pdf")
ROBOT = "robot@labo.mssante.test"


def conversation_of(site: Site, name: str = "") -> str:
    with site.database.read() as work:
        found = InboxReader(work).conversations(site.patient)
    return next(f"/conversation/{one.id}" for one in found if name in one.name)


def fields_of(page: Reply, **values: str) -> list[tuple[str, str]]:
    hidden = {
        name: page.text.split(f'name="{name}" value="')[1].split('"')[0]
        for name in ("once", "was", "draft")
        if f'name="{name}" value="' in page.text
    }
    given = {"token": token_of(page), "action": "send", **hidden, **values}
    return list(given.items())


def action_of(page: Reply) -> str:
    return page.text.split('action="')[-1].split('"')[0]


def answer(
    browser: Browser,
    path: str,
    text: str = "Merci docteur.",
    files: list[tuple[str, bytes]] | None = None,
    **values: str,
) -> Reply:
    page = browser.get(path)
    where = page.text.split('near" method="post" action="')[1]
    return browser.send_form(
        where.split('"')[0], fields_of(page, text=text, **values), files
    )


def sent(site: Site) -> list[tuple[KeptArrival, bytes]]:
    """Return what the patient sent, as it was kept."""
    with site.database.read() as work:
        ids = work.connection.execute(
            arrivals.select().where(arrivals.c.door == Door.WEB.value)
        ).all()
        kept = [Arrivals(work).get(row.id) for row in ids]
        return [(one, Arrivals(work).content(one)) for one in kept if one is not None]


@blocking
def test_an_answer_goes_out_as_mail_and_stays_in_the_thread(site: Site) -> None:
    arrival_id = receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)

    done = answer(browser, path, files=[("ordonnance.pdf", PDF)])

    assert done.location == f"{path}?sent=1#last"
    ((kept, content),) = sent(site)
    message = message_from_bytes(content, policy=default)
    assert content.startswith(
        b"Return-Path: <279035121518989@patient.mssante.test>\r\n"
    )
    assert kept.sender.kind is SenderKind.PATIENT
    assert kept.sender.identity == site.patient
    assert kept.reverse_path == "279035121518989@patient.mssante.test"
    (outcome,) = kept.recipients
    assert outcome.recipient.kind is RecipientKind.MAILBOX
    assert outcome.recipient.address == DOCTOR
    assert message["From"].addresses[0].display_name == "Dominique PAT-TROIS"
    assert message["To"].addresses[0].addr_spec == DOCTOR
    assert message["Subject"] == "Re: Votre lettre de sortie"
    original = f"<{arrival_id}@hopital.mssante.test>"
    assert message["In-Reply-To"] == original
    assert original in message["References"]
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Merci docteur."
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "ordonnance.pdf"
    assert attached.get_content() == PDF
    page = browser.get(path)
    assert "Merci docteur." in page.text
    assert "ordonnance.pdf" in page.text


@blocking
def test_a_second_click_sends_one_message(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    page = browser.get(path)
    where = page.text.split('near" method="post" action="')[1]
    fields = fields_of(page, text="Une fois")

    for _ in range(2):
        assert browser.send_form(where.split('"')[0], fields).status == 303

    assert len(sent(site)) == 1


@blocking
def test_reply_to_takes_the_place_of_the_sender(site: Site) -> None:
    receive(
        site.database, site.patient, sender=ROBOT, name="Labo", kind="APP",
        reply_to=[HOUSE],
    )  # fmt: skip
    browser = site.signed_in()

    answer(browser, conversation_of(site))

    ((kept, _),) = sent(site)
    assert [one.recipient.address for one in kept.recipients] == [HOUSE]


@blocking
def test_a_trusted_operators_mailbox_is_written_to_from_afar(site: Site) -> None:
    receive(site.database, site.patient, sender="dr@peer.mssante.test", name="Dr Loin")
    browser = site.signed_in()

    answer(browser, conversation_of(site))

    ((kept, content),) = sent(site)
    assert kept.recipients[0].recipient.kind is RecipientKind.REMOTE
    assert b"Return-Path:" not in content  # whoever delivers it adds one


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "software without an answer address": (
        {"sender": ROBOT, "kind": "APP"},
        "logiciel que personne ne lit",
    ),
    "answer forbidden": ({"reply": MayReply.NO_REPLY}, "pas de réponse"),
    "outside the space of trust": (
        {"sender": "dr@ailleurs.test"},
        "plus dans la messagerie",
    ),
    "another patient": (
        {"sender": "288091234567823@patient.mssante.test"},
        "autres usagers",
    ),
    "closed mailbox": ({"sender": "parti@hopital.mssante.test"}, "plus dans la"),
}


@blocking
def test_b7_28_who_cannot_be_answered_is_said_and_why(site: Site) -> None:
    browser = site.signed_in()
    for number, (changes, words) in enumerate(REFUSALS.values()):
        receive(site.database, site.patient, name=f"N{number}", **changes)
        site.clock.advance(seconds=1)
        if "sender" not in changes:
            receive(site.database, site.patient, sender=HOUSE, name="Autre")
        page = browser.get(conversation_of(site, f"N{number}"))
        assert words in page.text
        assert "<textarea" not in page.text


@blocking
def test_b7_26_an_ended_exchange_takes_no_answer_until_they_write_again(
    site: Site,
) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    page = browser.get(path)
    where = page.text.split('near" method="post" action="')[1]
    with site.database.write() as work:
        Inbox(work).end_conversations(site.patient, DOCTOR)

    refused = browser.send_form(where.split('"')[0], fields_of(page, text="Quand même"))

    assert refused.status == 409
    assert "mis fin à l" in refused.text
    assert sent(site) == []
    site.clock.advance(minutes=1)
    receive(site.database, site.patient)
    assert answer(browser, path).status == 303


@blocking
def test_a_mailbox_closed_since_then_takes_no_answer(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    with site.database.write() as work:
        mailbox = Mailboxes(work).find(DOCTOR)
        assert mailbox is not None
        Mailboxes(work).set_state(mailbox.id, "closed")

    assert "<textarea" not in browser.get(conversation_of(site)).text


@blocking
def test_b7_27_a_new_message_goes_to_who_wrote_before(site: Site) -> None:
    receive(site.database, site.patient)
    receive(site.database, site.patient, sender=ROBOT, name="Robot", kind="APP")
    browser = site.signed_in()
    path = conversation_of(site, "MARTIN")
    contact = path.rpartition("/")[2]
    page = browser.get("/inbox/new")

    assert contact in page.text
    done = answer(
        browser, "/inbox/new", "Puis-je...", contact=contact, subject="Une question"
    )

    assert done.location.endswith("?sent=1#last")
    assert not done.location.startswith(path)  # it is about something else
    ((_, content),) = sent(site)
    assert message_from_bytes(content, policy=default)["Subject"] == "Une question"


@blocking
def test_until_when_an_answer_is_taken_and_their_hours_are_shown(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    now = site.database.clock()
    with site.database.write() as work:
        mailbox = Mailboxes(work).find(DOCTOR)
        assert mailbox is not None
        terms = MailboxTerms(work)
        terms.set_until(mailbox.id, site.patient, now + timedelta(minutes=9), by="x")
        hours = "De 9 h à 17 h, <b>jamais</b> le dimanche"
        terms.set_hours(mailbox.id, hours, key_id=mailbox.key_id, by="x")
    page = browser.get(path)
    where = page.text.split('near" method="post" action="')[1]

    assert "Vous pouvez répondre jusqu" in page.text
    assert "jamais&lt;/b&gt; le dimanche" in page.text

    site.clock.advance(minutes=9)
    refused = browser.send_form(where.split('"')[0], fields_of(page, text="Trop tard"))

    assert refused.status == 409
    assert "délai que ce professionnel" in refused.text
    assert sent(site) == []


@blocking
def test_b7_27_nobody_writes_first_to_a_stranger(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()

    done = answer(browser, "/inbox/new", contact="0" * 32, subject="Bonjour")

    assert done.status == 404
    assert sent(site) == []


@blocking
def test_without_any_contact_there_is_no_form(site: Site) -> None:
    page = site.signed_in().get("/inbox/new")

    assert "<textarea" not in page.text
    assert "une fois qu" in page.text


@blocking
def test_what_is_missing_or_wrong_is_said_and_the_text_is_kept(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()

    page = answer(
        browser, conversation_of(site), '</textarea><b>"é', files=[("a.exe", b"MZ")]
    )

    assert page.status == 422
    assert 'href="#files"' in page.text
    assert "a.exe" in page.text
    assert "&lt;/textarea&gt;&lt;b&gt;" in page.text
    assert sent(site) == []
    empty = answer(browser, conversation_of(site), "  ")
    assert 'href="#text"' in empty.text


@blocking
def test_a_draft_comes_back_escaped_and_goes_when_sent(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)

    saved = answer(browser, path, "Brouillon <script>x</script>", action="draft")

    assert saved.location == f"{path}?saved=1#answer"
    page = browser.get(path)
    assert "Brouillon &lt;script&gt;x" in page.text
    assert sent(site) == []
    answer(browser, path)
    assert "Brouillon du" not in browser.get(path).text


@blocking
def test_documents_of_the_vault_are_attached_as_a_doctor_can_open_them(
    site: Site,
) -> None:
    receive(site.database, site.patient)
    document = put(
        site.database, site.patient, carried("application/pdf", PDF), title="Bilan 1/2"
    )
    browser = site.signed_in()

    answer(browser, conversation_of(site), document=document)

    ((_, content),) = sent(site)
    (attached,) = message_from_bytes(content, policy=default).iter_attachments()
    assert attached.get_filename() == "Bilan 1_2.pdf"
    assert attached.get_content() == PDF


@blocking
def test_text_and_subject_of_a_message_are_only_text(site: Site) -> None:
    evil = '<img src=x onerror=alert(1)> <a href="javascript:x">y</a>'
    receive(site.database, site.patient, subject=evil, text=evil, name=evil)
    browser = site.signed_in()

    for page in (browser.get("/inbox"), browser.get(conversation_of(site))):
        assert "<img src=x" not in page.text
        assert '<a href="javascript' not in page.text
        assert "&lt;img src=x onerror" in page.text


@blocking
def test_opening_is_reading_and_leaves_a_trace(site: Site) -> None:
    arrival_id = receive(site.database, site.patient, receipt_asked=True)
    browser = site.signed_in()
    assert "1 non lu" in browser.get("/inbox").text

    browser.get(conversation_of(site))

    assert "1 non lu" not in browser.get("/inbox").text
    with site.database.read() as work:
        lines = list(work.journal.lines(chain_of(site.patient)))
        assert work.journal.verify() == []
    read = [line for line in lines if line.action == "message:read"]
    assert [(line.subject, line.outcome) for line in read] == [
        (arrival_id, "receipt-asked")
    ]


@blocking
def test_a_package_is_not_a_way_around_the_vault(site: Site) -> None:
    files = [
        OutgoingPart(media_type="application/zip", content=b"PK", name="IHE_XDM.ZIP"),
        OutgoingPart(media_type="text/plain", content=b"note", name="note.txt"),
    ]
    arrival_id = receive(site.database, site.patient, files=files, outcome="FILED")
    document = put(
        site.database, site.patient, carried("application/pdf", PDF),
        arrival_id=arrival_id,
    )  # fmt: skip
    browser = site.signed_in()

    page = browser.get(conversation_of(site))

    assert "IHE_XDM" not in page.text
    assert f"/documents/{document}" in page.text
    link = page.text.split('href="/message/')[1].split('"')[0]
    assert link.endswith("/file/1")
    assert browser.get(f"/message/{link}").body == b"note"
    assert browser.get(f"/message/{link[:-1]}0").status == 404


@blocking
def test_a_document_that_was_not_filed_is_said_to_be_missing(site: Site) -> None:
    receive(site.database, site.patient, outcome="DOC_INVALID")
    browser = site.signed_in()

    assert "n’était pas lisible" in browser.get(conversation_of(site)).text


@blocking
def test_a_hidden_message_is_not_there_until_its_day(site: Site) -> None:
    day = site.clock() + timedelta(days=30)
    receive(site.database, site.patient, hidden_until=day, subject="Annonce")
    browser = site.signed_in()

    assert "Annonce" not in browser.get("/inbox").text
    with site.database.read() as work:
        assert InboxReader(work).count(site.patient) == 0


@blocking
def test_a_deleted_conversation_asks_first_and_is_gone(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    asked = browser.get(f"{path}/delete")

    done = browser.post(f"{path}/delete", {"token": token_of(asked)})

    assert done.location == "/inbox?deleted=1"
    assert "MARTIN" not in browser.get("/inbox").text
    assert "MARTIN" in browser.get("/inbox/new").text


@blocking
def test_the_patients_own_address_is_there_to_give(site: Site) -> None:
    page = site.signed_in().get("/inbox")

    shown = page.text.replace("<wbr>", "")  # where a narrow screen may break it
    assert "279035121518989@patient.mssante.test" in shown


@blocking
def test_writing_says_that_it_is_not_for_emergencies(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()

    assert "15" in browser.get(conversation_of(site)).text.split("textarea")[-1]


@blocking
def test_what_was_taken_back_says_so_in_its_place(site: Site) -> None:
    arrival_id = receive(site.database, site.patient, files=[PART])
    browser = site.signed_in()
    path = conversation_of(site)
    with site.database.write() as work:
        message = Recalls(work).find(site.patient, arrival_id)
        assert message is not None
        Recalls(work).take_back(site.patient, message)
    link = f"/message/{message.id}/file/0"

    for where in ("/home", "/inbox"):
        assert "Envoyé par erreur, repris" in browser.get(where).text
    page = browser.get(path)

    assert "vous avait été envoyé par erreur" in page.text
    assert "Voici votre lettre de sortie" not in page.text
    assert browser.get(link).status == 404
    browser.post(f"{path}/delete", {"token": token_of(browser.get(f"{path}/delete"))})
    assert browser.get("/inbox").text.count(path) == 0


@blocking
def test_any_document_is_attached_from_its_own_page(site: Site) -> None:
    receive(site.database, site.patient)
    oldest = put(site.database, site.patient, carried("application/pdf", PDF))
    site.clock.advance(minutes=1)
    for number in range(31):
        title = f"Autre {number}"
        put(site.database, site.patient, carried("application/pdf", PDF), title=title)
    browser = site.signed_in()
    path = conversation_of(site)

    assert oldest not in browser.get("/inbox/new").text
    link = f"/inbox/new?document={oldest}"
    assert link in browser.get(f"/documents/{oldest}").text
    page = browser.get(link)
    assert f'value="{oldest}" checked' in page.text
    sending = fields_of(page, text="Voici", subject="Mon bilan", document=oldest)
    sending.append(("contact", path.rpartition("/")[2]))
    done = browser.send_form(
        page.text.split('near" method="post" action="')[1].split('"')[0], sending
    )

    assert done.location.endswith("?sent=1#last")
    assert not done.location.startswith(path)  # it is about something else
    ((_, content),) = sent(site)
    (attached,) = message_from_bytes(content, policy=default).iter_attachments()
    assert attached.get_content() == PDF


@blocking
def test_a_document_that_is_not_theirs_is_not_offered(site: Site) -> None:
    receive(site.database, site.patient)
    other = put(
        site.database,
        add_patient(site.database, ins=matricule(7), login="autre-nom"),
        carried("text/plain", b"x"),
    )
    browser = site.signed_in()

    page = browser.get(f"/inbox/new?document={other}")

    assert page.status == 200
    assert other not in page.text.replace(f"document={other}", "")

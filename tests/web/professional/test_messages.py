"""A professional writes to patients and reads their answers by pages."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from gateway.core.envelope import Door
from gateway.message.building import OutgoingPart
from gateway.message.outline import read_outline
from gateway.rights.profile import ProfileState
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import ConversationState, MayReply
from gateway.store.journal import Action, chain_of
from gateway.store.mailbox.folders import Folders
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.terms import MailboxTerms
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import arrivals
from tests.builders_cda import PDF
from tests.builders_people import MATRICULE, open_profile
from tests.web.browsing import Browser, Reply, blocking, token_of
from tests.web.professional.browsing import DOCTOR, ProSite
from tests.web.professional.mailing import (
    BORN,
    HOUSE,
    OWN,
    PATIENT,
    add_mailbox,
    conversations,
    exchange,
    filled,
    patient_writes,
    work_off,
    write,
)
from tests.web.professional.test_filing import open_record

NO = "Non, aucun message ne peut être envoyé"
PART = OutgoingPart(media_type="application/pdf", content=PDF, name="bilan.pdf")


def look(browser: Browser, ins: str = MATRICULE, born: str = BORN) -> Reply:
    page = browser.get("/reach")
    fields = {"token": token_of(page), "ins": ins, "born": born}
    return browser.post("/reach", fields)


def post(browser: Browser, path: str, page: Reply, **fields: str) -> Reply:
    return browser.post(path, {"token": token_of(page), **fields})


@blocking
def test_who_asks_hears_yes_and_the_address_and_the_patient_sees_it(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()

    page = look(browser)
    begun = post(browser, "/write", page, ins=MATRICULE, born=BORN, action="begin")

    assert "Oui, un message peut être envoyé" in page.text
    assert f"{MATRICULE}@<wbr>patient.mssante.test" in page.text
    assert "PAT-TROIS" not in page.text
    assert f'value="{MATRICULE}"' in begun.text
    with pages.database.read() as work:
        (line,) = [
            work.journal.opened(one)
            for one in work.journal.latest(chain_of(patient), [Action.RECIPIENT_LOOKED])
        ]
    assert line.outcome == "yes"
    assert line.detail["person"] == "Camille MOREAU"


@blocking
def test_each_no_is_the_same_no(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()

    answers = [look(browser, ins="299999999999999"), look(browser, born="1950-01-01")]
    with pages.database.write() as work:
        Decisions(work).block(patient, DOCTOR)
    answers.append(look(browser))
    with pages.database.write() as work:
        Decisions(work).unblock(patient, DOCTOR)
        profile = Profiles(work).get(patient)
        assert profile is not None
        Profiles(work).set_state(profile, ProfileState.CLOSED)
    answers.append(look(browser))

    refused = [write(browser), write(browser, born="1950-01-01")]

    assert {one.status for one in refused} == {422}
    for one in refused:
        assert "Vérifiez le numéro et la date" in one.text
    with pages.database.read() as work:
        lines = list(work.journal.lines())
    assert sum(one.action == Action.PAGE_REFUSED for one in lines) == len(answers) + 2
    assert [NO in one.text for one in answers] == [True] * 4
    said = {
        one.text.split('role="status"')[1].split("</section>")[0] for one in answers
    }
    assert len(said) == 1
    assert "patient.mssante.test" not in answers[-1].text


@pytest.mark.parametrize("pages", [{"look_ups": 2}], indirect=True)
@blocking
def test_whoever_asks_too_often_waits(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()

    replies = [look(browser) for _ in range(3)]
    pages.clock.advance(hours=1, minutes=1)
    later = look(pages.sign_in())

    assert [one.status for one in replies] == [200, 200, 429]
    assert "Oui, un message" not in replies[-1].text
    assert later.status == 200


@blocking
def test_of_an_open_record_it_is_told_at_once(pages: ProSite) -> None:
    open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    opened = open_record(pages, DOCTOR)

    page = browser.get(f"/reach?record={opened}")
    sent = write(browser, f"/write?record={opened}", record=opened, ins="", born="")
    gone = browser.get("/reach?record=" + "0" * 32)

    assert "Oui, un message" in page.text
    assert sent.status == 303
    assert "plus ouvert" in gone.text


@blocking
def test_a_message_goes_the_way_of_mail_and_its_answer_comes_back(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    mailbox = add_mailbox(pages)
    browser = pages.sign_in()
    where, fields = filled(browser)

    sent = browser.send_form(where, fields, [("bilan.pdf", PDF)])
    again = browser.send_form(where, fields, [("bilan.pdf", PDF)])
    work_off(pages)

    assert sent.location == f"/messages?mailbox={mailbox}&sent=1" == again.location
    (conversation,) = conversations(pages, patient)
    assert conversation.address == OWN
    assert conversation.name == "Dr Camille MOREAU"
    with pages.database.read() as work:
        (message,) = InboxReader(work).messages(patient, conversation.id)
        row = work.connection.execute(arrivals.select()).one()
        kept = Arrivals(work).get(row.id)
    assert kept is not None
    assert kept.door is Door.PROFESSIONAL
    assert kept.sender.identity == DOCTOR
    assert kept.reverse_path == OWN
    assert message.subject == "Votre échographie"
    assert message.text.split() == ["Bonjour,", "Tout", "va", "bien."]
    assert message.proven.upper().endswith("MOREAU")
    assert message.reply is MayReply.REPLY
    assert [one.name for one in message.files] == ["bilan.pdf"]

    # Whoever named a number learns no name before the patient gives theirs.
    assert "PAT-TROIS" not in browser.get(exchange(browser)).text

    pages.clock.advance(minutes=1)
    patient_writes(pages, patient, mailbox, files=(PART,))
    listed = browser.get("/messages")
    path = exchange(browser)
    page = browser.get(path)
    assert 'class="tag new"' in page.text
    read = browser.get("/messages")
    file = page.text.split(f'href="{path}/')[1].split('"')[0]

    assert "1 non lu" in listed.text
    assert "1 non lu" not in read.text
    assert MATRICULE not in path
    assert "Merci docteur." in page.text
    assert "Bonjour," in page.text
    assert browser.get(f"{path}/{file.removesuffix('/view')}").body == PDF
    assert b"%PDF" in browser.get(f"{path}/{file}").body

    answered = write(browser, path, subject="", text="À lundi.")
    work_off(pages)

    assert answered.location == f"{path}?done=sent#last"
    with pages.database.read() as work:
        last = InboxReader(work).messages(patient, conversation.id)[-1]
        content = InboxReader(work).content(last)
    answer = message_from_bytes(content, policy=default)
    assert answer["Subject"] == "Re: Votre échographie"
    assert "@patient.mssante.test" in answer["In-Reply-To"]


@blocking
def test_a_mail_program_finds_what_the_page_sent_and_marked(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    mailbox = add_mailbox(pages)
    browser = pages.sign_in()
    write(browser)
    patient_writes(pages, patient, mailbox)
    browser.get(exchange(browser))

    with pages.database.read() as work:
        by_name = {one.name: one for one in Folders(work).listed(mailbox)}
        sent = Mail(work).entries(by_name["Sent"].id)
        received = Mail(work).entries(by_name["INBOX"].id)
        lines = [one for one in work.journal.lines() if one.action == "message:open"]
    assert [flags for _, flags in sent] == ["\\Seen"]
    assert [flags for _, flags in received] == ["\\Seen"]
    assert [(one.outcome, one.detail["identity"]) for one in lines] == [
        ("page", DOCTOR)
    ]


@blocking
def test_a_shared_mailbox_names_who_opened_a_message_first(pages: ProSite) -> None:
    colleague = "899700000099"
    patient = open_profile(pages.database)
    house = add_mailbox(pages, HOUSE, colleague, DOCTOR, kind="ORG")
    browser = pages.sign_in()
    pages.knows(national_id=colleague)
    patient_writes(pages, patient, house, to=HOUSE)
    page = browser.get(exchange(browser))

    assert "Personne ne l" not in page.text  # who looks has opened it
    assert "Ouvert en premier par Camille MOREAU" in page.text

    write(browser, exchange(browser), subject="")
    work_off(pages)
    (conversation,) = conversations(pages, patient)
    with pages.database.read() as work:
        message = InboxReader(work).messages(patient, conversation.id)[-1]
    assert conversation.name == "Service de cardiologie"
    assert "Message écrit par Camille MOREAU." in message.text


@blocking
def test_another_persons_mailbox_is_not_there(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    own = add_mailbox(pages)
    other = add_mailbox(pages, HOUSE, "899700000099", "1750000011", kind="ORG")
    patient_writes(pages, patient, own)
    patient_writes(pages, patient, other, to=HOUSE)
    browser = pages.sign_in()
    path = exchange(browser)
    thread = path.rpartition("/")[2]
    page = browser.get(path)

    assert HOUSE not in browser.get("/messages").text
    assert browser.get(f"/messages?mailbox={other}").status == 404
    assert browser.get(f"/messages/{other}/{thread}").status == 404
    assert browser.get(f"/messages/{own}/{'0' * 32}").status == 404
    for act in ("end", "window"):
        assert post(browser, f"/messages/{other}/{thread}/{act}", page).status == 404
    forged = write(browser, mailbox=other)
    assert forged.status == 422
    assert "Choisissez une de vos boîtes" in forged.text
    hours = post(browser, "/texts/hours", page, mailbox=other, hours="jamais")
    assert hours.status == 404


@blocking
def test_only_what_patients_wrote_by_their_pages_is_an_exchange(pages: ProSite) -> None:
    mailbox = add_mailbox(pages)
    browser = pages.sign_in()
    with pages.database.write() as work:
        folder = Folders(work).ensure(mailbox)[0]
    forged = (
        f"From: {PATIENT}\r\nTo: {OWN}\r\nSubject: faux\r\n\r\nbonjour\r\n".encode()
    )
    parcel = pages.database.prepare(forged)
    with pages.database.write() as work:
        Mail(work).append(
            folder,
            parcel,
            read_outline(forged),
            flags=(),
            internal_date=work.now,
            quota=10_000,
        )

    page = browser.get("/messages")

    assert "faux" not in page.text
    assert "Aucun message avec un patient" in page.text


@blocking
def test_b7_26_what_was_ended_is_opened_again_by_writing(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    write(browser)
    work_off(pages)
    path = exchange(browser)
    pages.clock.advance(minutes=1)

    ended = post(browser, f"{path}/end", browser.get(path))
    twice = post(browser, f"{path}/end", browser.get(path))
    work_off(pages)
    page = browser.get(path)

    assert (ended.status, twice.status) == (303, 303)
    assert "Vous avez terminé cet échange" in page.text
    assert "[FIN]" not in page.text
    (conversation,) = conversations(pages, patient)
    assert conversation.state is ConversationState.ENDED
    assert conversation.messages == 1

    pages.clock.advance(minutes=1)
    write(browser, path, subject="", text="J’ai oublié une chose.")
    work_off(pages)

    assert conversations(pages, patient)[0].state is ConversationState.OPEN
    assert "Vous avez terminé cet échange" not in browser.get(path).text


@blocking
def test_a_last_day_to_answer_is_set_changed_and_taken_away(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    mailbox = add_mailbox(pages)
    browser = pages.sign_in()
    today = pages.desk.day(pages.clock())

    def until() -> str:
        with pages.database.read() as work:
            found = MailboxTerms(work).until(mailbox, patient)
        return "" if found is None else f"{pages.desk.day(found - timedelta(hours=1))}"

    past = write(browser, take="until", until=f"{today - timedelta(days=1)}")
    late = write(browser, take="until", until=f"{today + timedelta(days=367)}")
    assert (past.status, late.status) == (422, 422)
    assert write(browser, take="until", until=f"{today}").status == 303
    work_off(pages)
    path = exchange(browser)
    page = browser.get(path)
    assert until() == f"{today}"
    assert f'value="{today}"' in page.text

    week = today + timedelta(days=7)
    changed = post(browser, f"{path}/window", page, until=f"{week}")
    assert changed.status == 303
    assert until() == f"{week}"
    wrong = post(browser, f"{path}/window", page, until="demain")
    assert wrong.status == 422
    assert until() == f"{week}"
    assert post(browser, f"{path}/window", page, until="").status == 303
    assert until() == ""


@blocking
def test_a_message_that_takes_no_answer_says_so_as_mail_does(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()

    write(browser, take="none")
    work_off(pages)

    (conversation,) = conversations(pages, patient)
    assert conversation.state is ConversationState.NO_REPLY
    assert "ne reçoivent pas de réponse" in browser.get(exchange(browser)).text


WRONG = {
    "no subject": ({"subject": ""}, "Écrivez un objet"),
    "a mark of mail programs": ({"subject": "[FIN]"}, "Écrivez un autre objet"),
    "long subject": ({"subject": "x" * 201}, "trop long"),
    "no text": ({"text": ""}, "Écrivez votre message"),
    "long text": ({"text": "x" * 20_001}, "trop long"),
    "no day": ({"take": "until"}, "Choisissez un jour"),
    "nobody": ({"born": "1950-01-01"}, "Aucun message ne peut être envoyé"),
}


@blocking
def test_what_is_wrong_is_said_and_nothing_is_sent(pages: ProSite) -> None:
    open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()

    for said, words in WRONG.values():
        refused = write(browser, **said)
        assert refused.status == 422
        assert words in refused.text
    where, fields = filled(browser)
    most = pages.settings.professional.files_of_message
    many = [(f"{number}.pdf", PDF) for number in range(most + 1)]
    for files in ([("virus.exe", b"MZ")], many):
        assert browser.send_form(where, fields, files).status == 422
    with pages.database.read() as work:
        assert work.connection.execute(arrivals.select()).all() == []


@blocking
def test_who_holds_no_mailbox_is_told_and_sends_nothing(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()

    assert "pas de boîte aux lettres" in browser.get("/messages").text
    assert "pas de boîte aux lettres" in browser.get("/write").text


@pytest.mark.parametrize("blocked", [DOCTOR, OWN, "c.moreau@hopital.mssante.test"])
@blocking
def test_a_patient_who_blocks_is_not_written_to_in_an_old_exchange(
    pages: ProSite, blocked: str
) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    write(browser)
    work_off(pages)
    path = exchange(browser)
    where, fields = filled(browser, path, subject="")
    add_mailbox(pages, "c.moreau@hopital.mssante.test")
    with pages.database.write() as work:
        Decisions(work).block(patient, blocked)

    refused = browser.send_form(where, fields)
    work_off(pages)

    assert refused.status == 409
    assert "Vous ne pouvez pas écrire" in refused.text
    assert conversations(pages, patient)[0].messages == 1


@pytest.mark.parametrize("pages", [{"templates": 1}], indirect=True)
@blocking
def test_a_text_of_ones_own_is_kept_put_in_changed_and_deleted(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    add_mailbox(pages)
    browser = pages.sign_in()
    page = browser.get("/texts")
    kept = post(browser, "/texts", page, name="Bilan", text="Votre bilan est <bon>.")
    more = post(browser, "/texts", page, name="Autre", text="x")
    listed = browser.get("/texts")
    template = listed.text.split('href="/texts?edit=')[1].split("#")[0]

    put = write(browser, action="template", template=template, text="Bonjour,")

    assert kept.location == "/texts?done=kept"
    assert more.status == 409
    assert "Bonjour,\n\nVotre bilan est &lt;bon&gt;." in put.text
    assert conversations(pages, patient) == []

    changed = post(
        browser, "/texts", page, id=template, name="Bilan", text="Votre bilan arrive."
    )
    assert changed.status == 303
    assert "arrive" in browser.get("/texts").text
    foreign = post(browser, "/texts", page, id="0" * 32, name="x", text="x")
    assert foreign.status == 404
    assert post(browser, "/texts/remove", page, id=template).status == 303
    assert "arrive" not in browser.get("/texts").text
    for name, text in (("", "x"), ("x", ""), ("x" * 81, "x"), ("x", "x" * 5001)):
        assert post(browser, "/texts", page, name=name, text=text).status == 422


@blocking
def test_the_hours_of_a_mailbox_are_set_and_taken_away(pages: ProSite) -> None:
    mailbox = add_mailbox(pages)
    browser = pages.sign_in()
    page = browser.get("/texts")

    set_ = post(browser, "/texts/hours", page, mailbox=mailbox, hours="De 9 h à 17 h")
    shown = browser.get("/texts").text
    long = post(browser, "/texts/hours", page, mailbox=mailbox, hours="x" * 301)
    gone = post(browser, "/texts/hours", page, mailbox=mailbox, hours="")

    assert set_.location == "/texts?done=hours#hours"
    assert 'value="De 9 h à 17 h"' in shown
    assert long.status == 422
    assert gone.status == 303
    assert "De 9 h" not in browser.get("/texts").text

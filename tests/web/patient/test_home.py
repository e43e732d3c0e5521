"""The first page: what is to be done, what is new, who else was there; only truly."""

from __future__ import annotations

import re

from gateway.core.texts.notices import NoticeKind
from gateway.store.inbox.inbox import Inbox
from gateway.store.journal import OPERATOR, Action, chain_of
from gateway.store.patients.notices import Notices, get_notice
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.reaching import Reaching
from tests.dmp_bridge.reading.readers import (
    DOCTOR,
    EMERGENCY,
    LOCUM,
    NURSE,
    REASON,
    TEAM,
    TEAM_AGAIN,
    Ward,
)
from tests.web.browsing import HOUSE, Site, blocking, token_of
from tests.web.mail import PDF, carried, file, narrative, receive
from tests.web.patient.test_browser import lose_answers
from tests.web.patient.test_messages import answer, conversation_of

NBSP = "\u00a0"


@blocking
def test_signing_in_leads_home_and_an_empty_space_says_so(site: Site) -> None:
    page = site.sign_in().get("/home").text

    assert "Bonjour Dominique" in page
    assert "samedi 21 novembre 2026" in page
    assert "C’est votre première visite." in page
    assert "Rien de nouveau" in page
    assert "À faire" not in page
    assert "aucun professionnel n’a ouvert votre dossier" in page
    assert "279035121518989@<wbr>patient.mssante.test" in page


@blocking
def test_the_first_page_leads_home_once_signed_in(site: Site) -> None:
    assert site.browser().get("/").location == "/sign-in"
    assert site.signed_in().get("/").location == "/home"


@blocking
def test_who_could_not_be_reached_is_told_at_the_next_signing_in(site: Site) -> None:
    with site.database.write() as work:
        profile = Profiles(work).get(site.patient)
        assert profile is not None
        notice_id = Notices.of(work, site.settings).make(profile, NoticeKind.SHOWN)
    with site.database.write() as work:
        notice = get_notice(work, notice_id)
        assert notice is not None
        Reaching(work).failed(notice)
    browser = site.signed_in()

    page = browser.get("/home")
    assert "Nous n’avons pas pu vous joindre" in page.text
    assert "dominique@<wbr>courriel.example" in page.text
    assert 'href="/account/email"' in page.text
    browser.post("/account/email/works", {"token": token_of(page)})
    assert "Nous n’avons pas pu vous joindre" not in browser.get("/home").text


@blocking
def test_the_last_visit_is_the_one_before_this_one(site: Site) -> None:
    site.sign_in()
    site.clock.advance(days=2, hours=3)

    page = site.sign_in().get("/home").text

    assert (
        f"Votre dernière visite\u00a0: samedi 21 novembre 2026 à 10{NBSP}h{NBSP}00"
        in page
    )


@blocking
def test_what_is_unread_is_new_until_it_is_opened(site: Site) -> None:
    document = file(site.database, site.patient, narrative("x"), title="Bilan")
    receive(site.database, site.patient, subject="Vos résultats")
    browser = site.signed_in()

    page = browser.get("/home").text
    assert "Nouveau document" in page
    assert f"/documents/{document}" in page
    assert "1 nouveau message" in page
    assert "Vos résultats" in page

    browser.get(f"/documents/{document}")
    browser.get(conversation_of(site))
    page = browser.get("/home").text
    assert "Rien de nouveau" in page
    assert f"/documents/{document}" not in page


@blocking
def test_what_is_unread_is_told_however_much_newer_was_opened(site: Site) -> None:
    oldest = file(site.database, site.patient, narrative("x"), title="Ancien")
    newer = [file(site.database, site.patient, narrative("y")) for _ in range(31)]
    receive(site.database, site.patient, sender=HOUSE, name="Cardiologie", kind="ORG")
    for number in range(31):
        sender = f"dr.{number}@hopital.mssante.test"
        receive(site.database, site.patient, sender=sender)
    with site.database.write() as work:
        for document in newer:
            site.vault(work).mark_read(document)
        inbox = Inbox(work)
        for one in inbox.reader.conversations(site.patient):
            if one.name != "Cardiologie":
                inbox.open(site.patient, one.id)
    browser = site.signed_in()

    page = browser.get("/home").text

    assert "Rien de nouveau" not in page
    assert "Cardiologie" in page
    assert f"/documents/{oldest}" in page
    assert oldest in browser.get("/documents?unread=1").text


@blocking
def test_more_than_is_shown_leads_to_the_list_of_what_is_not_opened(
    site: Site,
) -> None:
    for _ in range(6):
        file(site.database, site.patient, narrative("x"))
    browser = site.signed_in()

    page = browser.get("/home").text

    link = "/documents?unread=1&amp;order=filed"
    assert link in page
    assert "6 documents" in browser.get(link.replace("&amp;", "&")).text


@blocking
def test_what_was_there_at_the_last_visit_is_unread_but_not_new(site: Site) -> None:
    receive(site.database, site.patient, sender=HOUSE, name="Cardiologie", kind="ORG")
    site.clock.advance(minutes=1)
    site.sign_in()
    site.clock.advance(days=1)
    receive(site.database, site.patient, subject="Un")
    receive(site.database, site.patient, subject="Re: Un")
    browser = site.sign_in()

    page = browser.get("/home").text

    before, after = page.index("2 nouveaux messages"), page.index("1 non lu</span></p>")
    assert page.index("Dr Claire MARTIN") < before < page.index("Cardiologie") < after


@blocking
def test_a_lost_message_and_a_draft_are_to_be_done(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    answer(browser, path, "Merci docteur.")
    lose_answers(site)
    answer(browser, path, "Je reprends.", action="draft")
    fields = {"token": token_of(browser.get("/inbox/new")), "text": "À qui ?"}
    browser.post("/inbox/new", {**fields, "action": "draft"})

    page = browser.get("/home").text

    assert "Votre dernier message à Dr Claire MARTIN n’a pas été remis." in page
    assert "Finir votre réponse à Dr Claire MARTIN" in page
    assert "Finir votre message" in page
    assert f'href="{path}#answer"' in page


@blocking
def test_a_draft_that_cannot_be_sent_any_more_is_nothing_to_do(site: Site) -> None:
    receive(site.database, site.patient, sender=HOUSE, name="Cardiologie", kind="ORG")
    browser = site.signed_in()
    answer(browser, conversation_of(site, "Cardiologie"), "Je…", action="draft")
    with site.database.write() as work:
        Inbox(work).end_conversations(site.patient, HOUSE)

    assert "Finir votre réponse" not in browser.get("/home").text


@blocking
def test_an_operators_look_is_shown_by_name_with_its_reason(site: Site) -> None:
    with site.database.write() as work:
        said = {"by": "admin:paule", "reason": "appel du patient"}
        chain = chain_of(site.patient)
        work.note(
            Action.OPERATOR_READ, "patient show", site.patient, chain=chain, **said
        )
        work.note(
            Action.OPERATOR_READ, "patient list", "all", chain=OPERATOR, by="admin:zoe"
        )

    page = site.signed_in().get("/home").text

    assert f"Opérateur du service{NBSP}: admin:paule" in page
    assert "A regardé les données de votre compte\u00a0: appel du patient" in page
    assert "zoe" not in page

    site.clock.advance(days=91)
    assert "paule" not in site.signed_in().get("/home").text


@blocking
def test_the_professionals_who_opened_the_record_are_named(site: Site) -> None:
    ward = Ward.of(site.database, site.patient)
    ward.opened(DOCTOR, TEAM)
    ward.opened(NURSE, TEAM_AGAIN)
    site.clock.advance(days=1)
    ward.opened(NURSE, TEAM_AGAIN)
    ward.opened(LOCUM, EMERGENCY)

    page = site.signed_in().get("/home").text
    told = page.split('id="readings"')[1].split("</section>")[0]

    assert re.findall(r"<h3>(.*?)</h3>", told) == [
        "Dr Hugo PERRIN",
        "Nadia BENALI",
        "Dr Samuel LEMAÎTRE",
    ]
    assert "Cabinet du Port" in told
    assert told.count("Urgence") == 1
    assert REASON in told
    assert told.count("2 fois") == 1
    assert "aucun professionnel" not in told
    site.clock.advance(days=91)
    told = site.signed_in().get("/home").text
    assert "PERRIN" not in told
    assert "aucun professionnel n’a ouvert votre dossier" in told


@blocking
def test_what_an_operator_did_again_for_the_same_reason_is_said_once(
    site: Site,
) -> None:
    chain = chain_of(site.patient)
    for reason in ("ticket 1", "ticket 2", "ticket 1", "ticket 1"):
        site.clock.advance(seconds=5)
        with site.database.write() as work:
            work.note(
                Action.OPERATOR_READ,
                "patient show",
                site.patient,
                chain=chain,
                by="admin:paule",
                reason=reason,
            )

    page = site.signed_in().get("/home").text

    assert page.count("A regardé les données de votre compte") == 2
    assert page.index("ticket 1") < page.index("ticket 2")
    assert page.count("3 fois") == 1


@blocking
def test_older_messages_are_folded_and_what_is_new_is_open(site: Site) -> None:
    for number in range(4):
        receive(site.database, site.patient, subject="Lettre", text=f"Lettre {number}")
        site.clock.advance(minutes=1)
    browser = site.signed_in()
    path = conversation_of(site)

    first = browser.get(path).text
    assert first.count('<article class="sheet msg theirs">') == 4
    assert first.count('<span class="tag new">') == 4
    again = browser.get(path).text
    assert again.count('<article class="sheet msg theirs">') == 1
    assert "3 messages plus anciens" in again
    assert again.index("Lettre 0") < again.index('id="last"') < again.index("Lettre 3")
    assert '<span class="tag new">' not in again


@blocking
def test_a_name_is_verified_only_where_the_certificate_says_it(site: Site) -> None:
    receive(
        site.database, site.patient, name="Dr Claire MARTIN", proven="Claire Martin"
    )
    page = site.signed_in().get(conversation_of(site)).text
    assert "Identité vérifiée par certificat" in page

    site.clock.advance(minutes=1)
    receive(
        site.database, site.patient, name="Dr Claire MARTIN", proven="Autre Cabinet"
    )
    page = site.signed_in().get(conversation_of(site)).text
    assert "Identité vérifiée par certificat" not in page
    assert "Nom non vérifié" in page
    assert "avec le certificat de\u00a0: Autre Cabinet" in page


@blocking
def test_a_kind_of_document_has_its_picture_and_its_word(site: Site) -> None:
    file(site.database, site.patient, narrative("x"), title="Bilan")
    file(site.database, site.patient, carried("application/pdf", PDF), title="Radio")

    page = site.signed_in().get("/documents").text

    assert 'class="tile lettre"' in page
    assert page.count("Lettre de liaison à la sortie") >= 1
    assert 'id="i-lettre"' in page
    assert 'id="i-vax"' not in page

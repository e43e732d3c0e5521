"""What is not sent is a draft, whatever the way; any document goes into a message."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core.document import Availability, Visibility
from gateway.dmp_bridge.withdrawing import withdraw
from gateway.node.vaults import open_vaults
from gateway.store.inbox.drafts import Begun, Draft, DraftReader, Drafts
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import MayReply
from tests.builders_people import matricule
from tests.web.browsing import (
    Browser,
    Reply,
    Site,
    add_patient,
    blocking,
    token_of,
)
from tests.web.mail import DOCTOR, carried, file, receive
from tests.web.mail import PDF as A_PDF
from tests.web.patient.test_kept_writing import action_of
from tests.web.patient.test_messages import answer, conversation_of, fields_of, sent

TEXT = "Bonjour docteur, voici ma longue question."
FEW = {"max_files": 2, "max_drafts": 2}


def drafts(site: Site) -> list[Draft]:
    with site.database.read() as work:
        return DraftReader(InboxReader(work)).all(site.patient, 10)


def put(site: Site, title: str, **more: Any) -> str:
    return file(
        site.database,
        site.patient,
        carried("application/pdf", A_PDF),
        title=title,
        **more,
    )


def write_new(browser: Browser, address: str = "/inbox/new", **values: str) -> Reply:
    page = browser.get(address)
    return browser.send_form(action_of(page.text), fields_of(page, **values))


@blocking
def test_an_answer_with_a_mistake_is_kept_and_one_emptied_is_not(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)

    refused = answer(browser, path, TEXT, files=[("virus.exe", b"MZ")])

    assert refused.status == 422
    assert [one.begun.text for one in drafts(site)] == [TEXT]
    assert TEXT in browser.get(path).text
    inbox = browser.get("/inbox").text
    assert 'Brouillons <span class="n">1</span>' in inbox
    assert "Brouillon</span>" in inbox
    answer(browser, path, "", action="draft")
    assert drafts(site) == []


@blocking
def test_an_answer_that_comes_after_the_end_is_kept_to_be_read(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    page = browser.get(path)
    with site.database.write() as work:
        Inbox(work).end_conversations(site.patient, DOCTOR)

    refused = browser.send_form(action_of(page.text), fields_of(page, text=TEXT))

    assert refused.status == 409
    assert TEXT not in refused.text
    shown = browser.get("/inbox/drafts").text
    assert TEXT in shown
    assert "Cet échange est terminé" in shown
    assert "Continuer" not in shown


@pytest.mark.parametrize("site", [FEW], indirect=True)
@blocking
def test_new_messages_are_drafts_of_their_own_listed_gone_on_with_and_deleted(
    site: Site,
) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    for number in range(3):
        missing = write_new(browser, text=f"Texte {number}", subject=f"S {number}")
        assert missing.status == 422
        assert "à qui vous écrivez" in missing.text
        site.clock.advance(minutes=1)

    first, second = drafts(site)
    assert (first.begun.text, second.begun.text) == ("Texte 2", "Texte 1")
    listed = browser.get("/inbox/drafts")
    assert "À personne encore" in listed.text
    assert "S 2" in listed.text
    gone = browser.post(f"/inbox/drafts/{first.id}/delete", {"token": token_of(listed)})
    assert gone.location == "/inbox/drafts?deleted=1"
    assert "Le brouillon est supprimé." in browser.get(gone.location).text

    address = f"/inbox/new?draft={second.id}"
    page = browser.get(address)
    assert "Texte 1" in page.text
    contact = page.text.split('<option value="')[2].split('"')[0]
    done = write_new(
        browser,
        address,
        text="Texte 1",
        subject="S 1",
        contact=contact,
        draft=second.id,
    )
    assert "sent=1" in done.location
    assert drafts(site) == []
    assert browser.get(address).status == 404
    assert len(sent(site)) == 1


@blocking
def test_a_new_message_stands_in_a_conversation_on_its_own_subject(site: Site) -> None:
    receive(site.database, site.patient, subject="Votre bilan")
    browser = site.signed_in()
    contact = conversation_of(site).rpartition("/")[2]

    done = write_new(browser, text=TEXT, subject="Mon vaccin", contact=contact)

    place = done.location.split("?")[0]
    assert place != f"/conversation/{contact}"
    page = browser.get(place).text
    assert "<strong>Mon vaccin</strong>" in page
    assert "Votre bilan" not in page
    ((_, content),) = sent(site)
    assert b"In-Reply-To" not in content
    # It may be gone on with, and still goes to who wrote.
    site.clock.advance(minutes=1)
    assert "sent=1" in answer(browser, place, "Encore ceci.").location
    assert b"Subject: Re: Mon vaccin" in sent(site)[-1][1]
    assert len(sent(site)) == 2
    inbox = browser.get("/inbox").text
    assert inbox.index("Mon vaccin") < inbox.index("Votre bilan")
    assert "Encore ceci." in inbox
    unread = browser.get("/inbox?show=unread").text
    assert "Votre bilan" in unread
    assert "Mon vaccin" not in unread
    browser.get(f"/conversation/{contact}")
    assert "Tout est lu" in browser.get("/inbox?show=unread").text


@pytest.mark.parametrize("site", [FEW], indirect=True)
@blocking
def test_any_document_is_found_and_attached_and_what_is_hidden_is_not_there(
    site: Site,
) -> None:
    receive(site.database, site.patient)
    old = put(site, "Radio du genou")
    hidden = put(
        site, "Radio cachée", flags=frozenset({Visibility.HIDDEN_FROM_PATIENT})
    )
    site.clock.advance(days=1)
    many = [put(site, f"Courrier {number}") for number in range(33)]
    browser = site.signed_in()
    page = browser.get(conversation_of(site))
    assert old not in page.text

    chooses = answer(browser, conversation_of(site), TEXT, action="documents")
    address = chooses.location
    assert address.endswith("/documents")
    page = browser.get(address)
    assert "Page 1 sur 2" in page.text

    def take(at: str, action: str, **values: Any) -> Reply:
        fields = {"token": token_of(browser.get(at)), "action": action, **values}
        return browser.post(at, fields)

    after = take(address, "after", shown=many[-1], document=many[-1]).location
    assert after.endswith("page=2")
    assert "Courrier 32" in browser.get(after).text  # chosen: on every page
    found = take(after, "search", words="radio").location
    page = browser.get(found)
    assert old in page.text
    assert "radio" not in found
    assert hidden not in page.text
    assert "cachée" not in page.text
    stolen = take(found, "attach", shown=hidden, document=hidden)
    assert stolen.location == f"{conversation_of(site)}#answer"
    assert [one.begun.documents for one in drafts(site)] == [(many[-1],)]
    assert take(found, "attach", shown=old, document=old).status == 303
    too_many = take(address, "attach", shown=many[0], document=many[0])
    assert too_many.status == 422
    assert "Trop de documents à la fois" in too_many.text

    page = browser.get(conversation_of(site))
    assert TEXT in page.text
    assert page.text.count(" checked") == 2
    ticked = [("document", one) for one in (many[-1], old)]
    fields = [*fields_of(page, text=TEXT), *ticked]
    assert "sent=1" in browser.send_form(action_of(page.text), fields).location
    assert drafts(site) == []
    ((_, content),) = sent(site)
    assert content.count(b"Content-Disposition: attachment") == 2


@blocking
def test_two_answers_begun_in_two_windows_are_two_drafts(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    first, second, third = (browser.get(path) for _ in range(3))

    def keep(page: Reply, text: str, action: str = "draft") -> Reply:
        fields = fields_of(page, text=text, action=action)
        return browser.send_form(action_of(page.text), fields)

    keep(first, "La première")
    keep(first, "La première, plus longue")  # the same window, by its way back
    assert [one.begun.text for one in drafts(site)] == ["La première, plus longue"]

    keep(second, "La seconde")
    assert {one.begun.text for one in drafts(site)} == {
        "La première, plus longue",
        "La seconde",
    }
    assert "sent=1" in keep(third, "La troisième", "send").location
    found = drafts(site)
    assert {one.begun.text for one in found} == {
        "La première, plus longue",
        "La seconde",
    }
    assert {one.begun.to for one in found} == {path.rpartition("/")[2]}
    assert not any(one.is_answer for one in found)
    # What a form was shown with is gone on with, and gone once it is sent.
    (one, _) = found
    address = f"/inbox/new?draft={one.id}"
    contact = path.rpartition("/")[2]
    done = write_new(browser, address, text="Fini", subject="Suite", contact=contact)
    assert "sent=1" in done.location
    assert len(drafts(site)) == 1


@blocking
def test_a_new_message_changed_in_another_window_is_kept_beside(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    kept = write_new(browser, text="Un", subject="S", action="draft").location
    address = kept.replace("&saved=1", "")
    here, there = browser.get(address), browser.get(address)
    browser.send_form(action_of(here.text), fields_of(here, text="Ici", action="draft"))

    other = browser.send_form(
        action_of(there.text), fields_of(there, text="Là", action="draft")
    )

    assert other.location not in (kept, address)
    assert {one.begun.text for one in drafts(site)} == {"Ici", "Là"}


@blocking
def test_nothing_is_said_to_be_kept_of_an_answer_that_was_emptied(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()

    emptied = answer(browser, conversation_of(site), "", action="draft")

    assert "saved" not in emptied.location


@blocking
def test_what_was_begun_to_somebody_blocked_meanwhile_can_be_read(site: Site) -> None:
    receive(site.database, site.patient, reply=MayReply.NO_REPLY)
    long = TEXT * 20
    path = conversation_of(site)
    with site.database.write() as work:
        begun = Begun(text=long, to=path.rpartition("/")[2])
        Drafts(work).save_answer(site.patient, begun.to, begun)
    browser = site.signed_in()

    page = browser.get(path).text
    assert 'name="text"' not in page
    assert 'href="/inbox/drafts">Relire ce que vous avez écrit' in page
    assert long in browser.get("/inbox/drafts").text


@blocking
def test_what_is_sent_on_was_opened_and_stands_in_the_history(site: Site) -> None:
    receive(site.database, site.patient)
    document = put(site, "Radio du genou")
    browser = site.signed_in()
    page = browser.get(conversation_of(site))

    fields = [*fields_of(page, text=TEXT), ("document", document)]
    assert "sent=1" in browser.send_form(action_of(page.text), fields).location

    with site.database.read() as work:
        listing = open_vaults(site.database).within(work).listing(site.patient)
        assert [one.id for one in listing.entries if one.is_read] == [document]
    history = browser.get("/history").text
    assert "Document envoyé avec un message" in history
    assert "Radio du genou" in history


@blocking
def test_a_document_that_is_gone_meanwhile_stops_the_message_and_is_said(
    site: Site,
) -> None:
    receive(site.database, site.patient)
    taken_back, stays = put(site, "Envoyé par erreur"), put(site, "Radio du genou")
    browser = site.signed_in()
    path = conversation_of(site)
    page = browser.get(path)
    chosen = [("document", one) for one in (taken_back, stays)]
    begun = [*fields_of(page, text=TEXT, action="draft"), *chosen]
    assert browser.send_form(action_of(page.text), begun).status == 303
    with site.database.write() as work:
        vault = open_vaults(site.database).within(work)
        (document,) = [
            one for one in vault.sound_each([taken_back]).values() if one is not None
        ]
        assert withdraw(work, vault, document)

    refused = browser.send_form(
        action_of(page.text), [*fields_of(page, text=TEXT), *chosen]
    )

    assert refused.status == 422
    assert sent(site) == []
    assert "votre message n’a pas été envoyé" in refused.text
    again = browser.get(path)
    assert "il ne part pas avec ce message" not in again.text, "kept as it is now"
    assert again.text.count(" checked") == 1
    assert TEXT in again.text
    done = browser.send_form(
        action_of(again.text),
        [*fields_of(again, text=TEXT), ("document", stays)],
    )
    assert "sent=1" in done.location


@blocking
def test_a_draft_says_that_what_it_had_chosen_is_gone(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)
    gone = put(site, "Envoyé par erreur", status=Availability.DELETED)
    with site.database.write() as work:
        begun = Begun(text=TEXT, documents=(gone,), to=path.rpartition("/")[2])
        Drafts(work).save_answer(site.patient, begun.to, begun)

    assert "il ne part pas avec ce message" in browser.get(path).text


@blocking
def test_the_drafts_of_another_are_not_there(site: Site) -> None:
    other = add_patient(site.database, ins=matricule(2), login="other.patient")
    with site.database.write() as work:
        theirs = Drafts(work).save_new(other, Begun(text=TEXT), most=5)
    browser = site.signed_in()
    token = token_of(browser.get("/inbox"))

    for unknown in (theirs, "f" * 32):
        assert browser.get(f"/inbox/new?draft={unknown}").status == 404
        page = f"/inbox/drafts/{unknown}/documents"
        assert browser.get(page).status == 404
        assert browser.post(page, {"token": token}).status == 404
        gone = browser.post(f"/inbox/drafts/{unknown}/delete", {"token": token})
        assert gone.status == 303
    with site.database.read() as work:
        assert DraftReader(InboxReader(work)).new(other, theirs) is not None

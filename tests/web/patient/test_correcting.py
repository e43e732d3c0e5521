"""A patient asks the author of a document, sees what came of it, and takes it back."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core.document import AuthorEntry, Visibility
from gateway.dmp_bridge.asking_authors import AskingAuthors
from gateway.node.vaults import open_vaults
from gateway.rights.correction_rules import CorrectionState
from gateway.rights.visibility_rules import PatientReader
from gateway.store.inbox.reading import InboxReader
from gateway.store.patients.corrections import Correction, Corrections
from tests.web.browsing import Browser, Reply, Site, blocking, token_of
from tests.web.mail import PDF, carried, file, receive
from tests.web.patient.test_messages import answer, conversation_of, sent

ROBOT = "robot@labo.mssante.test"
OWN = (AuthorEntry(person="279035121518989^PAT-TROIS^DOMINIQUE^^^^^^&1.2&ISO^L^^^NH"),)


def put(site: Site, **more: Any) -> str:
    return file(site.database, site.patient, carried("application/pdf", PDF), **more)


def ask(browser: Browser, document: str, **changed: str) -> Reply:
    path = f"/documents/{document}/ask"
    page = browser.get(path).text
    fields = {
        "token": page.split('name="token" value="')[1].split('"')[0],
        "once": page.split('name="once" value="')[1].split('"')[0],
        "wish": "CORRECT",
        "reason": "La date de naissance est fausse.",
        "to": page.split('name="to" value="')[1].split('"')[0],
    }
    return browser.post(path, {**fields, **changed})


def corrections(site: Site) -> list[Correction]:
    with site.database.read() as work:
        return Corrections(work).of_patient(site.patient)


def rounds(site: Site) -> None:
    AskingAuthors(site.database, site.settings, open_vaults(site.database)).run()


@blocking
def test_the_author_is_asked_by_mail_and_an_answer_ends_it(site: Site) -> None:
    receive(site.database, site.patient, sender=ROBOT, name="Robot")
    arrival = receive(site.database, site.patient)
    document = put(site, title="Lettre de sortie", arrival_id=arrival)
    browser = site.signed_in()
    assert f'href="/documents/{document}/ask"' in (
        browser.get(f"/documents/{document}").text
    )
    page = browser.get(f"/documents/{document}/ask").text
    assert "vous a envoyé ce document" in page
    assert page.index("Dr Claire MARTIN") < page.index("au service de joindre")

    assert ask(browser, document).location == "/corrections?done=asked"

    ((_, content),) = sent(site)
    assert b"In-Reply-To" not in content
    (one,) = corrections(site)
    assert one.asked is not None
    assert (one.state, one.asked.author) == (CorrectionState.ASKED, "Dr Claire MARTIN")
    talk = f"/conversation/{one.asked.conversation}"
    shown = browser.get(talk).text
    assert "Demande de correction : Lettre de sortie" in shown
    assert "La date de naissance est fausse." in shown
    assert "R. 1111-51" in shown
    listed = browser.get("/corrections?done=asked").text
    assert "Votre demande est envoyée." in listed
    assert "Réponse attendue" in listed
    assert "Auteur sollicité" in browser.get(f"/documents/{document}").text
    history = browser.get("/history").text
    assert "Correction d’un document demandée à son auteur" in history
    again = browser.get(f"/documents/{document}/ask")
    assert "Vous l’avez déjà demandé" in again.text

    site.clock.advance(minutes=1)
    subject = "Re: Demande de correction : Lettre de sortie"
    receive(site.database, site.patient, subject=subject)
    rounds(site)
    assert "L’auteur a répondu" in browser.get("/corrections").text
    assert f'href="/documents/{document}/ask"' in (
        browser.get(f"/documents/{document}").text
    )


@blocking
def test_without_an_answer_the_service_looks_into_it_and_says_so(site: Site) -> None:
    document = put(site)
    browser = site.signed_in()

    done = ask(browser, document, to="service", wish="WITHDRAW")

    assert done.status == 303
    assert sent(site) == []
    rounds(site)
    page = browser.get("/corrections").text
    assert "Suivi par le service" in page
    assert 'href="/reports"' in page
    reports = browser.get("/reports").text
    assert "Pas de réponse de l’auteur" in reports
    assert "La date de naissance est fausse." in reports
    home = browser.get("/notices").text
    assert "est restée sans réponse" in home


@blocking
def test_what_is_missing_is_said_and_nothing_is_sent(site: Site) -> None:
    receive(site.database, site.patient)
    receive(site.database, site.patient, sender="dr@ailleurs.test", name="Dr Ailleurs")
    shut = conversation_of(site, "Ailleurs").rpartition("/")[2]
    document = put(site)
    browser = site.signed_in()

    for changed, words in (
        ({"wish": "BURN"}, "Choisissez ce que vous demandez."),
        ({"reason": "  "}, "Dites ce qui ne va pas"),
        ({"reason": "x" * 2001}, "trop long"),
        ({"to": "f" * 32}, "Choisissez à qui demander."),
        ({"to": shut}, "ne reçoit pas de message en ce moment"),
    ):
        refused = ask(browser, document, **changed)
        assert refused.status == 422
        assert words in refused.text
    assert sent(site) == []
    assert corrections(site) == []


@pytest.mark.parametrize("site", [{"max_corrections": 1}], indirect=True)
@blocking
def test_it_is_taken_back_and_so_many_at_most_wait(site: Site) -> None:
    receive(site.database, site.patient)
    first, second = put(site), put(site)
    browser = site.signed_in()
    ask(browser, first)

    page = browser.get(f"/documents/{second}/ask").text
    assert "on ne peut pas en demander plus à la fois" in page
    token = token_of(browser.get("/corrections"))
    back = browser.post(f"/documents/{first}/ask/back", {"token": token})
    assert back.location == "/corrections?done=back"
    assert "Retirée par vous" in browser.get("/corrections").text
    assert ask(browser, second).status == 303
    rounds(site)
    states = {one.document_id: one.state for one in corrections(site)}
    assert states[first] is CorrectionState.TAKEN_BACK


@blocking
def test_ones_own_and_what_is_hidden_have_no_author_to_ask(site: Site) -> None:
    hidden = put(site, flags=frozenset({Visibility.HIDDEN_FROM_PATIENT}))
    own = put(site, said={"authors": OWN})
    browser = site.signed_in()

    assert browser.get(f"/documents/{hidden}/ask").status == 404
    assert "vous pouvez le supprimer" in browser.get(f"/documents/{own}/ask").text
    assert f"/documents/{own}/ask" not in browser.get(f"/documents/{own}").text


@blocking
def test_what_is_asked_of_a_secret_document_is_as_secret(site: Site) -> None:
    receive(site.database, site.patient)
    secret = put(site, flags=frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES}))
    browser = site.signed_in()
    ask(browser, secret)

    (one,) = corrections(site)
    assert one.asked is not None
    with site.database.read() as work:
        theirs = InboxReader(work, PatientReader.REPRESENTATIVE)
        assert theirs.conversation(site.patient, one.asked.conversation) is None
    assert "sent=1" in answer(browser, conversation_of(site), "Merci.").location

"""The page "why?": the kept evidence in words, and nothing of what is hidden."""

from __future__ import annotations

import re
from typing import Any

from attrs import define

from gateway.dmp_bridge.filing.filing import Filing
from gateway.evidence.arguments import (
    Answered,
    Circumstances,
    EvidenceKind,
    TakenDecision,
)
from gateway.evidence.program import rules_hash
from gateway.mssante.sending.delivery import Delivering
from gateway.node.vaults import open_vaults
from gateway.rights.profile import ProfileState
from gateway.rights.recipient_rules import AddressFact, PatientFacts
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.journal import Action, chain_of
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.tables import evidence
from tests.builders_cda import make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.dmp_bridge.filing.story import STRUCTURE, Story, Told
from tests.web.browsing import Browser, Site, blocking

OTHER_INS = "277076322082910"


@define
class Post:
    """Letters to the patient of a site, filed and delivered as the workers do."""

    site: Site
    story: Story

    @classmethod
    def of(cls, site: Site) -> Post:
        delivery = Delivering(site.database, site.settings)
        vaults = open_vaults(site.database)
        filing = Filing.from_settings(
            site.database, vaults, site.settings, delivery.at_once
        )
        return cls(site, Story(site.database, filing, site.patient))

    def send(self, *contents: bytes, **options: Any) -> Told:
        letters = contents or (make_cda(),)
        return self.story.send(make_mail(as_xdm(pack(*letters, **options))))


def why_of(browser: Browser, history: str, words: str) -> str:
    """Return the page that the history's line with such words leads to."""
    lines = history.split('<li class="row">')
    item = next(one for one in lines if words in one)
    path = re.search(r'href="(/why/[^"]+)"', item)
    assert path is not None, "the line tells why"
    page = browser.get(path.group(1))
    assert page.status == 200
    return page.text


@blocking
def test_a_filing_is_explained_from_the_document_its_message_and_the_history(
    site: Site,
) -> None:
    told = Post.of(site).send()
    document, arrival = told.documents[0].entry_id, told.kept.id
    browser = site.signed_in()

    pages = [
        browser.get(f"/why/document/{document}").text,
        browser.get(f"/why/message/{arrival}").text,
        why_of(browser, browser.get("/history?what=filed").text, "Document déposé"),
    ]

    assert (
        f'href="/why/document/{document}"' in browser.get(f"/documents/{document}").text
    )
    conversation = re.search(
        r'href="(/conversation/[0-9a-f]{32})', browser.get("/inbox").text
    )
    assert conversation is not None
    assert f'href="/why/message/{arrival}"' in browser.get(conversation.group(1)).text
    for page in pages:
        assert "Document enregistré dans l’espace du patient." in page
        assert "CSP L. 1111-15" in page
        assert "Le journal confirme" in page
        assert "Les traits du document sont ceux du patient" in page
        assert "Traits d’identité" in page
        assert "les vôtres" in page
        assert "la réponse serait la même" in page
    assert "Un avis a été préparé pour vous" in pages[1]
    assert "Explication lue" in browser.get("/history?who=mine").text


@blocking
def test_a_refused_filing_has_a_line_with_its_reason_and_a_what_if(
    site: Site,
) -> None:
    post = Post.of(site)
    with site.database.write() as work:
        Decisions(work).block(site.patient, STRUCTURE)
    post.send()
    browser = site.signed_in()

    history = browser.get("/history?who=professionals").text

    assert "Document non ajouté" in history
    assert "vous avez bloqué cet expéditeur" in history
    assert "service@hopital.mssante.test" in history
    page = why_of(browser, history, "Document non ajouté")
    assert "Le patient n’a bloqué ni l’expéditeur ni l’auteur" in page
    assert STRUCTURE in page
    assert re.search(r"version\xa0\d", page)
    assert "la réponse serait la même" in page
    with site.database.write() as work:
        Decisions(work).unblock(site.patient, STRUCTURE)
    after = why_of(browser, browser.get("/history").text, "Document non ajouté")
    assert "la réponse serait\u00a0:" in after
    assert "<b>Document enregistré dans l’espace du patient.</b>" in after
    with site.database.write() as work:
        said = Opposition(kind="type", type_code="11502-2")
        Decisions(work).oppose(site.patient, said)
    unknown = why_of(browser, browser.get("/history").text, "Document non ajouté")
    assert "la réponse serait" not in unknown


@blocking
def test_what_is_hidden_from_the_patient_is_not_told_until_it_shows(
    site: Site,
) -> None:
    told = Post.of(site).send(flags=["INVISIBLE_PATIENT"])
    document, arrival = told.documents[0].entry_id, told.kept.id
    browser = site.signed_in()

    assert browser.get(f"/why/document/{document}").status == 404
    assert browser.get(f"/why/message/{arrival}").status == 404
    for seq in range(1, 8):
        line = browser.get(f"/why/line/{seq}")
        assert line.status == 404
    assert "/why/" not in browser.get("/history").text
    site.clock.advance(days=40)
    browser = site.signed_in()
    assert "Document enregistré" in browser.get(f"/why/document/{document}").text


@blocking
def test_a_refusal_of_what_its_sender_hides_is_not_told(site: Site) -> None:
    with site.database.write() as work:
        Decisions(work).block(site.patient, STRUCTURE)
    told = Post.of(site).send(flags=["INVISIBLE_PATIENT"])
    assert told.codes == ["SENDER_BLOCKED"]
    browser = site.signed_in()

    assert "Document non ajouté" not in browser.get("/history").text
    assert all(browser.get(f"/why/line/{seq}").status == 404 for seq in range(1, 8))


@blocking
def test_of_another_patients_document_only_that_it_was_set_aside_is_told(
    site: Site,
) -> None:
    told = Post.of(site).send(make_cda(ins=OTHER_INS, family="AUTRE-PERSONNE"))
    assert told.codes == ["PATIENT_MISMATCH"]
    browser = site.signed_in()

    history = browser.get("/history").text
    page = why_of(browser, history, "Document non ajouté")

    for one in (history, page):
        assert "mis de côté" in one
        assert OTHER_INS not in one
        assert "AUTRE" not in one
    assert "Ce qui était connu</summary>" not in page
    assert "Ce qui s’y oppose" not in page


@blocking
def test_a_refusal_at_the_door_has_a_line_and_says_who_and_why(site: Site) -> None:
    facts = PatientFacts(
        address=AddressFact.INS, state=ProfileState.ACTIVATED, blocked=True
    )
    part = TakenDecision(
        kind=EvidenceKind.RECIPIENT,
        patient_settings="2",
        arguments=facts,
        decided=Answered(("SENDER_BLOCKED",)),
    )
    with site.database.write() as work:
        around = Circumstances(identity=STRUCTURE, program=rules_hash())
        kept = EvidenceKeeper(work).keep(part, around, profile_id=site.patient)
        work.note_patient(
            Action.RECIPIENT_REFUSED,
            "SENDER_BLOCKED",
            site.patient,
            identity=STRUCTURE,
            **kept,
        )
    browser = site.signed_in()

    page = why_of(browser, browser.get("/history").text, "Message refusé")

    assert "Un message pour vous a été refusé à l’arrivée." in page
    assert STRUCTURE in page
    assert "Le patient n’a bloqué ni l’expéditeur ni l’auteur" in page
    assert "Le journal confirme" in page


@blocking
def test_a_notice_leads_to_the_decision_it_was_made_by(site: Site) -> None:
    post = Post.of(site)
    site.clock.advance(minutes=1)
    post.send()
    with site.database.read() as work:
        rows = work.connection.exec_driver_sql(
            "SELECT id FROM notices WHERE kind = 'message'"
        ).all()
    chain = chain_of(site.patient)
    with site.database.write() as work:
        work.note(Action.NOTICE_SENT, "sent", rows[0].id, chain=chain)
    browser = site.signed_in()

    page = why_of(browser, browser.get("/history").text, "Avis par courriel ou par SMS")

    assert "Un avis a été préparé pour vous" in page
    assert "Le patient a donné une adresse électronique" in page
    assert "Document enregistré" not in page


@blocking
def test_a_notice_that_always_goes_out_says_so(site: Site) -> None:
    with site.database.write() as work:
        work.note(Action.NOTICE_SENT, "sent", "0" * 32, chain=chain_of(site.patient))
    browser = site.signed_in()

    page = why_of(browser, browser.get("/history").text, "Avis par courriel ou par SMS")

    assert "Aucune règle n’a été consultée" in page


@blocking
def test_evidence_that_was_altered_or_is_anothers_is_not_shown_as_true(
    site: Site,
) -> None:
    told = Post.of(site).send()
    browser = site.signed_in()
    with site.database.write() as work:
        work.connection.execute(evidence.update().values(sealed=b"x" * 60))

    page = browser.get(f"/why/message/{told.kept.id}").text

    assert "Rien n’a été gardé" in page
    for path in ("document/" + "f" * 32, "message/" + "f" * 32, "line/999"):
        assert browser.get(f"/why/{path}").status == 404
        assert site.browser().get(f"/why/{path}").location.startswith("/sign-in")

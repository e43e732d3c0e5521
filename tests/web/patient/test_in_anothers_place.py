"""
What who represents a child does in the child's place, and what of the child's own acts
they never see: objections, reports, who told, why.

Several modules together: `opposing`, `reporting`, `informed_pages`, `why`.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from attrs import evolve

from gateway.core.actors import Who
from gateway.core.document import Visibility
from gateway.core.informing import InformedBy, PatientInformed
from gateway.rights.delegation_rules import Capacity, Term
from gateway.rights.inquiry_rules import InquiryEvent
from gateway.store.inbox.drafts import Begun, DraftReader, Drafts
from gateway.store.inbox.reading import InboxReader
from gateway.store.journal import Action, chain_of
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.patients.delegations import Delegations
from gateway.store.patients.informed import InformedPatients, InformingStructure
from gateway.store.patients.inquiries import Inquiries, ReportedPerson
from gateway.store.patients.profiles import Profiles
from tests.dmp_bridge.filing.story import STRUCTURE
from tests.web.browsing import Browser, Reply, Site, blocking
from tests.web.mail import file, narrative, receive
from tests.web.patient.test_messages import answer
from tests.web.patient.test_people import Relative, agreed, send
from tests.web.patient.test_representing import Child, opened
from tests.web.patient.test_why import Post

LIST, FORM = "/confidentiality/oppositions", "/confidentiality/oppose"
SECRET = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})
TYPE, OTHER = "11490-0", "11502-2"


def oppose(browser: Browser, **fields: str) -> Reply:
    fields = {"reason": "Une raison", "sure": "1", **fields}
    return send(browser, FORM, FORM, **fields)


def standing(site: Site, child: Child) -> list[tuple[str, str, str]]:
    with site.database.read() as work:
        found = Profiles(work).rights(child.id).oppositions
    return sorted((one.declared_by, one.kind, one.type_code) for one in found)


def minors(site: Site, child: Child, **said: str) -> None:
    """Write down what the minor objects to."""
    with site.database.write() as work:
        opposition = Opposition(declared_by="patient", **said)
        Decisions(work).oppose(child.id, opposition)


@blocking
def test_a_parent_objects_in_the_childs_place_and_lifts_it_in_their_name(
    site: Site,
) -> None:
    child = Child.make(site)
    document = file(site.database, child.id, narrative("x"), title="Vaccin")
    browser = opened(site, child)
    assert f'href="{LIST}"' in browser.get("/confidentiality").text

    for fields in ({"what": TYPE}, {"document": document, "what": "this"}):
        assert oppose(browser, **fields).location == f"{LIST}?done=opposed"

    by_law = Who.REPRESENTATIVE.value
    assert standing(site, child) == [(by_law, "document", ""), (by_law, "type", TYPE)]
    page = browser.get(LIST).text
    assert "Vaccin" in page
    history = browser.get("/history").text
    assert "Opposition au dépôt d’un type de document" in history
    with site.database.read() as work:
        facts = Profiles(work).changes(child.id)
    made = [one for one in facts if one.what.startswith("oppose-")]
    assert {(one.who, one.by) for one in made} == {(by_law, "Dominique PAT-TROIS")}

    for _ in range(2):
        mine = browser.get(LIST).text.split('name="id" value="')[1][:32]
        lifted = send(browser, f"{LIST}/lift", LIST, id=mine)
        assert lifted.location == f"{LIST}?done=lifted"

    assert standing(site, child) == []


@blocking
def test_what_the_minor_objects_to_is_neither_shown_nor_lifted_nor_counted(
    site: Site,
) -> None:
    child = Child.make(site)
    minors(site, child, kind="type", type_code=TYPE)
    minors(site, child, kind="document", unique_id="1.2.3", named="Zanzibar")
    browser = opened(site, child)
    with site.database.read() as work:
        rows = Profiles(work).decided(child.id)["oppositions"]

    page = browser.get(LIST).text
    assert "Zanzibar" not in page
    assert "Lettre de liaison" not in page
    for row in rows:
        assert send(browser, f"{LIST}/lift", LIST, id=row["id"]).status == 404
    assert "Opposition au dépôt" not in browser.get("/history").text

    # The same wish of both is two, each lifted alone.
    assert oppose(browser, what=TYPE).location == f"{LIST}?done=opposed"
    assert len(standing(site, child)) == 3
    mine = browser.get(LIST).text.split('name="id" value="')[1][:32]
    send(browser, f"{LIST}/lift", LIST, id=mine)
    assert [one[0] for one in standing(site, child)] == ["patient", "patient"]


@blocking
@pytest.mark.parametrize("site", [{"max_oppositions": 1}], indirect=True)
def test_each_side_has_room_of_its_own_for_objections(site: Site) -> None:
    child = Child.make(site)
    minors(site, child, kind="type", type_code=TYPE)
    browser = opened(site, child)

    assert oppose(browser, what=OTHER).location == f"{LIST}?done=opposed"
    full = oppose(browser, what=TYPE)

    assert full.status == 422
    assert "ne peut être gardée" in full.text or "Levez-en une" in full.text


@blocking
def test_an_objection_to_what_is_secret_cannot_be_made_by_who_must_not_know(
    site: Site,
) -> None:
    child = Child.make(site)
    secret = file(site.database, child.id, narrative("x"), flags=SECRET)
    browser = opened(site, child)

    assert browser.get(f"{FORM}?document={secret}").status == 404
    assert oppose(browser, document=secret, what="this").status == 404
    assert '<option value="1">' not in browser.get(FORM).text


@blocking
def test_a_parent_sees_who_told_but_no_structure_known_from_a_secret(
    site: Site,
) -> None:
    child = Child.make(site)
    file(site.database, child.id, narrative("x"), flags=SECRET)
    how = PatientInformed(by=InformedBy.TELEPHONE)
    with site.database.write() as work:
        for number, name in (("1", "Planning"), ("1750000099", "École de santé")):
            teller = InformingStructure(number=number, name=name)
            InformedPatients(work, child.id).declare(teller, how)
    browser = opened(site, child)

    page = browser.get("/confidentiality/informed").text

    assert "École de santé" in page
    assert "Planning" not in page
    assert "1 déclaration" in page


@blocking
def test_a_parent_reports_somebody_and_is_told_of_the_answer(site: Site) -> None:
    child = Child.make(site)
    document = file(site.database, child.id, narrative("x"), title="Vaccin")
    browser = opened(site, child)
    assert f'href="/report?document={document}"' in (
        browser.get(f"/confidentiality/document/{document}").text
    )

    reported = send(
        browser,
        "/report",
        f"/report?document={document}",
        document=document,
        who="801234567897",
        text="Jamais vue",
    )

    assert reported.location == "/reports?done=1"
    assert "Jamais vue" in browser.get("/reports").text
    assert "Personne inconnue signalée" in browser.get("/history").text
    with site.database.read() as work:
        (one,) = Inquiries(work).of_patient(child.id)
    assert one.reported is not None
    assert one.reported.by == Who.REPRESENTATIVE


@blocking
@pytest.mark.parametrize("site", [{"max_inquiries": 1}], indirect=True)
def test_what_the_minor_reports_is_not_shown_nor_counted(site: Site) -> None:
    child = Child.make(site)
    document = file(site.database, child.id, narrative("x"), title="Vaccin")
    said = ReportedPerson(
        identity="", name="Zanzibar", source="line", subject="1", text="", blocked=False
    )
    with site.database.write() as work:
        profile = Profiles(work).get(child.id)
        assert profile is not None
        own = Inquiries(work).open(profile, said)
    browser = opened(site, child)

    assert "Zanzibar" not in browser.get("/reports").text
    assert "Personne inconnue signalée" not in browser.get("/history").text
    path, who = f"/report?document={document}", "801234567897"
    fields = {"document": document, "who": who}
    assert send(browser, "/report", path, **fields).location == "/reports?done=1"
    assert send(browser, "/report", path, **fields).status == 422
    with site.database.write() as work:
        Inquiries(work).move(Inquiries(work).get(own), InquiryEvent.LOOK, "")
    assert "Zanzibar" not in browser.get("/notices").text


def protector(site: Site) -> Browser:
    """Return the browser of who represents the patient of the site, in their space."""
    relative = Relative.make(site, 6)
    with site.database.write() as work:
        own, other = (
            Profiles(work).get(one) for one in (site.patient, relative.profile_id)
        )
        assert own is not None
        assert other is not None
        first = work.now.date()
        made = Delegations(work).represent(
            own,
            other,
            Term(first=first, last=first + timedelta(days=30)),
            capacity=Capacity.PROTECTOR,
            by="anne",
        )
    site.clock.advance(seconds=1)
    browser = relative.browser()
    send(browser, f"/people/{made}/open")
    return browser


def whys(browser: Browser) -> list[str]:
    """Return the pages that the conversations of a space lead to."""
    talks = set(re.findall(r"/conversation/[0-9a-f]{32}", browser.get("/inbox").text))
    pages = [browser.get(one).text for one in sorted(talks)]
    found = {path for one in pages for path in re.findall(r"/why/message/\w+", one)}
    return [browser.get(one).text for one in sorted(found)]


@blocking
def test_why_tells_who_represents_what_came_of_it_and_the_law_and_no_more(
    site: Site,
) -> None:
    Post.of(site).send()
    browser = protector(site)
    (own,) = whys(site.signed_in())
    assert "Ce qui était connu" in own

    (page,) = whys(browser)

    assert "Document enregistré" in page
    assert "Décidé le" in page
    assert "CSP" in page
    for more in ("Ce qui était connu", "version", "règles", STRUCTURE):
        assert more not in page, more
    line = re.search(r"/why/document/[0-9a-f]{32}", browser.get("/history").text)
    assert line is not None
    assert "Document enregistré" in browser.get(line.group()).text


@blocking
def test_why_tells_who_represents_nothing_of_what_the_patient_decided_alone(
    site: Site,
) -> None:
    with site.database.write() as work:
        said = Opposition(kind="type", type_code=TYPE, declared_by="patient")
        Decisions(work).oppose(site.patient, said)
    Post.of(site).send()
    browser = protector(site)
    (own,) = whys(site.signed_in())
    assert "pposition" in own

    (page,) = whys(browser)

    assert "ce qui est réglé pour cet espace ne le permet pas" in page
    assert "pposition" not in page
    assert "R. 1111-47" not in page
    with site.database.read() as work:
        lines = list(work.journal.lines(chain_of(site.patient)))
    secret = [one.seq for one in lines if one.action == Action.DOCUMENT_DECIDED]
    assert secret
    for seq in secret:
        assert browser.get(f"/why/line/{seq}").status == 404


@blocking
def test_a_carer_does_none_of_it(site: Site) -> None:
    browser, delegation = agreed(site, Relative.make(site, 5))
    send(browser, f"/people/{delegation}/open")

    for path in (LIST, FORM, "/confidentiality/informed", "/reports", "/report"):
        assert browser.get(path).status == 403, path
    assert "/why/" not in browser.get("/notices").text


def with_secret_draft(site: Site) -> tuple[Child, Begun]:
    """Return a child who began an answer with a document kept from their parents."""
    child = Child.make(site)
    secret = file(site.database, child.id, narrative("x"), title="Secret", flags=SECRET)
    receive(site.database, child.id)
    with site.database.write() as work:
        (talk,) = InboxReader(work).conversations(child.id)
        begun = Begun(text="Voici", documents=(secret,), to=talk.id)
        Drafts(work).save_answer(child.id, talk.id, begun)
    return child, begun


@pytest.mark.parametrize("action", ["draft", "send"])
@blocking
def test_what_a_minor_attached_in_secret_stays_in_what_they_began(
    site: Site, action: str
) -> None:
    child, begun = with_secret_draft(site)
    with site.database.write() as work:
        new = Drafts(work).save_new(child.id, evolve(begun, subject="Oui"), most=5)
    browser = opened(site, child)
    site.clock.advance(minutes=1)

    answered = answer(
        browser, f"/conversation/{begun.to}", "Autre chose", action=action
    )
    written = answer(
        browser,
        f"/inbox/new?draft={new}",
        "Autre chose",
        action=action,
        subject="Oui",
        contact=begun.to,
        draft=new,
    )

    assert (answered.status, written.status) == (303, 303)
    with site.database.read() as work:
        kept = DraftReader(InboxReader(work)).all(child.id, 9)
        sent = [
            one
            for each in InboxReader(work).conversations(child.id)
            for one in InboxReader(work).messages(child.id, each.id, 9)
            if one.text.startswith("Autre chose")
        ]
    texts = "Autre chose" if action == "draft" else "Voici"
    assert [one.begun.documents for one in kept] == [begun.documents] * 2
    assert {one.begun.text for one in kept} == {texts}
    assert len(sent) == (2 if action == "send" else 0)
    assert not any(one.files for one in sent)


@blocking
def test_of_a_draft_with_a_secret_a_parent_is_told_nothing(site: Site) -> None:
    """Neither how many documents it has, nor that one is not to be seen."""
    child, begun = with_secret_draft(site)
    with site.database.write() as work:
        Drafts(work).save_new(child.id, Begun(text="À qui demander ?"), most=5)
    browser = opened(site, child)

    page = browser.get(f"/conversation/{begun.to}")
    assert "Voici" in page.text
    assert "n’est plus dans cet espace" not in page.text
    listed = browser.get("/inbox/drafts").text
    assert "Voici" in listed
    assert "1 document" not in listed
    assert "À qui demander" not in listed
    path = f"/inbox/drafts/{begun.to}/documents"
    assert send(browser, path, path, action="attach").status == 303
    with site.database.read() as work:
        kept = DraftReader(InboxReader(work)).answer(child.id, begun.to)
    assert kept is not None
    assert kept.begun.documents == begun.documents

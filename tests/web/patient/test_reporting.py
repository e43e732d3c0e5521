""" "I don't know this person": blocked and reported, followed up, nothing of others."""

from __future__ import annotations

import re

import pytest

from gateway.core.ins import Ins
from gateway.core.texts.notices import NoticeKind
from gateway.rights.inquiry_rules import InquiryEvent
from gateway.store.journal import Action, chain_of
from gateway.store.patients.inquiries import Inquiries, Inquiry
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import inquiries
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.web.browsing import DOCTOR, Site, blocking
from tests.web.mail import file, narrative, receive
from tests.web.patient.test_confidentiality import send

TEXT = "Je n'ai jamais vu <cette> personne"


def reported(site: Site) -> list[Inquiry]:
    with site.database.read() as work:
        return Inquiries(work).of_patient(site.patient)


def blocked(site: Site) -> set[str]:
    with site.database.read() as work:
        return set(Profiles(work).rights(site.patient).blocked)


@blocking
def test_a_sender_is_blocked_and_reported_from_the_conversation(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    found = re.search(r"/conversation/([0-9a-f]{32})", browser.get("/inbox").text)
    assert found is not None
    path = f"/report?conversation={found.group(1)}"
    assert f'href="{path}"' in browser.get(f"/conversation/{found.group(1)}").text
    form = browser.get(path).text
    assert "Dr Claire MARTIN" in form
    assert 'name="block" value="1" checked' in form

    done = send(
        browser,
        "/report",
        ("conversation", found.group(1)),
        ("who", DOCTOR),
        ("block", "1"),
        ("text", TEXT),
    )

    assert done.location == "/reports?done=1"
    assert blocked(site) == {DOCTOR}
    page = browser.get(done.location).text
    assert "Dr Claire MARTIN" in page
    assert "&lt;cette&gt;" in page
    assert "bloqué en même temps" in page
    with site.database.read() as work:
        row = work.connection.execute(inquiries.select()).one()
    assert b"MARTIN" not in row.said
    assert DOCTOR.encode() not in row.said
    history = browser.get("/history?who=mine").text
    assert "Personne inconnue signalée" in history
    assert "Professionnel ou structure bloqué" in history


@blocking
def test_an_author_is_reported_from_a_document_without_being_blocked(
    site: Site,
) -> None:
    document = file(site.database, site.patient, narrative("x"))
    with site.database.write() as work:
        work.note(
            Action.DOCUMENT_FILED, "FILED", document, chain=chain_of(site.patient)
        )
    browser = site.signed_in()
    link = f"/report?document={document}"
    assert f'href="{link}"' in browser.get(f"/confidentiality/document/{document}").text
    line = re.search(r'href="(/report\?line=\d+)"', browser.get("/history").text)
    assert line is not None
    assert "Dr CLAIRE MARTIN" in browser.get(line.group(1)).text

    missing = send(browser, "/report", ("document", document))
    long = send(
        browser, "/report", ("document", document), ("who", "801234567897"),
        ("text", "x" * 1001),
    )  # fmt: skip
    done = send(browser, "/report", ("document", document), ("who", "801234567897"))

    assert (missing.status, long.status, done.status) == (422, 422, 303)
    assert "Choisissez la personne que vous ne connaissez pas." in missing.text
    assert blocked(site) == set()
    assert [one.reported.name for one in reported(site) if one.reported] == [
        "Dr CLAIRE MARTIN"
    ]


@blocking
def test_an_operator_of_the_service_is_reported_and_cannot_be_blocked(
    site: Site,
) -> None:
    with site.database.write() as work:
        chain, by = chain_of(site.patient), "camille (support)"
        work.note(
            Action.OPERATOR_READ, "patient show", site.patient, chain=chain, by=by
        )
    browser = site.signed_in()
    line = re.search(r"/report\?line=(\d+)", browser.get("/history?who=service").text)
    assert line is not None
    form = browser.get(line.group(0)).text
    assert "camille (support)" in form
    assert 'name="block"' not in form

    who = ("who", "camille (support)")
    send(browser, "/report", ("line", line.group(1)), who, ("block", "1"))

    assert blocked(site) == set()
    assert len(reported(site)) == 1


@pytest.mark.parametrize("site", [{"max_inquiries": 1}], indirect=True)
@blocking
def test_so_many_may_be_open_and_nothing_is_blocked_then(site: Site) -> None:
    document = file(site.database, site.patient, narrative("x"))
    browser, source = site.signed_in(), ("document", document)
    send(browser, "/report", source, ("who", "801234567897"))

    refused = send(browser, "/report", source, ("who", "1"), ("block", "1"))

    assert refused.status == 422
    assert "Attendez la réponse" in refused.text
    assert blocked(site) == set()
    assert len(reported(site)) == 1


@blocking
def test_what_the_service_does_is_shown_with_its_day_and_told_by_a_notice(
    site: Site,
) -> None:
    document = file(site.database, site.patient, narrative("x"))
    browser = site.signed_in()
    send(browser, "/report", ("document", document), ("who", "801234567897"))
    by = {"by": "dominique (privacy)", "reason": "dossier relu"}
    for event, text in (
        (InquiryEvent.LOOK, ""),
        (InquiryEvent.ANSWER, "Elle remplace <votre> médecin."),
        (InquiryEvent.CLOSE, "Dossier clos."),
    ):
        site.clock.advance(seconds=60)
        with site.database.write() as work:
            one = Inquiries(work).of_patient(site.patient)[0]
            Inquiries(work).move(one, event, text, **by)
            profile = Profiles(work).get(site.patient)
            assert profile is not None
            Notices.of(work, site.settings).make(profile, NoticeKind.INQUIRY)
    browser = site.signed_in()

    page = browser.get("/reports").text

    assert "Elle remplace &lt;votre&gt; médecin." in page
    assert "En cours d’examen" in page
    assert "Dossier clos." in page
    history = browser.get("/history?who=service").text
    assert "Réponse à un signalement" in history
    assert "dominique (privacy)" in history
    assert "dossier relu" in history


@blocking
def test_what_is_not_this_patients_or_hidden_is_not_there(site: Site) -> None:
    other = open_profile(site.database, ins=Ins.of(matricule(7), TEST_RANGE))
    foreign = file(site.database, other, narrative("x"))
    browser = site.signed_in()

    asked = [
        f"document={foreign}",
        f"conversation={'f' * 32}",
        "line=999",
        "line=x",
        "",
    ]
    answers = [browser.get(f"/report?{one}") for one in asked]
    answers.append(send(browser, "/report", ("document", foreign), ("who", "1")))
    answers.append(send(browser, "/report", ("line", "1"), ("who", "1")))

    assert [one.status for one in answers] == [404] * len(answers)
    assert reported(site) == []
    assert site.browser().get("/reports").location.startswith("/sign-in")

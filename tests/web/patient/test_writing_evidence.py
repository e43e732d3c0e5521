"""Why a patient’s message was sent, or was not, can be read long after by both."""

from __future__ import annotations

from gateway.evidence.replaying import decide_again
from gateway.store.evidence.keeping import EvidenceReader, KeptDecisions
from gateway.store.evidence.quota import HourlyQuota
from gateway.store.inbox.inbox import Inbox
from gateway.store.journal import Entry, chain_of
from tests.web.browsing import Browser, Reply, Site, blocking
from tests.web.mail import DOCTOR, PDF, receive
from tests.web.patient.test_messages import answer, conversation_of, fields_of, sent
from tests.web.patient.test_why import why_of


def lines(site: Site, action: str) -> list[Entry]:
    with site.database.read() as work:
        whole = list(work.journal.lines(chain_of(site.patient)))
    return [one for one in whole if one.action == action]


def kept(site: Site, line: Entry) -> KeptDecisions:
    with site.database.read() as work:
        found = EvidenceReader(work).find(line.detail["decision"])
    assert found is not None
    assert found.digests == (line.detail["evidence"],)
    assert found.profile_id == site.patient
    return found


def forced(site: Site, browser: Browser, path: str, times: int = 1) -> Reply:
    """Send a form that was shown before the doctor ended the exchange."""
    page = browser.get(path)
    where = page.text.split('near" method="post" action="')[1].split('"')[0]
    with site.database.write() as work:
        Inbox(work).end_conversations(site.patient, DOCTOR)
    for _ in range(times):
        reply = browser.send_form(where, fields_of(page, text="Quand même"))
    return reply


@blocking
def test_what_is_sent_is_kept_with_why_it_may_be(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()

    answer(browser, conversation_of(site), files=[("ordonnance.pdf", PDF)])

    (line,) = lines(site, "message:send")
    ((arrival, _),) = sent(site)
    found = kept(site, line)
    (part,) = found.parts
    assert (found.subject, found.circumstances.sender) == (arrival.id, "patient")
    assert part.decided.reasons == ()
    assert [one.name for one in part.arguments.files.uploaded] == ["file.pdf"]
    for word in (b"ordonnance", b"sortie", b"martin", DOCTOR.encode().split(b"@")[0]):
        assert word not in part.text().lower()
    assert decide_again([part]) == (part.decided,)
    page = why_of(browser, browser.get("/history").text, "Message envoyé")
    assert "Votre message a été envoyé." in page
    assert "Le professionnel n’a pas mis fin à l’échange" in page


@blocking
def test_what_is_refused_is_in_the_history_with_the_rule_that_objects(
    site: Site,
) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()

    assert forced(site, browser, conversation_of(site)).status == 409

    (line,) = lines(site, "writing:refuse")
    (part,) = kept(site, line).parts
    assert (line.outcome, part.outcome) == ("ENDED", "ENDED")
    assert decide_again([part]) == (part.decided,)
    page = why_of(browser, browser.get("/history").text, "Message non envoyé")
    assert "Votre message n’a pas été envoyé." in page
    assert "Le journal confirme" in page


@blocking
def test_files_that_are_refused_are_kept_by_what_they_are(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)

    refused = answer(browser, path, files=[("virus.exe", b"MZ" * 90)])

    assert refused.status == 422
    assert sent(site) == []
    (line,) = lines(site, "writing:refuse")
    (part,) = kept(site, line).parts
    assert part.reasons == ("TYPE_NOT_ALLOWED",)
    (file,) = part.arguments.files.uploaded
    assert (file.name, file.size) == ("file", 180)


@blocking
def test_what_is_only_incomplete_or_a_draft_is_no_decision(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    path = conversation_of(site)

    assert answer(browser, path, text="").status == 422
    assert answer(browser, path, action="draft").status == 303

    assert lines(site, "writing:refuse") == lines(site, "message:send") == []


@blocking
def test_one_patient_leaves_as_many_lines_of_refusals_as_the_limit_says(
    site: Site,
) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    object.__setattr__(site.desk, "refusals", HourlyQuota(1, 2))

    forced(site, browser, conversation_of(site), times=4)

    assert ["decision" in one.detail for one in lines(site, "writing:refuse")] == [
        True,
        False,
    ]
    assert site.desk.refusals.not_said() == {
        "not_kept_before": 1,
        "not_noted_before": 2,
    }

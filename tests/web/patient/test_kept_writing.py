"""What a patient writes is not lost: an ended session, files too large, a failure."""

from __future__ import annotations

import pytest

from gateway.store.inbox.reading import InboxReader
from gateway.store.tables import drafts, loose_drafts
from gateway.web.site import limits
from gateway.web.site.limits import SMALL_BODY
from tests.web.browsing import LOGIN, PASSWORD, Browser, Site, blocking, token_of
from tests.web.mail import receive
from tests.web.patient.test_messages import conversation_of, fields_of, sent

SMALL = {"max_upload_bytes": 20_000, "max_message_bytes": 60_000}
TEXT = "Bonjour docteur, voici ma longue question."


def action_of(page: str) -> str:
    _, _, rest = page.partition('near" method="post" action="')
    return rest.partition('"')[0]


def sign_in_at(site: Site, browser: Browser, address: str) -> str:
    """Go from the page of an ended session to where signing in leads."""
    page = browser.get(address)
    assert "Ce que vous aviez écrit est gardé" in page.text
    further = page.text.split('name="next" value="')[1].split('"')[0]
    fields = {"login": LOGIN, "password": PASSWORD, "next": further}
    code = browser.post("/sign-in", {"token": token_of(page), **fields}).location
    page = browser.get(code)
    fields = {"token": token_of(page), "code": site.last_code(), "next": further}
    return browser.post("/sign-in/code", fields).location


@blocking
def test_an_answer_sent_after_the_end_of_the_session_is_a_draft(site: Site) -> None:
    receive(site.database, site.patient)
    browser, path = site.signed_in(), conversation_of(site)
    page = browser.get(path)
    fields = fields_of(page, text=TEXT)
    site.clock.advance(minutes=16)

    over = browser.send_form(action_of(page.text), fields)

    assert over.location.startswith("/sign-in?expired=1&kept=1&next=")
    assert sent(site) == []
    with site.database.read() as work:
        (row,) = work.connection.execute(drafts.select()).all()
    assert TEXT.encode() not in row.content
    assert sign_in_at(site, browser, over.location) == path
    assert TEXT in browser.get(path).text


@blocking
def test_of_a_form_with_files_the_text_is_kept_after_the_end(site: Site) -> None:
    receive(site.database, site.patient)
    browser, path = site.signed_in(), conversation_of(site)
    page = browser.get(path)
    fields = fields_of(page, text=TEXT)
    site.clock.advance(minutes=16)

    files = [("scan.pdf", b"x" * (4 * SMALL_BODY))]
    over = browser.send_form(action_of(page.text), fields, files)

    assert over.location.startswith("/sign-in?expired=1&kept=1&next=")
    assert sign_in_at(site, browser, over.location) == path
    assert TEXT in browser.get(path).text


@blocking
def test_a_new_message_to_nobody_yet_is_kept_too(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    page = browser.get("/inbox/new")
    fields = fields_of(page, text=TEXT, subject="Ma question", contact="")
    site.clock.advance(hours=9)  # the whole life of the session is over too

    over = browser.send_form(action_of(page.text), fields)

    there = sign_in_at(site, browser, over.location)
    assert there.startswith("/inbox/new?draft=")
    page = browser.get(there)
    assert TEXT in page.text
    assert "Ma question" in page.text
    assert "À personne encore" in browser.get("/inbox/drafts").text
    with site.database.read() as work:
        (conversation,) = InboxReader(work).conversations(site.patient)
    fields = fields_of(
        page,
        text=TEXT,
        subject="Oui",
        contact=conversation.id,
        draft=there.partition("=")[2],
    )
    assert browser.send_form(action_of(page.text), fields).status == 303
    with site.database.read() as work:
        assert work.connection.execute(loose_drafts.select()).all() == []


@blocking
def test_a_draft_to_nobody_is_kept_on_request(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    page = browser.get("/inbox/new")
    fields = fields_of(page, text=TEXT, subject="", contact="", action="draft")

    saved = browser.send_form(action_of(page.text), fields)

    assert saved.location.startswith("/inbox/new?draft=")
    assert TEXT in browser.get(saved.location).text


@blocking
def test_a_session_of_long_ago_keeps_nothing_and_shows_the_text(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    page = browser.get(conversation_of(site))
    fields = fields_of(page, text=TEXT)
    site.clock.advance(days=2)

    over = browser.send_form(action_of(page.text), fields)

    assert over.status == 403
    assert TEXT in over.text
    with site.database.read() as work:
        assert work.connection.execute(drafts.select()).all() == []


@blocking
def test_who_signed_out_leaves_no_draft_behind(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    page = browser.get(conversation_of(site))
    kept = dict(browser.cookies)
    browser.post("/sign-out", {"token": token_of(page)})

    over = Browser(site.port, kept).send_form(
        action_of(page.text), fields_of(page, text=TEXT)
    )

    assert over.status == 403
    with site.database.read() as work:
        assert work.connection.execute(drafts.select()).all() == []


@blocking
def test_an_ended_session_writes_in_no_conversation_of_another(site: Site) -> None:
    browser = site.signed_in()
    page = browser.get("/inbox/new")
    token = token_of(browser.get("/inbox"))
    site.clock.advance(minutes=16)

    over = browser.post("/conversation/" + "a" * 32, {"token": token, "text": TEXT})

    assert page.status == 200
    assert over.status == 403
    with site.database.read() as work:
        assert work.connection.execute(drafts.select()).all() == []


@pytest.mark.parametrize("site", [SMALL], indirect=True)
@pytest.mark.parametrize("size", [400_000, 3_000_000])
@blocking
def test_files_too_large_leave_the_text_on_the_page(site: Site, size: int) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    page = browser.get(conversation_of(site))

    refused = browser.send_form(
        action_of(page.text),
        fields_of(page, text=TEXT),
        [("scan.pdf", b"%PDF-" + bytes(size))],
    )

    assert refused.status == 413
    assert TEXT in refused.text
    assert "Vos fichiers sont trop volumineux ensemble" in refused.text
    assert "le navigateur ne les garde pas" in refused.text
    assert sent(site) == []


@pytest.mark.parametrize("site", [SMALL], indirect=True)
@blocking
def test_files_larger_than_is_ever_taken_are_refused_with_a_page(site: Site) -> None:
    browser = site.signed_in()
    head = {"Content-Length": "900000000", "Content-Type": "multipart/form-data"}
    receive(site.database, site.patient)
    where = action_of(browser.get(conversation_of(site)).text)

    refused = browser.request("POST", where, b"--", head)

    assert refused.status == 413
    assert "Trop volumineux" in refused.text


@pytest.mark.parametrize("site", [SMALL], indirect=True)
@blocking
def test_when_others_send_files_the_text_stays(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_LARGE_AT_ONCE", 0)
    receive(site.database, site.patient)
    browser = site.signed_in()
    page = browser.get(conversation_of(site))

    refused = browser.send_form(
        action_of(page.text),
        fields_of(page, text=TEXT),
        [("scan.pdf", b"%PDF-" + bytes(SMALL_BODY))],
    )

    assert refused.status == 503
    assert TEXT in refused.text
    assert "envoyez dans une minute" in refused.text


@blocking
def test_the_page_says_when_the_session_ends_and_warns_before(site: Site) -> None:
    receive(site.database, site.patient)

    page = site.signed_in().get(conversation_of(site)).text

    assert "Cet espace se ferme à 10\u00a0h\u00a015" in page
    assert 'class="note warn soon soon-13" role="status"' in page

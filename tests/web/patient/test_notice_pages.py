"""
The notices of a space through the pages, and the choices of how one is told.

Several modules together: the pages, `notice_lines`, the store's centre and choices.
"""

from __future__ import annotations

import re

import pytest

from gateway.core.notices import Happened, NoticeFamily, NoticeWhen
from gateway.core.texts.notices import NoticeKind
from gateway.store.patients.notice_centre import MOST_COUNTED
from gateway.store.patients.notice_choices import NoticeChoices
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from tests.web.browsing import Reply, Site, blocking
from tests.web.mail import file, narrative, receive
from tests.web.patient.test_browser import DESK, PHONE, opened
from tests.web.patient.test_browser import pytestmark as needs_browser
from tests.web.patient.test_people import Relative, agreed, send

LONG = "Dr Marie-Charlotte de la Rochefoucauld-Montbazon-Saint-Priest-Lerner"


def happens(
    site: Site,
    kind: NoticeKind,
    subject: str = "",
    *,
    by: str = "",
    secret: bool = False,
    times: int = 1,
) -> None:
    """Let something happen in the patient's space, some seconds later."""
    site.clock.advance(seconds=20)
    with site.database.write() as work:
        profile = Profiles(work).get(site.patient)
        assert profile is not None
        happened = Happened(subject=subject, by=by, is_secret=secret)
        for _ in range(times):
            Notices.of(work, site.settings).make(profile, kind, happened)


def letter(
    site: Site, *, name: str = "Dr Claire MARTIN", subject: str = "Votre lettre"
) -> str:
    """Let a letter come and be told; return its arrival's id."""
    arrival_id = receive(site.database, site.patient, name=name, subject=subject)
    happens(site, NoticeKind.MESSAGE, arrival_id)
    return arrival_id


def counted(page: Reply) -> str:
    """Return what the frame says of new notices, in words."""
    found = re.search(r'class="bell".*?</a>', page.text, re.S)
    assert found is not None
    said = re.findall(r'<span class="unseen">\u00a0: ([^<]*)</span>', found[0])
    return said[0] if said else ""


def listed(page: Reply) -> list[str]:
    """Return the titles of the notices on a page, the newest first."""
    titles = re.findall(r"<h3>(.*?)</h3>", page.text)
    return [re.sub(r"<[^>]*>", "", one) for one in titles]


def links(page: Reply) -> list[str]:
    return re.findall(r'href="(/notices/[0-9a-f]{32})"', page.text)


@blocking
def test_what_happened_is_told_with_who_and_leads_there(site: Site) -> None:
    letter(site)
    document_id = file(
        site.database, site.patient, narrative("<paragraph>Repos.</paragraph>")
    )
    happens(site, NoticeKind.DOCUMENT, document_id)
    happens(site, NoticeKind.ACCESS, by="operateur.dupont")
    browser = site.signed_in()

    page = browser.get("/notices")

    assert listed(page) == [
        "Votre espace a été consulté par le service",
        "Un document a été ajouté",
        "Vous avez reçu un message",
    ]
    for word in ("operateur.dupont", "Lettre de liaison", "Hôpital", "Claire MARTIN"):
        assert word in page.text
    assert counted(page) == "3 nouveaux"
    first, second, third = links(page)
    assert browser.get(first).location == "/history"
    assert browser.get(second).location == f"/documents/{document_id}"
    assert browser.get(third).location.startswith("/conversation/")
    assert counted(browser.get("/home")) == ""


@blocking
def test_what_is_opened_in_its_own_place_is_no_longer_new(site: Site) -> None:
    letter(site)
    document_id = file(
        site.database, site.patient, narrative("<paragraph>Repos.</paragraph>")
    )
    happens(site, NoticeKind.DOCUMENT, document_id)
    browser = site.signed_in()
    assert counted(browser.get("/home")) == "2 nouveaux"

    browser.get(f"/documents/{document_id}")
    assert counted(browser.get("/home")) == "1 nouveau"
    inbox = browser.get("/inbox")
    conversation = re.findall(r'href="(/conversation/[0-9a-f]{32})', inbox.text)[0]
    assert counted(browser.get(conversation)) == ""


@blocking
def test_what_is_gone_or_hidden_is_not_named(site: Site) -> None:
    from datetime import timedelta

    from gateway.core.document import Visibility

    hidden = file(
        site.database,
        site.patient,
        narrative("<paragraph>Repos.</paragraph>"),
        title="Biopsie",
        flags=frozenset({Visibility.HIDDEN_FROM_PATIENT}),
        visible_at=site.clock.now + timedelta(days=30),
    )
    happens(site, NoticeKind.DOCUMENT, hidden)
    happens(site, NoticeKind.MESSAGE, "f" * 32)
    browser = site.signed_in()

    page = browser.get("/notices")

    assert "Biopsie" not in page.text
    assert page.text.count("Il n’est plus dans cet espace.") == 2
    assert links(page) == []


@blocking
def test_a_carer_has_a_list_of_their_own_and_sees_less(site: Site) -> None:
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    letter(site)
    happens(site, NoticeKind.ACCESS, by="operateur.dupont")
    send(browser, f"/people/{delegation_id}/open")

    page = browser.get("/notices")
    assert listed(page) == ["Vous avez reçu un message"]
    assert counted(page) == "1 nouveau"
    assert "operateur" not in page.text
    removed = send(browser, f"{links(page)[0]}/remove", "/notices")
    assert removed.location == "/notices?done=remove"
    assert listed(browser.get("/notices")) == ["Aucun avis"] or not links(
        browser.get("/notices")
    )
    assert browser.get("/account/notices").status == 403

    own = site.signed_in()
    assert "Vous avez reçu un message" in listed(own.get("/notices"))
    hidden = [one for one in links(own.get("/notices")) if one not in links(page)]
    assert {browser.get(one).status for one in hidden} == {404}


@blocking
def test_notices_are_read_and_removed_for_oneself(site: Site) -> None:
    for _ in range(3):
        letter(site)
    browser = site.signed_in()

    assert send(browser, "/notices/clear", "/notices").status == 303
    assert counted(browser.get("/notices")) == "3 nouveaux"
    send(browser, "/notices/read", "/notices")
    assert counted(browser.get("/notices")) == ""
    assert len(links(browser.get("/notices"))) == 3
    send(browser, "/notices/clear", "/notices")
    assert links(browser.get("/notices")) == []
    stranger = "/notices/" + "0" * 32
    assert browser.get(stranger).status == 404
    assert send(browser, f"{stranger}/remove", "/notices").status == 404


@blocking
def test_a_long_list_has_pages_and_the_frame_a_limit(site: Site) -> None:
    happens(site, NoticeKind.MESSAGE, "f" * 32, times=MOST_COUNTED + 5)
    browser = site.signed_in()

    page, seen = browser.get("/notices"), 0
    assert counted(page) == f"plus de {MOST_COUNTED - 1} nouveaux"
    while older := re.findall(r'href="(/notices\?before=[0-9a-f]{32})"', page.text):
        seen += len(listed(page))
        page = browser.get(older[0])
    assert seen + len(listed(page)) == MOST_COUNTED + 5
    assert browser.get("/notices?before=none").status == 200


@blocking
def test_how_one_is_told_is_chosen_and_kept_as_a_fact(site: Site) -> None:
    browser = site.signed_in()
    page = browser.get("/account/notices")
    assert 'name="ACCESS"' not in page.text
    assert "la loi veut que vous le sachiez" in page.text

    chosen = {"MESSAGE": "daily", "DOCUMENT": "daily", "ACCESS": "never"}
    reply = send(browser, "/account/notices", "/account/notices", **chosen)

    assert reply.location == "/account/notices?done=1"
    with site.database.read() as work:
        kept = NoticeChoices(work, site.patient).chosen()
        changes = [one.what for one in Profiles(work).changes(site.patient)]
    assert kept == {NoticeFamily.MESSAGE: NoticeWhen.DAILY}
    assert changes.count("notices") == 1
    send(browser, "/account/notices", "/account/notices", MESSAGE="whenever")
    with site.database.read() as work:
        assert NoticeChoices(work, site.patient).chosen() == kept
    assert "Façon d’être prévenu changée" in browser.get("/history").text.replace(
        "&#39;", "'"
    )


@needs_browser
@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (PHONE, "dark")],
    ids=["desk", "phone"],
)
@blocking
def test_axe_finds_nothing_on_the_notices(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    browser = site.signed_in()
    with opened(site, viewport, scripts=True, theme=theme) as visitor:
        visitor.sign_in_as(browser)
        visitor.go("/notices")
        visitor.look("notices-none")
        for number in range(14):
            letter(site, name=LONG, subject=f"Vos résultats, suite {number}")
        document_id = file(
            site.database, site.patient, narrative("<paragraph>Repos.</paragraph>")
        )
        happens(site, NoticeKind.DOCUMENT, document_id)
        happens(site, NoticeKind.WITHDRAWN, "e" * 32)
        happens(site, NoticeKind.HELPED, by=LONG)
        happens(site, NoticeKind.ACCESS, by="operateur.dupont")
        visitor.go("/notices")
        visitor.look("notices")
        visitor.page.click("text=Tout marquer comme lu")
        visitor.look("notices-read")
        visitor.go("/account/notices")
        visitor.look("choices")
        visitor.page.click("text=Garder ces choix")
        visitor.look("choices-kept")
        visitor.go("/home")
        visitor.look("home")

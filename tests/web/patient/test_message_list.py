"""The list of messages: what can be chosen and searched, and what no address says."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete, select

from gateway.message.building import OutgoingPart
from gateway.store.inbox import words
from gateway.store.tables import tasks
from gateway.store.tasks.values import TaskKind
from gateway.web.patient.message_search import AskedMessages
from gateway.web.site.paging import PER_PAGE
from tests.web.browsing import Browser, Reply, Site, blocking, token_of
from tests.web.mail import PDF, receive
from tests.web.patient.test_messages import answer, conversation_of

OTHER = "dr.loup@hopital.mssante.test"
PART = OutgoingPart(media_type="application/pdf", content=PDF, name="a.pdf")


def search(browser: Browser, typed: str, **fields: str) -> Reply:
    """Type words on the page of messages; return the list they lead to."""
    token = token_of(browser.get("/inbox"))
    sent = browser.post("/inbox/search", {"token": token, "words": typed, **fields})
    assert sent.status == 303, sent.text
    return browser.get(sent.location)


def names(page: Reply) -> list[str]:
    """Return the subjects of the lines of a list."""
    lines = page.text.split('<li class="row')[1:]
    texts = (line.split("<p>", 1)[1].split("</p>")[0] for line in lines)
    return [re.sub(r"<[^>]+>", "", text).strip() for text in texts]


def way_to(page: Reply) -> str:
    """Return where the first line of a list leads."""
    link = page.text.split('class="cover" href="')[1].split('"')[0]
    return link.replace("&amp;", "&")


def digest_of(page: Reply, name: str) -> str:
    """Return what stands for a correspondent among those to choose from."""
    return page.text.split(f">{name}")[0].rsplit('value="', 1)[1].split('"')[0]


@blocking
def test_messages_are_found_by_words_and_no_address_has_them(site: Site) -> None:
    receive(site.database, site.patient, subject="Séropositivité", text="À jeun")
    receive(site.database, site.patient, subject="Vaccin", sender=OTHER, name="Dr LOUP")
    browser = site.signed_in()

    found = search(browser, "seropos jeun")

    assert names(found) == ["Séropositivité"]
    assert "Trouvé dans 1 conversation" in found.text
    assert names(search(browser, "loup")) == ["Vaccin"]
    token = token_of(found)
    sent = browser.post("/inbox/search", {"token": token, "words": "Séropositivité"})
    for link in (sent.location, *browser.get(sent.location).text.split('href="')[1:]):
        address = link.split('"')[0].lower()
        assert not any(one in address for one in ("séro", "sero", "s%c3%a9", "loup"))
    nothing = search(browser, "scanner <b>")
    assert names(nothing) == []
    assert "Aucun message pour «\u00a0scanner &lt;b&gt;\u00a0»" in nothing.text
    assert "Voir tous les messages" in nothing.text
    assert browser.post("/inbox/search", {"words": "x"}).status == 403
    other = site.signed_in().get(sent.location)
    assert "gardé d’une visite à l’autre" in other.text.replace("gardée", "gardé")
    assert len(names(other)) == 2


@blocking
def test_what_is_chosen_narrows_the_list_and_nothing_is_said_in_words(
    site: Site,
) -> None:
    receive(site.database, site.patient, subject="Bilan", files=[PART])
    site.clock.advance(days=400)
    receive(site.database, site.patient, subject="Vaccin", sender=OTHER, name="Dr LOUP")
    browser = site.signed_in()
    page = browser.get("/inbox")
    years = [f"{(site.clock.now - timedelta(days=d)).year}" for d in (0, 400)]

    assert names(page) == ["Vaccin", "Bilan"]
    assert names(browser.get("/inbox?show=files")) == ["Bilan"]
    assert names(browser.get("/inbox?show=unread")) == ["Vaccin", "Bilan"]
    assert names(browser.get(f"/inbox?when={years[1]}")) == ["Bilan"]
    assert names(browser.get("/inbox?when=3m")) == ["Vaccin"]
    assert all(f'<option value="{year}"' in page.text for year in years)
    loup = digest_of(page, "Dr LOUP")
    assert names(browser.get(f"/inbox?by={loup}")) == ["Vaccin"]
    assert names(search(browser, "bilan", by=loup)) == []
    sent = browser.get("/inbox?show=sent")
    assert names(sent) == []
    assert "Aucun message de votre part" in sent.text
    answer(browser, conversation_of(site, "MARTIN"), text="Merci pour le bilan")
    assert names(browser.get("/inbox?show=sent")) == ["Vous\u00a0: Re: Bilan"]
    for odd in ("show=all", "by=x", "when=12", "q=AAAA", f"q={'A' * 5000}"):
        assert len(names(browser.get(f"/inbox?{odd}"))) == 2, odd
    late = browser.get("/inbox?show=files&page=9")
    assert late.location == "/inbox?show=files&page=1"


@blocking
def test_a_line_leads_to_the_message_on_its_page(site: Site) -> None:
    receive(site.database, site.patient, subject="Suite", text="le genou")
    for _ in range(PER_PAGE):
        site.clock.advance(hours=1)
        receive(site.database, site.patient, subject="Suite", text="rien")
    browser = site.signed_in()

    found = search(browser, "genou")
    way = urlsplit(way_to(found))
    opened = browser.get(f"{way.path}?{way.query}")

    assert "page=2" in way.query
    assert way.fragment == "found"
    assert opened.text.count('id="found"') == 1
    assert "le genou" in opened.text.split('id="found"')[1].split("</article>")[0]
    # One that is folded on its page is opened there.
    site.clock.advance(hours=1)
    receive(site.database, site.patient, subject="Suite", text="la hanche")
    for _ in range(3):
        site.clock.advance(hours=1)
        receive(site.database, site.patient, subject="Suite", text="rien")
    browser = site.signed_in()
    way = urlsplit(way_to(search(browser, "hanche")))
    browser.get(way.path)
    opened = browser.get(f"{way.path}?{way.query}")
    assert "la hanche" in opened.text.split('id="found"')[1].split("</article>")[0]


@blocking
def test_it_is_said_how_many_were_not_searched_and_the_rest_is_asked_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "MOST_READ", 20)
    for number in range(22):
        receive(site.database, site.patient, subject=f"Bilan {number}")
    browser = site.signed_in()
    with site.database.write() as work:
        work.connection.execute(delete(tasks))

    page = search(browser, "bilan")

    assert "Le texte de 2 messages n’est pas encore prêt" in page.text
    site.writer.submit(lambda _: None).result(5)  # nobody waits for what is asked
    with site.database.read() as work:
        asked = work.connection.execute(select(tasks.c.kind, tasks.c.subject)).all()
    assert (TaskKind.INDEX.value, site.patient) in [tuple(one) for one in asked]


def test_what_is_odd_in_an_address_is_not_asked_for() -> None:
    asked = AskedMessages.read({"show": "x", "by": "é" * 15, "when": "2m", "q": ""})

    assert asked == AskedMessages()
    assert not asked.looks_within
    assert not AskedMessages(show="unread").looks_within
    assert AskedMessages(show="unread", when="3m").looks_within
    assert AskedMessages(show="sent").page(2) == "/inbox?show=sent&page=2"

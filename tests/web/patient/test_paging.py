"""Long lists in pages, the sender of each message, and pages that are not there."""

from __future__ import annotations

from gateway.store.inbox.reading import InboxReader
from gateway.web.site.paging import PER_PAGE
from tests.web.browsing import Site, blocking
from tests.web.mail import file, narrative, receive
from tests.web.patient.test_messages import conversation_of


@blocking
def test_a_conversation_shows_its_newest_page_and_marks_it_alone(site: Site) -> None:
    for number in range(PER_PAGE + 3):
        receive(site.database, site.patient, subject=f"Message {number:02}.")
        site.clock.advance(seconds=1)
    browser, path = site.signed_in(), conversation_of(site)

    newest = browser.get(path).text

    shown = [f"Message {n:02}." in newest for n in range(PER_PAGE + 3)]
    assert shown == [False] * 3 + [True] * PER_PAGE
    main = newest.partition("<ol")[2]  # the title is the subject of the last one
    assert main.index("Message 03.") < main.index(f"Message {PER_PAGE + 2}.")
    assert "Page 1 sur 2" in newest
    with site.database.read() as work:
        assert InboxReader(work).unread_count(site.patient) == 3
    oldest = browser.get(f"{path}?page=2").text
    assert [f"Message {n:02}." in oldest for n in range(4)] == [True] * 3 + [False]
    assert browser.get(f"{path}?page=3").location == f"{path}?page=2"


@blocking
def test_a_page_past_the_end_leads_to_the_last_one(site: Site) -> None:
    for _ in range(PER_PAGE + 1):
        file(site.database, site.patient, narrative("Un"))
    receive(site.database, site.patient)
    browser = site.signed_in()

    assert browser.get("/documents?page=99").location == "/documents?page=2"
    beyond = browser.get("/documents?replaced=1&page=12345")
    assert beyond.location == "/documents?replaced=1&page=2"
    assert browser.get("/inbox?page=2").location == "/inbox?page=1"
    assert browser.get("/documents?page=2").text.count('<li class="row doc-row') == 1


@blocking
def test_a_message_shows_who_sent_it_and_by_which_certificate(site: Site) -> None:
    receive(
        site.database,
        site.patient,
        name="DR_Claire_MARTIN_Cardiologie",
        proven="Hôpital de démonstration",
    )

    page = site.signed_in().get(conversation_of(site)).text

    assert "DR Claire MARTIN Cardiologie" in page
    assert "dr.martin@<wbr>hopital.mssante.test" in page
    assert "Envoyé avec le certificat de\u00a0: Hôpital de démonstration" in page
    assert "auparavant sous un autre nom" not in page


@blocking
def test_a_new_name_renames_no_earlier_message_and_is_pointed_out(site: Site) -> None:
    receive(site.database, site.patient, name="Laboratoire du Port")
    site.clock.advance(seconds=1)
    receive(site.database, site.patient, name="Dr Claire MARTIN")

    page = site.signed_in().get(conversation_of(site)).text

    first, second = page.split('<article class="sheet msg theirs"')[1:]
    assert "<h2>Laboratoire du Port</h2>" in first
    assert "<h2>Dr Claire MARTIN</h2>" in second
    assert "auparavant sous un autre nom, «\u00a0Laboratoire du Port\u00a0»" in second
    assert "auparavant" not in first


@blocking
def test_no_turn_of_direction_reaches_a_page(site: Site) -> None:
    turned = "\u202enitraM rD\u2066\u200b"
    receive(
        site.database, site.patient, name=turned, subject=turned, text=f"a{turned}b\x07"
    )
    document = file(
        site.database, site.patient, narrative(f"<paragraph>{turned}</paragraph>"),
        title=turned,
    )  # fmt: skip
    browser = site.signed_in()

    for path in (
        "/inbox",
        conversation_of(site, "nitraM rD"),
        f"/documents/{document}",
    ):
        page = browser.get(path).text
        assert "nitraM rD" in page
        assert not set(page) & set("\u202e\u2066\u200b\x07")
    kept = browser.get(f"/documents/{document}/original").headers["content-disposition"]
    assert "%E2%80%AE" not in kept

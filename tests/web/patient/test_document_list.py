"""The list of documents: what can be chosen and searched, and what no address says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from gateway.core.document import AuthorEntry, Availability, Visibility
from gateway.core.folding import MOST_ASKED
from gateway.core.listing import MANY_READ, moment_of
from gateway.dmp_bridge.vaults.word_making import MOST_READ
from gateway.rights.delegation_rules import Capacity
from gateway.store.tables import documents
from gateway.store.tasks.values import TaskKind
from gateway.web.patient.document_list_pages import MOST_OLDER
from gateway.web.patient.document_search import AskedDocuments, period_of
from tests.builders_pdfs import pdf_of
from tests.dmp_bridge.vaults.takers import Given, make_searchable
from tests.web.browsing import Browser, Reply, Site, blocking, token_of
from tests.web.mail import PDF, carried, file, narrative
from tests.web.patient.test_every_route import acting
from tests.web.patient.test_representing import Child, opened

PARIS = ZoneInfo("Europe/Paris")
HIDDEN = frozenset({Visibility.HIDDEN_FROM_PATIENT})


def search(browser: Browser, words: str, **fields: str) -> Reply:
    """Type words on the page of the list; return the list they lead to."""
    token = token_of(browser.get("/documents"))
    sent = browser.post("/documents/search", {"token": token, "words": words, **fields})
    assert sent.status == 303, sent.text
    return browser.get(sent.location)


def titles(page: Reply) -> list[str]:
    """Return the titles of the lines of a list."""
    lines = page.text.split('<li class="row doc-row')[1:]
    return [line.split("</a></h3>")[0].rsplit(">", 1)[1] for line in lines]


@blocking
def test_words_are_found_in_titles_types_and_names_however_they_are_written(
    site: Site,
) -> None:
    by = (AuthorEntry(person="8^LEMAÎTRE^Samuel^^^Dr", institution="Hôpital Nord"),)
    file(
        site.database, site.patient, narrative("x"), title="Œdème", said={"authors": by}
    )
    file(site.database, site.patient, narrative("x"), title="Radio du genou")
    browser = site.signed_in()

    assert titles(search(browser, "OEDEME")) == ["Œdème"]
    assert titles(search(browser, "l'hôpital nord lemai")) == ["Œdème"]
    assert titles(search(browser, "liaison genou")) == ["Radio du genou"]
    nothing = search(browser, "scanner <b>")
    assert titles(nothing) == []
    assert "Rien pour «\u00a0scanner &lt;b&gt;\u00a0»" in nothing.text


@blocking
def test_words_of_the_text_are_found_of_what_is_seen_alone(site: Site) -> None:
    file(site.database, site.patient, narrative("INR à 2,4"), title="Analyse")
    file(site.database, site.patient, carried("application/pdf", PDF), title="Fichier")
    file(site.database, site.patient, narrative("INR"), title="Annonce", flags=HIDDEN)
    browser = site.signed_in()

    page = search(browser, "inr 2,4")

    assert titles(page) == ["Analyse"]
    assert "1 document," in page.text
    assert "comme une page numérisée, n’est pas cherché" in page.text
    assert titles(search(browser, "catalog")) == []


LETTER = carried("application/pdf", pdf_of("Suites de l’hyper-\ntension <b>grave</b>"))
SECRET = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})
MASKED = frozenset({Visibility.MASKED})


@blocking
def test_a_letter_is_found_by_its_pdf_and_the_place_is_shown(site: Site) -> None:
    file(site.database, site.patient, LETTER, title="Courrier")
    file(site.database, site.patient, narrative("Tension &amp; pouls"), title="Visite")
    browser = site.signed_in()

    early = search(browser, "hypertension")
    make_searchable(site.database, site.patient)
    late = search(browser, "HYPERTENSION")
    both = search(browser, "tens")
    titled = search(browser, "courrier")

    assert titles(early) == []
    assert "Le texte de 1 document n’est pas encore prêt" in early.text
    assert titles(late) == ["Courrier"]
    assert "Dans le texte\u00a0:" in late.text
    assert (
        "Suites de l’<mark>hyper-tension</mark> &lt;b&gt;grave&lt;/b&gt;" in late.text
    )
    assert sorted(titles(both)) == ["Courrier", "Visite"]
    assert "<mark>Tension</mark> &amp; pouls" in both.text
    assert titles(titled) == ["Courrier"]
    assert "<mark>" not in titled.text


@pytest.mark.parametrize(
    "capacity", [Capacity.HOLDER, Capacity.CARER, Capacity.REPRESENTATIVE]
)
@blocking
def test_everybody_finds_by_texts_what_they_see_and_nothing_else(
    site: Site, capacity: Capacity
) -> None:
    """Each document has the word in its PDF; the numbers tell of no other one."""
    if capacity is Capacity.HOLDER:
        browser, patient = site.signed_in(), site.patient
    elif capacity is Capacity.CARER:
        browser, patient = acting(site, capacity), site.patient
    else:
        child = Child.make(site)
        browser, patient = opened(site, child), child.id
    nobody: frozenset[Visibility] = frozenset()
    for title, flags, status in (
        ("Libre", nobody, Availability.APPROVED),
        ("Masqué", MASKED, Availability.APPROVED),
        ("Annonce", HIDDEN, Availability.APPROVED),
        ("Secret", SECRET, Availability.APPROVED),
        ("Retiré", nobody, Availability.DELETED),
    ):
        file(site.database, patient, LETTER, title=title, flags=flags, status=status)
    make_searchable(site.database, patient, Given("Hypertension"))

    listed, found = browser.get("/documents"), search(browser, "hypert")

    seen = {"Libre", "Masqué", "Secret"}
    if capacity is Capacity.REPRESENTATIVE:
        seen.remove("Secret")
    hidden = {"Libre", "Masqué", "Annonce", "Secret", "Retiré"} - seen
    # The attestation of a carer is there as well, and given the same text.
    assert set(titles(found)) == set(titles(listed)) >= seen
    assert hidden.isdisjoint(titles(found))
    assert f"{len(titles(listed))} documents," in found.text
    assert f'Tout <span class="n">{len(titles(listed))}</span>' in found.text
    # The place itself is for the patient: it would be read without a line saying so.
    is_own = capacity is Capacity.HOLDER
    assert ("<mark>Hypertension</mark>" in found.text) is is_own
    assert ("Trouvé dans le texte." in found.text) is not is_own


@blocking
def test_it_is_said_how_many_texts_could_not_be_searched_yet(site: Site) -> None:
    for _ in range(MOST_READ + 2):
        file(site.database, site.patient, narrative("INR"))
    browser = site.signed_in()

    page = search(browser, "inr")

    assert "Le texte de 2 documents n’est pas encore prêt" in page.text
    assert f"{MOST_READ} documents," in page.text


@blocking
def test_no_address_has_what_was_typed_or_whom_it_is_about(site: Site) -> None:
    file(site.database, site.patient, narrative("x"), title="Séropositivité")
    browser = site.signed_in()
    page = browser.get("/documents")
    by = (
        page.text.split("Dr Claire MARTIN (1)")[0].rsplit('value="', 1)[1].split('"')[0]
    )
    fields = {"token": token_of(page), "words": "Séropositivité", "by": by}

    sent = browser.post("/documents/search", fields)
    shown = browser.get(sent.location)

    assert titles(shown) == ["Séropositivité"]
    for link in (sent.location, *shown.text.split('href="')[1:]):
        address = link.split('"')[0].lower()
        assert not any(one in address for one in ("séro", "sero", "s%c3%a9", "martin"))
    assert shown.headers["cache-control"] == "no-store"
    # Filters stay: the pages and the categories of the list lead on with the words.
    sealed = parse_qs(urlsplit(sent.location).query)["q"][0]
    assert f"kind=lettre&amp;by={by}&amp;q={sealed}" in shown.text


@blocking
def test_what_was_typed_opens_in_its_own_session_alone(site: Site) -> None:
    file(site.database, site.patient, narrative("x"), title="Genou")
    file(site.database, site.patient, narrative("x"), title="Épaule")
    first = site.signed_in()
    token = token_of(first.get("/documents"))
    sent = first.post("/documents/search", {"token": token, "words": "genou"})

    other = site.signed_in().get(sent.location)

    assert titles(first.get(sent.location)) == ["Genou"]
    assert "genou" not in other.text.replace("Genou", "")
    assert len(titles(other)) == 2
    assert "gardée d’une visite à l’autre" in other.text
    for odd in ("AAAA", "é", "%00", "A" * 5000):
        assert first.get(f"/documents?q={odd}".replace("é", "%C3%A9")).status == 200


@blocking
def test_a_form_of_elsewhere_searches_nothing(site: Site) -> None:
    browser = site.signed_in()
    browser.get("/documents")

    assert browser.post("/documents/search", {"words": "genou"}).status == 403


@blocking
def test_a_search_is_cut_and_odd_choices_are_none(site: Site) -> None:
    file(site.database, site.patient, narrative("x"), title="Genou")
    browser = site.signed_in()

    page = search(browser, "g" * (MOST_ASKED + 50))
    assert f'value="{"g" * MOST_ASKED}"' in page.text
    odd = "kind=%3Cb%3E&by=zz&when=0000&order=x&masked=2&page=-1&fresh=&unread=on"
    assert titles(browser.get(f"/documents?{odd}")) == ["Genou"]
    for when in ("0001", "9999", "99999", "2m", "²²²²"):
        address = f"/documents?when={when}".replace("²", "%C2%B2")
        assert browser.get(address).status == 200


@blocking
def test_versions_stand_behind_the_newest(site: Site) -> None:
    newest = file(site.database, site.patient, narrative("c"), title="Corrigée")
    for number in range(MOST_OLDER + 1):
        file(
            site.database,
            site.patient,
            narrative("a"),
            title=f"Version {number}",
            status=Availability.DEPRECATED,
            replaced_by=newest,
        )
    browser = site.signed_in()

    page = browser.get("/documents")

    assert titles(page) == ["Corrigée"]
    assert f"{MOST_OLDER + 1} versions précédentes" in page.text
    assert page.text.count("Version du 18 novembre 2026") == MOST_OLDER
    assert "Toutes les versions précédentes" in page.text
    assert len(titles(browser.get("/documents?replaced=1"))) == MOST_OLDER + 2


@blocking
def test_each_filter_leaves_what_it_says(site: Site) -> None:
    bio = {"service_start_time": datetime(2024, 3, 1, 9, tzinfo=UTC)}
    read = file(site.database, site.patient, narrative("x"), title="Lu", said=bio)
    masked = frozenset({Visibility.MASKED})
    file(site.database, site.patient, narrative("x"), title="Masqué", flags=masked)
    browser = site.signed_in()
    browser.get(f"/documents/{read}")

    assert titles(browser.get("/documents?masked=1")) == ["Masqué"]
    assert titles(browser.get("/documents?unread=1")) == ["Masqué"]
    assert titles(browser.get("/documents?when=2024")) == ["Lu"]
    assert titles(browser.get("/documents?when=3m")) == ["Masqué"]
    assert titles(browser.get("/documents?when=2023")) == []
    assert titles(browser.get("/documents?kind=bio")) == []
    assert titles(browser.get("/documents")) == ["Masqué", "Lu"]
    assert titles(browser.get("/documents?order=filed")) == ["Masqué", "Lu"]
    assert "Aucun document ne correspond" in browser.get("/documents?kind=bio").text


@blocking
def test_what_came_since_the_last_visit_is_found(site: Site) -> None:
    day = site.clock() + timedelta(days=2)
    file(site.database, site.patient, narrative("x"), title="Avant")
    file(
        site.database, site.patient, narrative("x"), title="Annoncé depuis",
        flags=HIDDEN, visible_at=day,
    )  # fmt: skip
    assert "Depuis votre dernière visite" not in site.sign_in().get("/documents").text
    site.clock.now = day
    file(site.database, site.patient, narrative("x"), title="Depuis")
    browser = site.sign_in()

    page = browser.get("/documents")

    assert 'Depuis votre dernière visite <span class="n">2</span>' in page.text
    fresh = titles(browser.get("/documents?fresh=1"))
    assert sorted(fresh) == ["Annoncé depuis", "Depuis"]


@blocking
def test_what_is_hidden_is_in_no_count_and_no_choice(site: Site) -> None:
    by = (AuthorEntry(person="8^SECRET^Anne^^^Dr", institution="Oncologie"),)
    file(
        site.database, site.patient, narrative("x"), title="Annonce", flags=HIDDEN,
        said={"authors": by, "service_start_time": datetime(1999, 1, 2, tzinfo=UTC)},
    )  # fmt: skip
    browser = site.signed_in()
    empty = browser.get("/documents")
    file(site.database, site.patient, narrative("x"), title="Vu")

    assert "Pas encore de document" in empty.text
    for page in (browser.get("/documents?replaced=1"), search(browser, "oncologie")):
        assert not any(one in page.text for one in ("SECRET", "Oncologie", "1999"))
    assert titles(search(browser, "annonce")) == []


@blocking
def test_one_that_was_altered_is_left_out_and_the_rest_is_shown(site: Site) -> None:
    file(site.database, site.patient, narrative("x"), title="Bon")
    bad = file(site.database, site.patient, narrative("x"), title="Altéré")
    with site.database.write() as work:
        work.connection.execute(
            documents.update().where(documents.c.id == bad).values(size=1)
        )

    assert titles(site.signed_in().get("/documents")) == ["Bon"]


@blocking
def test_where_much_had_to_be_read_it_is_asked_for_once(site: Site) -> None:
    for _ in range(MANY_READ):
        file(site.database, site.patient, narrative("x"))
    browser = site.signed_in()

    for _ in range(3):
        assert browser.get("/documents").status == 200
    site.writer.submit(lambda _: None).result(5)

    with site.database.read() as work:
        kinds = [task.kind for task in work.tasks.listed()]
    assert kinds == [TaskKind.INDEX.value]


@pytest.mark.parametrize(
    ("when", "begin", "end"),
    [
        (
            "2025",
            datetime(2025, 1, 1, tzinfo=PARIS),
            datetime(2026, 1, 1, tzinfo=PARIS),
        ),
        ("3m", datetime(2025, 12, 28, tzinfo=PARIS), None),
        ("12m", datetime(2025, 3, 28, tzinfo=PARIS), None),
        ("", None, None),
    ],
)
def test_a_period_is_of_the_days_where_the_patients_are(
    when: str, begin: datetime | None, end: datetime | None
) -> None:
    found = period_of(when, date(2026, 3, 31), PARIS)

    assert found == tuple(
        None if one is None else moment_of(one) for one in (begin, end)
    )


def test_an_address_says_what_was_chosen_and_no_more() -> None:
    asked = AskedDocuments.read(
        {"kind": "bio", "unread": "1", "page": "7", "evil": "x"}
    )

    assert asked.address() == "/documents?kind=bio&unread=1"
    assert asked.address(kind="") == "/documents?unread=1"
    assert asked.page(2) == "/documents?kind=bio&unread=1&page=2"
    assert AskedDocuments().page(2) == "/documents?page=2"
    assert AskedDocuments().narrows is False

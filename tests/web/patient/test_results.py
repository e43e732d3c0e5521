"""Results over time: of documents that are seen, with their table."""

from __future__ import annotations

from datetime import timedelta

from gateway.core.document import Availability, Visibility
from gateway.node.vaults import open_vaults
from gateway.store.journal import Action, chain_of
from gateway.web.patient.results_pages import LARGEST, MOST_DOCUMENTS
from tests.builders_results import lab, report, result
from tests.web.browsing import Browser, Reply, Site, blocking
from tests.web.mail import file, narrative

HIDDEN = frozenset({Visibility.HIDDEN_FROM_PATIENT})


def of_test(browser: Browser, name: str) -> Reply:
    """Return the page of one test."""
    listed = browser.get("/documents/results").text
    link = listed.split(f">{name}</a>")[0].rsplit('href="', 1)[1].split('"')[0]
    return browser.get(link)


@blocking
def test_a_test_is_drawn_over_time_with_each_value_in_a_table(site: Site) -> None:
    for day, value, said in ((1, "0.62", "N"), (9, "1.90", "H"), (20, "1234.5", "HH")):
        file(
            site.database, site.patient,
            report(result(value, at=f"202611{day:02}0900+0100", said=said)),
            said=lab(day),
        )  # fmt: skip
    browser = site.signed_in()

    page = of_test(browser, "Triglycérides")

    assert page.text.split("<figure")[1].split("</svg>")[0].count("<circle") == 3
    assert "<polyline" in page.text
    assert "style=" not in page.text
    rows = page.text.split("<tbody>")[1].split("</tr>")
    assert [
        next(value for value in ("1\u202f234,5", "1,90", "0,62") if value in row)
        for row in rows[:3]
    ] == ["1\u202f234,5", "1,90", "0,62"]
    assert "Au-dessus" in rows[1]
    assert "Rien de signalé" in rows[2]
    assert "0,50 à 1,50" in rows[0]
    assert "n’est pas un diagnostic" in page.text
    listed = browser.get("/documents/results").text
    assert all("riglyc" not in one.split('"')[0] for one in listed.split('href="'))


@blocking
def test_one_value_is_a_table_alone_and_another_unit_another_test(site: Site) -> None:
    content = report(result(), result("0.71", unit="mmol/L"))
    file(site.database, site.patient, content, said=lab(3))
    browser = site.signed_in()

    listed = browser.get("/documents/results").text

    assert listed.count("Triglycérides</a>") == 2
    assert "<svg viewBox" not in of_test(browser, "Triglycérides").text


@blocking
def test_results_are_of_what_is_seen_and_current_alone(site: Site) -> None:
    for name, more in (
        ("Annonce", {"flags": HIDDEN, "visible_at": site.clock() + timedelta(days=9)}),
        ("Effacé", {"status": Availability.DELETED}),
        ("Remplacé", {"status": Availability.DEPRECATED}),
        ("Vu", {}),
    ):
        file(
            site.database, site.patient, report(result(name=name, code=name)),
            said=lab(3), **more,
        )  # fmt: skip
    file(site.database, site.patient, report(result(name="Courrier", code="x")))
    listed = site.signed_in().get("/documents/results").text

    assert "Vu</a>" in listed
    for name in ("Annonce", "Effacé", "Remplacé", "Courrier"):
        assert name not in listed


@blocking
def test_each_document_whose_value_is_shown_leaves_a_trace(site: Site) -> None:
    shown = file(site.database, site.patient, report(result()), said=lab(3))
    file(site.database, site.patient, report(result(name="A", code="a")), said=lab(4))
    browser = site.signed_in()

    of_test(browser, "Triglycérides")
    assert browser.get("/documents/results?test=0000000000000000").status == 404

    with site.database.read() as work:
        lines = [
            line.subject
            for line in work.journal.lines(chain_of(site.patient))
            if line.action == Action.DOCUMENT_OPENED
        ]
    assert lines == [shown]


@blocking
def test_so_many_documents_are_looked_into_and_none_too_large(site: Site) -> None:
    large = report(result(name="Trop", code="t")).replace(
        b"Biologie", b"x" * (LARGEST + 1)
    )
    file(site.database, site.patient, large, said=lab(28))
    for number in range(MOST_DOCUMENTS):
        content = report(result(name=f"Test {number:02}", code=f"{number}"))
        file(site.database, site.patient, content, said=lab(1 + number))
    listed = site.signed_in().get("/documents/results").text

    assert "Test 01</a>" in listed
    assert "Test 00</a>" not in listed
    assert "Trop" not in listed
    assert f"De vos {MOST_DOCUMENTS} documents de biologie" in listed


@blocking
def test_without_numbers_it_is_said(site: Site) -> None:
    file(site.database, site.patient, narrative("INR 2"), said=lab(3))
    browser = site.signed_in()

    assert "Pas encore de résultat en nombre" in browser.get("/documents/results").text
    assert "/documents/results" in browser.get("/documents?kind=bio").text


@blocking
def test_a_value_that_is_shown_is_a_document_that_was_opened(site: Site) -> None:
    """Who takes a letter back is told what was read before: a value on this page is"""
    shown = file(site.database, site.patient, report(result()), said=lab(3))
    other = result("7", name="Autre", code="o")
    file(site.database, site.patient, report(other), said=lab(4))
    browser = site.signed_in()

    listed = browser.get("/documents/results").text
    assert ">0,62" not in listed
    of_test(browser, "Triglycérides")

    with site.database.read() as work:
        listing = open_vaults(site.database).within(work).listing(site.patient)
        assert [one.id for one in listing.entries if one.is_read] == [shown]


@blocking
def test_what_could_not_be_measured_is_in_the_table_and_not_drawn(site: Site) -> None:
    below = '<high value="5" unit="g/L" inclusive="false"/>'
    for day, one in (
        (1, result("12", at="202611010900+0100")),
        (2, result(kind="IVL_PQ", ends=below, at="202611020900+0100")),
        (3, result("8", at="202611030900+0100")),
        (4, result("9", at="202611031700+0100")),
    ):
        file(site.database, site.patient, report(one), said=lab(day))

    page = of_test(site.signed_in(), "Triglycérides").text

    assert page.split("<figure")[1].split("</svg>")[0].count("<circle") == 3
    assert "&lt; 5 g/L" in page
    assert "4 valeurs" in page
    assert "n’est pas tracée" in page
    assert page.count("3 novembre 2026 à ") == 2, "two of one day are told apart"
    assert "2 novembre 2026 à " not in page


@blocking
def test_long_numbers_and_many_values_stay_within_the_drawing(site: Site) -> None:
    entries = [
        result(f"{250_000_000 + n}", unit="", at=f"2026{1 + n // 28:02}{1 + n % 28:02}")
        for n in range(300)
    ]
    file(site.database, site.patient, report(*entries), said=lab(20))

    page = of_test(site.signed_in(), "Triglycérides").text

    drawing = page.split("<figure")[1].split("</svg>")[0]
    assert drawing.count("<circle") == 300
    assert "300 valeurs" in page
    scale = drawing.split('text-anchor="end"')[0].rsplit("<text", 1)[1]
    assert float(scale.split('x="')[1].split('"')[0]) >= 8 * len("250 000 299")


@blocking
def test_documents_that_are_not_looked_into_are_counted(site: Site) -> None:
    large = report(result()).replace(b"Biologie", b"x" * (LARGEST + 1))
    file(site.database, site.patient, large, said=lab(28))
    file(site.database, site.patient, report(result()), said=lab(3))
    browser = site.signed_in()

    for page in (browser.get("/documents/results"), of_test(browser, "Triglycérides")):
        assert "De vos 2 documents de biologie" in page.text
        assert "1 n’est pas comparé ici" in page.text

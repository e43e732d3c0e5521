"""Several files by one form: each is received or refused alone, none twice (W11)."""

from __future__ import annotations

import errno
import os
import random
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.core.vault import FiledDocument
from gateway.node.vaults import open_vaults
from gateway.store.journal import Action
from tests.builders_cda import PDF, make_cda
from tests.builders_hiding import File, attached_to_a_pdf
from tests.builders_people import open_profile
from tests.web.browsing import Browser, Reply, blocking
from tests.web.professional.browsing import ProSite
from tests.web.professional.mailing import work_off
from tests.web.professional.test_filing import (
    SMALL,
    arrivals,
    documents,
    fields_of,
    file,
)

OTHER = "255069999999934"
LOCKED = PDF.replace(b"/Root", b"/Encrypt 9 0 R /Root")
DAMAGED = PDF[: len(PDF) // 2]
CUT = PDF.replace(b"%%EOF\n", b"")
LONG = unicodedata.normalize("NFD", "é" * 295) + ".pdf"
UGLY = [
    ("bilan.pdf", PDF),
    ("vide.pdf", b""),
    ("verrouillé.pdf", LOCKED),
    (LONG, PDF + b"\n"),
    ("écho.pdf", PDF + b"\n\n"),
    ("écho.pdf", PDF + b"\n\n"),
]
"""Two are as they should be, one comes twice, and two are refused."""


def titles(pages: ProSite, patient: str) -> list[str]:
    """Return the titles of what was filed, in their order."""
    with pages.database.read() as work:
        vault = open_vaults(pages.database).within(work)
        filed: list[FiledDocument] = documents(pages, patient)
        return sorted(vault.entry(one).title for one in filed)


class Sending:
    """A form that is open, and sent as often as somebody likes."""

    def __init__(self, browser: Browser) -> None:
        page = browser.get("/file")
        self.browser = browser
        self.action = page.text.split('action="/file?')[1].split('"')[0]
        self.fields = fields_of(page)

    def __call__(self, *files: tuple[str, bytes], **said: str) -> Reply:
        fields = list({**dict(self.fields), **said}.items())
        return self.browser.send_form(f"/file?{self.action}", fields, list(files))


def answer_of(browser: Browser, sent: Reply) -> str:
    """Return the page that a form led to."""
    assert sent.status == 303, sent.text
    assert sent.location.startswith("/filings?sent=")
    return browser.get(sent.location).text


def said_of(page: str, name: str) -> str:
    """Return what a page says of the first file of a name."""
    return page.split(f"<h3>{name}</h3>", 1)[1].split("</li>", maxsplit=1)[0]


@blocking
def test_six_ugly_files_are_each_received_or_refused_with_what_to_do(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()

    sent = file(browser, *UGLY)
    early = answer_of(browser, sent)
    work_off(pages)
    late = answer_of(browser, sent)

    long = "é" * 116
    assert "3 fichiers sont reçus" in early
    assert "2 fichiers ne sont pas reçus" in early
    assert ">Déposé<" not in early
    assert "est vide" in said_of(early, "vide.pdf")
    assert "mot de passe" in said_of(early, "verrouillé.pdf")
    assert "une seule fois" in early
    for name in ("bilan", long, "écho"):
        assert "Reçu, en cours de contrôle" in said_of(early, name)
        assert ">Déposé<" in said_of(late, name)
    assert titles(pages, patient) == sorted(["bilan", "écho", long])
    assert len(arrivals(pages)) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ", "n’est pas un PDF"),
        (b"", "est vide"),
        (PDF + bytes(2 * len(PDF)), "trop lourd"),
        (LOCKED, "mot de passe"),
        (DAMAGED, "abîmé ou incomplet"),
    ],
)
@pytest.mark.parametrize(
    "pages",
    [{"file_bytes": 2 * len(PDF), "max_message_bytes": 16 * len(PDF)}],
    indirect=True,
)
@blocking
def test_one_bad_file_is_named_and_holds_up_no_other(
    pages: ProSite, content: bytes, words: str
) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()

    shown = answer_of(browser, file(browser, ("mauvais.pdf", content), ("a.pdf", PDF)))
    alone = file(browser, ("mauvais.pdf", content))
    work_off(pages)

    assert words in said_of(shown, "mauvais.pdf")
    assert "1 fichier n’est pas reçu" in shown
    assert alone.status == 422
    assert "mauvais.pdf" in alone.text
    assert words in alone.text
    assert titles(pages, patient) == ["a"]


@blocking
def test_a_file_that_hides_a_document_of_somebody_else_is_set_aside_alone(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()
    letter = make_cda(ins=OTHER, family="AUTRE")
    hiding = attached_to_a_pdf(File(letter, "lettre.xml", "text/xml")).content

    sent = file(browser, ("piège.pdf", hiding), ("a.pdf", PDF))
    work_off(pages)
    shown = answer_of(browser, sent)

    assert ">Non déposé<" in said_of(shown, "piège")
    assert ">Déposé<" in said_of(shown, "a")
    assert titles(pages, patient) == ["a"]


@blocking
def test_the_same_form_files_nothing_twice_and_takes_what_was_mended(
    pages: ProSite,
) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()
    send = Sending(browser)

    first = send(("a.pdf", PDF), ("b.pdf", LOCKED))
    again = send(("a.pdf", PDF), ("b.pdf", LOCKED))
    before = answer_of(browser, again)
    mended = send(("a.pdf", PDF), ("b.pdf", PDF + b"\n"))
    work_off(pages)
    after = answer_of(browser, mended)

    assert first.location == again.location == mended.location
    assert "1 fichier n’est pas reçu" in before
    assert "ne sont pas reçus" not in after
    assert "n’est pas reçu" not in after
    assert "2 fichiers sont reçus" in after
    assert titles(pages, patient) == ["a", "b"]
    assert len(arrivals(pages)) == 2
    assert browser.get("/filings").text.count("<h3>a</h3>") == 1


@blocking
def test_two_clicks_at_the_same_moment_file_each_once(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()
    send = Sending(browser)

    with ThreadPoolExecutor(4) as clicks:
        sent = list(clicks.map(lambda _: send(*UGLY), range(4)))
    work_off(pages)

    assert {one.location for one in sent} == {sent[0].location}
    assert len(documents(pages, patient)) == 3
    assert len(arrivals(pages)) == 3


@blocking
def test_what_is_said_otherwise_in_the_same_form_is_not_dropped(pages: ProSite) -> None:
    patient = open_profile(pages.database)
    send = Sending(pages.sign_in())

    send(("a.pdf", PDF), title="Bilan")
    send(("a.pdf", PDF), title="Bilan corrigé")
    work_off(pages)

    assert titles(pages, patient) == ["Bilan", "Bilan corrigé"]


@blocking
def test_what_could_not_be_kept_is_said_and_the_rest_is_received(
    pages: ProSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()
    send = Sending(browser)
    large = PDF + b"%" + random.Random(1).randbytes(300_000) + PDF

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as kernel:
        kernel.setattr(os, "fsync", full)
        sent = send(("petit.pdf", PDF), ("grand.pdf", large))
        alone = send(("grand.pdf", large))
    shown = answer_of(browser, sent)
    send(("petit.pdf", PDF), ("grand.pdf", large))
    work_off(pages)

    assert "Reçu, en cours de contrôle" in said_of(shown, "petit")
    assert "panne de notre côté" in said_of(shown, "grand.pdf")
    assert alone.status == 503
    assert titles(pages, patient) == ["grand", "petit"]


@blocking
def test_a_pdf_without_an_end_is_taken_and_it_is_said(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()

    shown = answer_of(browser, file(browser, ("a.pdf", CUT), ("b.pdf", PDF)))

    assert "n’a pas de fin" in said_of(shown, "a")
    assert "n’a pas de fin" not in said_of(shown, "b")


@pytest.mark.parametrize("pages", [SMALL], indirect=True)
@blocking
def test_good_files_past_the_number_are_not_taken_by_halves(pages: ProSite) -> None:
    open_profile(pages.database)
    three = [(f"{number}.pdf", PDF + b"\n" * number) for number in range(3)]

    refused = file(pages.sign_in(), *three)

    assert refused.status == 422
    assert arrivals(pages) == []


@blocking
def test_a_form_that_is_wrong_names_its_bad_files_too(pages: ProSite) -> None:
    open_profile(pages.database)

    refused = file(pages.sign_in(), ("x.pdf", b""), ("a.pdf", PDF), kind="")

    assert refused.status == 422
    assert "Choisissez le type" in refused.text
    assert "x.pdf" in refused.text
    assert arrivals(pages) == []


@blocking
def test_an_answer_is_shown_to_who_sent_the_form_alone(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()
    sent = file(browser, ("secret.pdf", PDF), ("vide.pdf", b""))
    with pages.database.read() as work:
        kept = [
            one.kept
            for one in work.journal.lines()
            if one.action in {Action.FILING_ANSWERED, Action.DOCUMENTS_BROUGHT}
        ]

    nothing = browser.get(f"/filings?sent={'0' * 32}").text

    assert "secret" in browser.get(sent.location).text
    assert "est reçu" not in nothing
    assert len(kept) == 2
    assert "secret" not in str(kept)
    assert "vide" not in str(kept)
    assert pages.browser("").get(sent.location).location.startswith("/sign-in")

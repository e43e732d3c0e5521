"""Texts are taken out of files by processes that are shut in, within limits (X12)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from attrs import evolve

from gateway.converting.texts import TakerLimits, TextTaker
from gateway.core.rendered import NotTakenError
from gateway.core.searched_text import every_word, plain_text
from gateway.documents.printed_page import Paragraph, PrintedPage, print_page
from tests.builders_pdfs import bomb, pdf_of, raw_pdf, scanned

PDF = "application/pdf"
LIMITS = TakerLimits()
OWN_FONT = print_page(
    PrintedPage(
        title="Lettre",
        blocks=[Paragraph("Efficacité, œdème déjà")],
        language="fr",
        footer="",
    )
)


@pytest.fixture(scope="module")
def taker() -> Iterator[TextTaker]:
    with TextTaker() as made:
        yield made


def words(taker: TextTaker, content: bytes) -> frozenset[str]:
    return frozenset(every_word(plain_text(taker.take(PDF, content).text)))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (pdf_of("Une hypertension", "artérielle"), {"hypertension", "arterielle"}),
        (pdf_of("de l’hôpital : œdème"), {"hopital", "oedeme"}),
        (pdf_of("une hyper-\ntension"), {"hypertension", "hyper", "tension"}),
        (pdf_of("un compte-\nrendu"), {"compterendu", "compte", "rendu"}),
        (pdf_of("SUIVI DU DIABETE", apart=5), {"suivi", "diabete"}),
        (
            raw_pdf(b"BT /F1 9 Tf 9 9 Td (ef\\001cacit\\351 \\003d\\350me) Tj ET"),
            {"efficacite", "oedeme"},
        ),
        (
            raw_pdf(b"BT /F1 9 Tf 9 9 Td [(Hy) 20 (per) -15 (tension)] TJ ET"),
            {"hypertension"},
        ),
        (OWN_FONT, {"efficacite", "oedeme", "deja"}),
        (pdf_of("ouvert à tous", password=""), {"ouvert", "tous"}),
    ],
    ids=[
        "two pages", "apostrophe and ligature", "cut by a hyphen", "a true hyphen",
        "set apart", "ligatures by name", "kerning", "a font of its own",
        "locked for changes alone",
    ],
)  # fmt: skip
def test_ugly_texts_are_found_by_their_words(
    taker: TextTaker, content: bytes, found: set[str]
) -> None:
    assert found <= words(taker, content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.4",
        b"%PDF-1.4\n%%EOF",
        pdf_of("fermé", password="secret"),
        pdf_of("coupé")[:600],
        scanned(),
        b"\x00" * 5000,
        b"%PDF-1.4\n" + b"[" * 100_000,
        raw_pdf(b"BT /F1 9 Tf", filters=["FlateDecode"], body=b"not deflated"),
        raw_pdf(b"<< " * 5000),
    ],
    ids=[
        "empty", "a head", "no more", "password", "cut", "scan", "zeros", "nested",
        "not deflated", "open dictionaries",
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_no_text_and_stops_nobody(
    taker: TextTaker, content: bytes
) -> None:
    assert taker.take(PDF, content).text.strip() == ""
    assert "apres" in words(taker, pdf_of("après"))


def test_rtf_has_a_text_and_other_types_have_none(taker: TextTaker) -> None:
    rtf = b"{\\rtf1\\ansi\\ansicpg1252 \\'c9t\\'e9\\par suite}"

    assert taker.take("text/rtf", rtf).text.split() == ["Été", "suite"]
    assert taker.take("image/png", rtf).text == ""


@pytest.mark.parametrize(
    ("limits", "content", "just", "past"),
    [
        ({"pages": 2}, pdf_of("un", "deux"), "deux", pdf_of("un", "deux", "trois")),
        ({"characters": 11}, pdf_of("mot mots mo"), "mo", pdf_of("mot mots mots")),
    ],
    ids=["pages", "characters"],
)
def test_a_text_is_cut_at_its_limit(
    limits: dict[str, int], content: bytes, just: str, past: bytes
) -> None:
    with TextTaker(evolve(LIMITS, **limits)) as strict:
        whole, cut = strict.take(PDF, content), strict.take(PDF, past)

    assert whole.text.split()[-1] == just
    assert not whole.is_cut
    assert cut.text.split()[: len(whole.text.split())] == whole.text.split()
    assert cut.is_cut


def test_a_file_a_byte_too_large_is_not_read() -> None:
    content = pdf_of("mot")
    for size, found in ((len(content), "mot"), (len(content) - 1, "")):
        with TextTaker(evolve(LIMITS, file_bytes=size)) as strict:
            assert strict.take(PDF, content).text.strip() == found


@pytest.mark.parametrize("times", [1, 2])
def test_a_bomb_is_not_unpacked(times: int) -> None:
    size = 300_000
    with TextTaker(evolve(LIMITS, unpacked_bytes=size + 32)) as strict:
        assert strict.take(PDF, bomb(size, times=times)).text.strip() == "bombe"
        assert strict.take(PDF, bomb(size + 1, times=times)).text.strip() == ""


def test_memory_has_an_end() -> None:
    limits = evolve(LIMITS, memory_bytes=256 << 20, unpacked_bytes=1 << 30)
    with TextTaker(limits) as strict:
        made = strict.take(PDF, bomb(160 << 20))
        assert made.text.strip() == ""
        assert strict.take(PDF, pdf_of("après")).text.strip() == "après"


def test_what_takes_too_long_is_our_fault_and_may_be_tried_again() -> None:
    slow = raw_pdf(b"BT /F1 9 Tf " + b"(mot) Tj 1 0 0 1 2 3 cm " * 60_000 + b"ET")
    with TextTaker(evolve(LIMITS, seconds=0.3)) as strict:
        strict.take(PDF, pdf_of("vite"))
        with pytest.raises(NotTakenError):
            strict.take(PDF, slow)
        assert strict.take(PDF, pdf_of("après")).text.strip() == "après"


def test_a_process_that_is_gone_is_started_again() -> None:
    with TextTaker() as made:
        made.take(PDF, pdf_of("avant"))
        process = made._process
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)  # and the copy that waits for a file
        process.wait()
        with pytest.raises(NotTakenError):
            made.take(PDF, pdf_of("pendant"))
        assert made.take(PDF, pdf_of("après")).text.strip() == "après"
    assert process.poll() is not None


def test_at_its_end_no_process_is_left() -> None:
    with TextTaker() as made:
        made.take(PDF, pdf_of("mot"))
        process = made._process
    assert process is not None
    assert process.poll() is not None

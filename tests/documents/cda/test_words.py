"""The words of what a page shows of a document, and no others."""

from __future__ import annotations

import pytest

from gateway.core.word_form import LONGEST, MOST_WORDS
from gateway.documents.cda.words import words_of
from tests.web.mail import PDF, carried, narrative

ROW = "<table><tbody><tr><td>INR</td><td>2,4</td></tr></tbody></table>"


def test_words_of_sections_are_those_of_titles_and_texts() -> None:
    entry = (
        '<entry><observation><text>caché</text><value code="X9"/></observation></entry>'
    )

    found = words_of(narrative(f"<paragraph>L’œdème</paragraph>{ROW}", entry))

    assert found == {"synthese", "du", "sejour", "l", "oedeme", "inr", "2", "4"}


def test_words_of_a_plain_text_are_its_own() -> None:
    assert words_of(carried("text/plain", b"Rien a signaler")) == {
        "rien",
        "a",
        "signaler",
    }


@pytest.mark.parametrize(
    "content",
    [b"", b"<html/>", b"not xml", carried("application/pdf", PDF), narrative("")[:-9]],
)
def test_a_file_and_what_cannot_be_read_have_none(content: bytes) -> None:
    assert words_of(content) == frozenset()


def test_there_are_so_many_words_of_one_document_and_none_is_longer() -> None:
    many = " ".join(f"m{number}" for number in range(MOST_WORDS + 10))

    assert len(words_of(narrative(many))) == MOST_WORDS
    assert "a" * LONGEST in words_of(narrative("a" * (LONGEST + 1)))

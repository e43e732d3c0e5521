"""What is searched of a document: what a page shows of it, and the files in it."""

from __future__ import annotations

from base64 import b64encode

import pytest

from gateway.core.word_form import words_in
from gateway.documents.cda.searched import MOST_FILES, SearchedParts, searched_parts
from tests.builders_pdfs import pdf_of
from tests.web.mail import JPEG, carried, narrative

ROW = "<table><tbody><tr><td>INR</td><td>2,4</td></tr></tbody></table>"
PDF = pdf_of("texte")
RTF = b"{\\rtf1 texte}"


def media(content: bytes, media_type: str = "application/pdf") -> str:
    packed = b64encode(content).decode()
    value = f'<value mediaType="{media_type}" representation="B64">{packed}</value>'
    return f"<entry><observationMedia>{value}</observationMedia></entry>"


def test_of_sections_it_is_their_titles_and_texts() -> None:
    entry = (
        '<entry><observation><text>caché</text><value code="X9"/></observation></entry>'
    )

    found = searched_parts(narrative(f"<paragraph>L’œdème</paragraph>{ROW}", entry))

    assert found.files == ()
    assert words_in([found.text]) == {
        *("synthese", "du", "sejour", "l", "oedeme", "inr", "2", "4")
    }


def test_of_a_plain_text_it_is_the_text() -> None:
    found = searched_parts(carried("text/plain", b"Rien a signaler"))

    assert found == SearchedParts("Rien a signaler")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html/>", b"not xml", narrative("")[:-9], carried("image/jpeg", JPEG)],
)
def test_of_an_image_and_of_what_cannot_be_read_it_is_nothing(content: bytes) -> None:
    assert searched_parts(content) == SearchedParts()


@pytest.mark.parametrize(
    ("media_type", "content"), [("application/pdf", PDF), ("text/rtf", RTF)]
)
def test_a_file_that_is_the_document_has_its_text_taken(
    media_type: str, content: bytes
) -> None:
    found = searched_parts(carried(media_type, content))

    assert [(one.media_type, one.content) for one in found.files] == [
        (media_type, content)
    ]
    assert found.text == ""


def test_so_many_files_beside_sections_and_no_others() -> None:
    odd = (
        media(b"no PDF at all"),
        media(PDF, "image/png"),
        "<entry><observationMedia/></entry>",
        '<entry><observationMedia><value mediaType="application/pdf"/>'
        "</observationMedia></entry>",
    )
    for number in (MOST_FILES, MOST_FILES + 1):
        found = searched_parts(narrative("corps", "".join((*odd, media(PDF) * number))))
        assert [one.content for one in found.files] == [PDF] * MOST_FILES
        assert "corps" in found.text

"""The body of a CDA, decoded strictly."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from gateway.core.document import BodyLevel
from gateway.documents.cda.body import body_of
from gateway.errors import InvalidError
from tests.builders_cda import PDF, make_cda
from tests.shared import shared


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        ("pdf", "application/pdf"),
        ("text", "text/plain"),
        ("text/rtf", "text/rtf"),
        ("image/jpeg", "image/jpeg"),
        ("image/tiff", "image/tiff"),
    ],
)
def test_the_file_of_one_is_given_back_bit_for_bit(body: str, media_type: str) -> None:
    content = bytes(range(256)) * 5

    found = body_of(make_cda(body=body, file=content))

    assert (found.level, found.media_type) == (BodyLevel.N1, media_type)
    assert found.content == content
    assert found.sections is None


def test_sections_are_given_as_they_are() -> None:
    found = body_of(make_cda())

    assert found.level is BodyLevel.N3
    assert found.sections is not None
    assert len(found.sections) == 3
    assert found.pdf_copy is None


def test_a_pdf_copy_is_decoded() -> None:
    found = body_of(make_cda(body="sections+pdf"))

    assert found.pdf_copy == PDF
    assert found.sections is not None


def test_a_broken_pdf_copy_leaves_the_sections() -> None:
    encoded = base64.encodebytes(PDF).strip()
    content = make_cda(body="sections+pdf").replace(encoded, b"!!")

    found = body_of(content)

    assert found.pdf_copy is None
    assert found.sections is not None


def test_plain_text_may_stand_as_it_is() -> None:
    text = make_cda(body="text", file=b"x").decode()
    content = text.replace('representation="B64">eA==', ">  Voilà. ").encode()

    assert body_of(content).content == "Voilà.".encode()


BROKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("eA==", "eA=", {}),
    ("eA==", "eA", {}),
    ("eA==", "eA==eA==", {}),
    ("eA==", "e*A==", {}),
    ("eA==", "", {}),
    ("eA==", "   ", {}),
    ("eA==", "é", {}),
    ("eA==", "eA==<reference value='file:///etc/hostname'/>", {}),
    ('"B64"', '"B64" compression="DF"', {}),
    ("text/plain", "text/html", {}),
    ("text/plain", "image/svg+xml", {}),
    ("text/plain", "", {}),
]


@pytest.mark.parametrize(("old", "new", "changes"), BROKEN)
def test_a_body_that_is_none_is_refused(
    old: str, new: str, changes: dict[str, Any]
) -> None:
    text = make_cda(body="text", file=b"x", **changes).decode()
    assert old in text

    with pytest.raises(InvalidError):
        body_of(text.replace(old, new).encode())


def test_the_callers_limit_of_bytes_holds() -> None:
    content = make_cda(body="pdf")

    with pytest.raises(InvalidError, match="too large"):
        body_of(content, max_bytes=len(content) - 1)


@pytest.mark.parametrize(
    "name",
    [
        "BIO-CR-BIO_2021.01_CDA-R2-Niveau-1.xml",
        "DOC_NON_STRUCTURE_CDA-R2-N1.xml",
        "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml",
        "TLM-CR_2022.01.xml",
    ],
)
def test_the_pdf_of_a_published_example_is_decoded(name: str) -> None:
    found = body_of(shared(f"cda/{name}").read_bytes())

    assert found.media_type == "application/pdf"
    assert found.content.startswith(b"%PDF-")

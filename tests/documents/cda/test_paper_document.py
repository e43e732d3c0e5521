"""What a form said stands in its document, and is read back from it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.ins import Ins
from gateway.core.papers import (
    AskedAs,
    PaperField,
    PaperFile,
    PaperKind,
    PaperToWrite,
    PaperVersion,
    fields_of,
)
from gateway.documents.cda.body import body_of
from gateway.documents.cda.header import read_cda
from gateway.documents.cda.paper_document import make_paper, read_paper
from gateway.documents.showing.narrative import narrative_html
from gateway.errors import InvalidError
from tests.builders_people import MATRICULE, TEST_RANGE, TRAITS

AT = datetime(2026, 11, 29, 10, tzinfo=UTC)


def made(kind: PaperKind, said: dict[str, str], file: PaperFile | None = None) -> bytes:
    paper = PaperToWrite(
        version=PaperVersion("p", kind, 2), replaces="2.25.7", said=said, file=file
    )
    ins = Ins.of(MATRICULE, TEST_RANGE)
    return make_paper(paper, ins=ins, traits=TRAITS, written_at=AT)


def test_directives_name_their_author_as_the_law_asks() -> None:
    said = {"birth-place": "Lyon", "resuscitation": "no", "more": "1\n\n2 <3"}

    content = made(PaperKind.DIRECTIVES, said)

    document = read_cda(content)
    assert (document.type_code.code, document.version) == ("EXPPAT_3", 2)
    assert document.replaces == "2.25.7"
    assert all(one.is_patient for one in document.authors)
    sections = body_of(content).sections
    assert sections is not None
    text = narrative_html(sections)
    for words in (
        "PAT-TROIS",
        "28/03/1979",
        "Lyon",
        "Je le refuse",
        "1<br/><br/>2 &lt;3",
    ):
        assert words in text


def _answers(one: PaperField) -> st.SearchStrategy[str]:
    if one.entry is AskedAs.CHOICE:
        return st.sampled_from(one.choices)
    letters = st.characters(exclude_categories=("C", "Zl", "Zp", "Zs"))
    line = st.text(letters, max_size=20)
    if one.entry is not AskedAs.TEXT:
        return line
    return st.lists(line, max_size=3).map("\n".join)


@given(st.sampled_from(PaperKind), st.data())
def test_whatever_was_said_is_read_back(kind: PaperKind, data: st.DataObject) -> None:
    said = {one.key: data.draw(_answers(one)).strip() for one in fields_of(kind)}
    said = {key: text for key, text in said.items() if text}

    assert read_paper(made(kind, said), kind) == said


def test_a_file_is_kept_bit_for_bit_and_says_nothing_to_the_form() -> None:
    file = PaperFile(media_type="text/plain", content=b"Je veux.")

    content = made(PaperKind.DIRECTIVES, {}, file)

    assert body_of(content).content == b"Je veux."
    assert read_paper(content, PaperKind.DIRECTIVES) == {}


def test_what_xml_cannot_hold_is_refused() -> None:
    with pytest.raises(InvalidError):
        made(PaperKind.ENTOURAGE, {"wishes": "\x00"})

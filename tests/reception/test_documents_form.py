"""Documents in their blob: what was written is read, and nothing else is."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.document import AuthorEntry
from gateway.core.informing import InformedBy, PatientInformed
from gateway.core.person import Coded
from gateway.documents.xds.values import EntryAction
from gateway.errors import InvalidError
from gateway.reception.documents_form import read_documents, write_documents
from gateway.reception.submission import (
    Said,
    SubmittedDocument,
    SubmittedDocuments,
)

codes = st.builds(Coded, code=st.text(), scheme=st.text(), label=st.text())
said = st.builds(
    Said,
    unique_id=st.text(),
    patient_id=st.none() | st.text(),
    type_code=st.none() | codes,
    confidentiality=st.lists(st.text(), max_size=3).map(tuple),
    action=st.sampled_from(EntryAction),
    replaces=st.text(),
    informed=st.none()
    | st.builds(
        PatientInformed,
        by=st.sampled_from(InformedBy),
        on=st.none() | st.dates(),
    ),
    author=st.none() | st.builds(AuthorEntry, person=st.text(), role=st.text()),
    content_type=st.none() | codes,
)
brought = st.builds(
    SubmittedDocuments,
    identifier=st.text(),
    documents=st.lists(
        st.builds(SubmittedDocument, content=st.binary(), said=said),
        min_size=1,
        max_size=3,
    ).map(tuple),
)
TWO = SubmittedDocuments(
    identifier="1.2.3",
    documents=(
        SubmittedDocument(content=b"first\n", said=Said(unique_id="1.2.3.1")),
        SubmittedDocument(content=b"second"),
    ),
)


CODE = Coded(code="11490-0", scheme="1.2.3", label="Lettre")
FULL = Said(
    unique_id="1.2.3.1",
    patient_id="279035121518989",
    type_code=CODE,
    confidentiality=("N", "MASQUE_PS"),
    action=EntryAction.DELETE,
    replaces="1.2.3.0",
    informed=PatientInformed(by=InformedBy.WRITTEN, on=date(2026, 11, 20)),
    author=AuthorEntry(person="899700000017", role="Médecin"),
    content_type=evolve(CODE, code="03"),
)


@pytest.mark.parametrize(
    "said",
    [
        Said(),
        FULL,
        evolve(FULL, informed=PatientInformed(by=InformedBy.SPOKEN)),
        evolve(
            FULL, informed=PatientInformed(by=InformedBy.ONLINE, teller="750000019")
        ),
        evolve(FULL, type_code=None, author=None),
    ],
)
def test_all_that_is_said_of_a_document_is_read_again(said: Said) -> None:
    documents = SubmittedDocuments(
        identifier="1.2.3",
        documents=(
            SubmittedDocument(content=b"first\n\n", said=said),
            SubmittedDocument(content=b"\nsecond", said=FULL),
        ),
    )

    assert read_documents(write_documents(documents)) == documents


def test_who_told_the_patient_stands_in_the_line() -> None:
    told = evolve(FULL, informed=PatientInformed(by=InformedBy.ONLINE, teller="é"))
    documents = SubmittedDocuments(
        identifier="1", documents=(SubmittedDocument(content=b"<a/>", said=told),)
    )

    _, line, _ = write_documents(documents).decode().split("\n")

    assert '"informed":{"by":"online","on":null,"teller":"é"}' in line


def test_the_line_before_the_documents_is_the_same_for_the_same() -> None:
    documents = SubmittedDocuments(
        identifier="é",
        documents=(SubmittedDocument(content=b"<a/>", said=FULL),),
    )

    name, line, content = write_documents(documents).decode().split("\n")

    assert (name, content) == ("gateway documents 1", "<a/>")
    assert line == (
        '{"documents":[{"action":"D","author":{"institution":"",'
        '"person":"899700000017","role":"Médecin","specialty":""},'
        '"confidentiality":["N","MASQUE_PS"],"contentType":{"code":"03",'
        '"label":"Lettre","scheme":"1.2.3"},"informed":{"by":"written",'
        '"on":"2026-11-20"},"patientId":"279035121518989","replaces":"1.2.3.0",'
        '"size":4,"typeCode":{"code":"11490-0","label":"Lettre","scheme":"1.2.3"},'
        '"uniqueId":"1.2.3.1"}],"identifier":"é"}'
    )


@given(brought)
def test_what_was_written_is_read_to_the_byte(documents: SubmittedDocuments) -> None:
    content = write_documents(documents)

    assert read_documents(content) == documents
    assert write_documents(read_documents(content)) == content


def test_the_documents_lie_end_to_end_as_they_came() -> None:
    content = write_documents(TWO)

    assert content.startswith(b"gateway documents 1\n{")
    assert content.endswith(b"}\nfirst\nsecond")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Received: from a\r\n\r\n",
        write_documents(TWO)[:-1],
        write_documents(TWO) + b"x",
        write_documents(TWO).replace(b'"size":6', b'"size":"6"', 1),
        write_documents(TWO).replace(b'"size":6', b'"length":6', 1),
        write_documents(TWO).replace(b'"action":""', b'"action":"X"', 1),
        b"gateway documents 1\n[]\n",
        b"gateway documents 1\n{}\n",
        b'gateway documents 1\n{"identifier":"","documents":[]}\n',
        b"gateway documents 1\nnothing",
        b"gateway documents 2" + write_documents(TWO)[19:],
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidError) as refused:
        read_documents(content)

    assert "1.2.3" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "public", "detail"),
    [
        (b"Subject: x\n", "not a submission of documents", ""),
        (b"gateway documents 1\n{}\n", "damaged submission of documents", "KeyError"),
        (write_documents(TWO) + b"x", "damaged submission of documents", ""),
    ],
)
def test_what_is_wrong_is_said_without_what_is_in_it(
    content: bytes, public: str, detail: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        read_documents(content)

    assert (refused.value.public, str(refused.value)) == (public, detail or public)

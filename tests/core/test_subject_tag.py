"""The tag of a subject: read however it was typed, and told where it says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.codes import document_types
from gateway.core.document import Visibility
from gateway.core.folding import fold
from gateway.core.subject_tag import (
    MOST_SUBJECT,
    SubjectTag,
    TagFault,
    read_tag,
    tag_words,
)

MASKED = frozenset({Visibility.MASKED})
CONSULTATION = "11488-4"


@pytest.mark.parametrize(
    ("subject", "code", "visibility", "informed", "title"),
    [
        ("[DMP CR-CONS]", CONSULTATION, frozenset(), False, ""),
        (
            "[DMP CR-CONS masqué] Consultation du 3 mai",
            CONSULTATION,
            MASKED,
            False,
            "Consultation du 3 mai",
        ),
        ("[dmp cr_cons MASQUE]x", CONSULTATION, MASKED, False, "x"),
        ("RE: TR : [ DMP  Cr-Cons,masquée ]  y", CONSULTATION, MASKED, False, "y"),
        ("Réf: RE[2]: Fwd:[DMP 11488-4]", CONSULTATION, frozenset(), False, ""),
        (
            "[DMP ordonnance informé; sans-représentants] Traitement",
            "57833-6",
            frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES}),
            True,
            "Traitement",
        ),
        (
            "[DMP CR-BIO invisible] Résultats",
            "11502-2",
            frozenset({Visibility.HIDDEN_FROM_PATIENT}),
            False,
            "Résultats",
        ),
        ("[DMP SYNTHÈSE masked informed]", "60591-5", MASKED, True, ""),
        ("[DMP presc-bio] a [note]", "PRESC-BIO", frozenset(), False, "a [note]"),
    ],
)
def test_a_tag_is_read_however_it_was_typed(
    subject: str,
    code: str,
    visibility: frozenset[Visibility],
    informed: bool,  # noqa: FBT001
    title: str,
) -> None:
    assert read_tag(subject) == SubjectTag(
        kind=document_types()[code],
        visibility=visibility,
        informed=informed,
        title=title,
    )


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        ("[DMP CR-CONS", TagFault.NOT_CLOSED),
        ("[DMP CR-CONS [x] y]", TagFault.NOT_CLOSED),
        ("[DMP CR-CONS] [DMP ARRET]", TagFault.TWICE),
        ("Bonjour [DMP CR-CONS]", TagFault.NOT_FIRST),
        ("[DMP]", TagFault.NO_TYPE),
        ("[DMP masqué]", TagFault.NO_TYPE),
        ("[DMP masqué CR-CONS]", TagFault.NO_TYPE),
        ("[DMP CRCONS]", TagFault.UNKNOWN_TYPE),
        ("[DMP EXPPAT_3]", TagFault.OF_PATIENTS),
        ("[DMP DOCPAT03]", TagFault.OF_PATIENTS),
        ("[DMP CR-CONS invisble]", TagFault.UNKNOWN_WORD),
        ("[DMP CR-CONS sans représentants]", TagFault.UNKNOWN_WORD),
        ("[DMP CR-CONS ORDONNANCE]", TagFault.UNKNOWN_WORD),
    ],
)
def test_what_is_not_understood_is_told_and_never_guessed(
    subject: str, fault: TagFault
) -> None:
    assert read_tag(subject) is fault


@pytest.mark.parametrize(
    "subject",
    ["", "Résultats", "DMP CR-CONS", "(DMP CR-CONS)", "[DMPX] a", "XDM/1.0/DDM+Lettre"],
)
def test_a_subject_without_a_tag_has_none(subject: str) -> None:
    assert read_tag(subject) is None


def test_what_is_beyond_the_limit_is_not_looked_at() -> None:
    assert read_tag(" " * MOST_SUBJECT + "[DMP CR-CONS]") is None
    assert isinstance(read_tag(" " * (MOST_SUBJECT - 13) + "[DMP CR-CONS]"), SubjectTag)


def test_every_word_names_one_type_of_professionals() -> None:
    words = tag_words()
    folded = [fold(word) for word in words]

    assert len(set(folded)) == len(folded)
    assert not set(folded) & {fold(code) for code in document_types()}
    for word, kind in words.items():
        found = read_tag(f"[DMP {word}]")
        assert isinstance(found, SubjectTag), word
        assert found.kind == kind


@given(st.text(max_size=60))
def test_whatever_is_written_has_an_answer(text: str) -> None:
    assert isinstance(read_tag(f"[DMP {text}"), SubjectTag | TagFault | None)

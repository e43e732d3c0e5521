"""The tag of messages with documents is for programs, the rest for people."""

from __future__ import annotations

import pytest

from gateway.message.subjects import bare_subject, shown_subject, thread_subject


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("XDM/1.0/DDM+Lettre", "Lettre"),
        ("XDM/1.0/DDM+ Lettre ", "Lettre"),
        ("XDM/1.0/DDM", ""),
        ("Re: XDM/1.0/DDM+Lettre", "Re: Lettre"),
        ("XDM/1.0/DDM+XDM/1.0/DDM+Lettre", "XDM/1.0/DDM+Lettre"),
        ("XDM/1.0/DDM Lettre", "XDM/1.0/DDM Lettre"),
        ("XDM/100/DDM+Lettre", "XDM/100/DDM+Lettre"),
        (" Bonjour ", "Bonjour"),
        ("", ""),
    ],
)
def test_a_subject_is_shown_without_its_tag(subject: str, shown: str) -> None:
    assert shown_subject(subject) == shown


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Votre sortie", "Votre sortie"),
        ("RE : Fwd: TR: Votre   sortie", "Votre sortie"),
        ("Rép: RE[2]: AW: Bilan", "Bilan"),
        ("Re: XDM/1.0/DDM+Lettre", "Lettre"),
        ("Résultats : prise de sang", "Résultats : prise de sang"),
        ("Trouble: quoi ?", "Trouble: quoi ?"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_the_marks_of_answers_are_no_part_of_what_it_is_about(
    subject: str, bare: str
) -> None:
    assert bare_subject(subject) == bare
    assert thread_subject(subject.upper()) == thread_subject(bare)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Suite 1 (dossier 89)", "Re: suite 12 (dossier 89)", True),
        ("Résultats du 3/11/2026", "Résultats du 17/11/2026", True),
        ("Bilan 2025", "Bilan 2026", False),
        ("Dossier 0123456", "Dossier 0123457", False),
        ("Bilan", "Bilan 1", False),
    ],
)
def test_short_numbers_tell_no_subjects_apart(
    one: str, other: str, *, alike: bool
) -> None:
    assert (thread_subject(one) == thread_subject(other)) is alike


def test_a_long_subject_of_marks_alone_is_read_at_once() -> None:
    assert bare_subject("Re: " * 50_000) == ""
    assert bare_subject("re" + " " * 100_000) == "re"

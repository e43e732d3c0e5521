"""The tag of messages with documents is for programs, the rest for people."""

from __future__ import annotations

import pytest

from gateway.message.subjects import shown_subject


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

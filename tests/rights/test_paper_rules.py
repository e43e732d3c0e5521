"""What may be written of one's own papers, and when one is reminded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.core.papers import MAX_WORDS, PaperKind
from gateway.rights.paper_rules import (
    PaperAnswers,
    PaperFault,
    judge_paper,
    may_have,
    review_after,
    written,
)

TODAY = date(2026, 11, 29)
DIRECTIVES, ENTOURAGE = PaperKind.DIRECTIVES, PaperKind.ENTOURAGE
PLACE = {"birth-place": "Lyon"}


@pytest.mark.parametrize(
    ("kind", "born", "may"),
    [
        (DIRECTIVES, "20081129", True),
        (DIRECTIVES, "20081130", False),
        (DIRECTIVES, "", False),
        (ENTOURAGE, "20200101", True),
    ],
)
def test_directives_are_for_adults(kind: PaperKind, born: str, may: bool) -> None:
    assert may_have(kind, born, TODAY) is may


@pytest.mark.parametrize(
    ("kind", "said", "faults"),
    [
        (DIRECTIVES, {**PLACE, "more": "a\nb"}, {}),
        (DIRECTIVES, {**PLACE, "feeding": "no"}, {}),
        (DIRECTIVES, PLACE, {"directives": PaperFault.EMPTY}),
        (DIRECTIVES, {**PLACE, "feeding": "maybe"}, {"directives": PaperFault.EMPTY}),
        (DIRECTIVES, {"more": "x"}, {"birth-place": PaperFault.MISSING}),
        (DIRECTIVES, {**PLACE, "more": "x" * MAX_WORDS}, {}),
        (
            DIRECTIVES,
            {**PLACE, "more": "x" * (MAX_WORDS + 1)},
            {"more": PaperFault.LONG},
        ),
        (DIRECTIVES, {**PLACE, "more": "x\x07"}, {"more": PaperFault.ODD}),
        (
            DIRECTIVES,
            {"birth-place": "a\nb", "more": "x"},
            {"birth-place": PaperFault.ODD},
        ),
        (ENTOURAGE, {}, {"entourage": PaperFault.EMPTY}),
        (ENTOURAGE, {"wishes": "  "}, {"entourage": PaperFault.EMPTY}),
        (ENTOURAGE, {"donation": "for"}, {}),
        (
            ENTOURAGE,
            {"contact-telephone": "0612345678"},
            {"contact-name": PaperFault.MISSING},
        ),
        (
            ENTOURAGE,
            {"contact-name": "P", "contact-telephone": "15"},
            {"contact-telephone": PaperFault.ODD},
        ),
        (
            ENTOURAGE,
            {"trusted-signed": "signed"},
            {"trusted-name": PaperFault.MISSING},
        ),
    ],
)
def test_what_is_wrong_is_said_of_the_field(
    kind: PaperKind, said: dict[str, str], faults: dict[str, PaperFault]
) -> None:
    answers = PaperAnswers(kind=kind, said=said, is_adult=True)

    assert judge_paper(answers) == faults


def test_who_is_under_age_names_no_trusted_person() -> None:
    said = {
        "contact-name": "P",
        "trusted-name": "T",
        "wishes": "W",
        "unknown": "x",
    }

    young = written(PaperAnswers(kind=ENTOURAGE, said=said, is_adult=False))
    adult = written(PaperAnswers(kind=ENTOURAGE, said=said, is_adult=True))

    assert young == {"contact-name": "P", "wishes": "W"}
    assert adult == {"contact-name": "P", "trusted-name": "T", "wishes": "W"}


def test_the_reminder_counts_from_the_last_word() -> None:
    at, year = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=365)

    assert review_after(at, None, year) == at + year
    assert review_after(at, at + timedelta(days=100), year) == at + 465 * timedelta(1)

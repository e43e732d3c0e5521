"""The table of events: each has a row, and what cannot be is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.resources import files

import pytest

from gateway.core.notices import (
    NoticeFamily,
    NoticeWhen,
    families_to_choose,
    notice_table,
    read_notice_table,
)
from gateway.core.texts.notice_centre import CENTRE_TEXTS, FAMILY_TEXTS
from gateway.core.texts.notices import NoticeKind
from gateway.errors import InvalidError

TABLE = (
    (files("gateway.core") / "tables" / "notices.csv").read_text("utf-8").splitlines()
)


def test_every_event_has_a_row_and_its_words() -> None:
    table = notice_table()

    assert set(table) == set(NoticeKind)
    in_centre = {kind for kind, row in table.items() if row.centre}
    assert in_centre == set(CENTRE_TEXTS)
    said = set(NoticeFamily) - {NoticeFamily.CODE, NoticeFamily.DIGEST}
    assert said == set(FAMILY_TEXTS)


@pytest.mark.parametrize(
    "kind",
    [
        NoticeKind.ACCESS,
        NoticeKind.HELPED,
        NoticeKind.PEOPLE,
        NoticeKind.SETTINGS,
        NoticeKind.SHOWN,
        NoticeKind.UPDATE,
        NoticeKind.PASSWORD,
        NoticeKind.READ_FIRST,
        NoticeKind.EMERGENCY,
        NoticeKind.READ_REFUSED,
        NoticeKind.DEVICE,
        NoticeKind.OPENED,
        NoticeKind.CLOSED,
    ],
)
def test_what_the_law_wants_told_cannot_be_switched_off(kind: NoticeKind) -> None:
    row = notice_table()[kind]

    assert not row.optional
    assert row.email is NoticeWhen.ONCE


def test_messages_documents_and_later_readings_may_be_chosen() -> None:
    assert families_to_choose() == (
        NoticeFamily.MESSAGE,
        NoticeFamily.DOCUMENT,
        NoticeFamily.READING,
    )
    assert notice_table()[NoticeKind.DOCUMENT].email is NoticeWhen.DAILY


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda lines: lines[:-1], "has no row"),
        (lambda lines: [*lines, lines[-1]], "two rows"),
        (lambda lines: [*lines[:-1], lines[-1].replace("once", "soon")], "nothing"),
        (lambda lines: [*lines[:-1], lines[-1].replace(",no,once", "")], "nothing"),
        (
            lambda lines: [
                one.replace("update,no,once,no", "update,no,once,yes") for one in lines
            ],
            "cannot do without",
        ),
    ],
)
def test_a_table_that_leaves_somebody_untold_is_refused(
    change: Callable[[list[str]], Iterable[str]], why: str
) -> None:
    with pytest.raises(InvalidError, match=why):
        read_notice_table(change(TABLE))

"""
What a patient may write of their own papers, and when they are reminded of it.

Advance directives are for adults (CSP L. 1111-11, R. 1111-17), and their author alone
writes them: nobody assists or represents them there. A trusted person is named by an
adult too, one only (CSP L. 1111-6). Both may be changed or taken back at any time; of
several directives the newest prevails, so there is one document at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from attrs import field, frozen

from gateway.core.papers import GROUPS, AskedAs, PaperField, PaperKind, fields_of
from gateway.core.telephone import telephone_of
from gateway.rights.own_access_rules import OwnAct, may_oneself


def may_have(kind: PaperKind, born: str, today: date) -> bool:
    """Tell whether somebody born then may write such a paper."""
    return kind is not PaperKind.DIRECTIVES or may_oneself(
        OwnAct.DIRECTIVES, born, today
    )


class PaperFault(StrEnum):
    """Why a paper cannot be written so."""

    EMPTY = "empty"
    LONG = "long"
    ODD = "odd"
    MISSING = "missing"


@frozen(kw_only=True)
class PaperAnswers:
    """What a form says, by the keys of its fields; ``is_adult``: of the patient."""

    kind: PaperKind
    said: Mapping[str, str] = field(repr=False)
    is_adult: bool


def judge_paper(answers: PaperAnswers) -> dict[str, PaperFault]:
    """Return what is wrong, by the key of the field; of the whole, under its kind."""
    faults: dict[str, PaperFault] = {}
    said = written(answers)
    for one in fields_of(answers.kind):
        text = said.get(one.key, "")
        if len(text) > one.most and one.entry is not AskedAs.CHOICE:
            faults[one.key] = PaperFault.LONG
        elif not _is_readable(one, text):
            faults[one.key] = PaperFault.ODD
    for group in GROUPS[answers.kind]:
        name = f"{group.key}-name"
        in_group = [one.key for one in group.fields if one.key in said]
        if in_group and name not in said and name in {f.key for f in group.fields}:
            faults[name] = PaperFault.MISSING
    if answers.kind is PaperKind.DIRECTIVES:
        if "birth-place" not in said:
            faults["birth-place"] = PaperFault.MISSING
        if not set(said) - {"birth-place"}:
            faults[answers.kind] = PaperFault.EMPTY
    elif not said:
        faults[answers.kind] = PaperFault.EMPTY
    return faults


def written(answers: PaperAnswers) -> dict[str, str]:
    """
    Return what of a form stands in the paper: no empty answer, no unknown word of a
    choice, and nothing that only an adult decides of somebody under age.
    """
    said: dict[str, str] = {}
    for group in GROUPS[answers.kind]:
        if group.for_adults and not answers.is_adult:
            continue
        for one in group.fields:
            text = answers.said.get(one.key, "").strip()
            if text and (one.entry is not AskedAs.CHOICE or text in one.choices):
                said[one.key] = text
    return said


def _is_readable(asked: PaperField, text: str) -> bool:
    if text and asked.entry is AskedAs.TELEPHONE:
        return telephone_of(text) is not None
    ends = "\n" if asked.entry is AskedAs.TEXT else ""
    return all(one.isprintable() or one == ends for one in text)


def review_after(
    written_at: datetime, confirmed_at: datetime | None, every: timedelta
) -> datetime:
    """
    Return when the author is next reminded that their directives are there.

    Regularly, since they were written or last confirmed (CSP L. 1111-11).
    """
    return max(written_at, confirmed_at or written_at) + every

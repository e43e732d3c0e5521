"""The carer's attestation on a page for paper, with the places to be signed by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from attrs import field, frozen

from gateway.core.texts import attestations as texts
from gateway.core.texts.both import Both
from gateway.documents.printed_page import (
    Block,
    Grid,
    Heading,
    Pairs,
    Paragraph,
    Points,
    PrintedPage,
    print_page,
)
from gateway.rights.delegation_rules import Worth
from gateway.store.patients.delegations import Delegation, NamedPerson

_LINE = "\u00a0\n" + "." * 40
_WORTH = {
    Worth.IN_FORCE: texts.IN_FORCE,
    Worth.TO_COME: texts.TO_COME,
    Worth.OVER: texts.OVER,
    Worth.REFUSED: texts.NEVER,
}


@frozen(kw_only=True)
class Attested:
    """What is attested: a delegation that was answered, and of whom."""

    one: Delegation
    holder: NamedPerson = field(repr=False)
    helper: NamedPerson = field(repr=False)
    service: str
    today: date
    day_of: Callable[..., date]
    """Tells in which day a moment is, where the patients are."""


def attestation_of(said: Attested, language: str) -> bytes:
    """
    Return the PDF: what it is, between whom, from when to when, and where to sign.

    In French, as whoever is shown it reads; in English too, to who reads the pages in
    English. It names nobody's number: each of the two knows their own alone.
    """

    def words(both: Both) -> str:
        return both.fr if language == "fr" else f"{both.fr}\n{both.en}"

    made = {"day": _day(said.today), "service": said.service}
    blocks: list[Block] = [
        Paragraph(words(texts.WHAT)),
        Grid(
            [words(one) for one in (texts.WHO, texts.NAME, texts.BORN)],
            [
                (words(role), who.name, _birth(who))
                for role, who in (
                    (texts.HOLDER, said.holder),
                    (texts.CARER, said.helper),
                )
            ],
        ),
        Heading(words(texts.TERM)),
        Pairs([(words(name), _day(day)) for name, day in _days(said)]),
        Paragraph(words(_WORTH[said.one.standing(said.today)])),
        Heading(words(texts.MAY)),
        Points([words(one) for one in texts.MAY_POINTS]),
        Paragraph(words(texts.MAY_NOT)),
        Heading(words(texts.SIGNED)),
        Pairs(
            [
                (words(one), _LINE)
                for one in (texts.SIGNED_AT, texts.BY_HOLDER, texts.BY_CARER)
            ]
        ),
    ]
    title = texts.TITLE.fr
    return print_page(
        PrintedPage(
            title=words(texts.TITLE),
            blocks=blocks,
            date=words(texts.MADE).format_map(made),
            footer=title,
        )
    )


def _birth(who: NamedPerson) -> str:
    born = who.birth_date
    return "/".join(one for one in (born[6:8], born[4:6], born[:4]) if one)


def _days(said: Attested) -> Iterator[tuple[Both, date]]:
    one = said.one
    yield texts.FIRST, one.term.first
    yield texts.LAST, one.term.last
    yield texts.ASKED, said.day_of(one.created_at)
    if one.answered_at is not None:
        refused = one.standing(said.today) is Worth.REFUSED
        yield texts.REFUSED if refused else texts.AGREED, said.day_of(one.answered_at)
        if one.ended_at is not None and not refused:
            yield texts.ENDED, said.day_of(one.ended_at)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"

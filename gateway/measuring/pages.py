"""The patients' pages: what each costs the server, with few things and with many."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import Protocol

from attrs import frozen

from gateway.measuring.figures import Figure
from gateway.measuring.node import Node
from gateway.measuring.page_documents import IndexSize, text_seconds
from gateway.measuring.page_filling import FEW, MANY, Holdings
from gateway.measuring.page_space import Space
from gateway.measuring.professional_routes import ProfessionalSpace
from gateway.measuring.readings import MeasuredReading
from gateway.store.base.work import Database

WANTED = 100.0
"""Milliseconds of server time that no page may take."""


@frozen
class PageTime:
    """Milliseconds of one page, the median of some requests."""

    page: str
    few: float
    many: float


@frozen
class MeasuredPages:
    """What pages take, how large their index is, and what a text of a PDF takes."""

    times: list[PageTime]
    size: IndexSize
    text_seconds: float


def measure_pages(
    few: Node, many: Node, holdings: Holdings = MANY, rounds: int = 15
) -> MeasuredPages:
    """
    Return what each page takes with `FEW` things and with ``holdings``.

    By turns, so that whatever else the machine does is the same for both; the medians
    are compared.
    """
    databases = [Database.open(node.settings) for node in (few, many)]
    spaces = [
        Space.fill(node.settings, database, node.patients, held)
        for node, database, held in zip(
            (few, many), databases, (FEW, holdings), strict=True
        )
    ]
    found: list[PageTime] = []
    doctors: list[ProfessionalSpace] = []
    try:
        for one, other in zip(*(space.addresses() for space in spaces), strict=True):
            taken: tuple[list[float], list[float]] = ([], [])
            for space, page in zip(spaces, (one, other), strict=True):
                space.time(page)  # templates and statements are made once
            for _ in range(rounds):
                for space, page, times in zip(spaces, (one, other), taken, strict=True):
                    times.append(1000 * space.time(page))
            found.append(PageTime(one.name, *(map(statistics.median, taken))))
        for space in spaces:
            space.file_more()
        found += _by_turns(spaces, rounds)
        readings = [
            MeasuredReading.begin(node.settings, database, node.patients[0])
            for node, database in zip((few, many), databases, strict=True)
        ]
        found += _by_turns(readings, rounds)
        for node, database, reading in zip(
            (few, many), databases, readings, strict=True
        ):
            doctors.append(ProfessionalSpace.begin(node.settings, database, reading))
        found += _by_turns(doctors, rounds)
        size = spaces[1].filling.documents.index_size()
    finally:
        for doctor in doctors:
            doctor.close()
        for space, database in zip(spaces, databases, strict=True):
            space.close()
            database.close()
    return MeasuredPages(found, size, text_seconds())


class _Timed(Protocol):
    """What is asked over and over; where there is little, and where there is much."""

    def times(self) -> Iterator[tuple[str, float]]:
        """Yield what is done by its name, and the seconds it took."""


def _by_turns(both: Sequence[_Timed], rounds: int) -> Iterator[PageTime]:
    """Yield what each thing takes, with few things and with many."""
    taken: dict[str, tuple[list[float], list[float]]] = {}
    for number in range(rounds + 1):
        for place, timed in enumerate(both):
            for name, seconds in timed.times():
                if number:  # the first time makes statements that are kept
                    times = taken.setdefault(name, ([], []))
                    times[place].append(1000 * seconds)
    for name, times in taken.items():
        yield PageTime(name, *map(statistics.median, times))


def page_figures(found: MeasuredPages, holdings: Holdings, how: str) -> list[Figure]:
    """Return the figures: the time with many, and beside it that with few."""
    things = f"{holdings.documents:,} documents and {holdings.messages:,} messages"
    return [
        *(
            Figure(
                what=f"{one.page}{how}",
                value=one.many,
                unit="ms",
                target=f"< {WANTED:.0f} ms",
                reference=f"{things}; {one.few:.1f} ms with {FEW.documents} and "
                f"{FEW.messages}",
                met=max(one.many, one.few) < WANTED,
            )
            for one in found.times
        ),
        Figure(
            what=f"lists and words, sealed{how}",
            value=found.size.index / 1e6,
            unit="MB",
            reference=f"{things}; a letter is a PDF of two pages, 700 words",
        ),
        Figure(
            what=f"texts of PDFs, sealed{how}",
            value=found.size.texts / 1e6,
            unit="MB",
            reference=f"{things}; read where the place of a word is shown",
        ),
        Figure(
            what=f"the text of a letter taken, shut in{how}",
            value=1000 * found.text_seconds,
            unit="ms",
            reference=f"{things}; two pages, by a process that is there",
        ),
    ]

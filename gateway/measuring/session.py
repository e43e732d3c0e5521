"""The measurements that need no other program, one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import frozen

from gateway.measuring.client import Plan
from gateway.measuring.figures import Figure
from gateway.measuring.growth import FEW, Growth, measure_growth
from gateway.measuring.letters import LetterWriter
from gateway.measuring.memory import LARGE, MemoryUse, measure_memory
from gateway.measuring.node import Node
from gateway.measuring.page_filling import MANY, Holdings
from gateway.measuring.pages import measure_pages, page_figures
from gateway.measuring.sealing import measure_sealing, sealing_figures
from gateway.measuring.speed import (
    CONNECTIONS,
    Acceptance,
    Delay,
    FilingSpeed,
    accept,
    file_letters,
    measure_delay,
)
from gateway.settings.file import TaskSettings

KB = 1024
MB = 1024 * 1024
SIZES = (15 * KB, 400 * KB)
"""Messages as they are on the wire, for the acceptance alone."""

_PEAK = "national peak of Mon espace santé: 54/s in 2024, about 130/s in 2025"
_WANTED_RATE = 150
_PROUD_RATE = 300
_WANTED_DELAY = 2_000
_WANTED_IDLE, _WANTED_GROWTH = 250, 80
_WANTED_RATIO = 1.2
_WANTED_DISK = 60


@frozen(kw_only=True)
class Scale:
    """How much of each: messages and letters to send, documents to put on the shelf."""

    messages: int = 1_500
    letters: int = 1_500
    delayed: int = 600
    documents: int = 50_000
    document_bytes: int = 76_000
    large: int = LARGE
    batches: int = 25
    holdings: Holdings = MANY
    lines: int = 1_000_000
    chains: int = 100_000

    @classmethod
    def tiny(cls) -> Scale:
        """Return the least that exercises everything; its figures mean nothing."""
        return cls(
            messages=8,
            letters=8,
            delayed=8,
            documents=1_200,
            large=1_000_000,
            batches=2,
            holdings=Holdings(documents=70, messages=65),
            lines=3_000,
            chains=400,
        )


_HOW = {
    "file": "",
    "schema": " with the schema",
    "signed": " beside a signer",
    "server": " on PostgreSQL",
}
"""How letters are filed, by the name of the folder."""


@frozen
class FiledLetters:
    """How fast letters were filed, and how many bytes each takes on the disk."""

    speed: FilingSpeed
    bytes_each: float


Say = Callable[[str], None]
"""Tells what is being measured: it takes minutes."""


@frozen
class Session:
    """Measures in new folders under ``folder``; each part starts a node of its own."""

    folder: Path
    scale: Scale
    say: Say
    schema: Path | None = None
    workers: int = TaskSettings().workers

    @property
    def cores(self) -> int:
        """The processors there are."""
        return os.cpu_count() or 1

    def node(
        self, name: str, *, workers: int | None = None, receivers: int | None = None
    ) -> Node:
        """Make a node."""
        return Node.make(
            self.folder / name,
            workers=self.workers if workers is None else workers,
            receivers=receivers,
        )

    def plan(self, node: Node, size: int, seed: int) -> Plan:
        """Return a plan of messages of a size on the wire, a letter in each."""
        bare = LetterWriter().write(node.patients[0]).size
        filler = max(0, size - bare - 300) * 57 // 78  # 57 bytes give 78 in base64
        count = self.scale.messages if size < 100 * KB else self.scale.messages // 3
        return node.plan(
            max(8, count),
            connections=CONNECTIONS,
            document_bytes=0,
            filler_bytes=filler,
            seed=seed,
        )

    def accept(self, node: Node, plan: Plan) -> Acceptance:
        """Measure acceptance by a node that runs."""
        return accept(plan, lambda: node.pids, self.cores)

    def accept_alone(self, workers: int) -> Iterator[Figure]:
        """Measure acceptance at both sizes, with so many workers beside."""
        beside = f"{workers} worker(s) beside" if workers else "no worker"
        with self.node(f"accept-{workers}", workers=workers) as node:
            for number, size in enumerate(SIZES):
                self.say(f"accepting {size // KB} kB, {beside}")
                done = self.accept(node, self.plan(node, size, seed=number + 1))
                yield Figure(
                    what=f"accepted and kept, {size // KB} kB, mutual TLS, {beside}",
                    value=done.rate,
                    unit="/s",
                    reference=f"{done.server_cpu:.1f} ms of processor each; "
                    f"the load took {100 * done.client_share:.0f} % of the machine",
                )

    def filing(
        self,
        *,
        schema: bool = False,
        signed: bool = False,
        database: str = "",
        beside: Callable[[], list[int]] = list,
    ) -> FiledLetters:
        """
        File letters, sent as fast as they are taken; ``signed``: beside a signer.

        ``database`` is the URL of an empty PostgreSQL, ``beside`` names its processes.
        """
        name = "server" if database else "signed" if signed else "file"
        name = "schema" if schema else name
        self.say(f"filing letters{_HOW[name]}")
        node = Node.make(
            self.folder / name,
            workers=self.workers,
            patients=500,
            schema=self.schema if schema else None,
            database=database,
            signed=signed,
        )
        empty = node.disk_bytes()
        with node:
            warm = self._letters(node, max(8, self.scale.letters // 10), seed=90)
            file_letters(node, warm, self.cores)
            plan = self._letters(node, self.scale.letters, seed=91)
            speed = file_letters(node, plan, self.cores, beside)
        taken = node.disk_bytes() - empty
        return FiledLetters(speed, taken / (warm.count + plan.count))

    def delay(self, rate: float) -> Delay:
        """Send letters at half of what was sustained."""
        self.say(f"delay at {rate / 2:.0f} letters/s")
        with self.node("delay") as node:
            file_letters(node, self._letters(node, 16, seed=80), self.cores)
            plan = self._letters(node, self.scale.delayed, seed=81, rate=rate / 2)
            return measure_delay(node, plan)

    def memory(self) -> MemoryUse:
        """Measure a node that has just started."""
        self.say("memory")
        with self.node("memory") as node:
            return measure_memory(node, self.scale.large)

    def growth(self) -> Growth:
        """File by turns in a small vault and in a large one."""
        self.say(f"growth: {FEW} and {self.scale.documents} documents")
        return measure_growth(
            self.node("few", workers=0),
            self.node("many", workers=0),
            self.scale.documents,
            self.scale.document_bytes,
            self.scale.batches,
        )

    def _letters(self, node: Node, count: int, seed: int, rate: float = 0) -> Plan:
        return node.plan(
            count,
            connections=CONNECTIONS,
            document_bytes=self.scale.document_bytes,
            seed=seed,
            rate=rate,
        )

    def journal(self) -> Iterator[Figure]:
        """Seal lines of the journal, and prove some."""
        scale = self.scale
        self.say(f"journal: {scale.lines} lines")
        done = measure_sealing(self.folder / "journal", scale.lines, scale.chains)
        yield from sealing_figures(done)

    def all_alone(self) -> Iterator[Figure]:
        """Measure all that needs no peer."""
        yield from self.accept_alone(0)
        yield from self.accept_alone(self.workers)
        yield from self.all_filing()
        yield from self.pages()

    def all_filing(self) -> Iterator[Figure]:
        """Measure what becomes of letters, memory and growth."""
        filed = self.filing()
        yield from filing_figures(filed.speed, self.scale, "")
        yield disk_figure(filed.bytes_each)
        signed = self.filing(signed=True).speed
        yield from filing_figures(signed, self.scale, ", beside a signer")
        if self.schema is not None:
            checked = self.filing(schema=True).speed
            yield from filing_figures(checked, self.scale, ", CI-SIS schema")
        yield from delay_figures(self.delay(filed.speed.rate))
        yield from memory_figures(self.memory())
        yield growth_figure(self.growth())

    def pages(self, *, database: tuple[str, str] = ("", "")) -> Iterator[Figure]:
        """
        Measure the patients' pages; ``database`` names two empty ones of PostgreSQL.
        """
        holdings = self.scale.holdings
        how = ", PostgreSQL" if any(database) else ""
        self.say(f"pages with {holdings.documents} documents{how}")
        few, many = (
            Node.make(
                self.folder / f"pages-{name}{'-server' if url else ''}",
                workers=0,
                patients=2,
                database=url,
            )
            for name, url in zip(("few", "many"), database, strict=True)
        )
        found = measure_pages(few, many, holdings, self.scale.batches)
        yield from page_figures(found, holdings, how)


def filing_figures(filed: FilingSpeed, scale: Scale, how: str) -> Iterator[Figure]:
    """Return the figures of a filing."""
    size = scale.document_bytes // 1000
    yield Figure(
        what=f"letters filed, {size} kB CDA in XDM{how}",
        value=filed.rate,
        unit="/s",
        target=f"≥ {_WANTED_RATE}/s, {_PROUD_RATE}/s to be proud of",
        reference=_PEAK,
        met=filed.rate >= _WANTED_RATE,
    )
    yield Figure(
        what=f"… and in the patients' inboxes{how}",
        value=filed.settled,
        unit="/s",
        reference=f"taken in at {filed.accepted:.0f}/s meanwhile; "
        f"{filed.server_cpu:.1f} ms of processor each in all; "
        f"the load took {100 * filed.client_share:.0f} % of the machine",
    )


def disk_figure(bytes_each: float) -> Figure:
    """Return the figure of what is kept."""
    return Figure(
        what="a letter on the disk, with all that is kept of it",
        value=bytes_each / 1000,
        unit="kB",
        target=f"≤ {_WANTED_DISK} kB",
        reference="SQLite, its log put back",
        met=bytes_each <= 1000 * _WANTED_DISK,
    )


def delay_figures(delay: Delay) -> Iterator[Figure]:
    """Return the figures of a delay."""
    beside = f"at {delay.rate:.0f} letters/s, half of the above"
    yield Figure(
        what="250 to visible in the vault, median",
        value=delay.median,
        unit="ms",
        reference=beside,
    )
    yield Figure(
        what="250 to visible in the vault, p99",
        value=delay.p99,
        unit="ms",
        target=f"< {_WANTED_DELAY} ms",
        reference=f"the longest took {delay.most:.0f} ms",
        met=delay.p99 < _WANTED_DELAY,
    )


def memory_figures(memory: MemoryUse) -> Iterator[Figure]:
    """Return the figures of memory."""
    idle, growth = memory.idle_pss / MB, memory.growth / MB
    yield Figure(
        what=f"memory idle, every listener, {memory.processes} processes (PSS)",
        value=idle,
        unit="MB",
        target=f"< {_WANTED_IDLE} MB",
        reference=f"RSS {memory.idle_rss / MB:.0f} MB; "
        "aiosmtpd alone 28 MB, Twisted 47 MB",
        met=idle < _WANTED_IDLE,
    )
    yield Figure(
        what="memory a 25 MB message adds, from DATA to the inbox",
        value=growth,
        unit="MB",
        target=f"< {_WANTED_GROWTH} MB",
        met=growth < _WANTED_GROWTH,
    )


def growth_figure(growth: Growth) -> Figure:
    """Return the figure of growth."""
    return Figure(
        what=f"time of a filing: {growth.documents:,} documents by {FEW:,}",
        value=growth.ratio,
        unit="×",
        target=f"≤ {_WANTED_RATIO} ×",
        reference=f"{growth.few:.1f} ms and {growth.many:.1f} ms, commit included",
        met=growth.ratio <= _WANTED_RATIO,
    )

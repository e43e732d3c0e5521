"""The documents of a space whose pages are measured: results, and letters in PDFs."""

from __future__ import annotations

import hashlib
import itertools
import random
import time
from base64 import b64encode
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import delete, func, select

from gateway.converting.texts import TextTaker
from gateway.core.document import AuthorEntry, BodyLevel, DocumentEntry
from gateway.core.person import Coded
from gateway.core.rendered import TakenText, TakesText
from gateway.dmp_bridge.vaults.indexing import Indexing
from gateway.dmp_bridge.vaults.text_taking import TakingTexts
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.documents.printed_page import Paragraph, PrintedPage, print_page
from gateway.store.base.work import Database
from gateway.store.tables import document_indexes, document_texts, tasks
from gateway.store.tasks.steps import Steps
from gateway.store.tasks.values import Task, TaskKind

SEARCHED: Final = "biologie inr"
"""Words that stand in every document, so that all of them are found."""

_WORDS: Final = 700
"""Of a letter of two pages."""

_VOCABULARY: Final = 12_000
_OFTEN: Final = tuple(
    itertools.accumulate(1 / rank for rank in range(1, _VOCABULARY + 1))
)
_ROUNDS: Final = 20
_NARRATIVE = (
    "<structuredBody><component><section><title>Biologie"
    "</title><text><table><thead><tr><th>Examen</th><th>Valeur</th></tr></thead><tbody>"
    + "<tr><td>INR</td><td>2,4</td></tr>" * 40
    + "</tbody></table></text></section></component></structuredBody>"
)


def _cda(body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/>'
        f"<component>{body}</component></ClinicalDocument>"
    ).encode()


RESULTS: Final = _cda(_NARRATIVE)
"""A document with sections, as every message brings one."""


def _sheet(text: str) -> bytes:
    blocks = [Paragraph(text)]
    return print_page(
        PrintedPage(title="Lettre", blocks=blocks, language="fr", footer="")
    )


@frozen
class LetterTexts:
    """
    What letters say: words as often as words of a language are (Zipf), each its own.

    It stands in for the process that takes texts out of PDFs: that costs the same for
    each, and is measured by itself.
    """

    vocabulary: list[str] = field(factory=lambda: [*_vocabulary()], repr=False)
    _numbers: itertools.count[int] = field(factory=itertools.count, repr=False)

    def next(self) -> str:
        """Return the text of another letter."""
        drawn = random.Random(next(self._numbers))  # noqa: S311 (no secret)
        words = drawn.choices(self.vocabulary, cum_weights=_OFTEN, k=_WORDS)
        return " ".join([SEARCHED, *words])

    def take(self, media_type: str, content: bytes) -> TakenText:
        """Return the text of the next letter, whatever the file."""
        assert media_type == "application/pdf", "letters alone have files"
        return TakenText(self.next() if content else "")

    def __call__(self) -> AbstractContextManager[TakesText]:
        return nullcontext(self)


def _vocabulary() -> list[str]:
    drawn = random.Random(0)  # noqa: S311 (no secret)
    letters = "aàbcdeéèfghijlmnopqrstuvx"
    return [
        "".join(drawn.choices(letters, k=drawn.randint(2, 12)))
        for _ in range(_VOCABULARY)
    ]


@frozen(kw_only=True)
class IndexSize:
    """Bytes of what lists and searches are made from, and of the texts it is made of"""

    index: int
    texts: int


@frozen
class SpaceDocuments:
    """Files documents into one patient's space, and has them made ready to search."""

    database: Database
    profile_id: str
    texts: LetterTexts = field(factory=LetterTexts)
    letter: bytes = field(init=False, repr=False)
    """A letter of two pages."""

    @letter.default
    def _of_two_pages(self) -> bytes:
        packed = b64encode(_sheet(self.texts.next())).decode()
        file = f'<text mediaType="application/pdf" representation="B64">{packed}</text>'
        return _cda(f"<nonXMLBody>{file}</nonXMLBody>")

    def deposit(self, content: bytes, arrival_id: str = "") -> Deposit:
        """Return a document to be filed."""
        entry_id = uuid4().hex
        entry = DocumentEntry(
            unique_id=f"2.25.{int(entry_id, 16)}",
            entry_uuid=entry_id,
            patient_id="279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
            type_code=Coded(code="11502-2", scheme="2.16.840.1.113883.6.1"),
            class_code=Coded(code="10", scheme="1.2.250.1.213.1.1.4.1"),
            format_code=Coded(code="urn:ans:ci-sis:cr-bio:2021", scheme="1.2"),
            title="Compte rendu de biologie",
            creation_time=datetime(2026, 11, 20, 15, 30, tzinfo=UTC),
            language_code="fr-FR",
            mime_type="text/xml",
            confidentiality=(),
            authors=(AuthorEntry(person="8^MARTIN^CLAIRE^^^Dr", institution="CHU"),),
            size=len(content),
            hash=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        )
        return Deposit(
            profile_id=self.profile_id,
            arrival_id=arrival_id,
            submission_id=uuid4().hex,
            entry=entry,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            body_level=BodyLevel.N3 if content == RESULTS else BodyLevel.N1,
        )

    def make_searchable(self) -> None:
        """Have made ahead what a worker makes once somebody signed in."""
        taking = TakingTexts(
            database=self.database,
            open_taker=self.texts,
            tries=1,
            seconds=60,
            characters=200_000,
        )
        indexing = Indexing(self.database)
        steps: Steps = {TaskKind.INDEX: indexing, TaskKind.TEXT: taking}
        kinds = [TaskKind.INDEX]
        while kinds:
            for kind in kinds:
                asked = Task(0, kind, self.profile_id, 0, self.database.clock())
                job = steps[kind](asked)
                with self.database.write() as work:
                    job(work)
            kinds = self._asked()

    def _asked(self) -> list[TaskKind]:
        """Return what is asked for, and take it away."""
        with self.database.write() as work:
            wanted = tasks.c.kind.in_([TaskKind.INDEX.value, TaskKind.TEXT.value])
            found = work.connection.execute(select(tasks.c.kind).where(wanted))
            kinds = sorted({TaskKind(one) for one in found.scalars()}, reverse=True)
            work.connection.execute(delete(tasks).where(wanted))
            return kinds

    def index_size(self) -> IndexSize:
        """Return how large it is what was made."""
        with self.database.read() as work:
            index, texts = (
                work.connection.execute(
                    select(func.coalesce(func.sum(func.length(one.c.content)), 0))
                ).scalar_one()
                for one in (document_indexes, document_texts)
            )
            return IndexSize(index=int(index), texts=int(texts))


def text_seconds() -> float:
    """Return what it takes to have the text of one letter taken, the median of some."""
    sheet = _sheet(LetterTexts().next())
    times = []
    with TextTaker() as taker:
        for _ in range(_ROUNDS + 1):
            began = time.perf_counter()
            taken = taker.take("application/pdf", sheet)
            times.append(time.perf_counter() - began)
            assert SEARCHED.split()[0] in taken.text, "its text was taken"
    return sorted(times[1:])[_ROUNDS // 2]

"""What a professional filed in a month, with what the journal proves of each filing"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from attrs import field, frozen

from gateway.core.texts.proof import PROOF_TEXTS, STATE_TEXTS
from gateway.documents.printed_page import (
    Block,
    Heading,
    Pairs,
    Paragraph,
    PrintedPage,
    print_page,
)
from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.checkpoints.exporting import JournalProofs
from gateway.store.journal import Action, Entry, is_as_written
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.filing_answers import FilingAnswers
from gateway.web.professional.visits import ProfessionalVisit, name_of
from gateway.web.site.languages import say_moment, zone_of

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@frozen(kw_only=True)
class ProvenFiling:
    """
    One document of a filing, and what is proved of it.

    ``brought`` and ``line`` name the journal's lines of its handing in and of its
    filing, ``hash`` is that of the latter. ``digest`` is the SHA-256 of the document as
    it was filed; the line holds the SHA-256 of ``salt`` and it. Each is empty where it
    was not filed. ``is_sound``: the lines have the hashes they were written with.
    """

    at: datetime
    entry_id: str
    title: str = field(repr=False)
    kind: str
    patient: str = field(repr=False)
    state: str
    text: str
    by_mail: bool
    brought: str
    line: str = ""
    hash: str = ""
    digest: str = ""
    salt: str = ""
    is_sound: bool = True


@frozen(kw_only=True)
class MonthOfFilings:
    """The filings of a month, the first first; ``is_cut``: there are more."""

    first: date
    filings: tuple[ProvenFiling, ...]
    is_cut: bool


@frozen
class ProofOfFiling:
    """The proofs of who is signed in, of what they filed by pages or mail; blocking."""

    desk: ProfessionalDesk

    def month(self, visit: ProfessionalVisit, first: date) -> MonthOfFilings:
        """Return what was filed in the month that begins on a day."""
        with self.desk.database.read() as work:
            lines, is_cut = self._brought(work, visit, first)
            proved = _proved(work, lines)
            filed = {(one.subject, one.detail["entry"]): one for one in proved}
            found = [
                one for line in lines for one in self._filings(work, line, visit, filed)
            ]
        return MonthOfFilings(first=first, filings=tuple(found), is_cut=is_cut)

    def line(
        self, visit: ProfessionalVisit, first: date, entry_id: str
    ) -> dict[str, Any] | None:
        """
        Return the line that a document of one's own was filed by, and what proves it.

        None where no signed checkpoint has the line yet.

        Raises:
            NotFoundError: it is not among those of the month.
        """
        with self.desk.database.read() as work:
            lines, _ = self._brought(work, visit, first)
            filed = {one.detail["entry"]: one for one in _proved(work, lines)}
            if entry_id not in filed:
                raise NotFoundError("not found")
            line = filed[entry_id]
            try:
                proof = JournalProofs(work).line(line.chain, line.seq, names=False)
            except NotFoundError:
                return None
            return {**proof, "document": dict(line.detail["document"])}

    def _brought(
        self, work: UnitOfWork, visit: ProfessionalVisit, first: date
    ) -> tuple[list[Entry], bool]:
        zone = zone_of(self.desk.settings.web.time_zone)
        most = self.desk.settings.professional.proofs_shown
        lines = work.journal.last_about(
            visit.held_session.account.id,
            Action.DOCUMENTS_BROUGHT,
            since=datetime.combine(first, time(), zone),
            until=datetime.combine(next_month(first), time(), zone),
            most=most + 1,
        )
        return list(reversed(lines[:most])), len(lines) > most

    def _filings(
        self,
        work: UnitOfWork,
        line: Entry,
        visit: ProfessionalVisit,
        filed: Mapping[tuple[str, str], Entry],
    ) -> Iterable[ProvenFiling]:
        shown = FilingAnswers(self.desk).shown(work, line, visit.language)
        if shown is None:
            return
        for one in shown.documents:
            proof = filed.get((line.detail["arrival"], one.entry_id))
            said = proof.detail.get("document", {}) if proof else {}
            yield ProvenFiling(
                at=shown.at,
                entry_id=one.entry_id if proof else "",
                title=one.title,
                kind=one.kind or shown.kind,
                patient=shown.patient,
                state=one.state,
                text=one.text,
                by_mail=shown.by_mail,
                brought=_name(line),
                line=_name(proof) if proof else "",
                hash=proof.hash if proof else "",
                digest=said.get("sha256", ""),
                salt=said.get("salt", ""),
                is_sound=is_as_written(line)
                and (proof is None or is_as_written(proof)),
            )


def _proved(work: UnitOfWork, brought: Sequence[Entry]) -> list[Entry]:
    """Return the lines that prove what was filed of what some lines say was brought."""
    arrivals = [line.detail["arrival"] for line in brought]
    lines = work.journal.about(arrivals) if arrivals else []
    return [one for one in lines if one.action == Action.DOCUMENT_PROVED]


def _name(line: Entry) -> str:
    """Return a line as ``gateway journal prove`` names it."""
    return f"{line.chain}/{line.seq}"


def next_month(first: date) -> date:
    """
    Return the first day of the month after.

    >>> next_month(date(2026, 12, 1))
    datetime.date(2027, 1, 1)
    """
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def month_before(first: date) -> date:
    """
    Return the first day of the month before.

    >>> month_before(date(2027, 1, 1))
    datetime.date(2026, 12, 1)
    """
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def csv_of(month: MonthOfFilings, language: str) -> bytes:
    """
    Return the month as CSV (RFC 4180) that spreadsheets read in UTF-8.

    What a title begins with is never taken for a formula.
    """
    said = PROOF_TEXTS[language]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([said[name] for name in _COLUMNS])
    for one in month.filings:
        cells = (
            one.at.isoformat(),
            one.kind,
            one.title,
            said["mail" if one.by_mail else "page"],
            one.patient,
            STATE_TEXTS[language][one.state],
            one.text,
            one.brought,
            one.line,
            one.hash,
            one.digest,
            one.salt,
        )
        writer.writerow([_cell(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


_COLUMNS: Final = (
    "at",
    "kind",
    "title",
    "way",
    "patient",
    "state",
    "text",
    "brought",
    "line",
    "hash",
    "digest",
    "salt",
)


def _cell(text: str) -> str:
    """
    Return a cell that no spreadsheet computes.

    >>> _cell("=1+1"), _cell("Bilan")
    ("'=1+1", 'Bilan')
    """
    return f"'{text}" if text.startswith(_FORMULAS) else text


def pdf_of(
    month: MonthOfFilings, visit: ProfessionalVisit, desk: ProfessionalDesk
) -> bytes:
    """Return the month as pages for paper."""
    language = visit.language
    said, zone = PROOF_TEXTS[language], zone_of(desk.settings.web.time_zone)
    blocks: list[Block] = [Paragraph(said["what"])]
    if not month.filings:
        blocks.append(Paragraph(said["none"]))
    for one in month.filings:
        pairs = [
            (said["at"], say_moment(one.at, language, zone)),
            (said["kind"], one.kind),
            (said["way"], said["mail" if one.by_mail else "page"]),
            (said["patient"], one.patient),
            (said["state"], f"{STATE_TEXTS[language][one.state]}\n{one.text}"),
            (said["brought"], one.brought),
            (said["line"], one.line),
            (said["hash"], one.hash),
            (said["digest"], one.digest),
        ]
        shown = [(name, value) for name, value in pairs if value]
        blocks += [Heading(one.title or one.kind or said["unread"]), Pairs(shown)]
    blocks.append(Paragraph(said["how"]))
    if month.is_cut:
        blocks.insert(1, Paragraph(said["cut"].format(most=len(month.filings))))
    return print_page(
        PrintedPage(
            title=said["heading"].format(month=f"{month.first:%m/%Y}"),
            blocks=blocks,
            language=language,
            sender=desk.settings.domains.operator_name,
            footer=f"{name_of(visit.professional)}, {visit.professional.national_id}",
        )
    )

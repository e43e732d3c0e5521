"""What became of each file that a professional filed by a page, or brought by mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import evolve, field, frozen

from gateway.core.codes import document_types
from gateway.core.reasons import Effect, Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.senders import text_for_sender
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.values import DocumentOutcome, KeptArrival
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import BROUGHT_BY_MAIL, Action, Entry
from gateway.store.patients.profiles import Profiles
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit

MOST_SHOWN: Final = 50
"""Files of one's own filings, the last; the forms they came in are shown whole."""


@frozen(kw_only=True)
class ShownFiling:
    """
    One file of a filing: ``state`` is waiting, filed, known, refused or unreceived.

    ``text`` says more of it, empty where its state says all.
    """

    title: str = field(repr=False)
    state: str
    text: str = ""
    problem: str = ""
    """Why it was not received: a `FileProblem`."""
    is_cut: bool = False
    """It has no end, and a part of it may be missing."""
    entry_id: str = ""
    """What it is in the vault; empty where it is not filed."""
    kind: str = ""
    """Its type; empty where it could not be read."""


@frozen(kw_only=True)
class ShownFilings:
    """
    What was filed at once for one patient, and what became of each document.

    ``kind`` is the type of all, empty for what came by mail: each has its own.
    """

    at: datetime
    kind: str
    by_mail: bool
    patient: str = field(repr=False)
    documents: tuple[ShownFiling, ...]

    @property
    def received(self) -> int:
        """How many files of it were received; what is hidden in one counts as it."""
        return sum(one.state != "unreceived" for one in self.documents)

    @property
    def unreceived(self) -> int:
        """How many were not; the same file again is none of them."""
        states = ((one.state, one.problem) for one in self.documents)
        return sum(state == "unreceived" and why != "same" for state, why in states)


@frozen
class FilingAnswers:
    """What somebody is told of what they filed, as it stands now; blocking."""

    desk: ProfessionalDesk

    def own(self, visit: ProfessionalVisit) -> list[ShownFilings]:
        """Return what somebody filed by pages, the last first, as it stands now."""
        with self.desk.database.read() as work:
            found, files = [], 0
            for line in _lines(work, visit):
                one = self.shown(work, line, visit.language)
                if one is not None:
                    found.append(one)
                    files += len(one.documents)
                if files >= MOST_SHOWN:
                    break
        return found

    def of_form(self, visit: ProfessionalVisit, form: str) -> ShownFilings | None:
        """Return what became of one of the last forms of somebody, or None."""
        with self.desk.database.read() as work:
            some = (
                one for one in _lines(work, visit) if one.detail.get("form") == form
            )
            line = next(some, None)
            return None if line is None else self.shown(work, line, visit.language)

    def shown(
        self, work: UnitOfWork, line: Entry, language: str
    ) -> ShownFilings | None:
        """Return what a line says was brought, as it stands now; None: it is gone."""
        if line.action == Action.FILING_ANSWERED:
            return _of_form(work, line, language)
        return _of_arrival(work, line, language)


def _lines(work: UnitOfWork, visit: ProfessionalVisit) -> list[Entry]:
    """
    Return the lines of somebody's filings by pages, the last first, each file once.

    A form that was sent again has the answer that it had last. What was kept, and
    whose answer was not written any more, is there by the line that kept it.
    """
    account = visit.held_session.account.id
    answered: dict[str, Entry] = {}
    for one in work.journal.last_about(
        account, Action.FILING_ANSWERED, most=MOST_SHOWN
    ):
        answered.setdefault(one.detail["form"], one)
    kept = work.journal.last_about(
        account, Action.DOCUMENTS_BROUGHT, outcome="kept", most=MOST_SHOWN
    )
    others = [one for one in kept if one.detail.get("form") not in answered]
    some = [*answered.values(), *others]
    return sorted(some, key=lambda one: one.at, reverse=True)


def _of_form(work: UnitOfWork, line: Entry, language: str) -> ShownFilings | None:
    """Return what became of all files of a form, or None where none is kept now."""
    kind = name_of_type(line.detail.get("type", ""), language)
    documents: list[ShownFiling] = []
    first: KeptArrival | None = None
    for one in line.detail["document"]:
        if not one["arrival"]:
            documents.append(
                ShownFiling(
                    title=one["title"],
                    state="unreceived",
                    problem=one["problem"],
                    kind=kind,
                )
            )
            continue
        kept = Arrivals(work).get(one["arrival"])
        if kept is None:
            continue
        first = first or kept
        outcomes = Arrivals(work).documents(kept.id)
        shown = _shown_outcomes([_Brought(one["title"], kind)], outcomes, language)
        documents += [evolve(shown[0], is_cut=one["cut"]), *shown[1:]]
    if first is None:
        return None
    return ShownFilings(
        at=line.at,
        kind=kind,
        by_mail=False,
        patient=_patient(work, first, 0),
        documents=tuple(documents),
    )


def _of_arrival(work: UnitOfWork, line: Entry, language: str) -> ShownFilings | None:
    arrivals = Arrivals(work)
    kept = arrivals.get(line.detail["arrival"])
    if kept is None:
        return None
    place = int(line.detail.get("recipient", 0))
    outcomes = [one for one in arrivals.documents(kept.id) if one.recipient == place]
    code = line.detail.get("type", "")
    said = [_brought(one, code, language) for one in line.detail.get("document", [])]
    return ShownFilings(
        at=kept.received_at,
        kind=name_of_type(code, language),
        by_mail=line.outcome == BROUGHT_BY_MAIL,
        patient=_patient(work, kept, place),
        documents=tuple(_shown_outcomes(said, outcomes, language)),
    )


@frozen
class _Brought:
    """What was said of a document when it came."""

    title: str = field(repr=False)
    kind: str


def _brought(one: Any, code: str, language: str) -> _Brought:
    if isinstance(one, Mapping):
        return _Brought(one["title"], name_of_type(one["type"], language))
    return _Brought(one, name_of_type(code, language))


def name_of_type(code: str, language: str) -> str:
    """Return what a type is called; of a code that is not known, the code."""
    kind = document_types().get(code)
    if kind is None:
        return code
    return kind.english if language == "en" else kind.label


def _shown_outcomes(
    said: Sequence[_Brought], outcomes: Sequence[DocumentOutcome], language: str
) -> list[ShownFiling]:
    """
    Return what became of each document, and of what was found hidden in one.

    No more is said of a reason than any sender is told.
    """
    if not outcomes:
        return [
            ShownFiling(title=one.title, state="waiting", kind=one.kind) for one in said
        ]
    shown = []
    for number, one in enumerate(outcomes):
        # A file is first, what was found within it comes after.
        is_whole = len(said) in {1, len(outcomes)}
        is_said = is_whole and number < len(said)
        whose = said[number] if is_said else _Brought("", "")
        reason = Reason(one.outcome)
        effect = REASON_TEXTS[reason].effect
        states = {Effect.FILED: "filed", Effect.ALREADY_FILED: "known"}
        text = text_for_sender(reason)[language == "en"]
        shown.append(
            ShownFiling(
                title=whose.title,
                kind=whose.kind,
                state=states.get(effect, "refused"),
                text=text,
                entry_id=one.entry_id,
            )
        )
    return shown


def _patient(work: UnitOfWork, kept: KeptArrival, place: int) -> str:
    """Return the number of the patient, which who filed knows; empty once it is gone"""
    profile = Profiles(work).find_open(
        profile_id=kept.recipients[place].recipient.target_id
    )
    return profile.ins.matricule if profile else ""

"""Why something was filed, refused, delivered or told: the kept evidence, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from gateway.core.document import Visibility
from gateway.core.reasons import Effect, Reason
from gateway.core.texts.explaining import HEADLINES
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.patients import Whereabouts, text_for_patient
from gateway.core.vault import FiledDocument
from gateway.evidence.arguments import EvidenceKind, FilingArguments, TakenDecision
from gateway.evidence.replaying import decide_again
from gateway.evidence.resetting import PatientNow, as_set_now
from gateway.evidence.saying import SaidRule, Words, source_of
from gateway.rights.delivery_rules import SETS_ASIDE
from gateway.rights.filing_facts import DocumentFacts
from gateway.rights.notice_rules import NoticeFacts
from gateway.rights.profile import ProfileState
from gateway.rights.visibility_rules import sees_secrets
from gateway.rights.why_rules import Measure, TellingFacts, telling
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.keeping import EvidenceReader, KeptDecisions
from gateway.store.journal import Action, Entry, chain_of
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.notices import get_notice
from gateway.store.patients.profiles import Profile, Profiles
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.patient.inbox_reader import inbox_of

_ALONE = (EvidenceKind.RECIPIENT, EvidenceKind.NOTICE)
_OF_READING = (EvidenceKind.READING, EvidenceKind.SEARCH)
_BY_LINE = (*_OF_READING, EvidenceKind.VIEWING, EvidenceKind.WRITING)
"""Told where a line is asked for: of one document there may be hundreds."""
_FILING_KINDS = frozenset({"type", "structure"})
_CHOSEN = frozenset(
    {
        Reason.SENDER_BLOCKED,
        Reason.PATIENT_OPPOSED_DOC,
        Reason.OPPOSITION_ON_RECORD,
    }
)
"""What a patient decided about a sender or a document, which a minor may have alone."""


@frozen(kw_only=True)
class Why:
    """
    One decision as its patient reads it.

    ``now`` is what today's rules and settings would answer, empty where that is not
    known; ``is_vouched`` whether its line in the journal vouches for it, None where
    there is none.
    """

    at: datetime
    headline: str = field(repr=False)
    source: str
    is_refused: bool
    facts: tuple[tuple[str, str], ...] = field(repr=False)
    objections: tuple[SaidRule, ...] = field(repr=False)
    others: tuple[SaidRule, ...] = field(repr=False)
    settings: str
    now: str = field(default="", repr=False)
    is_same_now: bool = False
    is_vouched: bool | None = None


@frozen(kw_only=True)
class RefusedFiling:
    """A refused filing as the history tells it: who sent, and why in both languages."""

    sender: str = field(repr=False)
    fr: str = field(repr=False)
    en: str = field(repr=False)


@frozen(kw_only=True)
class WhyReader:
    """Reads the evidence of one patient's decisions, as far as the patient may know."""

    work: UnitOfWork
    seen: SeenDocuments

    def of_message(self, arrival_id: str, language: str) -> list[Why]:
        """Return what was decided of a message for this patient, oldest first."""
        return list(self._all(self._kept(arrival_id), language))

    def of_document(self, document: FiledDocument, language: str) -> list[Why]:
        """Return what was decided of a document, and of what the patient was told."""
        found: list[Why] = []
        if document.arrival_id:
            places = frozenset(
                one.position
                for one in Arrivals(self.work).documents(
                    document.arrival_id, self.seen.profile_id
                )
                if document.unique_id == one.unique_id or document.id == one.entry_id
            )
            kept = self._kept(document.arrival_id)
            found += self._all(kept, language, positions=places)
        return [*found, *self._all(self._kept(document.id), language)]

    def of_line(self, line: Entry, language: str) -> list[Why]:
        """Return what a line of the patient's history rests on, where it is kept."""
        if line.action == Action.NOTICE_SENT:
            return self._of_notice(line, language)
        kept = self._decision_of(line)
        return [] if kept is None else list(self._all([kept], language, line=line))

    def refusal(self, line: Entry) -> RefusedFiling | None:
        """Return what the line of a refused filing tells, None if it tells nothing."""
        kept = self._decision_of(line)
        if kept is None:
            return None
        for part in _of_line(kept.parts, line):
            how, place = self._telling(kept, part)
            if how is Measure.NOTHING or part.kind is not EvidenceKind.FILING:
                continue
            fr, en = (_headline(part, how, place, one) for one in ("fr", "en"))
            sender = part.arguments.facts.sender
            who = sender.address or kept.circumstances.identity
            return RefusedFiling(sender=who, fr=fr, en=en)
        return None

    def _kept(self, subject: str) -> list[KeptDecisions]:
        found = EvidenceReader(self.work).about(subject)
        return [one for one in found if one.profile_id == self.seen.profile_id]

    def _decision_of(self, line: Entry) -> KeptDecisions | None:
        decision = str(line.detail.get("decision", ""))
        kept = EvidenceReader(self.work).find(decision) if decision else None
        mine = kept is not None and kept.profile_id == self.seen.profile_id
        return kept if mine else None

    def _of_notice(self, line: Entry, language: str) -> list[Why]:
        """
        Return the decision that a notice was made by: of the transaction it is from.

        Codes and the like are made whatever a patient has set, and have none.
        """
        notice = get_notice(self.work, line.subject)
        if notice is None or notice.profile_id != self.seen.profile_id:
            return []
        made = [
            self.work.journal.opened(one)
            for one in self.work.journal.latest(
                chain_of(self.seen.profile_id),
                (Action.NOTICE_MADE, Action.MESSAGE_DELIVERED),
                since=notice.created_at,
                most=1,
                until=notice.created_at + timedelta(microseconds=1),
            )
        ]
        return [
            why
            for one in made
            if (kept := self._decision_of(one)) is not None
            for why in self._all([kept], language, only=EvidenceKind.NOTICE)
        ]

    def _all(
        self,
        found: Iterable[KeptDecisions],
        language: str,
        *,
        positions: frozenset[int] | None = None,
        line: Entry | None = None,
        only: EvidenceKind | None = None,
    ) -> Iterator[Why]:
        words = Words(language, plain=True)
        for kept in found:
            parts = kept.parts if line is None else _of_line(kept.parts, line)
            now, vouched = self._now(kept), self._is_vouched(kept, line)
            for part in parts:
                is_asked = line is not None and part.kind in _BY_LINE
                if part.kind not in (EvidenceKind.FILING, *_ALONE) and not is_asked:
                    continue
                if only is not None and part.kind is not only:
                    continue
                if positions is not None and not _is_at(part, positions):
                    continue
                how, place = self._telling(kept, part)
                if how is not Measure.NOTHING:
                    why = _why(kept, part, words, how, place)
                    again = now.get(id(part)) if how is Measure.ALL else None
                    yield evolve(
                        why,
                        is_vouched=vouched,
                        now=_headline(again, how, place, language) if again else "",
                        is_same_now=bool(again and again.outcome == part.outcome),
                    )

    def _telling(
        self, kept: KeptDecisions, part: TakenDecision
    ) -> tuple[Measure, Whereabouts]:
        """Return how much of a decision is told, and where its document is."""
        place, asked = Whereabouts.ABSENT, frozenset[Visibility]()
        asks_secret = False
        if part.kind is EvidenceKind.FILING:
            place = self._place(kept, part)
            asked = _asked(kept.parts)
            asks_secret = Visibility.HIDDEN_FROM_REPRESENTATIVES in asked
        elif part.kind is EvidenceKind.VIEWING:
            place = self.seen.place(self.seen.vault.get(kept.subject))
        elif isinstance(part.arguments, NoticeFacts):
            asked = _asked(kept.parts)
            if part.arguments.is_hidden:
                asked |= {Visibility.HIDDEN_FROM_PATIENT}
            asks_secret = part.arguments.is_secret
            document = self.seen.vault.get(kept.subject) if kept.subject else None
            if document is not None:
                place = self.seen.place(document)
        facts = TellingFacts(
            place=place,
            asks_hidden=Visibility.HIDDEN_FROM_PATIENT in asked,
            asks_secret=asks_secret,
            message_is_seen=bool(
                inbox_of(self.work).seen_arrivals(
                    self.seen.profile_id, {kept.subject} - {""}
                )
            ),
            sets_aside=any(one in SETS_ASIDE for one in part.reasons),
            is_holder=sees_secrets(self.seen.reader),
        )
        return telling(facts), place

    def _place(self, kept: KeptDecisions, part: TakenDecision) -> Whereabouts:
        """Return where the document of a filing is, of one that is refused as well."""
        document = part.arguments.facts.document
        if not isinstance(document, DocumentFacts):
            return Whereabouts.ABSENT
        return self.seen.place(self.seen.vault.find(document.unique_id))

    def _now(self, kept: KeptDecisions) -> Mapping[int, TakenDecision]:
        """Return the filings of a message as they would be decided now, by the old."""
        filings = [one for one in kept.parts if one.kind is EvidenceKind.FILING]
        profile = Profiles(self.work).get(self.seen.profile_id)
        if not filings or profile is None or any(_others(one) for one in filings):
            return {}
        said = self._set_now(profile)
        changed = [as_set_now(one, said) for one in filings]
        if any(one is None for one in changed):
            return {}
        asked = [one for one in changed if one is not None]
        again = decide_again(asked)
        return {
            id(old): evolve(part, decided=decided)
            for old, part, decided in zip(filings, asked, again, strict=True)
        }

    def _set_now(self, profile: Profile) -> PatientNow:
        rights = Profiles(self.work).rights(profile.id)
        return PatientNow(
            state=ProfileState(profile.state),
            masks_by_default=profile.mask_by_default,
            blocked=Mailboxes(self.work).kept_off(rights.blocked),
            opposed_documents=frozenset(
                one.unique_id for one in rights.oppositions if one.kind == "document"
            ),
            opposes_kinds=any(one.kind in _FILING_KINDS for one in rights.oppositions),
        )

    def _is_vouched(self, kept: KeptDecisions, line: Entry | None) -> bool | None:
        """Tell whether the lines that name a decision vouch for what was kept of it."""
        lines = [line] if line is not None else []
        if kept.subject:
            lines += self.work.journal.about([kept.subject])
        said = [
            one.detail["evidence"]
            for one in lines
            if one.detail.get("decision") == kept.id
        ]
        return all(one in kept.digests for one in said) if said else None


def _why(
    kept: KeptDecisions,
    part: TakenDecision,
    words: Words,
    how: Measure,
    place: Whereabouts,
) -> Why:
    """Return a decision in words, as much of it as is told."""
    tells_all = how is Measure.ALL
    rules = words.rules_of(part) if tells_all else ()
    facts = words.facts_of(part) if tells_all else ()
    if part.kind is EvidenceKind.RECIPIENT and kept.circumstances.identity:
        facts = ((words["sender"], kept.circumstances.identity), *facts)
    return Why(
        at=kept.at,
        headline=_headline(part, how, place, words.language),
        source="" if _is_anothers(part, how) else source_of(part.outcome),
        is_refused=_is_refused(part),
        facts=facts,
        objections=tuple(one for one in rules if one.reason),
        others=tuple(one for one in rules if not one.reason),
        settings=part.patient_settings if tells_all else "",
    )


def _of_line(parts: Iterable[TakenDecision], line: Entry) -> list[TakenDecision]:
    """Return the decision that a line is about, of those taken together."""
    if line.action != Action.DOCUMENT_DECIDED:
        return list(parts)
    at = (line.detail.get("recipient"), line.detail.get("position"))
    return [one for one in parts if one.place == at]


def _is_anothers(part: TakenDecision, how: Measure) -> bool:
    """Tell whether a decision rests on what somebody else than who reads decided."""
    return how is Measure.LAW and part.outcome in _CHOSEN


def _is_at(part: TakenDecision, positions: frozenset[int]) -> bool:
    is_filing = part.kind is EvidenceKind.FILING
    return is_filing and len(part.place) > 1 and part.place[1] in positions


def _asked(parts: Iterable[TakenDecision]) -> frozenset[Visibility]:
    """Return from whom the documents of a message were asked to be hidden."""
    found: set[Visibility] = set()
    for one in parts:
        if isinstance(one.arguments, FilingArguments):
            document = one.arguments.facts.document
            found |= one.decided.message_visibility
            if isinstance(document, DocumentFacts):
                found |= document.visibility
    return frozenset(found)


def _others(part: TakenDecision) -> bool:
    return isinstance(part.arguments, FilingArguments) and bool(part.arguments.others)


def _is_refused(part: TakenDecision) -> bool:
    if part.kind is not EvidenceKind.FILING:
        return bool(part.reasons)
    effect = REASON_TEXTS[Reason(part.outcome)].effect
    return effect in (Effect.REFUSED, Effect.TEMPORARY, Effect.QUARANTINED)


def _headline(
    part: TakenDecision, how: Measure, place: Whereabouts, language: str
) -> str:
    """Return what is said first of a decision."""
    if how is Measure.OUTCOME:
        return HEADLINES["aside"].said(language)
    if part.kind is EvidenceKind.VIEWING:
        return HEADLINES["viewing"].said(language)
    if part.kind in _OF_READING:
        return HEADLINES["no-reading" if part.reasons else "reading"].said(language)
    if part.kind is EvidenceKind.WRITING:
        return HEADLINES["no-writing" if part.reasons else "writing"].said(language)
    if part.kind is EvidenceKind.NOTICE:
        return HEADLINES["no-notice" if part.reasons else "notice"].said(language)
    if part.kind is not EvidenceKind.FILING:
        return HEADLINES["door" if part.reasons else "other"].said(language)
    if _is_anothers(part, how):
        return HEADLINES["set"].said(language)
    reason = Reason(part.outcome)
    said = REASON_TEXTS[reason]
    if said.effect is Effect.FILED or reason is Reason.MESSAGE_ONLY:
        return said.fr if language == "fr" else said.en
    text = text_for_patient(reason, place)[1 if language == "en" else 0]
    return text or (said.fr if language == "fr" else said.en)

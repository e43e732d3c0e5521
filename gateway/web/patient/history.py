"""The history of a patient's record, from the patient's own chain of the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from attrs import field, frozen

from gateway.core.accesses import AccessCause
from gateway.core.actors import Means, Who
from gateway.core.habilitation import column_texts
from gateway.core.texts.accesses import CAUSE_TEXTS
from gateway.core.texts.both import LANGUAGES, Both
from gateway.core.texts.history import (
    DEED_TEXTS,
    PRESENTED_TEXTS,
    READING_REFUSED_TEXTS,
    SECRET_CHANGES,
    TOLD_ABOUT,
    TOLD_VALUES,
    Deed,
    deed_text,
)
from gateway.core.texts.informing import CHANNEL_TEXTS, ON_A_DAY
from gateway.core.texts.outcomes import REFUSED_FILINGS
from gateway.errors import AlteredError
from gateway.rights.visibility_rules import knows_of_act, sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.values import InboxMessage
from gateway.store.journal import Action, Entry, chain_of, is_as_written
from gateway.store.patients.administrators import ADMINISTRATOR
from gateway.store.patients.facts import fact_named
from gateway.store.patients.informed import WHAT as INFORMED
from gateway.store.patients.informed import Informed, read_informed
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.values import ProfileChange
from gateway.web.patient.document_cards import DocumentCard, SeenDocuments
from gateway.web.patient.history_parties import (
    ACTIONS_OF,
    BY_READERS,
    WHO_OF,
    Party,
    is_reportable,
    name_in,
    party_of,
)
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.opposing import type_name
from gateway.web.patient.told_accesses import ACCESS, untold_lines
from gateway.web.patient.why import WhyReader
from gateway.web.site.languages import say_date

_OF_DOCUMENTS = frozenset(
    {
        Action.DOCUMENT_FILED,
        Action.DOCUMENT_KEPT,
        Action.DOCUMENT_DEPRECATED,
        Action.DOCUMENT_WITHDRAWN,
        Action.DOCUMENT_ANNOUNCED,
        Action.DOCUMENT_ERASED,
        Action.DOCUMENT_MASKED,
        Action.DOCUMENT_UNMASKED,
        Action.DOCUMENT_OPENED,
        Action.DOCUMENT_DOWNLOADED,
        Action.DOCUMENT_SENT,
        Action.DOCUMENT_CONSULTED,
        Action.CORRECTION_ASKED,
        Action.CORRECTION_REMINDED,
        Action.CORRECTION_ESCALATED,
        Action.CORRECTION_ENDED,
        Action.CORRECTION_TAKEN_BACK,
    }
)
_READINGS = BY_READERS - {Action.DOCUMENT_CONSULTED, Action.DOCUMENT_ANNOUNCED}
"""Lines of readings that tell of no document: of whom they name, a minor may keep."""
_FILINGS = frozenset({Action.DOCUMENT_FILED, Action.DOCUMENT_DEPRECATED})
_EXPLAINED = frozenset(
    {
        Action.DOCUMENT_DECIDED,
        Action.RECIPIENT_REFUSED,
        Action.WRITING_REFUSED,
        Action.MESSAGE_SENT,
        Action.CONSULTATION_BEGUN,
        Action.CONSULTATION_REFUSED,
        Action.DOCUMENT_CONSULTED,
    }
)
_REFUSALS = {Action.DOCUMENT_DECIDED.value: REFUSED_FILINGS}
_BY_MESSAGE = frozenset(
    {Action.MESSAGE_DELIVERED, Action.MESSAGE_READ, Action.MESSAGE_SENT}
)
"""Lines of which the subject is an arrival."""
_BY_CONVERSATION = frozenset(
    {Action.MESSAGE_DELETED, Action.CONVERSATION_ENDED, Action.WRITING_REFUSED}
)
_OF_NO_THING = frozenset(
    {
        Action.DELEGATION_ASKED,
        Action.DELEGATION_ACCEPTED,
        Action.DELEGATION_REFUSED,
        Action.DELEGATION_CHANGED,
        Action.DELEGATION_ENDED,
        Action.PROFILE_ADDED,
        Action.PROFILE_CHANGED,
        Action.SIGNED_IN,
        Action.SIGN_IN_REFUSED,
        Action.SIGNED_OUT,
        Action.OPERATOR_READ,
        Action.NOTICE_SENT,
        Action.AGREEMENT_CODE_MADE,
        *_READINGS,
    }
)
"""Lines that tell of no document and no message."""
_OPPOSITIONS = ("oppose-", "withdraw-")
"""How facts begin that may be about what representatives must know nothing of."""
_MASKS = frozenset({"mask", "unmask"})
"""Facts that name documents."""
_OWN_CHOICES = frozenset({ADMINISTRATOR})
"""What a minor decides alone may be about somebody known from a secret."""
_AT_ONCE = 120


@frozen(kw_only=True)
class Choice:
    """Which lines are asked for: whose, of which kind, and of which days."""

    party: Party | None = None
    deed: Deed | None = None
    since: datetime | None = None
    until: datetime | None = None


@frozen(kw_only=True)
class HistoryLine:
    """One deed as the patient reads it; ``who`` is empty where it is the patient."""

    seq: int
    at: datetime
    party: Party
    who: str = field(repr=False)
    place: str = field(repr=False)
    profession: Both = field(repr=False)
    """As whom a professional read, in the words of the matrix; empty elsewhere."""
    role: str
    """A word of `Who`, where the line says it."""
    what: str
    english: str
    card: DocumentCard | None = field(repr=False)
    why: str = field(repr=False)
    about: Both = field(repr=False)
    """Whom or what a change is about, empty where that is told otherwise."""
    cause: Both = field(repr=False)
    """Why an operator was given access, in the words of a list; empty elsewhere."""
    request: str = field(repr=False)
    """On whose request that was, in the operator's words."""
    delayed: str = field(repr=False)
    """Why the patient was told of that later."""
    values: tuple[str, str] = field(repr=False)
    """What was said before and after, empty where nothing is told of it."""
    means: Means | None
    is_declared: bool
    """The means are those of who declared that it was done, not of the deed."""
    told: Both = field(repr=False)
    """Why a filing was refused, in a sentence; empty of anything else."""
    is_refused: bool
    why_path: str
    """Where it is told on what this rests, empty where that is nowhere."""
    is_reportable: bool
    """It names somebody whom the patient may say not to know."""
    is_blockable: bool
    """It names a professional or a place whom it, or what it is about, identifies."""
    declarer: Informed | None
    """Who declares that they told the patient of filing, of a line that says so."""
    is_unproven: bool
    """The name is what a message says of its sender, and no certificate bears it."""


@frozen
class PatientHistory:
    """
    What was done on a patient's record, as far as the patient may know of it.

    A line about a document or a message that is hidden is not there, and no count or
    number tells of it.
    """

    work: UnitOfWork
    seen: SeenDocuments

    def page(
        self, choice: Choice, most: int, before: int | None = None
    ) -> tuple[list[HistoryLine], int | None]:
        """
        Return so many lines, newest first, and before which one the next page begins.

        Raises:
            AlteredError: a line is not as it was written.
        """
        found: list[HistoryLine] = []
        for line in self._lines(choice, before):
            if len(found) == most:
                return found, found[-1].seq
            found.append(line)
        return found, None

    def one(self, seq: int) -> HistoryLine | None:
        """Return the line of a number, None where who looks is told of none such."""
        kept = self.work.journal.line(chain_of(self.seen.profile_id), seq)
        if kept is None or deed_text(kept.action, kept.outcome) is None:
            return None
        if kept.action == Action.DOCUMENT_DECIDED and (
            kept.outcome not in REFUSED_FILINGS
        ):
            return None
        if self._untold([kept]):
            return None
        return self._line(kept, self._messages([kept]))

    def _lines(self, choice: Choice, before: int | None) -> Iterator[HistoryLine]:
        actions = [
            action
            for action, said in DEED_TEXTS.items()
            if choice.deed in (None, said.deed)
        ]
        while True:
            entries = self.work.journal.latest(
                chain_of(self.seen.profile_id),
                actions,
                who=WHO_OF.get(choice.party) if choice.party else None,
                of_them=ACTIONS_OF.get(choice.party, ()) if choice.party else (),
                outcomes=_REFUSALS,
                before=before,
                since=choice.since,
                until=choice.until,
                most=_AT_ONCE,
            )
            asked = [
                one
                for one in entries
                if choice.party in (None, party_of(one))
                and one.outcome not in SECRET_CHANGES
            ]
            untold = self._untold(asked)
            told = [one for one in asked if one.seq not in untold]
            messages = self._messages(told)
            for one in told:
                if (line := self._line(one, messages)) is not None:
                    yield line
            if len(entries) < _AT_ONCE:
                return
            before = entries[-1].seq

    def _untold(self, entries: Sequence[Entry]) -> set[int]:
        """Return the numbers of lines of which who looks is told nothing."""
        return self._hidden(entries) | untold_lines(self.work, self.seen, entries)

    def _hidden(self, entries: Sequence[Entry]) -> set[int]:
        """Return the numbers of lines about messages that who looks knows nothing of"""
        reader, whose = inbox_of(self.work), self.seen.profile_id
        arrivals = {one.subject for one in entries if one.action in _BY_MESSAGE}
        unseen = arrivals - reader.seen_arrivals(whose, arrivals)
        if sees_secrets(self.seen.reader):
            return {
                one.seq
                for one in entries
                if one.action == Action.MESSAGE_DELIVERED and one.subject in unseen
            }
        talks = {one.subject for one in entries if one.action in _BY_CONVERSATION}
        unseen |= {one for one in talks if reader.conversation(whose, one) is None}
        return {
            one.seq
            for one in entries
            if not self._is_told_to_representatives(one, unseen)
        }

    def _is_told_to_representatives(
        self, entry: Entry, unseen: Collection[str]
    ) -> bool:
        """A line of a kind that is not known is not: it may be about a secret."""
        if entry.action in _BY_MESSAGE | _BY_CONVERSATION:
            return entry.subject not in unseen
        if entry.action in _OF_DOCUMENTS:
            # Looked up with its document; who reads it may be a secret all the same.
            return not self._is_secret_reader(entry)
        if ACCESS in entry.kept:
            return True  # looked up with its access
        if self._is_secret_reader(entry) or self._masks_secrets(entry):
            return False
        who, is_known = str(entry.kept.get("who", "")), entry.action in _OF_NO_THING
        objects = is_known and entry.outcome.startswith(_OPPOSITIONS)
        if objects or entry.action == Action.INQUIRY_OPENED:
            return knows_of_act(who, self.seen.reader)
        if entry.outcome in _OWN_CHOICES and who == Who.PATIENT:
            return False
        return is_known

    def _is_secret_reader(self, entry: Entry) -> bool:
        """Tell whether a line names who is in secret connection with a minor."""
        if entry.action not in BY_READERS and entry.kept.get("who") != Who.PROFESSIONAL:
            return False
        named = str(self.work.journal.opened(entry).detail.get("identity", ""))
        return named.lower() in self._secret_names

    @cached_property
    def _secret_names(self) -> frozenset[str]:
        """Who is in secret connection; looked up when the first line asks."""
        rights = Profiles(self.work).rights(self.seen.profile_id)
        return frozenset(one.lower() for one in rights.secret_senders)

    def _masks_secrets(self, entry: Entry) -> bool:
        """Tell whether a line is of masks, of documents that are secrets alone."""
        if entry.action != Action.PROFILE_CHANGED or entry.outcome not in _MASKS:
            return False
        fact = self._fact(entry)
        masked = fact.after["documents"] if fact is not None else ()
        return bool(masked) and not any(map(self.seen.find, masked))

    def _fact(self, entry: Entry) -> ProfileChange | None:
        """Return the fact that a line names; it cannot be gone."""
        if "fact" not in entry.kept:
            return None
        fact = fact_named(self.work, self.seen.profile_id, entry.kept["fact"])
        if fact is None or fact.what != entry.outcome:
            raise AlteredError("a change that a patient's history names is gone")
        return fact

    def _messages(self, entries: Iterable[Entry]) -> dict[int, InboxMessage]:
        """Return the messages that lines say came in, by the numbers of these lines."""
        came = {
            one.seq: one.subject
            for one in entries
            if one.action == Action.MESSAGE_DELIVERED
        }
        reader, whose = inbox_of(self.work), self.seen.profile_id
        found = reader.of_arrivals(whose, set(came.values()))
        by_arrival = {one.arrival_id: one for one in found}
        return {
            number: by_arrival[arrival]
            for number, arrival in came.items()
            if arrival in by_arrival
        }

    def _line(
        self, kept: Entry, messages: Mapping[int, InboxMessage]
    ) -> HistoryLine | None:
        if not is_as_written(kept):
            raise AlteredError("a line of a patient's history was altered")
        entry, card = self.work.journal.opened(kept), None
        if entry.action in _OF_DOCUMENTS and entry.outcome != "all":
            document = self.seen.find(entry.subject)
            if document is not None:
                card = self.seen.card(document)
            elif not self.seen.is_withdrawn(entry.subject):
                return None
        refusal = None
        if entry.action == Action.DOCUMENT_DECIDED:
            refusal = WhyReader(work=self.work, seen=self.seen).refusal(entry)
            if refusal is None:
                return None
        said = deed_text(entry.action, entry.outcome)
        assert said is not None, "asked for by its action"
        party = party_of(entry)
        fact = self._fact(entry)
        # Whom a minor blocked may be known from a secret alone.
        told = fact if sees_secrets(self.seen.reader) else None
        message = messages.get(kept.seq)
        who, place = name_in(entry, party, card, message)
        if refusal is not None:
            who = refusal.sender
        is_known = is_reportable(entry, party, who, card)
        declarer = None
        if fact is not None and fact.what == INFORMED:
            declarer = read_informed(fact.about, fact.after)
            if declarer.teller.is_person:
                who = declarer.teller.name  # never a number alone
        return HistoryLine(
            seq=entry.seq,
            at=entry.at,
            party=party,
            who=who,
            place=place,
            profession=_profession(entry),
            role=str(entry.kept.get("who", "")),
            what=said.text.fr,
            english=said.text.en,
            card=card,
            why=_why(entry) or (fact.why if fact else ""),
            about=_presented(entry) or _about(told),
            cause=_cause(entry),
            request=str(entry.detail.get("request", "")),
            delayed=str(entry.detail.get("delayed", "")),
            values=_values(told),
            means=_means(entry),
            is_declared=declarer is not None,
            told=Both(refusal.fr, refusal.en) if refusal else _refused(entry),
            is_refused=entry.action.endswith(":refuse") or refusal is not None,
            why_path=_why_path(entry, card),
            is_reportable=is_known,
            is_blockable=is_known and _identifies(entry, card, declarer),
            declarer=declarer,
            is_unproven=message is not None and not message.proven,
        )


def _profession(entry: Entry) -> Both:
    """Return as whom somebody read, where a line of a reading says it."""
    known = {one.column.value: one for one in column_texts().values()}
    said = known.get(str(entry.detail.get("practice", "")))
    return Both(said.french, said.english) if said else Both("", "")


def _refused(entry: Entry) -> Both:
    """Return why somebody could not read, as far as the patient is told."""
    if entry.action != Action.CONSULTATION_REFUSED:
        return Both("", "")
    return READING_REFUSED_TEXTS.get(entry.outcome, Both("", ""))


def _why_path(entry: Entry, card: DocumentCard | None) -> str:
    """Return where it is told on what a line rests."""
    if entry.action == Action.MESSAGE_DELIVERED:
        return f"/why/message/{entry.subject}"
    if entry.action in _FILINGS and card is not None:
        return f"/why/document/{card.id}"
    if entry.action == Action.NOTICE_SENT or (
        entry.action in _EXPLAINED and "decision" in entry.kept
    ):
        return f"/why/line/{entry.seq}"
    return ""


def _about(fact: ProfileChange | None) -> Both:
    """Return what a change is about, in words: whom, which type of document, or both"""
    if fact is not None and fact.what == INFORMED:
        return Both(*(_told_how(fact, one) for one in LANGUAGES))
    if fact is None or fact.what not in TOLD_ABOUT:
        return Both("", "")
    said = fact.after or fact.before
    code = said.get("type_code", "") if isinstance(said, dict) else ""
    names = (type_name(code, one) if code else "" for one in LANGUAGES)
    return Both(*(", ".join(filter(None, (name, fact.about))) for name in names))


def _told_how(fact: ProfileChange, language: str) -> str:
    """Return by what channel the patient was told of filing, and when, as declared."""
    how = read_informed(fact.about, fact.after).how
    channel = CHANNEL_TEXTS[how.by].said(language)
    if how.on is None:
        return channel
    day = say_date(how.on, language)
    return ON_A_DAY.said(language).format(how=channel, day=day)


def _identifies(
    entry: Entry, card: DocumentCard | None, declarer: Informed | None
) -> bool:
    """Tell whether somebody can be blocked by a line: a name alone blocks nobody."""
    if card is not None or declarer is not None:
        return True
    named_alone = entry.detail.get("person") and not entry.detail.get("identity")
    return entry.action == Action.MESSAGE_DELIVERED or not named_alone


def _presented(entry: Entry) -> Both | None:
    """Return what the patient showed to whom a line tells of, None where nothing is"""
    return PRESENTED_TEXTS.get(str(entry.detail.get("presented", "")))


def _why(entry: Entry) -> str:
    return str(entry.detail.get("reason") or entry.detail.get("why") or "")


def _cause(entry: Entry) -> Both:
    said = entry.kept.get("cause", "")
    known = ACCESS in entry.kept and said in [one.value for one in AccessCause]
    return CAUSE_TEXTS[AccessCause(said)] if known else Both("", "")


def _values(fact: ProfileChange | None) -> tuple[str, str]:
    if fact is None or fact.what not in TOLD_VALUES:
        return "", ""
    return _in_words(fact.before), _in_words(fact.after)


def _in_words(value: Any) -> str:
    """Return what stood, by its name where it has one."""
    named = value.get("name", "") if isinstance(value, dict) else value
    return str(named or "")


def _means(entry: Entry) -> Means | None:
    """Return by what means a change was made, where its line says it."""
    return {one.value: one for one in Means}.get(entry.kept.get("means", ""))

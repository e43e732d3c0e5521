"""The service that pages of professionals ask, and later programs: see the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from gateway.core.actors import Actor, Means, Who
from gateway.core.listed_columns import found_in_texts
from gateway.core.listing import TextsFound, moment_of
from gateway.core.reading import (
    IN_EMERGENCY,
    AgreementKind,
    AgreementMeans,
    ConsultationEnd,
    Presented,
    ReadingRefusal,
    ReadingWay,
)
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.reading.asking import (
    LOOKED,
    OPENED,
    Asking,
    keep_decided,
    settings_of,
)
from gateway.dmp_bridge.reading.finding import find_patient
from gateway.dmp_bridge.reading.gathering import (
    ReadingStanding,
    facts_of,
    gather,
    party_of,
)
from gateway.dmp_bridge.reading.seeing import (
    HeldReading,
    ReadingTerms,
    acts_of,
    fresh_since,
    last_visit,
    side_of,
    sighted,
    viewing_facts,
    within_episode,
)
from gateway.dmp_bridge.reading.telling import ReadingNotices
from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.evidence.arguments import viewing_part
from gateway.evidence.policies import reading_policy_of
from gateway.rights.consultation_rules import over_by_time
from gateway.rights.listing_rules import WantedDocuments, seen_by
from gateway.rights.professional_viewing_rules import alerts_of, refuse_viewing
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_request import ReadingRequest, WantedPatient
from gateway.rights.reading_rules import (
    Agreement,
    EmergencyDeclaration,
    Found,
    ReadingFacts,
    Relation,
    refuse_for_good,
    refuse_reading,
)
from gateway.settings.file import Settings
from gateway.settings.reading import ReadingSettings
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.agreements import Agreements, NewAgreement
from gateway.store.consultations.answers import (
    DoneThere,
    NotRead,
    OpenRecord,
    Prospect,
    ReadDocument,
    ReadingList,
)
from gateway.store.consultations.codes import ReadingCodes
from gateway.store.consultations.consultations import WITH_DOCUMENT, Consultations
from gateway.store.consultations.teams import CareTeams, Episodes
from gateway.store.consultations.values import (
    Consultation,
    ConsultationSaid,
    KeptAgreement,
    NamedProfessional,
)
from gateway.store.journal import Action
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.tasks.values import TaskKind

_ALL: Final = WantedDocuments()
_KINDS: Final[Mapping[ReadingWay, AgreementKind]] = MappingProxyType(
    {
        ReadingWay.TEAM: AgreementKind.TEAM,
        ReadingWay.CONSENT: AgreementKind.CONSULTATION,
    }
)
_NAMED: Final = frozenset({Relation.TREATING, Relation.ADMINISTRATOR})
_UNSEEN: Final = "unseen"
"""How an attempt ended at a document that is not there for who asks."""


@frozen
class _Granted:
    """A reading that nothing stands against, and what the patient agreed to with it."""

    facts: ReadingFacts
    standing: ReadingStanding
    new: NewAgreement | None
    kept: Mapping[str, str]
    presented: Presented | None


@frozen(kw_only=True)
class VaultReading:
    """What a professional may ask of the vaults; each call is within a transaction."""

    vaults: VaultAccess
    settings: Settings

    def find(
        self, work: UnitOfWork, who: ReadingProfessional, wanted: WantedPatient
    ) -> Prospect | NotRead:
        """
        Find a patient by their number, and tell by which ways somebody could read.

        Who is refused whatever they tick is told why, and sees nobody's name. By names
        nobody is found here: that takes a declared emergency, and is `open`. To be
        committed in both cases.
        """
        asking = self._asking(work, who)
        if (too_often := asking.too_often(by_names=wanted.by_names)) is not None:
            return too_often
        profile, found = (None, Found.NOBODY)
        if not wanted.by_names:
            profile, found = find_patient(work, wanted)
        standing = gather(work, who, profile) if profile else None
        regulates = EmergencyDeclaration(is_ticked=False)
        ways = {
            way: facts_of(work, who, found, standing, way=way, declared=regulates)
            for way in ReadingWay
        }
        policy = reading_policy_of(self._own)
        for_good = {way: refuse_for_good(one, policy) for way, one in ways.items()}
        if standing is None or profile is None or all(for_good.values()):
            refused = asking.refuse_search(
                ways[ReadingWay.TEAM], profile, by_names=wanted.by_names
            )
            assert refused is not None, "by no way, so not as one of the team"
            return refused
        answers = {way: refuse_reading(one, policy) for way, one in ways.items()}
        asking.note(LOOKED, profile, by_names=False)
        known = standing.team_agreement, standing.own_agreement
        return Prospect(
            profile=profile,
            found=found,
            relation=standing.relation,
            ways=answers,
            possible=frozenset(way for way, why in for_good.items() if why is None),
            is_agreed=any(
                one is not None and one.fact.holds(work.now) for one in known
            ),
            episode=standing.episode,
            current=self._open_one(work, who, profile),
        )

    def open(
        self, work: UnitOfWork, who: ReadingProfessional, request: ReadingRequest
    ) -> Consultation | NotRead:
        """
        Open a consultation, or say why not; to be committed in both cases.

        One that goes on already, by the same right, is returned as it is. What the
        patient agreed to is kept with it, and nothing of it where it is refused.
        """
        by_names, asking = request.patient.by_names, self._asking(work, who)
        if (too_often := asking.too_often(by_names=by_names)) is not None:
            return too_often
        if by_names:
            unsought = _facts(work, who, request, Found.NOBODY, None)
            if refused := asking.refuse_search(unsought, None, by_names=True):
                return refused
        profile, found = find_patient(work, request.patient)
        if profile is not None:
            profile = Profiles(work).hold(profile.id)
        standing = gather(work, who, profile) if profile else None
        facts = _facts(work, who, request, found, standing)
        new = self._agreement(work, who, request, standing)
        if new is not None:
            facts = _with_agreement(facts, new, work.now)
        why, kept = asking.decide(facts, profile)
        if why is None and new is not None and request.code and profile is not None:
            code = ReadingCodes(work).use(profile.id, request.code)
            why = None if code is not None else ReadingRefusal.CODE_WRONG
            new = evolve(new, given_by=code.by if code else "")
        if why is not None or profile is None or standing is None:
            why = why or ReadingRefusal.PATIENT_NOT_FOUND
            return asking.refuse(why, facts, profile, by_names=by_names, **kept)
        asking.note(OPENED, profile, by_names=by_names)
        granted = _Granted(facts, standing, new, kept, request.presented)
        return self._begun(work, who, granted)

    def _agreement(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        request: ReadingRequest,
        standing: ReadingStanding | None,
    ) -> NewAgreement | None:
        """Return the agreement that is collected with this reading, if one is needed"""
        kind = _KINDS.get(request.way)
        if kind is None or standing is None or not (request.agreed or request.code):
            return None
        is_team, now = kind is AgreementKind.TEAM, work.now
        known = standing.team_agreement if is_team else standing.own_agreement
        is_named = is_team and standing.relation in _NAMED
        if is_named or (known is not None and known.fact.holds(now)):
            return None
        days, hours = self._own.team_agreement_days, self._own.agreement_hours
        until = now + timedelta(hours=hours)
        if is_team:
            until_team = now + timedelta(days=days) if days else None
            episode = standing.episode.id if standing.episode else ""
            return NewAgreement(
                kind=kind,
                party=party_of(who),
                means=_means(request),
                until=until_team,
                episode_id=episode,
            )
        return NewAgreement(
            kind=kind, party=party_of(who), means=_means(request), until=until
        )

    def _begun(
        self, work: UnitOfWork, who: ReadingProfessional, granted: _Granted
    ) -> Consultation:
        facts, standing, new = granted.facts, granted.standing, granted.new
        profile, consultations = standing.profile, Consultations(work)
        open_one = self._open_one(work, who, profile)
        if open_one is not None and open_one.way is facts.way and new is None:
            consultations.seen(open_one)
            return open_one
        if open_one is not None:
            consultations.end(open_one, ConsultationEnd.READER)
        agreement = self._used(work, facts.way, standing, new)
        is_first = not consultations.of_reader(
            who.national_id, profile_id=profile.id, most=1
        )
        is_team = facts.way is ReadingWay.TEAM
        begun = consultations.begin(
            profile.id,
            facts.way,
            _said(who, facts, granted.presented),
            work.now + timedelta(hours=self._hours(facts.way)),
            agreement_id=agreement.id if agreement else "",
            episode_id=standing.episode.id if is_team and standing.episode else "",
            **granted.kept,
        )
        if is_team and standing.relation not in _NAMED:
            CareTeams(work).join(profile.id, party_of(who))
        self._notices.tell(work, who, profile, begun, is_first=is_first)
        # What lists and searches are made from: perhaps nobody signed in for long.
        work.tasks.ask(TaskKind.INDEX, profile.id)
        return begun

    def _used(
        self,
        work: UnitOfWork,
        way: ReadingWay,
        standing: ReadingStanding,
        new: NewAgreement | None,
    ) -> KeptAgreement | None:
        """Return the agreement that a consultation rests on; one for once is spent."""
        agreements = Agreements(work)
        if new is not None:
            used = agreements.give(standing.profile.id, new)
        elif way is ReadingWay.CONSENT and standing.own_agreement is not None:
            used = standing.own_agreement
        elif way is ReadingWay.TEAM and standing.team_agreement is not None:
            return standing.team_agreement
        else:
            return None
        if used.kind is AgreementKind.CONSULTATION:
            agreements.spend(used)
        return used

    def listed(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        wanted: WantedDocuments = _ALL,
        *,
        old: bool = False,
        in_texts: bool = False,
        episode_id: str = "",
    ) -> ReadingList | NotRead:
        """
        Return what somebody sees of the vault now; it only reads.

        ``wanted`` is looked for in what is seen, ``in_texts`` also in the texts of it,
        and with ``episode_id`` in the days of that follow-up; ``old`` asks for old
        versions and archived documents. What is left to be kept of it is `note_listed`;
        where it is refused, `check` keeps that.
        """
        held = self.held(work, who, consultation_id)
        if isinstance(held, NotRead):
            return held
        vault, now = self.vaults.within(work), moment_of(work.now)
        listing = vault.listing(held.consultation.profile_id)
        last = last_visit(work, who, held.consultation)
        record, asked = _record(work, who, held), fresh_since(wanted, last)
        one = next((one for one in record.episodes if one.id == episode_id), None)
        if one is not None:
            asked = within_episode(asked, one, ZoneInfo(self.settings.web.time_zone))
        known = seen_by(held.side, listing.entries, now, old=old)
        texts = TextsFound({})
        if in_texts:
            profile_id = held.consultation.profile_id
            texts = found_in_texts(vault, profile_id, known.entries, asked.words)
            asked = evolve(asked, in_texts=texts.by_word)
        found = sighted(known, listing, asked, now)
        return ReadingList(
            record=record,
            found=found.found,
            moment=now,
            identifiers=who.identifiers,
            since=last.begun_at if last else None,
            hidden=found.hidden,
            texts=texts,
            is_noted=Consultations(work).is_kept(consultation_id, found.hidden)
            and work.now - held.consultation.seen_at < self._grain,
        )

    def note_listed(
        self, work: UnitOfWork, who: ReadingProfessional, listed: ReadingList
    ) -> None:
        """Keep what a list did not show, as proof, and that somebody is there."""
        one = Consultations(work).own(listed.record.consultation.id, who.national_id)
        if one is None or one.ended_at is not None:
            return
        kept = Consultations(work)
        if kept.keep_hidden(one, listed.hidden):
            kept.note(one, Action.CONSULTATION_LISTED, one.way.value, one.id)
        if work.now - one.seen_at >= self._grain:
            kept.seen(one)

    def document(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        document_id: str,
    ) -> ReadDocument | NotRead | None:
        """
        Open one document, with its line in the patient's history; None: not there.

        What is hidden from who asks is not told apart from what there is not, nor is it
        looked up. To be committed in all cases.
        """
        held = self.held(work, who, consultation_id)
        if isinstance(held, NotRead):
            return self.check(work, who, consultation_id) or held
        vault, one = self.vaults.within(work), held.consultation
        profile, listing = held.standing.profile, vault.listing(one.profile_id)
        seen = seen_by(held.side, listing.entries, moment_of(work.now), old=True)
        known = document_id in seen.entries.ids()
        document = vault.get(document_id) if known else None
        if document is None:
            self._asking(work, who).note(_UNSEEN, profile, by_names=False)
            return None
        facts = viewing_facts(held.side, document, work)
        unseen = refuse_viewing(facts)
        part = viewing_part(facts, unseen, patient_settings=settings_of(profile))
        kept = keep_decided(work, who, profile, part, document.id)
        if unseen is not None:  # the list is older than the document's own row
            return None
        consultations = Consultations(work)
        consultations.note(
            one, Action.DOCUMENT_CONSULTED, one.way.value, document.id, **kept
        )
        consultations.seen(one)
        return _read(work, who, held, vault, document)

    def part(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        document_id: str,
    ) -> ReadDocument | NotRead | None:
        """
        Return a document that was opened in this consultation: its file, a picture.

        It has its line already, and gets no other. None where it was not opened, or is
        not there for who asks any more. It only reads.
        """
        held = self.held(work, who, consultation_id)
        if isinstance(held, NotRead):
            return held
        document = self.opened(work, held, document_id)
        if document is None:
            return None
        return _read(work, who, held, self.vaults.within(work), document)

    def opened(
        self, work: UnitOfWork, held: HeldReading, document_id: str
    ) -> FiledDocument | None:
        """Return a document that was opened in a consultation, and still may be."""
        one = held.consultation
        opened = any(
            line.action == Action.DOCUMENT_CONSULTED
            and line.detail.get("consultation") == one.id
            for line in work.journal.about([document_id])
        )
        return self.seen(work, held, document_id) if opened else None

    def seen(
        self, work: UnitOfWork, held: HeldReading, document_id: str
    ) -> FiledDocument | None:
        """Return a document that may be opened in a consultation, opened or not."""
        document = self.vaults.within(work).get(document_id)
        if document is None or document.profile_id != held.consultation.profile_id:
            return None
        unseen = refuse_viewing(viewing_facts(held.side, document, work))
        return document if unseen is None else None

    def record(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> OpenRecord | NotRead:
        """Return whose record it is that somebody has open, and as what; it reads."""
        held = self.held(work, who, consultation_id)
        return held if isinstance(held, NotRead) else _record(work, who, held)

    def check(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> NotRead | None:
        """
        Ask again whether a consultation may go on; end it where it may not.

        To be committed: what closed it is kept.
        """
        one = Consultations(work).own(consultation_id, who.national_id)
        if one is None:
            return NotRead(ReadingRefusal.ENDED)
        if (over := self._over(one, work.now)) is not None:
            Consultations(work).end(one, over)
            return NotRead(ReadingRefusal.ENDED)
        held = self.held(work, who, consultation_id)
        if not isinstance(held, NotRead):
            return None
        facts, standing = self._now(work, who, one)
        profile, asking = standing.profile, self._asking(work, who)
        why, kept = asking.decide(facts, profile, one.id)
        Consultations(work).end(one, ConsultationEnd.CLOSED)
        if why is None:  # another situation than that in which it was opened
            return NotRead(held.why)
        return asking.refuse(why, facts, profile, by_names=False, **kept)

    def end(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> bool:
        """End a consultation of one's own; False where there is none that goes on."""
        one = Consultations(work).own(consultation_id, who.national_id)
        if one is None or one.ended_at is not None:
            return False
        over = self._over(one, work.now)
        Consultations(work).end(one, over or ConsultationEnd.READER)
        return over is None

    def current(self, work: UnitOfWork, who: ReadingProfessional) -> list[Consultation]:
        """Return the consultations of somebody that go on, the last first."""
        some = Consultations(work).of_reader(
            who.national_id, since=work.now - timedelta(days=1)
        )
        return [one for one in some if self._over(one, work.now) is None]

    def own(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = 100,
    ) -> list[Consultation]:
        """Return what somebody opened, the last first (CSP R. 1111-43)."""
        return Consultations(work).of_reader(
            who.national_id, since=since, until=until, most=most
        )

    def deeds(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        some: Sequence[Consultation],
        *,
        most: int,
    ) -> dict[str, list[DoneThere]]:
        """
        Return what somebody did in consultations of their own, the first first.

        So many at most, the last, of each patient. Of what was done in those of others
        nothing is returned (CSP R. 1111-43).
        """
        kept = Consultations(work)
        own = [
            one
            for one in some
            if one.said and one.said.party.identity == who.national_id
        ]
        lines = kept.done_in(own, most)
        ids = {one.subject for one in lines if one.action in WITH_DOCUMENT}
        documents = self.vaults.within(work).sound_each(ids)
        found: dict[str, list[DoneThere]] = {one.id: [] for one in own}
        for line in reversed(lines):
            document = documents.get(line.subject)
            deed = DoneThere(
                at=line.at,
                action=line.action,
                outcome=line.outcome,
                type_code=document.type_code if document else "",
            )
            found[line.kept["consultation"]].append(deed)
        return found

    def agree_for(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        colleague: NamedProfessional,
    ) -> KeptAgreement | NotRead:
        """
        Keep that the patient agrees to be read once by a colleague, who takes over a
        part of the care: asked by who reads now (CSP L. 1111-17 II).
        """
        if (refused := self.check(work, who, consultation_id)) is not None:
            return refused
        one = Consultations(work).own(consultation_id, who.national_id)
        assert one is not None, "checked just now"
        if one.way in IN_EMERGENCY:  # nobody was asked then, so nobody agreed
            return NotRead(ReadingRefusal.CONSENT_MISSING)
        hours = timedelta(hours=self._own.agreement_hours)
        new = NewAgreement(
            kind=AgreementKind.CONSULTATION,
            party=colleague,
            means=AgreementMeans.COLLEAGUE,
            until=work.now + hours,
            collected_by=party_of(who),
        )
        return Agreements(work).give(one.profile_id, new)

    def note_objection(
        self, work: UnitOfWork, who: ReadingProfessional, wanted: WantedPatient
    ) -> NotRead:
        """
        Keep that the patient does not want to be read by who asks.

        What is open of theirs ends, and the patient may take it back in their space.
        """
        found = self.find(work, who, wanted)
        if isinstance(found, NotRead):
            return found
        Decisions(work, by=_actor(who)).oppose(
            found.profile.id,
            Opposition(
                kind="reading",
                structure=who.national_id,
                declared_by="professional",
                named=who.name,
            ),
        )
        if found.current is not None:
            Consultations(work).end(found.current, ConsultationEnd.CLOSED)
        return NotRead(ReadingRefusal.OPPOSED)

    @property
    def _own(self) -> ReadingSettings:
        return self.settings.reading

    @property
    def _notices(self) -> ReadingNotices:
        return ReadingNotices(self.settings)

    @property
    def _grain(self) -> timedelta:
        """How old a sign of life may be before it is written again."""
        return timedelta(minutes=self._own.idle_minutes) / 10

    def _asking(self, work: UnitOfWork, who: ReadingProfessional) -> Asking:
        return Asking(work=work, who=who, settings=self._own, notices=self._notices)

    def _hours(self, way: ReadingWay) -> int:
        if way is ReadingWay.REGULATION:
            return self._own.regulation_hours
        if way is ReadingWay.EMERGENCY:
            return self._own.emergency_hours
        return self._own.consultation_hours

    def _over(self, one: Consultation, now: datetime) -> ConsultationEnd | None:
        """Return why a consultation is over, None where it goes on."""
        if one.ended_at is not None:
            return one.end or ConsultationEnd.READER
        return over_by_time(one.times, now, timedelta(minutes=self._own.idle_minutes))

    def _open_one(
        self, work: UnitOfWork, who: ReadingProfessional, profile: Profile
    ) -> Consultation | None:
        some = Consultations(work).of_reader(
            who.national_id,
            profile_id=profile.id,
            since=work.now - timedelta(days=1),
        )
        goes_on = (one for one in some if self._over(one, work.now) is None)
        return next(goes_on, None)

    def _now(
        self, work: UnitOfWork, who: ReadingProfessional, one: Consultation
    ) -> tuple[ReadingFacts, ReadingStanding]:
        """Return the facts of a consultation as everything stands now."""
        profile, said = Profiles(work).get(one.profile_id), one.said
        assert profile is not None, "a consultation is of a patient"
        declared = None
        if one.way in IN_EMERGENCY and said is not None:
            declared = EmergencyDeclaration(is_ticked=True, reason=said.reason)
        standing = gather(work, who, profile)
        facts = facts_of(
            work,
            who,
            Found(said.found) if said else Found.NOBODY,
            standing,
            way=one.way,
            declared=declared,
            current=one,
        )
        return facts, standing

    def held(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> HeldReading | NotRead:
        """Return a consultation that goes on, as everything stands now; it reads."""
        one = Consultations(work).own(consultation_id, who.national_id)
        if one is None or self._over(one, work.now) is not None:
            return NotRead(ReadingRefusal.ENDED)
        if one.said is None or one.said.practice != who.practice:
            return NotRead(ReadingRefusal.ENDED)
        facts, standing = self._now(work, who, one)
        why = refuse_reading(facts, reading_policy_of(self._own))
        if why is not None:
            return NotRead(why)
        zone = ZoneInfo(self.settings.web.time_zone)
        day = work.now.astimezone(zone).date()
        side = side_of(work, who, facts, standing.profile, ReadingTerms(self._own, day))
        return HeldReading(consultation=one, standing=standing, side=side)


def _facts(
    work: UnitOfWork,
    who: ReadingProfessional,
    request: ReadingRequest,
    found: Found,
    standing: ReadingStanding | None,
) -> ReadingFacts:
    """Return the facts of a request; ``standing`` is None where nobody was found."""
    return facts_of(
        work,
        who,
        found,
        standing,
        way=request.way,
        informed=request.informed,
        declared=request.declared,
    )


def _record(
    work: UnitOfWork, who: ReadingProfessional, held: HeldReading
) -> OpenRecord:
    profile = held.standing.profile
    return OpenRecord(
        consultation=held.consultation,
        profile=profile,
        relation=held.side.reader.relation,
        episodes=tuple(Episodes(work).of_team(profile.id, who.team)),
    )


def _read(
    work: UnitOfWork,
    who: ReadingProfessional,
    held: HeldReading,
    vault: Vault,
    document: FiledDocument,
) -> ReadDocument:
    """Return a document that is seen, with what it holds."""
    facts = viewing_facts(held.side, document, work)
    return ReadDocument(
        record=_record(work, who, held),
        document=document,
        entry=vault.entry(document),
        content=vault.content(document),
        alerts=alerts_of(document, work.now),
        is_own=facts.is_own,
        acts=acts_of(held, document, work.now),
    )


def _with_agreement(
    facts: ReadingFacts, new: NewAgreement, now: datetime
) -> ReadingFacts:
    """Return the facts as they are with what the patient agrees to just now."""
    given = Agreement(given_at=now, until=new.until)
    if new.kind is AgreementKind.CONSULTATION:
        return evolve(facts, own_agreement=given)
    return evolve(facts, team_agreement=given)


def _means(request: ReadingRequest) -> AgreementMeans:
    return AgreementMeans.CODE if request.code else AgreementMeans.IN_PERSON


def _said(
    who: ReadingProfessional, facts: ReadingFacts, presented: Presented | None
) -> ConsultationSaid:
    return ConsultationSaid(
        party=party_of(who),
        practice=who.practice,
        column=str(who.column),
        found=facts.found.value,
        relation=facts.relation.value,
        signed_in_by=who.signed_in_by.value,
        reason=facts.declared.reason if facts.declared else "",
        presented=presented.value if presented else "",
    )


def _actor(who: ReadingProfessional) -> Actor:
    return Actor(Who.PROFESSIONAL, Means.PORTAL, who.name)

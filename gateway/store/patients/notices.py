"""
What patients are told: in the notices of their space, and to their ordinary address.

Who is told of an event, where and when, says the table of events with what the patient
chose (`gateway.core.notices`): every event comes through `Notices`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import uuid4

from attrs import evolve, field, frozen
from sqlalchemy import BindParameter, bindparam, select, update

from gateway.core.notices import (
    NOTHING_MORE,
    Happened,
    NoticeFamily,
    NoticeRow,
    NoticeWay,
    NoticeWhen,
    notice_table,
)
from gateway.core.texts.notices import NOTICE_TEXTS, NoticeKind
from gateway.core.texts.sms import sms_text
from gateway.evidence.arguments import (
    Answered,
    Circumstances,
    EvidenceKind,
    TakenDecision,
)
from gateway.evidence.program import rules_hash
from gateway.rights.life_rules import LIFE_NOTICES
from gateway.rights.notice_rules import (
    CENTRE_TELLS,
    NoticeFacts,
    Untold,
    email_when,
    refuse_notice,
)
from gateway.rights.profile import ProfileState
from gateway.rights.visibility_rules import PatientReader
from gateway.settings.file import Settings
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.inbox.reading import InboxReader
from gateway.store.journal import Action, chain_of
from gateway.store.patients.daily_due import DigestHour, Digests
from gateway.store.patients.notice_centre import NoticeCentre
from gateway.store.patients.notice_choices import NoticeChoices
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.representatives import representatives_of
from gateway.store.patients.ways import SmsLimits, WayOf, Ways
from gateway.store.sealed.line_details import SCOPE
from gateway.store.tables import notices
from gateway.store.tasks.tasks import TaskKind

_NOTICE: BindParameter[str] = bindparam("notice")
_GET = Prepared(select(notices).where(notices.c.id == _NOTICE))
_END = Prepared(update(notices).where(notices.c.id == _NOTICE), ("content", "sent_at"))
_WAITING = Prepared(
    select(notices.c.id)
    .where(
        notices.c.profile_id == bindparam("profile"),
        notices.c.kind == bindparam("kind"),
        notices.c.sent_at.is_(None),
        notices.c.created_at > bindparam("since"),
    )
    .limit(1)
)
_SINCE = Prepared(
    select(notices.c.id)
    .where(
        notices.c.profile_id == bindparam("profile"),
        notices.c.kind == bindparam("kind"),
        notices.c.created_at > bindparam("since"),
    )
    .limit(1)
)
_DAILY = timedelta(days=1)
_ALWAYS = frozenset(
    {
        NoticeKind.CODE,
        NoticeKind.ADDRESS,
        NoticeKind.PASSWORD,
        NoticeKind.ACCESS,
        NoticeKind.BREAK_GLASS,
        NoticeKind.UNFOUNDED,
        NoticeKind.READ_FIRST,
        NoticeKind.EMERGENCY,
        NoticeKind.PROOF,
        NoticeKind.LOGIN,
        NoticeKind.PROVISIONAL,
        NoticeKind.ACCOUNT,
        NoticeKind.DEVICE,
        NoticeKind.PASSKEY,
        NoticeKind.TRUSTED,
        NoticeKind.REPRESENTED_ACCESS,
        NoticeKind.REPRESENTED_UNFOUNDED,
        *LIFE_NOTICES.values(),
    }
)

_MAILED = frozenset(
    {
        NoticeKind.ADDRESS,  # each address is told that the other takes its place
        NoticeKind.PROOF,  # what is to be proven says by which way
        NoticeKind.PROVISIONAL,
        NoticeKind.LOGIN,
    }
)
"""What leaves by e-mail, whatever was chosen for the rest."""
_OF_ANSWERS = frozenset({NoticeKind.UNDELIVERED, NoticeKind.UNREAD})
_STUCK = timedelta(days=1)
"""A notice that could not leave for as long must not keep back the next ones."""

_WEEK = timedelta(days=7)
"""But one e-mail of the day says all: after a week-end without a relay, one leaves."""


class NoticeEnd(StrEnum):
    """How a notice ended, for the journal."""

    SENT = "sent"
    TOO_LATE = "too-late"
    FAILED = "failed"
    REFUSED = "refused"  # the address, by the relay
    BOUNCED = "bounced"  # it left, and came back


@frozen(kw_only=True)
class Notice:
    """An e-mail to send; the text holds no health data."""

    id: str
    kind: NoticeKind
    profile_id: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    created_at: datetime
    expires_at: datetime | None
    is_sent: bool = False
    way: NoticeWay = NoticeWay.EMAIL


@frozen
class NoticeAnswer:
    """Why a patient is not told, None if told; ``kept`` is for the journal's line."""

    why: Untold | None
    kept: Mapping[str, str]


@frozen
class Notices:
    """Notices within one transaction."""

    work: UnitOfWork
    service: str
    """The name of the service, as the patients know it."""
    public_url: str
    """The address patients type, without anything personal in it."""
    hour: DigestHour = DigestHour()
    sms: SmsLimits = SmsLimits()

    @classmethod
    def of(cls, work: UnitOfWork, settings: Settings) -> Notices:
        """Return the notices of a service, signed as its settings say."""
        hour = DigestHour.of(settings)
        sms = settings.sms
        limits = SmsLimits(
            is_on=sms.is_on, per_patient=sms.per_patient, per_day=sms.per_day
        )
        name, url = settings.domains.operator_name, settings.public_url
        return cls(work, name, url, hour, limits)

    def tell(
        self,
        profile_id: str,
        kind: NoticeKind,
        *,
        subject: str,
        is_hidden: bool = False,
        is_secret: bool = False,
    ) -> NoticeAnswer:
        """
        Make a notice for a patient who may be told; return why no e-mail, if so.

        ``subject`` is the message or the document that waits. ``is_hidden``: it is
        hidden from the patient still; ``is_secret``: from the representatives. In the
        notices of the space it stands for all who may read it there.
        """
        profile = Profiles(self.work).get(profile_id)
        if kind in _OF_ANSWERS:  # an answer to what is secret is as well
            own = InboxReader(self.work)
            theirs = InboxReader(self.work, PatientReader.REPRESENTATIVE)
            is_secret |= own.seen_arrivals(
                profile_id, [subject]
            ) != theirs.seen_arrivals(profile_id, [subject])
        facts = NoticeFacts(
            profile=ProfileState(profile.state) if profile else ProfileState.ABSENT,
            has_address=bool(profile and profile.email),
            is_hidden=is_hidden,
            is_secret=is_secret,
        )
        why = refuse_notice(facts)
        if profile is not None and why in CENTRE_TELLS:
            happened = Happened(subject=subject, is_secret=is_secret)
            self.make(profile, kind, happened, by_email=why is None)
        part = TakenDecision(
            kind=EvidenceKind.NOTICE,
            patient_settings=str(profile.settings_version) if profile else "",
            arguments=facts,
            decided=Answered(() if why is None else (why.value,)),
        )
        kept = EvidenceKeeper(self.work).keep(
            part,
            Circumstances(program=rules_hash()),
            subject=subject,
            profile_id=profile.id if profile else "",
        )
        return NoticeAnswer(why, kept)

    def tell_representatives(
        self, profile: Profile, kind: NoticeKind | None, *, but: str = ""
    ) -> None:
        """Tell all who represent a patient by law, ``but`` one by their own profile."""
        if kind is None:
            return
        of_life = notice_table()[kind].family is NoticeFamily.SPACE
        day = self.work.now.astimezone(self.hour.zone).date()
        some = representatives_of(self.work, profile.id, day, even_closed=of_life)
        for person in some:
            if person.id != but:
                self.make(person, kind)

    def tell_address_changed(self, before: Profile, after: Profile) -> None:
        """
        Tell the old address and the new one that the address for codes was changed.

        Whoever could have it changed in a patient's place could read their codes.
        """
        for profile in (before, after):
            self.make(profile, NoticeKind.ADDRESS)

    def make_daily(
        self, profile: Profile, kind: NoticeKind, happened: Happened = NOTHING_MORE
    ) -> None:
        """Make a notice, unless one of its kind was made in the last day."""
        since = self.work.now - _DAILY
        row = _SINCE.first(
            self.work.connection, profile=profile.id, kind=kind.value, since=since
        )
        daily = evolve(happened, subject=kind.value)
        if row is None and not NoticeCentre(self.work).was_told(
            profile.id, daily.subject, since
        ):
            self.make(profile, kind, daily)

    def make(
        self,
        profile: Profile,
        kind: NoticeKind,
        happened: Happened = NOTHING_MORE,
        *,
        by_email: bool = True,
        digits: str = "",
        minutes: int = 0,
        login: str = "",
        lasting: bool = False,
        expires_at: datetime | None = None,
        way: NoticeWay | None = None,
    ) -> str:
        """
        Tell of an event as the table says; return the id of the e-mail, or nothing.

        What may be seen in the space is kept there. An e-mail that may wait for that
        of the day waits. None is made for a patient without an e-mail address, nor
        while the last one of the same kind still waits to leave: one is enough to say
        that something is waiting. Codes are always made, and that an address or a
        password was changed.
        By which ``way`` it leaves is as the patient chose, where it is not given. A
        ``lasting`` one is sealed with a key of the service: the patient's goes.
        Who represents the patient by law is told as well, where it is no secret.
        """
        row = notice_table()[kind]
        if not happened.is_secret:
            self.tell_representatives(profile, row.represented)
        when = self._when(profile, row) if by_email else NoticeWhen.NEVER
        waits = when is NoticeWhen.DAILY and self._is_told(profile)
        if row.centre:
            NoticeCentre(self.work).add(profile, kind, happened, waits=waits)
        if waits:
            Digests(self.work, self.hour).ask(profile.id)
        if when is not NoticeWhen.ONCE:
            return ""
        if way is None:
            mailed = lasting or kind in _MAILED
            way = self._email(profile) if mailed else self._way(profile, kind)
        if way is None:
            return ""
        just_made = f"notice:{kind.value}:{profile.id}"
        if kind not in _ALWAYS:
            if just_made in self.work.held or self._is_waiting(profile.id, kind):
                return ""
            self.work.held[just_made] = True
        return self._leave(
            profile,
            kind,
            way,
            digits=digits,
            minutes=minutes,
            login=login,
            lasting=lasting,
            expires_at=expires_at,
        )

    def _leave(
        self,
        profile: Profile,
        kind: NoticeKind,
        way: NoticeWay,
        *,
        digits: str = "",
        minutes: int = 0,
        login: str = "",
        lasting: bool = False,
        expires_at: datetime | None = None,
    ) -> str:
        """Prepare what leaves, and the task that sends it; return its id."""
        language = profile.language if profile.language in {"fr", "en"} else "fr"
        subject, text = NOTICE_TEXTS[kind][language]
        to = profile.email
        if way is NoticeWay.SMS:
            subject, text, to = "", sms_text(kind).said(language), profile.telephone
        words = {
            "service": self.service,
            "url": self.public_url,
            "digits": digits,
            "minutes": minutes,
            "login": login,
        }
        notice_id = uuid4().hex
        content = {
            "to": to,
            "subject": subject.format_map(words),
            "text": text.format_map(words),
        }
        key_id = self.work.key_for(SCOPE) if lasting else profile.key_id
        self.work.add(
            notices,
            id=notice_id,
            kind=kind.value,
            profile_id=profile.id,
            content=self.work.seal(
                key_id, content, f"notices.content:{notice_id}:{profile.id}"
            ),
            key_id=key_id,
            created_at=self.work.now,
            expires_at=expires_at,
            sent_at=None,
            way=way.value,
        )
        self.work.tasks.add(TaskKind.NOTIFY, notice_id)
        return notice_id

    def _is_told(self, profile: Profile) -> bool:
        """Tell whether there is any way to the patient."""
        return bool(profile.email) or Ways(self.work, self.sms).way(profile) is not None

    def _email(self, profile: Profile) -> NoticeWay | None:
        return NoticeWay.EMAIL if profile.email else None

    def _way(self, profile: Profile, kind: NoticeKind) -> NoticeWay | None:
        what = WayOf.CODES if kind is NoticeKind.CODE else WayOf.NOTICES
        return Ways(self.work, self.sms).way(profile, what)

    def try_another_way(self, notice: Notice) -> bool:
        """
        Send by text message what did not arrive by e-mail, and the other way round.

        False where there is no other way: no number that was proved, no address that is
        reached. One of the two fails for good at each try, so that it ends.
        """
        profile = Profiles(self.work).get(notice.profile_id)
        kind, ways = notice.kind, Ways(self.work, self.sms)
        if profile is None or kind in {*_MAILED, NoticeKind.CODE}:
            return False
        if notice.way is NoticeWay.EMAIL and ways.may_text(profile):
            return bool(self._leave(profile, kind, NoticeWay.SMS))
        if notice.way is NoticeWay.SMS and ways.is_mailed(profile):
            return bool(self._leave(profile, kind, NoticeWay.EMAIL))
        return False

    def _when(self, profile: Profile, row: NoticeRow) -> NoticeWhen:
        if not row.optional:
            return row.email
        chosen = NoticeChoices(self.work, profile.id).chosen()
        return email_when(row, chosen.get(row.family))

    def _is_waiting(self, profile_id: str, kind: NoticeKind) -> bool:
        found = _WAITING.first(
            self.work.connection,
            profile=profile_id,
            kind=kind.value,
            since=self.work.now - (_WEEK if kind is NoticeKind.DIGEST else _STUCK),
        )
        return found is not None


def get_notice(work: UnitOfWork, notice_id: str) -> Notice | None:
    """Return a notice, or None; of one already sent, the content is gone."""
    row = _GET.first(work.connection, notice=notice_id)
    if row is None:
        return None
    content = MappingProxyType({"to": "", "subject": "", "text": ""})
    if row.content is not None:
        content = work.unseal(
            row.key_id, row.content, f"notices.content:{row.id}:{row.profile_id}"
        )
    return Notice(
        id=row.id,
        kind=NoticeKind(row.kind),
        profile_id=row.profile_id,
        to=content["to"],
        subject=content["subject"],
        text=content["text"],
        created_at=row.created_at,
        expires_at=row.expires_at,
        is_sent=row.sent_at is not None,
        way=NoticeWay(row.way),
    )


def end_notice(work: UnitOfWork, notice: Notice, end: NoticeEnd) -> None:
    """Record that a notice left, or will not; its content, maybe a code, is erased."""
    _END.run(
        work.connection,
        [{"notice": notice.id, "content": None, "sent_at": work.now}],
    )
    note_notice(work, notice, end)


def note_notice(work: UnitOfWork, notice: Notice, end: NoticeEnd) -> None:
    """Note in the patient's chain what became of a notice."""
    work.note(
        Action.NOTICE_SENT,
        end.value,
        notice.id,
        chain=chain_of(notice.profile_id),
        kind=notice.kind.value,
    )

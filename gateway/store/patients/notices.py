"""E-mails to a patient's ordinary address: a code, or that something is waiting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import BindParameter, bindparam, select, update

from gateway.core.texts.notices import NOTICE_TEXTS, NoticeKind
from gateway.evidence.arguments import (
    Answered,
    Circumstances,
    EvidenceKind,
    TakenDecision,
)
from gateway.evidence.program import rules_hash
from gateway.rights.life_rules import LIFE_NOTICES
from gateway.rights.notice_rules import NoticeFacts, Untold, refuse_notice
from gateway.rights.profile import ProfileState
from gateway.settings.file import Settings
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profile, Profiles
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
        NoticeKind.PROOF,
        NoticeKind.LOGIN,
        NoticeKind.PROVISIONAL,
        NoticeKind.ACCOUNT,
        NoticeKind.DEVICE,
        *LIFE_NOTICES.values(),
    }
)

_STUCK = timedelta(days=1)
"""A notice that could not leave for as long must not keep back the next ones."""


class NoticeEnd(StrEnum):
    """How a notice ended, for the journal."""

    SENT = "sent"
    TOO_LATE = "too-late"
    FAILED = "failed"


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

    @classmethod
    def of(cls, work: UnitOfWork, settings: Settings) -> Notices:
        """Return the notices of a service, signed as its settings say."""
        return cls(work, settings.domains.operator_name, settings.public_url)

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
        Make a notice for a patient who may be told; return why not, if so.

        ``subject`` is the message or the document that waits. ``is_hidden``: it is
        hidden from the patient still; ``is_secret``: from the representatives.
        """
        profile = Profiles(self.work).get(profile_id)
        facts = NoticeFacts(
            profile=ProfileState(profile.state) if profile else ProfileState.ABSENT,
            has_address=bool(profile and profile.email),
            is_hidden=is_hidden,
            is_secret=is_secret,
        )
        why = refuse_notice(facts)
        if why is None and profile is not None:
            self.make(profile, kind)
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

    def tell_address_changed(self, before: Profile, after: Profile) -> None:
        """
        Tell the old address and the new one that the address for codes was changed.

        Whoever could have it changed in a patient's place could read their codes.
        """
        for profile in (before, after):
            self.make(profile, NoticeKind.ADDRESS)

    def make_daily(self, profile: Profile, kind: NoticeKind) -> None:
        """Make a notice, unless one of its kind was made in the last day."""
        since = self.work.now - _DAILY
        row = _SINCE.first(
            self.work.connection, profile=profile.id, kind=kind.value, since=since
        )
        if row is None:
            self.make(profile, kind)

    def make(
        self,
        profile: Profile,
        kind: NoticeKind,
        *,
        digits: str = "",
        minutes: int = 0,
        login: str = "",
        lasting: bool = False,
        expires_at: datetime | None = None,
    ) -> str:
        """
        Prepare an e-mail and the task that sends it; return its id, or an empty text.

        None is made for a patient without an e-mail address, nor while the last one
        of the same kind still waits to leave: one is enough to say that something is
        waiting. Codes are always made, and that an address or a password was changed.
        A ``lasting`` one is sealed with a key of the service: the patient's goes.
        """
        if not profile.email:
            return ""
        just_made = f"notice:{kind.value}:{profile.id}"
        if kind not in _ALWAYS:
            if just_made in self.work.held or self._is_waiting(profile.id, kind):
                return ""
            self.work.held[just_made] = True
        language = profile.language if profile.language in {"fr", "en"} else "fr"
        subject, text = NOTICE_TEXTS[kind][language]
        words = {
            "service": self.service,
            "url": self.public_url,
            "digits": digits,
            "minutes": minutes,
            "login": login,
        }
        notice_id = uuid4().hex
        content = {
            "to": profile.email,
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
        )
        self.work.tasks.add(TaskKind.NOTIFY, notice_id)
        return notice_id

    def _is_waiting(self, profile_id: str, kind: NoticeKind) -> bool:
        found = _WAITING.first(
            self.work.connection,
            profile=profile_id,
            kind=kind.value,
            since=self.work.now - _STUCK,
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
    )


def end_notice(work: UnitOfWork, notice: Notice, end: NoticeEnd) -> None:
    """Record that a notice left, or will not; its content, maybe a code, is erased."""
    _END.run(
        work.connection,
        [{"notice": notice.id, "content": None, "sent_at": work.now}],
    )
    work.note(
        Action.NOTICE_SENT,
        end.value,
        notice.id,
        chain=chain_of(notice.profile_id),
        kind=notice.kind.value,
    )

"""Consultations: a professional who reads in one vault, from opening it to its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from attrs import asdict, frozen
from sqlalchemy import ColumnElement, select

from gateway.core.practice import Practice
from gateway.core.reading import ConsultationEnd, ReadingWay
from gateway.rights.consultation_rules import over_by_time
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.places import (
    opened_said,
    reader_digest,
    said_of_party,
)
from gateway.store.consultations.values import (
    Consultation,
    ConsultationSaid,
    NamedProfessional,
)
from gateway.store.journal import Action, Entry, chain_of
from gateway.store.tables import consultations, hidden_documents

_ROW = consultations.c
_ID_BYTES: Final = 16
_FILL: Final = 1024
"""What was hidden is filled up to as much: how much it is tells how many there are."""
_OPEN_AT_ONCE: Final = 200
WITH_DOCUMENT: Final = frozenset(
    {
        Action.DOCUMENT_CONSULTED,
        Action.VERSION_BROUGHT,
        Action.DOCUMENT_MASKED,
        Action.DOCUMENT_UNMASKED,
        Action.DOCUMENT_WITHDRAWN,
        Action.DOCUMENT_ANNOUNCED,
    }
)
"""What somebody does in one with a document: the subject of its line."""
_DEEDS: Final = frozenset(
    {
        *WITH_DOCUMENT,
        Action.PROFILE_CHANGED,
        Action.EPISODE_OPENED,
        Action.EPISODE_CLOSED,
        Action.ACT_REFUSED,
    }
)
"""What somebody does in one; that they looked at the list goes without saying."""


@frozen
class Consultations:
    """Consultations within one transaction; nothing of one is ever taken away."""

    work: UnitOfWork

    def begin(
        self,
        profile_id: str,
        way: ReadingWay,
        said: ConsultationSaid,
        expires_at: datetime,
        *,
        agreement_id: str = "",
        episode_id: str = "",
        **kept: str,
    ) -> Consultation:
        """Keep that somebody begins to read; ``kept`` is for the line. Return it."""
        consultation_id = uuid4().hex
        key_id = self.work.key_for(f"patient:{profile_id}")
        self.work.add_now(
            consultations,
            id=consultation_id,
            profile_id=profile_id,
            reader=reader_digest(self.work, said.party.identity),
            way=way.value,
            agreement_id=agreement_id or None,
            episode_id=episode_id or None,
            key_id=key_id,
            said=self.work.seal(key_id, asdict(said), _place(consultation_id)),
            begun_at=self.work.now,
            seen_at=self.work.now,
            expires_at=expires_at,
        )
        found = self.get(consultation_id)
        assert found is not None, "written by this transaction"
        why = {"why": said.reason} if said.reason else {}
        if said.presented:
            why["presented"] = said.presented
        self.note(found, Action.CONSULTATION_BEGUN, way.value, found.id, **why, **kept)
        return found

    def get(self, consultation_id: str) -> Consultation | None:
        """Return one, or None."""
        found = self._some(_ROW.id == consultation_id)
        return found[0] if found else None

    def own(self, consultation_id: str, identity: str) -> Consultation | None:
        """Return one of a professional's own, or None: nobody goes on in another's."""
        reader = reader_digest(self.work, identity)
        found = self._some(_ROW.id == consultation_id, _ROW.reader == reader)
        return found[0] if found else None

    def of_reader(
        self,
        identity: str,
        *,
        profile_id: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = _OPEN_AT_ONCE,
    ) -> list[Consultation]:
        """Return what a professional opened, the last first; of one patient, or all."""
        conditions = [_ROW.reader == reader_digest(self.work, identity)]
        if profile_id:
            conditions.append(_ROW.profile_id == profile_id)
        if since is not None:
            conditions.append(_ROW.begun_at >= since)
        if until is not None:
            conditions.append(_ROW.begun_at < until)
        return self._some(*conditions, most=most)

    def of_patient(self, profile_id: str, most: int) -> list[Consultation]:
        """Return those in a patient's vault, the last first."""
        return self._some(_ROW.profile_id == profile_id, most=most)

    def was_informed(self, episode_id: str) -> bool:
        """Tell whether the patient was told of reading in an episode before."""
        return bool(self._some(_ROW.episode_id == episode_id, most=1))

    def seen(self, one: Consultation) -> None:
        """Note that something was done in it just now."""
        self.work.change(consultations, _ROW.id == one.id, seen_at=self.work.now)

    def end(self, one: Consultation, why: ConsultationEnd) -> None:
        """End one; done already is no error."""
        if one.ended_at is not None:
            return
        self.work.change(
            consultations, _ROW.id == one.id, ended_at=self.work.now, end=why.value
        )
        self.note(one, Action.CONSULTATION_ENDED, why.value, one.id)

    def end_over(self, idle: timedelta, most: int) -> int:
        """End so many at most of those that are over by themselves; return how many."""
        rows = self.work.connection.execute(
            select(consultations)
            .where(_ROW.ended_at.is_(None))
            .order_by(_ROW.seen_at)
            .limit(most)
        ).all()
        ended = 0
        for row in rows:
            if not self.work.rows.is_sound(consultations, row):
                continue  # said; `gateway journal verify` names it
            one = self._opened(row)
            why = over_by_time(one.times, self.work.now, idle)
            if why is not None and one.said is not None:
                self.end(one, why)
                ended += 1
        return ended

    def note(
        self,
        one: Consultation,
        action: Action,
        outcome: str,
        subject: str,
        **kept: str,
    ) -> None:
        """Write a line of what is done in one, by name, in the patient's chain."""
        said = one.said
        named = said_of_party(said.party) if said else {}
        more = {"practice": said.column} if said else {}
        self.work.note(
            action,
            outcome,
            subject,
            chain=chain_of(one.profile_id),
            **named,
            **more,
            consultation=one.id,
            **kept,
        )

    def done_in(self, some: Sequence[Consultation], most: int) -> list[Entry]:
        """
        Return the last lines of what was done in some, newest first; not opened.

        So many at most of each patient whose vault it was.
        """
        found: list[Entry] = []
        for profile_id in dict.fromkeys(one.profile_id for one in some):
            ids = [one.id for one in some if one.profile_id == profile_id]
            found += self.work.journal.latest(
                chain_of(profile_id),
                _DEEDS,
                outcomes={Action.PROFILE_CHANGED: ["block"]},
                consultations=ids,
                since=min(one.begun_at for one in some if one.id in ids),
                most=most,
            )
        return found

    def keep_hidden(self, one: Consultation, ids: Sequence[str]) -> bool:
        """Keep what is not shown in one now; False where it is known to be so."""
        if self.is_kept(one.id, ids):
            return False
        row_id = uuid4().hex
        key_id = self.work.key_for(f"patient:{one.profile_id}")
        self.work.add_now(
            hidden_documents,
            id=row_id,
            profile_id=one.profile_id,
            consultation_id=one.id,
            key_id=key_id,
            ids=self.work.places.seal(key_id, _filled(ids), _hidden_place(row_id)),
            recorded_at=self.work.next_moment(),
        )
        return True

    def is_kept(self, consultation_id: str, ids: Sequence[str]) -> bool:
        """Tell whether just this is kept as what one does not show."""
        content = self._hidden(consultation_id)
        return content is not None and content == _filled(ids)

    def hidden(self, consultation_id: str) -> list[str]:
        """Return the ids of what was not shown in one when it was last looked at."""
        content = self._hidden(consultation_id)
        if content is None:
            return []
        count, ids = int.from_bytes(content[:4]), content[4:]
        return [
            ids[at : at + _ID_BYTES].hex()
            for at in range(0, count * _ID_BYTES, _ID_BYTES)
        ]

    def _hidden(self, consultation_id: str) -> bytes | None:
        columns = hidden_documents.c
        row = self.work.connection.execute(
            select(hidden_documents)
            .where(columns.consultation_id == consultation_id)
            .order_by(columns.recorded_at.desc(), columns.id)
            .limit(1)
        ).first()
        if row is None:
            return None
        self.work.rows.check(hidden_documents, row)
        return self.work.places.unseal(row.key_id, row.ids, _hidden_place(row.id))

    def _some(
        self, *conditions: ColumnElement[bool], most: int = _OPEN_AT_ONCE
    ) -> list[Consultation]:
        rows = self.work.connection.execute(
            select(consultations)
            .where(*conditions)
            .order_by(_ROW.begun_at.desc(), _ROW.id)
            .limit(most)
        )
        return [self._opened(row) for row in rows]

    def _opened(self, row: Any) -> Consultation:
        self.work.rows.check(consultations, row)
        said = opened_said(self.work, row, _place(row.id))
        return Consultation(
            id=row.id,
            profile_id=row.profile_id,
            way=ReadingWay(row.way),
            agreement_id=row.agreement_id or "",
            episode_id=row.episode_id or "",
            begun_at=row.begun_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
            ended_at=row.ended_at,
            end=ConsultationEnd(row.end) if row.end else None,
            said=_said(said) if said else None,
        )


def _filled(ids: Sequence[str]) -> bytes:
    """Return ids as they are kept: in order, how many, and nothing up to a whole KiB"""
    content = len(ids).to_bytes(4) + b"".join(map(bytes.fromhex, sorted(ids)))
    return content.ljust(-(-len(content) // _FILL) * _FILL, b"\0")


def _said(said: dict[str, Any]) -> ConsultationSaid:
    party, practice = NamedProfessional(**said["party"]), Practice(**said["practice"])
    return ConsultationSaid(**{**said, "party": party, "practice": practice})


def _place(consultation_id: str) -> str:
    return f"consultations.said:{consultation_id}"


def _hidden_place(row_id: str) -> str:
    return f"hidden_documents.ids:{row_id}"

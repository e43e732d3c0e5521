"""Keeping what decisions rested on: sealed once for each patient of a transaction."""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from attrs import define, evolve, field, frozen
from sqlalchemy import select

from gateway.canonical import canonical
from gateway.errors import DamagedError, InvalidError, UnavailableError
from gateway.evidence.arguments import Circumstances, TakenDecision
from gateway.evidence.form import FORM, READABLE, UnknownFormError, from_json, to_json
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import evidence

OPERATOR_SCOPE: Final = "operator"
"""The key of what concerns no patient here."""

_SALT: Final = 16
_MOST_BYTES: Final = 4 * 1024 * 1024
"""More than the evidence of any message; what claims to be more is damaged."""


@define
class _Sheet:
    """The decisions of a transaction for one patient, until they are sealed."""

    id: str
    subject: str
    profile_id: str
    salt: bytes
    circumstances: bytes
    program: str
    settings: str
    texts: list[bytes] = field(factory=list)
    outcomes: list[dict[str, Any]] = field(factory=list)


@frozen
class EvidenceKeeper:
    """Keeps evidence within one transaction."""

    work: UnitOfWork

    def keep(
        self,
        part: TakenDecision,
        circumstances: Circumstances,
        *,
        subject: str = "",
        profile_id: str = "",
    ) -> dict[str, str]:
        """
        Keep one decision; return what its line in the journal says of it.

        That is the id it is kept under, and a digest over a salt, the circumstances
        and the decision: whoever opens the evidence sees that it is the one of the
        line, and nobody else learns anything by it. ``subject`` is the arrival or the
        document it is about. The decisions about one subject of one patient are
        sealed as one value before the commit.
        """
        sheet = self._sheet(circumstances, subject, profile_id)
        text = part.text()
        sheet.texts.append(text)
        sheet.outcomes.append(
            {
                "kind": part.kind.value,
                "place": list(part.place),
                "outcome": part.outcome,
                "reasons": list(part.reasons),
            }
        )
        return {
            "decision": sheet.id,
            "evidence": _digest(sheet.salt, sheet.circumstances, text),
        }

    def _sheet(
        self, circumstances: Circumstances, subject: str, profile_id: str
    ) -> _Sheet:
        held, place = self.work.held, f"evidence:{profile_id}:{subject}"
        sheet = held.get(place) if subject else None
        if not isinstance(sheet, _Sheet):
            sheet = _Sheet(
                id=uuid4().hex,
                subject=subject,
                profile_id=profile_id,
                salt=secrets.token_bytes(_SALT),
                circumstances=canonical(to_json(circumstances)),
                program=circumstances.program,
                settings=circumstances.settings,
            )
            self.work.before_commit(lambda: self._seal(sheet))
            if subject:
                held[place] = sheet
        return sheet

    def _key_of(self, profile_id: str) -> tuple[str, str]:
        """
        Return whose key seals and its id: the patient's, or else the operator's.

        Of a patient whose key was destroyed nothing is left but that there is nobody:
        the refusal at a door that says so is kept as one of nobody.
        """
        if profile_id:
            try:
                return profile_id, self.work.key_for(f"patient:{profile_id}")
            except UnavailableError:
                pass
        return "", self.work.key_for(OPERATOR_SCOPE)

    def _seal(self, sheet: _Sheet) -> None:
        work, (owner, key_id) = self.work, self._key_of(sheet.profile_id)
        text = b'{"circumstances":%b,"decisions":[%b],"salt":"%b"}' % (
            sheet.circumstances,
            b",".join(sheet.texts),
            sheet.salt.hex().encode(),
        )
        packed = zlib.compress(text, 1)
        sealed = work.places.seal(key_id, packed, _place_of(sheet.id))
        work.add(
            evidence,
            id=sheet.id,
            subject=sheet.subject or None,
            profile_id=owner or None,
            at=work.now,
            outcomes=sheet.outcomes,
            program=sheet.program,
            settings=sheet.settings,
            form=FORM,
            key_id=key_id,
            sealed=sealed,
        )


@frozen(kw_only=True)
class KeptDecisions:
    """
    Some decisions that were taken together, as they are read back.

    ``digests`` are those of the lines in the journal, in the order of the decisions.
    ``fault`` says why there are none to read: it is of a form that this program does
    not know, its key is destroyed, or it was altered.
    """

    id: str
    subject: str
    profile_id: str
    at: datetime
    outcomes: tuple[dict[str, Any], ...]
    program: str
    settings: str
    circumstances: Circumstances = Circumstances()
    parts: tuple[TakenDecision, ...] = field(default=(), repr=False)
    digests: tuple[str, ...] = ()
    fault: str = ""


@frozen
class EvidenceReader:
    """Reads evidence back within one transaction; each reading is for the journal."""

    work: UnitOfWork

    def find(self, decision_id: str) -> KeptDecisions | None:
        """Return the decisions kept under an id, or None."""
        row = self.work.connection.execute(
            select(evidence).where(evidence.c.id == decision_id)
        ).first()
        return None if row is None else self._opened(row)

    def about(self, subject: str) -> list[KeptDecisions]:
        """Return the decisions about an arrival or a document, oldest first."""
        rows = self.work.connection.execute(
            select(evidence)
            .where(evidence.c.subject == subject)
            .order_by(evidence.c.at, evidence.c.id)
        )
        return [self._opened(row) for row in rows]

    def listed(self, *, most: int = 200) -> Iterator[KeptDecisions]:
        """Yield all that are kept, by their ids; ``most`` are in memory at once."""
        columns, after = evidence.c, ""
        while True:
            rows = self.work.connection.execute(
                select(evidence)
                .where(columns.id > after)
                .order_by(columns.id)
                .limit(most)
            ).all()
            for row in rows:
                yield self._opened(row)
            if len(rows) < most:
                return
            after = rows[-1].id

    def _opened(self, row: Any) -> KeptDecisions:
        kept = KeptDecisions(
            id=row.id,
            subject=row.subject or "",
            profile_id=row.profile_id or "",
            at=row.at,
            outcomes=tuple(row.outcomes),
            program=row.program,
            settings=row.settings,
        )
        try:
            return _with_parts(kept, self._value(row))
        except UnknownFormError as error:
            return evolve(kept, fault=error.public)
        except DamagedError:
            return evolve(kept, fault="altered, or under another key")
        except UnavailableError:
            return evolve(kept, fault="its key was destroyed")
        except (InvalidError, ValueError, KeyError, TypeError, zlib.error):
            return evolve(kept, fault="not of the form it is said to be")

    def _value(self, row: Any) -> Any:
        if row.form not in READABLE:
            raise UnknownFormError(f"of form {row.form}, unknown to this program")
        packed = self.work.places.unseal(row.key_id, row.sealed, _place_of(row.id))
        opener = zlib.decompressobj()
        text = opener.decompress(packed, _MOST_BYTES)
        if not opener.eof:
            raise InvalidError("more than any evidence")
        return json.loads(text)


def _with_parts(kept: KeptDecisions, value: Any) -> KeptDecisions:
    salt = bytes.fromhex(value["salt"])
    circumstances = from_json(Circumstances, value["circumstances"])
    around = canonical(value["circumstances"])
    if (circumstances.program, circumstances.settings) != (kept.program, kept.settings):
        raise InvalidError("the row says another program than what is sealed")
    return evolve(
        kept,
        circumstances=circumstances,
        parts=tuple(TakenDecision.of_json(one) for one in value["decisions"]),
        digests=tuple(
            _digest(salt, around, canonical(one)) for one in value["decisions"]
        ),
    )


def _digest(salt: bytes, circumstances: bytes, text: bytes) -> str:
    return hashlib.sha256(salt + circumstances + text).hexdigest()


def _place_of(decision_id: str) -> str:
    return f"evidence.sealed:{decision_id}"

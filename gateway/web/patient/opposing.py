"""What a patient may object to being added to the record, and how it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from attrs import field, frozen

from gateway.core.actors import Who
from gateway.core.codes import CLASSES, document_types, label_of
from gateway.core.vault import FiledDocument
from gateway.errors import NotFoundError
from gateway.rights.visibility_rules import PatientReader, knows_of_act
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.patients.profiles import Profiles
from gateway.web.patient.correspondents import Blockable
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.site.forms import Form

FILING: Final = frozenset({"document", "type", "structure"})
"""The kinds of opposition that are to filing (CSP R. 1111-47)."""

THIS: Final = "this"
MOST_REASON: Final = 500
MOST_NAME: Final = 200


@frozen(kw_only=True)
class StandingOpposition:
    """An opposition that stands, in words; ``type`` and ``named`` may be empty."""

    id: str
    kind: str
    type: str
    named: str = field(repr=False)
    since: datetime
    by_patient: bool
    by_representative: bool


@frozen(kw_only=True)
class OppositionForm:
    """What a form asks for; ``problems`` are names of fields, and why."""

    document: str = ""
    what: str = ""
    whom: str = ""
    reason: str = field(default="", repr=False)
    sure: bool = False
    problems: Mapping[str, str] = MappingProxyType({})

    def problem(self, name: str) -> str:
        """Return what is wrong with a field, or an empty text."""
        return self.problems.get(name, "")

    @classmethod
    def of(cls, form: Form) -> OppositionForm:
        """Return what a form sent, and what is wrong with it."""
        reason, problems = form.text("reason").strip(), {}
        what, whom = form.line("what"), form.line("whom")
        if not what and not whom:
            problems["what"] = "missing"
        if not reason:
            problems["reason"] = "missing"
        elif len(reason) > MOST_REASON:
            problems["reason"] = "long"
        return cls(
            document=form.line("document"),
            what=what,
            whom="" if what == THIS else whom,
            reason=reason,
            sure=bool(form.line("sure")),
            problems=MappingProxyType(problems),
        )


@frozen(kw_only=True)
class Opposable:
    """What may be objected to: the document that is open, types, and places."""

    document: FiledDocument | None
    title: str = field(repr=False)
    places: Sequence[Blockable]
    declared_by: Who

    def opposition(self, asked: OppositionForm) -> Opposition:
        """
        Return the opposition that is asked for.

        Raises:
            NotFoundError: it names what was not offered.
        """
        if asked.what == THIS:
            if self.document is None:
                raise NotFoundError("not found")
            return self._opposition(
                kind="document", unique_id=self.document.unique_id, named=self.title
            )
        if asked.what and asked.what not in document_types():
            raise NotFoundError("not found")
        if not asked.whom:
            return self._opposition(kind="type", type_code=asked.what)
        place = next((one for one in self.places if one.identity == asked.whom), None)
        if place is None:
            raise NotFoundError("not found")
        return self._opposition(
            kind="structure",
            structure=place.identity,
            type_code=asked.what,
            named=place.name[:MOST_NAME],
        )

    def _opposition(self, **said: Any) -> Opposition:
        return Opposition(declared_by=self.declared_by.value, **said)


def types_by_class(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the types of document by their class, each with its code, by name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in document_types().values():
        name = label_of(CLASSES, one.document_class.code, language)
        found.setdefault(name, []).append((one.code, type_name(one.code, language)))
    return sorted(
        (name, sorted(types, key=lambda each: each[1].casefold()))
        for name, types in found.items()
    )


def type_name(type_code: str, language: str) -> str:
    """Return what a type of document is called; its code where it has no name."""
    known = document_types().get(type_code)
    if known is None:
        return type_code
    return known.english if language == "en" else known.label


def standing_oppositions(
    work: UnitOfWork, seen: SeenDocuments, language: str
) -> list[StandingOpposition]:
    """
    Return what is objected to being added, the newest first.

    To who represents a minor: what representatives objected to.
    """
    rows = Profiles(work).decided(seen.profile_id)["oppositions"]
    found = [
        StandingOpposition(
            id=row["id"],
            kind=row["kind"],
            type=type_name(row["type_code"], language) if row["type_code"] else "",
            named=row["named"] or row["structure"] or _title(seen, row["unique_id"]),
            since=datetime.fromisoformat(row["since"]),
            by_patient=row["declared_by"] == Who.PATIENT,
            by_representative=row["declared_by"] == Who.REPRESENTATIVE,
        )
        for row in rows
        if row["kind"] in FILING
        and _is_now(row, work.now)
        and knows_of_act(row["declared_by"], seen.reader)
    ]
    return sorted(found, key=lambda one: (one.since, one.id), reverse=True)


def _is_now(row: Mapping[str, Any], now: datetime) -> bool:
    return row["until"] is None or datetime.fromisoformat(row["until"]) > now


def _title(seen: SeenDocuments, unique_id: str) -> str:
    """Return the title of a document that the patient may know of, or nothing."""
    document = seen.vault.find(unique_id) if unique_id else None
    known = seen.find(document.id) if document is not None else None
    return seen.card(known).title if known is not None else ""


def oppose(
    work: UnitOfWork, profile_id: str, opposition: Opposition, why: str, most: int
) -> bool:
    """
    Record one that does not stand already; False where there are too many.

    What the minor and who represents them object to does not count as each other's:
    neither is told of the other's by it.
    """
    by_law = opposition.declared_by == Who.REPRESENTATIVE
    Profiles(work).hold(profile_id)
    standing = [
        one
        for one in Profiles(work).rights(profile_id).oppositions
        if one.kind in FILING and (one.declared_by == Who.REPRESENTATIVE) is by_law
    ]
    if any(_same(one, opposition) for one in standing):
        return True
    if len(standing) >= most:
        return False
    Decisions(work, why=why).oppose(profile_id, opposition)
    return True


def _same(one: Opposition, other: Opposition) -> bool:
    return (one.kind, one.structure, one.type_code, one.unique_id) == (
        other.kind,
        other.structure.lower(),
        other.type_code,
        other.unique_id,
    )


def lift(
    work: UnitOfWork, profile_id: str, opposition_id: str, reader: PatientReader
) -> None:
    """
    End an opposition to filing that stands.

    Raises:
        NotFoundError: there is none of that id that who asks may know of.
    """
    Profiles(work).hold(profile_id)
    for row in Profiles(work).decided(profile_id)["oppositions"]:
        is_known = knows_of_act(row["declared_by"], reader)
        if row["id"] == opposition_id and row["kind"] in FILING and is_known:
            said = {
                name: value
                for name, value in row.items()
                if name not in {"id", "since", "until"}
            }
            if _is_now(row, work.now):
                opposition = Opposition(**said)
                Decisions(work).withdraw(profile_id, opposition, only=opposition_id)
            return
    raise NotFoundError("not found")

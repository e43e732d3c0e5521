"""By what teams, professionals and readers are found, and what is sealed where."""

from __future__ import annotations

from typing import Any

from attrs import asdict

from gateway.errors import DestroyedError
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.values import NamedProfessional
from gateway.store.sealed.column_digests import column_digest


def team_digest(work: UnitOfWork, profile_id: str, team: str) -> str:
    """Return what stands for a team, or for one professional, with one patient."""
    place = "agreements.about"
    return column_digest(work.keys, place, team.lower(), owner=profile_id)


def member_digest(work: UnitOfWork, profile_id: str, identity: str) -> str:
    """Return what stands for a professional in one patient's team."""
    place = "team_members.about"
    return column_digest(work.keys, place, identity.lower(), owner=profile_id)


def reader_digest(work: UnitOfWork, identity: str) -> str:
    """Return what stands for a professional with all patients, to count and to list."""
    return column_digest(work.keys, "consultations.reader", identity.lower())


def sealed_party(work: UnitOfWork, key_id: str, place: str, **said: Any) -> bytes:
    """Seal what is said of somebody; a `NamedProfessional` as its fields."""
    whole = {
        name: asdict(one) if isinstance(one, NamedProfessional) else one
        for name, one in said.items()
    }
    return work.seal(key_id, whole, place)


def opened_said(work: UnitOfWork, row: Any, place: str) -> dict[str, Any] | None:
    """Return what is sealed in a row, None where its key is destroyed."""
    try:
        said: dict[str, Any] = work.unseal(row.key_id, row.said, place)
    except DestroyedError:
        return None
    return said


def party_of(said: dict[str, Any] | None) -> NamedProfessional | None:
    """Return whom a row names, None where its key is destroyed."""
    return None if said is None else NamedProfessional(**said["party"])


def said_of_party(
    party: NamedProfessional, *, who: str = "professional"
) -> dict[str, str]:
    """Return what a line of the journal says of a professional; sealed but ``who``."""
    return {
        "who": who,
        "means": "portal",
        "identity": party.identity,
        "person": party.name,
        "structure": party.place or party.structure,
    }

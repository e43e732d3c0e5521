"""Whose deed a line of the history is, and by what name."""

from __future__ import annotations

from enum import StrEnum

from gateway.core.actors import Who
from gateway.core.texts.history import DEED_TEXTS
from gateway.store.inbox.values import InboxMessage
from gateway.store.journal import Action, Entry
from gateway.web.patient.document_cards import DocumentCard


class Party(StrEnum):
    """Whose deeds, to choose by."""

    MINE = "mine"
    PROFESSIONALS = "professionals"
    SERVICE = "service"
    HELPERS = "helpers"


_OF_WHO = {
    Who.PATIENT: Party.MINE,
    Who.REPRESENTATIVE: Party.HELPERS,
    Who.CARER: Party.HELPERS,
    Who.PROFESSIONAL: Party.PROFESSIONALS,
    Who.OPERATOR: Party.SERVICE,
    Who.SYSTEM: Party.SERVICE,
}
_BY_PROFESSIONALS = frozenset(
    {
        Action.DOCUMENT_FILED,
        Action.DOCUMENT_DECIDED,
        Action.DOCUMENT_DEPRECATED,
        Action.DOCUMENT_WITHDRAWN,
        Action.DOCUMENT_ANNOUNCED,
        Action.MESSAGE_DELIVERED,
        Action.RECIPIENT_REFUSED,
        Action.RECIPIENT_LOOKED,
        Action.CONVERSATION_ENDED,
        Action.CONSULTATION_BEGUN,
        Action.CONSULTATION_REFUSED,
        Action.CONSULTATION_ENDED,
        Action.DOCUMENT_CONSULTED,
        Action.AGREEMENT_GIVEN,
        Action.TEAM_JOINED,
        Action.TEAM_LEFT,
        Action.EPISODE_OPENED,
        Action.EPISODE_CLOSED,
    }
)
BY_READERS = frozenset(
    {
        Action.RECIPIENT_LOOKED,
        Action.CONSULTATION_BEGUN,
        Action.CONSULTATION_REFUSED,
        Action.CONSULTATION_ENDED,
        Action.DOCUMENT_CONSULTED,
        Action.DOCUMENT_ANNOUNCED,
        Action.AGREEMENT_GIVEN,
        Action.AGREEMENT_ENDED,
        Action.TEAM_JOINED,
        Action.TEAM_LEFT,
        Action.EPISODE_OPENED,
        Action.EPISODE_CLOSED,
    }
)
"""Lines that name a professional who reads, or asks, and where they work."""
_BY_SERVICE = frozenset(
    {
        Action.OPERATOR_READ,
        Action.ACCESS_ASKED,
        Action.ACCESS_TAKEN,
        Action.ACCESS_GRANTED,
        Action.ACCESS_REFUSED,
        Action.ACCESS_ENDED,
        Action.ACCESS_REVIEWED,
        Action.NOTICE_SENT,
        Action.PROFILE_ADDED,
        Action.EXPORT_READY,
        Action.EXPORT_ENDED,
        Action.CORRECTION_REMINDED,
        Action.CORRECTION_ESCALATED,
        Action.CORRECTION_ENDED,
        Action.INQUIRY_LOOKED,
        Action.INQUIRY_ANSWERED,
        Action.INQUIRY_CLOSED,
    }
)
WHO_OF = {
    party: frozenset(who.value for who, of in _OF_WHO.items() if of is party)
    for party in Party
}
"""The words of `Who` that a line says of a party's deeds."""
ACTIONS_OF = {
    Party.MINE: frozenset(DEED_TEXTS) - _BY_PROFESSIONALS - _BY_SERVICE,
    Party.PROFESSIONALS: _BY_PROFESSIONALS,
    Party.SERVICE: _BY_SERVICE | {Action.DOCUMENT_DOWNLOADED, Action.PROFILE_CHANGED},
}
"""What may be a party's where the line does not say who."""


def party_of(entry: Entry) -> Party:
    """Return whose deed a line is, by what it says in clear."""
    said = entry.kept.get("who", "")
    if entry.action == Action.PROFILE_ADDED:
        return Party.SERVICE
    if said in [one.value for one in Who]:
        return _OF_WHO[Who(said)]
    by_operator = entry.action == Action.DOCUMENT_DOWNLOADED and "by" in entry.kept
    if entry.action in _BY_SERVICE or by_operator:
        return Party.SERVICE
    if entry.action == Action.PROFILE_CHANGED and "by" in entry.kept:
        return Party.SERVICE
    return Party.PROFESSIONALS if entry.action in _BY_PROFESSIONALS else Party.MINE


def name_in(
    entry: Entry,
    party: Party,
    card: DocumentCard | None,
    message: InboxMessage | None = None,
) -> tuple[str, str]:
    """
    Return the name of who did it and the structure, as far as they are known.

    Who wrote ``message`` is named as in it, by the address where it says no name, with
    whom the certificate is of.
    """
    if party is Party.PROFESSIONALS:
        said = entry.detail
        if entry.action in BY_READERS or said.get("person"):
            return str(said.get("person", "")), str(said.get("structure", ""))
        if message is not None:
            return message.name or message.sender, message.proven
        if card is None:
            return str(said.get("identity", "")), ""
        return ", ".join(card.authors), card.structure
    if party is Party.MINE:
        return "", ""
    name = entry.detail.get("person") or entry.detail.get("by") or ""
    return ("" if name == "time" else str(name)), ""


def is_reportable(
    entry: Entry, party: Party, who: str, card: DocumentCard | None
) -> bool:
    """Tell whether a line names a professional, or an operator by name."""
    if party is Party.PROFESSIONALS:
        known = card is not None or entry.action == Action.MESSAGE_DELIVERED
        return known or bool(who)
    return party is Party.SERVICE and bool(who)

"""Pharmacies that a patient was at: who may be written to without having written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import field, frozen

from gateway.core.reading import IN_EMERGENCY
from gateway.rights.first_message_rules import PharmacyFacts, is_town_pharmacy
from gateway.rights.messaging_rules import CorrespondentKind
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.consultations import Consultations
from gateway.store.inbox.values import Conversation, ConversationState
from gateway.store.mailbox.mailboxes import Mailbox, Mailboxes
from gateway.store.patients.profiles import Profile, Profiles

_LOOKED_AT: Final = 500
"""Consultations that are looked at, the last first: a year's of somebody who is ill."""


@frozen
class KnownPharmacies:
    """Within one transaction; of one patient."""

    work: UnitOfWork
    profile: Profile = field(repr=False)

    def contacts(self) -> list[Conversation]:
        """
        Return those that may be written to first, by name, as what is not begun yet.

        The id of each is that of its mailbox: nothing was written in it.
        """
        found = {
            mailbox.id: self._not_begun(mailbox, place)
            for structure, place in self._visited().items()
            for mailbox in Mailboxes(self.work).held_by(structure)
            if mailbox.kind == CorrespondentKind.ORGANISATION
            and not self._blocks(mailbox, structure)
        }
        return sorted(found.values(), key=lambda one: one.name.casefold())

    def contact(self, mailbox_id: str) -> Conversation | None:
        """Return one of them by its id, None where it is none."""
        return next((one for one in self.contacts() if one.id == mailbox_id), None)

    def facts(self, address: str) -> PharmacyFacts | None:
        """Return what is known of a mailbox as a pharmacy, None of one elsewhere."""
        mailbox = Mailboxes(self.work).find(address)
        if mailbox is None:
            return None
        visited = self._visited().keys() & mailbox.holders
        return PharmacyFacts(
            is_organisation=mailbox.kind == CorrespondentKind.ORGANISATION,
            visited=bool(visited),
            blocked=any(self._blocks(mailbox, one) for one in mailbox.holders),
        )

    def _visited(self) -> dict[str, str]:
        """Return the structures that the patient was at, and how they are called."""
        return dict(self._visits())

    def _visits(self) -> Iterator[tuple[str, str]]:
        some = Consultations(self.work).of_patient(self.profile.id, _LOOKED_AT)
        for one in some:
            said = one.said
            if said is None or one.way in IN_EMERGENCY or not said.practice.structure:
                continue
            if is_town_pharmacy(said.column, said.practice.section):
                yield said.practice.structure, said.practice.place

    def _blocks(self, mailbox: Mailbox, structure: str) -> bool:
        blocked = Profiles(self.work).rights(self.profile.id).blocked
        return bool({mailbox.address.lower(), structure.lower()} & blocked)

    def _not_begun(self, mailbox: Mailbox, place: str) -> Conversation:
        return Conversation(
            id=mailbox.id,
            address=mailbox.address,
            name=mailbox.display_name or place or mailbox.address,
            kind=mailbox.kind,
            state=ConversationState.OPEN,
            last_at=self.work.now,
        )

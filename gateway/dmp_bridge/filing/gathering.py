"""Gathering the facts of a filing, from the submission, the profile and the vault."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import frozen

from gateway.core.decision import RuleVersions
from gateway.core.document import Visibility
from gateway.core.ins import Ins
from gateway.core.person import age_on
from gateway.dmp_bridge.filing.document_facts import (
    asked_visibility,
    compare_traits,
    document_facts,
    ins_of,
)
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.said import ins_in_cx
from gateway.dmp_bridge.filing.sender_names import all_names, sender_of
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.documents.times import PARIS
from gateway.evidence.policies import policy_of, text_of
from gateway.rights.filing_facts import (
    Age,
    DocumentFacts,
    FilingFacts,
    FilingPolicy,
    NoDocument,
    NoIns,
    SenderIdentity,
    Standing,
    Traits,
)
from gateway.rights.identity_rules import can_be_compared
from gateway.rights.majority_rules import ADULT_YEARS
from gateway.rights.profile import ProfileState
from gateway.settings.file import FilingSettings
from gateway.store.arrivals.arrivals import KeptArrival
from gateway.store.evidence.settings import SettingsText
from gateway.store.patients.profiles import Profile, ProfileRights

RULES: Final = "filing-2026.1"
"""The version of the filing table; it changes when a row does."""

NO_RIGHTS: Final = ProfileRights(
    blocked=frozenset(), oppositions=(), secret_senders=frozenset()
)


@frozen(kw_only=True)
class PatientRow:
    """
    A patient a submission is for, as the transaction finds them; None if the profile is
    gone.
    """

    profile: Profile | None
    rights: ProfileRights = NO_RIGHTS


@frozen
class Gatherer:
    """Turns what is known into the facts the filing table asks for."""

    policy: FilingPolicy
    settings: SettingsText

    @classmethod
    def from_settings(cls, settings: FilingSettings) -> Gatherer:
        """Take the settled questions; their hash names the version of the settings."""
        return cls(policy_of(settings), SettingsText(text_of(settings)))

    def facts(
        self,
        kept: KeptArrival,
        from_address: str,
        addressee: PatientRow,
        found: FoundDocument | None,
        vault: Vault,
    ) -> FilingFacts:
        """Return the facts of one document for one patient; None: there is none."""
        profile, rights = addressee.profile, addressee.rights
        sender = sender_of(kept, from_address, rights)
        authors = found.document.authors if found and found.document else ()
        address_ins = profile.ins if profile else NoIns.UNRESOLVED
        secret = not rights.secret_senders.isdisjoint(all_names(sender, authors))
        return FilingFacts(
            # The doors let in nobody else, and keep no message of another.
            trust=Standing.GOOD,
            entitlement=Standing.GOOD,
            address_ins=address_ins,
            profile=ProfileState(profile.state) if profile else ProfileState.ABSENT,
            holder_age=_age(profile, kept),
            masks_by_default=bool(profile and profile.mask_by_default),
            blocked=_any_case(rights.blocked),
            sender=sender,
            secret_connection=secret,
            metadata_ins=_metadata_ins(found, address_ins),
            document=_document(found, sender, addressee, vault, kept.received_at),
            traits_seen=_traits_seen(found, profile),
            policy=self.policy,
            versions=RuleVersions(
                rules=RULES,
                settings=self.settings.hash,
                patient_settings=str(profile.settings_version) if profile else "",
            ),
        )


def _document(
    found: FoundDocument | None,
    sender: SenderIdentity,
    addressee: PatientRow,
    vault: Vault,
    came_at: datetime,
) -> DocumentFacts | NoDocument:
    if found is None:
        return NoDocument.NONE_ATTACHED
    if found.readable is None:
        may_be_anybodys = found.closed or _names_nobody(found, addressee.profile)
        is_hidden = bool(asked_visibility(found) - {Visibility.MASKED})
        kept_back = may_be_anybodys or is_hidden
        return NoDocument.CLOSED if kept_back else NoDocument.UNREADABLE
    return document_facts(
        found.readable,
        found,
        sender=sender,
        profile=addressee.profile,
        rights=addressee.rights,
        vault=vault,
        came_at=came_at,
    )


def _names_nobody(found: FoundDocument, profile: Profile | None) -> bool:
    """Tell whether a document that is not filed says whom it is about, in vain."""
    if profile is None:
        return False
    return bool(found.about) and not any(
        one.ins or one.unread_ins or can_be_compared(profile.traits, one.traits)
        for one in found.about
    )


def _traits_seen(found: FoundDocument | None, profile: Profile | None) -> Traits:
    """Return how a document compares that is not to be filed; of several, the worst."""
    if found is None or found.readable is not None:
        return Traits.UNKNOWN
    seen = {compare_traits(profile, one.traits) for one in found.about}
    return Traits.DIFFERENT if Traits.DIFFERENT in seen else Traits.UNKNOWN


def _age(profile: Profile | None, kept: KeptArrival) -> Age:
    if profile is None:
        return Age.UNKNOWN
    day = kept.received_at.astimezone(PARIS).date()  # by the clock of French law
    years = age_on(profile.traits.birth_date, day)
    if years is None:
        return Age.UNKNOWN
    return Age.ADULT if years >= ADULT_YEARS else Age.MINOR


def _metadata_ins(found: FoundDocument | None, address: Ins | NoIns) -> Ins | NoIns:
    """
    Return whom the sender names beside the document, as in METADATA.XML.

    Of a document that is not to be filed, those whom it names count here as well:
    whichever is not the addressee is returned.
    """
    if found is None:
        return NoIns.NOT_SAID
    named = [_said_ins(found)]
    if found.readable is None:
        named += (ins_of(patient) for patient in found.about)
    others = (
        ins
        for ins in named
        if ins is NoIns.MALFORMED or (isinstance(ins, Ins) and ins != address)
    )
    return next(others, named[0])


def _said_ins(found: FoundDocument) -> Ins | NoIns:
    if found.said.patient_id is None:
        return NoIns.NOT_SAID
    named = ins_in_cx(found.said.patient_id)
    if isinstance(named, Ins):
        return named
    return NoIns.NOT_GIVEN if named is None else NoIns.MALFORMED


def _any_case(identities: frozenset[str]) -> frozenset[str]:
    """Identities are kept in lower case; those of Corsica are written in capitals."""
    return identities | {identity.upper() for identity in identities}

"""
Every table of the database, by name; each stands in the ``tables`` of its subject.

Whoever imports this module has them all in the metadata, as migrations and foreign keys
need. Each index is paid for with every message: there is none that no query needs. A
``blob_id`` without a foreign key is one without an index, through which deleting any
blob would otherwise look row by row; a blob stays as long as it has a grant.
"""

from __future__ import annotations

from gateway.store.accesses.tables import accesses
from gateway.store.arrivals.tables import (
    arrival_documents,
    arrivals,
    deliveries,
    receipts,
    recipients,
)
from gateway.store.base.columns import UtcDateTime, metadata
from gateway.store.base.tables import instance, presences
from gateway.store.checkpoints.tables import (
    checkpoints,
    journal_leaves,
    journal_nodes,
    sealed_chains,
    sealed_tree,
)
from gateway.store.consultations.tables import (
    agreements,
    consultations,
    episodes,
    hidden_documents,
    reading_attempts,
    reading_codes,
    team_members,
)
from gateway.store.directory.tables import (
    directory_imports,
    directory_labels,
    directory_people,
    directory_words,
)
from gateway.store.downloads.tables import download_pieces, downloads
from gateway.store.evidence.tables import (
    evidence,
    patient_settings,
    settings_texts,
)
from gateway.store.habilitation.tables import matrices
from gateway.store.inbox.tables import (
    conversations,
    drafts,
    inbox_messages,
    loose_drafts,
)
from gateway.store.journal_tables import (
    chain_heads,
    journal,
)
from gateway.store.mailbox.tables import (
    folders,
    lasting_subscriptions,
    mail_items,
    mail_openings,
    mail_outlines,
    mail_vanished,
    mailbox_holders,
    mailbox_hours,
    mailbox_quotas,
    mailboxes,
    reply_windows,
)
from gateway.store.operators.tables import operator_requests, operator_roles
from gateway.store.patients.tables import (
    account_steps,
    accounts,
    blocks,
    centre_marks,
    centre_notices,
    corrections,
    deadlines,
    delegations,
    devices,
    digests,
    inquiries,
    mask_runs,
    notices,
    one_time_codes,
    oppositions,
    passkeys,
    patient_traits,
    profile_changes,
    profiles,
    provisional_codes,
    secrecies,
    trusted_devices,
    unknown_logins,
    web_sessions,
)
from gateway.store.professionals.tables import (
    ended_sign_ins,
    message_templates,
    professional_accounts,
    professional_digests,
    professional_mails,
    professional_sessions,
)
from gateway.store.sealed.tables import (
    blob_grants,
    blobs,
    carried,
    damaged_blobs,
    data_keys,
    key_encryption_keys,
    key_generation,
    strays,
)
from gateway.store.tasks.tables import (
    tasks,
)
from gateway.store.vault.tables import (
    document_indexes,
    document_texts,
    documents,
    submissions,
)

__all__ = [
    "accesses",
    "UtcDateTime",
    "account_steps",
    "accounts",
    "agreements",
    "arrival_documents",
    "arrivals",
    "blob_grants",
    "blobs",
    "blocks",
    "carried",
    "centre_marks",
    "centre_notices",
    "chain_heads",
    "checkpoints",
    "consultations",
    "conversations",
    "corrections",
    "damaged_blobs",
    "data_keys",
    "delegations",
    "deadlines",
    "deliveries",
    "devices",
    "document_indexes",
    "document_texts",
    "digests",
    "directory_imports",
    "directory_labels",
    "directory_people",
    "directory_words",
    "documents",
    "download_pieces",
    "downloads",
    "ended_sign_ins",
    "drafts",
    "episodes",
    "evidence",
    "folders",
    "hidden_documents",
    "inbox_messages",
    "inquiries",
    "instance",
    "journal",
    "journal_leaves",
    "journal_nodes",
    "key_encryption_keys",
    "key_generation",
    "lasting_subscriptions",
    "loose_drafts",
    "mail_items",
    "mail_openings",
    "mailbox_hours",
    "mailbox_quotas",
    "reply_windows",
    "mail_outlines",
    "mail_vanished",
    "mailbox_holders",
    "mailboxes",
    "mask_runs",
    "matrices",
    "metadata",
    "notices",
    "one_time_codes",
    "operator_requests",
    "operator_roles",
    "oppositions",
    "passkeys",
    "patient_settings",
    "patient_traits",
    "presences",
    "professional_accounts",
    "professional_digests",
    "message_templates",
    "professional_mails",
    "professional_sessions",
    "profile_changes",
    "profiles",
    "provisional_codes",
    "reading_attempts",
    "reading_codes",
    "receipts",
    "recipients",
    "sealed_chains",
    "sealed_tree",
    "secrecies",
    "settings_texts",
    "strays",
    "submissions",
    "tasks",
    "team_members",
    "trusted_devices",
    "unknown_logins",
    "web_sessions",
]

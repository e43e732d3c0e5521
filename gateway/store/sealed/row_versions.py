"""
Which columns the MAC of a row, or of a set of rows, is over: by table and by version.

A row keeps the version it was written with, so a column that is added later breaks no
row that is there. What a row of an older version has in a later column must be what the
migration put there: anything else was written by somebody without the key. Nothing here
is ever changed, but for a version that is added at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from gateway.store.sealed.row_cells import cells_of

DIGEST_BYTES = 32
"""Of a MAC (SHA-256). One of version 1 is no more; before others stands the version."""

FIRST: Mapping[str, Sequence[str]] = {
    "accesses": (
        "id",
        "profile_id",
        "arrival_id",
        "key_id",
        "cause",
        "said",
        "asked_by",
        "asked_at",
        "asked_until",
        "granted_by",
        "refused_at",
        "begun_at",
        "ends_at",
        "review_by",
        "reviewed_by",
        "reviewed_at",
        "verdict",
        "tell_at",
        "told_at",
    ),
    "accounts": ("id", "login", "called", "profile_id", "password", "created_at"),
    "agreements": (
        "id",
        "profile_id",
        "kind",
        "about",
        "episode_id",
        "key_id",
        "said",
        "given_at",
        "until",
        "spent_at",
        "ended_at",
    ),
    "arrivals": (
        "id",
        "message_id",
        "content_digest",
        "door",
        "received_at",
        "sender",
        "sender_facts",
        "options",
        "facts",
        "size",
        "blob_id",
        "key_id",
    ),
    "blocks": ("profile_id", "identity", "since", "sender"),
    "consultations": (
        "id",
        "profile_id",
        "reader",
        "way",
        "agreement_id",
        "episode_id",
        "key_id",
        "said",
        "begun_at",
        "seen_at",
        "expires_at",
        "ended_at",
        "end",
    ),
    "delegations": (
        "id",
        "holder_id",
        "helper_id",
        "capacity",
        "state",
        "first_day",
        "last_day",
        "key_id",
        "named",
        "created_at",
        "answered_at",
        "ended_at",
    ),
    "directory_imports": (
        "number",
        "made_on",
        "imported_at",
        "lines",
        "refused",
        "people",
        "added",
        "changed",
        "gone",
        "digest",
    ),
    "directory_people": (
        "national_id",
        "family",
        "given",
        "practices",
        "words",
        "towns",
        "professions",
        "gone_at",
    ),
    "documents": (
        "id",
        "profile_id",
        "unique_id",
        "set_id",
        "version",
        "body_level",
        "status",
        "type_code",
        "class_code",
        "creation_time",
        "mime_type",
        "size",
        "sha1",
        "sha256",
        "flags",
        "visible_at",
        "flags_then",
        "hidden_now",
        "hidden_then",
        "masked_by",
        "author_id",
        "structure_id",
        "owners",
        "entry",
        "facts",
        "visibility",
        "submission_id",
        "arrival_id",
        "names",
        "replaced_by",
        "replaced_levels",
        "blob_id",
        "key_id",
        "filed_at",
        "read_at",
    ),
    "download_pieces": ("download_id", "number", "blob_id", "listed"),
    "downloads": (
        "id",
        "profile_id",
        "key_id",
        "asked_at",
        "place",
        "is_walked",
        "pieces",
        "documents",
        "size",
        "ready_at",
        "expires_at",
        "ended_at",
        "end",
    ),
    "episodes": (
        "id",
        "profile_id",
        "team",
        "key_id",
        "said",
        "opened_at",
        "ended_at",
    ),
    "corrections": (
        "id",
        "profile_id",
        "document_id",
        "state",
        "key_id",
        "said",
        "asked_at",
        "remind_at",
        "due_at",
    ),
    "hidden_documents": (
        "id",
        "profile_id",
        "consultation_id",
        "key_id",
        "ids",
        "recorded_at",
    ),
    "inquiries": (
        "id",
        "profile_id",
        "state",
        "key_id",
        "said",
        "created_at",
        "changed_at",
    ),
    "mailbox_holders": ("mailbox_id", "identity"),
    "mailboxes": (
        "id",
        "address",
        "kind",
        "display_name",
        "reply_to",
        "state",
        "key_id",
        "created_at",
        "sets",
    ),
    "mask_runs": (
        "id",
        "profile_id",
        "masks",
        "asked_at",
        "place",
        "seen",
        "changed",
        "ended_at",
    ),
    "matrices": ("version", "in_force", "types", "imported_at"),
    "one_time_codes": (
        "id",
        "account_id",
        "digest",
        "tries_left",
        "created_at",
        "expires_at",
        "used_at",
    ),
    "operator_requests": (
        "id",
        "command",
        "state",
        "asked_by",
        "key_id",
        "said",
        "confirmed",
        "created_at",
        "expires_at",
        "ended_at",
        "status",
    ),
    "operator_roles": ("id", "role", "name", "state", "since"),
    "oppositions": (
        "id",
        "profile_id",
        "kind",
        "structure",
        "type_code",
        "unique_id",
        "declared_by",
        "since",
        "until",
        "facts",
    ),
    "passkeys": ("id", "account_id", "credential", "key_id", "said", "created_at"),
    "profiles": (
        "id",
        "ins_digest",
        "key_id",
        "state",
        "identity",
        "contact",
        "mask_by_default",
        "emergency",
        "choices",
        "language",
        "settings_version",
        "created_at",
        "changed_at",
        "sets",
    ),
    "professional_accounts": (
        "id",
        "national_id",
        "key_id",
        "contact",
        "created_at",
        "changed_at",
    ),
    "professional_sessions": (
        "digest",
        "stage",
        "professional_id",
        "code_id",
        "certificate",
        "provider_session",
        "provider_subject",
        "key_id",
        "said",
        "created_at",
        "seen_at",
        "expires_at",
    ),
    "reading_codes": (
        "id",
        "profile_id",
        "digest",
        "tries_left",
        "key_id",
        "said",
        "created_at",
        "expires_at",
        "used_at",
    ),
    "recipients": (
        "arrival_id",
        "position",
        "kind",
        "target_id",
        "address",
        "notify",
        "orcpt",
        "key_id",
        "outcome",
        "reasons",
        "deliver",
        "hidden",
        "hidden_until",
        "ended_at",
    ),
    "secrecies": ("profile_id", "identity", "since", "sender"),
    "team_members": (
        "id",
        "profile_id",
        "about",
        "key_id",
        "said",
        "joined_at",
        "ended_at",
    ),
    "trusted_devices": (
        "id",
        "account_id",
        "device_id",
        "digest",
        "created_at",
        "expires_at",
    ),
    "web_sessions": (
        "digest",
        "stage",
        "account_id",
        "code_id",
        "created_at",
        "seen_at",
        "expires_at",
    ),
}
"""The columns of version 1, in their order."""

ADDED: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "documents": ({"erased_at": None},),
    "downloads": ({"messages": None, "message_place": None},),
    "one_time_codes": ({"professional_id": None},),
}
"""
The columns of each version after it, with what rows of before have in them: what the
migration writes, None without a word of it.
"""


@frozen
class BoundColumns:
    """The columns of one table that are vouched for, and how many each version had."""

    table: str
    names: tuple[str, ...]
    """All of the newest version; the first so many are those of an older one."""
    counts: tuple[int, ...]
    before: tuple[bytes, ...]
    """What rows of before have in the columns that were added, as it is digested."""
    newest: int = field(init=False)
    head: bytes = field(init=False, repr=False)
    """Stands before the values of a row of the newest version."""
    _around_owners: dict[int, tuple[bytes, bytes]] = field(
        init=False, factory=dict, repr=False, eq=False
    )

    @newest.default
    def _last(self) -> int:
        return len(self.counts)

    @head.default
    def _of_newest(self) -> bytes:
        return self.head_of(self.newest)

    @classmethod
    def of(
        cls,
        table: str,
        columns: Sequence[str],
        first: Sequence[str],
        added: Sequence[Mapping[str, Any]] = (),
    ) -> BoundColumns:
        """
        Return the columns of a table by its versions.

        Raises:
            ValueError: a column is in no version, or one of a version is not there.
        """
        names = (*first, *(name for version in added for name in version))
        if len(set(names)) < len(names) or set(names) != set(columns):
            stray = sorted({*names} ^ {*columns}) or sorted(names)
            raise ValueError(
                f"{table}: {', '.join(stray)}: see docs/where.md, how to add a column"
            )
        counts = [len(first)]
        for version in added:
            counts.append(counts[-1] + len(version))
        before = [cells_of([one]) for version in added for one in version.values()]
        return cls(table, names, tuple(counts), tuple(before))

    def head_of(self, version: int) -> bytes:
        """Return which cells of which table are digested, and in which version."""
        return b"".join(self._around(version, "row"))

    def set_head_of(self, version: int, owner: str) -> bytes:
        """Return the same of a set of rows, and whose it is."""
        if version not in self._around_owners:
            self._around_owners[version] = self._around(version, "set")
        before, behind = self._around_owners[version]
        return b"".join((before, cells_of([owner]), behind))

    def _around(self, version: int, kind: str) -> tuple[bytes, bytes]:
        marks: list[Any] = [kind] if version == 1 else [kind, version]
        names = self.cut(version, self.names)
        return cells_of([*marks, self.table]), cells_of(names)

    def cut(self, version: int, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values of the columns that a version had."""
        return values[: self.counts[version - 1]]

    def is_before(self, version: int, values: Sequence[Any]) -> bool:
        """Tell whether what came after a version is as the migrations put it there."""
        count = self.counts[version - 1]
        since = self.before[count - self.counts[0] :]
        return all(
            cells_of([value]) == one
            for value, one in zip(values[count:], since, strict=True)
        )

    def marked(self, digest: bytes) -> bytes:
        """Return a MAC of the newest version as it is kept."""
        return digest if self.newest == 1 else bytes([self.newest]) + digest

    @staticmethod
    def version_of(mac: bytes) -> tuple[int, bytes]:
        """Return the version that a kept MAC is of, 0 for none, and the MAC itself."""
        if len(mac) == DIGEST_BYTES:
            return 1, mac
        if len(mac) == DIGEST_BYTES + 1 and mac[0] > 1:
            return mac[0], mac[1:]
        return 0, b""

"""The settings that decisions depend on: as the rules take them, and as a text."""

from __future__ import annotations

import hashlib
import json

from attrs import asdict

from gateway.rights.attachment_rules import AttachmentPolicy
from gateway.rights.filing_facts import FilingPolicy
from gateway.rights.reading_rules import ReadingPolicy
from gateway.settings.file import FilingSettings, ReadingSettings, WebSettings


def policy_of(settings: FilingSettings) -> FilingPolicy:
    """Return ``[filing]`` as the rules of filing take it."""
    return FilingPolicy(
        refuse_wrong_test_key=settings.refuse_wrong_test_key,
        blocked_may_file=settings.blocked_may_file,
        blocked_may_write=settings.blocked_may_write,
        file_unknown_types_as_other=settings.unknown_types == "file_as_other",
        allow_masked_and_hidden=settings.allow_masked_and_invisible,
        refuse_other_birth_place=settings.refuse_other_birth_place,
        notice_after_days=settings.announcement_notice_days,
        shown_after_months=settings.announcement_months,
    )


def reading_policy_of(settings: ReadingSettings) -> ReadingPolicy:
    """Return ``[reading]`` as the rules of reading take it."""
    return ReadingPolicy(
        initial_team_consent=settings.initial_team_consent,
        blocked_in_emergency=settings.blocked_in_emergency,
        least_reason=settings.least_reason,
    )


def files_policy_of(settings: WebSettings) -> AttachmentPolicy:
    """Return what ``[web]`` says of the files of a message, as the rules take it."""
    return AttachmentPolicy(
        max_files=settings.max_files,
        max_file_bytes=settings.max_upload_bytes,
        max_total_bytes=settings.max_message_bytes,
    )


def text_of(settings: FilingSettings) -> str:
    """Return ``[filing]`` as one JSON text, by which it is kept and hashed."""
    return json.dumps(asdict(settings), sort_keys=True)


def hash_of(text: str) -> str:
    """Return the SHA-256 of such a text, in hex: the version of the settings."""
    return hashlib.sha256(text.encode()).hexdigest()

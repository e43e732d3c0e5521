"""Why a patient cannot write a message, attach a file or keep one."""

from __future__ import annotations

from enum import StrEnum


class WritingRefusal(StrEnum):
    """Why the patient cannot write; each has a text in `core.texts.writing`."""

    PROFILE_NOT_ACTIVE = "PROFILE_NOT_ACTIVE"
    BETWEEN_PATIENTS = "BETWEEN_PATIENTS"
    NEVER_WROTE = "NEVER_WROTE"
    ANSWER_FORBIDDEN = "ANSWER_FORBIDDEN"
    ENDED = "ENDED"
    WINDOW_OVER = "WINDOW_OVER"
    ENOUGH_FOR_NOW = "ENOUGH_FOR_NOW"
    NO_ANSWER_ADDRESS = "NO_ANSWER_ADDRESS"
    OUTSIDE_TRUST_SPACE = "OUTSIDE_TRUST_SPACE"


class AttachmentRefusal(StrEnum):
    """Why files cannot be attached; each has a text in `core.texts.writing`."""

    TOO_MANY_FILES = "TOO_MANY_FILES"
    FILE_EMPTY = "FILE_EMPTY"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    TOTAL_TOO_LARGE = "TOTAL_TOO_LARGE"
    TYPE_NOT_ALLOWED = "TYPE_NOT_ALLOWED"
    CONTENT_NOT_AS_NAMED = "CONTENT_NOT_AS_NAMED"

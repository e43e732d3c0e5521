"""Which files may a patient attach to a message, or keep in the vault?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from attrs import evolve, field, frozen

from gateway.core.decision import Decision, Permit, Refuse
from gateway.core.refusals import AttachmentRefusal

MIB = 1024 * 1024


PATIENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "tif": "image/tiff",
        "tiff": "image/tiff",
        "png": "image/png",
        "txt": "text/plain",
        "pdf": "application/pdf",
        "rtf": "application/rtf",
        "doc": "application/msword",
    }
)
"""File name endings a patient may attach, and the content each must have."""

VAULT_TYPES = (frozenset(PATIENT_TYPES.values()) - {"application/msword"}) | {
    "image/heic"
}
"""
Contents a patient may keep in the vault as a document of their own: those that Mon
espace santé takes, and the photos of telephones (HEIC).
"""


@frozen(kw_only=True)
class OfferedFile:
    """
    One file: its name, its number of bytes, and what its first bytes show it to be.

    ``from_vault``: a document of the patient's own vault, of whatever type.
    """

    name: str = field(repr=False)
    size: int
    content_type: str
    from_vault: bool = False

    @property
    def ending(self) -> str:
        """The file name's ending, in lower case, without the dot."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""


@frozen(kw_only=True)
class AttachmentPolicy:
    """The limits; sizes in bytes of the decoded files."""

    max_files: int = 10
    max_file_bytes: int = 5 * MIB
    max_total_bytes: int = 20 * MIB


def files_within(policy: AttachmentPolicy, most_bytes: int) -> AttachmentPolicy:
    """Return the limits where all files together may be less; 0: as they are."""
    if not most_bytes:
        return policy
    most = min(policy.max_total_bytes, most_bytes)
    return evolve(
        policy,
        max_total_bytes=most,
        max_file_bytes=min(policy.max_file_bytes, most),
    )


def decide_attachments(
    attachments: Sequence[OfferedFile], policy: AttachmentPolicy
) -> Decision[AttachmentRefusal]:
    """Permit the files of one message, or refuse with every limit they break."""
    refusals: list[AttachmentRefusal] = []
    if len(attachments) > policy.max_files:
        refusals.append(AttachmentRefusal.TOO_MANY_FILES)
    for attachment in attachments:
        refusals += _objections(attachment, policy)
    if remaining_bytes(attachments, policy) < 0:
        refusals.append(AttachmentRefusal.TOTAL_TOO_LARGE)
    return Refuse(tuple(dict.fromkeys(refusals))) if refusals else Permit()


@frozen
class FilesDecision:
    """Why each uploaded file is not sent, None where it is; and what all break."""

    each: tuple[AttachmentRefusal | None, ...]
    whole: tuple[AttachmentRefusal, ...]

    @property
    def reasons(self) -> tuple[AttachmentRefusal, ...]:
        """Each reason once, those of single files first."""
        return tuple(
            dict.fromkeys(one for one in (*self.each, *self.whole) if one is not None)
        )


def decide_files(
    uploaded: Sequence[OfferedFile],
    attached: Sequence[OfferedFile],
    policy: AttachmentPolicy,
) -> FilesDecision:
    """
    Decide on the files of one message: uploaded ones, and documents of the vault.

    A file that is refused counts no more: what is left is judged as a whole.
    """
    each = [next(iter(_objections(one, policy)), None) for one in uploaded]
    left = [one for one, refusal in zip(uploaded, each, strict=True) if refusal is None]
    whole = decide_attachments([*attached, *left], policy)
    return FilesDecision(
        tuple(each), whole.reasons if isinstance(whole, Refuse) else ()
    )


def remaining_bytes(
    attachments: Sequence[OfferedFile], policy: AttachmentPolicy
) -> int:
    """Return how many bytes may still be attached; below zero, by how many too much."""
    return policy.max_total_bytes - sum(one.size for one in attachments)


def decide_keeping(
    attachment: OfferedFile, policy: AttachmentPolicy
) -> Decision[AttachmentRefusal]:
    """Permit a received file to be kept in the vault as the patient's own document."""
    refusals = _size_objections(attachment, policy)
    if attachment.content_type not in VAULT_TYPES:
        refusals.append(AttachmentRefusal.TYPE_NOT_ALLOWED)
    return Refuse(tuple(refusals)) if refusals else Permit()


def _objections(
    attachment: OfferedFile, policy: AttachmentPolicy
) -> list[AttachmentRefusal]:
    if attachment.from_vault:
        return []  # filed within its own limits; the total still counts it
    refusals = _size_objections(attachment, policy)
    expected = PATIENT_TYPES.get(attachment.ending)
    if expected is None:
        refusals.append(AttachmentRefusal.TYPE_NOT_ALLOWED)
    elif attachment.content_type != expected:
        refusals.append(AttachmentRefusal.CONTENT_NOT_AS_NAMED)
    return refusals


def _size_objections(
    attachment: OfferedFile, policy: AttachmentPolicy
) -> list[AttachmentRefusal]:
    if attachment.size <= 0:
        return [AttachmentRefusal.FILE_EMPTY]
    if attachment.size > policy.max_file_bytes:
        return [AttachmentRefusal.FILE_TOO_LARGE]
    return []

"""Everything a filing decision may depend on; it is gathered before the decision."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from gateway.core.decision import RuleVersions
from gateway.core.document import Availability, BodyLevel, Visibility
from gateway.core.ins import Ins
from gateway.core.person import Participant
from gateway.rights.profile import ProfileState


class Standing(StrEnum):
    """Yes, no, or nothing known; only a yes passes."""

    GOOD = "GOOD"
    BAD = "BAD"
    UNKNOWN = "UNKNOWN"


class CertificateHolder(StrEnum):
    """Whose certificate opened the link the message came by."""

    OPERATOR = "OPERATOR"
    STRUCTURE = "STRUCTURE"
    EMPLOYEE = "EMPLOYEE"
    """Somebody who works for a structure and is no professional: a secretary."""
    PERSON = "PERSON"


class NoIns(StrEnum):
    """Why there is no INS to compare where one was looked for."""

    NOT_SAID = "NOT_SAID"
    """No patient is named beside the document: no METADATA, a CDA attached alone."""
    NOT_GIVEN = "NOT_GIVEN"
    """The place for it holds none, or only a local identifier."""
    MALFORMED = "MALFORMED"
    """Something stands there that is no INS: a wrong form, authority or key."""
    UNRESOLVED = "UNRESOLVED"
    """The address is well formed, but no profile here has it."""


class NoDocument(StrEnum):
    """Why there is no document to decide on."""

    NONE_ATTACHED = "NONE_ATTACHED"
    UNREADABLE = "UNREADABLE"
    CLOSED = "CLOSED"
    """
    There may be one, and whom it is about cannot be told: it was not opened. Or it is
    one that its sender hides from the patient or from representatives, and that is not
    filed: no entry would tell when it may be shown.
    """


class Traits(StrEnum):
    """How the strict traits of a document compare with those of the profile."""

    SAME = "SAME"
    OTHER_BIRTH_PLACE = "OTHER_BIRTH_PLACE"
    """The four traits that qualify an INS agree, the place of birth does not."""
    DOUBTFUL = "DOUBTFUL"
    """They differ as they may for one person: the name in use, another given name."""
    DIFFERENT = "DIFFERENT"
    INCOMPARABLE = "INCOMPARABLE"
    """No name and no birth date stands on both sides."""
    UNKNOWN = "UNKNOWN"


class Qualification(StrEnum):
    """Whether the document carries a qualified INS: matricule, OID and traits."""

    QUALIFIED = "QUALIFIED"
    NO_INS = "NO_INS"
    TRAITS_INCOMPLETE = "TRAITS_INCOMPLETE"
    UNKNOWN = "UNKNOWN"


class SameId(StrEnum):
    """Whether the unique id is already filed, in whichever vault."""

    NEW = "NEW"
    SAME_CONTENT = "SAME_CONTENT"
    """In this patient's vault, with the same hash."""
    OTHER_CONTENT = "OTHER_CONTENT"
    """With another hash, or in another patient's vault."""
    WITHDRAWN = "WITHDRAWN"
    """Filed here once, and withdrawn since."""
    UNKNOWN = "UNKNOWN"


class Ownership(StrEnum):
    """Whether a stored document is of the same author or structure as this one."""

    SAME = "SAME"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class NoParent(StrEnum):
    """Why no stored document answers to a ``relatedDocument`` of type RPLC."""

    NOT_NAMED = "NOT_NAMED"
    NOT_FOUND = "NOT_FOUND"
    OTHER_PATIENT = "OTHER_PATIENT"


class NoWithdrawal(StrEnum):
    """Why there is no document to withdraw."""

    NOT_ASKED = "NOT_ASKED"
    """The document is there to be filed."""
    NOT_FOUND = "NOT_FOUND"
    """Nothing of that id is in this patient's vault."""


class OppositionFact(StrEnum):
    """Whether filing this type by this structure is opposed (CSP R. 1111-47)."""

    NONE = "NONE"
    ON_RECORD = "ON_RECORD"
    UNKNOWN = "UNKNOWN"


class Age(StrEnum):
    """Whether the holder is of age on the day of filing."""

    MINOR = "MINOR"
    ADULT = "ADULT"
    UNKNOWN = "UNKNOWN"


@frozen(kw_only=True)
class FilingPolicy:
    """The settings a filing depends on; the defaults follow the source documents."""

    refuse_wrong_test_key: bool = False
    blocked_may_file: bool = False
    blocked_may_write: bool = False
    file_unknown_types_as_other: bool = False
    allow_masked_and_hidden: bool = False
    refuse_other_birth_place: bool = False
    notice_after_days: int = 14
    shown_after_months: int = 1


@frozen(kw_only=True)
class SenderIdentity:
    """
    Who sends, as the certificate and the directory prove it.

    ``structures`` holds every Struct_IdNat of the sending structure (``1``+FINESS and
    ``3``+SIRET name the same hospital), ``persons`` the PS_IdNat of a person's
    certificate. Of an employee ``structures`` is where they work, and ``persons`` is
    empty: they answer for nothing in their own name. Both are empty for an operator,
    which sends for others. ``identity`` is what the certificate proves, an operator's
    too: a patient may block it.
    """

    kind: CertificateHolder
    address: str
    identity: str = field(default="", repr=False)
    structures: frozenset[str] = frozenset()
    persons: frozenset[str] = field(default=frozenset(), repr=False)


@frozen(kw_only=True)
class StoredVersion:
    """
    A document of this patient's vault that this one may replace or stand beside.

    ``replaced_by`` holds the body levels of the documents that already replaced it:
    the N1 and the N3 of one report both replace their common predecessor.
    """

    unique_id: str
    set_id: str
    version: int | None
    body_level: BodyLevel
    availability: Availability
    ownership: Ownership
    replaced_by: frozenset[BodyLevel] = frozenset()
    masked_by_patient: bool = False


@frozen(kw_only=True)
class DocumentFacts:
    """
    What is known of one document that could be read.

    ``mates`` are the stored documents of the same ``set_id``, all body levels, in this
    patient's vault; ``parent`` what an RPLC points to; ``successors`` the stored
    documents whose RPLC names this one, which came before it; ``withdrawal`` the stored
    document of this very id, where the sender asks to withdraw it.
    ``document_is_opposed``: an opposition to this very document is on record.
    ``visibility_is_clear`` is False when the sender asked for a visibility by a code
    that is not known here. ``is_dated_ahead``: it says to have been written later than
    it came.
    """

    unique_id: str
    ins: Ins | NoIns = field(repr=False)
    traits: Traits
    qualification: Qualification
    authors: tuple[Participant, ...] = field(repr=False)
    type_is_known: bool
    visibility: frozenset[Visibility]
    visibility_is_clear: bool
    restricted: bool
    same_id: SameId
    set_id: str
    version: int | None
    body_level: BodyLevel
    mates: tuple[StoredVersion, ...]
    parent: StoredVersion | NoParent
    successors: tuple[StoredVersion, ...] = ()
    withdrawal: StoredVersion | NoWithdrawal = NoWithdrawal.NOT_ASKED
    document_is_opposed: bool
    opposition: OppositionFact
    is_dated_ahead: bool = False


@frozen(kw_only=True)
class FilingFacts:
    """
    What is known of a message to one patient, and of one document in it.

    ``address_ins`` is the profile's INS when the address leads to one.
    ``metadata_ins`` is the patientId of METADATA.XML, or the patient that the sender
    named to a door that is no mail. ``traits_seen`` are those of a document that could
    not be filed, but says whom it is about. ``blocked`` holds what the
    patient blocked: structure ids, person ids and addresses in lower case.
    """

    trust: Standing
    entitlement: Standing
    address_ins: Ins | NoIns = field(repr=False)
    profile: ProfileState
    holder_age: Age
    masks_by_default: bool
    blocked: frozenset[str] = field(repr=False)
    sender: SenderIdentity
    secret_connection: bool
    metadata_ins: Ins | NoIns = field(repr=False)
    document: DocumentFacts | NoDocument
    traits_seen: Traits = Traits.UNKNOWN
    policy: FilingPolicy
    versions: RuleVersions

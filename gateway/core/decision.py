"""What a rule answers: permit or refuse, and the full decision on one filing."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from attrs import field, frozen
from attrs.validators import min_len

from gateway.core.document import Availability, Visibility
from gateway.core.reasons import ErrorCode, Reason

R = TypeVar("R", bound=StrEnum)


@frozen
class Permit:
    """Nothing stands against it."""


@frozen
class Refuse(Generic[R]):
    """At least one rule stands against it; the order is the order of the rules."""

    reasons: tuple[R, ...] = field(validator=min_len(1))


Decision: TypeAlias = Permit | Refuse[R]


class Caution(StrEnum):
    """What a filing decision lets pass, but says: for the journal and the sender."""

    WRONG_TEST_KEY = "WRONG_TEST_KEY"
    OTHER_BIRTH_PLACE = "OTHER_BIRTH_PLACE"
    FILED_AS_OTHER = "FILED_AS_OTHER"
    RESTRICTED = "RESTRICTED"
    LATE_VERSION = "LATE_VERSION"
    REPLACEMENT_IMPLIED = "REPLACEMENT_IMPLIED"
    PARENT_NOT_LATEST = "PARENT_NOT_LATEST"
    MASK_KEPT = "MASK_KEPT"
    MASK_DEFERRED = "MASK_DEFERRED"
    SECRET_ADULT = "SECRET_ADULT"  # noqa: S105 (the connection, not a password)
    BLOCKED_SENDER = "BLOCKED_SENDER"


CAUTION_TEXTS: dict[Caution, tuple[str, str]] = {
    Caution.WRONG_TEST_KEY: (
        "La clé de cet identifiant de test est fausse.",
        "The control key of this test identifier is wrong.",
    ),
    Caution.OTHER_BIRTH_PLACE: (
        "Le lieu de naissance diffère de celui du profil.",
        "The place of birth differs from the profile's.",
    ),
    Caution.FILED_AS_OTHER: (
        "Type de document inconnu : enregistré comme « autre ».",
        "Unknown type of document: filed as other.",
    ),
    Caution.RESTRICTED: (
        "Document signalé comme restreint : il ne devrait pas être partagé.",
        "Document marked as restricted: it should not be shared.",
    ),
    Caution.LATE_VERSION: (
        "Une version plus récente est déjà enregistrée et reste affichée.",
        "A newer version is already filed and stays the one shown.",
    ),
    Caution.REPLACEMENT_IMPLIED: (
        "Le document ne dit pas lequel il remplace ; son numéro de version le dit.",
        "The document does not say which one it replaces; its version number does.",
    ),
    Caution.PARENT_NOT_LATEST: (
        "La version remplacée n'était pas la dernière.",
        "The version replaced was not the latest.",
    ),
    Caution.MASK_KEPT: (
        "La version précédente était masquée par le patient : celle-ci l'est aussi.",
        "The patient had masked the version before: this one is masked too.",
    ),
    Caution.MASK_DEFERRED: (
        "Le masquage voulu par le patient s'appliquera quand il verra le document.",
        "The patient's masking applies once the document is visible to the patient.",
    ),
    Caution.SECRET_ADULT: (
        "Connexion secrète pour un adulte : elle est sans effet.",
        "Secret connection for an adult: it has no effect.",
    ),
    Caution.BLOCKED_SENDER: (
        "Expéditeur bloqué, admis par un réglage de la passerelle.",
        "Blocked sender, let through by a setting of the gateway.",
    ),
}
"""French and English sentence of each caution."""


@frozen(kw_only=True)
class Announcement:
    """
    The delays of a document hidden from its holder until a doctor announces it.

    Two weeks without announcement: a neutral notice invites the holder to see a
    doctor. One month after filing: the document becomes visible (CSP R. 1111-53).
    ``mask_when_shown``: the holder's masking could not apply meanwhile, and does then.
    """

    notice_after_days: int = 14
    shown_after_months: int = 1
    mask_when_shown: bool = False

    def notice_on(self, filed_on: date) -> date:
        """Return the day of the neutral notice."""
        return filed_on + timedelta(days=self.notice_after_days)

    def shown_on(self, filed_on: date) -> date:
        """
        Return the day the document becomes visible: same day of the next month.

        >>> str(Announcement().shown_on(date(2026, 1, 31)))
        '2026-02-28'
        """
        months = filed_on.month - 1 + self.shown_after_months
        year, month = filed_on.year + months // 12, months % 12 + 1
        last_day = calendar.monthrange(year, month)[1]
        return date(year, month, min(filed_on.day, last_day))


@frozen(kw_only=True)
class RuleVersions:
    """Which tables and settings a decision was taken under, to explain it later."""

    rules: str
    settings: str
    patient_settings: str


@frozen(kw_only=True)
class FilingDecision:
    """
    What becomes of one document, or of a message that carries none.

    ``code`` decides; ``reasons`` starts with it and goes on with whatever else
    objected, in the order of the table. ``deliver`` is about the message the document
    came in; ``message_visibility`` says from whom the message is hidden as well: it
    is shown to a reader only where `patient_sees` allows these flags.
    ``visibility``, ``availability``, ``replaces`` (the uniqueId it stands in for),
    ``deprecates`` (the uniqueIds that become Deprecated), ``announcement`` and
    ``file_as_other`` tell how to file. ``withdraws`` is the uniqueId that goes from the
    vault. ``record_opposition``: the sender declared one.
    """

    code: Reason
    reasons: tuple[Reason, ...]
    file: bool
    deliver: bool
    quarantine: bool = False
    hold: bool = False
    temporary: bool = False
    record_opposition: bool = False
    visibility: frozenset[Visibility] = frozenset()
    message_visibility: frozenset[Visibility] = frozenset()
    availability: Availability = Availability.APPROVED
    replaces: str = ""
    deprecates: tuple[str, ...] = ()
    withdraws: str = ""
    announcement: Announcement | None = None
    file_as_other: bool = False
    error: ErrorCode | None = None
    cautions: tuple[Caution, ...] = ()
    versions: RuleVersions

    def __attrs_post_init__(self) -> None:
        """State what can never be, whoever builds one."""
        assert self.reasons[:1] == (self.code,), "the deciding reason comes first"
        stopped = self.quarantine or self.hold or self.temporary
        acts = self.file or bool(self.withdraws)
        assert not (acts and stopped), "carried out and stopped at once"
        assert not (self.file and self.withdraws), "filed and withdrawn at once"
        assert not (self.deliver and self.quarantine), "delivered from quarantine"

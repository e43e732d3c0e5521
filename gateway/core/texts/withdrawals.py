"""What the outcomes of a withdrawal say to people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.reasons import Effect, ErrorCode, Reason, ReasonText

_AUTHORS_RIGHT = "SEL-MP-037 EX_3.3-1060 ; CSP R. 1111-51"

WITHDRAWAL_TEXTS: Mapping[Reason, ReasonText] = MappingProxyType(
    {
        Reason.WITHDRAWN: ReasonText(
            fr="Document retiré de l'espace du patient, à la demande de son auteur.",
            en="Document withdrawn from the patient's space, as its author asked.",
            source=_AUTHORS_RIGHT,
            effect=Effect.WITHDRAWN,
            delivers=True,
        ),
        Reason.WITHDRAWAL_UNKNOWN: ReasonText(
            fr="Aucun document de cet identifiant n'est enregistré pour ce patient : "
            "rien n'a été retiré. Vérifiez l'identifiant et le destinataire.",
            en="No document of this identifier is filed for this patient: nothing was "
            "withdrawn. Check the identifier and the recipient.",
            source="CI-SIS Structuration minimale §3.5.5.10",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.OTHER,
        ),
        Reason.WITHDRAWAL_FORBIDDEN: ReasonText(
            fr="Seul l'auteur d'un document, ou sa structure, peut le retirer : rien "
            "n'a été retiré.",
            en="Only the author of a document, or the author's structure, may withdraw "
            "it: nothing was withdrawn.",
            source=_AUTHORS_RIGHT,
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.AUTHOR_NOT_ALLOWED,
        ),
        Reason.WITHDRAWAL_OUTDATED: ReasonText(
            fr="Une version plus récente remplace ce document : rien n'a été retiré. "
            "Retirez la dernière version.",
            en="A newer version replaces this document: nothing was withdrawn. "
            "Withdraw the latest version.",
            source="CI-SIS Structuration minimale §3.5.5.10",
            effect=Effect.REFUSED,
            delivers=True,
            error=ErrorCode.NOT_LATEST,
        ),
    }
)
"""Merged into `REASON_TEXTS`."""

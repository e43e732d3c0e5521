"""What operators and patients read of an access to named documents (break-glass)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.accesses import (
    AccessCause,
    AccessRefusal,
    AccessState,
    AskRefusal,
    Verdict,
)
from gateway.core.texts.both import Both

CAUSE_TEXTS: Mapping[AccessCause, Both] = MappingProxyType(
    {
        AccessCause.COMPLAINT: Both("réclamation", "complaint"),
        AccessCause.PATIENT: Both(
            "demande d’aide du patient", "the patient asked for help"
        ),
        AccessCause.IDENTITY: Both(
            "document peut-être d’une autre personne",
            "the document may be another person's",
        ),
        AccessCause.DAMAGE: Both(
            "document illisible ou mal déposé",
            "the document cannot be read, or was filed wrongly",
        ),
        AccessCause.INCIDENT: Both("incident de sécurité", "a security incident"),
        AccessCause.LAW: Both(
            "demande de la justice ou d’une autorité de contrôle",
            "a court or a supervisory authority asked for it",
        ),
    }
)
"""Why documents were opened; to the patient too."""

STATE_TEXTS: Mapping[AccessState, Both] = MappingProxyType(
    {
        AccessState.ASKED: Both(
            "attend l’accord d’une autre personne", "waits for another person to agree"
        ),
        AccessState.LAPSED: Both(
            "personne n’a donné son accord à temps", "nobody agreed in time"
        ),
        AccessState.REFUSED: Both("refusé", "refused"),
        AccessState.OPEN: Both("ouvert", "open"),
        AccessState.ENDED: Both("terminé", "over"),
    }
)

VERDICT_TEXTS: Mapping[Verdict, Both] = MappingProxyType(
    {
        Verdict.FINE: Both("justifié", "justified"),
        Verdict.NOT_FINE: Both("non justifié", "not justified"),
    }
)

ACCESS_WORDS: Mapping[str, Both] = MappingProxyType(
    {
        "access": Both("accès d’un opérateur", "access of an operator"),
        "asked": Both("demandé par", "asked by"),
        "granted": Both("accordé par", "granted by"),
        "at_once": Both("pris sans attendre", "taken at once"),
        "cause": Both("motif", "cause"),
        "why": Both("explication", "reason"),
        "request": Both("à la demande de", "on the request of"),
        "named": Both("nommé", "named"),
        "list": Both("la liste des documents", "the list of documents"),
        "message": Both("message retenu", "message held back"),
        "destroyed": Both(
            "ce qui était nommé est détruit", "what was named is destroyed"
        ),
        "from": Both("du", "from"),
        "until": Both("au", "until"),
        "read": Both("ouvert", "opened"),
        "not_read": Both("rien n’a été ouvert", "nothing was opened"),
        "review_due": Both("à contrôler avant le", "to be reviewed before"),
        "reviewed": Both("contrôlé par", "reviewed by"),
        "told": Both("patient averti par e-mail le", "patient told by e-mail on"),
        "not_mailed": Both(
            "personne n’a pu être averti par e-mail ; dans l’historique depuis le",
            "nobody could be told by e-mail; in the history since",
        ),
        "tell_at": Both("patient averti seulement le", "patient told only on"),
        "delayed": Both("averti plus tard car", "told later because"),
    }
)
"""The words of `gateway access show` and of `gateway explain`."""

REFUSAL_TEXTS: Mapping[AccessRefusal, str] = MappingProxyType(
    {
        AccessRefusal.OWN: "you asked for it yourself: another account has to do this",
        AccessRefusal.NOT_ASKED: "it does not wait to be granted: it was granted or "
        "refused before, was taken at once, or nobody granted it in time",
        AccessRefusal.NOT_OVER: "it is not over: more may be read still",
        AccessRefusal.NO_REVIEW: "it needs no review: a second person granted it, or "
        "it was reviewed before, or nothing came of it",
        AccessRefusal.NOT_OPEN: "it is not open",
        AccessRefusal.ANOTHERS: "it is somebody else's",
    }
)
"""Why an operator may not do what they want with an access."""

ASK_TEXTS: Mapping[AskRefusal, str] = MappingProxyType(
    {
        AskRefusal.NOTHING: "name a document (--document), the list of them "
        "(--list) or a message (--message)",
        AskRefusal.TOO_MANY: "that are more documents than one access may name: "
        "[admin] access_documents",
        AskRefusal.NOT_LATER: "--tell-on names no day to come",
        AskRefusal.TOO_LATE: "the patient may not be told that late: "
        "[admin] access_delay_days",
    }
)
"""Why an access may not be asked for as it is."""

TO_OPEN = (
    "no access of yours to it is open. Ask for one, which another account grants "
    "(gateway access ask --help), or take one at once, which another account reviews "
    "(gateway access take --help); docs/operations.md, Opening a document"
)
"""What an operator is told who opens a document, a list or a message without one."""

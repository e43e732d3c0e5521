"""The words of a month's proof of filing, on paper and in tables."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STATE_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fr": {
            "waiting": "Reçu, en cours de contrôle",
            "filed": "Déposé",
            "known": "Déjà déposé",
            "refused": "Non déposé",
        },
        "en": {
            "waiting": "Received, being checked",
            "filed": "Filed",
            "known": "Filed already",
            "refused": "Not filed",
        },
    }
)
"""What became of a document."""

PROOF_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fr": {
            "heading": "Preuve de dépôt, {month}",
            "what": (
                "Documents que vous avez envoyés par les pages de l’espace des "
                "professionnels ou depuis votre messagerie, et ce qu’il en est "
                "advenu. Le dépôt est une obligation (CSP L. 1111-15)."
            ),
            "none": "Aucun document ce mois-ci.",
            "cut": "Les {most} derniers documents du mois ; il y en a d’autres avant.",
            "how": (
                "Chaque dépôt est une ligne d’un journal chaîné : elle est nommée par "
                "sa chaîne et son numéro, suivis de son empreinte. La ligne contient "
                "le SHA-256 du sel suivi de celui du document. Le service remet pour "
                "chaque ligne un fichier de preuve, vérifiable sans lui. Un envoi par "
                "messagerie est là dès qu’il est traité ; ce que la messagerie a "
                "refusé à l’envoi n’y est pas."
            ),
            "at": "Reçu le",
            "kind": "Type",
            "title": "Titre",
            "way": "Par",
            "page": "l’espace",
            "mail": "messagerie",
            "unread": "Document illisible",
            "patient": "INS",
            "state": "État",
            "text": "Précision",
            "brought": "Ligne de la remise",
            "line": "Ligne du dépôt",
            "hash": "Empreinte de la ligne",
            "digest": "SHA-256 du document",
            "salt": "Sel de l’engagement",
        },
        "en": {
            "heading": "Proof of filing, {month}",
            "what": (
                "Documents that you sent by the professionals’ pages or from your "
                "mailbox, and what became of each. Filing is a duty (CSP L. 1111-15)."
            ),
            "none": "No document in this month.",
            "cut": "The last {most} documents of the month; there are more before.",
            "how": (
                "Each filing is a line of a chained journal, named by its chain and "
                "number, then its hash. The line holds the SHA-256 of the salt "
                "followed by that of the document. The service gives a file of proof "
                "for each line, which can be checked without it. What was sent by "
                "mail is here once it was dealt with; what was refused as it was sent "
                "is not."
            ),
            "at": "Received",
            "kind": "Type",
            "title": "Title",
            "way": "By",
            "page": "these pages",
            "mail": "mail",
            "unread": "Unreadable document",
            "patient": "INS",
            "state": "State",
            "text": "More",
            "brought": "Line of the handing in",
            "line": "Line of the filing",
            "hash": "Hash of the line",
            "digest": "SHA-256 of the document",
            "salt": "Salt of the commitment",
        },
    }
)

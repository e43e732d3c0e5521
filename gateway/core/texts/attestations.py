"""The texts of a carer's attestation (attestation de l'aidant), for paper."""

from __future__ import annotations

from typing import Final

from gateway.core.texts.both import Both

TITLE: Final = Both("Attestation de l’aidant", "Carer’s attestation")

WHAT: Final = Both(
    "La personne aidée permet à son aidant d’agir dans son espace de santé, avec le "
    "compte de l’aidant. Cette attestation dit entre qui, et de quand à quand. Elle ne "
    "donne pas d’autre droit : l’aidant n’est ni le représentant légal ni la personne "
    "de confiance, et ne consent pas à des soins à la place de la personne aidée.",
    "The person who is helped lets a carer act in their health space, by the carer’s "
    "own account. This attestation says between whom, and from when to when. It gives "
    "no other right: the carer is neither the legal representative nor the trusted "
    "person, and consents to no care in the place of the person who is helped.",
)

WHO: Final = Both("Qui", "Who")
HOLDER: Final = Both("Personne aidée", "Person who is helped")
CARER: Final = Both("Aidant", "Carer")
NAME: Final = Both("Nom de naissance et prénom", "Birth name and given name")
BORN: Final = Both("Date de naissance", "Birth date")

TERM: Final = Both("Durée", "For how long")
FIRST: Final = Both("Premier jour", "First day")
LAST: Final = Both("Dernier jour", "Last day")
ASKED: Final = Both("Demandé le", "Asked on")
AGREED: Final = Both("Accepté le", "Agreed to on")
REFUSED: Final = Both("Refusé le", "Refused on")
ENDED: Final = Both("Terminé le", "Ended on")

IN_FORCE: Final = Both(
    "Le jour où cette page est faite, cet accès est en vigueur.",
    "On the day this page is made, this access is in force.",
)
TO_COME: Final = Both(
    "Le jour où cette page est faite, cet accès n’a pas encore commencé.",
    "On the day this page is made, this access has not begun yet.",
)
OVER: Final = Both(
    "Le jour où cette page est faite, cet accès est terminé : l’aidant n’entre plus "
    "dans l’espace.",
    "On the day this page is made, this access is over: the carer does not enter the "
    "space any more.",
)
NEVER: Final = Both(
    "L’aidant a refusé : cet accès n’a jamais été ouvert.",
    "The carer refused: this access was never opened.",
)

MAY: Final = Both("Ce que l’aidant peut faire", "What the carer may do")
MAY_POINTS: Final = (
    Both(
        "Lire les messages et les documents, même masqués aux professionnels.",
        "Read messages and documents, those hidden from professionals as well.",
    ),
    Both(
        "Écrire aux professionnels ; chaque message dit qui l’a rédigé.",
        "Write to professionals; each message says who wrote it.",
    ),
    Both(
        "Ajouter des documents, et supprimer ceux que la personne a ajoutés.",
        "Add documents, and delete those that the person added.",
    ),
)
MAY_NOT: Final = Both(
    "L’aidant ne change ni les réglages, ni le compte, ni les coordonnées, n’invite "
    "personne, ne télécharge pas tout le dossier et ne ferme pas l’espace. Ce qu’il "
    "fait est inscrit sous son nom dans l’historique de la personne aidée. Chacun des "
    "deux peut y mettre fin à tout moment, sans motif.",
    "The carer changes neither settings nor account nor contact, invites nobody, does "
    "not download the whole record, and does not close the space. What they do is "
    "recorded under their name in the history of the person who is helped. Either of "
    "the two may end it at any time, without a reason.",
)

SIGNED: Final = Both("Signatures", "Signatures")
SIGNED_AT: Final = Both("Fait à, le", "Place and date")
BY_HOLDER: Final = Both("La personne aidée", "The person who is helped")
BY_CARER: Final = Both("L’aidant", "The carer")
MADE: Final = Both("Page faite le {day} par {service}.", "Made on {day} by {service}.")

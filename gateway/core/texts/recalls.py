"""What senders read of a message that was taken back, or was not."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RECALL_SUBJECTS: Mapping[bool, str] = MappingProxyType(
    {
        True: "Message rappelé / Message taken back",
        False: "Message non rappelé / Message not taken back",
    }
)
"""By whether it was taken back from every patient it was asked for."""

RECALL_TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "taken-back": (
            "Le message a été retiré de l’espace du patient, avec ses fichiers et "
            "les documents qu’il avait déposés.",
            "The message was taken out of the patient's space, with its files and the "
            "documents it had added.",
        ),
        "already": (
            "Le message avait déjà été retiré.",
            "The message had been taken out before.",
        ),
        "opened": (
            "Le message a déjà été ouvert : il n’a pas été retiré. S’il concerne une "
            "autre personne, demandez à l’opérateur de le retirer (répondez à ce "
            "courrier).",
            "The message has been opened: it was not taken out. If it is about "
            "somebody else, ask the operator to take it out (answer this mail).",
        ),
        "too-old": (
            "Le message est trop ancien pour être rappelé par courrier. S’il concerne "
            "une autre personne, demandez à l’opérateur de le retirer (répondez à ce "
            "courrier).",
            "The message is too old to be taken back by mail. If it is about somebody "
            "else, ask the operator to take it out (answer this mail).",
        ),
        "unknown": (
            "Aucun message que vous avez envoyé à ce patient n’a été trouvé. Rappelez "
            "en répondant au message envoyé, pour que In-Reply-To porte son "
            "Message-ID.",
            "No message that you sent to this patient was found. Take a message back "
            "by answering the one you sent, so that In-Reply-To has its Message-ID.",
        ),
    }
)
"""By what came of it for one patient; French, then English."""

NEVER_OPENED = (
    "Ni le patient ni personne pour lui ne l’avait ouvert.",
    "Neither the patient nor anybody for them had opened it.",
)
WAS_OPENED = (
    "Il avait été ouvert avant : ce qui a été lu ne peut pas être repris.",
    "It had been opened before: what was read cannot be taken back.",
)
DOCUMENTS_OPENED = (
    "Documents déjà ouverts par le patient ou pour lui : {0}.",
    "Documents that the patient, or somebody for them, has opened: {0}.",
)
DOCUMENTS_CONSULTED = (
    "Documents déjà lus par des professionnels de santé dans cet espace : {0}.",
    "Documents that health professionals have read in this space: {0}.",
)
DOCUMENTS_SENT = (
    "Documents que le patient, ou quelqu’un pour lui, a envoyés avec un message, et "
    "qui ne peuvent pas être repris à qui les a reçus : {0}.",
    "Documents that the patient, or somebody for them, has sent on with a message, and "
    "that cannot be taken back from who got them: {0}.",
)
TAKEN_AWAY = (
    "Le patient a téléchargé tout son dossier depuis leur arrivée : le message et ses "
    "documents peuvent être dans ce fichier, qui ne peut pas être repris.",
    "The patient has downloaded their whole record since they came: the message and "
    "its documents may be in that file, which cannot be taken back.",
)
COPIES_STAY = (
    "Copies gardées par le patient parmi ses propres documents, qui y restent : {0}.",
    "Copies that the patient keeps among their own documents, which stay: {0}.",
)

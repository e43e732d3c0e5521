"""What patients read when a message cannot be written, or a file not kept."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.refusals import AttachmentRefusal, WritingRefusal

WRITTEN_BY = "Ce message a été rédigé par {carer}, l’aidant {of_holder}."
WRITTEN_BY_LAW = (
    "Ce message a été rédigé par {carer}, qui représente légalement {holder}."
)
"""The last line of what a carer writes, to professionals in France: in French."""

WRITTEN_IN_TEAM = "Message écrit par {name}."
"""The last line of what somebody writes from a mailbox that others hold too."""

WRITING_TEXTS: Mapping[WritingRefusal, tuple[str, str]] = MappingProxyType(
    {
        WritingRefusal.PROFILE_NOT_ACTIVE: (
            "Votre espace n’est pas activé : activez-le pour écrire.",
            "Your space is not activated: activate it to write.",
        ),
        WritingRefusal.BETWEEN_PATIENTS: (
            "Cette messagerie sert à écrire à vos professionnels de santé, pas à "
            "d’autres usagers.",
            "This messaging is for writing to your health professionals, not to other "
            "users.",
        ),
        WritingRefusal.NEVER_WROTE: (
            "Vous pourrez écrire à ce professionnel quand il vous aura écrit une "
            "première fois. Donnez-lui votre adresse.",
            "You can write to this professional once they have written to you first. "
            "Give them your address.",
        ),
        WritingRefusal.ANSWER_FORBIDDEN: (
            "L’expéditeur ne reçoit pas de réponse à ce message. Contactez-le par un "
            "autre moyen.",
            "The sender takes no answer to this message. Contact them another way.",
        ),
        WritingRefusal.ENDED: (
            "Le professionnel a mis fin à l’échange. Vous pourrez répondre s’il vous "
            "écrit de nouveau.",
            "The professional has ended this exchange. You can answer if they write to "
            "you again.",
        ),
        WritingRefusal.WINDOW_OVER: (
            "Le délai que ce professionnel a donné pour répondre est passé. Vous "
            "pourrez répondre s’il vous écrit de nouveau.",
            "The time this professional gave to answer is over. You can answer if they "
            "write to you again.",
        ),
        WritingRefusal.ENOUGH_FOR_NOW: (
            "Vous avez envoyé à ce professionnel autant de messages qu’il en reçoit de "
            "vous en quelques jours. Si c’est urgent, appelez le 15 ou le 112.",
            "You have sent this professional as many messages as they take from you "
            "within some days. If it is urgent, call 15 or 112.",
        ),
        WritingRefusal.NO_ANSWER_ADDRESS: (
            "Ce message vient d’un logiciel que personne ne lit, et n’indique pas où "
            "répondre. Contactez la structure par un autre moyen.",
            "This message comes from a software nobody reads, and does not say where "
            "to answer. Contact the structure another way.",
        ),
        WritingRefusal.OUTSIDE_TRUST_SPACE: (
            "Cette adresse n’est plus dans la messagerie sécurisée de santé. "
            "Contactez le professionnel par un autre moyen.",
            "This address is no longer in the secure health messaging. "
            "Contact the professional another way.",
        ),
    }
)

ATTACHMENT_TEXTS: Mapping[AttachmentRefusal, tuple[str, str]] = MappingProxyType(
    {
        AttachmentRefusal.TOO_MANY_FILES: (
            "Trop de fichiers joints : retirez-en ou envoyez deux messages.",
            "Too many files: take some off or send two messages.",
        ),
        AttachmentRefusal.FILE_EMPTY: (
            "Ce fichier est vide : choisissez-en un autre.",
            "This file is empty: choose another one.",
        ),
        AttachmentRefusal.FILE_TOO_LARGE: (
            "Ce fichier est trop volumineux : réduisez-le avant de le joindre.",
            "This file is too large: make it smaller before attaching it.",
        ),
        AttachmentRefusal.TOTAL_TOO_LARGE: (
            "Les fichiers joints sont trop volumineux ensemble : retirez-en.",
            "The files are too large together: take some off.",
        ),
        AttachmentRefusal.TYPE_NOT_ALLOWED: (
            "Ce type de fichier n’est pas accepté. Utilisez par exemple PDF, JPEG, PNG "
            "ou texte.",
            "This type of file is not accepted. Use for example PDF, JPEG, PNG or "
            "plain text.",
        ),
        AttachmentRefusal.CONTENT_NOT_AS_NAMED: (
            "Le contenu de ce fichier ne correspond pas à son nom : enregistrez-le de "
            "nouveau dans le bon format.",
            "The content of this file is not what its name says: save it again in the "
            "right format.",
        ),
    }
)

KEEPING_TEXTS: Mapping[AttachmentRefusal, tuple[str, str]] = MappingProxyType(
    {
        AttachmentRefusal.FILE_EMPTY: (
            "Ce fichier est vide : il n’y a rien à garder.",
            "This file is empty: there is nothing to keep.",
        ),
        AttachmentRefusal.FILE_TOO_LARGE: (
            "Ce fichier est trop volumineux pour vos documents : téléchargez-le pour "
            "le garder ailleurs.",
            "This file is too large for your documents: download it to keep it "
            "elsewhere.",
        ),
        AttachmentRefusal.TYPE_NOT_ALLOWED: (
            "Ce type de fichier ne peut pas être gardé dans vos documents, qui "
            "acceptent PDF, JPEG, PNG, TIFF, HEIC, RTF et texte : téléchargez-le pour "
            "le garder ailleurs.",
            "This type of file cannot be kept in your documents, which take PDF, JPEG, "
            "PNG, TIFF, HEIC, RTF and plain text: download it to keep it elsewhere.",
        ),
    }
)
"""Why a received file cannot become a document: all that `decide_keeping` refuses."""

KEEPING_DAMAGED = (
    "Ce fichier est abîmé ou incomplet : personne ne pourrait le lire dans vos "
    "documents. Demandez à l’expéditeur de le renvoyer.",
    "This file is damaged or incomplete: nobody could read it in your documents. Ask "
    "the sender to send it again.",
)
"""Shown where a received file could not be read once it is a document."""

ADDING_TEXTS: Mapping[AttachmentRefusal, tuple[str, str]] = MappingProxyType(
    {
        AttachmentRefusal.FILE_EMPTY: (
            "Ce fichier est vide : choisissez-en un autre.",
            "This file is empty: choose another one.",
        ),
        AttachmentRefusal.FILE_TOO_LARGE: (
            "Ce fichier est trop volumineux : réduisez-le, ou partagez-le en plusieurs "
            "fichiers.",
            "This file is too large: make it smaller, or split it into several files.",
        ),
        AttachmentRefusal.TYPE_NOT_ALLOWED: (
            "Ce fichier n’est pas d’un type accepté : PDF, photo (JPEG, PNG, TIFF, "
            "HEIC), RTF ou texte. Son contenu compte, et non son nom : enregistrez-le "
            "de nouveau dans l’un de ces formats.",
            "This file is not of an accepted type: PDF, photo (JPEG, PNG, TIFF, HEIC), "
            "RTF or plain text. Its content counts, and not its name: save it again "
            "in one of these formats.",
        ),
    }
)
"""Why a patient's own file cannot be added: all that `decide_keeping` refuses."""

ADDING_DAMAGED = (
    "Ce fichier est abîmé ou incomplet : personne ne pourrait le lire. Enregistrez-le "
    "de nouveau, ou choisissez-en un autre.",
    "This file is damaged or incomplete: nobody could read it. Save it again, or "
    "choose another one.",
)
"""Shown where a patient's own file could not be read once it is a document."""

FILE_LOCKED = (
    "Le fichier « {name} » ne s’ouvre qu’avec un mot de passe : personne d’autre ne "
    "pourrait le lire. Ouvrez-le, enregistrez-le ou imprimez-le en PDF sans mot de "
    "passe, puis choisissez cette copie.",
    "The file “{name}” opens with a password only: nobody else could read it. Open it, "
    "save it or print it as a PDF without a password, then choose that copy.",
)
"""Shown where a patient's own file is locked by a password."""

MESSAGING_NOTICE = (
    "Cette messagerie ne sert pas aux urgences : en cas d’urgence, appelez le 15 ou le "
    "112. Elle ne remplace pas votre dossier médical.",
    "This messaging is not for emergencies: in an emergency, call 15 or 112. It does "
    "not replace your medical record.",
)
"""Shown where a message is written."""

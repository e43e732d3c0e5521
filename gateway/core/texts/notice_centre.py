"""What the notices of the space say of each event; who and what, the page adds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.notices import NoticeFamily, NoticeWhen
from gateway.core.texts.both import Both
from gateway.core.texts.notices import NoticeKind

CENTRE_TEXTS: Mapping[NoticeKind, Both] = MappingProxyType(
    {
        NoticeKind.MESSAGE: Both("Vous avez reçu un message", "You received a message"),
        NoticeKind.UNDELIVERED: Both(
            "Votre message n’a pas pu être remis",
            "Your message could not be delivered",
        ),
        NoticeKind.UNREAD: Both(
            "Ce jour-là, personne n’avait encore ouvert votre message",
            "On that day, nobody had opened your message yet",
        ),
        NoticeKind.DOCUMENT: Both("Un document a été ajouté", "A document was added"),
        NoticeKind.WITHDRAWN: Both(
            "Un document a été retiré par son auteur",
            "A document was withdrawn by its author",
        ),
        NoticeKind.SHOWN: Both(
            "Un document est maintenant visible", "A document can now be seen"
        ),
        NoticeKind.ACCESS: Both(
            "Votre espace a été consulté par le service",
            "The service looked into your space",
        ),
        NoticeKind.BREAK_GLASS: Both(
            "Le service a eu accès à des documents de votre espace",
            "The service was given access to documents of your space",
        ),
        NoticeKind.READ_FIRST: Both(
            "Un professionnel a consulté votre espace pour la première fois",
            "A professional looked into your space for the first time",
        ),
        NoticeKind.READ: Both(
            "Un professionnel a consulté votre espace",
            "A professional looked into your space",
        ),
        NoticeKind.EMERGENCY: Both(
            "Un professionnel a ouvert votre espace en urgence, sans votre accord",
            "A professional opened your space in an emergency, without your agreement",
        ),
        NoticeKind.READ_REFUSED: Both(
            "Un accès en urgence à votre espace a été refusé",
            "An emergency access to your space was refused",
        ),
        NoticeKind.REPRESENTED_READ: Both(
            "Un professionnel a consulté un espace que vous gérez",
            "A professional looked into a space you look after",
        ),
        NoticeKind.UNFOUNDED: Both(
            "Un accès du service à votre espace n’était pas justifié",
            "An access of the service to your space was not justified",
        ),
        NoticeKind.CORRECTION: Both(
            "Une demande à l’auteur d’un document est restée sans réponse",
            "What you asked of the author of a document was not answered",
        ),
        NoticeKind.INQUIRY: Both(
            "Du nouveau sur un signalement", "News of one of your reports"
        ),
        NoticeKind.SETTINGS: Both(
            "Un réglage de votre espace a été changé par le service",
            "The service changed a setting of your space",
        ),
        NoticeKind.ADMINISTRATOR: Both(
            "Un administrateur de votre espace a été nommé ou retiré",
            "An administrator of your space was named, or is one no longer",
        ),
        NoticeKind.ADMINISTERED: Both(
            "Un administrateur de votre espace en a changé un réglage",
            "An administrator of your space changed a setting of it",
        ),
        NoticeKind.MASKED: Both(
            "Un professionnel a changé qui voit un document qu’il avait déposé",
            "A professional changed who sees a document that they had added",
        ),
        NoticeKind.PEOPLE: Both(
            "Du nouveau parmi vos proches", "News about the people close to you"
        ),
        NoticeKind.REPRESENTED: Both(
            "Du nouveau dans un espace que vous gérez",
            "Something new in a space you look after",
        ),
        NoticeKind.REPRESENTED_ACCESS: Both(
            "Le service a eu accès à un espace que vous gérez",
            "The service had access to a space you look after",
        ),
        NoticeKind.REPRESENTED_UNFOUNDED: Both(
            "Un accès du service à un espace que vous gérez n’était pas justifié",
            "An access of the service to a space you look after was not justified",
        ),
        NoticeKind.REPRESENTED_SETTINGS: Both(
            "Le service a changé un réglage d’un espace que vous gérez",
            "The service changed a setting of a space you look after",
        ),
        NoticeKind.REPRESENTED_ADMINISTRATOR: Both(
            "Du nouveau sur l’administrateur d’un espace que vous gérez",
            "News about the administrator of a space you look after",
        ),
        NoticeKind.REPRESENTED_OPENED: Both(
            "Un espace que vous gérez a été ouvert",
            "A space you look after was opened",
        ),
        NoticeKind.REPRESENTED_CLOSED: Both(
            "Un espace que vous gériez a été fermé",
            "A space you looked after was closed",
        ),
        NoticeKind.REPRESENTED_DELETING: Both(
            "La suppression d’un espace que vous gériez a été demandée",
            "The deletion of a space you looked after was asked for",
        ),
        NoticeKind.REPRESENTED_DELETED: Both(
            "Un espace que vous gériez a été supprimé",
            "A space you looked after was deleted",
        ),
        NoticeKind.REPRESENTED_REOPENED: Both(
            "Un espace que vous gérez a été rouvert",
            "A space you look after was opened again",
        ),
        NoticeKind.REPRESENTED_SUSPENDED: Both(
            "Un espace que vous gérez a été suspendu",
            "A space you look after was suspended",
        ),
        NoticeKind.REPRESENTED_LIFTED: Both(
            "La suspension d’un espace que vous gérez est levée",
            "The suspension of a space you look after is lifted",
        ),
        NoticeKind.MAJORITY_SOON: Both(
            "Une majorité approche : un accès prendra fin",
            "A coming of age is near: an access will end",
        ),
        NoticeKind.MAJORITY: Both(
            "Un accès a pris fin avec une majorité",
            "An access ended with a coming of age",
        ),
        NoticeKind.REVIEW: Both(
            "Vos directives anticipées sont à relire",
            "Your advance directives are to be read again",
        ),
        NoticeKind.HELPED: Both(
            "Un proche a agi dans votre espace", "Someone acted in your space for you"
        ),
    }
)
"""Of every kind that stands in the notices of the space."""

FAMILY_TEXTS: Mapping[NoticeFamily, tuple[Both, Both]] = MappingProxyType(
    {
        NoticeFamily.MESSAGE: (
            Both("Messages", "Messages"),
            Both(
                "Un professionnel vous a écrit.",
                "A professional wrote to you.",
            ),
        ),
        NoticeFamily.DOCUMENT: (
            Both("Documents", "Documents"),
            Both(
                "Un document a été ajouté à votre espace, retiré par son auteur, ou "
                "est à relire.",
                "A document was added to your space, withdrawn by its author, or is "
                "to be read again.",
            ),
        ),
        NoticeFamily.ACCESS: (
            Both("Accès à votre espace", "Access to your space"),
            Both(
                "Quelqu’un d’autre que vous l’a consulté ou en a changé un réglage : "
                "la loi veut que vous le sachiez.",
                "Somebody else than you looked into it or changed a setting: the law "
                "wants you to know.",
            ),
        ),
        NoticeFamily.READING: (
            Both("Consultations par vos soignants", "Reading by who cares for you"),
            Both(
                "Un professionnel qui vous a déjà lu le fait de nouveau. La première "
                "fois, et en urgence, vous le saurez toujours tout de suite.",
                "A professional who read before does so again. The first time, and in "
                "an emergency, you are always told at once.",
            ),
        ),
        NoticeFamily.PEOPLE: (
            Both("Vos proches", "People close to you"),
            Both(
                "Une demande, une réponse ou une fin, et ce qu’un aidant a fait : tout "
                "acte d’un autre vous est dit.",
                "A request, an answer or an end, and what a carer did: whatever others "
                "do is told to you.",
            ),
        ),
        NoticeFamily.ACCOUNT: (
            Both("Votre compte", "Your account"),
            Both(
                "Mot de passe, adresse ou nouvel appareil : vous saurez à temps que "
                "quelqu’un d’autre essaie d’entrer.",
                "Password, address or new device: you learn in time that somebody else "
                "is trying to get in.",
            ),
        ),
        NoticeFamily.SPACE: (
            Both("La vie de votre espace", "The life of your space"),
            Both(
                "Ouverture, fermeture, suppression : ces avis sont obligatoires.",
                "Opening, closing, deletion: these notices are compulsory.",
            ),
        ),
    }
)
"""The name of each family that people are shown, and what is in it or why it stays."""

WHEN_TEXTS: Mapping[NoticeWhen, Both] = MappingProxyType(
    {
        NoticeWhen.ONCE: Both("Tout de suite", "At once"),
        NoticeWhen.DAILY: Both("Une fois par jour", "Once a day"),
        NoticeWhen.NEVER: Both("Jamais", "Never"),
    }
)

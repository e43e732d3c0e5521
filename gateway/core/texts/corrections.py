"""What authors read when a patient asks them to correct or withdraw a document."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ASKING_SUBJECT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CORRECT": "Demande de correction : {title}",
        "WITHDRAW": "Demande de retrait : {title}",
    }
)
"""By the words of `Wish`; in French, to professionals in France."""

ASKING_TEXT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CORRECT": (
            "Bonjour,\n\n"
            "Je vous demande de corriger un document de mon espace de santé, dont vous "
            "ou votre service êtes l’auteur (article R. 1111-51 du code de la santé "
            "publique) :\n\n"
            "{title}, du {day}\nIdentifiant : {unique_id}\n\n"
            "Ce qui est à corriger :\n{reason}\n\n"
            "Vous pouvez déposer une version corrigée, ou me répondre ici, avant le "
            "{due}. Sans cela, le service de mon espace s’en occupera.\n"
        ),
        "WITHDRAW": (
            "Bonjour,\n\n"
            "Je vous demande de retirer un document de mon espace de santé, dont vous "
            "ou votre service êtes l’auteur (article R. 1111-51 du code de la santé "
            "publique) :\n\n"
            "{title}, du {day}\nIdentifiant : {unique_id}\n\n"
            "Mon motif :\n{reason}\n\n"
            "Vous pouvez le retirer, ou me répondre ici, avant le {due}. Sans cela, le "
            "service de mon espace s’en occupera.\n"
        ),
    }
)

REMINDER_SUBJECT: Final = "Rappel : demande d’un patient / Reminder: a patient asked"

REMINDER_TEXT: Final = (
    "Le {day}, un patient vous a demandé par ce message de corriger ou de retirer un "
    "document de son espace de santé. Il attend votre réponse avant le {due} : "
    "répondez à son message, déposez une version corrigée, ou retirez le document. "
    "Ne répondez pas à ce rappel. Il est envoyé une seule fois.",
    "On {day} a patient asked you by this message to correct or withdraw a document of "
    "their space. They wait for your answer until {due}: answer their message, file a "
    "corrected version, or withdraw the document. Do not answer this reminder. It is "
    "sent once.",
)
"""French, then English; the days are by the clock of the pages."""

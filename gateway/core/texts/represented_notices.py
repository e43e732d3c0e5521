"""The texts of the e-mails about a space that somebody represents, by their kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.texts.notice_care import CARE_EN, CARE_FR, SAFETY_EN, SAFETY_FR

REPRESENTED_NOTICES: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "represented": {
            "fr": (
                "Du nouveau dans un espace que vous gérez",
                "Bonjour,\n\n"
                "Du nouveau vous attend dans l'espace d'une personne que vous "
                "représentez. Connectez-vous à votre espace, puis ouvrez le sien à la "
                "page « Mes proches ».\n" + CARE_FR,
            ),
            "en": (
                "Something new in a space you look after",
                "Hello,\n\n"
                "Something new waits in the space of a person whom you represent. Sign "
                'in to your space, then open theirs on the page "People close to '
                'me".\n' + CARE_EN,
            ),
        },
        "their-update": {
            "fr": (
                "Un espace que vous gérez a été mis à jour",
                "Bonjour,\n\n"
                "L'espace d'une personne que vous représentez a été mis à jour.\n\n"
                "Nous vous invitons à prendre contact pour elle avec un professionnel "
                "de santé, par exemple son médecin traitant : il en parlera avec "
                "vous.\n\n"
                "Cette mise à jour n'apparaît pas encore dans l'espace. Cette "
                "invitation est automatique : elle ne dit rien de la santé de la "
                "personne.\n\n" + SAFETY_FR,
            ),
            "en": (
                "A space you look after was updated",
                "Hello,\n\n"
                "The space of a person whom you represent was updated.\n\n"
                "We invite you to contact a health professional for them, for example "
                "their regular doctor, who will talk about it with you.\n\n"
                "This update does not appear in the space yet. This invitation is "
                "automatic: it says nothing about their health.\n\n" + SAFETY_EN,
            ),
        },
        "majority-soon": {
            "fr": (
                "Une majorité approche",
                "Bonjour,\n\n"
                "Dans moins de deux mois, une personne mineure aura 18 ans. Ce jour-"
                "là, l'accès de ses représentants à son espace prend fin, et elle y "
                "entre seule, avec son propre compte. Si elle veut que quelqu'un "
                "l'aide encore, elle le lui demandera elle-même, à la page « Mes "
                "proches ».\n" + CARE_FR,
            ),
            "en": (
                "A coming of age is near",
                "Hello,\n\n"
                "In less than two months a minor turns 18. On that day the access of "
                "their representatives to their space ends, and they enter it alone, "
                "with an account of their own. If they want somebody to go on helping, "
                'they will ask for it themselves, on the page "People close to '
                'me".\n' + CARE_EN,
            ),
        },
        "majority": {
            "fr": (
                "Un accès a pris fin avec la majorité",
                "Bonjour,\n\n"
                "Une personne a eu 18 ans : l'accès de ses représentants à son espace "
                "a pris fin. Elle active son propre compte avec son numéro, sa date de "
                "naissance et un code provisoire, depuis la page d'accueil du "
                "service.\n" + CARE_FR,
            ),
            "en": (
                "An access ended with a coming of age",
                "Hello,\n\n"
                "A person turned 18: the access of their representatives to their "
                "space has ended. They activate an account of their own with their "
                "number, their birth date and a provisional code, from the first "
                "page of the service.\n" + CARE_EN,
            ),
        },
    }
)
"""Subject and text, by the word of the kind and the language."""

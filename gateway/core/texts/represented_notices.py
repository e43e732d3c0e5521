"""The texts of the e-mails about a space that somebody represents, by their kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.texts.notice_care import CARE_EN, CARE_FR, SAFETY_EN, SAFETY_FR

_OPENS_FR = "Ouvrez-le depuis le vôtre, à la page « Mes proches ».\n"
_OPENS_EN = 'Open it from yours, on the page "People close to me".\n'
_ASKS_FR = "Une question, un désaccord ? Adressez-vous à l’accueil du service.\n"
_ASKS_EN = "If you have a question or disagree, ask the service.\n"


def _both(fr: tuple[str, str], en: tuple[str, str]) -> Mapping[str, tuple[str, str]]:
    """Return subject and text, with what begins and ends each of them."""
    return {
        "fr": (fr[0], f"Bonjour,\n\n{fr[1]}{CARE_FR}"),
        "en": (en[0], f"Hello,\n\n{en[1]}{CARE_EN}"),
    }


REPRESENTED_NOTICES: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "represented": {
            "fr": (
                "Du nouveau dans un espace que vous gérez",
                "Bonjour,\n\n"
                "Du nouveau vous attend dans l’espace d’une personne que vous "
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
                "L’espace d’une personne que vous représentez a été mis à jour.\n\n"
                "Nous vous invitons à prendre contact pour elle avec un professionnel "
                "de santé, par exemple son médecin traitant : il en parlera avec "
                "vous.\n\n"
                "Cette mise à jour n’apparaît pas encore dans l’espace. Cette "
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
        "their-access": _both(
            (
                "Un accès du service à un espace que vous gérez",
                "Une personne qui exploite le service a consulté l’espace d’une "
                "personne que vous représentez, ou a reçu un accès à des éléments "
                "précis de cet espace, pour une raison qu’elle a dû donner. Son "
                "historique dit qui, quand et pourquoi.\n\n" + _OPENS_FR + _ASKS_FR,
            ),
            (
                "The service had access to a space you look after",
                "Someone who runs the service looked into the space of a person whom "
                "you represent, or was given access to particular items of it, for a "
                "reason that had to be stated. Its history says who, when and "
                "why.\n\n" + _OPENS_EN + _ASKS_EN,
            ),
        ),
        "their-reading": _both(
            (
                "Un espace que vous gérez a été consulté",
                "Un professionnel a consulté l’espace d’une personne que vous "
                "représentez, ou a demandé à le faire en urgence. L’historique de "
                "cet espace dit qui et quand. " + _OPENS_FR + _ASKS_FR,
            ),
            (
                "A space you look after was read",
                "A professional looked into the space of a person whom you represent, "
                "or asked to in an emergency. The history of that space says who and "
                "when. " + _OPENS_EN + _ASKS_EN,
            ),
        ),
        "their-unfounded": _both(
            (
                "Un accès à un espace que vous gérez n’était pas justifié",
                "Une personne qui exploite le service a eu accès à l’espace d’une "
                "personne que vous représentez. Le contrôle a conclu que ce n’était "
                "pas justifié. L’historique de cet espace dit de quel accès il "
                "s’agit.\n\n"
                "Adressez-vous à l’accueil du service ; vous pouvez aussi saisir la "
                "CNIL.\n" + _OPENS_FR,
            ),
            (
                "An access to a space you look after was not justified",
                "Someone who runs the service had access to the space of a person whom "
                "you represent. The review found that it was not justified. The "
                "history of that space says which access it was.\n\n"
                "Ask the service; you may also turn to the CNIL, the French data "
                "protection authority.\n" + _OPENS_EN,
            ),
        ),
        "their-settings": _both(
            (
                "Un réglage d’un espace que vous gérez a changé",
                "Une personne qui exploite le service a changé un réglage de l’espace "
                "d’une personne que vous représentez. L’historique de cet espace dit "
                "lequel, et pourquoi.\n\n" + _OPENS_FR + _ASKS_FR,
            ),
            (
                "A setting of a space you look after has changed",
                "Someone who runs the service changed a setting of the space of a "
                "person whom you represent. The history of that space says which, and "
                "why.\n\n" + _OPENS_EN + _ASKS_EN,
            ),
        ),
        "their-admin": _both(
            (
                "L’administrateur d’un espace que vous gérez",
                "Un professionnel a été nommé administrateur de l’espace d’une "
                "personne que vous représentez, ne l’est plus, ou y a changé un "
                "réglage. L’historique de cet espace le dit.\n\n"
                + _OPENS_FR
                + _ASKS_FR,
            ),
            (
                "The administrator of a space you look after",
                "A professional was named administrator of the space of a person whom "
                "you represent, is one no longer, or changed a setting there. The "
                "history of that space says it.\n\n" + _OPENS_EN + _ASKS_EN,
            ),
        ),
        "their-opened": _both(
            (
                "Un espace que vous gérez est ouvert",
                "L’espace d’une personne que vous représentez vient d’être "
                "ouvert.\n\n" + _OPENS_FR + _ASKS_FR,
            ),
            (
                "A space you look after is open",
                "The space of a person whom you represent has just been "
                "opened.\n\n" + _OPENS_EN + _ASKS_EN,
            ),
        ),
        "their-closed": _both(
            (
                "Un espace que vous gériez est fermé",
                "L’espace d’une personne que vous représentez a été fermé. Plus rien "
                "n’y arrive et personne ne peut l’ouvrir. Ce qu’il contient est gardé "
                "dix ans, puis supprimé.\n\n" + _ASKS_FR,
            ),
            (
                "A space you looked after is closed",
                "The space of a person whom you represent was closed. Nothing comes in "
                "any more and nobody can open it. What is in it is kept for ten years, "
                "then deleted.\n\n" + _ASKS_EN,
            ),
        ),
        "their-deleting": _both(
            (
                "La suppression d’un espace que vous gériez est demandée",
                "La suppression de l’espace d’une personne que vous représentez a été "
                "demandée. Il est fermé, et tout ce qu’il contient sera supprimé dans "
                "les trois mois au plus.\n\n"
                "Ce n’est pas normal ? Prévenez sans attendre l’accueil du service : "
                "tant que la suppression n’est pas faite, elle peut être arrêtée.\n",
            ),
            (
                "The deletion of a space you looked after was asked for",
                "The deletion of the space of a person whom you represent was asked "
                "for. It is closed, and all that is in it will be deleted within three "
                "months at most.\n\n"
                "If that is wrong, tell the service without delay: until it is done, "
                "the deletion can be stopped.\n",
            ),
        ),
        "their-deleted": _both(
            (
                "Un espace que vous gériez est supprimé",
                "L’espace d’une personne que vous représentez a été supprimé, avec "
                "tout ce qu’il contenait.\n\n" + _ASKS_FR,
            ),
            (
                "A space you looked after is deleted",
                "The space of a person whom you represent was deleted, with all that "
                "was in it.\n\n" + _ASKS_EN,
            ),
        ),
        "their-reopened": _both(
            (
                "Un espace que vous gérez est de nouveau ouvert",
                "L’espace d’une personne que vous représentez est de nouveau ouvert, "
                "avec ce qui y était gardé.\n\n" + _OPENS_FR + _ASKS_FR,
            ),
            (
                "A space you look after is open again",
                "The space of a person whom you represent is open again, with what "
                "was kept in it.\n\n" + _OPENS_EN + _ASKS_EN,
            ),
        ),
        "their-suspended": _both(
            (
                "Un espace que vous gérez est suspendu",
                "L’espace d’une personne que vous représentez a été suspendu par le "
                "service : personne ne peut l’ouvrir pour le moment. Sans réponse dans "
                "les six semaines, il sera fermé.\n\n" + _ASKS_FR,
            ),
            (
                "A space you look after is suspended",
                "The space of a person whom you represent was suspended by the "
                "service: nobody can open it for now. Without an answer within six "
                "weeks it will be closed.\n\n" + _ASKS_EN,
            ),
        ),
        "their-lifted": _both(
            (
                "Un espace que vous gérez n’est plus suspendu",
                "La suspension de l’espace d’une personne que vous représentez est "
                "levée. Avant que vous y entriez de nouveau, prouvez à l’accueil du "
                "service qui vous êtes et que vous la représentez.\n",
            ),
            (
                "A space you look after is no longer suspended",
                "The suspension of the space of a person whom you represent is lifted. "
                "Before you get in again, prove to the service who you are and that "
                "you represent them.\n",
            ),
        ),
        "majority-soon": {
            "fr": (
                "Une majorité approche",
                "Bonjour,\n\n"
                "Dans moins de deux mois, une personne mineure aura 18 ans. Ce jour-"
                "là, l’accès de ses représentants à son espace prend fin, et elle y "
                "entre seule, avec son propre compte. Si elle veut que quelqu’un "
                "l’aide encore, elle le lui demandera elle-même, à la page « Mes "
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
                "Une personne a eu 18 ans : l’accès de ses représentants à son espace "
                "a pris fin. Elle active son propre compte avec son numéro, sa date de "
                "naissance et un code provisoire, depuis la page d’accueil du "
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

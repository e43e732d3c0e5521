"""
The texts of the e-mails to patients.

They say that something happened in the space, where to go and how to be helped, and
nothing else: no health datum, no title or type of document, no name of a professional
or service, no identity of the patient, no subject of a message, and no link with a
token. The address is written to be typed, as phishing has taught.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class NoticeKind(StrEnum):
    """What a notice is about."""

    CODE = "code"
    MESSAGE = "message"
    DOCUMENT = "document"


_CARE_FR = (
    "Pour y aller, tapez vous-même l'adresse {url} dans votre navigateur.\n\n"
    "Nous ne vous demanderons jamais votre mot de passe ni un code par courriel ou "
    "par téléphone.\n"
    "En cas d'urgence, appelez le 15.\n\n"
    "{service}\n"
    "Ce courriel est automatique, ne répondez pas.\n"
)
_CARE_EN = (
    "To get there, type the address {url} in your browser yourself.\n\n"
    "We never ask for your password or for a code by e-mail or telephone.\n"
    "In an emergency, call 15.\n\n"
    "{service}\n"
    "This e-mail is automatic, please do not answer.\n"
)

NOTICE_TEXTS: Mapping[NoticeKind, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        NoticeKind.CODE: {
            "fr": (
                "Votre code de connexion",
                "Bonjour,\n\n"
                "Votre code de connexion est : {digits}\n\n"
                "Il est valable {minutes} minutes et sert une seule fois. "
                "Ne le donnez à personne.\n\n"
                "Vous n'avez pas demandé ce code ? Quelqu'un connaît peut-être votre "
                "mot de passe : demandez-en un nouveau à l'accueil du service.\n\n"
                "{service}\n"
                "Ce courriel est automatique, ne répondez pas.\n",
            ),
            "en": (
                "Your sign-in code",
                "Hello,\n\n"
                "Your sign-in code is: {digits}\n\n"
                "It is valid for {minutes} minutes and works once. "
                "Give it to nobody.\n\n"
                "You did not ask for this code? Someone may know your password: ask "
                "the service for a new one.\n\n"
                "{service}\n"
                "This e-mail is automatic, please do not answer.\n",
            ),
        },
        NoticeKind.MESSAGE: {
            "fr": (
                "Un message vous attend",
                "Bonjour,\n\n"
                "Un nouveau message vous attend dans votre espace.\n" + _CARE_FR,
            ),
            "en": (
                "A message is waiting for you",
                "Hello,\n\nA new message is waiting in your space.\n" + _CARE_EN,
            ),
        },
        NoticeKind.DOCUMENT: {
            "fr": (
                "Du nouveau dans votre espace",
                "Bonjour,\n\nUn élément a été ajouté à votre espace.\n" + _CARE_FR,
            ),
            "en": (
                "Something new in your space",
                "Hello,\n\nSomething was added to your space.\n" + _CARE_EN,
            ),
        },
    }
)
"""Subject and text, by kind and language."""
